"""What can go wrong with a database and the files beside it, as sentences.

    StoreError                    everything below, and what SQLite says that has no name here
    ├── DatabaseMissing           no file there
    ├── DatabaseBusy              another process holds the lock
    ├── DatabaseReadOnly          the file or its folder can't be written to
    ├── DatabaseDamaged           not a database, truncated, or malformed
    ├── ForeignDatabase           a SQLite database, but of another program
    ├── NewerDatabase             written by a newer version of caseworker
    ├── UnusableFile              a file that can't be attached, or written where somebody wants it
    ├── FileMissing               an attached file that is not on this machine
    └── FileChanged               an attached file with another content than on the day it was attached

A command that the domain refuses is no error of the store: see `store.domain.refusals.Refusal`.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final


class StoreError(Exception):
    """Something is wrong with the database. `str()` is a sentence for people, `code` is for programs."""

    code = "database_error"


class DatabaseMissing(StoreError):
    code = "database_missing"


class DatabaseBusy(StoreError):
    code = "database_locked"


class DatabaseReadOnly(StoreError):
    code = "database_read_only"


class DatabaseDamaged(StoreError):
    code = "database_damaged"


class ForeignDatabase(StoreError):
    code = "database_foreign"


class NewerDatabase(StoreError):
    code = "database_newer"


class UnusableFile(StoreError):
    code = "file_unusable"


class FileMissing(StoreError):
    code = "file_missing"


class FileChanged(StoreError):
    code = "file_changed"


_BY_SQLITE_CODE: Final[Mapping[int, tuple[type[StoreError], str]]] = {
    sqlite3.SQLITE_BUSY: (
        DatabaseBusy,
        "The database {path} is in use by another process: try again in a moment. Nothing was changed.",
    ),
    sqlite3.SQLITE_LOCKED: (
        DatabaseBusy,
        "The database {path} is in use by another process: try again in a moment. Nothing was changed.",
    ),
    sqlite3.SQLITE_READONLY: (
        DatabaseReadOnly,
        "The database {path} can't be written to: check the permissions of the file and of its folder.",
    ),
    sqlite3.SQLITE_PERM: (
        DatabaseReadOnly,
        "The database {path} can't be written to: check the permissions of the file and of its folder.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        DatabaseReadOnly,
        "The database {path} can't be opened: check the permissions of the file and of its folder.",
    ),
    sqlite3.SQLITE_NOTADB: (
        DatabaseDamaged,
        "{path} is not a caseworker database: it is not a SQLite file at all. Choose another file with --db.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        DatabaseDamaged,
        "The database {path} is damaged (truncated or overwritten): restore it from a backup."
        " `caseworker doctor` tells more.",
    ),
    sqlite3.SQLITE_FULL: (
        StoreError,
        "The disk that holds {path} is full: free some space and try again. Nothing was changed.",
    ),
    sqlite3.SQLITE_IOERR: (
        StoreError,
        "The disk that holds {path} failed to read or write: check the disk, then run `caseworker verify`.",
    ),
}


class BadFile(Exception):
    """A file that somebody wrote by hand and that can't be used. `str()` is a sentence that names the file, the place
    in it and what to do."""


def damaged(path: Path, *, by: int = sqlite3.SQLITE_CORRUPT) -> StoreError:
    """As if SQLite had reported the file at `path` as corrupt, or as no database of its own (SQLITE_NOTADB)."""
    kind, sentence = _BY_SQLITE_CODE[by]
    return kind(sentence.format(path=path))


def primary_code(error: sqlite3.Error) -> int:
    """What SQLite reports, as SQLITE_FULL; 0 for what it does not report, such as the use of a closed connection.

    A text that is not UTF-8 is reported by Python, without a code: the file was changed.
    """
    if str(error).startswith("Could not decode to UTF-8"):
        return sqlite3.SQLITE_CORRUPT
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def from_sqlite(error: sqlite3.Error, path: Path) -> StoreError:
    """The sentence for what SQLite reports about the database at `path`."""
    primary = primary_code(error)
    if primary not in _BY_SQLITE_CODE:
        return StoreError(f"The database {path} could not be used: {error}. Run `caseworker doctor`.")
    kind, sentence = _BY_SQLITE_CODE[primary]
    return kind(sentence.format(path=path))
