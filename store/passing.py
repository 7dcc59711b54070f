"""What lies beside a database for a while, with personal data in clear, and what a process that is gone left of it.

A folder in passing is in use for as long as somebody holds the lock on a file in it. The name alone would not tell: a
number of a process is given to another one, and means nothing on another machine that shares the disk.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from enum import StrEnum
from errno import ENOLCK
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir, mkdtemp
from time import time
from typing import Final, NamedTuple

from store.exclusive import InUse, exclusively

IN_USE: Final = "in-use"
"""The file in a folder in passing on which the lock is."""

_A_DAY: Final = 24 * 60 * 60
"""What has no lock may be of an earlier version of caseworker that is at work, until it is as old as this."""


class Passing(StrEnum):
    """What a folder in passing is for, and how its name begins."""

    REBUILD = "rebuild-"
    LIST_IMPORT = "import-"
    ATTACHING = "incoming-"
    VIEWING = "opened-"
    VIEWING_ELSEWHERE = "caseworker-opened-"
    """In the folder of the system for what is temporary, where nothing can be written beside the files."""
    LOCKS = "caseworker-locks-"
    """What locks are tried on."""


class Left(NamedTuple):
    """Something in passing. `abandoned` says that the process whose it was is gone."""

    path: Path
    abandoned: bool


FILES: Final = "files"
"""The folder with what is attached to documents."""

LISTS: Final = "lists"
"""The folder with the lists in force."""


def beside(database: Path, what: str) -> Path:
    """The folder beside a database in which something of it lies."""
    return database.with_name(f"{database.name}.{what}")


def rebuild_prefix(database: Path) -> str:
    """Beside a database lie things of other people, so what is ours bears its name."""
    return f"{database.name}.{Passing.REBUILD}"


@contextmanager
def passing_folder(folder: Path, prefix: str) -> Iterator[Path]:
    """A new folder in passing, for its owner alone (0700), which is gone at the end.

    Raises OSError where none can be made, or no lock can be had.
    """
    made = Path(mkdtemp(prefix=prefix, dir=folder))
    begun = made / (IN_USE if os.name == "nt" else "begun")
    try:
        with ExitStack() as held:
            try:
                held.enter_context(exclusively(begun))
            except (InUse, sqlite3.Error) as error:  # nobody uses what was just made: SQLite says so for want of locks
                raise OSError(ENOLCK, f"no lock can be had there ({error})", str(folder)) from error
            # A file of that name is never without its lock, unless its holder is gone. Windows renames no open file.
            begun.rename(made / IN_USE)
            yield made
    finally:
        rmtree(made, ignore_errors=True)  # what is left of it goes with a later run


def in_passing(database: Path, *, everywhere: bool = True) -> Iterator[Left]:
    """All that is in passing for this database, in use or abandoned.

    Not `everywhere` leaves out the folder of the system for what is temporary, which may hold very much, unless copies
    for viewers can lie nowhere else.
    """
    files, lists, temporary = beside(database, FILES), beside(database, LISTS), Path(gettempdir())
    for folder, prefix in (
        (database.parent, f"{database.name}.{Passing.REBUILD}"),
        (database.parent, Passing.LOCKS),
        (lists, Passing.LIST_IMPORT),
        (files, Passing.ATTACHING),
        (files, Passing.VIEWING),
    ):
        for path in _beginning_with(folder, prefix):
            yield Left(path, _is_abandoned(path))
    for path in _beginning_with(database.parent, Passing.REBUILD):
        if _is_a_rebuild_of_old(path):
            yield Left(path, _is_abandoned(path))
    if everywhere or (files.is_dir() and not os.access(files, os.W_OK)):
        for path in _beginning_with(temporary, Passing.VIEWING_ELSEWHERE):
            if _is_ours(path):
                yield Left(path, _is_abandoned(path))


def clear_away(database: Path) -> None:
    """Remove what processes that are gone left. What can't be removed is for the doctor to tell."""
    for path, abandoned in in_passing(database, everywhere=False):
        if abandoned and path.is_dir() and not path.is_symlink():
            rmtree(path, ignore_errors=True)
        elif abandoned:
            with suppress(OSError):
                path.unlink()


def _beginning_with(folder: Path, prefix: str) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entry.name for entry in entries if entry.name.startswith(prefix))
    except OSError:  # it is not there, or may not be read
        return
    for name in found:
        yield folder / name


def _is_abandoned(path: Path) -> bool:
    lock = path / IN_USE
    try:
        if not lock.exists():
            return time() - path.lstat().st_mtime > _A_DAY
        with exclusively(lock, create=False):
            return True
    except (InUse, OSError, sqlite3.Error):  # in use, gone meanwhile, or not to be told
        return False


def _is_ours(path: Path) -> bool:
    try:
        return os.name != "posix" or path.lstat().st_uid == os.getuid()
    except OSError:
        return False


_OF_OLD: Final = re.compile(r"rebuild-[a-z0-9_]{8}")
_TABLES: Final = re.compile(r"segment_\d+\.sqlite3(-\w+)?|fresh\.sqlite3(-\w+)?")


def _is_a_rebuild_of_old(path: Path) -> bool:
    """A folder of an earlier version bore no name of ours, but nobody else has such files alone in such a folder."""
    try:
        held = os.listdir(path) if _OF_OLD.fullmatch(path.name) else []  # noqa: PTH208 (names are enough)
    except OSError:
        return False
    return bool(held) and all(_TABLES.fullmatch(name) for name in held)
