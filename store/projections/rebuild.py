"""All read tables made again from the log, first in files beside the database."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import chain

from store.log.pending import is_shared
from store.log.read import get_accepted_events, get_pending_events, last_accepted_position, last_position
from store.passing import passing_folder, rebuild_prefix
from store.progress import Progress
from store.projections import PROJECTIONS
from store.projections.fresh_tables import fresh_tables, project_all
from store.projections.projection import Projection
from store.projections.segments import WHOLE, Segment, SegmentFailed, Side, project_segments, segments_of
from store.sqlite.database import file_of
from store.sqlite.read_tables import read_tables
from store.sqlite.schema import KEPT_TABLES
from store.sqlite.transactions import use_for_bulk_work, write_transaction


def stale_tables(connection: sqlite3.Connection) -> list[str]:
    """The read tables to be rebuilt or dropped.

    A table is missing, or another version of its projection made it, or this version has no projection of it.
    """
    live = read_tables(connection)
    stale = [p.table for p in PROJECTIONS if live.pop(p.table, "") != p.fingerprint]
    return [*stale, *sorted(live)]


def rebuild(connection: sqlite3.Connection, progress: Progress) -> int:
    """Replace all read tables by new ones made from the log. Returns the number of events read.

    Other processes read the old tables meanwhile, and write. The events that they append are taken in before the swap,
    which is one transaction. If the rebuild ends early, the live tables are unchanged. A long log is divided among
    processes. If one of them fails, this process does all of the work, or fails for the same reason.
    """
    use_for_bulk_work(connection)
    upto = last_accepted_position(connection)
    segments = segments_of(connection, upto)
    try:
        return _rebuild(connection, segments, upto, progress)
    except SegmentFailed:
        return _rebuild(connection, [WHOLE], upto, progress)


def _rebuild(connection: sqlite3.Connection, segments: Sequence[Segment], upto: int, progress: Progress) -> int:
    database = file_of(connection)
    with passing_folder(database.parent, rebuild_prefix(database)) as folder, ExitStack() as last:
        files = [folder / f"segment_{number}.sqlite3" for number in range(len(segments))]
        sides = [
            Side(segment, file, last.enter_context(fresh_tables(file)))
            for segment, file in zip(segments, files, strict=True)
        ]
        shared = is_shared(connection)
        project_segments(connection, sides, upto, last_position(connection), progress)
        with write_transaction(connection):
            if is_shared(connection) is not shared:  # the accepted commits have become pending
                upto = 0
                for side in sides:
                    for table in ("waiting_rows", *(projection.table for projection in PROJECTIONS)):
                        side.tables.execute(f"DELETE FROM {table}")
            read, total = upto, last_position(connection)
            for side in sides:
                accepted = get_accepted_events(connection, after=upto, cases=side.segment)
                pending = (event for event in get_pending_events(connection) if side.segment.holds(event.case_id))
                read = project_all(side.tables, chain(accepted, pending), read, total, progress, log=connection)
                # If it were attached earlier, this transaction would lock the new file.
                connection.execute("ATTACH ? AS ?", (str(side.file), side.file.stem))
                last.callback(connection.execute, "DETACH ?", (side.file.stem,))
            _drop_undeclared(connection)
            connection.execute("DELETE FROM waiting_rows")
            for side in sides:
                connection.execute(f"INSERT INTO waiting_rows SELECT * FROM {side.file.stem}.waiting_rows")
            for projection in PROJECTIONS:
                _replace(connection, projection, [side.file.stem for side in sides])
    return read


def _drop_undeclared(connection: sqlite3.Connection) -> None:
    """Drop the read tables of other versions that this version has no projection of."""
    declared = {projection.table for projection in PROJECTIONS}
    for table in read_tables(connection).keys() - declared - KEPT_TABLES:
        if not table.startswith(("sqlite_", "_sqlite_")):
            quoted = table.replace('"', '""')
            connection.execute(f'DROP TABLE main."{quoted}"')
    connection.execute(
        "DELETE FROM projections WHERE table_name NOT IN (SELECT value FROM json_each(?))", (json.dumps([*declared]),)
    )


def _replace(connection: sqlite3.Connection, projection: Projection, sides: Iterable[str]) -> None:
    table = projection.table
    connection.execute(f"DROP TABLE IF EXISTS main.{table}")
    connection.execute(projection.create_table)
    columns = ", ".join(projection.columns)
    for side in sides:
        connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM {side}.{table} ORDER BY rowid")
    for index in projection.indexes:
        connection.execute(index)
    connection.execute(
        "INSERT INTO projections (table_name, fingerprint) VALUES (?, ?)"
        " ON CONFLICT (table_name) DO UPDATE SET fingerprint = excluded.fingerprint",
        (table, projection.fingerprint),
    )
