"""Read table `cases`: one row a case, with all that the queue shows."""

from typing import Final

from store.domain.events import (
    BeneficialOwnerAdded,
    CaseCreated,
    DocumentRequirementDetermined,
    DocumentStatusUpdated,
    NotificationRequired,
    PersonAddedToCase,
    PersonLinkedToCompany,
)
from store.domain.statuses import DONE, DocumentStatus
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert


def _case_created(event: RecordedEvent, e: CaseCreated) -> tuple[object, ...]:
    return (
        e.case_id,
        e.reference,
        e.client_id,
        e.traitement_type,
        e.case_type,
        e.status,
        e.name,
        e.company_id,
        e.source,
        0,
        0,
        0,
        event.timestamp,
        event.timestamp,
        event.actor,
        event.event_type,
    )


def _document_required(event: RecordedEvent, e: DocumentRequirementDetermined) -> tuple[object, ...]:
    return (e.is_required, e.is_required and e.status in DONE, *_last_change(event, e.case_id))


def _document_moved(event: RecordedEvent, e: DocumentStatusUpdated) -> tuple[object, ...]:
    done = (e.new_status in DONE) - (e.old_status in DONE)
    rejected = (e.new_status is DocumentStatus.REJECTED) - (e.old_status is DocumentStatus.REJECTED)
    return (done if e.is_required else 0, rejected, *_last_change(event, e.case_id))


def _touched(
    event: RecordedEvent,
    e: PersonLinkedToCompany | PersonAddedToCase | BeneficialOwnerAdded | NotificationRequired,
) -> tuple[object, ...]:
    return _last_change(event, e.case_id)


def _last_change(event: RecordedEvent, case_id: str) -> tuple[object, ...]:
    return event.timestamp, event.actor, event.event_type, case_id


COLUMNS: Final = {
    "case_id": "TEXT PRIMARY KEY",
    "reference": "TEXT NOT NULL",
    "client_id": "TEXT NOT NULL",
    "traitement_type": "TEXT NOT NULL",
    "case_type": "TEXT NOT NULL",
    "status": "TEXT NOT NULL",
    "name": "TEXT NOT NULL",
    "company_id": "TEXT",
    "source": "TEXT",
    "documents_required": "INTEGER NOT NULL",
    "documents_done": "INTEGER NOT NULL",
    "documents_rejected": "INTEGER NOT NULL",
    "created_at": "TEXT NOT NULL",
    "updated_at": "TEXT NOT NULL",
    "updated_by": "TEXT NOT NULL",
    "last_event_type": "TEXT NOT NULL",
}

_LAST_CHANGE: Final = "updated_at = ?, updated_by = ?, last_event_type = ? WHERE case_id = ?"
_TOUCH: Final = Change(f"UPDATE cases SET {_LAST_CHANGE}", _touched)

PROJECTION: Final = Projection(
    table="cases",
    version=1,
    columns=COLUMNS,
    indexes=(
        "CREATE INDEX cases_by_reference ON cases (reference)",
        "CREATE INDEX cases_by_age ON cases (created_at, case_id)",
    ),
    event_projectors={
        CaseCreated: Change(
            insert("cases", COLUMNS),
            _case_created,
        ),
        DocumentRequirementDetermined: Change(
            "UPDATE cases SET documents_required = documents_required + ?, documents_done = documents_done + ?,"
            f" {_LAST_CHANGE}",
            _document_required,
        ),
        DocumentStatusUpdated: Change(
            "UPDATE cases SET documents_done = documents_done + ?, documents_rejected = documents_rejected + ?,"
            f" {_LAST_CHANGE}",
            _document_moved,
        ),
        PersonLinkedToCompany: _TOUCH,
        PersonAddedToCase: _TOUCH,
        BeneficialOwnerAdded: _TOUCH,
        NotificationRequired: _TOUCH,
    },
)
