"""Pydantic's findings as sentences: where, what, and what to do, in our words only."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from store.domain.commands import ConfirmBeneficialOwners, CreateCase, UpdateDocumentStatus
from store.intake.message import IntakeMessage
from store.validation import echo, explain, with_few_unknown

PERSON = {"firstname": "Ada", "lastname": "Byron"}
KYC = {"client_id": "c-1", "version": "1.0", "type": "STANDARD", "traitement_type": "KYC", "persons": [PERSON]}
PROFILE = {"registered_name": "X Ltd", "country_of_incorporation": "GB", "registered_address": {"country": "GB"}}
KYB = KYC | {"traitement_type": "KYB", "persons": [], "company_profile": PROFILE}


def explained(model: type[BaseModel], value: Any, **keywords: Any) -> str:
    with pytest.raises(ValidationError) as error:
        model.model_validate(value)
    return explain(error.value, model, **keywords)


def owner(**fields: Any) -> dict[str, Any]:
    return KYB | {"beneficial_owners": [{"person_details": PERSON} | fields]}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({k: v for k, v in KYC.items() if k != "client_id"}, "client_id is missing"),
        (KYC | {"persons": [{"firstname": "Ada"}]}, "persons[0].lastname is missing"),
        (KYC | {"client_id": 7}, "client_id must be text, not a number"),
        (KYC | {"client_id": None}, "client_id must be text, not null"),
        (KYC | {"client_id": ["a"]}, "client_id must be text, not a list"),
        (KYC | {"client_id": {"a": 1}}, "client_id must be text, not an object"),
        (KYC | {"client_id": True}, "client_id must be text, not true or false"),
        (KYC | {"client_id": "  "}, "client_id must not be empty"),
        (KYC | {"client_id": "x" * 501}, "client_id must have at most 500 characters, not 501"),
        (KYC | {"client_id": "a\x1b[2J"}, "client_id holds a character that can't be shown (U+001B)"),
        (KYC | {"persons": "Ada"}, "persons must be a list, not text"),
        (KYC | {"persons": ["Ada"]}, "persons[0] must be an object, not text"),
        (KYC | {"traitement_type": "KYX"}, "traitement_type must be KYC or KYB, not ‘KYX’"),
        (KYC | {"version": "2.0"}, "version must be 1.0, not ‘2.0’"),
        (KYC | {"clientid": "c-1"}, "clientid is not a field I know: did you mean client_id?"),
        (
            KYC | {"persons": [PERSON | {"first_name": "Ada"}]},
            "persons[0].first_name is not a field I know: did you mean firstname?",
        ),
        (
            KYB | {"company_profile": PROFILE | {"registered_adress": 1}},
            "company_profile.registered_adress is not a field I know: did you mean registered_address?",
        ),
        (KYC | {"persons": [PERSON | {"zzz": 1}]}, "persons[0].zzz is not a field I know"),
        (
            KYC | {"persons": [PERSON | {"birthdate": "2023-02-30"}]},
            "persons[0].birthdate: ‘2023-02-30’ is not a date that exists",
        ),
        (
            KYC | {"persons": [PERSON | {"nationality": "ZZ"}]},
            "persons[0].nationality: ‘ZZ’ is not a country code (ISO 3166-1 alpha-2, like FR)",
        ),
        (owner(ownership_percentage=130), "beneficial_owners[0].ownership_percentage must be at most 100, not 130"),
        (owner(ownership_percentage=-0.5), "beneficial_owners[0].ownership_percentage must be at least 0, not -0.5"),
        (owner(ownership_percentage="30"), "beneficial_owners[0].ownership_percentage must be a number, not text"),
        (
            owner(ownership_percentage=float("inf")),
            "beneficial_owners[0].ownership_percentage must be a finite number, not inf",
        ),
        (owner(is_ubo="yes"), "beneficial_owners[0].is_ubo must be true or false, not text"),
        (
            owner(kind="entity"),
            "beneficial_owners[0]: an owner of kind entity needs entity_details",
        ),
    ],
)
def test_one_finding_is_one_sentence(value: Any, sentence: str) -> None:
    assert explained(IntakeMessage, value) == sentence


def test_what_a_whole_command_lacks_needs_no_path() -> None:
    value = {"client_id": "c-1", "traitement_type": "KYC", "case_type": "STANDARD"}
    assert explained(CreateCase, value) == "a KYC case needs at least one person in persons"


def test_findings_are_joined_and_after_five_counted() -> None:
    persons = [{"firstname": index} for index in range(4)]
    assert explained(IntakeMessage, KYC | {"persons": persons}) == (
        "persons[0].firstname must be text, not a number; persons[0].lastname is missing;"
        " persons[1].firstname must be text, not a number; persons[1].lastname is missing;"
        " persons[2].firstname must be text, not a number; and 3 more"
    )


def test_commands_typed_at_a_prompt_are_explained_too() -> None:
    value = {"document_requirement_id": "not an id", "new_status": "DONE"}
    assert explained(UpdateDocumentStatus, value) == (
        "document_requirement_id can't be ‘not an id’: letters, digits and signs without spaces or accents;"
        " new_status must be AWAITING_UPLOAD, UPLOADED, VERIFIED_SYSTEM, VERIFIED_MANUAL, REJECTED or"
        " NOT_APPLICABLE, not ‘DONE’"
    )


def test_a_part_of_something_larger_is_named_with_it() -> None:
    assert explained(IntakeMessage, {}, within="messages[3]").startswith("messages[3].client_id is missing; ")


@pytest.mark.parametrize("field", ["birthdate", "nationality", "x" * 5000])
def test_nothing_of_pydantic_and_nothing_long_or_dangerous_is_shown(field: str) -> None:
    value = KYC | {"persons": [PERSON | {field: "\x1b]0;owned\x07" + "x" * 5000}]}
    sentence = explained(IntakeMessage, value)
    assert len(sentence) < 200
    assert sentence.isprintable()
    for word in ("pydantic", "Value error", "PersonData", "IntakeMessage", "input_value"):
        assert word not in sentence


def test_an_echo_is_short_and_printable() -> None:
    assert echo("a\x1bb") == r"‘a\x1bb’"
    assert echo("\ud800") == r"‘\ud800’"
    assert len(echo("x" * 100)) == 62


def test_of_very_many_findings_it_is_told_that_there_are() -> None:
    assert explained(CreateCase, {"persons": [1] * 5_000}).endswith("; and many more")
    assert explained(CreateCase, {"persons": [1] * 97}).endswith("; and 95 more"), "three fields are missing"


@pytest.mark.parametrize(
    ("model", "value"),
    [
        (CreateCase, {"persons": [1] * 99_000}),
        (IntakeMessage, {"persons": [1] * 9_000}),
        (CreateCase, {"beneficial_owners": [{"interests": [1] * 99_000}]}),
        (CreateCase, {"beneficial_owners": [{"types_of_control": [1] * 99_000}]}),
        (ConfirmBeneficialOwners, {"owner_ids": [""] * 99_000}),
        (CreateCase, dict.fromkeys((f"x{number}" for number in range(99_000)), 1)),
    ],
)
def test_of_very_many_wrong_values_few_are_looked_at(model: type[BaseModel], value: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error:
        model.model_validate(with_few_unknown(value, model))
    assert error.value.error_count() < 500
    assert explain(error.value, model).endswith("; and many more")


def test_what_is_wrong_far_behind_in_a_list_is_told_with_its_place() -> None:
    persons: list[Any] = [PERSON] * 450
    persons[250] = PERSON | {"birthdate": "2026-99"}
    persons[449] = {"lastname": "Byron", "given": 5}
    assert explained(IntakeMessage, KYC | {"persons": persons}) == (
        "persons[250].birthdate: ‘2026-99’ is not a date that exists; persons[449].firstname is missing;"
        " persons[449].given is not a field I know"
    )
    persons[250] = persons[449] = PERSON
    assert len(IntakeMessage.model_validate(KYC | {"persons": persons}).persons) == 450
