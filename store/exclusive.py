"""One process at a time: a lock that the system lets go of however its holder ends."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path


class InUse(Exception):
    """Somebody else is within `exclusively` for this file."""


@contextmanager
def exclusively(path: Path, *, create: bool = True) -> Iterator[None]:
    """Raises `InUse` while another process, or another part of this one, is within this for the same file.

    The lock is SQLite's own, on an empty file that only its owner can read. Raises `sqlite3.Error` where no lock can be
    had.
    """
    if create:
        _make_private(path)
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(
        sqlite3.connect(uri, uri=True, isolation_level=None, timeout=0, check_same_thread=False)
    ) as connection:
        try:
            connection.execute("PRAGMA journal_mode = OFF")  # nothing is ever written: the lock is all
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise InUse(str(error)) from error
            raise
        yield


def _make_private(path: Path) -> None:
    """An open file of our own is not closed here once it is there: closing it would let go of this process's locks."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    if os.name == "posix" and stat.S_IMODE(path.lstat().st_mode) != 0o600:  # made by an earlier version
        path.chmod(0o600)
