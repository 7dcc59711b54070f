"""Real and exemplary BODS 0.4 files to cases; the figures are worked out by hand from the files."""

from pathlib import Path
from typing import Any

import pytest

# Companies that are the subject of a relationship, plus arrangements that own nothing, minus nothing: a company in
# between (Company B, C and D of the indirect ones) is owned by somebody too, and so a case of its own.
EXAMPLES = [
    ("bods-package.json", 1, 0),
    ("fermcat.json", 1, 0),
    ("full-pep-declaration.json", 1, 0),
    ("indirect-ownership.json", 2, 0),
    ("joint-ownership.json", 1, 0),
    ("levent.json", 1, 0),
    ("listed-company-exempt-from-disclosure.json", 1, 0),
    ("mixed-direct-and-indirect-ownership.json", 2, 0),
    ("multiple-indirect-ownership.json", 3, 0),
    ("nomination.json", 1, 0),
    ("plc-entity-statement.json", 0, 1),
    ("simple-pep-declaration.json", 1, 0),
    ("tecido.json", 1, 0),
]
# 62 statements: 31 entities and 31 relationships about 27 subjects; 15: 8 and 7 about 4; 49: 24 and 25 about 22.
# The most owners that any case has, with those above them: all 7 of the second file lead up from Hornsea 1 Limited.
UK = [("00031014.jsonl", 27, 31, 9), ("07640868.jsonl", 4, 7, 7), ("10336040.jsonl", 22, 25, 9)]


@pytest.fixture
def examples(real_records: Path) -> Path:
    return real_records / "bods" / "examples"


def owners(desk: Any, client_id: str) -> list[dict[str, Any]]:
    """The owners of a case as data, without where they are from and since when that is known."""
    return [
        owner.model_dump(mode="json", exclude_defaults=True, exclude={"source", "as_of", "interests"})
        for owner in desk.command(client_id).beneficial_owners
    ]


@pytest.mark.parametrize(("name", "cases", "rejected"), EXAMPLES)
def test_the_cases_of_each_example(examples: Path, desk: Any, name: str, cases: int, rejected: int) -> None:
    report = desk.take_in(examples / name)
    assert (report.cases, report.already_known, report.rejected) == (cases, 0, rejected)
    again = desk.take_in(examples / name)
    assert (again.cases, again.already_known, again.rejected) == (0, cases, rejected)


def test_every_example_is_listed_here(examples: Path) -> None:
    assert sorted(path.name for path in examples.iterdir()) == [name for name, *_ in EXAMPLES]


@pytest.mark.parametrize(("name", "cases", "number_of_owners", "with_those_above"), UK)
def test_the_cases_of_each_british_file(
    real_records: Path, desk: Any, *, name: str, cases: int, number_of_owners: int, with_those_above: int
) -> None:
    report = desk.take_in(real_records / "bods" / "uk" / name)
    assert (report.cases, report.rejected) == (cases, 0)
    all_owners = [owner for command in desk.commands() for owner in command.beneficial_owners]
    own = [owner for owner in all_owners if owner.held_in is None]
    assert len(own) == number_of_owners  # one for each relationship, ended ones included
    assert max(len(command.beneficial_owners) for command in desk.commands()) == with_those_above
    assert {owner.kind for owner in all_owners} == {"entity"}


def test_interests_of_british_registers_are_bands_and_never_exact(real_records: Path, desk: Any) -> None:
    desk.take_in(*sorted((real_records / "bods" / "uk").iterdir()))
    commands = desk.commands()
    interests = [each for command in commands for owner in command.beneficial_owners for each in owner.interests]
    shares = [each.share for each in interests]
    assert len(commands) == 53
    assert sum(share is None for share in shares) + sum(
        share is not None and share.exact is None and share.minimum is not None for share in shares
    ) == len(shares)
    assert not any(owner.is_ubo for command in commands for owner in command.beneficial_owners)


def test_hornsea_has_two_owners_with_a_quarter_to_a_half_each(real_records: Path, desk: Any) -> None:
    desk.take_in(real_records / "bods" / "uk" / "07640868.jsonl")
    command = desk.command("GB-COH-11120527")
    assert command.source == "BODS record GB-COH-11120527, Open Ownership"
    assert command.company_profile.model_dump(exclude_none=True) == {
        "registered_name": "HORNSEA 1 HOLDINGS LIMITED",
        "registration_number": "11120527",
        "registration_date": "2017-12-20",
        "country_of_incorporation": "GB",
        "registered_address": {"street": "5 HOWICK PLACE, LONDON", "postal_code": "SW1P 1WG", "country": "GB"},
        "business_type": "Private Limited Company",
    }
    first, second = (owner for owner in command.beneficial_owners if owner.held_in is None)
    assert first.model_dump(mode="json", exclude_defaults=True) == {
        "kind": "entity",
        "entity_details": {
            "name": "JUPITER OFFSHORE WIND LIMITED",
            "entity_type": "Private Limited Company",
            "registration_number": "11032205",
            "country": "GB",
        },
        "share": {"minimum": 25.0, "maximum": 50.0},
        "types_of_control": ["shareholding", "votingRights"],
        "interests": [
            {"type": kind, "share": {"minimum": 25.0, "maximum": 50.0}, "started_on": "2018-11-26"}
            for kind in ("shareholding", "votingRights")
        ],
        "party": "GB-COH-11032205",
        "source": "Open Ownership, official register",
        "as_of": "2018-11-26",
    }
    assert second.name == "HORNSEA 1 PSC LIMITED"
    assert (second.share.minimum, second.share.maximum, second.ended_on) == (25, 50, None)
    # A former owner stays visible, as ended.
    ends = {owner.name: owner.ended_on for owner in desk.command("GB-COH-11116433").beneficial_owners}
    assert ends == {"ORSTED POWER (UK) LIMITED": "2024-11-30", "ORSTED UK HOW01 HOLDINGS LIMITED": None}


def test_of_several_statements_on_a_record_the_latest_counts(examples: Path, desk: Any) -> None:
    desk.take_in(examples / "fermcat.json")
    riyadh, patrick, declan = sorted(
        desk.command("ent-93c75c87ab28f889").beneficial_owners, key=lambda owner: owner.ended_on or "2021-12"
    )
    assert (riyadh.person_details.firstname, riyadh.ended_on, riyadh.is_ubo) == ("Riyadh", "2021-04-03", False)
    assert (patrick.person_details.firstname, patrick.ended_on, patrick.is_ubo) == ("Patrick", None, True)
    assert (declan.person_details.firstname, declan.ended_on, declan.is_ubo) == ("Declan", "2022-01-21", False)
    assert patrick.ownership_percentage == 100
    assert patrick.person_details.birthdate is None  # withdrawn by the last statement on him
    assert patrick.as_of == "2022-01-21"
    address = desk.command("ent-93c75c87ab28f889").company_profile.registered_address
    assert address.street == "53 Killard, Kilteragh, Dooradoyle, Co. Limerick, Republic of Ireland"
    assert address.country == "IE"


def test_an_owner_is_ended_by_closing_the_relationship(examples: Path, desk: Any) -> None:
    desk.take_in(examples / "tecido.json")
    trust, maria = owners(desk, "01B68D7633")
    assert trust["entity_details"]["name"] == "Shear Trust"
    assert trust["ownership_percentage"] == 80
    assert maria["ended_on"] == "2023-03-03"
    assert "is_ubo" not in maria
    assert desk.command("01B68D7633").company_profile.country_of_incorporation == "US"


def test_an_indirect_owner_and_the_company_in_between_are_both_kept(examples: Path, desk: Any) -> None:
    desk.take_in(examples / "indirect-ownership.json")
    between, person, in_between = owners(desk, "ad3f6c2fcc9e")
    assert (between["party"], between["ownership_percentage"], between["directness"]) == ("d4ab89ea169a", 60, "direct")
    assert (person["ownership_percentage"], person["directness"], person["is_ubo"]) == (30, "indirect", True)
    assert (in_between["party"], in_between["held_in"]) == (person["party"], between["party"])
    [above] = owners(desk, "d4ab89ea169a")
    assert in_between == above | {"held_in": between["party"]}
    assert above["types_of_control"] == ["unknownInterest"]
    assert "is_ubo" not in above


def test_what_is_held_directly_counts_where_both_are_stated(examples: Path, desk: Any) -> None:
    desk.take_in(examples / "mixed-direct-and-indirect-ownership.json")
    between, person, _ = desk.command("9bfe59b6a869").beneficial_owners
    assert (between.ownership_percentage, between.directness) == (50, "direct")
    assert (person.ownership_percentage, person.directness) == (50, "unknown")
    assert [(each.directness, each.share.exact) for each in person.interests] == [("indirect", 50), ("direct", 50)]


def test_two_companies_in_between(examples: Path, desk: Any) -> None:
    desk.take_in(examples / "multiple-indirect-ownership.json")
    *own, first, second = owners(desk, "63e3a8a8946f")
    assert [(each["directness"], each["ownership_percentage"]) for each in own] == [
        ("direct", 50),
        ("indirect", 60),
        ("direct", 50),
    ]
    assert {first["held_in"], second["held_in"]} == {own[0]["party"], own[2]["party"]}
    assert "is_ubo" not in first  # she is stated to be one of the company in between
    assert desk.command("63e3a8a8946f").company_profile.country_of_incorporation == "UA"  # by UA-EDR


def test_the_owners_above_an_arrangement_belong_to_the_case(examples: Path, desk: Any) -> None:
    desk.take_in(examples / "joint-ownership.json")
    joint, natalie, roberto = owners(desk, "31c55e425764")
    assert joint["entity_details"] == {"name": "Joint shareholding", "entity_type": "arrangement"}
    assert (joint["ownership_percentage"], joint["party"]) == (100, "91b4236a7d89")
    for person, name in ((natalie, "Natalie"), (roberto, "Roberto")):
        assert person["person_details"]["firstname"] == name
        assert (person["ownership_percentage"], person["held_in"]) == (50, "91b4236a7d89")


def test_a_nomination_shows_both_sides(examples: Path, desk: Any) -> None:
    desk.take_in(examples / "nomination.json")
    found = [(each["party"], each.get("held_in"), each["types_of_control"]) for each in owners(desk, "104AB1984C")]
    assert found == [
        ("103AB1984D", None, ["boardMember"]),
        ("101AB1984F", None, ["otherInfluenceOrControl"]),
        ("101AB1984F", "103AB1984D", ["nominator"]),
        ("102AB1984E", "103AB1984D", ["nominee"]),
    ]


def test_a_trust_that_owns_nothing_in_the_file_is_a_case(examples: Path, desk: Any) -> None:
    desk.take_in(examples / "levent.json")
    andrew, minor, bella = owners(desk, "8e40d059")
    assert andrew["types_of_control"] == ["trustee"]
    assert bella["types_of_control"] == ["settlor", "trustee"]
    assert minor == {
        "kind": "unspecified",
        "unspecified_reason": "interestedPartyExemptFromDisclosure",
        "unspecified_details": "beneficiary is underage and therefore exempt from reporting",
        "directness": "direct",
        "types_of_control": ["beneficiaryOfLegalArrangement"],
        "party": "81337a6e",
    }


def test_an_exempt_company_has_an_owner_who_is_not_named(examples: Path, desk: Any) -> None:
    desk.take_in(examples / "listed-company-exempt-from-disclosure.json")
    assert owners(desk, "4c7ea3bfbe6c") == [
        {
            "kind": "unspecified",
            "unspecified_reason": "subjectExemptFromDisclosure",
            "unspecified_details": "Exempt from disclosure as a company listed on a recognised stock exchange",
        }
    ]


def test_bands_say_which_end_is_not_part_of_them(examples: Path, desk: Any) -> None:
    desk.take_in(examples / "simple-pep-declaration.json")
    [person] = owners(desk, "841083ba86e3")
    assert person["share"] == {"minimum": 25.0, "maximum": 50.0, "exclusive_maximum": True}
    assert person["person_details"] == {"firstname": "Michael", "lastname": "Hubbard"}


def test_an_entity_without_owners_is_no_case(examples: Path, desk: Any) -> None:
    desk.take_in(examples / "plc-entity-statement.json")
    assert desk.reasons == ["record 1: nobody is stated to own AstraZeneca PLC (70044236), so there is no case to open"]
