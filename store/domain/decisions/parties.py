"""People, owners and the company's profile, and the documents that follow from a change of them."""

from collections.abc import Iterable, Iterator

from store.domain.case_file import CaseFile, evolve
from store.domain.commands import (
    AddBeneficialOwner,
    AddPersonToCase,
    CorrectBeneficialOwner,
    LinkPersonToCompany,
    RemoveBeneficialOwner,
    UpdateCompanyProfile,
)
from store.domain.decisions.basis import Context, Fact, changed_since
from store.domain.decisions.documents import missing_documents, moved
from store.domain.events import (
    BeneficialOwnerAdded,
    BeneficialOwnerCorrected,
    BeneficialOwnerRemoved,
    CompanyProfileUpdated,
    PersonAddedToCase,
    PersonLinkedToCompany,
)
from store.domain.identifiers import derive_id
from store.domain.refusals import Refusal
from store.domain.statuses import DONE, VERIFIED, DocumentStatus
from store.domain.values import WHOLE, BeneficialOwnerData, PersonData, direct_minimum


def add_person(case: CaseFile, command: AddPersonToCase, context: Context) -> Iterator[Fact]:
    _refuse_a_known_person(case, command.person)
    person_id = _known_person(case, command.person) or derive_id(context.command_id, "person")
    added = PersonAddedToCase(case_id=case.case_id, person_id=person_id, person=command.person)
    yield from _with_documents(case, Fact(case.case_id, added), context)


def link_person(case: CaseFile, command: LinkPersonToCompany, context: Context) -> Iterator[Fact]:
    company_id = company_of(case)
    _refuse_a_known_person(case, command.person)
    linked = PersonLinkedToCompany(
        case_id=case.case_id,
        company_id=company_id,
        person_id=_known_person(case, command.person) or derive_id(context.command_id, "person"),
        person=command.person,
    )
    yield from _with_documents(case, Fact(company_id, linked), context)


def add_owner(case: CaseFile, command: AddBeneficialOwner, context: Context) -> Iterator[Fact]:
    company_id = company_of(case)
    _refuse_more_than_all(case, [*case.owners.values(), command.owner])
    added = BeneficialOwnerAdded(
        case_id=case.case_id,
        company_id=company_id,
        owner_id=derive_id(context.command_id, "owner"),
        person_id=_person_id(case, command.owner, context),
        owner=command.owner,
    )
    yield from _with_documents(case, Fact(company_id, added), context)


def correct_owner(case: CaseFile, command: CorrectBeneficialOwner, context: Context) -> Iterator[Fact]:
    company_id = company_of(case)
    before = owner_of(case, command.owner_id)
    if command.seen not in (None, before):
        raise changed_since(f"the owner {before.name}")
    if command.owner == before:
        raise Refusal("nothing_changes", f"What is known of the owner {before.name} says this already.")
    others = (owner for key, owner in case.owners.items() if key != command.owner_id)
    _refuse_more_than_all(case, [*others, command.owner])
    corrected = BeneficialOwnerCorrected(
        case_id=case.case_id,
        company_id=company_id,
        owner_id=command.owner_id,
        person_id=_same_person(case, command) or _person_id(case, command.owner, context),
        owner=command.owner,
    )
    yield from _with_documents(case, Fact(company_id, corrected), context)
    if corrected.person_id is not None and _identity(before) != _identity(command.owner):
        yield from _verified_anew(evolve(case, corrected), corrected.person_id)


def remove_owner(case: CaseFile, command: RemoveBeneficialOwner, context: Context) -> Iterator[Fact]:
    company_id = company_of(case)
    owner = owner_of(case, command.owner_id)
    removed = BeneficialOwnerRemoved(
        case_id=case.case_id,
        company_id=company_id,
        owner_id=command.owner_id,
        name=owner.name,
        reason=command.reason,
    )
    yield from _with_documents(case, Fact(company_id, removed), context)


def update_company(case: CaseFile, command: UpdateCompanyProfile, _: Context) -> Iterator[Fact]:
    company_id = company_of(case)
    if command.seen not in (None, case.profile):
        raise changed_since("the company's profile")
    if command.company_profile == case.profile:
        raise Refusal("nothing_changes", "The company's profile says this already.")
    updated = CompanyProfileUpdated(case_id=case.case_id, company_id=company_id, profile=command.company_profile)
    yield Fact(company_id, updated)


def marks_of(person: PersonData, party: str | None = None) -> list[str]:
    """What tells that two entries are one person: the same record of a register, or the same name and birth.

    A name alone tells nothing, nor does one with a bare year.
    """
    marks = [f"party {party}"] if party else []
    if person.birthdate and len(person.birthdate) > len("YYYY"):
        marks.append(f"born {person.birthdate} {person.full_name.casefold()}")
    return marks


def _with_documents(case: CaseFile, fact: Fact, context: Context) -> Iterator[Fact]:
    """A change of the parties, and what follows: documents of people who are new or back, none of those who left."""
    yield fact
    after = evolve(case, fact.payload)
    yield from missing_documents(after, context.rules)
    for document in after.documents.values():
        who, name = document.entity.entity_id, document.entity.name
        if who not in after.entities and document.status not in DONE:
            yield moved(after, document, DocumentStatus.NOT_APPLICABLE, reason=f"{name} left the case")
        back = who in after.entities and who not in case.entities
        if back and document.status is DocumentStatus.NOT_APPLICABLE:
            yield moved(after, document, DocumentStatus.AWAITING_UPLOAD, reason=f"{name} is in the case again")


def _verified_anew(case: CaseFile, person_id: str) -> Iterator[Fact]:
    """What was verified for another name or date of birth has to be looked at again."""
    for document in case.documents.values():
        if document.entity.entity_id == person_id and document.status in VERIFIED:
            reason = "verified before the name or date of birth was corrected"
            yield moved(case, document, DocumentStatus.UPLOADED, reason=reason)


def _identity(owner: BeneficialOwnerData) -> tuple[str, str | None]:
    return owner.name, owner.person_details.birthdate if owner.person_details else None


def _person_id(case: CaseFile, owner: BeneficialOwnerData, context: Context) -> str | None:
    """The id of the natural person that an owner is: that of the same person in the case, if there is one."""
    if owner.person_details is None:
        return None
    known = _known_person(case, owner.person_details, owner.party)
    return known or derive_id(context.command_id, "owner/person")


def _known_person(case: CaseFile, person: PersonData, party: str | None = None) -> str | None:
    """The id of the same person in the case, as themselves or as an owner."""
    marks = set(marks_of(person, party))
    for person_id, other in case.persons.items():
        if marks & set(marks_of(other)):
            return person_id
    for owner_id, owner in case.owners.items():
        if owner.person_details and marks & set(marks_of(owner.person_details, owner.party)):
            return case.person_of_owner[owner_id]
    return None


def _same_person(case: CaseFile, command: CorrectBeneficialOwner) -> str | None:
    """The person that the owner was before, unless the correction says that it is somebody else in the case: somebody
    whom it names now, or not the one who is there in their own right under another name."""
    person = command.owner.person_details
    before = case.person_of_owner.get(command.owner_id)
    if person is None or before is None or _known_person(case, person, command.owner.party) not in (None, before):
        return None
    itself = case.persons.get(before)
    return before if itself is None or itself.full_name.casefold() == person.full_name.casefold() else None


def company_of(case: CaseFile) -> str:
    if case.company_id is None:
        raise Refusal("no_company", "This is a KYC case: it has no company, and so no owners or roles in it.")
    return case.company_id


def owner_of(case: CaseFile, owner_id: str) -> BeneficialOwnerData:
    owner = case.owners.get(owner_id)
    if owner is None:
        raise Refusal(
            "unknown_owner", f"The case has no owner with the id {owner_id}: `caseworker show CASE --json` lists them."
        )
    return owner


def _refuse_a_known_person(case: CaseFile, person: PersonData) -> None:
    marks = set(marks_of(person))
    for other in case.persons.values():
        if marks & set(marks_of(other)):
            raise Refusal("person_exists", f"{other.full_name}, born {other.birthdate}, is in the case already.")


def _refuse_more_than_all(case: CaseFile, owners: Iterable[BeneficialOwnerData]) -> None:
    """Intake keeps what registers state; what a person enters has to add up, or to be a step towards it."""
    if (total := direct_minimum(owners)) > max(WHOLE, direct_minimum(case.owners.values())):
        raise Refusal(
            "shares_over_100",
            f"The owners would hold at least {total:g} % of the company directly: correct or remove one of them first.",
        )
