"""The "simple CSV" of OpenSanctions (`targets.simple.csv`): a row an entry, several values in a field parted by `;`."""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from store.domain.statuses import CheckKind
from store.intake.sniffing import BOM, Unreadable, as_unreadable, open_for_reading
from store.screening.entries import Entry, Listed, Nature, Outcome, PassedOver, Unread, country_codes, shown, texts
from store.validation import echo

COLUMNS: Final = ("id", "schema", "name", "aliases", "birth_date", "countries", "identifiers")
"""The columns that screening compares: a list without one of them would match on less than people think."""

MORE_COLUMNS: Final = ("addresses", "sanctions", "program_ids", "dataset")
"""What is shown of an entry where the list has it."""

NATURES: Final[Mapping[str, Nature]] = {
    "Person": Nature.PERSON,
    "Organization": Nature.ORGANISATION,
    "Company": Nature.ORGANISATION,
    "PublicBody": Nature.ORGANISATION,
    "LegalEntity": Nature.UNKNOWN,
}
"""The schemata of FollowTheMoney that a party of a case can be; ships, addresses and the like are passed over."""

LONGEST_LINE: Final = 16 * 1024 * 1024

MOST_EMPTY: Final = 2_000_000
"""Lines one after the other with nothing in them. A spreadsheet has a million at most."""

_CHUNK: Final = 1024 * 1024
_NOT_UTF_8: Final = re.compile("[\udc80-\udcff]")


def is_header(line: bytes) -> bool:
    text = line.removeprefix(BOM).decode(errors="replace")
    first, *_ = text.split("\r")  # what is wrong with the line ends is told when it is read
    try:
        return {"id", "schema", "name"} <= set(next(csv.reader([first]), []))
    except csv.Error:
        return False


def read_simple_csv(path: Path, kind: CheckKind | None) -> Iterator[Outcome]:
    """The rows of a file as entries, for checks of this kind (SANCTIONS unless given). Raises `Unreadable`."""
    with open_for_reading(path) as file, as_unreadable():
        lines = _Lines(file)
        reader = csv.reader(lines)
        try:
            header = next(reader)
        except csv.Error as error:
            raise Unreadable(f"its first line can't be read: {_trouble(error)}") from error
        if missing := [column for column in COLUMNS if column not in header]:
            raise Unreadable(f"it lacks the column {' and the column '.join(missing)}, by which screening compares")
        place = {column: header.index(column) for column in (*COLUMNS, *MORE_COLUMNS) if column in header}
        empty = 0
        while True:
            first = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                yield Unread(_where(first, reader.line_num), _trouble(error), lines.done)
                continue
            if lines.cut:
                lines.cut = False
                reason = f"it is longer than {LONGEST_LINE // 1024**2} MB, which no entry is"
                yield Unread(_where(first, reader.line_num), reason, lines.done)
            elif not any(row):
                empty += 1
                if empty == MOST_EMPTY:
                    raise Unreadable(f"it has {MOST_EMPTY:,} empty lines in a row, up to line {reader.line_num:,}")
            else:
                empty = 0
                fields: dict[str, str] = {column: row[index] for column, index in place.items() if index < len(row)}
                where = _where(first, reader.line_num)
                if len(row) == len(header):
                    yield _outcome(fields, where, kind or CheckKind.SANCTIONS, lines.done)
                else:
                    yield Unread(where, f"it has {len(row)} fields where the header has {len(header)}", lines.done)


def _outcome(fields: Mapping[str, str], where: str, kind: CheckKind, done: int) -> Outcome:
    if any(_NOT_UTF_8.search(field) for field in fields.values() if not field.isprintable()):
        return Unread(where, "it is not UTF-8", done)
    schema = fields["schema"]
    nature = NATURES.get(schema)
    if nature is None:
        return PassedOver(f"of schema {echo(schema)}", done)
    entry_id, name = shown(fields["id"]), shown(fields["name"])
    if not entry_id or not name:
        return Unread(where, f"it has no {'name' if entry_id else 'id'}", done)
    entry = Entry(
        entry_id=entry_id,
        nature=nature,
        checks=(kind.value,),
        name=name,
        aliases=texts(alias for alias in _fields(fields["aliases"]) if alias != name),
        birth_dates=texts(_fields(fields["birth_date"])),
        countries=country_codes(_fields(fields["countries"])),
        identifiers=texts(_fields(fields["identifiers"])),
        programmes=texts((*_fields(fields.get("sanctions", "")), *_fields(fields.get("program_ids", "")))),
        addresses=texts(_fields(fields.get("addresses", ""))),
        datasets=texts(_fields(fields.get("dataset", ""))),
    )
    return Listed(where, entry, done)


class _Lines:
    """The lines of a file as text, each of bounded length; bytes that are not UTF-8 become lone surrogates.

    `cut`: a line was too long to hold, and what was read of it is no row.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.done = 0
        self.cut = False

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(LONGEST_LINE + 1):
            first = self.done == 0
            self.done += len(line)
            if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                while not line.endswith(b"\n") and (line := self._file.readline(_CHUNK)):
                    self.done += len(line)
                self.cut = True
                yield "\n"
            else:
                yield (line.removeprefix(BOM) if first else line).decode(errors="surrogateescape")


def _fields(text: str) -> list[str]:
    """The values of a field: quoted where one holds a semicolon, as in CSV."""
    if '"' not in text:
        return text.split(";") if text else []
    try:
        return next(csv.reader([text], delimiter=";"), [])
    except csv.Error:
        return text.split(";")


def _where(first: int, last: int) -> str:
    return f"line {first}" if first >= last else f"lines {first} to {last}"


def _trouble(error: csv.Error) -> str:
    if "field limit" in str(error):
        return f"a field of it is longer than {csv.field_size_limit():,} characters: is a quotation mark missing?"
    if "new-line" in str(error):
        return "a carriage return stands in it without a line feed: save the file with the line ends LF or CRLF"
    return f"it is no CSV: {error}"
