"""Checks against a list: each entry of a list is a question of its own, and settled by itself."""

from typing import Any

import pytest
from pydantic import ValidationError

from store.domain import commands as c
from store.domain.case_file import Hit
from store.domain.casework.review import missing_for_approval
from store.domain.decider import fold
from store.domain.events import CheckRecorded
from store.domain.identifiers import derive_id
from store.domain.risk import propose_risk
from store.domain.screening import ListedCandidate, Screening
from store.domain.statuses import CheckKind, CheckOutcome
from tests.domain.examples import ANA, DIRECTOR, HOLDING, after, all_waived, events_of, kyb, owner
from tests.domain.specification import COMMAND_ID, TODAY, given

CASE = events_of(kyb(DIRECTOR, owners=(owner(ANA, ownership_percentage=30), HOLDING)))
ID = fold(CASE).case_id
OF_ANA, OF_HOLDING = fold(CASE).owners
ANA_S_ID = fold(CASE).person_of_owner[OF_ANA]


def against(entry_id: str | None, list_name: str = "eu-list", version: str = "1") -> Screening:
    candidate = entry_id and ListedCandidate(
        entry_id=entry_id, entry_digest="ab" * 32, name="Anna RUIS", score=88, matched=("the name is 93 % like theirs",)
    )
    return Screening(list_name=list_name, list_version=version, party_digest="cd" * 32, candidate=candidate or None)


def check(outcome: CheckOutcome, screening: Screening | None, **more: Any) -> c.RecordCheck:
    fields = {"kind": CheckKind.SANCTIONS, "entity_id": ANA_S_ID, "evidence": "looked at both"} | more
    return c.RecordCheck(case_id=ID, outcome=outcome, screening=screening, **fields)


HIT = check(CheckOutcome.HIT, against("NK-1"))


class TestACheckAgainstAList:
    @pytest.mark.parametrize("outcome", CheckOutcome)
    def test_is_recorded_with_what_was_compared(self, outcome: CheckOutcome) -> None:
        given(*CASE).when(check(outcome, against("NK-1"))).then(
            CheckRecorded(
                case_id=ID,
                check_id=derive_id(COMMAND_ID, "check"),
                kind=CheckKind.SANCTIONS,
                outcome=outcome,
                evidence="looked at both",
                entity_id=ANA_S_ID,
                entity_name="Ana Ruiz",
                screening=against("NK-1"),
            )
        )

    def test_can_be_of_a_company_that_owns(self) -> None:
        recorded = given(*CASE).when(check(CheckOutcome.HIT, against("NK-9"), entity_id=OF_HOLDING)).the(CheckRecorded)
        assert (recorded.entity_id, recorded.entity_name) == (OF_HOLDING, "Acme Holding BV")

    def test_but_not_of_the_person_by_the_id_of_their_share(self) -> None:
        given(*CASE).when(check(CheckOutcome.HIT, against("NK-9"), entity_id=OF_ANA)).refused("unknown_entity")

    def test_needs_a_party(self) -> None:
        with pytest.raises(ValidationError, match="is of one party"):
            check(CheckOutcome.CLEAR, against(None), entity_id=None)

    @pytest.mark.parametrize("outcome", [outcome for outcome in CheckOutcome if outcome is not CheckOutcome.CLEAR])
    def test_without_a_candidate_is_clear(self, outcome: CheckOutcome) -> None:
        check(CheckOutcome.CLEAR, against(None))
        with pytest.raises(ValidationError, match="CLEAR where there is no candidate"):
            check(outcome, against(None))


class TestAHitOfAnEntry:
    def test_stands_until_that_entry_is_settled(self) -> None:
        assert fold(after(CASE, HIT)).hits == {Hit(CheckKind.SANCTIONS, ANA_S_ID, ("eu-list", "NK-1")): "Ana Ruiz"}
        for settling in (CheckOutcome.CLEAR, CheckOutcome.NOT_APPLICABLE):
            assert fold(after(CASE, HIT, check(settling, against("NK-1", version="2")))).hits == {}

    @pytest.mark.parametrize(
        "other",
        [
            pytest.param(check(CheckOutcome.CLEAR, against("NK-2")), id="another entry"),
            pytest.param(check(CheckOutcome.CLEAR, against("NK-1", "us-list")), id="another list"),
            pytest.param(check(CheckOutcome.CLEAR, against(None)), id="the list has nobody"),
            pytest.param(check(CheckOutcome.CLEAR, against(None, version="2")), id="a later list has nobody"),
            pytest.param(check(CheckOutcome.CLEAR, None), id="a check by hand"),
            pytest.param(check(CheckOutcome.CLEAR, against("NK-1"), kind=CheckKind.PEP), id="another kind"),
            pytest.param(check(CheckOutcome.CLEAR, against("NK-1"), entity_id=OF_HOLDING), id="another party"),
            pytest.param(check(CheckOutcome.INCONCLUSIVE, against("NK-1")), id="unsure"),
        ],
    )
    def test_and_by_nothing_else(self, other: c.RecordCheck) -> None:
        assert list(fold(after(CASE, HIT, other)).hits) == [Hit(CheckKind.SANCTIONS, ANA_S_ID, ("eu-list", "NK-1"))]

    def test_two_entries_are_two_hits(self) -> None:
        both = after(all_waived(CASE), HIT, check(CheckOutcome.HIT, against("NK-2")))
        assert missing_for_approval(fold(both), TODAY) == [
            "the sanctions check of Ana Ruiz against NK-1 of eu-list is a hit that nobody settled",
            "the sanctions check of Ana Ruiz against NK-2 of eu-list is a hit that nobody settled",
        ]
        one = after(both, check(CheckOutcome.CLEAR, against("NK-2")))
        assert propose_risk(fold(one)).reasons == (
            "the sanctions check of Ana Ruiz against NK-1 of eu-list is a hit (sanctions-hit)",
        )
        assert missing_for_approval(fold(after(one, check(CheckOutcome.CLEAR, against("NK-1")))), TODAY) == []

    def test_can_be_settled_when_the_party_has_left(self) -> None:
        left = after(CASE, HIT, c.RemoveBeneficialOwner(case_id=ID, owner_id=OF_ANA, reason="sold in May"))
        assert (
            given(*left).when(check(CheckOutcome.CLEAR, against("NK-1"))).the(CheckRecorded).entity_name == "Ana Ruiz"
        )
        given(*left).when(check(CheckOutcome.CLEAR, against("NK-2"))).refused("unknown_entity")


@pytest.mark.parametrize("screening", [against(None), against("NK-1")])
def test_a_hit_found_by_hand_is_not_settled_by_a_list(screening: Screening) -> None:
    by_hand = Hit(CheckKind.SANCTIONS, ANA_S_ID)
    found = after(CASE, check(CheckOutcome.HIT, None))
    assert by_hand in fold(after(found, check(CheckOutcome.CLEAR, screening))).hits
    assert by_hand not in fold(after(found, check(CheckOutcome.CLEAR, None))).hits
