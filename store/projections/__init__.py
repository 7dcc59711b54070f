"""The read tables. One module a table: its columns, and how each event changes it.

    projection              what a projection is
    cases, companies, persons, beneficial_owners, parties, required_documents, attachments, checks, notes, tags,
    notifications, search_documents
                            the tables
    fresh_tables            new tables, of some events or of all
    segments                the log shared out among processes
    rebuild                 all tables made anew from the log
    differences             the live tables compared with the log

A read table is a pure function of the log: same events, same rows, whoever computes them and whenever.
"""

import sqlite3
from collections.abc import Iterable
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
from store.projections.projection import Change, Projection

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

_CHANGES: Final[dict[str, list[Change]]] = {}
for _projection in PROJECTIONS:
    for _event, _change in _projection.event_projectors.items():
        _CHANGES.setdefault(_event.__name__, []).append(_change)


def project(connection: sqlite3.Connection, events: Iterable[RecordedEvent]) -> None:
    """Apply events, in order, to the read tables behind this connection.

    An event that a newer version of the program wrote changes no row: its meaning is not known here.
    """
    for event in events:
        if isinstance(event.payload, UnknownPayload):
            continue
        for sql, values in _CHANGES.get(event.event_type, ()):
            connection.execute(sql, values(event, event.payload))


def remove_case(connection: sqlite3.Connection, case_id: str) -> None:
    """Take a case's rows out of all read tables, so that it can be projected anew."""
    for projection in PROJECTIONS:
        connection.execute(f"DELETE FROM {projection.table} WHERE case_id = ?", (case_id,))
