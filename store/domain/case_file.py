"""The state of a case file, folded from its events: `evolve(case, payload) -> case`.

Only what a decision looks at is kept here; what screens show is in the read tables.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from store.domain import events as e
from store.domain.document_rules import EntityType
from store.domain.statuses import (
    SETTLES_A_HIT,
    CaseStatus,
    CheckKind,
    CheckOutcome,
    Decision,
    DocumentStatus,
    RejectionReason,
    RiskLevel,
    TraitementType,
    label,
)
from store.domain.values import BeneficialOwnerData, Candidate, CompanyProfileData, PersonData

_NONE: Final[Mapping[Any, Any]] = MappingProxyType({})


class Entity(NamedTuple):
    """Somebody or something that documents are asked of."""

    entity_id: str
    entity_type: EntityType
    name: str


class Document(NamedTuple):
    """`rule_id` says who asks for it; `files` are the SHA-256 of what was attached."""

    document_requirement_id: str
    document_type: str
    entity: Entity
    is_required: bool
    status: DocumentStatus
    rule_id: str
    reason_code: RejectionReason | None = None
    files: frozenset[str] = frozenset()
    expires_on: str | None = None

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires_on is not None and self.expires_on < today.isoformat()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision that waits for a second pair of eyes."""

    decision: Decision
    reason: str
    proposed_by: str


class Hit(NamedTuple):
    """What a check that is a hit was of: the kind, the party (None for the whole case), and the list and id of the
    entry where it was made against a list. Two entries are two hits, which are settled one by one."""

    kind: CheckKind
    entity_id: str | None
    entry: tuple[str, str] | None = None

    def spoken(self, name: str) -> str:
        against = f" against {self.entry[1]} of {self.entry[0]}" if self.entry else ""
        return f"the {label(self.kind)} check of {name}{against}"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who was confirmed, owners or a senior managing official, with their `names`; and whom the rules had proposed."""

    owner_ids: tuple[str, ...]
    senior_managing_official: str | None
    names: tuple[str, ...]
    proposed: tuple[Candidate, ...]


class CaseFile(NamedTuple):
    """A case with its company, people and documents; before its first event it is the empty one.

    `hits` names the party of each check that is a hit and not settled. A named tuple, as are the parts of it that
    change: every event of every command makes another one, which of a data class takes seven times as long.
    """

    case_id: str = ""
    client_id: str = ""
    traitement_type: TraitementType = TraitementType.KYC
    case_type: str = ""
    status: CaseStatus | None = None
    company_id: str | None = None
    profile: CompanyProfileData | None = None
    entities: Mapping[str, Entity] = _NONE
    persons: Mapping[str, PersonData] = _NONE
    owners: Mapping[str, BeneficialOwnerData] = _NONE
    person_of_owner: Mapping[str, str] = _NONE
    confirmation: Confirmation | None = None
    documents: Mapping[str, Document] = _NONE
    assignee: str | None = None
    due_date: str | None = None
    tags: frozenset[str] = frozenset()
    hits: Mapping[Hit, str] = _NONE
    risk: RiskLevel | None = None
    proposal: Proposal | None = None

    @property
    def exists(self) -> bool:
        return self.status is not None


EMPTY: Final = CaseFile()


def evolve(case: CaseFile, payload: e.Payload) -> CaseFile:
    """The case file after one more event. An event that no decision looks at changes nothing."""
    return EVOLUTIONS[type(payload)](case, payload)


def fold(payloads: Iterable[e.Payload]) -> CaseFile:
    """The case file that these events, in order, lead to."""
    return reduce(evolve, payloads, EMPTY)


def _with_entity(case: CaseFile, entity_id: str, entity_type: EntityType, name: str) -> CaseFile:
    return case._replace(entities={**case.entities, entity_id: Entity(entity_id, entity_type, name)})


def _renamed(case: CaseFile, entity_id: str, name: str) -> CaseFile:
    """With documents, and the entity if the case has it, by the name of today."""

    def of_today(entity: Entity) -> Entity:
        return entity._replace(name=name) if entity.entity_id == entity_id else entity

    return case._replace(
        entities={key: of_today(entity) for key, entity in case.entities.items()},
        documents={key: each._replace(entity=of_today(each.entity)) for key, each in case.documents.items()},
    )


def _company_profile(case: CaseFile, it: e.CompanyProfileCreated) -> CaseFile:
    case = case._replace(company_id=it.company_id, profile=it.profile)
    return _with_entity(case, it.company_id, EntityType.COMPANY, it.profile.registered_name)


def _company_updated(case: CaseFile, it: e.CompanyProfileUpdated) -> CaseFile:
    return _renamed(case._replace(profile=it.profile), it.company_id, it.profile.registered_name)


def _case_created(case: CaseFile, it: e.CaseCreated) -> CaseFile:
    return case._replace(
        case_id=it.case_id,
        client_id=it.client_id,
        traitement_type=it.traitement_type,
        case_type=it.case_type,
        status=it.status,
    )


def _person_added(case: CaseFile, it: e.PersonLinkedToCompany | e.PersonAddedToCase) -> CaseFile:
    case = case._replace(persons={**case.persons, it.person_id: it.person})
    return _with_entity(case, it.person_id, EntityType.PERSON, it.person.full_name)


def _owner_added(case: CaseFile, it: e.BeneficialOwnerAdded | e.BeneficialOwnerCorrected) -> CaseFile:
    case = case._replace(owners={**case.owners, it.owner_id: it.owner})
    if it.person_id is None:
        return case
    case = case._replace(person_of_owner={**case.person_of_owner, it.owner_id: it.person_id})
    if it.person_id in case.entities or it.owner.ended_on is not None:
        return case
    return _with_entity(case, it.person_id, EntityType.PERSON, it.owner.name)


def _owner_corrected(case: CaseFile, it: e.BeneficialOwnerCorrected) -> CaseFile:
    case = _owner_added(_without_owner(case, it.owner_id), it)
    return case if it.person_id is None else _renamed(case, it.person_id, it.owner.name)


def _owner_removed(case: CaseFile, it: e.BeneficialOwnerRemoved) -> CaseFile:
    return _without_owner(case, it.owner_id)


def _without_owner(case: CaseFile, owner_id: str) -> CaseFile:
    """Without the owner, and without the person whom only this owner brought into the case."""
    person_id = case.person_of_owner.get(owner_id)
    person_of_owner = {key: person for key, person in case.person_of_owner.items() if key != owner_id}
    owners = {key: owner for key, owner in case.owners.items() if key != owner_id}
    still_owners = {person for key, person in person_of_owner.items() if owners[key].ended_on is None}
    gone = person_id not in case.persons and person_id not in still_owners
    return case._replace(
        owners=owners,
        person_of_owner=person_of_owner,
        entities={key: entity for key, entity in case.entities.items() if key != person_id or not gone},
    )


def _owners_confirmed(case: CaseFile, it: e.BeneficialOwnersConfirmed) -> CaseFile:
    owners = {key: owner.model_copy(update={"is_ubo": key in it.owner_ids}) for key, owner in case.owners.items()}
    names = (it.official_name,) if it.official_name else it.names
    confirmation = Confirmation(it.owner_ids, it.senior_managing_official, names, it.proposed)
    return case._replace(owners=owners, confirmation=confirmation)


def _document_determined(case: CaseFile, it: e.DocumentRequirementDetermined) -> CaseFile:
    document = Document(
        document_requirement_id=it.document_requirement_id,
        document_type=it.document_type,
        entity=Entity(it.entity_id, EntityType(it.entity_type), it.entity_name),
        is_required=it.is_required,
        status=it.status,
        rule_id=it.rule_id,
    )
    return _with_document(case, document)


def _document_moved(case: CaseFile, it: e.DocumentStatusUpdated) -> CaseFile:
    before = case.documents[it.document_requirement_id]
    return _with_document(case, before._replace(status=it.new_status, reason_code=it.reason_code))


def _file_attached(case: CaseFile, it: e.FileAttached) -> CaseFile:
    before = case.documents[it.document_requirement_id]
    return _with_document(case, before._replace(files=before.files | {it.sha256}))


def _expiry_set(case: CaseFile, it: e.DocumentExpirySet) -> CaseFile:
    return _with_document(case, case.documents[it.document_requirement_id]._replace(expires_on=it.expires_on))


def _with_document(case: CaseFile, document: Document) -> CaseFile:
    return case._replace(documents={**case.documents, document.document_requirement_id: document})


def _assigned(case: CaseFile, it: e.CaseAssigned) -> CaseFile:
    return case._replace(assignee=it.assignee)


def _unassigned(case: CaseFile, _: e.CaseUnassigned) -> CaseFile:
    return case._replace(assignee=None)


def _due_date_set(case: CaseFile, it: e.DueDateSet) -> CaseFile:
    return case._replace(due_date=it.due_date)


def _tagged(case: CaseFile, it: e.CaseTagged) -> CaseFile:
    return case._replace(tags=case.tags | {it.tag})


def _untagged(case: CaseFile, it: e.CaseUntagged) -> CaseFile:
    return case._replace(tags=case.tags - {it.tag})


def _check_recorded(case: CaseFile, it: e.CheckRecorded) -> CaseFile:
    what = Hit(it.kind, it.entity_id, it.screening.entry if it.screening else None)
    if it.outcome is CheckOutcome.HIT:
        return case._replace(hits={**case.hits, what: it.entity_name or "the case"})
    nobody_found = it.screening is not None and it.screening.candidate is None
    if it.outcome in SETTLES_A_HIT and not nobody_found:  # that a list holds nobody says nothing of an earlier hit
        return case._replace(hits={key: name for key, name in case.hits.items() if key != what})
    return case


def _risk_rated(case: CaseFile, it: e.RiskRated) -> CaseFile:
    return case._replace(risk=it.level)


def _status_changed(case: CaseFile, it: e.CaseStatusChanged) -> CaseFile:
    return case._replace(status=it.new_status, proposal=None)


def _decision_proposed(case: CaseFile, it: e.DecisionProposed) -> CaseFile:
    proposal = Proposal(it.decision, it.reason, it.proposed_by)
    return case._replace(status=CaseStatus.PENDING_APPROVAL, proposal=proposal)


def _unchanged(case: CaseFile, _: e.Payload) -> CaseFile:
    return case


EVOLUTIONS: Final[Mapping[type[e.Payload], Callable[[CaseFile, Any], CaseFile]]] = {
    e.CompanyProfileCreated: _company_profile,
    e.CaseCreated: _case_created,
    e.PersonLinkedToCompany: _person_added,
    e.PersonAddedToCase: _person_added,
    e.BeneficialOwnerAdded: _owner_added,
    e.DocumentRequirementDetermined: _document_determined,
    e.DocumentStatusUpdated: _document_moved,
    e.FileAttached: _file_attached,
    e.DocumentExpirySet: _expiry_set,
    e.NotificationRequired: _unchanged,
    e.CompanyProfileUpdated: _company_updated,
    e.BeneficialOwnerCorrected: _owner_corrected,
    e.BeneficialOwnerRemoved: _owner_removed,
    e.BeneficialOwnersConfirmed: _owners_confirmed,
    e.CaseAssigned: _assigned,
    e.CaseUnassigned: _unassigned,
    e.DueDateSet: _due_date_set,
    e.CaseTagged: _tagged,
    e.CaseUntagged: _untagged,
    e.NoteAdded: _unchanged,
    e.CheckRecorded: _check_recorded,
    e.RiskRated: _risk_rated,
    e.CaseStatusChanged: _status_changed,
    e.DecisionProposed: _decision_proposed,
    e.DecisionApproved: _unchanged,
    e.DecisionReturned: _unchanged,
}
"""How each event changes the state. A new event needs its line here; a test says so."""
