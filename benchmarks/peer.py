"""The same work as the library `eventsourcing` does it, which is what one would take to build this in Python otherwise.

Its commands have no id that counts once, no chain of hashes and no read tables. Its rebuild is driven by hand as its
documentation shows for projections: one transaction an event, with the position in the log that it has come to.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import StoredEvent, Tracking
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore, SQLiteTrackingRecorder
from pydantic_core import from_json, to_json

from benchmarks.commands import TEXT, appends, cases_of_that_size
from benchmarks.figures import Figure, Scale, alternating, p50, per_second, ratio_at_least
from benchmarks.generate import generate
from store.domain.commands import AddNote
from store.domain.operation import Payload
from store.engine.case_store import CaseStore
from store.log.read import RecordedEvent, get_all_events
from store.log.upcast import typed_payload
from store.projections import PROJECTIONS

PEER: Final = "eventsourcing"
FEW: Final = 2_000
"""So many events are enough to see how many it does a second."""
ROUNDS: Final = 3


class Case(Aggregate):
    @event("Opened")
    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.notes: list[str] = []

    @event("NoteAdded")
    def add_note(self, text: str) -> None:
        self.notes.append(text)


class ReadTables(SQLiteTrackingRecorder):
    """Our read tables, kept by the library's recorder of what was processed."""

    def construct_create_table_statements(self) -> list[str]:
        statements: list[str] = super().construct_create_table_statements()
        for projection in PROJECTIONS:
            statements += [projection.create_table, *projection.indexes]
        return statements

    def process(self, recorded: RecordedEvent, tracking: Tracking) -> None:
        payload = recorded.payload
        assert isinstance(payload, Payload)
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            for projection in PROJECTIONS:
                if change := projection.event_projectors.get(type(payload)):
                    cursor.execute(change.sql, change.values(recorded, payload))


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    ours = folder / "ours.sqlite3"
    events = generate(ours, cases=scale.rebuilt, seed=1, until=datetime.now(UTC))
    with CaseStore.open(ours) as store:
        yield _command(store, folder, scale.rounds)
        yield _rebuild(store, folder, events)
    with CaseStore.open(folder / "ours-log.sqlite3") as store:
        yield _append(store, folder, scale.rounds)


def _command(store: CaseStore, folder: Path, rounds: int) -> Figure:
    cases = cases_of_that_size(store)
    with closing(_application(folder / "commands.sqlite3")) as application:
        theirs = [_open_case(application) for _ in cases[:rounds]]
        ids, their_ids = cycle(cases), cycle(theirs)

        def add_note() -> None:
            case = application.repository.get(next(their_ids))
            case.add_note(TEXT)
            application.save(case)

        took, reference = alternating(
            lambda: store.execute(AddNote(case_id=next(ids), text=TEXT), actor="ana"), add_note, rounds=rounds
        )
    note = "ours with command id, hash and read tables, theirs without"
    return Figure("whole command, beside a library", p50(took), "ms", p50(reference), PEER, note=note)


def _application(path: Path) -> Application[Any]:
    return Application({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})


def _open_case(application: Application[Any]) -> Any:
    case = Case("C-1")
    for _ in range(19):
        case.add_note(TEXT)
    application.save(case)
    return case.id


def _append(store: CaseStore, folder: Path, rounds: int) -> Figure:
    recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(folder / "log.sqlite3")))
    recorder.create_table()
    case_id, versions = uuid4(), count(1)

    def append() -> None:
        state = to_json({"case_id": str(case_id), "text": TEXT})
        recorder.insert_events([StoredEvent(case_id, next(versions), "NoteAdded", state)])

    took, reference = alternating(appends(store), append, rounds=rounds)
    recorder.datastore.close()
    what = "append, an event a transaction, beside a library"
    return Figure(what, per_second(1, took), "events/s", per_second(1, reference), PEER, ratio_at_least(1))


def _rebuild(store: CaseStore, folder: Path, events: int) -> Figure:
    few = list(islice(store.query(get_all_events), FEW))
    log = SQLiteApplicationRecorder(SQLiteDatastore(str(folder / "notifications.sqlite3")))
    log.create_table()
    log.insert_events([_stored(each) for each in few])
    tables = ReadTables(SQLiteDatastore(str(folder / "tables.sqlite3")))
    tables.create_table()
    each_time = len(few) // (ROUNDS + 1)

    def go_on() -> None:
        last = tables.max_tracking_id("log")
        for each in log.select_notifications(start=last, limit=each_time, inclusive_of_start=False):
            tables.process(_recorded(each.state), Tracking("log", each.id))

    took, reference = alternating(lambda: store.rebuild(lambda done, total: None), go_on, rounds=ROUNDS)
    for recorder in (log, tables):
        recorder.datastore.close()
    return Figure(
        "rebuild of all read tables, beside a library",
        per_second(events, took),
        "events/s",
        per_second(each_time, reference),
        PEER,
        ratio_at_least(15),
        f"ours of {events:,} events, theirs at its rate over {len(few):,}",
    )


def _stored(each: RecordedEvent) -> StoredEvent:
    """For the library's own log: with the payload as ours stores it."""
    assert isinstance(each.payload, Payload)
    fields = {name: getattr(each, name) for name in RecordedEvent.__annotations__}
    state = to_json(fields | {"payload": each.payload.model_dump_json(exclude_none=True)})
    return StoredEvent(uuid4(), 1, each.event_type, state)


def _recorded(state: bytes) -> RecordedEvent:
    fields = from_json(state)
    payload = typed_payload(fields["payload_model_name"], fields["payload"])
    return RecordedEvent(**fields | {"payload": payload})
