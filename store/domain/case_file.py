"""The state of a case file, folded from its events: `evolve(case, payload) -> case`.

Only what a decision looks at is kept here; what screens show is in the read tables.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Final

from store.domain.document_rules import EntityType
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
from store.domain.statuses import CaseStatus, DocumentStatus, TraitementType


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something that documents are asked of."""

    entity_id: str
    entity_type: EntityType
    name: str


@dataclass(frozen=True, slots=True)
class Document:
    document_requirement_id: str
    document_type: str
    entity: Entity
    is_required: bool
    status: DocumentStatus


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with its company, people and documents; before its first event it is the empty one."""

    case_id: str = ""
    client_id: str = ""
    traitement_type: TraitementType = TraitementType.KYC
    case_type: str = ""
    status: CaseStatus | None = None
    entities: Mapping[str, Entity] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        return self.status is not None


EMPTY: Final = CaseFile()


def evolve(case: CaseFile, payload: Payload) -> CaseFile:
    """The case file after one more event. An event that no decision looks at changes nothing."""
    return EVOLUTIONS[type(payload)](case, payload)


def fold(payloads: Iterable[Payload]) -> CaseFile:
    """The case file that these events, in order, lead to."""
    return reduce(evolve, payloads, EMPTY)


def _with_entity(case: CaseFile, entity_id: str, entity_type: EntityType, name: str) -> CaseFile:
    return replace(case, entities={**case.entities, entity_id: Entity(entity_id, entity_type, name)})


def _company_profile_created(case: CaseFile, e: CompanyProfileCreated) -> CaseFile:
    return _with_entity(case, e.company_id, EntityType.COMPANY, e.profile.registered_name)


def _case_created(case: CaseFile, e: CaseCreated) -> CaseFile:
    return replace(
        case,
        case_id=e.case_id,
        client_id=e.client_id,
        traitement_type=e.traitement_type,
        case_type=e.case_type,
        status=e.status,
    )


def _person_added(case: CaseFile, e: PersonLinkedToCompany | PersonAddedToCase) -> CaseFile:
    return _with_entity(case, e.person_id, EntityType.PERSON, e.person.full_name)


def _beneficial_owner_added(case: CaseFile, e: BeneficialOwnerAdded) -> CaseFile:
    if e.person_id is None or e.person_id in case.entities or e.owner.ended_on is not None:
        return case
    return _with_entity(case, e.person_id, EntityType.PERSON, e.owner.name)


def _document_requirement_determined(case: CaseFile, e: DocumentRequirementDetermined) -> CaseFile:
    document = Document(
        document_requirement_id=e.document_requirement_id,
        document_type=e.document_type,
        entity=Entity(e.entity_id, EntityType(e.entity_type), e.entity_name),
        is_required=e.is_required,
        status=e.status,
    )
    return replace(case, documents={**case.documents, e.document_requirement_id: document})


def _document_status_updated(case: CaseFile, e: DocumentStatusUpdated) -> CaseFile:
    before = case.documents[e.document_requirement_id]
    document = replace(before, status=e.new_status)
    return replace(case, documents={**case.documents, e.document_requirement_id: document})


def _unchanged(case: CaseFile, _: Payload) -> CaseFile:
    return case


EVOLUTIONS: Final[Mapping[type[Payload], Callable[[CaseFile, Any], CaseFile]]] = {
    CompanyProfileCreated: _company_profile_created,
    CaseCreated: _case_created,
    PersonLinkedToCompany: _person_added,
    PersonAddedToCase: _person_added,
    BeneficialOwnerAdded: _beneficial_owner_added,
    DocumentRequirementDetermined: _document_requirement_determined,
    DocumentStatusUpdated: _document_status_updated,
    NotificationRequired: _unchanged,
}
"""How each event changes the state. A new event needs its line here; a test says so."""
