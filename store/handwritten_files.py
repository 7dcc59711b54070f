"""Files that people write by hand, like the configuration: one that can't be used is refused whole, in a sentence."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from store.errors import BadFile
from store.regular_files import open_regular
from store.validation import echo, printable

LARGEST: Final = 1024 * 1024
"""In bytes: more is some other file, named by mistake."""

LONGEST_REASON: Final = 300


def bad_file(where: str, wrong: str) -> BadFile:
    """`where` names the file, and the place in it."""
    return BadFile(f"{where}: {wrong}{'' if wrong.endswith('?') else '.'}")


def read_handwritten_file(path: Path, kind: Literal["JSON", "TOML"], named: str) -> Any:
    """What is in the file, `named` as sentences begin. Raises `BadFile`."""
    cannot = f"{named} can't be read"
    try:
        with open_regular(path) as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise bad_file(cannot, printable(error.strerror or str(error))) from error
    if len(content) > LARGEST:
        raise bad_file(cannot, "it has more than 1 MiB, so it is some other file")
    try:
        return _READERS[kind](content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # neither UTF-8 nor of that kind, or lists within lists without end
        reason = printable(str(error))  # a parser may quote all of the file
        reason = reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 1]}…"
        raise bad_file(cannot, f"it is not {kind} in UTF-8: {reason}") from error


def _from_json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=without_repetition, parse_constant=_no_number)


class KeyTwice(ValueError):
    """A key is there twice in one object of JSON. `str()` says which."""


def without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which a key is there twice would lose one of the two silently. TOML forbids it by itself."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise KeyTwice(f"the key {echo(twice)} is there twice in one object")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


_NAME: Final = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_DEEP_KEY: Final = re.compile(rf"(?<![\w-]){_NAME}(?:[ \t]*+\.[ \t]*+{_NAME}){{64}}")


def _from_toml(text: str) -> Any:
    """The parser's memory grows with the square of how many names a key has: 500 kB of `a.a.a` take all there is."""
    if key := _DEEP_KEY.search(text):
        raise ValueError(f"the key {echo(key[0])} has more than 64 parts")
    return tomllib.loads(text)


_READERS: Final[Mapping[str, Any]] = {"JSON": _from_json, "TOML": _from_toml}
