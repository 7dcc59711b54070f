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
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
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
from store.unsettled import let_rows_wait, rows_wait_no_more, waiting_rows

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


History = Callable[[str], Sequence[RecordedEvent]]
"""The events of a case in order, from its first on, by case id."""


def project_what_can_be(connection: sqlite3.Connection, events: Iterable[RecordedEvent], history: History) -> None:
    """As `project`, where a case with an event that can't be projected costs no other case.

    The rows of such a case are those after the commits before that event, and wait: later events change none of them.
    So they are a function of the log and of this version of the program, in whatever order the cases come. `history`
    has the events of the case at least up to that commit.
    """
    waiting = set(waiting_rows(connection))
    for event in events:
        if event.case_id in waiting:
            continue
        try:
            _apply(connection, (event,), _CHANGES)
        except Exception as error:
            if not _comes_of_the_event(error):
                raise
            waiting.add(event.case_id)
            _back_to_before(connection, event, history)
            if event.case_id not in waiting_rows(connection):
                let_rows_wait(connection, event.case_id, event.commit_id, _why_they_wait(event, error))


def _back_to_before(connection: sqlite3.Connection, event: RecordedEvent, history: History) -> None:
    """Make the rows of the event's case anew, as they were before the commit of the event."""
    remove_case(connection, event.case_id)
    before = takewhile(lambda earlier: earlier.commit_id != event.commit_id, history(event.case_id))
    project_what_can_be(connection, before, history)


def _why_they_wait(event: RecordedEvent, error: Exception) -> str:
    """A sentence without the words of the error, which may hold what the event says of a client."""
    return (
        f"Commit {event.commit_id[:12]}… holds an event ({event.event_type}) that this version of caseworker can't show"
        f" ({type(error).__name__}): the case is shown as it was before. Nothing is lost; upgrade caseworker."
    )


_OF_VALUES: Final = frozenset(
    {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE}
)
"""What SQLite reports because of the values that it is given. All else is of the file, the disk or the memory."""


def _comes_of_the_event(error: Exception) -> bool:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return (
            "malformed JSON" in str(error)
            if code == sqlite3.SQLITE_ERROR
            else code is None or code & 0xFF in _OF_VALUES
        )
    return not isinstance(error, MemoryError | OSError)


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
    rows_wait_no_more(connection, case_id)
    for projection in PROJECTIONS:
        connection.execute(f"DELETE FROM {projection.table} WHERE case_id = ?", (case_id,))
