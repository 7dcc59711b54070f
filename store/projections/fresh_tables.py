"""New read tables beside the live ones, made from the whole log, from some cases, or from what a person saw."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from store.log.read import RecordedEvent
from store.progress import Progress
from store.projections import PROJECTIONS, project
from store.projections.projection import insert
from store.sqlite.transactions import use_for_bulk_work

_STEP: Final = 20_000


@contextmanager
def fresh_tables(path: Path | str = "") -> Iterator[sqlite3.Connection]:
    """New and empty read tables, in a file at `path`, or in a temporary file of SQLite."""
    with closing(without_journal(path)) as side:
        for projection in PROJECTIONS:
            side.execute(projection.create_table)
        yield side


def without_journal(path: Path | str) -> sqlite3.Connection:
    """A connection to a file of fresh tables. The file has no journal: a crash spoils it, and it is made again."""
    side = sqlite3.connect(path, isolation_level=None)
    use_for_bulk_work(side)
    side.execute("PRAGMA journal_mode = OFF")
    side.execute("PRAGMA synchronous = OFF")
    return side


def project_all(
    side: sqlite3.Connection, events: Iterable[RecordedEvent], done: int, total: int, progress: Progress
) -> int:
    """Apply events to the fresh tables on the `side`, and tell `progress`.

    `done` of the `total` events were applied before. Returns how many are applied now.
    """
    rest = iter(events)
    side.execute("BEGIN")
    while step := list(islice(rest, _STEP)):
        project(side, step)
        done += len(step)
        progress(done, max(done, total))
    side.execute("COMMIT")
    progress(done, max(done, total))
    return done


def rows_after(events: Iterable[RecordedEvent]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each read table after these events and no others."""
    with fresh_tables() as side:
        project(side, events)
        side.row_factory = sqlite3.Row
        return {
            p.table: [dict(row) for row in side.execute(f"SELECT {', '.join(p.columns)} FROM {p.table} ORDER BY rowid")]
            for p in PROJECTIONS
        }


REBUILD_IN_MEMORY_FROM: Final = 50
"""From this number of events on, making tables in memory takes less time than changing the rows in place."""


def project_new_cases(connection: sqlite3.Connection, events: Sequence[RecordedEvent]) -> None:
    """As `project`, for cases without any rows yet. Each row is written once, in its final state."""
    if len(events) < REBUILD_IN_MEMORY_FROM:
        project(connection, events)
        return
    with fresh_tables(":memory:") as side:
        side.execute("BEGIN")
        project(side, events)
        for p in PROJECTIONS:
            rows = side.execute(f"SELECT {', '.join(p.columns)} FROM {p.table} ORDER BY rowid")
            connection.executemany(insert(p.table, p.columns), rows)
