"""Who the beneficial owners are: the rules propose, a person decides, and both are kept."""

from collections.abc import Iterator

from store.domain.case_file import CaseFile
from store.domain.commands import ConfirmBeneficialOwners
from store.domain.decisions.basis import Context, Fact
from store.domain.decisions.documents import entity_of
from store.domain.decisions.parties import company_of, owner_of
from store.domain.events import BeneficialOwnersConfirmed
from store.domain.ownership import Ownership, listed, ownership_of
from store.domain.refusals import Refusal
from store.domain.statuses import Over


def confirm_owners(case: CaseFile, command: ConfirmBeneficialOwners, context: Context) -> Iterator[Fact]:
    company_id = company_of(case)
    for owner_id in command.owner_ids:
        _refuse_who_is_none(case, owner_id)
    rule = context.rules.ownership
    ownership = ownership_of(case, rule)
    assert ownership is not None  # there is a company
    confirmed = [each for each in ownership.candidates if set(each.owner_ids) & set(command.owner_ids)]
    official = _official(case, command, ownership)
    owner_ids = tuple(owner_id for each in confirmed for owner_id in each.owner_ids)
    _refuse_the_same(case, owner_ids, official, ownership)
    if command.reason is None and ownership.departs(confirmed):
        raise _reason_needed(ownership)
    event = BeneficialOwnersConfirmed(
        case_id=case.case_id,
        company_id=company_id,
        owner_ids=owner_ids,
        names=tuple(each.name for each in confirmed),
        senior_managing_official=official,
        official_name=case.entities[official].name if official else None,
        reason=command.reason,
        threshold=rule.threshold,
        or_more=rule.or_more,
        proposed=ownership.proposed,
    )
    yield Fact(company_id, event)


def _refuse_who_is_none(case: CaseFile, owner_id: str) -> None:
    """Only natural persons are beneficial owners, and only as long as they own or control something."""
    owner = owner_of(case, owner_id)
    if owner.ended_on is not None:
        raise Refusal("owner_ended", f"{owner.name} ended on {owner.ended_on}, and owns nothing any more.")
    if owner.entity_details is not None:
        raise Refusal(
            "not_a_person",
            f"{owner.name} is not a natural person, and so no beneficial owner: add who owns or controls it, or, where"
            " there is nobody to find (a listed company, a state body), confirm the senior managing official.",
        )
    if owner.person_details is None:
        raise Refusal(
            "not_a_person",
            f"An owner who is {owner.name} can't be confirmed: correct the owner once somebody is named, or confirm the"
            " senior managing official.",
        )


def _official(case: CaseFile, command: ConfirmBeneficialOwners, ownership: Ownership) -> str | None:
    """The senior managing official, who stands in where no beneficial owner is confirmed, and only there."""
    official = command.senior_managing_official
    if command.owner_ids and official:
        raise Refusal(
            "official_not_needed",
            "The senior managing official stands in where there is no beneficial owner: confirm either the one or the"
            " others.",
        )
    if not command.owner_ids and not official:
        raise Refusal(
            "nobody_confirmed",
            "Somebody has to be confirmed: give owner_ids of beneficial owners, or, where there are none, the person_id"
            f" of the senior_managing_official; {_those_with_a_role(ownership)}.",
        )
    if official and official not in {each.person_id for each in ownership.officials}:
        raise Refusal(
            "no_role",
            f"{entity_of(case, official).name} has no role in the company, and so can't be its senior managing"
            f" official; {_those_with_a_role(ownership)}.",
        )
    return official


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
        raise Refusal("nothing_changes", "This is confirmed already, and the rules find nothing else since.")


def _reason_needed(ownership: Ownership) -> Refusal:
    found = {over: listed([each.name for each in ownership.proposed if each.over is over]) for over in Over}
    spoken = [f"{over} {names}" for over, names in found.items() if names]
    return Refusal(
        "reason_needed",
        f"Say in reason why: as beneficial owners the rules find {' and '.join(spoken) or 'nobody'}.",
    )
