"""Effective shares of the real and exemplary BODS 0.4 files; each figure is worked out by hand from the file."""

from pathlib import Path
from typing import Any

import pytest

from store.domain.ownership import End, Ownership
from store.domain.statuses import Over
from store.queries.assessment import assessment
from store.queries.queue import whole_queue
from tests.store.stores import START


@pytest.fixture
def owned(real_records: Path, desk: Any) -> Any:
    """The ownership of the company with this record id, from a file."""

    def look(file: str, record_id: str) -> Ownership:
        desk.take_in(real_records / "bods" / file)
        (case,) = [case for case in desk.store.query(whole_queue) if case.client_id == record_id]
        assessed = desk.store.query(assessment, case.case_id, desk.store.rules, START.date())
        assert assessed.ownership is not None
        return assessed.ownership  # type: ignore[no-any-return]

    return look


def shares(ownership: Ownership) -> dict[str, tuple[float, float]]:
    return {
        branch.name: (branch.effective.minimum, branch.effective.maximum)
        for branch in ownership.branches
        if branch.effective
    }


def found(ownership: Ownership) -> dict[str, tuple[Over, Over]]:
    """Ownership and control of each person."""
    return {each.name: (each.ownership, each.control) for each in ownership.candidates}


CERTAINLY, POSSIBLY, NOT = Over


def test_indirect_ownership(owned: Any) -> None:
    ownership = owned("examples/indirect-ownership.json", "ad3f6c2fcc9e")
    # Company B has 60 % directly. Person 1 has an unknown part of B: 0 to 60 % of A. 30 % is stated as held indirectly,
    # which lies within, and so is the whole of it.
    assert shares(ownership) == {"Company B": (60, 60), "Person 1": (30, 30)}
    assert [(branch.depth, branch.name) for branch in ownership.branches] == [
        (1, "Company B"),
        (2, "Person 1"),
        (1, "Person 1"),
    ]
    # With an unknown part of B, Person 1 may well have more than half of it, and so decide about all of the 60 %.
    assert found(ownership) == {"Person 1": (CERTAINLY, POSSIBLY)}


def test_the_company_in_between_by_itself(owned: Any) -> None:
    ownership = owned("examples/indirect-ownership.json", "d4ab89ea169a")
    assert shares(ownership) == {"Person 1": (0, 100)}
    assert found(ownership) == {"Person 1": (POSSIBLY, NOT)}


def test_multiple_indirect_ownership(owned: Any) -> None:
    ownership = owned("examples/multiple-indirect-ownership.json", "63e3a8a8946f")
    # Companies C and D have 50 % each, Person 1 an unknown part of both: 0 to 50 and 0 to 50, 0 to 100 % in all.
    # 60 % is stated.
    assert shares(ownership) == {"Company C": (50, 50), "Company D": (50, 50), "Person 1": (60, 60)}
    assert found(ownership) == {"Person 1": (CERTAINLY, POSSIBLY)}


def test_mixed_direct_and_indirect_ownership(owned: Any) -> None:
    ownership = owned("examples/mixed-direct-and-indirect-ownership.json", "9bfe59b6a869")
    # Company B has 50 %, Person 1 an unknown part of it: 0 to 50 %, of which 50 % is stated. 50 % more is direct.
    assert shares(ownership) == {"Company B": (50, 50), "Person 1": (100, 100)}
    assert [branch.name for branch in ownership.branches if branch.indirect] == ["Person 1"]


def test_joint_ownership(owned: Any) -> None:
    ownership = owned("examples/joint-ownership.json", "31c55e425764")
    # The joint shareholding has 100 %, each of the two 50 % of it.
    assert shares(ownership) == {
        "Joint shareholding": (100, 100),
        "Natalie Coleman": (50, 50),
        "Roberto Lopez": (50, 50),
    }
    # Neither has more than half of it, but each has a share over the threshold in what controls the company.
    assert found(ownership) == {
        "Natalie Coleman": (CERTAINLY, CERTAINLY),
        "Roberto Lopez": (CERTAINLY, CERTAINLY),
    }


def test_nomination(owned: Any) -> None:
    ownership = owned("examples/nomination.json", "104AB1984C")
    # Nobody has a share. Silvia is stated to have influence or control; Vanessa is but her nominee on the board.
    assert found(ownership) == {"Silvia Teixeira Perez": (NOT, CERTAINLY), "Vanessa Rivero": (NOT, NOT)}
    silvia = ownership.candidates[0]
    assert (silvia.maximum, silvia.reasons) == (0, ("other influence or control",))


def test_roles_in_a_trust_are_control(owned: Any) -> None:
    ownership = owned("examples/levent.json", "8e40d059")
    assert found(ownership) == {"Andrew Anderson": (NOT, CERTAINLY), "Bella Buxton": (NOT, CERTAINLY)}
    assert ownership.candidates[1].reasons == ("settlor and trustee",)
    assert [doubt.code for doubt in ownership.doubts] == ["not_named"]  # the beneficiary, who is under age


def test_a_band_with_an_open_end(owned: Any) -> None:
    ownership = owned("examples/simple-pep-declaration.json", "841083ba86e3")
    # 25 % or more, and less than 50 %: of shares and votes
    assert shares(ownership) == {"Michael Hubbard": (25, 49.999999)}
    assert found(ownership) == {"Michael Hubbard": (CERTAINLY, CERTAINLY)}


def test_a_listed_company_has_nobody(owned: Any) -> None:
    ownership = owned("examples/listed-company-exempt-from-disclosure.json", "4c7ea3bfbe6c")
    assert (ownership.candidates, ownership.officials) == ((), ())
    assert [doubt.code for doubt in ownership.doubts] == ["not_named"]


def test_owners_of_the_past_count_for_nothing(owned: Any) -> None:
    ownership = owned("examples/fermcat.json", "ent-93c75c87ab28f889")
    assert shares(ownership) == {"Patrick O'Donohue": (100, 100)}
    assert [(branch.name, branch.ended_on) for branch in ownership.branches[1:]] == [
        ("Declan Byrne-Amin", "2022-01-21"),
        ("Riyadh Byrne-Amin", "2021-04-03"),
    ]
    assert [doubt.code for doubt in ownership.doubts] == ["ended"]


def test_two_owners_of_a_british_company_s_owner(owned: Any) -> None:
    ownership = owned("uk/07640868.jsonl", "GB-COH-07640868")
    # Holdings has 75 to 100 %, two companies 25 to 50 % of it each, and one more each 75 to 100 % of those. The lowest
    # multiply to 75 % x 25 % = 18.75 and that x 75 % = 14.06, the highest to 50 %. Two owners have ended.
    assert [(branch.depth, branch.name, tuple(branch.effective or ())) for branch in ownership.branches] == [
        (1, "HORNSEA 1 HOLDINGS LIMITED", (75, 100)),
        (2, "HORNSEA 1 PSC LIMITED", (18.75, 50)),
        (3, "ORSTED UK HOW01 HOLDINGS LIMITED", (14.0625, 50)),
        (3, "ORSTED POWER (UK) LIMITED", ()),
        (2, "JUPITER OFFSHORE WIND LIMITED", (18.75, 50)),
        (3, "JUPITER INVESTOR HOLDCO LIMITED", (14.0625, 50)),
        (3, "CLIFFORD CHANCE NEWCASTLE LIMITED", ()),
    ]


@pytest.mark.parametrize("file", ["00031014.jsonl", "07640868.jsonl", "10336040.jsonl"])
def test_british_registers_have_bounds_and_no_circles(real_records: Path, desk: Any, file: str) -> None:
    desk.take_in(real_records / "bods" / "uk" / file)
    for case in desk.store.query(whole_queue):
        ownership = desk.store.query(assessment, case.case_id, desk.store.rules, START.date()).ownership
        assert ownership.candidates == ()  # all of their owners are companies
        for branch in ownership.branches:
            assert branch.end is not End.CIRCLE
            if branch.effective:
                assert 0 <= branch.effective.minimum <= branch.effective.maximum <= 100
