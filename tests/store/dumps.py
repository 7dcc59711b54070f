"""Dumps of databases that earlier versions made, and the databases made of them again."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from tests.store.stores import Rows, rows

OLD: Final = sorted((Path(__file__).parent / "old_databases").glob("*.sql"))


def restore(dump: Path, database: Path) -> Path:
    """The database of a dump."""
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
    return database


def log_of(path: Path) -> dict[str, Rows]:
    """All commits and events, whichever of their tables the schema has."""
    with closing(sqlite3.connect(path)) as connection:
        there = {name for (name,) in rows(connection, "SELECT name FROM sqlite_schema")}
        tables = there & {"commits", "events", "pending_commits", "pending_events", "quarantined_records", "cursors"}
        return {table: rows(connection, f"SELECT * FROM {table} ORDER BY 1") for table in sorted(tables)}
