"""What happened in a case, newest first, in sentences."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from store.domain.events import (
    BeneficialOwnerAdded,
    BeneficialOwnerCorrected,
    BeneficialOwnerRemoved,
    BeneficialOwnersConfirmed,
    CaseAssigned,
    CaseCreated,
    CaseStatusChanged,
    CaseTagged,
    CaseUnassigned,
    CaseUntagged,
    CheckRecorded,
    CompanyProfileCreated,
    CompanyProfileUpdated,
    DecisionApproved,
    DecisionProposed,
    DecisionReturned,
    DocumentExpirySet,
    DocumentRequirementDetermined,
    DocumentStatusUpdated,
    DueDateSet,
    FileAttached,
    NoteAdded,
    NotificationRequired,
    Payload,
    PersonAddedToCase,
    PersonLinkedToCompany,
    RiskRated,
)
from store.domain.ownership import listed
from store.domain.screening import Screening
from store.domain.statuses import REJECTION_SENTENCES, VERIFIED, DocumentStatus, label
from store.log.read import RecordedCommit, get_commits_for_case
from store.log.upcast import UnknownPayload


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What one command did, as a person reads it: the actor, and then each of the sentences.

    `version` counts the changes of the case, from 1; `recorded_at` is UTC, ISO 8601. It is `pending` while the
    team has not accepted it.
    """

    version: int
    commit_id: str
    recorded_at: str
    actor: str
    sentences: tuple[str, ...]
    pending: bool


def timeline(connection: sqlite3.Connection, case_id: str) -> list[TimelineEntry]:
    return entries_of(get_commits_for_case(connection, case_id))


def entries_of(commits: Sequence[RecordedCommit]) -> list[TimelineEntry]:
    """These commits, the newest first."""
    return [
        TimelineEntry(
            commit.version,
            commit.commit_id,
            commit.recorded_at,
            commit.actor,
            tuple(sentence(event.payload) for event in commit.events) or ("found nothing to change",),
            commit.pending,
        )
        for commit in reversed(commits)
    ]


def sentence(payload: Payload | UnknownPayload) -> str:
    """What the event says, without who and when."""
    if isinstance(payload, UnknownPayload):
        return f"did something that only a newer version of caseworker can read ({payload.payload_model_name})"
    return SENTENCES[type(payload)](payload)


def _document_moved(e: DocumentStatusUpdated) -> str:
    taken_back = e.old_status in VERIFIED and e.new_status is DocumentStatus.UPLOADED
    what = "took back the verification of" if taken_back else _DONE_TO_DOCUMENT[e.new_status]
    text = f"{what} the {label(e.document_type)} of {e.entity_name}"
    why = [REJECTION_SENTENCES[e.reason_code]] if e.reason_code else []
    why += [e.reason] if e.reason else []
    return f"{text}: {'; '.join(why)}" if why else text


def _expiry_set(e: DocumentExpirySet) -> str:
    what = f"the {label(e.document_type)} of {e.entity_name}"
    return f"noted that {what} expires on {e.expires_on}" if e.expires_on else f"took away when {what} expires"


def _owners_confirmed(e: BeneficialOwnersConfirmed) -> str:
    text = f"confirmed {listed(e.names)} as beneficial owner{'s' if len(e.names) > 1 else ''}"
    if e.official_name:
        text = f"confirmed that nobody is a beneficial owner, and {e.official_name} as senior managing official"
    found = listed([f"{each.name} {each.over}" for each in e.proposed]) or "nobody"
    return f"{text}{f': {e.reason}' if e.reason else ''} (proposed: {found})"


def _check_recorded(e: CheckRecorded) -> str:
    of = f" of {e.entity_name}" if e.entity_name else ""
    return f"recorded the {label(e.kind)} check{of}{_against(e.screening)}: {label(e.outcome)}"


def _against(screening: Screening | None) -> str:
    if screening is None:
        return ""
    candidate, name = screening.candidate, screening.list_name
    return f" against {candidate.name} ({candidate.entry_id} of {name})" if candidate else f" against {name}"


def _status_changed(e: CaseStatusChanged) -> str:
    text = f"moved the case from {label(e.old_status)} to {label(e.new_status)}"
    return f"{text}: {e.reason}" if e.reason else text


def _decision_approved(e: DecisionApproved) -> str:
    text = f"approved the proposal of {e.proposed_by} to {label(e.decision)}"
    return f"{text}; next review on {e.next_review_on}" if e.next_review_on else text


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
    FileAttached: lambda e: f"attached {e.file_name} to the {label(e.document_type)} of {e.entity_name}",
    DocumentExpirySet: _expiry_set,
    NotificationRequired: lambda e: f"set off a notification ({label(e.notification_type)})",
    CompanyProfileUpdated: lambda e: f"updated the profile of {e.profile.registered_name}",
    BeneficialOwnerCorrected: lambda e: f"corrected the owner {e.owner.name}",
    BeneficialOwnerRemoved: lambda e: f"removed the owner {e.name}: {e.reason}",
    BeneficialOwnersConfirmed: _owners_confirmed,
    CaseAssigned: lambda e: f"assigned the case to {e.assignee}",
    CaseUnassigned: lambda e: f"left the case to nobody; {e.previous} had it",
    DueDateSet: lambda e: f"set the due date to {e.due_date}" if e.due_date else "took the due date away",
    CaseTagged: lambda e: f"tagged the case {e.tag}",
    CaseUntagged: lambda e: f"took the tag {e.tag} away",
    NoteAdded: lambda e: f"noted: {' '.join(e.text.split())}",
    CheckRecorded: _check_recorded,
    RiskRated: lambda e: f"rated the risk {label(e.level)}: {e.reason} (proposed: {label(e.proposed)})",
    CaseStatusChanged: _status_changed,
    DecisionProposed: lambda e: f"proposed to {label(e.decision)} the case: {e.reason}",
    DecisionApproved: _decision_approved,
    DecisionReturned: lambda e: f"returned the proposal of {e.proposed_by} to {label(e.decision)}: {e.reason}",
}
"""What each event says. A new event needs its line here; a test says so."""
