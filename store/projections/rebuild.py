"""All read tables made anew from the log, in a file of their own beside the live ones."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from store.database import file_of, use_for_bulk_work, write_transaction
from store.log.pending import is_shared
from store.log.read import RecordedEvent, get_accepted_events, get_all_events, get_pending_events, last_position
from store.projections import PROJECTIONS, project
from store.projections.projection import Projection, insert

Progress = Callable[[int, int], None]
"""Called with what is done and what there is in all."""

_STEP = 20_000


def stale_tables(connection: sqlite3.Connection) -> list[str]:
    """The read tables that are missing, or that another version of their projection made."""
    standing = dict(
        connection.execute(
            "SELECT table_name, fingerprint FROM projections JOIN sqlite_schema ON type = 'table' AND name = table_name"
        )
    )
    return [p.table for p in PROJECTIONS if standing.get(p.table) != p.fingerprint]


def rebuild(connection: sqlite3.Connection, progress: Progress) -> int:
    """Replace all read tables by new ones made from the log; the number of events read.

    Others read the old tables meanwhile, and write: what they append is taken in before the swap, which is one
    transaction. If it ends early the live tables are as they were.
    """
    use_for_bulk_work(connection)
    with _folder_beside(connection) as folder, fresh_tables(folder / "fresh.sqlite3") as side, ExitStack() as last:
        shared = is_shared(connection)
        read = _project_all(side, get_accepted_events(connection), 0, last_position(connection), progress)
        with write_transaction(connection):
            if is_shared(connection) is not shared:  # what was accepted has become pending
                read = 0
                for projection in PROJECTIONS:
                    side.execute(f"DELETE FROM {projection.table}")
            rest = chain(get_accepted_events(connection, after=read), get_pending_events(connection))
            read = _project_all(side, rest, read, last_position(connection), progress)
            # Attached earlier, the new file would have been locked by this very transaction.
            connection.execute("ATTACH ? AS fresh", (str(folder / "fresh.sqlite3"),))
            last.callback(connection.execute, "DETACH fresh")
            for projection in PROJECTIONS:
                _replace(connection, projection)
    return read


def differences(connection: sqlite3.Connection, progress: Progress) -> Iterator[str]:
    """A sentence for every row in which the live read tables differ from fresh ones; nothing is written.

    The log must be whole (store/log/verify.py), and the caller in one read transaction.
    """
    before = connection.text_factory
    connection.text_factory = lambda data: data.decode(errors="backslashreplace")  # rows changed by hand, too
    try:
        with fresh_tables() as side:
            _project_all(side, get_all_events(connection), 0, last_position(connection), progress)
            for projection in PROJECTIONS:
                as_it_should_be = True
                for sentence in _compare(projection, connection, side):
                    as_it_should_be = False
                    yield sentence
                if as_it_should_be and projection.full_text_index:
                    yield from _compare_full_text(projection, connection, side)
    finally:
        connection.text_factory = before


def rows_after(events: Iterable[RecordedEvent]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each read table that these events, and nothing else, lead to."""
    with fresh_tables() as side:
        project(side, events)
        side.row_factory = sqlite3.Row
        return {
            p.table: [dict(row) for row in side.execute(f"SELECT {', '.join(p.columns)} FROM {p.table} ORDER BY rowid")]
            for p in PROJECTIONS
        }


_WORTH_A_DETOUR = 50
"""Events for which new tables are made sooner than rows are changed in place; both are well below a millisecond."""


def project_new_cases(connection: sqlite3.Connection, events: Sequence[RecordedEvent]) -> None:
    """As `project`, for cases that the read tables hold nothing of: each row is written once, as it ends up."""
    if len(events) < _WORTH_A_DETOUR:
        project(connection, events)
        return
    with fresh_tables(":memory:") as side:
        project(side, events)
        for p in PROJECTIONS:
            rows = side.execute(f"SELECT {', '.join(p.columns)} FROM {p.table} ORDER BY rowid")
            connection.executemany(insert(p.table, p.columns), rows)


@contextmanager
def fresh_tables(path: Path | str = "") -> Iterator[sqlite3.Connection]:
    """New and empty read tables, in a file at `path` or else in one that SQLite keeps to itself."""
    with closing(sqlite3.connect(path, isolation_level=None)) as side:
        use_for_bulk_work(side)
        side.execute("PRAGMA journal_mode = OFF")
        side.execute("PRAGMA synchronous = OFF")
        for projection in PROJECTIONS:
            side.execute(projection.create_table)
        yield side


@contextmanager
def _folder_beside(connection: sqlite3.Connection) -> Iterator[Path]:
    """A passing folder beside the database: what a killed rebuild leaves there lies where the case files do."""
    with TemporaryDirectory(prefix="rebuild-", dir=file_of(connection).parent) as folder:
        yield Path(folder)


def _project_all(
    side: sqlite3.Connection, events: Iterable[RecordedEvent], done: int, total: int, progress: Progress
) -> int:
    """How many of the `total` events are in the tables on the `side` now, when `done` were before."""
    rest = iter(events)
    side.execute("BEGIN")
    while step := list(islice(rest, _STEP)):
        project(side, step)
        done += len(step)
        progress(done, max(done, total))
    side.execute("COMMIT")
    progress(done, max(done, total))
    return done


def _replace(connection: sqlite3.Connection, projection: Projection) -> None:
    table = projection.table
    connection.execute(f"DROP TABLE IF EXISTS main.{table}")
    connection.execute(projection.create_table)
    columns = ", ".join(projection.columns)
    connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM fresh.{table} ORDER BY rowid")
    for index in projection.indexes:
        connection.execute(index)
    connection.execute(
        "INSERT INTO projections (table_name, fingerprint) VALUES (?, ?)"
        " ON CONFLICT (table_name) DO UPDATE SET fingerprint = excluded.fingerprint",
        (table, projection.fingerprint),
    )


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
