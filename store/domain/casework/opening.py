"""Opening a case: the company, the people and owners, the documents that the rules ask for, a notification."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, model_validator

from store.domain.case_file import CaseFile
from store.domain.casework.documents import missing_documents
from store.domain.casework.notifications import notification
from store.domain.casework.owners import BeneficialOwnerAdded
from store.domain.casework.parties import (
    CompanyProfileCreated,
    PersonAddedToCase,
    PersonLinkedToCompany,
    match_keys,
)
from store.domain.identifiers import case_reference, derive_id
from store.domain.notification_rules import case_created_trigger
from store.domain.operation import Command, Context, NewEvent, Payload
from store.domain.refusals import Code, Refusal
from store.domain.statuses import CaseStatus, TraitementType, label
from store.domain.values import BeneficialOwnerData, CompanyProfileData, LongList, PersonData, Text

__all__ = ["CaseCreated", "CreateCase"]


def case_id_of_new_case(command_id: str) -> str:
    """The id of the case file that a `CreateCase` with this command id opens."""
    return derive_id(command_id, "case")


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


class CreateCase(Command):
    """Open a case file on a person (KYC) or on a company with its people and owners (KYB)."""

    opens_a_case: ClassVar = True
    statuses: ClassVar = frozenset()

    client_id: Text
    traitement_type: Annotated[TraitementType, BeforeValidator(_upper)]
    case_type: Text
    persons: Annotated[tuple[PersonData, ...], LongList] = ()
    company_profile: CompanyProfileData | None = None
    beneficial_owners: Annotated[tuple[BeneficialOwnerData, ...], LongList] = ()
    source: Text | None = None

    @model_validator(mode="after")
    def _fits_its_traitement_type(self) -> Self:
        if self.traitement_type is TraitementType.KYB:
            if self.company_profile is None:
                raise ValueError("a KYB case needs a company_profile")
            return self
        if not self.persons:
            raise ValueError("a KYC case needs at least one person in persons")
        if self.beneficial_owners:
            raise ValueError("a KYC case can't have beneficial_owners: they belong to a company (KYB)")
        if self.company_profile is not None:
            raise ValueError("a KYC case can't have a company_profile: use KYB for a company")
        return self

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        case_id = case_id_of_new_case(context.command_id)
        if case.exists:
            raise Refusal(Code.CASE_EXISTS, f"The case {case_reference(case_id)} exists already.")
        company_id = derive_id(context.command_id, "company") if self.company_profile else None
        for new_event in self._case_and_parties(case_id, company_id, context.command_id):
            case = new_event.payload.applied_to(case)
            yield new_event
        yield from missing_documents(case, context.rules)
        yield from notification(case, case_created_trigger(self.traitement_type, self.case_type), context)

    def _case_and_parties(self, case_id: str, company_id: str | None, command_id: str) -> Iterator[NewEvent]:
        profile = self.company_profile
        if company_id and profile:
            created = CompanyProfileCreated(case_id=case_id, company_id=company_id, profile=profile)
            yield NewEvent(company_id, created)
        yield NewEvent(
            case_id,
            CaseCreated(
                case_id=case_id,
                reference=case_reference(case_id),
                client_id=self.client_id,
                traitement_type=self.traitement_type,
                case_type=self.case_type,
                status=CaseStatus.OPEN,
                name=profile.registered_name if profile else self.persons[0].full_name,
                company_id=company_id,
                source=self.source,
            ),
        )
        known: dict[str, str] = {}
        for index, person in enumerate(self.persons):
            person_id = derive_id(command_id, f"person/{index}")
            for key in match_keys(person):
                known.setdefault(key, person_id)
            if company_id and person.role_in_company:
                yield NewEvent(
                    company_id,
                    PersonLinkedToCompany(case_id=case_id, company_id=company_id, person_id=person_id, person=person),
                )
            else:
                yield NewEvent(case_id, PersonAddedToCase(case_id=case_id, person_id=person_id, person=person))
        for index, owner in enumerate(self.beneficial_owners):
            assert company_id is not None  # CreateCase refuses owners without a company
            owner_person_id = None
            if owner.person_details is not None:
                keys = match_keys(owner.person_details, owner.party)
                found = (known[key] for key in keys if key in known)
                owner_person_id = next(found, derive_id(command_id, f"owner/{index}/person"))
                for key in keys:
                    known.setdefault(key, owner_person_id)
            yield NewEvent(
                company_id,
                BeneficialOwnerAdded(
                    case_id=case_id,
                    company_id=company_id,
                    owner_id=derive_id(command_id, f"owner/{index}"),
                    person_id=owner_person_id,
                    owner=owner,
                ),
            )


class CaseCreated(Payload):
    reference: str
    client_id: str
    traitement_type: TraitementType
    case_type: str
    status: CaseStatus
    name: str
    company_id: str | None = None
    source: str | None = None

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case._replace(
            case_id=self.case_id,
            client_id=self.client_id,
            traitement_type=self.traitement_type,
            case_type=self.case_type,
            status=self.status,
        )

    def sentence(self) -> str:
        return f"opened the {self.traitement_type} case {self.reference} ({label(self.case_type)})"

    def way_back(self, before: CaseFile) -> str:
        return "A case that was opened stays: withdraw it instead."
