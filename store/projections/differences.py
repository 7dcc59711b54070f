"""The live read tables compared with tables made from the log."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Final

from store.log.read import get_all_events, last_position
from store.progress import Progress
from store.projections import PROJECTIONS
from store.projections.fresh_tables import fresh_tables, project_all
from store.projections.projection import Projection
from store.sqlite.as_made import not_as_made

Row = tuple[object, ...]

_PARTS_OF_FTS5: Final = ("data", "idx", "docsize", "config")
"""The tables in which FTS5 keeps an index."""


def differences(connection: sqlite3.Connection, progress: Progress) -> Iterator[str]:
    """A sentence for every row in which the live read tables differ from fresh ones. Nothing is written.

    The log must be whole (store/log/verify.py), and the caller must be in one read transaction.
    """
    before = connection.text_factory
    connection.text_factory = lambda data: data.decode(
        errors="backslashreplace"
    )  # a row that was changed by hand may be no UTF-8
    try:
        with fresh_tables() as side:
            project_all(side, get_all_events(connection), 0, last_position(connection), progress, log=connection)
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
    for what in not_as_made(live, (projection.create_table, *projection.indexes)):
        yield f"The {what}: `caseworker rebuild` makes it again."
    key = ", ".join(projection.key)
    query = f"SELECT {key}, {', '.join(columns)} FROM {table} ORDER BY {key}"
    length = len(projection.key)
    for key_values, is_live, should_be in _paired(length, live.execute(query), fresh.execute(query)):
        row = _row_named(projection, key_values)
        if should_be is None:
            yield f"{table}: the row {row} does not follow from the log."
        elif is_live is None:
            yield f"{table}: the row {row} is missing."
        elif is_live != should_be:
            pairs = zip(columns, is_live[length:], should_be[length:], strict=True)
            wrong = [column for column, a, b in pairs if a != b]
            yield f"{table}: the row {row} differs from the log in {', '.join(wrong)}."


def _row_named(projection: Projection, key_values: Row) -> str:
    """A row by its id, with its case where that is another column of the key."""
    values = dict(zip(projection.key, key_values, strict=True))
    *_, own = projection.key
    return f"{values[own]}" if own == "case_id" else f"{values[own]} of case {values['case_id']}"


def _compare_full_text(projection: Projection, live: sqlite3.Connection, fresh: sqlite3.Connection) -> Iterator[str]:
    """A sentence if a word differs, its rows or how often it stands in them."""
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
            for (word,), is_live, should_be in _paired(1, *queries):
                if is_live != should_be:
                    yield f"{index}: the word ‘{word}’ does not lead to its cases: `caseworker rebuild` mends that."
                    return
            _check_full_text(projection, live)
        except sqlite3.DatabaseError:
            yield f"The search index {index} is missing or damaged: `caseworker rebuild` makes it again."


def _check_full_text(projection: Projection, live: sqlite3.Connection) -> None:
    """Compare the index with the rows that it is of, by FTS5's own check, which knows all parts of it.

    The check is a statement that writes, so it is made on a copy. Raises `sqlite3.DatabaseError` if they differ.
    """
    index = projection.full_text_index
    with fresh_tables() as copy:
        for statement in projection.indexes:
            copy.execute(statement)
        for trigger in projection.triggers:
            copy.execute(f"DROP TRIGGER {trigger}")
        check = f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"
        copy.execute("BEGIN")
        copy.execute(check)
        copy.execute("ROLLBACK")  # with that FTS5 forgets the empty index
        for table in (projection.table, *(f"{index}_{part}" for part in _PARTS_OF_FTS5)):
            rows = live.execute(f"SELECT * FROM {table}")
            places = ", ".join("?" * len(rows.description))
            copy.execute(f"DELETE FROM {table}")
            copy.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
        copy.execute(check)


def _paired(length: int, live: Iterator[Row], fresh: Iterator[Row]) -> Iterator[tuple[Row, Row | None, Row | None]]:
    """The key and the rows of both, side by side; None where one of them has no row with that key.

    The first `length` values of a row are its key, by which both are sorted.
    """
    a, b = next(live, None), next(fresh, None)
    while a is not None or b is not None:
        if b is None or (a is not None and _sortable(a[:length]) < _sortable(b[:length])):
            assert a is not None
            yield a[:length], a, None
            a = next(live, None)
        elif a is None or _sortable(b[:length]) < _sortable(a[:length]):
            yield b[:length], None, b
            b = next(fresh, None)
        else:
            yield a[:length], a, b
            a, b = next(live, None), next(fresh, None)


def _sortable(key: Row) -> tuple[str, ...]:
    return tuple(map(str, key))
