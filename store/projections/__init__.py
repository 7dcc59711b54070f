"""The read tables. Each has a module with its columns, and with the changes that events make.

    projection              what a projection is
    cases, companies, persons, beneficial_owners, parties, required_documents, attachments, checks, notes, tags,
    notifications, search_documents
                            the tables
    fresh_tables            new tables, made from some events or from all
    segments                the log divided among processes
    rebuild                 all tables made again from the log
    digest                  the digest of all tables, by which the app knows that they are up to date
    differences             the live tables compared with the log

A read table is a pure function of the log: the same events give the same rows on every machine.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final

from store.log.read import RecordedEvent
from store.log.upcast import UnknownPayload
from store.projections import (
    attachments,
    beneficial_owners,
    cases,
    checks,
    companies,
    notes,
    notifications,
    parties,
    persons,
    required_documents,
    search_documents,
    tags,
)
from store.projections.projection import Change, EventProjectors, Projection, event_projectors_of
from store.sqlite.transactions import savepoint

PROJECTIONS: Final[tuple[Projection, ...]] = (
    cases.PROJECTION,
    companies.PROJECTION,
    persons.PROJECTION,
    beneficial_owners.PROJECTION,
    parties.PROJECTION,
    required_documents.PROJECTION,
    attachments.PROJECTION,
    checks.PROJECTION,
    notes.PROJECTION,
    tags.PROJECTION,
    notifications.PROJECTION,
    search_documents.PROJECTION,
)

TRIGGERS_OF_READ_TABLES: Final = frozenset(name for projection in PROJECTIONS for name in projection.triggers)

EVENT_PROJECTORS: Final[EventProjectors] = event_projectors_of(PROJECTIONS)
"""Of each event type, the read tables that it changes, each with the change:

    for table, change in EVENT_PROJECTORS[CaseTagged]:
        print(table, change.sql)
"""

_Changes = Mapping[str, tuple[Change, ...]]


def _by_name(event_projectors: EventProjectors) -> _Changes:
    return {event.__name__: tuple(change for _, change in changes) for event, changes in event_projectors.items()}


_CHANGES: Final = _by_name(EVENT_PROJECTORS)


def project(connection: sqlite3.Connection, events: Iterable[RecordedEvent]) -> None:
    """Apply events, in order, to the read tables behind this connection.

    An event of a newer version of the program changes no row, because this version does not know its meaning.
    """
    _apply(connection, events, _CHANGES)


def replay(projection: Projection, events: Iterable[RecordedEvent], connection: sqlite3.Connection) -> None:
    """Make the table of a projection, and fill it from these events: all of it, or nothing.

    with CaseStore.open(path) as store, closing(sqlite3.connect("notes.sqlite3")) as mine:
        replay(NOTES_OF_PEOPLE, store.query(get_all_events), mine)
    """
    with savepoint(connection):
        connection.execute(projection.create_table)
        _apply(connection, events, _by_name(event_projectors_of((projection,))))
        for statement in projection.indexes:
            connection.execute(statement)


def _apply(connection: sqlite3.Connection, events: Iterable[RecordedEvent], changes: _Changes) -> None:
    for event in events:
        if isinstance(event.payload, UnknownPayload):
            continue
        for sql, values in changes.get(event.event_type, ()):
            connection.execute(sql, values(event, event.payload))


def remove_case(connection: sqlite3.Connection, case_id: str) -> None:
    """Delete a case's rows from all read tables, so that the case can be projected anew."""
    for projection in PROJECTIONS:
        connection.execute(f"DELETE FROM {projection.table} WHERE case_id = ?", (case_id,))
