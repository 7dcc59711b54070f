"""A file to a list in force: whole or not at all. The version before stays in force until the new one is whole."""

import os
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import Final

from store.domain.statuses import CheckKind
from store.errors import DatabaseDamaged, StoreError, from_sqlite, primary_code
from store.intake.sniffing import BOM, Unreadable, as_unreadable, no_text, open_for_reading
from store.passing import Passing, passing_folder
from store.progress import Progress
from store.queries.rows import fields_of
from store.screening.entries import Entry, Listed, Nature, Outcome, PassedOver, Unread, comparable, shown
from store.screening.followthemoney import read_followthemoney
from store.screening.list_files import SCHEMA, ListInfo, list_file, open_list
from store.screening.simple_csv import is_header, read_simple_csv
from store.screening.spelling import sounds, spelt, words_of
from store.validation import echo

MOST_UNREAD: Final = 10_000
"""Records one after the other that can't be read: the file is another than was meant."""

MOST_REASONS: Final = 50
"""For which something is passed over, that are told apart."""

_STEP: Final = 1_000
_HEAD: Final = 64 * 1024
_CHUNK: Final = 1024 * 1024
_SUFFIXES: Final = re.compile(r"(\.(simple|nested|ftm|csv|jsonl?|txt))+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ImportedList:
    """What an import did. `unchanged`: this very file is in force already, and nothing was done.

    `added`, `changed` and `gone` are against the version that was in force before; without one all entries are added.
    `passed_over` says why something in the file is no entry, and how often.
    """

    info: ListInfo
    unchanged: bool = False
    added: int = 0
    changed: int = 0
    gone: int = 0
    rejected: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)


def default_name(path: Path) -> str:
    """A list's name, from that of its file: `targets.simple.csv` is `targets`."""
    return shown(_SUFFIXES.sub("", path.name)) or "list"


def import_list(
    folder: Path,
    path: Path,
    *,
    now: datetime,
    actor: str,
    name: str | None = None,
    version: str | None = None,
    kind: CheckKind | None = None,
    progress: Progress = lambda done, total: None,
    on_rejection: Callable[[Unread], None] = lambda unread: None,
) -> ImportedList:
    """Bring the list in the file at `path` into force, in place of the one of the same name.

    The layout, OpenSanctions' simple CSV or FollowTheMoney as JSON Lines, is told by content. `version` is the day of
    the file and the beginning of its SHA-256 unless given. A record that can't be read is told to `on_rejection`.
    Raises `Unreadable` when the file is no list, `OSError` when the folder can't be written to, and a
    `store.errors.StoreError` when its disk is full or fails.
    """
    name = name or default_name(path)
    outcomes = _reader(path)(path, kind)
    digest, size, day = _fingerprint(path)
    version = version or f"{day} {digest[:8]}"
    target = list_file(folder, name)
    before = _in_force(target)
    if before and (before.digest, before.kind, before.version) == (digest, kind, version):
        return ImportedList(before, unchanged=True)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with passing_folder(folder, Passing.LIST_IMPORT) as passing, _disk_troubles(folder):
        made = passing / target.name
        os.close(os.open(made, os.O_CREAT | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            filling = _Filling(connection)
            for number, outcome in enumerate(outcomes):
                if unread := filling.take(outcome):
                    on_rejection(unread)
                    if filling.unread_in_a_row == MOST_UNREAD:
                        raise Unreadable(f"{MOST_UNREAD:,} of its records in a row can't be read, up to {unread.where}")
                if number % _STEP == 0:
                    progress(outcome.done, size)
            if not filling.entries:
                raise Unreadable(_nothing_in_it(filling))
            filling.make_findable()
            info = ListInfo(
                name=name,
                version=version,
                checks=tuple(sorted(filling.checks)),
                entries=filling.entries,
                imported_at=now.astimezone(UTC).isoformat(timespec="seconds"),
                imported_by=actor,
                digest=digest,
                kind=kind,
            )
            _describe(connection, info)
            try:
                added, changed = _news(connection, target) if before else (info.entries, 0)
            except sqlite3.DatabaseError as error:
                if primary_code(error) not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                    raise
                before, added, changed = None, info.entries, 0  # the one that was in force can't be compared with
        _bring_into_force(made, target)
    progress(size, size)
    return ImportedList(
        info,
        added=added,
        changed=changed,
        gone=before.entries - (info.entries - added) if before else 0,
        rejected=filling.rejected,
        passed_over=filling.passed_over,
    )


@contextmanager
def _disk_troubles(folder: Path) -> Iterator[None]:
    """What SQLite reports of a disk, in a sentence; the file that is being made is of no use to anybody."""
    try:
        yield
    except sqlite3.Error as error:
        primary = primary_code(error)
        if primary == sqlite3.SQLITE_FULL:
            do = f"is full: free some space there (or where {gettempdir()} is) and import it again"
        elif primary == sqlite3.SQLITE_IOERR:
            do = f"failed to read or write ({error}): check it (and that of {gettempdir()}) and import it again"
        else:
            raise from_sqlite(error, folder) from error
        kept = "Nothing was imported; what was in force stays so."
        raise StoreError(f"The disk that holds {folder} {do}. {kept}") from error


class _Filling:
    """A list's file while it is made. Nothing of it is safe from a power cut, and nothing has to be."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.entries = 0
        self.rejected = 0
        self.unread_in_a_row = 0
        self.passed_over: Counter[str] = Counter()
        self.checks: set[str] = set()
        for statement in (*_QUICKLY, *SCHEMA, *_STAGED):
            connection.execute(statement)
        connection.execute("BEGIN")

    def take(self, outcome: Outcome) -> Unread | None:
        """Take in what was read; what can't be, with the reason, comes back."""
        match outcome:
            case Listed(where, entry, done):
                if self._insert(entry):
                    self.unread_in_a_row = 0
                    return None
                outcome = Unread(where, f"its id {echo(entry.entry_id)} is that of an earlier record as well", done)
            case PassedOver(why, _):
                told = why in self.passed_over or len(self.passed_over) < MOST_REASONS
                self.passed_over[why if told else "for other reasons of this kind"] += 1
                self.unread_in_a_row = 0
                return None
        assert isinstance(outcome, Unread)
        self.rejected += 1
        self.unread_in_a_row += 1
        return outcome

    def _insert(self, entry: Entry) -> bool:
        execute, executemany = self._connection.execute, self._connection.executemany
        number = self.entries + 1
        values = (number, entry.entry_id, entry.digest(), entry.as_json())
        if not execute("INSERT INTO entries VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", values).rowcount:
            return False
        self.entries = number
        self.checks.update(entry.checks)
        executemany("INSERT INTO staged_words VALUES (?, ?)", ((word, number) for word in _spellings(entry)))
        identifiers = {comparable(identifier) for identifier in entry.identifiers}
        executemany("INSERT INTO staged_identifiers VALUES (?, ?)", ((each, number) for each in identifiers))
        return True

    def make_findable(self) -> None:
        """The look-up tables, written in order: many times as fast as row by row."""
        execute, executemany = self._connection.execute, self._connection.executemany
        execute("INSERT INTO spelt SELECT word, number FROM staged_words ORDER BY word, number")
        words = execute("SELECT DISTINCT word FROM spelt")
        executemany(
            "INSERT INTO staged_sounds VALUES (?, ?)", ((sound, word) for (word,) in words for sound in sounds(word))
        )
        execute("INSERT INTO sounding SELECT sound, word FROM staged_sounds ORDER BY sound, word")
        execute("INSERT INTO identified SELECT identifier, number FROM staged_identifiers ORDER BY identifier, number")
        execute("COMMIT")


_QUICKLY: Final = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA temp_store = FILE",
    "PRAGMA cache_size = -65536",
)
_STAGED: Final = (
    "CREATE TEMP TABLE staged_words (word TEXT, number INTEGER)",
    "CREATE TEMP TABLE staged_sounds (sound TEXT, word TEXT)",
    "CREATE TEMP TABLE staged_identifiers (identifier TEXT, number INTEGER)",
)


def _spellings(entry: Entry) -> set[str]:
    """How the words of an entry's names are spelt; where it may be of either nature, with and without legal forms."""
    natures = {Nature.PERSON: (True,), Nature.ORGANISATION: (False,), Nature.UNKNOWN: (True, False)}[entry.nature]
    return {spelt(word) for name in entry.names for person in natures for word in words_of(name, person=person)}


def _reader(path: Path) -> Callable[[Path, CheckKind | None], Iterator[Outcome]]:
    """What reads the layout that this file has."""
    with open_for_reading(path) as file, as_unreadable():
        head = file.read(_HEAD)
    if reason := no_text(head):
        raise Unreadable(reason)
    start = head.removeprefix(BOM).lstrip()
    first_line = start.partition(b"\n")[0]
    if not start:
        raise Unreadable("it is empty: there is nothing to import")
    if start.startswith((b"{", b"[")):
        return read_followthemoney
    if is_header(first_line):
        return read_simple_csv
    beginning = echo(first_line.decode(errors="replace").strip())
    raise Unreadable(
        "it is neither OpenSanctions' simple CSV, with the columns id, schema, name and so on, nor FollowTheMoney as"
        f" JSON Lines: it begins with {beginning}"
    )


def _fingerprint(path: Path) -> tuple[str, int, str]:
    """SHA-256 and size of a file, and the day on which it was written."""
    digest = sha256()
    with open_for_reading(path) as file, as_unreadable():
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        status = os.fstat(file.fileno())
    return digest.hexdigest(), status.st_size, f"{datetime.fromtimestamp(status.st_mtime, UTC):%Y-%m-%d}"


def _in_force(target: Path) -> ListInfo | None:
    """The list that is to be replaced, None if there is none that can be read."""
    try:
        with open_list(target) as watch_list:
            return watch_list.info
    except DatabaseDamaged:
        return None


def _describe(connection: sqlite3.Connection, info: ListInfo) -> None:
    values = fields_of(info) | {"checks": ",".join(info.checks)}
    connection.execute(
        f"INSERT INTO list ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", tuple(values.values())
    )


def _news(connection: sqlite3.Connection, before: Path) -> tuple[int, int]:
    """How many entries are new against the list in that file, and how many say something else."""
    connection.execute("ATTACH ? AS before", (str(before),))
    added, changed = connection.execute(
        "SELECT count(*) FILTER (WHERE b.digest IS NULL), count(*) FILTER (WHERE b.digest <> n.digest)"
        " FROM main.entries AS n LEFT JOIN before.entries AS b USING (entry_id)"
    ).fetchone()
    connection.execute("DETACH before")
    return added, changed


def _bring_into_force(made: Path, target: Path) -> None:
    """In one step, and not before all of it is on the disk."""
    with made.open("rb+") as file:
        os.fsync(file.fileno())
    made.replace(target)


def _nothing_in_it(filling: _Filling) -> str:
    read = [f"{filling.rejected:,} can't be read"] if filling.rejected else []
    passed_over = [f"{count:,} are {why}" for why, count in filling.passed_over.most_common(3)]
    sentence = f"none of its records is an entry of a list ({'; '.join([*read, *passed_over]) or 'it has none'})"
    return f"{sentence}: --kind takes in what has other topics" if filling.passed_over else sentence
