"""The events: what happened, one payload model each. `PAYLOADS` is the list of them all.

A payload is written once and read for ever: to change one, raise its `VERSION` and add an upcaster
(store/log/upcast.py). Every id that a read table shows is in an event.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from pydantic import Field, JsonValue

from store.domain.screening import Screening
from store.domain.statuses import (
    CaseStatus,
    CheckKind,
    CheckOutcome,
    Decision,
    DocumentStatus,
    RejectionReason,
    RiskLevel,
    TraitementType,
)
from store.domain.values import BeneficialOwnerData, Candidate, CompanyProfileData, PersonData, Value


class Payload(Value):
    """An event's content. Its event type is the class name; `VERSION` counts the shapes it has had, from 1."""

    VERSION: ClassVar[int] = 1

    case_id: str


class CompanyProfileCreated(Payload):
    company_id: str
    profile: CompanyProfileData


class CaseCreated(Payload):
    reference: str
    client_id: str
    traitement_type: TraitementType
    case_type: str
    status: CaseStatus
    name: str
    company_id: str | None = None
    source: str | None = None


class PersonLinkedToCompany(Payload):
    company_id: str
    person_id: str
    person: PersonData


class PersonAddedToCase(Payload):
    person_id: str
    person: PersonData


class BeneficialOwnerAdded(Payload):
    """`person_id` is there when the owner is a natural person: the same as that of any person or owner of the case
    file with the same name and date of birth."""

    company_id: str
    owner_id: str
    person_id: str | None = None
    owner: BeneficialOwnerData


class DocumentRequirementDetermined(Payload):
    """A document is asked for; `rule` is the sentence of the rule that asks, as it stood that day."""

    document_requirement_id: str
    document_type: str
    entity_type: str
    entity_id: str
    entity_name: str
    is_required: bool
    status: DocumentStatus
    rule_id: str
    rule: str


class DocumentStatusUpdated(Payload):
    """`metadata` holds what this update changes, not all that is known: a JSON Merge Patch (RFC 7396)."""

    document_requirement_id: str
    document_type: str
    entity_id: str
    entity_name: str
    is_required: bool
    old_status: DocumentStatus
    new_status: DocumentStatus
    reason: str | None = None
    reason_code: RejectionReason | None = None
    metadata: Mapping[str, JsonValue] = Field(default_factory=dict)


class FileAttached(Payload):
    """A file was attached to a document; what it holds is known by its SHA-256 and kept outside the log."""

    document_requirement_id: str
    document_type: str
    entity_id: str
    entity_name: str
    attachment_id: str
    sha256: str
    size: int
    media_type: str
    file_name: str


class DocumentExpirySet(Payload):
    """`expires_on` is the last day on which the document holds; absent when the date was taken away."""

    document_requirement_id: str
    document_type: str
    entity_id: str
    entity_name: str
    expires_on: str | None = None
    previous: str | None = None


class NotificationRequired(Payload):
    notification_id: str
    event_trigger: str
    rule_id: str
    notification_type: str
    template_id: str | None = None
    language_code: str | None = None
    client_id: str


class CompanyProfileUpdated(Payload):
    company_id: str
    profile: CompanyProfileData


class BeneficialOwnerCorrected(Payload):
    company_id: str
    owner_id: str
    person_id: str | None = None
    owner: BeneficialOwnerData


class BeneficialOwnerRemoved(Payload):
    company_id: str
    owner_id: str
    name: str
    reason: str


class BeneficialOwnersConfirmed(Payload):
    """Who the beneficial owners are, as a person decided: `owner_ids` with their `names`, one each; or, where there are
    none, the person who is the `senior_managing_official`. `proposed` is whom the rules found that day to be over the
    `threshold`, certainly or possibly."""

    company_id: str
    owner_ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    senior_managing_official: str | None = None
    official_name: str | None = None
    reason: str | None = None
    threshold: float
    or_more: bool
    proposed: tuple[Candidate, ...] = ()


class CaseAssigned(Payload):
    assignee: str
    previous: str | None = None


class CaseUnassigned(Payload):
    previous: str


class DueDateSet(Payload):
    due_date: str | None = None


class CaseTagged(Payload):
    tag: str


class CaseUntagged(Payload):
    tag: str


class NoteAdded(Payload):
    note_id: str
    text: str


class CheckRecorded(Payload):
    """`entity_id` is absent when the check was of the case as a whole; `screening` is there when it was made against a
    list."""

    VERSION: ClassVar[int] = 2

    check_id: str
    kind: CheckKind
    outcome: CheckOutcome
    evidence: str
    entity_id: str | None = None
    entity_name: str | None = None
    screening: Screening | None = None


class RiskRated(Payload):
    """`proposed` is what the rules proposed that day, with `reasons`."""

    level: RiskLevel
    reason: str
    proposed: RiskLevel
    reasons: tuple[str, ...] = ()


class CaseStatusChanged(Payload):
    old_status: CaseStatus
    new_status: CaseStatus
    reason: str | None = None


class DecisionProposed(Payload):
    """The case is PENDING_APPROVAL from here on."""

    decision: Decision
    reason: str
    proposed_by: str


class DecisionApproved(Payload):
    """`next_review_on` is there for an approved case: when it is due again, by its `risk`."""

    decision: Decision
    reason: str
    proposed_by: str
    approved_by: str
    risk: RiskLevel
    next_review_on: str | None = None


class DecisionReturned(Payload):
    decision: Decision
    reason: str
    proposed_by: str
    returned_by: str


PAYLOADS: Final[Mapping[str, type[Payload]]] = {
    model.__name__: model
    for model in (
        CompanyProfileCreated,
        CaseCreated,
        PersonLinkedToCompany,
        PersonAddedToCase,
        BeneficialOwnerAdded,
        DocumentRequirementDetermined,
        DocumentStatusUpdated,
        FileAttached,
        DocumentExpirySet,
        NotificationRequired,
        CompanyProfileUpdated,
        BeneficialOwnerCorrected,
        BeneficialOwnerRemoved,
        BeneficialOwnersConfirmed,
        CaseAssigned,
        CaseUnassigned,
        DueDateSet,
        CaseTagged,
        CaseUntagged,
        NoteAdded,
        CheckRecorded,
        RiskRated,
        CaseStatusChanged,
        DecisionProposed,
        DecisionApproved,
        DecisionReturned,
    )
}
