"""Read table `required_documents`: the documents that each case asks for, and their status.

`metadata` is a JSON object. Every update was merged into it (JSON Merge Patch, RFC 7396).
"""

from typing import Final

from pydantic_core import to_json

from store.domain.events import (
    BeneficialOwnerCorrected,
    CompanyProfileUpdated,
    DocumentExpirySet,
    DocumentRequirementDetermined,
    DocumentStatusUpdated,
)
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert
from store.sqlite.conditions import WAITS


def _determined(event: RecordedEvent, e: DocumentRequirementDetermined) -> tuple[object, ...]:
    return (
        e.document_requirement_id,
        e.case_id,
        e.document_type,
        e.entity_type,
        e.entity_id,
        e.entity_name,
        e.is_required,
        e.status,
        None,
        None,
        "{}",
        e.rule_id,
        e.rule,
        event.timestamp,
        event.actor,
        None,
    )


def _moved(event: RecordedEvent, e: DocumentStatusUpdated) -> tuple[object, ...]:
    return (
        e.new_status,
        e.reason,
        e.reason_code,
        to_json(e.metadata).decode(),
        event.timestamp,
        event.actor,
        e.case_id,
        e.document_requirement_id,
    )


COLUMNS: Final = {
    "document_requirement_id": "TEXT NOT NULL",
    "case_id": "TEXT NOT NULL",
    "document_type": "TEXT NOT NULL",
    "entity_type": "TEXT NOT NULL",
    "entity_id": "TEXT NOT NULL",
    "entity_name": "TEXT NOT NULL",
    "is_required": "INTEGER NOT NULL",
    "status": "TEXT NOT NULL",
    "reason": "TEXT",
    "reason_code": "TEXT",
    "metadata": "TEXT NOT NULL",
    "rule_id": "TEXT NOT NULL",
    "rule": "TEXT NOT NULL",
    "updated_at": "TEXT NOT NULL",
    "updated_by": "TEXT NOT NULL",
    "expires_on": "TEXT",
}

_RENAME: Final = "UPDATE required_documents SET entity_name = ? WHERE case_id = ? AND entity_id = ?"

PROJECTION: Final = Projection(
    table="required_documents",
    version=1,
    columns=COLUMNS,
    key=("case_id", "document_requirement_id"),
    indexes=(
        # A command on a document that names no case finds its case by this index.
        "CREATE INDEX required_documents_by_id ON required_documents (document_requirement_id)",
        "CREATE INDEX required_documents_by_expiry ON required_documents (expires_on, document_requirement_id)"
        " WHERE expires_on IS NOT NULL",
        f"CREATE INDEX documents_that_wait ON required_documents (document_type, case_id) WHERE {WAITS}",
    ),
    event_projectors={
        DocumentRequirementDetermined: Change(
            insert("required_documents", COLUMNS),
            _determined,
        ),
        DocumentStatusUpdated: Change(
            "UPDATE required_documents SET status = ?, reason = ?, reason_code = ?,"
            " metadata = json_patch(metadata, ?), updated_at = ?, updated_by = ?"
            " WHERE case_id = ? AND document_requirement_id = ?",
            _moved,
        ),
        DocumentExpirySet: Change(
            "UPDATE required_documents SET expires_on = ? WHERE case_id = ? AND document_requirement_id = ?",
            lambda _, e: (e.expires_on, e.case_id, e.document_requirement_id),
        ),
        # A document shows the present name of its company or person.
        CompanyProfileUpdated: Change(_RENAME, lambda _, e: (e.profile.registered_name, e.case_id, e.company_id)),
        BeneficialOwnerCorrected: Change(_RENAME, lambda _, e: (e.owner.name, e.case_id, e.person_id)),
    },
)
