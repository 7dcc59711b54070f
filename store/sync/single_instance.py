"""One process at a time syncs a database: two would do everything twice, and take notifications out of each other's
hands."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from store.sync.shared_log import SyncStopped


@contextmanager
def single_instance(database: Path) -> Iterator[None]:
    """Raises `SyncStopped` while another process is within this for the same database.

    The lock is SQLite's own, on an empty file beside the database: the system lets it go however the process ends.
    """
    with closing(sqlite3.connect(f"{database}-sync", isolation_level=None, timeout=0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise SyncStopped(
                "synced_elsewhere",
                f"Another process syncs {database} already: the app, or `caseworker sync --watch`.",
            ) from error
        yield
