"""Moving what is committed from the write-ahead log (WAL) into the database file.

SQLite ends a WAL at the first frame whose checksum is wrong. So after a crash, one byte that the disk has changed there
cuts off all commits behind it, and the file looks whole. An empty WAL has nothing to lose.

SQLite does this by itself only when the last connection of all processes is closed, and after some thousand pages, of
which it then leaves copies in the WAL. It does not when a process is killed, and not while another has the file open.
"""

import sqlite3
from contextlib import suppress


def checkpoint(connection: sqlite3.Connection) -> None:
    """Move all of the WAL into the file and empty it, as far as nobody is in the way. Waits for nobody.

    Raises nothing: what is committed stays so, and the next checkpoint takes it along.
    """
    with suppress(sqlite3.Error):
        (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            _checkpoint(connection)
        finally:
            connection.execute(f"PRAGMA busy_timeout = {patience}")


def _checkpoint(connection: sqlite3.Connection) -> None:
    """In two steps. Emptying keeps others from writing, so most of the work is done before, while they may."""
    _, frames, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    if frames > 0:  # to empty an empty one would have every screen read anew
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
