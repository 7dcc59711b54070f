"""The team's own document rules: what they add and switch off, and what makes no sense."""

from typing import Any

import pytest
from pydantic import ValidationError

from store.domain.document_rules import DOCUMENT_RULES, RULES_VERSION
from store.domain.events import DocumentRequirementDetermined
from store.domain.rules import Rules
from store.domain.team_rules import TeamRules
from tests.domain.examples import ANA, DIRECTOR, events_of, kyb, kyc

FUNDS = {
    "id": "acme-funds",
    "sentence": "We ask everybody where their money comes from.",
    "traitement_type": "KYC",
    "entity_type": "PERSON",
    "document_type": "SOURCE_OF_FUNDS",
}


def team(*rules: dict[str, Any], off: tuple[str, ...] = ()) -> TeamRules:
    switched_off = [{"id": rule_id, "reason": "we know better"} for rule_id in off]
    return TeamRules.model_validate({"version": "acme-1", "rules": rules, "switched_off": switched_off})


def asked(team: TeamRules, *, kind: str = "KYC", case_type: str = "standard") -> list[DocumentRequirementDetermined]:
    rules = Rules(documents=team.in_force, version=team.full_version)
    command = kyc(ANA, case_type=case_type) if kind == "KYC" else kyb(DIRECTOR, case_type=case_type)
    return [it for it in events_of(command, rules=rules) if isinstance(it, DocumentRequirementDetermined)]


def test_none_of_their_own_leaves_the_built_in_ones() -> None:
    assert team().in_force == DOCUMENT_RULES


def test_the_version_names_both() -> None:
    assert team().full_version == f"{RULES_VERSION}+acme-1"


def test_they_come_after_the_built_in_ones_and_are_kept_in_the_event() -> None:
    *_, funds = asked(team(FUNDS))
    assert (funds.document_type, funds.entity_name, funds.is_required) == ("SOURCE_OF_FUNDS", "Ana Ruiz", True)
    assert (funds.rule_id, funds.rule) == ("acme-funds", "We ask everybody where their money comes from.")
    assert [it.document_type for it in asked(team(FUNDS))] == ["PASSPORT", "PROOF_OF_ADDRESS", "SOURCE_OF_FUNDS"]


def test_one_can_ask_for_what_is_not_required() -> None:
    *_, funds = asked(team(FUNDS | {"is_required": False}))
    assert not funds.is_required


@pytest.mark.parametrize("written", ["enhanced-due-diligence", "ENHANCED_DUE_DILIGENCE", "Enhanced due diligence"])
def test_one_can_be_for_a_case_type_written_in_any_way(written: str) -> None:
    rules = team(FUNDS | {"case_type": written})
    assert len(asked(rules)) == 2
    assert len(asked(rules, case_type="enhanced_due_diligence")) == 3


def test_a_built_in_one_can_be_switched_off() -> None:
    rules = team(off=("kyc-person-address",))
    assert [it.document_type for it in asked(rules)] == ["PASSPORT"]
    assert len(asked(rules, kind="KYB")) == 3


def test_one_can_take_the_place_of_one_that_is_switched_off() -> None:
    own = FUNDS | {"id": "acme-passport", "document_type": "PASSPORT"}
    assert [it.rule_id for it in asked(team(own, off=("kyc-person-passport",)))] == [
        "kyc-person-address",
        "acme-passport",
    ]


@pytest.mark.parametrize(
    ("rules", "off", "words"),
    [
        ([FUNDS, FUNDS | {"document_type": "TAX_RETURN"}], (), "the rule acme-funds is there twice"),
        ([FUNDS, FUNDS | {"id": "more"}], (), "the rule more asks for what acme-funds asks for already"),
        ([FUNDS | {"id": "kyc-person-passport"}], (), "has the id of a built-in one"),
        ([FUNDS | {"document_type": "PASSPORT"}], (), "asks for what kyc-person-passport asks for already"),
        ([FUNDS | {"entity_type": "COMPANY"}], (), "a KYC case has no company to ask"),
        ([], ("kyc-person-pasport",), "no built-in rule kyc-person-pasport: did you mean kyc-person-passport?"),
        ([], ("kyc-person-passport",) * 2, "the rule kyc-person-passport is there twice"),
    ],
)
def test_what_makes_no_sense_together(rules: list[dict[str, Any]], off: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValidationError, match=words.replace("?", r"\?")):
        team(*rules, off=off)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "With Spaces"},
        {"sentence": " "},
        {"document_type": "funds"},
        {"traitement_type": "kyx"},
        {"entity_type": "TRUST"},
        {"is_required": "yes"},
        {"colour": "red"},
    ],
)
def test_fields_that_make_no_sense(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        team(FUNDS | change)


def test_of_very_much_that_makes_no_sense_a_little_is_told() -> None:
    with pytest.raises(ValidationError) as error:
        team(*[FUNDS] * 200, off=tuple(f"no-{number}" for number in range(10)))
    (found,) = error.value.errors()
    assert found["msg"].endswith("no-4; and 6 more")
