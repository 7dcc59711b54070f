"""Who owns and controls a company: shares along chains and in circles, the two prongs, and what is in doubt.

The arithmetic of each figure stands beside it.
"""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from store.domain.case_file import CaseFile
from store.domain.decider import fold
from store.domain.ownership import Band, End, Ownership, OwnershipRule, ownership_of
from store.domain.statuses import Over
from store.domain.values import (
    BeneficialOwnerData,
    Candidate,
    Directness,
    EntityData,
    Interest,
    OwnerKind,
    PersonData,
    Share,
    UnspecifiedReason,
)
from tests.domain.examples import ACME, DIRECTOR, events_of, kyb, kyc

RULE = OwnershipRule()
ANYTHING = Band(0, 100)
INDIRECT = Directness.INDIRECT


def stake(share: Any) -> dict[str, Any]:
    """30 for an exact share, (25, 50) for a band, None where no figure is known."""
    match share:
        case None:
            return {}
        case (low, high):
            return {"share": Share(minimum=low, maximum=high)}
    return {"ownership_percentage": float(share)}


def person(name: str, share: Any = None, held_in: str | None = None, **more: Any) -> BeneficialOwnerData:
    """A natural person, who is the same one wherever the name is."""
    details = PersonData(firstname=name, lastname="Roth", birthdate="1980-01-02")
    more.setdefault("directness", Directness.DIRECT)
    return BeneficialOwnerData(person_details=details, held_in=held_in, **stake(share), **more)


def firm(name: str, share: Any = None, held_in: str | None = None, **more: Any) -> BeneficialOwnerData:
    entity = EntityData(name=f"{name} BV", **{k: more.pop(k) for k in ("lei", "entity_type") if k in more})
    more = {"party": name, "directness": Directness.DIRECT} | more
    return BeneficialOwnerData(kind=OwnerKind.ENTITY, entity_details=entity, held_in=held_in, **stake(share), **more)


def nobody(share: Any = None, held_in: str | None = None, **more: Any) -> BeneficialOwnerData:
    return BeneficialOwnerData(
        kind=OwnerKind.UNSPECIFIED,
        unspecified_reason=UnspecifiedReason.PARTY_SILENT,
        held_in=held_in,
        **stake(share),
        **more,
    )


def case_of(*owners: BeneficialOwnerData) -> CaseFile:
    return fold(events_of(kyb(DIRECTOR, owners=owners)))


def owned_by(*owners: BeneficialOwnerData, rule: OwnershipRule = RULE) -> Ownership:
    ownership = ownership_of(case_of(*owners), rule)
    assert ownership is not None
    return ownership


def parts(*owners: BeneficialOwnerData) -> dict[str, tuple[float, float]]:
    """The effective share of everybody, by the first word of their name."""
    return {
        branch.name.split()[0]: (branch.effective.minimum, branch.effective.maximum)
        for branch in owned_by(*owners).branches
        if branch.effective is not None
    }


def candidate(name: str, *owners: BeneficialOwnerData, rule: OwnershipRule = RULE) -> Candidate:
    (found,) = [each for each in owned_by(*owners, rule=rule).candidates if each.name == f"{name} Roth"]
    return found


def doubts(*owners: BeneficialOwnerData) -> dict[str, str]:
    return {doubt.code: doubt.sentence for doubt in owned_by(*owners).doubts}


class TestEffectiveShares:
    def test_a_share_multiplies_along_a_chain(self) -> None:
        found = parts(firm("b", 60), firm("c", 50, "b"), person("Ana", 40, "c"))
        assert found == {
            "b": (60, 60),
            "c": (30, 30),  # 60 % of 50 %
            "Ana": (12, 12),  # 30 % of 40 %
        }

    def test_and_adds_up_across_chains(self) -> None:
        # 50 % of 40 % and 30 % of 50 %, and 5 % directly: 20 + 15 + 5
        owners = (firm("b", 50), firm("c", 30), person("Ana", 40, "b"), person("Ana", 50, "c"), person("Ana", 5))
        assert parts(*owners)["Ana"] == (40, 40)

    def test_on_intervals(self) -> None:
        # 25 % of 50 % to 50 % of 75 %
        assert parts(firm("b", (25, 50)), person("Ana", (50, 75), "b"))["Ana"] == (12.5, 37.5)

    def test_what_is_not_known_is_anything_from_nothing_to_all(self) -> None:
        found = parts(firm("b", 60), person("Ana", None, "b"), person("Ben"), person("Cyd", (None, 20)))
        assert found == {"b": (60, 60), "Ana": (0, 60), "Ben": (0, 100), "Cyd": (0, 20)}

    def test_chains_that_part_and_meet_again(self) -> None:
        # a diamond: d holds 50 % of each of b and c, which hold 40 % and 60 %: 20 + 30
        found = parts(firm("b", 40), firm("c", 60), firm("d", 50, "b"), firm("d", 50, "c"), person("Ana", 80, "d"))
        assert found == {"b": (40, 40), "c": (60, 60), "d": (50, 50), "Ana": (40, 40)}

    def test_more_chains_than_could_ever_be_followed(self) -> None:
        # 40 levels of two companies that hold 50 % of each of the two below: 2 to the power of 40 chains, 100 % in all
        levels = [[f"{side}{level}" for side in "ab"] for level in range(40)]
        owners = [firm(name, 50) for name in levels[0]]
        owners += [firm(holder, 50, held) for below, above in pairwise(levels) for holder in above for held in below]
        found = parts(*owners, *(person("Ana", 50, held) for held in levels[-1]))
        assert {found["a39"], found["b39"], found["Ana"]} == {(50, 50)}

    def test_nobody_has_more_than_all(self) -> None:
        assert parts(person("Ana", 70), firm("b", 60), person("Ana", 100, "b"))["Ana"] == (100, 100)
        # b has an unknown part of each of c and d, which have an unknown part: still all of it at most, and Ana 30 %
        unknown = (firm("c"), firm("d"), firm("b", None, "c"), firm("b", None, "d"))
        assert parts(*unknown, person("Ana", 30, "b"))["Ana"] == (0, 30)

    def test_an_owner_who_has_ended_counts_for_nothing_nor_do_those_above(self) -> None:
        owners = (firm("b", 60, ended_on="2023"), person("Ana", 100, "b"), person("Ben", 30, ended_on="2024-05"))
        assert parts(*owners) == {"Ana": (0, 0)}
        assert candidate("Ana", *owners).over is Over.NOT

    def test_bounds_that_are_excluded_are_not_reached(self) -> None:
        under = person("Ana", share=None).model_copy(
            update={"share": Share(minimum=0, maximum=25, exclusive_maximum=True)}
        )
        assert candidate("Ana", under).ownership is Over.NOT
        more_than = OwnershipRule(25, or_more=False)
        assert candidate("Ana", person("Ana", (25, 50)), rule=more_than).ownership is Over.POSSIBLY
        over = person("Ana").model_copy(update={"share": Share(minimum=25, maximum=50, exclusive_minimum=True)})
        assert candidate("Ana", over, rule=more_than).ownership is Over.CERTAINLY

    @pytest.mark.parametrize("party", ["b", None])
    def test_a_party_is_known_by_its_owner_s_id_as_well(self, party: str | None) -> None:
        (of_b,) = case_of(firm("b", 60, party=party)).owners
        assert parts(firm("b", 60, party=party), person("Ana", 50, held_in=of_b))["Ana"] == (30, 30)


class TestWhatIsStatedAsHeldIndirectly:
    """It is another view of what the chains come to, and is never added to them."""

    def test_it_is_all_there_is_where_no_chain_is_known(self) -> None:
        assert parts(person("Ana", 30, directness=INDIRECT))["Ana"] == (30, 30)

    def test_it_narrows_down_a_chain_without_a_figure(self) -> None:
        owners = (firm("b", 60), person("Ana", None, "b"), person("Ana", 30, directness=INDIRECT))
        assert parts(*owners)["Ana"] == (30, 30)  # 0 to 60 % by the chain, 30 % as stated

    def test_each_narrows_down_the_other(self) -> None:
        # 20 to 60 % by the chain, 10 to 30 % as stated
        owners = (firm("b", (40, 60)), person("Ana", (50, 100), "b"), person("Ana", (10, 30), directness=INDIRECT))
        assert parts(*owners)["Ana"] == (20, 30)

    def test_what_is_held_directly_comes_on_top(self) -> None:
        owners = (
            firm("b", 60),
            person("Ana", None, "b"),
            person("Ana", (10, 40), directness=INDIRECT),
            person("Ana", 5, directness=Directness.DIRECT),
        )
        assert parts(*owners)["Ana"] == (15, 45)

    def test_of_what_may_be_either_the_larger_counts_in_the_minimum(self) -> None:
        # 20 % of which nobody says whether it is direct, and 15 % by a chain: 20 to 35 %
        assert parts(firm("b", 50), person("Ana", 30, "b"), person("Ana", 20, directness=Directness.UNKNOWN))[
            "Ana"
        ] == (20, 35)

    def test_both_views_hold_where_they_contradict_each_other(self) -> None:
        owners = (firm("b", 60), person("Ana", 50, "b"), person("Ana", 45, directness=INDIRECT))
        assert parts(*owners)["Ana"] == (30, 45)
        assert "contradiction" in doubts(*owners)

    def test_one_in_a_party_in_between_counts_through_it(self) -> None:
        # nothing is known of Ana in c, but 50 % of b is stated, which has 60 %: 30 % at least
        owners = (firm("b", 60), firm("c", 100, "b"), person("Ana", None, "c"))
        stated = person("Ana", 50, "b", directness=INDIRECT)
        assert parts(*owners, stated)["Ana"] == (30, 60)

    def test_interests_tell_both_apart(self) -> None:
        mixed = person("Ana", 50).model_copy(
            update={
                "interests": tuple(
                    Interest(type="shareholding", directness=directness, share=Share(exact=50))
                    for directness in (INDIRECT, Directness.DIRECT)
                )
            }
        )
        owners = (firm("b", 50), person("Ana", None, "b"), mixed)
        assert parts(*owners)["Ana"] == (100, 100)  # 50 % directly, and 50 % out of 0 to 50 %

    def test_those_that_have_ended_tell_nothing(self) -> None:
        past, now = (
            Interest(type="shareholding", share=Share(exact=share), ended_on=ended_on)
            for share, ended_on in ((30, "2020"), (20, None))
        )
        assert parts(person("Ana", interests=(past, now)))["Ana"] == (20, 20)

    def test_of_several_alike_one_may_be_part_of_another(self) -> None:
        shares = tuple(Interest(type="shareholding", share=Share(exact=share)) for share in (10, 15))
        assert parts(person("Ana", interests=shares))["Ana"] == (15, 25)

    def test_until_somebody_corrects_the_share(self) -> None:
        interest = Interest(type="shareholding", directness=INDIRECT, share=Share(exact=50))
        corrected = person("Ana", 20, interests=(interest,), directness=Directness.DIRECT)
        assert parts(corrected)["Ana"] == (20, 20)


class TestCircles:
    """The minimum ends each chain that comes back; the maximum counts all that goes round."""

    def test_two_that_hold_one_another(self) -> None:
        # b has 50 % of the company and c none; each has 50 % of the other, Ana 50 % of b and Ben 50 % of c.
        found = parts(
            firm("b", 50), firm("b", 50, "c"), firm("c", 50, "b"), person("Ana", 50, "b"), person("Ben", 50, "c")
        )
        # Ana: 50 % of 50 % = 25; a quarter of it comes round each time: 25 / (1 - 0.25) = 33.33
        assert found["Ana"] == pytest.approx((25, 33.333333))
        # Ben: 50 % of 50 % of 50 % = 12.5, and with what comes round 16.67: with Ana's all of the 50 %
        assert found["Ben"] == pytest.approx((12.5, 16.666667))

    def test_in_which_both_hold_the_company(self) -> None:
        found = parts(firm("b", 50), firm("c", 50), firm("b", 20, "c"), firm("c", 20, "b"), person("Ana", 80, "b"))
        # b: 50 directly and 20 % of c's 50 = 60; with what comes round 50 / (1 - 0.2) = 62.5
        assert found["b"] == pytest.approx((60, 62.5))
        # Ana: 80 % of that, which all round is half of the company, as she holds all of b that c does not
        assert found["Ana"] == pytest.approx((48, 50))

    def test_through_the_company_itself(self) -> None:
        # b holds 50 % of the company, which holds 40 % of b (it is known by its number); Ana holds 60 % of b.
        company = firm("acme", 40, "b").model_copy(
            update={
                "entity_details": EntityData(
                    name="Acme", registration_number=ACME.registration_number, country=ACME.country_of_incorporation
                )
            }
        )
        found = parts(firm("b", 50), company, person("Ana", 60, "b"))
        # 60 % of 50 % = 30; a fifth of the company (40 % of 50 %) is its own: 30 / 0.8 = 37.5
        assert found["Ana"] == pytest.approx((30, 37.5))
        assert doubts(firm("b", 50), company)["circle"].startswith("Acme Werke GmbH and b BV hold one another:")

    def test_a_part_of_itself(self) -> None:
        # b holds 20 % of itself: what the others have of it is 80 % of the votes
        found = parts(firm("b", 100), firm("b", 20, "b"), person("Ana", 40, "b"))
        assert found["Ana"] == pytest.approx((40, 50))

    def test_without_figures(self) -> None:
        found = parts(firm("b", 50), firm("b", None, "c"), firm("c", None, "b"), person("Ana", 10, "b"))
        assert found["Ana"] == (5, 100)  # 10 % of 50 % certainly; what comes round knows no bound

    def test_that_hold_nothing_of_the_company(self) -> None:
        owners = (firm("b", 50, "c"), firm("c", 50, "b"), person("Ana", 50, "b"))
        assert set(parts(*owners).values()) == {(0, 0)}
        assert "b BV, c BV" in doubts(*owners)["apart"].replace("Ana Roth, ", "").replace(" and c", ", c")

    def test_of_more_than_can_be_followed_are_bounded_less_closely(self) -> None:
        names = [f"f{n}" for n in range(12)]
        owners = [firm(name, 5) for name in names]
        owners += [firm(holder, 5, held) for holder in names for held in names if holder != held]
        low, high = parts(*owners, person("Ana", 50, "f0"))["Ana"]
        # of each there is 5 % outside of the circle; all round x = 5 + 11 x 5 % of x, so 5 / 0.45 = 11.11
        assert (low, high) == pytest.approx((2.5, 5.555556))


class TestTheThreshold:
    @pytest.mark.parametrize(
        ("share", "over", "strictly_over"),
        [
            (25, Over.CERTAINLY, Over.NOT),
            (24.99, Over.NOT, Over.NOT),
            (25.01, Over.CERTAINLY, Over.CERTAINLY),
            ((25, 50), Over.CERTAINLY, Over.POSSIBLY),
            ((10, 25), Over.POSSIBLY, Over.NOT),
            ((10, 24), Over.NOT, Over.NOT),
            ((75, None), Over.CERTAINLY, Over.CERTAINLY),
            (None, Over.POSSIBLY, Over.POSSIBLY),
        ],
    )
    def test_has_three_honest_answers(self, share: Any, over: Over, strictly_over: Over) -> None:
        assert candidate("Ana", person("Ana", share)).ownership is over
        more_than = OwnershipRule(25, or_more=False)
        assert candidate("Ana", person("Ana", share), rule=more_than).ownership is strictly_over

    def test_can_be_another_one(self) -> None:
        assert candidate("Ana", person("Ana", 15), rule=OwnershipRule(15)).ownership is Over.CERTAINLY
        assert str(OwnershipRule(15)) == "15 % or more"
        assert str(OwnershipRule(25, or_more=False)) == "more than 25 %"

    def test_sums_that_are_not_exact_in_binary_reach_it(self) -> None:
        # 0.1 has no exact binary form: ten times 2.5 % must still be 25 %
        owners = [firm(f"f{n}", 25) for n in range(3)]
        owners += [person("Ana", 100 / 3, f"f{n}") for n in range(3)]
        assert candidate("Ana", *owners).ownership is Over.CERTAINLY

    def test_the_largest_come_first_and_only_natural_persons(self) -> None:
        ownership = owned_by(person("Ben", 26), firm("b", 40), person("Ana", 30), nobody(4))
        assert [each.name for each in ownership.candidates] == ["Ana Roth", "Ben Roth"]
        assert [each.name for each in ownership.proposed] == ["Ana Roth", "Ben Roth"]

    def test_all_entries_of_a_person_are_one_candidate(self) -> None:
        owners = (firm("b", 50), person("Ana", 30, "b"), person("Ana", 12, directness=Directness.DIRECT))
        found = candidate("Ana", *owners)
        assert len(found.owner_ids) == 2
        assert (found.minimum, found.maximum) == (27, 27)


class TestControl:
    """The second prong, whatever the share."""

    @pytest.mark.parametrize(
        ("kind", "spoken"),
        [
            ("appointmentOfBoard", "appointment of board"),
            ("APPOINTMENT_OF_BOARD", "appointment of board"),
            ("otherInfluenceOrControl", "other influence or control"),
            ("controlViaCompanyRulesOrArticles", "control via company rules or articles"),
            ("controlByLegalFramework", "control by legal framework"),
            ("settlor", "settlor"),
            ("trustee", "trustee"),
            ("protector", "protector"),
            ("beneficiaryOfLegalArrangement", "beneficiary of legal arrangement"),
            ("nominator", "nominator"),
        ],
    )
    def test_by_an_interest_that_is_control_in_itself(self, kind: str, spoken: str) -> None:
        found = candidate("Ana", person("Ana", types_of_control=(kind,)))
        assert (found.minimum, found.maximum, found.ownership) == (0, 0, Over.NOT)
        assert (found.control, found.over) == (Over.CERTAINLY, Over.CERTAINLY)
        assert found.reasons == (spoken,)

    @pytest.mark.parametrize("kind", ["boardMember", "boardChair", "seniorManagingOfficial", "nominee"])
    def test_not_by_an_office(self, kind: str) -> None:
        found = candidate("Ana", person("Ana", types_of_control=(kind,)))
        assert (found.maximum, found.over) == (0, Over.NOT)

    def test_possibly_by_what_is_on_no_list(self) -> None:
        found = candidate("Ana", person("Ana", 1, types_of_control=("golden share",)))
        assert (found.control, found.reasons) == (Over.POSSIBLY, ("golden share",))

    def test_by_votes_from_the_threshold_on(self) -> None:
        votes = Interest(type="votingRights", share=Share(exact=40))
        found = candidate(
            "Ana", person("Ana", 5, types_of_control=("shareholding", "votingRights"), interests=(votes,))
        )
        assert (found.ownership, found.control, found.reasons) == (Over.NOT, Over.CERTAINLY, ("40 % of the votes",))
        unknown = candidate("Ana", person("Ana", types_of_control=("votingRights",)))
        assert (unknown.control, unknown.reasons) == (Over.POSSIBLY, ("an unknown part of the votes",))

    def test_by_more_than_half_of_a_party_that_holds_enough(self) -> None:
        # 51 % of 40 % is 20.4 %, under the threshold; but she decides about all of the 40 %
        found = candidate("Ana", firm("b", 40), person("Ana", 51, "b"))
        assert found.minimum == pytest.approx(20.4)
        assert found.ownership is Over.NOT
        assert (found.control, found.reasons) == (Over.CERTAINLY, ("control of b BV, with 40 % of the company",))
        half = candidate("Ana", firm("b", 40), person("Ana", 50, "b"))
        assert half.control is Over.NOT

    def test_of_several_that_hold_enough_together_with_one_s_own(self) -> None:
        owners = (firm("b", 10), firm("c", 10), person("Ana", 60, "b"), person("Ana", 60, "c"), person("Ana", 5))
        found = candidate("Ana", *owners)  # 6 + 6 + 5 is hers, and 10 + 10 + 5 is hers to vote with
        assert (found.ownership, found.control) == (Over.NOT, Over.CERTAINLY)
        assert found.reasons == ("control of b BV and c BV, with 25 % of the company, their own shares included",)

    def test_down_a_chain_in_which_parts_are_counted_together(self) -> None:
        # 60 % of b; b and Ana have 30 % each of c, so c is hers, and c has 30 % of the company
        owners = (firm("c", 30), firm("b", 30, "c"), person("Ana", 30, "c"), person("Ana", 60, "b"))
        assert candidate("Ana", *owners).control is Over.CERTAINLY

    def test_by_control_of_a_party_that_has_control(self) -> None:
        owners = (firm("b", 10, types_of_control=("shareholding", "appointmentOfBoard")), person("Ana", 90, "b"))
        assert candidate("Ana", *owners).reasons == ("control of b BV, with appointment of board",)

    def test_of_a_trust_by_a_role_in_it(self) -> None:
        owners = (firm("trust", 80), person("Ana", None, "trust", types_of_control=("trustee",)))
        found = candidate("Ana", *owners)
        assert (found.ownership, found.control) == (Over.NOT, Over.CERTAINLY)

    def test_by_a_share_from_the_threshold_on_in_a_party_that_controls_it(self) -> None:
        # 30 % of 60 % is 18 %; but b has the company, and she has an ownership interest in b
        found = candidate("Ana", firm("b", 60), person("Ana", 30, "b"))
        assert (found.ownership, found.control) == (Over.NOT, Over.CERTAINLY)
        assert found.reasons == ("30 % of b BV, which controls the company",)
        assert candidate("Ana", firm("b", 60), person("Ana", 24, "b")).control is Over.NOT
        assert candidate("Ana", firm("b", 50), person("Ana", 30, "b")).control is Over.NOT

    def test_by_a_share_in_the_party_at_the_top_of_a_chain_of_majorities(self) -> None:
        owners = (firm("b", 60), firm("c", 60, "b"), firm("d", 60, "c"), person("Ana", 30, "d"))
        assert candidate("Ana", *owners).reasons == ("30 % of d BV, which controls the company",)

    def test_possibly_where_a_figure_is_missing(self) -> None:
        found = candidate("Ana", firm("b", 40), person("Ana", None, "b"))
        assert (found.ownership, found.control) == (Over.POSSIBLY, Over.POSSIBLY)

    def test_of_the_company_itself_is_no_way_to_control_it(self) -> None:
        own = EntityData(name="Acme", registration_number="HRB 12345", country="DE")
        company = firm("acme", 100, "b").model_copy(update={"entity_details": own})
        found = candidate("Ana", person("Ana", 60), firm("b", 30), company)
        assert (found.ownership, found.control) == (Over.CERTAINLY, Over.NOT)

    def test_in_a_circle_ends(self) -> None:
        owners = (firm("b", 60, "c"), firm("c", 60, "b"), firm("c", 30), person("Ana", 60, "b"))
        assert candidate("Ana", *owners).control is Over.CERTAINLY


class TestTheSeniorManagingOfficial:
    def test_could_be_anybody_with_a_role_in_the_company(self) -> None:
        ownership = owned_by(person("Ana", 5), person("Ben", types_of_control=("seniorManagingOfficial",)))
        assert ownership.proposed == ()
        assert [(each.name, each.role) for each in ownership.officials] == [
            ("Dora Lind", "Director"),
            ("Ben Roth", "senior managing official"),
        ]

    def test_not_whoever_has_ended(self) -> None:
        ben = person("Ben", types_of_control=("seniorManagingOfficial",), ended_on="2024")
        assert [each.name for each in owned_by(ben).officials] == ["Dora Lind"]


def test_a_case_without_a_company_has_no_owners() -> None:
    assert ownership_of(fold(events_of(kyc())), RULE) is None


class TestDoubts:
    def test_none_where_all_is_known(self) -> None:
        assert doubts(firm("b", 60), person("Ana", 100, "b"), person("Ben", 40)) == {}

    def test_more_than_all_of_a_company(self) -> None:
        found = doubts(
            person("Ana", 70), person("Ben", 50), firm("b", 0), person("Cyd", 80, "b"), person("Di", 40, "b")
        )
        assert found["shares_over_100"] == "The owners of b BV state at least 120 % of it directly."
        assert len([d for d in owned_by(person("Ana", 70), person("Ben", 50)).doubts if d.owner_ids]) == 1

    def test_the_bands_of_registers_may_come_to_more_than_all(self) -> None:
        assert doubts(person("Ana", (50, 75)), person("Ben", (25, 50))) == {}

    def test_a_circle(self) -> None:
        found = doubts(firm("b", 50), firm("b", 50, "c"), firm("c", 50, "b"), person("Ana", 50, "b"))
        assert found["circle"] == (
            "b BV and c BV hold one another: what comes back to them is counted in the maximum of a share, and not in"
            " its minimum."
        )

    def test_who_holds_the_rest(self) -> None:
        assert doubts(person("Ana", 60))["rest_unknown"] == (
            "Who holds the rest of Acme Werke GmbH, 40 % at least, is not stated."
        )
        assert doubts(person("Ana", 80)) == {}  # 20 % can't be a beneficial owner

    def test_owners_of_an_owner(self) -> None:
        assert doubts(firm("b", (25, 50)), person("Ana", 75))["owners_unknown"] == (
            "Who owns b BV, which has 25 to 50 % of the company, is not stated."
        )
        assert "owners_unknown" not in doubts(firm("b", 20), person("Ana", 80))
        assert "owners_unknown" not in doubts(firm("b", 50, entity_type="stateBody"), person("Ana", 50))

    def test_an_owner_who_is_not_named(self) -> None:
        assert doubts(nobody(30), person("Ana", 70))["not_named"] == (
            "An owner, with 30 % of the company, is not named: interested party has not provided information."
        )

    def test_no_figure(self) -> None:
        found = doubts(person("Ana"), person("Ben", types_of_control=("shareholding",)), person("Cyd", 5))
        assert found["no_figure"] == "No figure is stated for the share of Ana Roth and Ben Roth."

    def test_an_owner_of_something_that_is_not_among_the_owners(self) -> None:
        owners = (person("Ana", 60, "x"), person("Ben", 50))
        assert doubts(*owners)["not_among_owners"] == (
            "Ana Roth holds a part of x, and what that has of the company is not stated."
        )
        assert parts(*owners)["Ana"] == (0, 60)  # x may have nothing of the company, or all

    def test_owners_who_lead_nowhere(self) -> None:
        found = doubts(firm("b", 60, ended_on="2023-04-05"), person("Ana", 100, "b"), person("Ben", 100))
        assert found == {
            "apart": "No chain of owners who have not ended leads from Ana Roth to the company.",
            "ended": "Ended, and counted for nothing: b BV (2023-04-05).",
        }

    def test_interests_that_ended_while_their_owner_has_not(self) -> None:
        ended = (Interest(type="shareholding", share=Share(exact=100), ended_on="2024-05-31"),)
        assert doubts(person("Ana", 100, interests=ended))["interests_ended"] == (
            "Every interest of Ana Roth has ended, the last on 2024-05-31, but they have not."
        )

    def test_names_that_are_many_are_counted(self) -> None:
        found = doubts(*(person(name) for name in "ABCDEFGH"))
        assert found["no_figure"] == (
            "No figure is stated for the share of A Roth, B Roth, C Roth, D Roth, E Roth and 3 more."
        )


def drawn(*owners: BeneficialOwnerData) -> list[tuple[int, str, End | None]]:
    return [(branch.depth, branch.name.split()[0], branch.end) for branch in owned_by(*owners).branches]


class TestTheTree:
    def test_has_those_who_hold_a_party_under_it_the_largest_first_and_the_ended_last(self) -> None:
        owners = (
            person("Eva", 90, ended_on="2020"),
            firm("b", (25, 50)),
            person("Ana", 30),
            person("Ben", 10, "b"),
            person("Cyd", 90, "b"),
        )
        assert drawn(*owners) == [
            (1, "b", None),
            (2, "Cyd", None),
            (2, "Ben", None),
            (1, "Ana", None),
            (1, "Eva", None),
        ]

    def test_shows_the_owners_of_a_party_once(self) -> None:
        owners = (firm("b", 60), firm("c", 40), firm("d", 100, "b"), firm("d", 100, "c"), person("Ana", 100, "d"))
        assert drawn(*owners) == [
            (1, "b", None),
            (2, "d", None),
            (3, "Ana", None),
            (1, "c", None),
            (2, "d", End.ELSEWHERE),
        ]

    def test_marks_where_a_circle_ends(self) -> None:
        assert drawn(firm("b", 60), firm("c", 50, "b"), firm("b", 50, "c")) == [
            (1, "b", None),
            (2, "c", None),
            (3, "b", End.CIRCLE),
        ]

    def test_shows_the_owners_of_an_ended_owner_where_it_still_is_one(self) -> None:
        owners = (firm("b", 60, ended_on="2020"), firm("c", 60), firm("b", 50, "c"), person("Ana", 50, "b"))
        assert drawn(*owners) == [
            (1, "c", None),
            (2, "b", None),
            (3, "Ana", None),
            (1, "b", End.ELSEWHERE),
        ]
        owners = (firm("c", 60), firm("b", 60, "c", ended_on="2020"), firm("b", 40), person("Ana", 50, "b"))
        assert drawn(*owners) == [
            (1, "c", None),
            (2, "b", End.ELSEWHERE),
            (1, "b", None),
            (2, "Ana", None),
        ]

    def test_forgets_nobody_who_leads_nowhere(self) -> None:
        owners = (person("Ana", 60, "x"), firm("b", 50, "c"), firm("c", 50, "b"))
        assert drawn(*owners) == [
            (1, "x", None),
            (2, "Ana", None),
            (1, "b", None),
            (2, "c", None),
            (3, "b", End.CIRCLE),
        ]

    def test_shows_what_is_stated(self) -> None:
        ended, indirect = owned_by(person("Ana", 30, directness=INDIRECT), person("Ben", 5, ended_on="2020")).branches[
            ::-1
        ]
        assert (ended.share, ended.effective, ended.ended_on) == (Band(5, 5), None, "2020")
        assert (indirect.share, indirect.indirect, indirect.effective) == (Band(0, 0), Band(30, 30), Band(30, 30))


@pytest.mark.parametrize(
    ("band", "text"),
    [
        (Band(30, 30), "30 %"),
        (Band(12.3456, 50), "12.35 to 50 %"),
        (Band(75, 100), "at least 75 %"),
        (Band(0, 20), "up to 20 %"),
        (Band(0, 100), "not known"),
        (Band(0, 24.999999), "up to 25 %"),
        (Band(0, 0), "0 %"),
    ],
)
def test_bands_read_well(band: Band, text: str) -> None:
    assert str(band) == text


PARTIES = ("a", "b", "c", "d")
stakes = st.one_of(
    st.none(),
    st.sampled_from([0, 25, 50, 100]),
    st.tuples(st.integers(0, 40), st.integers(40, 100)),
)
owners = st.builds(
    lambda make, name, share, held_in, more: make(name, share, held_in, **more),
    st.sampled_from([person, firm, firm]),
    st.sampled_from(PARTIES),
    stakes,
    st.sampled_from([None, *PARTIES]),
    st.fixed_dictionaries(
        {
            "directness": st.sampled_from(Directness),
            "types_of_control": st.sampled_from(
                [(), ("shareholding",), ("votingRights",), ("appointmentOfBoard",), ("nominee",), ("golden share",)]
            ),
        },
        optional={"ended_on": st.just("2020")},
    ),
)


def figures(ownership: Ownership | None) -> list[Any]:
    """All that is found, without the ids that follow from the order in which owners came."""
    assert ownership is not None
    candidates = [each.model_copy(update={"owner_ids": (), "person_id": ""}) for each in ownership.candidates]
    return [
        candidates,
        sorted((branch.name, branch.effective or Band(0, 0)) for branch in ownership.branches),
        sorted(doubt.sentence for doubt in ownership.doubts),
    ]


@given(st.lists(owners, max_size=12))
@settings(max_examples=200, deadline=None)
def test_on_any_graph_bounds_are_in_order_and_every_owner_is_shown_once(every: list[BeneficialOwnerData]) -> None:
    case = case_of(*every)
    ownership = ownership_of(case, RULE)
    assert ownership is not None
    for branch in ownership.branches:
        for band in (branch.share, branch.indirect, branch.effective):
            assert band is None or 0 <= band.minimum <= band.maximum <= 100
    for found in ownership.candidates:
        assert 0 <= found.minimum <= found.maximum <= 100
        assert (found.control is Over.NOT) is (found.reasons == ())
    assert sorted(branch.owner_id for branch in ownership.branches if branch.owner_id) == sorted(case.owners)
    assert all(sentence.sentence.endswith(".") for sentence in ownership.doubts)


@given(st.lists(owners, max_size=10), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_owners_makes_no_difference(every: list[BeneficialOwnerData], random: Any) -> None:
    shuffled = list(every)
    random.shuffle(shuffled)
    first, second = figures(ownership_of(case_of(*every), RULE)), figures(ownership_of(case_of(*shuffled), RULE))
    for one, other in zip(first, second, strict=True):
        assert one == other


@given(st.lists(owners, max_size=10), owners)
@settings(max_examples=100, deadline=None)
def test_an_owner_who_has_ended_changes_no_figure(every: list[BeneficialOwnerData], one: BeneficialOwnerData) -> None:
    known = {owner.party for owner in every}
    assume(one.party in known or one.party not in {owner.held_in for owner in every})  # else it is news that b ended
    ended = one.model_copy(update={"ended_on": "2020"})
    before, after = ownership_of(case_of(*every), RULE), ownership_of(case_of(*every, ended), RULE)
    assert figures(after)[0] == figures(before)[0]
