"""Whether tables, indexes and triggers are still as the statements made them that caseworker gave.

A table or index whose statement was changed in the file keeps its rows, but no longer what it promises of them: that
something is there once, or is of its type.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing


def not_as_made(connection: sqlite3.Connection, statements: Iterable[str]) -> list[str]:
    """What is wrong with what these statements make, as `table notes is missing`. White space counts for nothing."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for statement in statements:
            fresh.execute(statement)
        made = _schema(fresh)
    there = _schema(connection)
    return [
        f"{kind} {name} {'is not as caseworker made it' if (kind, name) in there else 'is missing'}"
        for (kind, name), sql in made.items()
        if there.get((kind, name)) != sql
    ]


def _schema(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")
    return {(kind, name): " ".join(str(sql).split()) for kind, name, sql in rows}  # a changed bit can make it bytes
