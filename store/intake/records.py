"""A file to its records, whichever of three layouts it has: JSON Lines, a JSON array or one JSON object.

The layout is told by content, never by the file's name. JSON Lines are streamed, so their size does not matter; an
array or an object is held in memory as bytes, up to `MAX_WHOLE_BYTES`. One record that can't be read is reported
and does not hide the others, within an array either.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from pydantic_core import from_json, to_json

from store.handwritten_files import KeyTwice, without_repetition
from store.intake.sniffing import BOM, Layout, Unreadable, layout_of, open_for_reading
from store.validation import echo

MAX_LINE_BYTES: Final = 16 * 1024 * 1024
MAX_WHOLE_BYTES: Final = 256 * 1024 * 1024
_CHUNK: Final = 1024 * 1024

_JSON_API_MEMBERS: Final = {"data", "meta", "links", "included", "jsonapi"}
"""Top-level members of a JSON:API document (jsonapi.org, 7.1), such as a page of the LEI look-up."""

_MARK: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
_LINE_BREAK: Final = re.compile(rb"[ \t]*[\r\n]\s*")
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


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file that are too many to hold: from `start` up to `end`."""

    path: Path
    start: int
    end: int

    def chunks(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self.start)
            left = self.end - self.start
            while left and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk


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
    with open_for_reading(path) as file:
        layout = layout_of(file, MAX_LINE_BYTES, MAX_WHOLE_BYTES)
        if layout is Layout.LINES:
            yield from _lines(path, file)
        elif layout is Layout.ARRAY:
            yield from _elements(file.read().removeprefix(BOM))
        else:
            yield from _object(file.read().removeprefix(BOM))


def _lines(path: Path, file: BinaryIO) -> Iterator[Record | Broken]:
    number = start = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        where = f"line {number}"
        end = start + len(line)
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            while not line.endswith(b"\n") and (line := file.readline(_CHUNK)):
                end += len(line)
            length = f"{(end - start) / 1024**2:.1f} MB"
            reason = f"it is {length} long; a record may have at most {MAX_LINE_BYTES // 1024**2} MB"
            yield Broken(where, Piece(path, start, end), reason, end)
        else:
            raw = (line.removeprefix(BOM) if number == 1 else line).removesuffix(b"\n")
            if raw.strip():
                yield from _opened(_parsed(where, raw, end), prefix=f"{where}, ")
        start = end


def _elements(data: bytes) -> Iterator[Record | Broken]:
    """The elements of a JSON array, each parsed by itself, so that a broken one costs no other."""
    spans = _spans(data)
    if spans is None:
        raise Unreadable(f"it is not JSON that can be read: {trouble(data)}")
    if len(spans) == 1 and not data[slice(*spans[0])].strip():
        raise Unreadable("it is an empty list: there is nothing to import")
    for number, (start, end) in enumerate(spans, start=1):
        yield _parsed(f"record {number}", data[start:end].strip(), end)


def _object(data: bytes) -> Iterator[Record | Broken]:
    record = _parsed("record 1", data.strip(), len(data))
    if isinstance(record, Broken):
        raise Unreadable(f"it is not JSON that can be read: {record.reason}")
    yield from _opened(record, prefix="")


def _spans(data: bytes) -> list[tuple[int, int]] | None:
    """Where the elements of the array are, told by commas and brackets outside of texts; None if it never ends."""
    spans, depth, start = [], 0, 0
    for mark in _MARK.finditer(data):
        match mark[0]:
            case b"[" | b"{":
                depth += 1
                start = mark.end() if depth == 1 else start
            case b"]" | b"}":
                depth -= 1
                if depth == 0:
                    spans.append((start, mark.start()))
                    return spans if mark[0] == b"]" and not data[mark.end() :].strip() else None
            case b"," if depth == 1:
                spans.append((start, mark.start()))
                start = mark.end()
    return None


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


def parsed(raw: bytes) -> Any:
    """The value of JSON from outside. Raises `ValueError`, of which `trouble` says in words what is wrong.

    A key that is twice in one object is refused: either of its values may be the one that was meant.
    """
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
    except KeyTwice as error:
        return str(error)
    except UnicodeDecodeError as error:
        return f"it is not UTF-8: byte 0x{raw[error.start]:02x} at offset {error.start}, counted from 0"
    except ValueError as error:
        found = _PARSER_SAYS.fullmatch(str(error))
        if found is None:
            return f"broken JSON: {error}"
        line = raw.split(b"\n")[int(found[2]) - 1]
        before = line[: max(int(found[3]) - 1, 0)].decode(errors="ignore")
        words = next((words for said, words in _IN_WORDS.items() if said in found[1]), found[1])
        if found[1] in ("expected value", "expected ident", "invalid number"):
            begun = re.search(r"[-+.\w]*$", before)
            word = re.match(r"[-+.\w]*", line.decode()[len(before) :])
            assert begun is not None  # both patterns match nothing as well
            assert word is not None
            before = before.removesuffix(begun[0])
            words = f"{echo(begun[0] + word[0])} is not a JSON value" if begun[0] + word[0] else words
        named_line = f"line {found[2]}, " if b"\n" in raw else ""
        return f"broken JSON at {named_line}column {len(before) + 1}: {words}"
    return "there is more after the end of the list"
