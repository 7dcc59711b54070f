"""Opening the database file: connection settings, permissions, schema version.

A new file is readable by its owner alone (0600), and so is a folder that is made for it (0700).
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Concatenate, Final, ParamSpec, TypeVar

from store.closing import Closing
from store.errors import (
    DatabaseDamaged,
    DatabaseMissing,
    DatabaseReadOnly,
    ForeignDatabase,
    NewerDatabase,
    StoreError,
    damaged,
    from_sqlite,
)
from store.locking import file_system_of, is_remote, trouble_with_locks
from store.sqlite.digest import READ_TABLES
from store.sqlite.read_tables import digest_of, read_tables
from store.sqlite.schema import APPLICATION_ID, SCHEMA_VERSION, migrate
from store.sqlite.transactions import read_transaction

SMALLEST_DATABASE: Final = 512
"""The bytes of one page. SQLite takes a smaller file for an empty one, and would write a new database over it."""

BUSY_TIMEOUT_MS: Final = 5_000

P = ParamSpec("P")
T = TypeVar("T")

Query = Callable[Concatenate[sqlite3.Connection, P], T]
"""A function of `store.queries`, or any other that takes a connection first."""


class Reader(Closing):
    """A database that is only read. The first picture of the app needs no more of the engine."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self._connection = connection

    def close(self) -> None:
        self._connection.close()

    def interrupt(self) -> None:
        """End the query that runs now with a `StoreError`. Called from another thread."""
        self._connection.interrupt()

    def query(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer of a function of `store.queries`, or of any other that takes a connection first."""
        with translated(self.path):
            return query(self._connection, *args, **kwargs)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All queries in the block see the database as it is when the first one reads, whatever others write
        meanwhile. The rows of a query that answers with an iterator are read in the block."""
        with translated(self.path), read_transaction(self._connection):
            yield


def reader(path: Path, *, create: bool = True) -> Reader | None:
    """The database at `path`, to be read; None if its read tables have to be rebuilt, which the engine does.

    Raises a `StoreError` (see store/errors.py) that says what is wrong with the file.
    """
    opened = Reader(connect(path, create=create), path)
    try:
        if digest_of(opened.query(read_tables)) == READ_TABLES:
            return opened
    except BaseException:
        opened.close()
        raise
    opened.close()
    return None


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns an error of SQLite into a `StoreError` that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error
    except UnicodeDecodeError as error:  # Python's sqlite3 raises it if a name in the schema is not UTF-8
        raise damaged(path) from error


def connect(path: Path, *, create: bool = True) -> sqlite3.Connection:
    """A connection to the database at `path`, in autocommit mode. Its schema is brought up to date.

    Raises a `StoreError` (see store/errors.py) that says what is wrong with the file.
    """
    _refuse_without_locks(path)
    _prepare_file(path, create=create)
    with translated(path):
        connection = sqlite3.connect(_uri(path), uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            _check_whose(connection, path)
            _configure(connection)
            _bring_up_to_date(connection)
        except BaseException:
            connection.close()
            raise
    return connection


_tried: Final[dict[int, str | None]] = {}
"""What is wrong with the locks of a network file system, by its device: they are tried once in a process."""


def _refuse_without_locks(path: Path) -> None:
    """On a local disk nothing is tried, for that takes a process of its own."""
    folder = next((each for each in path.resolve().parents if each.is_dir()), None)
    kind = file_system_of(folder) if folder else None
    if folder is None or not is_remote(kind):
        return
    device = folder.stat().st_dev
    if device not in _tried:
        _tried[device] = trouble_with_locks(folder)
    if trouble := _tried[device]:
        raise StoreError(
            f"The database {path} lies on a file system ({kind}) whose locks do not hold: {trouble}. Two processes"
            " would write over each other's work unnoticed. Move it to a local disk, or have the share mounted with"
            " locks."
        )


def file_of(connection: sqlite3.Connection) -> Path:
    """The database file behind a connection."""
    (name,) = (file for _, schema, file in connection.execute("PRAGMA database_list") if schema == "main")
    return Path(name)


def _prepare_file(path: Path, *, create: bool) -> None:
    try:
        if path.is_dir():
            raise DatabaseDamaged(f"{path} is a folder, not a database: name a file in it with --db.")
        if path.exists():
            size = path.stat().st_size
            if 0 < size < SMALLEST_DATABASE:
                raise damaged(path, by=sqlite3.SQLITE_NOTADB)
            if not create and not size:
                raise DatabaseDamaged(
                    f"The database {path} is empty (0 bytes): restore it from a backup, or delete it."
                )
            return
        if not create:
            raise DatabaseMissing(
                f"There is no database at {path} yet: `caseworker import FILE` or `caseworker` makes one,"
                " `caseworker demo` shows sample cases."
            )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseReadOnly(f"The database {path} can't be made: {error.strerror}.") from error


def _uri(path: Path) -> str:
    """The address of the database for SQLite.

    A read-only file, or a file in a read-only folder, can still be read unless a log file lies beside it.
    """
    uri = path.absolute().as_uri()
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return uri
    journal = path.with_name(f"{path.name}-wal")
    return f"{uri}?mode=ro" if journal.exists() else f"{uri}?mode=ro&immutable=1"


def _check_whose(connection: sqlite3.Connection, path: Path) -> None:
    with read_transaction(connection):  # another process may be making the schema at this moment
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (schema_version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application_id != APPLICATION_ID and tables:
        raise ForeignDatabase(f"{path} is a SQLite database, but not one of caseworker: choose another file with --db.")
    if schema_version > SCHEMA_VERSION:
        raise NewerDatabase(
            f"The database {path} was written by a newer version of caseworker (its schema is {schema_version},"
            f" this version knows {SCHEMA_VERSION}): upgrade caseworker to open it."
        )


def _configure(connection: sqlite3.Connection) -> None:
    _use_write_ahead_log(connection)
    connection.execute("PRAGMA synchronous = FULL")  # a carried out command survives a power cut
    connection.execute("PRAGMA foreign_keys = ON")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to WAL. On a new file that takes a lock, for which SQLite itself does not wait."""
    deadline = monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    (schema_version,) = connection.execute("PRAGMA user_version").fetchone()
    if schema_version < SCHEMA_VERSION:
        migrate(connection)
