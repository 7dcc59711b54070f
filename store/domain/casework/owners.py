"""The owners of a company, as registers and clients state them."""

from collections.abc import Iterable, Iterator

from store.domain.case_file import CaseFile
from store.domain.casework.documents import moved
from store.domain.casework.parties import known_person, with_documents
from store.domain.identifiers import derive_id
from store.domain.operation import Context, Id, NewEvent, OfCase, Payload, Undo, undone
from store.domain.refusals import Code, Refusal, changed_since
from store.domain.statuses import VERIFIED, DocumentStatus
from store.domain.values import WHOLE, BeneficialOwnerData, Text, direct_minimum

__all__ = [
    "AddBeneficialOwner",
    "BeneficialOwnerAdded",
    "BeneficialOwnerCorrected",
    "BeneficialOwnerRemoved",
    "CorrectBeneficialOwner",
    "RemoveBeneficialOwner",
]


class AddBeneficialOwner(OfCase):
    owner: BeneficialOwnerData

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        company_id = case.its_company()
        _refuse_more_than_all(case, [*case.owners.values(), self.owner])
        added = BeneficialOwnerAdded(
            case_id=case.case_id,
            company_id=company_id,
            owner_id=derive_id(context.command_id, "owner"),
            person_id=_person_id(case, self.owner, context),
            owner=self.owner,
        )
        yield from with_documents(case, NewEvent(company_id, added), context)


class BeneficialOwnerAdded(Payload):
    """`person_id` is there when the owner is a natural person: the same as that of any person or owner of the case
    file with the same name and date of birth."""

    company_id: str
    owner_id: str
    person_id: str | None = None
    owner: BeneficialOwnerData

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case.with_owner(self.owner_id, self.owner, self.person_id)

    def sentence(self) -> str:
        return f"added the owner {self.owner.name}"

    def way_back(self, before: CaseFile) -> Undo:
        return Undo(RemoveBeneficialOwner(case_id=self.case_id, owner_id=self.owner_id, reason=undone("added")))


class CorrectBeneficialOwner(OfCase):
    """Replace what is known of an owner. `seen` is the owner as the person saw it, if they want to be told when that
    no longer holds."""

    owner_id: Id
    owner: BeneficialOwnerData
    seen: BeneficialOwnerData | None = None

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        company_id = case.its_company()
        before = case.owner(self.owner_id)
        if self.seen not in (None, before):
            raise changed_since(f"the owner {before.name}")
        if self.owner == before:
            raise Refusal(Code.NOTHING_CHANGES, f"What is known of the owner {before.name} says this already.")
        others = (owner for key, owner in case.owners.items() if key != self.owner_id)
        _refuse_more_than_all(case, [*others, self.owner])
        corrected = BeneficialOwnerCorrected(
            case_id=case.case_id,
            company_id=company_id,
            owner_id=self.owner_id,
            person_id=self._same_person(case) or _person_id(case, self.owner, context),
            owner=self.owner,
        )
        yield from with_documents(case, NewEvent(company_id, corrected), context)
        if corrected.person_id is not None and _identity(before) != _identity(self.owner):
            yield from _verified_anew(corrected.applied_to(case), corrected.person_id)

    def _same_person(self, case: CaseFile) -> str | None:
        """The person that the owner was before, unless the correction says that it is somebody else in the case.

        It says so where it names somebody else of the case now, or where the one before is in the case in their own
        right under another name.
        """
        person = self.owner.person_details
        before = case.person_of_owner.get(self.owner_id)
        if person is None or before is None or known_person(case, person, self.owner.party) not in (None, before):
            return None
        itself = case.persons.get(before)
        return before if itself is None or itself.full_name.casefold() == person.full_name.casefold() else None


class BeneficialOwnerCorrected(Payload):
    company_id: str
    owner_id: str
    person_id: str | None = None
    owner: BeneficialOwnerData

    def applied_to(self, case: CaseFile) -> CaseFile:
        case = case.without_owner(self.owner_id).with_owner(self.owner_id, self.owner, self.person_id)
        return case if self.person_id is None else case.renamed(self.person_id, self.owner.name)

    def sentence(self) -> str:
        return f"corrected the owner {self.owner.name}"

    def way_back(self, before: CaseFile) -> Undo:
        owner = before.owners[self.owner_id]
        back = CorrectBeneficialOwner(case_id=self.case_id, owner_id=self.owner_id, owner=owner, seen=self.owner)
        same_person = before.person_of_owner.get(self.owner_id) == self.person_id
        return Undo(
            back, "" if same_person else "who comes back may count as somebody new, of whom documents are asked"
        )


class RemoveBeneficialOwner(OfCase):
    owner_id: Id
    reason: Text

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        company_id = case.its_company()
        owner = case.owner(self.owner_id)
        removed = BeneficialOwnerRemoved(
            case_id=case.case_id,
            company_id=company_id,
            owner_id=self.owner_id,
            name=owner.name,
            reason=self.reason,
        )
        yield from with_documents(case, NewEvent(company_id, removed), context)


class BeneficialOwnerRemoved(Payload):
    company_id: str
    owner_id: str
    name: str
    reason: str

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case.without_owner(self.owner_id)

    def sentence(self) -> str:
        return f"removed the owner {self.name}: {self.reason}"

    def way_back(self, before: CaseFile) -> Undo:
        owner = before.owners[self.owner_id]
        back = AddBeneficialOwner(case_id=self.case_id, owner=owner)
        return Undo(back, "documents may be asked of them anew" if owner.person_details else "")


def _person_id(case: CaseFile, owner: BeneficialOwnerData, context: Context) -> str | None:
    """The id of the natural person that an owner is: that of the same person in the case, if there is one."""
    if owner.person_details is None:
        return None
    known = known_person(case, owner.person_details, owner.party)
    return known or derive_id(context.command_id, "owner/person")


def _verified_anew(case: CaseFile, person_id: str) -> Iterator[NewEvent]:
    """What was verified for another name or date of birth has to be looked at again."""
    for document in case.documents.values():
        if document.entity.entity_id == person_id and document.status in VERIFIED:
            reason = "verified before the name or date of birth was corrected"
            yield moved(case, document, DocumentStatus.UPLOADED, reason=reason)


def _identity(owner: BeneficialOwnerData) -> tuple[str, str | None]:
    return owner.name, owner.person_details.birthdate if owner.person_details else None


def _refuse_more_than_all(case: CaseFile, owners: Iterable[BeneficialOwnerData]) -> None:
    """Intake keeps what registers state; what a person enters has to add up, or to be a step towards it."""
    if (total := direct_minimum(owners)) > max(WHOLE, direct_minimum(case.owners.values())):
        raise Refusal(
            Code.SHARES_OVER_100,
            f"The owners would hold at least {total:g} % of the company directly: correct or remove one of them first.",
        )
