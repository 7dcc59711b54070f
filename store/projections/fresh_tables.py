"""New read tables beside the live ones, made from the whole log, from some cases, or from what a person saw."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from store.log.read import RecordedEvent, get_events_for_case
from store.progress import Progress
from store.projections import PROJECTIONS, History, project, project_what_can_be
from store.projections.projection import insert
from store.sqlite.schema import WAITING_ROWS
from store.sqlite.transactions import use_for_bulk_work

_STEP: Final = 20_000


@contextmanager
def fresh_tables(path: Path | str = "") -> Iterator[sqlite3.Connection]:
    """New and empty read tables, in a file at `path`, or in a temporary file of SQLite.

    With them is the table of the cases whose rows wait.
    """
    with closing(without_journal(path)) as side:
        side.execute(WAITING_ROWS)
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
    side: sqlite3.Connection,
    events: Iterable[RecordedEvent],
    done: int,
    total: int,
    progress: Progress,
    *,
    log: sqlite3.Connection,
) -> int:
    """Apply events of the `log` to the fresh tables on the `side`, as far as that can be, and tell `progress`.

    `done` of the `total` events were applied before. Returns how many are applied now.
    """
    rest = iter(events)
    side.execute("BEGIN")
    while step := list(islice(rest, _STEP)):
        project_what_can_be(side, step, history_in(log))
        done += len(step)
        progress(done, max(done, total))
    side.execute("COMMIT")
    progress(done, max(done, total))
    return done


def history_in(log: sqlite3.Connection) -> History:
    """The events of a case in a log."""
    return lambda case_id: get_events_for_case(log, case_id)


def history_among(events: Iterable[RecordedEvent]) -> History:
    """The events of a case among these."""
    of_cases = defaultdict[str, list[RecordedEvent]](list)
    for event in events:
        of_cases[event.case_id].append(event)
    return lambda case_id: of_cases[case_id]


def rows_after(events: Sequence[RecordedEvent]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each read table after these events and no others, as far as these can be projected."""
    with fresh_tables() as side:
        project_what_can_be(side, events, history_among(events))
        side.row_factory = sqlite3.Row
        return {
            p.table: [dict(row) for row in side.execute(f"SELECT {', '.join(p.columns)} FROM {p.table} ORDER BY rowid")]
            for p in PROJECTIONS
        }


REBUILD_IN_MEMORY_FROM: Final = 50
"""From this number of events on, making tables in memory takes less time than changing the rows in place."""


def project_new_cases(
    connection: sqlite3.Connection, events: Sequence[RecordedEvent], *, as_far_as_can_be: bool = False
) -> None:
    """As `project`, for cases without any rows yet. Each row is written once, in its final state.

    With `as_far_as_can_be`, as `project_what_can_be`.
    """
    if len(events) < REBUILD_IN_MEMORY_FROM:
        _project(connection, events, as_far_as_can_be=as_far_as_can_be)
        return
    with fresh_tables(":memory:") as side:
        side.execute("BEGIN")
        _project(side, events, as_far_as_can_be=as_far_as_can_be)
        for p in PROJECTIONS:
            rows = side.execute(f"SELECT {', '.join(p.columns)} FROM {p.table} ORDER BY rowid")
            connection.executemany(insert(p.table, p.columns), rows)
        connection.executemany("INSERT INTO waiting_rows VALUES (?, ?, ?)", side.execute("SELECT * FROM waiting_rows"))


def _project(connection: sqlite3.Connection, events: Sequence[RecordedEvent], *, as_far_as_can_be: bool) -> None:
    if as_far_as_can_be:
        project_what_can_be(connection, events, history_among(events))
    else:
        project(connection, events)
