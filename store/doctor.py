"""What could keep a database from being used, and the lists beside it: `caseworker doctor` tells it.

Every check answers, whatever is wrong with the database: one that fails says what to do.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from store.attachments import folder_of, held
from store.device import older_and_what_to_do, unknown_own
from store.domain.rules import Rules
from store.errors import StoreError
from store.locking import file_system_of, trouble_with_locks
from store.passing import in_passing
from store.projections.rebuild import stale_tables
from store.queries.notification_rules import notification_rules, notification_service_state
from store.screening.list_files import lists_folder, lists_in_force
from store.sqlite.database import connect, translated
from store.sqlite.schema import SCHEMA_VERSION
from store.unsettled import waiting_rows
from store.validation import printable

OLDEST_SQLITE: Final = (3, 38, 0)  # STRICT tables, JSON functions
LITTLE_SPACE: Final = 100 * 1024**2
_PATIENCE_MS: Final = 250


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and found. `advice` says what to do when it is not `ok`."""

    name: str
    ok: bool
    found: str
    advice: str = ""


def sqlite_library() -> Check:
    return Check(
        "SQLite",
        sqlite3.sqlite_version_info >= OLDEST_SQLITE,
        sqlite3.sqlite_version,
        f"caseworker needs SQLite {'.'.join(map(str, OLDEST_SQLITE))} or newer: use a newer Python.",
    )


def examine(database: Path, rules: Rules) -> Iterator[Check]:
    """The file, what is in it, and the lists. `rules` say which notification rules are in force."""
    yield from _file(database)
    yield from _locks(database)
    yield from _contents(database, rules)
    yield _lists(database)
    yield _in_passing(database)


def _file(database: Path) -> Iterator[Check]:
    yield Check("Database", True, str(database))
    try:
        size, mode = database.stat().st_size, database.stat().st_mode
    except OSError:
        return
    yield Check("Size", size > 0, f"{size:,} bytes", "The file is empty: restore it from a backup, or delete it.")
    if os.name == "posix":
        yield Check(
            "Permissions",
            not mode & 0o077,
            f"{mode & 0o777:04o}",
            "Other users can read the case files: chmod 600 the database.",
        )
    free = shutil.disk_usage(database.absolute().parent).free
    yield Check(
        "Free space", free > max(LITTLE_SPACE, size), f"{free // 1024**2:,} MiB", "Make room on the database's disk."
    )


def _locks(database: Path) -> Iterator[Check]:
    """Tried from a second process, wherever the file lies."""
    folder = database.resolve().parent
    if not os.access(folder, os.W_OK):
        return  # in a folder that can't be written to nothing is locked
    trouble, kind = trouble_with_locks(folder), file_system_of(folder)
    yield Check(
        "Locks",
        trouble is None,
        f"{trouble or 'hold'}{f' ({kind})' if kind else ''}",
        "Two processes would write over each other's work unnoticed: move the database to a local disk, or have the"
        " share mounted with locks.",
    )


def _contents(database: Path, rules: Rules) -> Iterator[Check]:
    if database.is_file() and not database.stat().st_size:
        return  # to open an empty file is to make a database of it
    try:
        with closing(connect(database, create=False)) as connection:
            connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            writing = _writing(connection, database)
            yield writing
            with translated(database):
                yield from _answers(connection, writing.ok)
                yield from _notification_rules(connection, rules)
    except StoreError as error:
        yield Check("Opening", False, error.code, str(error))


def _answers(connection: sqlite3.Connection, writable: bool) -> Iterator[Check]:
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    yield Check("Schema", True, f"{schema} (this version knows {SCHEMA_VERSION})")
    (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
    yield Check(
        "Journal",
        journal == "wal" or not writable,  # one that can't be written to is read without its journal
        journal,
        "The database's disk does not allow write-ahead logging (a network share?): move it to a local disk.",
    )
    faults = [fault for (fault,) in connection.execute("PRAGMA quick_check(5)") if fault != "ok"]
    yield Check("Quick check", not faults, "; ".join(faults) or "ok", "Restore the database from a backup.")
    counts = (
        "{:,} {}".format(*connection.execute(f"SELECT count(*), '{table}' FROM {table}").fetchone())
        for table in ("cases", "commits", "events")
    )
    yield Check("Contents", True, ", ".join(counts))
    yield _files(connection)
    stale = stale_tables(connection)
    yield Check("Read tables", not stale, ", ".join(stale) or "current", "Run `caseworker rebuild`.")
    if waiting := waiting_rows(connection):
        case_id, sentence = next(iter(waiting.items()))
        found = f"of {len(waiting)} cases wait, the first of {printable(case_id)}"
        yield Check("Rows", False, found, f"{sentence} `caseworker rebuild` tries again.")
    if found_back := unknown_own(connection):
        found = f"{found_back.commits:,} of its own came back that it had not made"
        yield Check("Changes sent", False, found, older_and_what_to_do(connection))


def _notification_rules(connection: sqlite3.Connection, rules: Rules) -> Iterator[Check]:
    in_force = notification_rules(connection, rules)
    if rules.notification_service is None:
        yield Check("Notification rules", True, f"{len(in_force)} in force")
        return
    state = notification_service_state(connection, rules.notification_service)
    yield Check(
        "Notification rules",
        not state.trouble,
        f"{len(in_force)} in force. {state.sentence}",
        f"The service last answered in full {state.answered_at or 'never'}; nothing else is held up by it."
        " `caseworker notifications --refresh` asks it again.",
    )


def _files(connection: sqlite3.Connection) -> Check:
    """Where attached files lie. Whether their content is as it was, `caseworker verify` tells."""
    folder = folder_of(connection)
    try:
        count, mode = sum(1 for _ in held(folder)), folder.stat().st_mode
    except FileNotFoundError:
        return Check("Files", True, f"none yet, in {folder}")
    except OSError as error:
        return Check("Files", False, f"{folder}: {error.strerror}", "Make the folder readable.")
    private = os.name != "posix" or not mode & 0o077
    advice = "Other users can read attached files: chmod 700 the folder."
    return Check("Files", private, f"{count:,} in {folder}", advice)


def _lists(database: Path) -> Check:
    try:
        in_force = lists_in_force(lists_folder(database))
    except StoreError as error:
        return Check("Lists", False, error.code, str(error))
    return Check("Lists", True, ", ".join(f"{it.name} ({it.version})" for it in in_force) or "none in force")


def _in_passing(database: Path) -> Check:
    """What is there for a while, in clear: a rebuild, a list that is imported, copies for viewers."""
    found = list(in_passing(database))
    abandoned = [str(path) for path, of_one_gone in found if of_one_gone]
    at_work = len(found) - len(abandoned)
    name, used = "Left behind", f"; in use by a process at work: {at_work}" if at_work else ""
    if not abandoned:
        return Check(name, True, f"nothing{used}")
    return Check(
        name,
        False,
        f"by processes that are gone: {', '.join(abandoned)}{used}",
        "These hold personal data in clear. The next run of caseworker on this database removes them; if they are still"
        " here after it, delete them by hand.",
    )


def _writing(connection: sqlite3.Connection, database: Path) -> Check:
    if not (os.access(database, os.W_OK) and os.access(database.absolute().parent, os.W_OK)):
        return Check("Writing", False, "forbidden", "To work on cases, make the database and its folder writable.")
    try:
        with translated(database):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except StoreError as error:
        return Check("Writing", False, error.code, str(error))
    return Check("Writing", True, "possible")
