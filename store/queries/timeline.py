"""What happened in a case, newest first, in sentences."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from store.domain.events import (
    BeneficialOwnerAdded,
    CaseCreated,
    CompanyProfileCreated,
    DocumentRequirementDetermined,
    DocumentStatusUpdated,
    NotificationRequired,
    Payload,
    PersonAddedToCase,
    PersonLinkedToCompany,
)
from store.domain.statuses import REJECTION_SENTENCES, DocumentStatus, label
from store.log.read import get_events_for_case
from store.log.upcast import UnknownPayload


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event as a person reads it. `timestamp` is UTC, ISO 8601."""

    timestamp: str
    actor: str
    event_type: str
    sentence: str
    commit_id: str


def timeline(connection: sqlite3.Connection, case_id: str) -> list[TimelineEntry]:
    return [
        TimelineEntry(event.timestamp, event.actor, event.event_type, sentence(event.payload), event.commit_id)
        for event in reversed(get_events_for_case(connection, case_id))
    ]


def sentence(payload: Payload | UnknownPayload) -> str:
    """What the event says, without who and when."""
    if isinstance(payload, UnknownPayload):
        return f"something that only a newer version of caseworker can read ({payload.payload_model_name})"
    return SENTENCES[type(payload)](payload)


def _document_moved(e: DocumentStatusUpdated) -> str:
    text = f"{_DONE_TO_DOCUMENT[e.new_status]} the {label(e.document_type)} of {e.entity_name}"
    why = [REJECTION_SENTENCES[e.reason_code]] if e.reason_code else []
    why += [e.reason] if e.reason else []
    return f"{text}: {'; '.join(why)}" if why else text


_DONE_TO_DOCUMENT: Final[Mapping[DocumentStatus, str]] = {
    DocumentStatus.AWAITING_UPLOAD: "asked again for",
    DocumentStatus.UPLOADED: "took in",
    DocumentStatus.VERIFIED_SYSTEM: "recorded that a system verified",
    DocumentStatus.VERIFIED_MANUAL: "verified",
    DocumentStatus.REJECTED: "rejected",
    DocumentStatus.NOT_APPLICABLE: "waived",
}

SENTENCES: Final[Mapping[type[Payload], Callable[[Any], str]]] = {
    CompanyProfileCreated: lambda e: f"entered the company {e.profile.registered_name}",
    CaseCreated: lambda e: f"opened the {e.traitement_type} case {e.reference} ({label(e.case_type)})",
    PersonLinkedToCompany: lambda e: f"linked {e.person.full_name} to the company as {e.person.role_in_company}",
    PersonAddedToCase: lambda e: f"added {e.person.full_name}",
    BeneficialOwnerAdded: lambda e: f"added the owner {e.owner.name}",
    DocumentRequirementDetermined: lambda e: f"asked for the {label(e.document_type)} of {e.entity_name}",
    DocumentStatusUpdated: _document_moved,
    NotificationRequired: lambda e: f"asked for a notification ({label(e.notification_type)})",
}
"""What each event says. A new event needs its line here; a test says so."""
