"""Read table `cases`: one row a case, with all that the queue shows."""

from collections.abc import Callable
from typing import Any, Final

from store.domain.events import (
    CaseAssigned,
    CaseCreated,
    CasePinned,
    CaseStatusChanged,
    CaseUnassigned,
    CaseUnpinned,
    CompanyProfileUpdated,
    DecisionApproved,
    DecisionProposed,
    DocumentRequirementDetermined,
    DocumentStatusUpdated,
    DueDateSet,
    RiskRated,
)
from store.domain.operation import Payload
from store.domain.statuses import DONE, CaseStatus, DocumentStatus
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert

_OPENED: Final = (
    "case_id",
    "reference",
    "client_id",
    "traitement_type",
    "case_type",
    "status",
    "name",
    "company_id",
    "source",
    "created_at",
    "updated_at",
    "updated_by",
    "last_event_type",
)
"""The columns that are known when a case is opened; the others have their defaults."""


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
    uploaded = (e.new_status is DocumentStatus.UPLOADED) - (e.old_status is DocumentStatus.UPLOADED)
    return (done if e.is_required else 0, rejected, uploaded, *_last_change(event, e.case_id))


def _touched(event: RecordedEvent, e: Payload) -> tuple[object, ...]:
    return _last_change(event, e.case_id)


def _set(assignment: str, value: Callable[[Any], tuple[object, ...]]) -> Change:
    """An UPDATE of some columns with values from the payload."""
    return Change(
        f"UPDATE cases SET {assignment}, {_LAST_CHANGE}",
        lambda event, e: (*value(e), *_last_change(event, e.case_id)),
    )


def _last_change(event: RecordedEvent, case_id: str) -> tuple[object, ...]:
    return event.timestamp, event.actor, event.event_type, case_id


COLUMNS: Final = {
    "case_id": "TEXT NOT NULL",
    "reference": "TEXT NOT NULL",
    "client_id": "TEXT NOT NULL",
    "traitement_type": "TEXT NOT NULL",
    "case_type": "TEXT NOT NULL",
    "status": "TEXT NOT NULL",
    "name": "TEXT NOT NULL",
    "assignee": "TEXT",
    "due_date": "TEXT",
    "risk": "TEXT",
    "decided_at": "TEXT",
    "next_review_on": "TEXT",
    "proposed_decision": "TEXT",
    "proposed_by": "TEXT",
    "proposal_reason": "TEXT",
    "company_id": "TEXT",
    "source": "TEXT",
    "documents_required": "INTEGER NOT NULL DEFAULT 0",
    "documents_done": "INTEGER NOT NULL DEFAULT 0",
    "documents_rejected": "INTEGER NOT NULL DEFAULT 0",
    "documents_uploaded": "INTEGER NOT NULL DEFAULT 0",
    "pinned": "INTEGER NOT NULL DEFAULT 0",
    "created_at": "TEXT NOT NULL",
    "updated_at": "TEXT NOT NULL",
    "updated_by": "TEXT NOT NULL",
    "last_event_type": "TEXT NOT NULL",
}

_LAST_CHANGE: Final = "updated_at = ?, updated_by = ?, last_event_type = ? WHERE case_id = ?"

PROJECTION: Final = Projection(
    table="cases",
    version=1,
    columns=COLUMNS,
    key=("case_id",),
    indexes=(
        # The queue is read in the order of these. store/queries/query_language/fields.py has the same expressions.
        "CREATE INDEX cases_by_reference ON cases (reference, case_id)",
        "CREATE INDEX cases_by_client ON cases (lower(client_id), case_id)",
        "CREATE INDEX cases_by_age ON cases (created_at, case_id)",
        "CREATE INDEX cases_by_change ON cases (updated_at, case_id)",
        "CREATE INDEX cases_by_due_date ON cases (coalesce(due_date, '~' || created_at), case_id)",
        "CREATE INDEX cases_by_name ON cases (lower(name), case_id)",
        # The queue is counted from these, without reading rows.
        "CREATE INDEX cases_by_status ON cases (status, updated_at, due_date, created_at, risk, proposed_by, case_id)",
        "CREATE INDEX cases_by_assignee ON cases (lower(assignee), status)",
        "CREATE INDEX cases_by_decision ON cases (decided_at) WHERE decided_at IS NOT NULL",
    ),
    event_projectors={
        CaseCreated: Change(
            insert("cases", _OPENED),
            _case_created,
        ),
        DocumentRequirementDetermined: Change(
            "UPDATE cases SET documents_required = documents_required + ?, documents_done = documents_done + ?,"
            f" {_LAST_CHANGE}",
            _document_required,
        ),
        DocumentStatusUpdated: Change(
            "UPDATE cases SET documents_done = documents_done + ?, documents_rejected = documents_rejected + ?,"
            f" documents_uploaded = documents_uploaded + ?, {_LAST_CHANGE}",
            _document_moved,
        ),
        CompanyProfileUpdated: _set("name = ?", lambda e: (e.profile.registered_name,)),
        CaseAssigned: _set("assignee = ?", lambda e: (e.assignee,)),
        CaseUnassigned: _set("assignee = ?", lambda _: (None,)),
        CasePinned: _set("pinned = ?", lambda _: (True,)),
        CaseUnpinned: _set("pinned = ?", lambda _: (False,)),
        DueDateSet: _set("due_date = ?", lambda e: (e.due_date,)),
        RiskRated: _set("risk = ?", lambda e: (e.level,)),
        CaseStatusChanged: _set(
            "status = ?, proposed_decision = NULL, proposed_by = NULL, proposal_reason = NULL",
            lambda e: (e.new_status,),
        ),
        DecisionProposed: _set(
            "status = ?, proposed_decision = ?, proposed_by = ?, proposal_reason = ?",
            lambda e: (CaseStatus.PENDING_APPROVAL, e.decision, e.proposed_by, e.reason),
        ),
        DecisionApproved: Change(
            f"UPDATE cases SET decided_at = ?, next_review_on = ?, {_LAST_CHANGE}",
            lambda event, e: (event.timestamp, e.next_review_on, *_last_change(event, e.case_id)),
        ),
    },
    otherwise=Change(f"UPDATE cases SET {_LAST_CHANGE}", _touched),
)
