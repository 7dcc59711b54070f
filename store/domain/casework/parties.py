"""The people of a case and its company, and the documents that follow from a change of them."""

from collections.abc import Iterator
from typing import Self

from pydantic import model_validator

from store.domain.case_file import CaseFile
from store.domain.casework.documents import missing_documents, moved
from store.domain.document_rules import EntityType
from store.domain.identifiers import derive_id
from store.domain.operation import Context, NewEvent, OfCase, Payload, Undo
from store.domain.refusals import Code, Refusal, changed_since
from store.domain.statuses import DONE, DocumentStatus
from store.domain.values import CompanyProfileData, PersonData

__all__ = [
    "AddPersonToCase",
    "CompanyProfileCreated",
    "CompanyProfileUpdated",
    "LinkPersonToCompany",
    "PersonAddedToCase",
    "PersonLinkedToCompany",
    "UpdateCompanyProfile",
]


class AddPersonToCase(OfCase):
    """Add a person who has no role in the company, or a further person of a KYC case."""

    person: PersonData

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        _refuse_known_person(case, self.person)
        person_id = known_person(case, self.person) or derive_id(context.command_id, "person")
        added = PersonAddedToCase(case_id=case.case_id, person_id=person_id, person=self.person)
        yield from with_documents(case, NewEvent(case.case_id, added), context)


class PersonAddedToCase(Payload):
    person_id: str
    person: PersonData

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case.with_person(self.person_id, self.person)

    def sentence(self) -> str:
        return f"added {self.person.full_name}"

    def way_back(self, before: CaseFile) -> str:
        return _A_PERSON_STAYS


class LinkPersonToCompany(OfCase):
    """Add a person with their role in the company."""

    person: PersonData

    @model_validator(mode="after")
    def _has_a_role(self) -> Self:
        if not self.person.role_in_company:
            raise ValueError("a person who is linked to a company needs a role_in_company")
        return self

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        company_id = case.its_company()
        _refuse_known_person(case, self.person)
        linked = PersonLinkedToCompany(
            case_id=case.case_id,
            company_id=company_id,
            person_id=known_person(case, self.person) or derive_id(context.command_id, "person"),
            person=self.person,
        )
        yield from with_documents(case, NewEvent(company_id, linked), context)


class PersonLinkedToCompany(Payload):
    company_id: str
    person_id: str
    person: PersonData

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case.with_person(self.person_id, self.person)

    def sentence(self) -> str:
        return f"linked {self.person.full_name} to the company as {self.person.role_in_company}"

    def way_back(self, before: CaseFile) -> str:
        return _A_PERSON_STAYS


_A_PERSON_STAYS = "A person stays in the case: waive what is asked of them, and say in a note why."


class CompanyProfileCreated(Payload):
    company_id: str
    profile: CompanyProfileData

    def applied_to(self, case: CaseFile) -> CaseFile:
        case = case._replace(company_id=self.company_id, profile=self.profile)
        return case.with_entity(self.company_id, EntityType.COMPANY, self.profile.registered_name)

    def sentence(self) -> str:
        return f"entered the company {self.profile.registered_name}"

    def way_back(self, before: CaseFile) -> str:
        return "A case that was opened stays: withdraw it instead."


class UpdateCompanyProfile(OfCase):
    """Replace the company's profile. `seen` is the profile as the person saw it."""

    company_profile: CompanyProfileData
    seen: CompanyProfileData | None = None

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        company_id = case.its_company()
        if self.seen not in (None, case.profile):
            raise changed_since("the company's profile")
        if self.company_profile == case.profile:
            raise Refusal(Code.NOTHING_CHANGES, "The company's profile says this already.")
        updated = CompanyProfileUpdated(case_id=case.case_id, company_id=company_id, profile=self.company_profile)
        yield NewEvent(company_id, updated)


class CompanyProfileUpdated(Payload):
    company_id: str
    profile: CompanyProfileData

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case._replace(profile=self.profile).renamed(self.company_id, self.profile.registered_name)

    def sentence(self) -> str:
        return f"updated the profile of {self.profile.registered_name}"

    def way_back(self, before: CaseFile) -> Undo:
        assert before.profile is not None  # there is a profile before it is updated
        back = UpdateCompanyProfile(case_id=self.case_id, company_profile=before.profile, seen=self.profile)
        return Undo(back)


def match_keys(person: PersonData, party: str | None = None) -> list[str]:
    """What tells that two entries are one person: the same record of a register, or the same name and birth.

    A name alone tells nothing, nor does one with a bare year.
    """
    keys = [f"party {party}"] if party else []
    if person.birthdate and len(person.birthdate) > len("YYYY"):
        keys.append(f"born {person.birthdate} {person.full_name.casefold()}")
    return keys


def known_person(case: CaseFile, person: PersonData, party: str | None = None) -> str | None:
    """The id of the same person in the case, as themselves or as an owner."""
    keys = set(match_keys(person, party))
    for person_id, other in case.persons.items():
        if keys & set(match_keys(other)):
            return person_id
    for owner_id, owner in case.owners.items():
        if owner.person_details and keys & set(match_keys(owner.person_details, owner.party)):
            return case.person_of_owner[owner_id]
    return None


def _refuse_known_person(case: CaseFile, person: PersonData) -> None:
    keys = set(match_keys(person))
    for other in case.persons.values():
        if keys & set(match_keys(other)):
            raise Refusal(Code.PERSON_EXISTS, f"{other.full_name}, born {other.birthdate}, is in the case already.")


def with_documents(case: CaseFile, change: NewEvent, context: Context) -> Iterator[NewEvent]:
    """A change of the parties, and what follows: documents of people who are new or back, none of those who left."""
    yield change
    after = change.payload.applied_to(case)
    yield from missing_documents(after, context.rules)
    for document in after.documents.values():
        who, name = document.entity.entity_id, document.entity.name
        if who not in after.entities and document.status not in DONE:
            yield moved(after, document, DocumentStatus.NOT_APPLICABLE, reason=f"{name} left the case")
        back = who in after.entities and who not in case.entities
        if back and document.status is DocumentStatus.NOT_APPLICABLE:
            yield moved(after, document, DocumentStatus.AWAITING_UPLOAD, reason=f"{name} is in the case again")
