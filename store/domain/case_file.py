"""The state of a case: what its decisions look at. What screens show is in the read tables.

Each event says what it does to the state (`Payload.applied_to`). What several events do alike is a method here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from store.domain.document_rules import EntityType
from store.domain.refusals import Code, Refusal, either
from store.domain.statuses import (
    CaseStatus,
    CheckKind,
    Decision,
    DocumentStatus,
    RejectionReason,
    RiskLevel,
    TraitementType,
    document_name,
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

    @property
    def name(self) -> str:
        return document_name(self.document_type, self.entity.name)

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

    `hits` names the party of each check that is a hit and not settled. A case file is a named tuple, as are the parts
    of it that change, because every event makes a new one: a changed copy of a data class takes seven times as long.
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
    pinned: bool = False
    hits: Mapping[Hit, str] = _NONE
    risk: RiskLevel | None = None
    proposal: Proposal | None = None

    @property
    def exists(self) -> bool:
        return self.status is not None

    def entity(self, entity_id: str) -> Entity:
        """The company or person with this id. Raises `Refusal` when the case has none."""
        entity = self.entities.get(entity_id)
        if entity is None:
            known = [f"{each.name} ({each.entity_id})" for each in self.entities.values()]
            raise Refusal(
                Code.UNKNOWN_ENTITY,
                f"The case has no person or company with the id {entity_id}; it has {either(known or ['none'])}.",
            )
        return entity

    def owner(self, owner_id: str) -> BeneficialOwnerData:
        """The owner with this id. Raises `Refusal` when the case has none."""
        owner = self.owners.get(owner_id)
        if owner is None:
            raise Refusal(
                Code.UNKNOWN_OWNER,
                f"The case has no owner with the id {owner_id}: `caseworker show CASE --json` lists them.",
            )
        return owner

    def its_company(self) -> str:
        """The id of the company. Raises `Refusal` when the case is about a person."""
        if self.company_id is None:
            raise Refusal(Code.NO_COMPANY, "This is a KYC case: it has no company, and so no owners or roles in it.")
        return self.company_id

    def with_entity(self, entity_id: str, entity_type: EntityType, name: str) -> "CaseFile":
        return self._replace(entities={**self.entities, entity_id: Entity(entity_id, entity_type, name)})

    def with_document(self, document: Document) -> "CaseFile":
        return self._replace(documents={**self.documents, document.document_requirement_id: document})

    def with_person(self, person_id: str, person: PersonData) -> "CaseFile":
        case = self._replace(persons={**self.persons, person_id: person})
        return case.with_entity(person_id, EntityType.PERSON, person.full_name)

    def with_owner(self, owner_id: str, owner: BeneficialOwnerData, person_id: str | None) -> "CaseFile":
        """With the owner, and as long as they own something with the natural person that they are."""
        case = self._replace(owners={**self.owners, owner_id: owner})
        if person_id is None:
            return case
        case = case._replace(person_of_owner={**case.person_of_owner, owner_id: person_id})
        if person_id in case.entities or owner.ended_on is not None:
            return case
        return case.with_entity(person_id, EntityType.PERSON, owner.name)

    def without_owner(self, owner_id: str) -> "CaseFile":
        """Without the owner, and without the person whom only this owner brought into the case."""
        person_id = self.person_of_owner.get(owner_id)
        person_of_owner = {key: person for key, person in self.person_of_owner.items() if key != owner_id}
        owners = {key: owner for key, owner in self.owners.items() if key != owner_id}
        still_owners = {person for key, person in person_of_owner.items() if owners[key].ended_on is None}
        gone = person_id not in self.persons and person_id not in still_owners
        return self._replace(
            owners=owners,
            person_of_owner=person_of_owner,
            entities={key: entity for key, entity in self.entities.items() if key != person_id or not gone},
        )

    def renamed(self, entity_id: str, name: str) -> "CaseFile":
        """With documents, and the entity if the case has it, by the name of today."""

        def of_today(entity: Entity) -> Entity:
            return entity._replace(name=name) if entity.entity_id == entity_id else entity

        return self._replace(
            entities={key: of_today(entity) for key, entity in self.entities.items()},
            documents={key: each._replace(entity=of_today(each.entity)) for key, each in self.documents.items()},
        )
