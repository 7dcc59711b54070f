"""Who the beneficial owners are: the rules propose, a person decides, and both are kept."""

from typing import Any

import pytest

from store.domain import commands as c
from store.domain.decider import fold
from store.domain.events import BeneficialOwnersConfirmed
from store.domain.operation import Payload
from store.domain.ownership import OwnershipRule, ownership_of
from store.domain.rules import Rules
from store.domain.statuses import Decision, Over
from store.domain.values import BeneficialOwnerData, Candidate
from tests.domain.examples import ANA, BEN, DIRECTOR, HOLDING, NOBODY, after, all_waived, events_of, kyb, kyc, owner
from tests.domain.specification import given

CYD = BEN.model_copy(update={"firstname": "Cyd", "birthdate": "1990-05-06"})
ANA_S, BEN_S = owner(ANA, ownership_percentage=30), owner(BEN, ownership_percentage=10)
OPEN_S = owner(CYD)
"""Cyd's share is not known."""


def case_with(*owners: BeneficialOwnerData) -> list[Payload]:
    return events_of(kyb(DIRECTOR, BEN, owners=owners))


def ids(payloads: list[Payload], *names: str) -> tuple[str, ...]:
    """The ids of owners, or of the persons of the case, with these first names."""
    case = fold(payloads)
    owners = {key: each.name for key, each in case.owners.items()}
    return tuple(key for name in names for key, full in owners.items() if full.startswith(name))


def person_id(payloads: list[Payload], name: str) -> str:
    (found,) = [key for key, person in fold(payloads).persons.items() if person.firstname == name]
    return found


def confirm(
    payloads: list[Payload], *names: str, official: str | None = None, **more: Any
) -> c.ConfirmBeneficialOwners:
    return c.ConfirmBeneficialOwners(
        case_id=fold(payloads).case_id,
        owner_ids=ids(payloads, *names),
        senior_managing_official=person_id(payloads, official) if official else None,
        **more,
    )


class TestConfirming:
    def test_whom_the_rules_propose_needs_no_reason(self) -> None:
        case = case_with(ANA_S, BEN_S)
        (of_ana,) = ids(case, "Ana")
        outcome = given(*case).when(confirm(case, "Ana"))
        outcome.then(
            BeneficialOwnersConfirmed(
                case_id=fold(case).case_id,
                company_id=fold(case).company_id or "",
                owner_ids=(of_ana,),
                names=("Ana Ruiz",),
                threshold=25,
                or_more=True,
                proposed=(
                    Candidate(
                        owner_ids=(of_ana,),
                        person_id=fold(case).person_of_owner[of_ana],
                        name="Ana Ruiz",
                        minimum=30,
                        maximum=30,
                        ownership=Over.CERTAINLY,
                        control=Over.NOT,
                    ),
                ),
            )
        )
        assert outcome.new_events[0].aggregate_id == fold(case).company_id

    def test_makes_those_and_no_others_beneficial_owners(self) -> None:
        stated = BEN_S.model_copy(update={"is_ubo": True})
        case = case_with(ANA_S, stated)
        confirmed = fold(after(case, confirm(case, "Ana")))
        assert {each.name: each.is_ubo for each in confirmed.owners.values()} == {"Ana Ruiz": True, "Ben Okoro": False}
        back = fold(after(case, confirm(case, "Ana"), confirm(case, "Ben", reason="she holds it for him")))
        assert {each.name: each.is_ubo for each in back.owners.values()} == {"Ana Ruiz": False, "Ben Okoro": True}

    def test_confirms_every_entry_of_a_person(self) -> None:
        holding = HOLDING.model_copy(update={"party": "h", "ownership_percentage": 70.0})
        case = case_with(ANA_S, holding, owner(ANA, ownership_percentage=100, held_in="h"))
        first, second = ids(case, "Ana")
        command = confirm(case).model_copy(update={"owner_ids": (second,)})
        assert set(given(*case).when(command).the(BeneficialOwnersConfirmed).owner_ids) == {first, second}

    def test_keeps_the_threshold_in_force(self) -> None:
        case = case_with(ANA_S, BEN_S)
        rules = Rules(ownership=OwnershipRule(10, or_more=True))
        confirmed = given(*case).when(confirm(case, "Ana", "Ben"), rules=rules).the(BeneficialOwnersConfirmed)
        assert (confirmed.threshold, confirmed.or_more, len(confirmed.proposed)) == (10, True, 2)
        more_than = Rules(ownership=OwnershipRule(30, or_more=False))
        case = case_with(ANA_S)
        given(*case).when(confirm(case, "Ana"), rules=more_than).refused("reason_needed", "find nobody")

    def test_the_senior_managing_official_stands_in_where_nobody_is_over(self) -> None:
        case = case_with(BEN_S)
        confirmed = given(*case).when(confirm(case, official="Dora")).the(BeneficialOwnersConfirmed)
        assert (confirmed.senior_managing_official, confirmed.official_name) == (person_id(case, "Dora"), "Dora Lind")
        assert (confirmed.owner_ids, confirmed.proposed, confirmed.reason) == ((), (), None)

    def test_an_owner_who_is_stated_to_be_one_can_be_the_official(self) -> None:
        case = case_with(owner(ANA, types_of_control=("seniorManagingOfficial",)))
        ana = next(iter(fold(case).person_of_owner.values()))
        command = confirm(case).model_copy(update={"senior_managing_official": ana})
        assert given(*case).when(command).the(BeneficialOwnersConfirmed).official_name == "Ana Ruiz"

    @pytest.mark.parametrize(
        ("owners", "names", "official", "found"),
        [
            ((ANA_S, BEN_S), ("Ana", "Ben"), None, "certainly Ana Ruiz."),
            ((ANA_S, BEN_S), ("Ben",), None, "certainly Ana Ruiz."),
            ((ANA_S,), (), "Dora", "certainly Ana Ruiz."),
            ((BEN_S,), ("Ben",), None, "nobody."),
            ((ANA_S, OPEN_S), ("Ana",), None, "certainly Ana Ruiz and possibly Cyd Okoro."),
            ((ANA_S, OPEN_S), ("Ana", "Cyd"), None, "certainly Ana Ruiz and possibly Cyd Okoro."),
        ],
        ids=["more", "another", "nobody", "one who is under it", "not who is possible", "who is possible"],
    )
    def test_what_the_rules_do_not_say_or_leave_open_needs_a_reason(
        self, owners: Any, names: Any, official: str | None, found: str
    ) -> None:
        case = case_with(*owners)
        command = confirm(case, *names, official=official)
        given(*case).when(command).refused("reason_needed", f"the rules find {found}")
        reason = "as the register of shares shows"
        told = given(*case).when(command.model_copy(update={"reason": reason})).the(BeneficialOwnersConfirmed)
        assert told.reason == reason


class TestRefusals:
    def test_no_company(self) -> None:
        case = events_of(kyc())
        command = c.ConfirmBeneficialOwners(case_id=fold(case).case_id, owner_ids=("x",))
        given(*case).when(command).refused("no_company")

    def test_unknown_owner(self) -> None:
        case = case_with(ANA_S)
        command = confirm(case, "Ana").model_copy(update={"owner_ids": ("nobody",)})
        given(*case).when(command).refused("unknown_owner", "nobody")

    def test_owner_ended(self) -> None:
        case = case_with(ANA_S, BEN_S.model_copy(update={"ended_on": "2024-05-31"}))
        given(*case).when(confirm(case, "Ben")).refused("owner_ended", "Ben Okoro ended on 2024-05-31")

    def test_not_a_person(self) -> None:
        case = case_with(HOLDING, NOBODY)
        given(*case).when(confirm(case, "Acme")).refused(
            "not_a_person", "Acme Holding BV is not a natural person", "a state body", "senior managing official"
        )
        given(*case).when(confirm(case, "not named")).refused(
            "not_a_person", "not named: subject exempt from disclosure", "correct the owner once somebody is named"
        )

    def test_nobody_confirmed(self) -> None:
        case = case_with(BEN_S)
        given(*case).when(confirm(case)).refused(
            "nobody_confirmed", f"a role in the company has Dora Lind (Director, {person_id(case, 'Dora')})"
        )
        bare = events_of(kyb(owners=(BEN_S,)))
        given(*bare).when(confirm(bare)).refused("nobody_confirmed", "nobody has a role in the company yet")

    def test_official_not_needed(self) -> None:
        case = case_with(ANA_S)
        given(*case).when(confirm(case, "Ana", official="Dora")).refused("official_not_needed", "either the one or")

    def test_no_role(self) -> None:
        case = case_with(HOLDING)
        given(*case).when(confirm(case, official="Ben")).refused("no_role", "Ben Okoro has no role in the company")
        of_company = confirm(case).model_copy(update={"senior_managing_official": fold(case).company_id})
        given(*case).when(of_company).refused("no_role", "Acme Werke GmbH has no role")

    def test_unknown_entity(self) -> None:
        case = case_with(HOLDING)
        command = confirm(case).model_copy(update={"senior_managing_official": "nobody"})
        given(*case).when(command).refused("unknown_entity", "the id nobody")

    def test_nothing_changes(self) -> None:
        case = case_with(ANA_S, BEN_S)
        once = after(case, confirm(case, "Ana"))
        given(*once).when(confirm(once, "Ana")).refused("nothing_changes", "is confirmed already")
        by_official = case_with(BEN_S)
        once = after(by_official, confirm(by_official, official="Dora"))
        given(*once).when(confirm(once, official="Dora")).refused("nothing_changes")


class TestWhatWasConfirmed:
    def test_is_outdated_once_the_rules_find_something_else(self) -> None:
        case = case_with(ANA_S, BEN_S)
        once = after(case, confirm(case, "Ana"))
        (of_ben,) = ids(once, "Ben")
        case_id = fold(case).case_id
        more = c.CorrectBeneficialOwner(case_id=case_id, owner_id=of_ben, owner=owner(BEN, ownership_percentage=40))
        later = after(once, more)
        ownership = ownership_of(fold(later), OwnershipRule())
        assert ownership is not None
        assert ownership.outdated
        given(*later).when(confirm(later, "Ana", reason="he holds it for her")).the(BeneficialOwnersConfirmed)
        again = ownership_of(fold(after(later, confirm(later, "Ana", "Ben"))), OwnershipRule())
        assert again is not None
        assert not again.outdated

    def test_is_not_by_a_figure_that_changes_nothing(self) -> None:
        case = case_with(ANA_S, BEN_S)
        once = after(case, confirm(case, "Ana"))
        (of_ben,) = ids(once, "Ben")
        less = c.CorrectBeneficialOwner(
            case_id=fold(case).case_id, owner_id=of_ben, owner=owner(BEN, ownership_percentage=5)
        )
        ownership = ownership_of(fold(after(once, less)), OwnershipRule())
        assert ownership is not None
        assert ownership.confirmation is not None
        assert not ownership.outdated

    def test_is_what_a_correction_has_to_have_seen(self) -> None:
        case = case_with(ANA_S, BEN_S)
        once = after(case, confirm(case, "Ana"))
        (of_ana,) = ids(once, "Ana")
        seen = fold(once).owners[of_ana]
        assert seen.is_ubo
        command = c.CorrectBeneficialOwner(
            case_id=fold(case).case_id,
            owner_id=of_ana,
            owner=seen.model_copy(update={"ownership_percentage": 35.0}),
            seen=seen,
        )
        assert given(*once).when(command).payloads

    def test_is_no_condition_of_an_approval(self) -> None:
        case = all_waived(case_with(ANA_S))
        propose = c.ProposeDecision(case_id=fold(case).case_id, decision=Decision.APPROVE, reason="all of it fits")
        assert given(*case).when(propose).payloads
