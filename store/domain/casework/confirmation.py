"""Who the beneficial owners are: the rules propose, a person decides, and both are kept."""

from collections.abc import Iterator
from typing import Annotated

from store.domain.case_file import CaseFile, Confirmation
from store.domain.operation import Context, Id, NewEvent, OfCase, Payload, Undo, undone
from store.domain.ownership import Ownership, listed, ownership_of
from store.domain.refusals import Code, Refusal
from store.domain.statuses import Over
from store.domain.values import Candidate, LongList, Text

__all__ = ["BeneficialOwnersConfirmed", "ConfirmBeneficialOwners"]


class ConfirmBeneficialOwners(OfCase):
    """Say who the beneficial owners are, by their entries among the owners; or, where nobody is one, which person of
    the case is the senior managing official. Whoever was one before and is not named is none any more."""

    owner_ids: Annotated[tuple[Id, ...], LongList] = ()
    senior_managing_official: Id | None = None
    reason: Text | None = None

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        company_id = case.its_company()
        for owner_id in self.owner_ids:
            _refuse_who_is_none(case, owner_id)
        rule = context.rules.ownership
        ownership = ownership_of(case, rule)
        assert ownership is not None  # there is a company
        confirmed = [each for each in ownership.candidates if set(each.owner_ids) & set(self.owner_ids)]
        official = self._official(case, ownership)
        owner_ids = tuple(owner_id for each in confirmed for owner_id in each.owner_ids)
        _refuse_the_same(case, owner_ids, official, ownership)
        if self.reason is None and ownership.departs(confirmed):
            raise _reason_needed(ownership)
        event = BeneficialOwnersConfirmed(
            case_id=case.case_id,
            company_id=company_id,
            owner_ids=owner_ids,
            names=tuple(each.name for each in confirmed),
            senior_managing_official=official,
            official_name=case.entities[official].name if official else None,
            reason=self.reason,
            threshold=rule.threshold,
            or_more=rule.or_more,
            proposed=ownership.proposed,
        )
        yield NewEvent(company_id, event)

    def _official(self, case: CaseFile, ownership: Ownership) -> str | None:
        """The senior managing official, who stands in where no beneficial owner is confirmed, and only there."""
        official = self.senior_managing_official
        if self.owner_ids and official:
            raise Refusal(
                Code.OFFICIAL_NOT_NEEDED,
                "The senior managing official stands in where there is no beneficial owner: confirm either the one or"
                " the others.",
            )
        if not self.owner_ids and not official:
            raise Refusal(
                Code.NOBODY_CONFIRMED,
                "Somebody has to be confirmed: give owner_ids of beneficial owners, or, where there are none, the"
                f" person_id of the senior_managing_official; {_those_with_a_role(ownership)}.",
            )
        if official and official not in {each.person_id for each in ownership.officials}:
            raise Refusal(
                Code.NO_ROLE,
                f"{case.entity(official).name} has no role in the company, and so can't be its senior managing"
                f" official; {_those_with_a_role(ownership)}.",
            )
        return official


def _refuse_who_is_none(case: CaseFile, owner_id: str) -> None:
    """Only natural persons are beneficial owners, and only as long as they own or control something."""
    owner = case.owner(owner_id)
    if owner.ended_on is not None:
        raise Refusal(Code.OWNER_ENDED, f"{owner.name} ended on {owner.ended_on}, and owns nothing any more.")
    if owner.entity_details is not None:
        raise Refusal(
            Code.NOT_A_PERSON,
            f"{owner.name} is not a natural person, and so no beneficial owner: add who owns or controls it, or, where"
            " there is nobody to find (a listed company, a state body), confirm the senior managing official.",
        )
    if owner.person_details is None:
        raise Refusal(
            Code.NOT_A_PERSON,
            f"An owner who is {owner.name} can't be confirmed: correct the owner once somebody is named, or confirm the"
            " senior managing official.",
        )


def _those_with_a_role(ownership: Ownership) -> str:
    if not ownership.officials:
        return "nobody has a role in the company yet: link that person to it first"
    named = listed([f"{each.name} ({each.role}, {each.person_id})" for each in ownership.officials])
    return f"a role in the company {'has' if len(ownership.officials) == 1 else 'have'} {named}"


def _refuse_the_same(case: CaseFile, owner_ids: tuple[str, ...], official: str | None, ownership: Ownership) -> None:
    before = case.confirmation
    if (
        before is not None
        and not ownership.outdated
        and before.senior_managing_official == official
        and {owner_id for owner_id, owner in case.owners.items() if owner.is_ubo} == set(owner_ids)
    ):
        raise Refusal(Code.NOTHING_CHANGES, "This is confirmed already, and the rules find nothing else since.")


def _reason_needed(ownership: Ownership) -> Refusal:
    found = {over: listed([each.name for each in ownership.proposed if each.over is over]) for over in Over}
    spoken = [f"{over} {names}" for over, names in found.items() if names]
    return Refusal(
        Code.REASON_NEEDED,
        f"Say in reason why: as beneficial owners the rules find {' and '.join(spoken) or 'nobody'}.",
    )


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

    def applied_to(self, case: CaseFile) -> CaseFile:
        owners = {key: owner.model_copy(update={"is_ubo": key in self.owner_ids}) for key, owner in case.owners.items()}
        names = (self.official_name,) if self.official_name else self.names
        confirmation = Confirmation(self.owner_ids, self.senior_managing_official, names, self.proposed)
        return case._replace(owners=owners, confirmation=confirmation)

    def sentence(self) -> str:
        text = f"confirmed {listed(self.names)} as beneficial owner{'s' if len(self.names) > 1 else ''}"
        if self.official_name:
            text = f"confirmed that nobody is a beneficial owner, and {self.official_name} as senior managing official"
        found = listed([f"{each.name} {each.over}" for each in self.proposed]) or "nobody"
        return f"{text}{f': {self.reason}' if self.reason else ''} (proposed: {found})"

    def way_back(self, before: CaseFile) -> Undo | str:
        confirmed = before.confirmation
        if confirmed is None:
            return "A confirmation stays until another takes its place: confirm anew."
        back = ConfirmBeneficialOwners(
            case_id=self.case_id,
            owner_ids=confirmed.owner_ids,
            senior_managing_official=confirmed.senior_managing_official,
            reason=undone("confirmed"),
        )
        same = self.proposed == confirmed.proposed
        return Undo(back, "" if same else "the rules propose somebody else than they did")
