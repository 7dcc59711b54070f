"""Intake messages to cases."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from store.intake.message import MOST_PARTIES, IntakeMessage, read_message
from store.sync.intake_messages import Original, Place, Unreadable, read
from store.validation import explain

MakeFile = Callable[..., Path]

KYC: dict[str, Any] = {
    "client_id": "client-1",
    "version": "1.0",
    "type": "STANDARD",
    "traitement_type": "KYC",
    "persons": [{"firstname": "Ada", "lastname": "Byron", "birthdate": "1815-12-10"}],
}
KYB: dict[str, Any] = {
    "client_id": "client-2",
    "version": "1.0",
    "type": "ENHANCED_DUE_DILIGENCE",
    "traitement_type": "kyb",
    "persons": [{"firstname": "Ada", "lastname": "Byron", "role_in_company": "Director"}],
    "company_profile": {
        "registered_name": "Analytical Engines Ltd",
        "registration_number": "00000042",
        "country_of_incorporation": "GB",
        "registered_address": {"city": "London", "country": "GB"},
    },
    "beneficial_owners": [
        {
            "person_details": {"firstname": "Charles", "lastname": "Babbage"},
            "ownership_percentage": 60,
            "types_of_control": ["shareholding"],
            "is_ubo": True,
        }
    ],
}


def test_a_message_becomes_a_command() -> None:
    _, command = read_message(KYB)
    assert command.client_id == "client-2"
    assert command.case_type == "ENHANCED_DUE_DILIGENCE"
    assert command.traitement_type == "KYB"
    assert command.persons[0].role_in_company == "Director"
    assert command.company_profile is not None
    assert command.company_profile.registered_address.city == "London"
    assert command.beneficial_owners[0].ownership_percentage == 60
    assert command.source is None


def test_the_layout_of_the_json_makes_no_difference_to_its_identity() -> None:
    turned = json.loads(json.dumps(dict(reversed(KYB.items())), indent=4))
    assert read_message(turned)[0] == read_message(KYB)[0]
    assert read_message(KYC)[0] != read_message(KYB)[0]
    assert read_message(KYC | {"client_id": "client-3"})[0] != read_message(KYC)[0]


def test_a_message_id_is_the_identity_whatever_the_content() -> None:
    first, second = KYC | {"message_id": "m-1"}, KYB | {"message_id": "m-1"}
    assert read_message(first)[0] == read_message(second)[0]
    assert read_message(first)[0] != read_message(KYC | {"message_id": "m-2"})[0]
    assert read_message(KYC | {"message_id": ""})[1] == read_message(KYC)[1]


def test_null_is_as_good_as_absent_where_there_is_nothing_to_list() -> None:
    _, command = read_message(KYC | {"beneficial_owners": None, "company_profile": None, "message_id": None})
    assert command == read_message(KYC)[1]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (KYC | {"persons": []}, "a KYC case needs at least one person in persons"),
        (KYB | {"company_profile": None}, "a KYB case needs a company_profile"),
        (
            KYC | {"company_profile": KYB["company_profile"]},
            "a KYC case can't have a company_profile: use KYB for a company",
        ),
        (
            KYC | {"beneficial_owners": KYB["beneficial_owners"]},
            "a KYC case can't have beneficial_owners: they belong to a company (KYB)",
        ),
        (KYC | {"version": 1.0}, "version must be 1.0, not 1"),
        (KYC | {"priority": "HIGH"}, "priority is not a field I know"),
        ({"client_id": "c"}, "version is missing; type is missing; traitement_type is missing"),
    ],
)
def test_a_message_that_is_wrong_is_rejected(make_file: MakeFile, desk: Any, message: Any, reason: str) -> None:
    report = desk.take_in(make_file([KYB, message, KYC]))
    assert (report.cases, report.rejected) == (2, 1)
    assert desk.reasons == [f"line 2: {reason}"]


@pytest.mark.parametrize("twice", [b'{"client_id": "C-1", "client_id": "C-2"}', b'{"persons": [{"a": 1, "a": 2}]}'])
def test_a_key_twice_makes_no_case_of_what_comes_by_topic(twice: bytes) -> None:
    original = Original(Place("kyc_events", "a-topic", 0, 1), None, twice, ())
    with pytest.raises(Unreadable, match=r"^the key ‘\w+’ is there twice in one object$"):
        read(original)


@pytest.mark.parametrize("field", ["persons", "beneficial_owners"])
def test_a_list_that_is_too_long_is_not_looked_at(field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        IntakeMessage.model_validate({field: [1] * (MOST_PARTIES + 1)})
    assert f"{field} must have at most 10000 entries, not 10001" in explain(refused.value)
    assert refused.value.error_count() < 10
