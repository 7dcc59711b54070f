"""A file to its records, whichever of three layouts it has: JSON Lines, a JSON array or one JSON object.

The layout is told by content, never by the file's name. JSON Lines are streamed, so their size does not matter; an
array is held in memory as bytes, up to `MAX_WHOLE_BYTES`, and its elements are found one by one. One record that can't
be read is reported and does not hide the others, within an array either. How much memory and time a file takes depends
on how long it is, and not on how many values somebody has packed into it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json, to_json

from store.handwritten_files import KeyTwice, without_repetition
from store.intake.sniffing import (
    BOM,
    Layout,
    Unreadable,
    as_unreadable,
    layout_of,
    open_for_reading,
    skip_blank_lines,
)
from store.validation import echo

MAX_LINE_BYTES: Final = 16 * 1024 * 1024
MAX_WHOLE_BYTES: Final = 256 * 1024 * 1024

MOST_VALUES: Final = 100_000
"""In one record. What is wrong with a value takes a hundred times the memory of the value itself to tell."""

MOST_BRACKETS: Final = 10_000_000
"""In one array: each is looked at, which takes some seconds then."""

_CHUNK: Final = 1024 * 1024

_JSON_API_MEMBERS: Final = {"data", "meta", "links", "included", "jsonapi"}
"""Top-level members of a JSON:API document (jsonapi.org, 7.1), such as a page of the LEI look-up."""

_TEXT: Final = rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)'
_BRACKET: Final = re.compile(rb'(?:[^"\[\]{}]++|' + _TEXT + rb")*+([\[\]{}])", re.DOTALL)
"""The next bracket outside of texts, with all that is before it."""
_PART: Final = re.compile(rb'(?:[^"\[\]{},]++|' + _TEXT + rb")*+([\[\]{},])", re.DOTALL)
"""The same for a comma as well."""
_LINE_BREAK: Final = re.compile(rb"(?<![ \t])[ \t]*+[\r\n]\s*")
"""Looked for where blanks begin and nowhere within them, for a record may have millions."""
_WORD: Final = re.compile(r"[-+.\w]*")
_IN_WORDS: Final[Mapping[str, str]] = {
    "recursion limit": "it is nested more than 200 levels deep",
    "hex escape": r"a \u escape is incomplete, or one half of a pair (a surrogate), which is no character",
    "EOF": "it ends in the middle",
    "control character": "a text holds a line break or another control character",
    "trailing characters": "there is more after its end",
    "key must be a string": "the name of a field must stand in double quotes",
    "expected value": "a value is missing",
}
"""What pydantic-core's parser says, and what we say instead."""

_PARSER_SAYS: Final = re.compile(r"(.*) at line (\d+) column (\d+)")


_SPACES: Final = bytes.maketrans(b"\r\n", b"  ")


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file that are too many to hold: from `start` up to `end`, with their line breaks unless it is to be
    `on_one_line`."""

    path: Path
    start: int
    end: int
    on_one_line: bool = False

    def chunks(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self.start)
            left = self.end - self.start
            while left and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk.translate(_SPACES) if self.on_one_line else chunk


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON value of a file: `raw` as it came, on one line; `done`: the bytes of the file up to its end."""

    where: str
    raw: bytes
    value: Any
    done: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that can't be read, and why not."""

    where: str
    raw: bytes | Piece
    reason: str
    done: int


def read_records(path: Path) -> Iterator[Record | Broken]:
    """The records of a file in order. `where` is "line 3", or "record 12" for the 12th of an array.

    Raises `Unreadable` with a sentence when the file as a whole is nothing to import: missing, a folder, empty,
    compressed, in another encoding than UTF-8, or not JSON.
    """
    with open_for_reading(path) as file, as_unreadable():
        layout = layout_of(file, MAX_LINE_BYTES, MAX_WHOLE_BYTES)
        if layout is Layout.LINES:
            yield from _lines(path, file)
        elif layout is Layout.ARRAY:
            yield from _elements(path, file.read())
        else:
            yield from _object(file.read().removeprefix(BOM))


def _lines(path: Path, file: BufferedReader) -> Iterator[Record | Broken]:
    number = start = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        where = f"line {number}"
        end = start + len(line)
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            while not line.endswith(b"\n") and (line := file.readline(_CHUNK)):
                end += len(line)
            yield Broken(where, Piece(path, start, end), _too_long(end - start), end)
        else:
            raw = (line.removeprefix(BOM) if number == 1 else line).removesuffix(b"\n")
            if raw.strip():
                yield from _opened(_parsed(where, raw, end), prefix=f"{where}, ")
            else:
                lines, length = skip_blank_lines(file)
                number += lines
                end += length
        start = end


def _too_long(length: int) -> str:
    return f"it is {length / 1024**2:.1f} MB long; a record may have at most {MAX_LINE_BYTES // 1024**2} MB"


def _elements(path: Path, data: bytes) -> Iterator[Record | Broken]:
    """The elements of a JSON array, each parsed by itself, so that a broken one costs no other."""
    begin = data.index(b"[") + 1
    end = _end_of_array(data, begin)
    if end is None:
        raise Unreadable(f"it is not JSON that can be read: {_trouble_of_array(data)}")
    for number, (start, stop) in enumerate(_spans(data, begin, end), start=1):
        where = f"record {number}"
        if stop - start > MAX_LINE_BYTES:
            yield Broken(where, Piece(path, start, stop, on_one_line=True), _too_long(stop - start), stop)
            continue
        raw = data[start:stop].strip()
        if not raw and number == 1 and stop == end:
            raise Unreadable("it is an empty list: there is nothing to import")
        yield _parsed(where, raw, stop)


def _object(data: bytes) -> Iterator[Record | Broken]:
    record = _parsed("record 1", data.strip(), len(data))
    if isinstance(record, Broken):
        raise Unreadable(f"it is not JSON that can be read: {record.reason}")
    yield from _opened(record, prefix="")


def _end_of_array(data: bytes, begin: int) -> int | None:
    """Where the bracket is that closes the array which begins there, if it is the last of all; None if there is none.

    Raises `Unreadable` where more are in it than can be looked at.
    """
    depth, place = 1, begin
    for _ in range(MOST_BRACKETS):
        mark = _BRACKET.match(data, place)
        if mark is None:
            return None
        place = mark.end()
        depth += 1 if mark[1] in b"[{" else -1
        if depth == 0:
            return place - 1 if mark[1] == b"]" and not data[place:].strip() else None
    raise Unreadable(
        f"it has more than {MOST_BRACKETS:,} objects and lists within one: write its records one to a line"
        " (jq -c '.[]'), then any number can be read"
    )


def _spans(data: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the elements of the array between two brackets are, told by commas and brackets outside of texts."""
    start = place = begin
    depth = 0
    while place < end:
        mark = (_BRACKET if depth else _PART).match(data, place, end)
        if mark is None:
            break
        place = mark.end()
        if mark[1] == b",":
            yield start, place - 1
            start = place
        else:
            depth += 1 if mark[1] in b"[{" else -1
    yield start, end


def _trouble_of_array(data: bytes) -> str:
    """In which place, where the array is small enough to be parsed whole."""
    if len(data) > MAX_LINE_BYTES or data.count(b",") > MOST_VALUES:
        return "its list never ends, or more follows its end: is a part of the file missing?"
    return trouble(data.removeprefix(BOM))


def _opened(record: Record | Broken, prefix: str) -> Iterator[Record | Broken]:
    """A record itself, or the records of the JSON:API document that it is."""
    value = record.value if isinstance(record, Record) else None
    if not (isinstance(value, dict) and "data" in value and value.keys() <= _JSON_API_MEMBERS):
        yield record
        return
    inner = value["data"] if isinstance(value["data"], list) else [value["data"]]
    for number, element in enumerate(inner, start=1):
        yield Record(f"{prefix}record {number}", to_json(element), element, record.done)


def _parsed(where: str, raw: bytes, done: int) -> Record | Broken:
    if not raw:
        return Broken(where, raw, "there is nothing between two commas, or between a comma and the bracket", done)
    try:
        value = parsed(raw)
    except ValueError:
        return Broken(where, _on_one_line(raw), trouble(raw), done)
    return Record(where, _on_one_line(raw), value, done)


class TooManyValues(ValueError):
    """`str()` says so."""


def parsed(raw: bytes) -> Any:
    """The value of JSON from outside. Raises `ValueError`, of which `trouble` says in words what is wrong.

    A key that is twice in one object is refused: either of its values may be the one that was meant.
    """
    if raw.count(b",") >= MOST_VALUES:
        raise TooManyValues(f"it has more than {MOST_VALUES:,} values, which is more than a record can have")
    value = from_json(raw, allow_inf_nan=False)
    if b"{" in raw:  # the parser tells nothing of what it leaves out, so Python's own looks once more
        json.loads(raw.decode(), object_pairs_hook=without_repetition, parse_int=len, parse_float=len)
    return value


def _on_one_line(raw: bytes) -> bytes:
    """The same JSON without line breaks, which it has between its parts only."""
    return _LINE_BREAK.sub(b" ", raw) if b"\n" in raw else raw


def trouble(raw: bytes) -> str:
    """Why bytes are no JSON, and at which character."""
    try:
        raw.decode()
        parsed(raw)
    except (KeyTwice, TooManyValues) as error:
        return str(error)
    except UnicodeDecodeError as error:
        return f"it is not UTF-8: byte 0x{raw[error.start]:02x} at offset {error.start}, counted from 0"
    except ValueError as error:
        found = _PARSER_SAYS.fullmatch(str(error))
        if found is None:
            return f"broken JSON: {error}"
        line = next(islice(BytesIO(raw), int(found[2]) - 1, None), b"").removesuffix(b"\n")  # none behind the last
        before = line[: max(int(found[3]) - 1, 0)].decode(errors="ignore")
        words = next((words for said, words in _IN_WORDS.items() if said in found[1]), found[1])
        if found[1] in ("expected value", "expected ident", "invalid number"):
            begun = _first_word(before[::-1])[::-1]
            word = begun + _first_word(line.decode()[len(before) :])
            before = before.removesuffix(begun)
            words = f"{echo(word)} is not a JSON value" if word else words
        named_line = f"line {found[2]}, " if b"\n" in raw else ""
        return f"broken JSON at {named_line}column {len(before) + 1}: {words}"
    return "there is more after the end of the list"


def _first_word(text: str) -> str:
    """What a text begins with that could be a number or a name, or nothing."""
    found = _WORD.match(text)
    assert found is not None  # the pattern matches nothing as well
    return found[0]
