"""What nobody writes on purpose: texts, JSON values and bytes, and right ones spoilt here and there.

All is drawn from the random numbers that a test hands over, so that a failure can be had again.
"""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any, Final

TEXTS: Final = (
    *("", " ", "\t", "\x00", "\x07", "\x1b]0;owned\x07", "\x1b[2J", "\r", "a\rb", "\n", "a\nb", "\x7f"),
    *("\x85", "\x9b31m", "\u202eevil\u202c", "\u2066", "\u200b", "\u200d", "\ufeff", "\ufffe", "\uffff"),
    *("\u2028", "e\u0301" * 50, "\U000e0001", "\ud800", "\udfff", "a\udc80b", "\udcff", "\ud83d\ude00", "😀"),
    *("ß", "ſ", "İ", "ﷺ" * 20, "\U0010ffff", "٣", "²", "Ⅷ", "null", "NaN", "-0", "1e999", "0x10", "1_000"),
    *("９", "true", "[]", "{}", "%s%n", "{0}", "${HOME}", "'; DROP TABLE cases; --", "2026-99-99"),
    *("0000-00-00", "9999-12-31", "0001-01-01", "2026-02-30", "2026-W01-1", "2026-11-30T25:61"),
    *("-2026-01-01", "2026-03-31T12:00:00.000000+00:00", "9999-12-31T23:59:59.999999-23:59"),
    *("0001-01-01T00:00Z", "2026-03-31T24:00", "ZZ", "fr", "XK", "F R", "５", "A" * 501, "x" * 70_000),
    *("a" * 200 + " ", ".", "..", "-", "--", "-1", "a/b/c/d", ":", "1:2", "*", "0" * 64, "f" * 64, "-" * 64),
    *("00000000-0000-0000-0000-000000000000", "KYC", "PERSON", "sort:", 'tag:"', "due:<", "due:.."),
    *("due:<99999999w",),
)  # fmt: skip

NUMBERS: Final = (
    *(0, -1, 1, 100, 101, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**400, 1e308, 5e-324, -0.0, 0.1),
    *(float("nan"), float("inf"), float("-inf")),
)

BYTES: Final = (
    *(b"\x00", b"\xff", b"\xfe\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf"),
    *(b"\r", b"\n", b"\x1a", b'"', b"\\", b"\\u", b"\\ud800", b"\\udc00\\ud800", b"\\x", b"{", b"}", b"["),
    *(b"]", b",", b":", b"'", b";", b"#", b"=", b"NaN", b"Infinity", b"-", b"1e999999", b"9" * 5_000),
    *(b"0" * 5_000, b"\x1b[2J", b'{"a":1,"a":2}', b'"a":1,"a":2,', b"null,", b"[" * 300, b'{"a":' * 300),
    *(b"[" * 100_000, b'{"a":' * 50_000, b'"' * 2_001, b"," * 2_001, b"x" * 200_000, b"\n" * 2_001),
    *(b"[" * 199 + b"]" * 199, b'{"a":' * 150 + b"1" + b"}" * 150),
)  # fmt: skip


def a_text(random: Random) -> str:
    """One of the texts, several in a row, or any characters."""
    match random.randrange(4):
        case 0:
            return "".join(random.choices(TEXTS, k=random.randint(2, 3)))[:100_000]
        case 1:
            return "".join(chr(random.choice((random.randrange(0x250), random.randrange(0x110000)))) for _ in range(9))
        case _:
            return random.choice(TEXTS)


def a_showable_text(random: Random) -> str:
    """The same as an operating system may hand it over: any bytes but NUL, as Python decodes them."""
    return a_text(random).replace("\0", "").encode(errors="replace").decode(errors="surrogateescape") + random.choice(
        ("", "", "\udcff", "\udc80\udcfe")
    )


def a_value(random: Random, *, within: bool = False) -> Any:
    """A value of JSON, or what Python's writer takes for one; not very large if it is `within` another."""
    match random.randrange(6 if within else 9):
        case 0:
            return None
        case 1:
            return random.choice((True, False))
        case 2 | 3:
            return random.choice(NUMBERS)
        case 4 | 5:
            return a_text(random)
        case 6:
            return [a_value(random, within=True) for _ in range(random.choice((0, 1, 2, 300)))]
        case 7:
            return {a_text(random): a_value(random, within=True) for _ in range(random.choice((0, 1, 2)))}
        case _:
            return nested(random.choice((2, 30, 80)), random)


def nested(depth: int, random: Random) -> Any:
    """A value within lists or objects within each other."""
    value: Any = 1
    for _ in range(depth):
        value = [value] if random.random() < 0.5 else {"a": value}
    return value


def spoilt(random: Random, value: Any) -> Any:
    """A copy of a JSON value of which one to three parts are other ones, gone, or there more often."""
    whole = [deepcopy(value)]
    for _ in range(random.randint(1, 3)):
        holder, key = random.choice(_places(whole))
        _spoil(random, holder, key)
        if not whole:
            return None
    return whole[0]


def _places(holder: Any) -> list[tuple[Any, Any]]:
    """Every part of a value, as what holds it and the key of it there; none within what is nested very deep."""
    found, to_do = [], [(holder, 0)]
    while to_do:
        holder, depth = to_do.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            found.append((holder, key))
            if isinstance(holder[key], dict | list) and depth < 20:
                to_do.append((holder[key], depth + 1))
    return found


def _spoil(random: Random, holder: Any, key: Any) -> None:
    match random.randrange(8):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[a_text(random)] = holder.pop(key)
        case 1 | 2 if isinstance(holder, list):
            holder.extend(deepcopy(holder[key]) for _ in range(random.choice((1, 150))))
        case 3:
            holder[key] = [holder[key]]
        case 4 if isinstance(holder[key], str):
            holder[key] = _inserted(random, holder[key], a_text(random))
        case 5 if isinstance(holder, dict):
            for each in holder:
                holder[each] = None
        case _:
            holder[key] = a_value(random)


def _inserted(random: Random, text: str, more: str) -> str:
    place = random.randint(0, len(text))
    return text[:place] + more + text[place + random.randint(0, 2) :]


def as_json(random: Random, value: Any) -> bytes:
    """As some program writes it: in ASCII or UTF-8, in one line or in many, and now and then in UTF-16."""
    text = json.dumps(value, ensure_ascii=random.random() < 0.5, indent=random.choice((None, None, 1)))
    if random.random() < 0.02:
        return text.encode("utf-16", "surrogatepass")
    return text.encode(errors="surrogatepass")


def damaged(random: Random, data: bytes) -> bytes:
    """Bytes of which a few are flipped, gone, there twice, or others."""
    spoilt = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        place = random.randint(0, len(spoilt))
        end = place + random.choice((0, 1, 1, 10, 1_000))
        match random.randrange(5):
            case 0 if place < len(spoilt):
                spoilt[place] ^= 1 << random.randrange(8)
            case 1:
                del spoilt[place:end]
            case 2:
                spoilt[place:place] = spoilt[place:end]
            case 3:
                del spoilt[place:]
            case _:
                spoilt[place : place + random.randint(0, 2)] = random.choice(BYTES)
    return bytes(spoilt)


def hostile_json(random: Random, values: Sequence[Any], write: Callable[[Random, Any], bytes] = as_json) -> bytes:
    """One of these values, its parts spoilt, or its bytes, or both."""
    value = random.choice(values)
    way = random.random()
    data = write(random, value if way < 0.3 else spoilt(random, value))
    return damaged(random, data) if way < 0.5 else data
