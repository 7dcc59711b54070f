"""The live read tables compared with what the log says."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing

from store.log.read import get_all_events, last_position
from store.projections import PROJECTIONS
from store.projections.fresh_tables import Progress, fresh_tables, project_all
from store.projections.projection import Projection


def differences(connection: sqlite3.Connection, progress: Progress) -> Iterator[str]:
    """A sentence for every row in which the live read tables differ from fresh ones; nothing is written.

    The log must be whole (store/log/verify.py), and the caller in one read transaction.
    """
    before = connection.text_factory
    connection.text_factory = lambda data: data.decode(errors="backslashreplace")  # rows changed by hand, too
    try:
        with fresh_tables() as side:
            project_all(side, get_all_events(connection), 0, last_position(connection), progress)
            for projection in PROJECTIONS:
                as_it_should_be = True
                for sentence in _compare(projection, connection, side):
                    as_it_should_be = False
                    yield sentence
                if as_it_should_be and projection.full_text_index:
                    yield from _compare_full_text(projection, connection, side)
    finally:
        connection.text_factory = before


def _compare(projection: Projection, live: sqlite3.Connection, fresh: sqlite3.Connection) -> Iterator[str]:
    table = projection.table
    (exists,) = live.execute("SELECT count(*) FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    if not exists:
        yield f"The read table {table} is missing: `caseworker rebuild` makes it again."
        return
    columns = list(projection.columns)
    if [name for (name,) in live.execute("SELECT name FROM pragma_table_info(?)", (table,))] != [
        *filter(None, [projection.local_id]),
        *columns,
    ]:
        yield f"The read table {table} has other columns than it should: `caseworker rebuild` makes it again."
        return
    query = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {projection.key}"
    live_rows, fresh_rows = live.execute(query), fresh.execute(query)
    for key, is_live, should_be in _paired(live_rows, fresh_rows):
        if should_be is None:
            yield f"{table}: the row {key} does not follow from the log."
        elif is_live is None:
            yield f"{table}: the row {key} is missing."
        elif is_live != should_be:
            wrong = [c for c, a, b in zip(columns, is_live, should_be, strict=True) if a != b]
            yield f"{table}: the row {key} differs from the log in {', '.join(wrong)}."


def _compare_full_text(projection: Projection, live: sqlite3.Connection, fresh: sqlite3.Connection) -> Iterator[str]:
    """By what keeps the index, and by the words in it, and how often and in how many rows each stands there."""
    triggers = dict(live.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
    for name, statement in projection.triggers.items():
        if triggers.get(name) != statement:
            yield f"The trigger {name} is not as caseworker made it: `caseworker rebuild` makes it again."
    for statement in projection.indexes:
        fresh.execute(statement)
    index = projection.full_text_index
    with ExitStack() as cursors:
        queries = []
        try:
            for connection in (live, fresh):
                connection.execute("DROP TABLE IF EXISTS temp.words_in_index")
                connection.execute(f"CREATE VIRTUAL TABLE temp.words_in_index USING fts5vocab (main, {index}, row)")
                words = connection.execute("SELECT * FROM temp.words_in_index ORDER BY term")
                queries.append(cursors.enter_context(closing(words)))
            for word, is_live, should_be in _paired(*queries):
                if is_live != should_be:
                    yield f"{index}: the word ‘{word}’ does not lead to its cases: `caseworker rebuild` mends that."
                    return
        except sqlite3.OperationalError:
            yield f"The search index {index} is missing or damaged: `caseworker rebuild` makes it again."


Row = tuple[object, ...]


def _paired(live: Iterator[Row], fresh: Iterator[Row]) -> Iterator[tuple[object, Row | None, Row | None]]:
    """The rows of both, each sorted by key, side by side; None where one of them has no row with that key."""
    a, b = next(live, None), next(fresh, None)
    while a is not None or b is not None:
        if b is None or (a is not None and str(a[0]) < str(b[0])):
            assert a is not None
            yield a[0], a, None
            a = next(live, None)
        elif a is None or str(b[0]) < str(a[0]):
            yield b[0], None, b
            b = next(fresh, None)
        else:
            yield a[0], a, b
            a, b = next(live, None), next(fresh, None)
