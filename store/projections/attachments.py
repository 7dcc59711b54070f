"""Read table `attachments`: the files that were attached to documents. Their content lies beside the database."""

from typing import Final

from store.domain.events import FileAttached
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert

COLUMNS: Final = {
    "attachment_id": "TEXT NOT NULL",
    "case_id": "TEXT NOT NULL",
    "document_requirement_id": "TEXT NOT NULL",
    "sha256": "TEXT NOT NULL",
    "size": "INTEGER NOT NULL",
    "media_type": "TEXT NOT NULL",
    "file_name": "TEXT NOT NULL",
    "attached_at": "TEXT NOT NULL",
    "attached_by": "TEXT NOT NULL",
}


def _attached(event: RecordedEvent, e: FileAttached) -> tuple[object, ...]:
    return (
        e.attachment_id,
        e.case_id,
        e.document_requirement_id,
        e.sha256,
        e.size,
        e.media_type,
        e.file_name,
        event.timestamp,
        event.actor,
    )


PROJECTION: Final = Projection(
    table="attachments",
    version=1,
    columns=COLUMNS,
    key=("case_id", "attachment_id"),
    indexes=("CREATE INDEX attachments_by_content ON attachments (sha256)",),
    event_projectors={FileAttached: Change(insert("attachments", COLUMNS), _attached)},
)
