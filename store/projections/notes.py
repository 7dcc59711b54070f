"""Read table `notes`: the notes that people wrote about each case."""

from typing import Final

from store.domain.events import NoteAdded
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert

COLUMNS: Final = {
    "note_id": "TEXT NOT NULL",
    "case_id": "TEXT NOT NULL",
    "text": "TEXT NOT NULL",
    "written_at": "TEXT NOT NULL",
    "written_by": "TEXT NOT NULL",
}


def _added(event: RecordedEvent, e: NoteAdded) -> tuple[object, ...]:
    return e.note_id, e.case_id, e.text, event.timestamp, event.actor


PROJECTION: Final = Projection(
    table="notes",
    version=1,
    columns=COLUMNS,
    key=("case_id", "note_id"),
    event_projectors={NoteAdded: Change(insert("notes", COLUMNS), _added)},
)
