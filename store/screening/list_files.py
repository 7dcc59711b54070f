"""The lists in force: a file each, in a folder beside the database, made whole by an import and never changed after.

A list knows how each word of a name is spelt, and which spellings sound about alike, so that the entries that may be
somebody are found by a few look-ups, however long the list is.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from store.domain.refusals import Code, Refusal
from store.errors import DatabaseDamaged
from store.passing import LISTS, beside
from store.queries.rows import names_of
from store.screening.entries import Entry
from store.screening.spelling import sounds, spelt
from store.validation import echo

APPLICATION_ID: Final = 0x43574C53
"""`CWLS` in ASCII, in the header of a list's file."""

FORMAT: Final = 1
"""Which tables and spellings a list's file has (PRAGMA user_version). A list of another format is imported anew."""

SCHEMA: Final = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT}",
    """
    CREATE TABLE list (
        name TEXT NOT NULL, version TEXT NOT NULL, checks TEXT NOT NULL, entries INTEGER NOT NULL, kind TEXT,
        imported_at TEXT NOT NULL, imported_by TEXT NOT NULL, digest TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE entries (
        number INTEGER PRIMARY KEY, entry_id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, entry TEXT NOT NULL
    ) STRICT
    """,
    "CREATE TABLE spelt (word TEXT, number INTEGER, PRIMARY KEY (word, number)) STRICT, WITHOUT ROWID",
    "CREATE TABLE sounding (sound TEXT, word TEXT, PRIMARY KEY (sound, word)) STRICT, WITHOUT ROWID",
    "CREATE TABLE identified (identifier TEXT, number INTEGER, PRIMARY KEY (identifier, number)) STRICT, WITHOUT ROWID",
)

ALIKE: Final = 0.7
"""From here on two spellings may be of one word: 1 is the same."""

ALIKE_IN_ALL: Final = 0.75
"""What the words have to come to that two names share."""

_INITIAL: Final = 0.8
"""How alike an initial is to the word that it may stand for."""


@dataclass(frozen=True, slots=True)
class ListInfo:
    """A list in force. `checks` are the kinds of check that its entries are for; `kind` is what the import was told.

    `digest` is the SHA-256 of the file that was imported.
    """

    name: str
    version: str
    checks: tuple[str, ...]
    entries: int
    imported_at: str
    imported_by: str
    digest: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class WatchList:
    """A list that is open for look-ups, for one thread. What SQLite finds wrong with it is a `DatabaseDamaged`."""

    info: ListInfo
    _path: Path
    _connection: sqlite3.Connection

    def entry(self, number: int) -> tuple[Entry, str]:
        """An entry and its digest. Raises ValueError for one that was changed since it was imported."""
        ((text, digest),) = self._rows("SELECT entry, digest FROM entries WHERE number = ?", (number,))
        entry = Entry.from_json(text)
        if entry.digest() != digest:
            raise ValueError("the entry is not as it was imported")
        return entry, digest

    def identified(self, identifiers: Iterable[str]) -> set[int]:
        """The entries that have one of these identifiers."""
        sql = "SELECT number FROM identified WHERE identifier = ?"
        return {number for identifier in identifiers for (number,) in self._rows(sql, (identifier,))}

    def named_about(self, words: Sequence[str]) -> list[int]:
        """The entries that share two words of a name, or about, the likeliest first; of a name of one word, that one.

        Words that one of the two writes in one, as al Hadidi and Alhadidi, are tried together as well; an initial may
        stand for the second word.
        """
        shared: dict[int, _Shared] = defaultdict(_Shared)
        whole = [word for word in words if len(word) > 1]
        for word, counts in [*((word, 1) for word in whole), *((a + b, 2) for a, b in pairwise(words))]:
            for number, alike in self._with_about(word).items():
                shared[number].add(counts, len(word), alike)
        needed = min(2, len(whole))
        if needed > 1:
            for number in {number for word in whole for number in self._with(spelt(word[0]))} & shared.keys():
                shared[number].add(1, 1, _INITIAL)
        enough = (number for number, found in shared.items() if found.words >= needed and found.alike >= ALIKE_IN_ALL)
        return sorted(enough, key=lambda number: -shared[number].likeness)

    def _with_about(self, word: str) -> dict[int, float]:
        """The entries with a word that sounds about like this one, and how alike the likeliest of each is."""
        from rapidfuzz.distance import Indel
        from rapidfuzz.process import extract

        spelling = spelt(word)
        heard = sorted(sounds(spelling))
        rows = self._rows(f"SELECT DISTINCT word FROM sounding WHERE sound IN ({', '.join('?' * len(heard))})", heard)
        words = [other for (other,) in rows]
        about = extract(spelling, words, scorer=Indel.normalized_similarity, score_cutoff=ALIKE, limit=None)
        found: dict[int, float] = {}
        for other, alike, _ in about:  # the likeliest first
            for number in self._with(other):
                found.setdefault(number, alike)
        return found

    def _with(self, spelling: str) -> Iterator[int]:
        return (number for (number,) in self._rows("SELECT number FROM spelt WHERE word = ?", (spelling,)))

    def _rows(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with _readable(self._path):
            return self._connection.execute(sql, values).fetchall()


@dataclass(slots=True)
class _Shared:
    """What an entry shares with a name: how many words, of how many letters, and how alike they are."""

    words: int = 0
    letters: int = 0
    likeness: float = 0

    def add(self, words: int, letters: int, alike: float) -> None:
        self.words += words
        self.letters += letters
        self.likeness += alike * letters

    @property
    def alike(self) -> float:
        return self.likeness / self.letters


def lists_folder(database: Path) -> Path:
    """Where the lists of a database are kept."""
    return beside(database, LISTS)


def list_file(folder: Path, name: str) -> Path:
    return folder / f"{sha256(name.encode()).hexdigest()[:16]}.sqlite3"


@contextmanager
def open_lists(folder: Path) -> Iterator[list[WatchList]]:
    """All lists in force, by name. Raises `store.errors.DatabaseDamaged` for one that can't be read."""
    with ExitStack() as stack:
        lists = [stack.enter_context(open_list(path)) for path in sorted(folder.glob("*.sqlite3"))]
        yield sorted(lists, key=lambda each: each.info.name)


@contextmanager
def open_list(path: Path) -> Iterator[WatchList]:
    with ExitStack() as stack:
        with _readable(path):
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            stack.enter_context(closing(connection))
            info = _info(connection, path)
        yield WatchList(info, path, connection)


def lists_in_force(folder: Path) -> list[ListInfo]:
    with open_lists(folder) as lists:
        return [each.info for each in lists]


def remove_list(folder: Path, name: str) -> None:
    """Take a list out of force. Raises `Refusal` when there is none of this name."""
    try:
        list_file(folder, name).unlink()
    except FileNotFoundError:
        raise Refusal(
            Code.UNKNOWN_LIST, f"There is no list {echo(name)}: `caseworker lists` names those there are."
        ) from None


def _info(connection: sqlite3.Connection, path: Path) -> ListInfo:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (made_as,) = connection.execute("PRAGMA user_version").fetchone()
    if (application_id, made_as) != (APPLICATION_ID, FORMAT):
        raise _unusable(path, "another version of caseworker made it")
    fields = names_of(ListInfo)
    row = connection.execute(f"SELECT {', '.join(fields)} FROM list").fetchone()
    values = dict(zip(fields, row, strict=True))
    return TypeAdapter(ListInfo).validate_python(values | {"checks": tuple(values["checks"].split(","))})


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _unusable(path, str(error)) from error
    except (ValueError, TypeError, AttributeError, LookupError) as error:  # a value is not as it was written
        raise _unusable(path, "it was changed") from error


def _unusable(path: Path, why: str) -> DatabaseDamaged:
    return DatabaseDamaged(
        f"The list in {path} can't be read ({why}): delete that file, and import the list again with"
        " `caseworker lists import`. No case is touched by this."
    )
