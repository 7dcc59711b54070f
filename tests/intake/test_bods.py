"""What BODS statements can say and get wrong, on statements made for the purpose."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

MakeFile = Callable[..., Path]


def statement(record_type: str, record_id: str, details: dict[str, Any], **head: Any) -> dict[str, Any]:
    return {
        "statementId": f"s-{record_id}",
        "recordId": record_id,
        "recordType": record_type,
        "recordStatus": "new",
        "statementDate": "2024-05-31",
        "publicationDetails": {
            "publicationDate": "2024-06-01",
            "bodsVersion": "0.4",
            "publisher": {"name": "Register"},
        },
        "recordDetails": {"isComponent": False} | details,
    } | head


def entity(record_id: str, entity_type: str = "registeredEntity", **details: Any) -> dict[str, Any]:
    known = {
        "entityType": {"type": entity_type},
        "name": f"{record_id} Ltd",
        "jurisdiction": {"name": "France", "code": "FR"},
    }
    return statement("entity", record_id, known | details)


def person(record_id: str, **details: Any) -> dict[str, Any]:
    known = {"personType": "knownPerson", "names": [{"fullName": "Ada Byron"}]}
    return statement("person", record_id, known | details)


def owns(party: Any, subject: Any, *interests: dict[str, Any], **head: Any) -> dict[str, Any]:
    details = {"subject": subject, "interestedParty": party, "interests": list(interests)}
    name = party if isinstance(party, str) else "nobody"
    return statement("relationship", f"{name}-{subject}", details, **head)


def holding(exact: float | None = None, **fields: Any) -> dict[str, Any]:
    share = {} if exact is None else {"share": {"exact": exact}}
    return {"type": "shareholding", "directOrIndirect": "direct"} | share | fields


@pytest.fixture
def owners_of_acme(make_file: MakeFile, desk: Any) -> Callable[..., list[Any]]:
    """The owners in the case of the company `acme`, from statements of which it is the only case."""

    def import_and_look(*statements: dict[str, Any]) -> list[Any]:
        report = desk.take_in(make_file(list(statements)))
        assert desk.reasons == []
        assert report.cases == 1
        return list(desk.command("acme").beneficial_owners)

    return import_and_look


Owners = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ({"exact": 30}, (30, None)),
        ({"exact": 30, "minimum": 30, "maximum": 30}, (30, None)),
        ({"minimum": 25, "maximum": 50}, (None, {"minimum": 25, "maximum": 50})),
        (
            {"exclusiveMinimum": 25, "maximum": 50},
            (None, {"minimum": 25, "maximum": 50, "exclusive_minimum": True}),
        ),
        ({"exclusiveMinimum": 25, "minimum": 25}, (None, {"minimum": 25, "exclusive_minimum": True})),
        ({"exclusiveMinimum": 10, "minimum": 25}, (None, {"minimum": 25})),
        ({"exclusiveMaximum": 50, "maximum": 50}, (None, {"maximum": 50, "exclusive_maximum": True})),
        ({"exclusiveMaximum": 75, "maximum": 50}, (None, {"maximum": 50})),
        ({"minimum": 0, "maximum": 0}, (None, {"minimum": 0, "maximum": 0})),
        ({"maximum": 100}, (None, {"maximum": 100})),
        ({}, (None, None)),
    ],
)
def test_shares(owners_of_acme: Owners, share: dict[str, float], expected: Any) -> None:
    [owner] = owners_of_acme(entity("acme"), person("ada"), owns("ada", "acme", holding(share=share)))
    band = owner.share.model_dump(exclude_defaults=True) if owner.share else None
    assert (owner.ownership_percentage, band) == expected


@pytest.mark.parametrize(
    ("interests", "share"),
    [
        ([holding(30), holding(40, type="votingRights")], 30),
        ([holding(40, type="votingRights"), holding()], 40),
        ([holding(type="boardChair", share={"exact": 30})], None),
        ([holding(30, endDate="2023-01-01"), holding(20)], 20),
        ([holding(30, endDate="2023-01-01")], 30),
        ([holding(30, directOrIndirect="indirect"), holding(20)], 20),
        ([holding(10), holding(15)], None),
        ([], None),
    ],
    ids=[
        "shares before votes",
        "votes where shares have no figure",
        "a chair has no share",
        "what has ended does not count",
        "unless all has",
        "the direct of two",
        "two alike may overlap: the interests tell",
        "nothing",
    ],
)
def test_the_share_of_an_owner(owners_of_acme: Owners, interests: Any, share: float | None) -> None:
    [owner] = owners_of_acme(entity("acme"), person("ada"), owns("ada", "acme", *interests))
    assert owner.ownership_percentage == share
    assert len(owner.interests) == len(interests)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ({"fullName": "Maria del Carmen Ruiz"}, "Maria del Carmen", "Ruiz"),
        ({"fullName": "Ruiz Pérez, Maria", "givenName": "Maria", "familyName": "Ruiz Pérez"}, "Maria", "Ruiz Pérez"),
        (
            {"givenName": "Lev", "patronymicName": "Nikolayevich", "familyName": "Tolstoy"},
            "Lev Nikolayevich",
            "Tolstoy",
        ),
        ({"fullName": "Sukarno"}, "-", "Sukarno"),
        ({"familyName": "Sukarno"}, "-", "Sukarno"),
    ],
)
def test_names(owners_of_acme: Owners, name: dict[str, str], first: str, last: str) -> None:
    names = [{"type": "alternative", "fullName": "Somebody Else"}, {"type": "legal"} | name]
    [owner] = owners_of_acme(entity("acme"), person("p", names=names), owns("p", "acme"))
    assert (owner.person_details.firstname, owner.person_details.lastname) == (first, last)


def test_what_is_known_of_a_person(owners_of_acme: Owners) -> None:
    ada = person(
        "ada",
        birthDate="1815-12",
        nationalities=[{"name": "Atlantis"}, {"name": "Great Britain", "code": "gb"}, {"name": "France", "code": "FR"}],
        addresses=[
            {"type": "service", "country": {"name": "Spain", "code": "ES"}},
            {"type": "residence", "country": {"name": "Italy", "code": "IT"}},
        ],
    )
    [owner] = owners_of_acme(entity("acme"), ada, owns("ada", "acme"))
    assert owner.person_details.model_dump(exclude_none=True) == {
        "firstname": "Ada",
        "lastname": "Byron",
        "birthdate": "1815-12",
        "nationality": "GB",
        "country_of_residence": "IT",
    }


@pytest.mark.parametrize(
    ("statements", "party", "reason", "details"),
    [
        (
            [person("p", personType="unknownPerson", names=[])],
            "p",
            "unknown",
            None,
        ),
        (
            [person("p", personType="anonymousPerson", unspecifiedPersonDetails={"reason": "noBeneficialOwners"})],
            "p",
            "noBeneficialOwners",
            None,
        ),
        ([person("p", names=[])], "p", "informationUnknownToPublisher", "the person p is known, but no name is stated"),
        (
            [entity("p", "anonymousEntity", unspecifiedEntityDetails={"reason": "unknown", "description": "sealed"})],
            "p",
            "unknown",
            "sealed",
        ),
        ([], "p", "informationUnknownToPublisher", "the record p is not in the file"),
        ([], {"reason": "subjectExemptFromDisclosure"}, "subjectExemptFromDisclosure", None),
    ],
)
def test_owners_that_are_not_named(
    owners_of_acme: Owners, statements: Any, party: Any, reason: str, details: str | None
) -> None:
    interest = holding(30, beneficialOwnershipOrControl=True)
    [owner] = owners_of_acme(entity("acme"), *statements, owns(party, "acme", interest))
    assert (owner.kind, owner.unspecified_reason, owner.unspecified_details) == ("unspecified", reason, details)
    assert owner.party == (party if isinstance(party, str) else None)
    assert not owner.is_ubo
    assert owner.ownership_percentage == 30


@pytest.mark.parametrize(
    ("head", "interests", "ended_on", "is_ubo"),
    [
        ({}, [{}, {"endDate": "2023-01-01"}], None, True),
        ({}, [{"endDate": "2023-01-01"}, {"endDate": "2023-02-01"}], "2023-02-01", False),
        ({"recordStatus": "closed"}, [{"endDate": "2023-01-01"}, {}], "2023-01-01", False),
        ({"recordStatus": "closed"}, [{}], "2024-05-31", False),
        ({"recordStatus": "closed", "statementDate": "2024-05-30T23:30:00+02:00"}, [{}], "2024-05-30", False),
        ({"recordStatus": "closed", "statementDate": None}, [{}], "2024-06-01", False),
    ],
)
def test_when_an_owner_has_ended(
    owners_of_acme: Owners, head: Any, interests: Any, ended_on: str | None, is_ubo: bool
) -> None:
    stated = [holding(30, beneficialOwnershipOrControl=True) | each for each in interests]
    [owner] = owners_of_acme(entity("acme"), person("ada"), owns("ada", "acme", *stated, **head))
    assert (owner.ended_on, owner.is_ubo) == (ended_on, is_ubo)
    assert [each.ended_on for each in owner.interests] == [each.get("endDate") for each in interests]


@pytest.mark.parametrize(
    ("directions", "directness"),
    [
        (["direct", "direct"], "direct"),
        (["indirect"], "indirect"),
        (["direct", "indirect"], "unknown"),
        (["unknown"], "unknown"),
        ([], "unknown"),
    ],
)
def test_directness(owners_of_acme: Owners, directions: list[str], directness: str) -> None:
    interests = [holding(directOrIndirect=each) for each in directions]
    [owner] = owners_of_acme(entity("acme"), person("ada"), owns("ada", "acme", *interests))
    assert owner.directness == directness


@pytest.mark.parametrize(
    ("details", "country"),
    [
        ({"jurisdiction": {"name": "Delaware", "code": "US-DE"}}, "US"),
        ({"incorporatedInJurisdiction": {"name": "UK", "code": "gb"}}, "GB"),
        ({"jurisdiction": {"name": "Mexico"}}, "MX"),
        (
            {
                "addresses": [
                    {"type": "service", "country": {"code": "IT"}},
                    {"type": "registered", "country": {"code": "ES"}},
                ]
            },
            "ES",
        ),
        ({"addresses": [{"country": {"name": "Italy"}}]}, "IT"),
        ({"identifiers": [{"id": "1", "schemeName": "?"}, {"id": "2", "scheme": "IRL-CRO"}]}, "IE"),
        ({"identifiers": [{"id": "1", "scheme": "UA-EDR"}]}, "UA"),
    ],
)
def test_where_the_country_of_incorporation_is_from(make_file: MakeFile, desk: Any, details: Any, country: str) -> None:
    desk.take_in(make_file([entity("acme", **({"jurisdiction": None} | details)), owns({"reason": "unknown"}, "acme")]))
    assert desk.command("acme").company_profile.country_of_incorporation == country


def test_identifiers(make_file: MakeFile, desk: Any) -> None:
    identifiers = [
        {"id": "5493001KJTIIGC8Y1R12", "scheme": "XI-LEI"},
        {"id": "NL-7", "scheme": "NL-KVK"},
        {"id": "552081317", "scheme": "FR-RCS"},
    ]
    desk.take_in(make_file([entity("acme", identifiers=identifiers), owns({"reason": "unknown"}, "acme")]))
    profile = desk.command("acme").company_profile
    assert (profile.registration_number, profile.lei) == ("552081317", "5493001KJTIIGC8Y1R12")


def chain(desk: Any, client_id: str) -> list[tuple[str, str | None]]:
    """The owners of a case, and in what each has a share."""
    return [(owner.party, owner.held_in) for owner in desk.command(client_id).beneficial_owners]


GROUP = [
    entity("acme"),
    entity("parent"),
    entity("trust", "arrangement"),
    person("ada"),
    owns("parent", "acme", holding(60)),
    owns("trust", "parent", holding(100)),
    owns("ada", "trust", holding(100, beneficialOwnershipOrControl=True)),
]


def test_owners_of_owners_belong_to_the_case_and_a_company_in_between_is_one_of_its_own(
    make_file: MakeFile, desk: Any
) -> None:
    report = desk.take_in(make_file(GROUP))
    assert (report.cases, report.rejected) == (2, 0)
    assert chain(desk, "acme") == [("parent", None), ("trust", "parent"), ("ada", "trust")]
    assert chain(desk, "parent") == [("trust", None), ("ada", "trust")]
    assert desk.command("parent").beneficial_owners[1].is_ubo
    assert not desk.command("acme").beneficial_owners[2].is_ubo, "it is stated of the parent"
    assert desk.take_in(make_file(GROUP)).already_known == 2
    assert desk.take_in(make_file(GROUP[::-1])).already_known == 2


def test_companies_that_own_one_another_are_two_cases(make_file: MakeFile, desk: Any) -> None:
    circle = [
        entity("acme"),
        entity("beta"),
        owns("beta", "acme", holding(50)),
        owns("acme", "beta", holding(50)),
        owns("beta", "beta", holding(10)),
    ]
    report = desk.take_in(make_file(circle))
    assert (report.cases, report.rejected) == (2, 0)
    assert chain(desk, "acme") == [("beta", None), ("acme", "beta"), ("beta", "beta")]
    assert chain(desk, "beta") == [("acme", None), ("beta", None), ("beta", "acme")]


@pytest.mark.parametrize(
    "broken",
    [
        owns("bob", "trust", holding(130)),
        owns("bob", "trust", holding(), recordStatus="closed", statementDate=None, publicationDetails=None),
        person("ada", personType="ghost"),
    ],
    ids=["an owner of the trust", "one that can't be made out", "the person above it"],
)
def test_what_is_malformed_further_up_is_not_stated_further_down(
    make_file: MakeFile, desk: Any, broken: dict[str, Any]
) -> None:
    report = desk.take_in(
        make_file([*GROUP[:3], broken, *GROUP[4:], *([person("ada")] if broken["recordType"] != "person" else [])])
    )
    assert (report.cases, report.rejected) == (1, 1)
    assert chain(desk, "acme") == [("parent", None), ("trust", "parent")]
    assert desk.reasons[0].startswith("line 2: parent Ltd (parent) can't be a case: ")


def test_a_chain_is_followed_as_far_as_is_worth_it(make_file: MakeFile, desk: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("store.intake.bods.MOST_ABOVE", 3)
    names = ["acme", "b", "c", "d", "e", "f"]
    statements = [entity(name) for name in names]
    statements += [owns(above, name, holding(100)) for name, above in pairwise(names)]
    statements += [owns("ada", "c", holding(1)), owns("bob", "c", holding(1))]
    assert desk.take_in(make_file(statements)).cases == 5
    # Above b there is c, which has three owners: one too many. d has one.
    assert chain(desk, "acme") == [("b", None), ("c", "b")]
    assert chain(desk, "b") == [("c", None), ("ada", "c"), ("bob", "c"), ("d", "c")]
    assert chain(desk, "c") == [("ada", None), ("bob", None), ("d", None), ("e", "d"), ("f", "e")]


def test_arrangements_are_followed_to_the_top_and_cycles_end(owners_of_acme: Owners) -> None:
    found = owners_of_acme(
        entity("acme"),
        entity("trust", "arrangement"),
        entity("nominee", "arrangement", name=None),
        entity("hidden", "unknownEntity", name=None),
        person("ada"),
        owns("trust", "acme", holding(100)),
        owns("nominee", "trust"),
        owns("hidden", "nominee"),
        owns("trust", "hidden"),
        owns("ada", "hidden"),
        owns("acme", "hidden"),
    )
    assert [(owner.party, owner.held_in) for owner in found] == [
        ("trust", None),
        ("nominee", "trust"),
        ("hidden", "nominee"),
        ("acme", "hidden"),
        ("ada", "hidden"),
        ("trust", "hidden"),
    ]
    assert found[1].entity_details.name == "arrangement nominee"
    assert found[2].kind == "unspecified"


def test_arrangements_that_own_one_another_and_nothing_else_are_one_case(make_file: MakeFile, desk: Any) -> None:
    statements = [
        entity("lower", "arrangement"),
        entity("upper", "arrangement"),
        person("ada"),
        owns("upper", "lower"),
        owns("lower", "upper"),
        owns("ada", "upper"),
    ]
    report = desk.take_in(make_file(statements))
    assert (report.cases, report.rejected) == (1, 0)
    assert [(owner.party, owner.held_in) for owner in desk.command("lower").beneficial_owners] == [
        ("upper", None),
        ("ada", "upper"),
        ("lower", "upper"),
    ]


def test_an_arrangement_above_another_is_no_case_wherever_it_stands(make_file: MakeFile, desk: Any) -> None:
    upper, lower = entity("upper", "arrangement"), entity("lower", "arrangement")
    report = desk.take_in(make_file([upper, lower, owns("upper", "lower"), owns("ada", "upper")]))
    assert (report.cases, report.rejected) == (1, 0)
    assert [owner.party for owner in desk.command("lower").beneficial_owners] == ["upper", "ada"]


def test_an_arrangement_whose_company_is_not_in_the_file_is_a_case(make_file: MakeFile, desk: Any) -> None:
    statements = [entity("trust", "arrangement"), person("ada"), owns("ada", "trust"), owns("trust", "absent")]
    report = desk.take_in(make_file(statements))
    assert (report.cases, report.rejected) == (1, 1)
    assert desk.command("trust").beneficial_owners[0].party == "ada"
    assert desk.reasons == [
        "line 4: its subject ‘absent’ is not in this file, so there is no company to open a case for"
    ]


def test_the_order_of_the_statements_makes_no_difference(make_file: MakeFile, desk: Any) -> None:
    statements = [
        entity("acme"),
        person("ada"),
        person("bob"),
        owns("ada", "acme", holding(60)),
        owns("bob", "acme", holding(40)),
    ]
    assert desk.take_in(make_file(statements)).cases == 1
    assert desk.take_in(make_file(statements[::-1])).already_known == 1
    assert desk.take_in(make_file(statements, array=True)).already_known == 1


def test_the_latest_statement_is_told_by_its_dates_then_by_its_place(owners_of_acme: Owners) -> None:
    def published(day: str) -> dict[str, Any]:
        return {"publicationDate": day, "bodsVersion": "0.4", "publisher": {"name": "Register"}}

    found = owners_of_acme(
        entity("acme"),
        owns("ada", "acme", holding(1), statementDate="2024-05-31T10:00:00+02:00"),
        owns("ada", "acme", holding(2), statementDate="2024-05-31T09:00:00Z"),
        owns("ada", "acme", holding(3), statementDate="2024-05-31"),
        owns("bob", "acme", holding(4), publicationDetails=published("2024-07-02")),
        owns("bob", "acme", holding(5), publicationDetails=published("2024-07-01")),
        owns("cyd", "acme", holding(6)),
        owns("cyd", "acme", holding(7)),
        owns("dan", "acme", holding(999), statementDate="2024-01-01"),
        owns("dan", "acme", holding(8)),
    )
    assert [owner.ownership_percentage for owner in found] == [2, 4, 7, 8]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (
            owns("ada", "acme", holding(130)),
            "recordDetails.interests[0].share.exact must be at most 100, not 130",
        ),
        (
            owns("ada", "acme", holding(share={"minimum": 50, "maximum": 25})),
            "recordDetails.interests[0].share: the minimum share (50 %) is over the maximum (25 %)",
        ),
        (
            owns("ada", "acme", holding(share={"exact": 20, "minimum": 25})),
            "recordDetails.interests[0].share: the exact share (20 %) is outside its minimum and maximum",
        ),
        (
            owns("ada", "acme", holding(directOrIndirect="sideways")),
            "recordDetails.interests[0].directOrIndirect must be direct, indirect or unknown, not ‘sideways’",
        ),
        (
            owns("ada", "acme", holding(endDate="2023-02-30")),
            "recordDetails.interests[0].endDate: ‘2023-02-30’ is not a date that exists",
        ),
        (owns("ada", "acme", {"type": 5}), "recordDetails.interests[0].type must be text, not a number"),
        (
            owns({}, "acme"),
            "recordDetails.interestedParty must be the recordId of a record, or an object with a reason",
        ),
        (
            owns({"reason": "because"}, "acme"),
            "recordDetails.interestedParty.reason must be noBeneficialOwners, "
            "subjectUnableToConfirmOrIdentifyBeneficialOwner, interestedPartyHasNotProvidedInformation,"
            " subjectExemptFromDisclosure, interestedPartyExemptFromDisclosure, unknown or"
            " informationUnknownToPublisher, not ‘because’",
        ),
        (owns("ada", "acme", recordId=5), "recordId must be text, not a number"),
        (owns("ada", "acme", recordId=None), "recordId is missing"),
        (
            owns("ada", "acme", statementDate="yesterday"),
            "statementDate: ‘yesterday’ is not a date or date-time (ISO 8601, like 2024-05-31)",
        ),
        (
            owns("ada", "acme", recordStatus="closed", statementDate=None, publicationDetails=None),
            "it is closed, but has no statementDate and no interest has an endDate",
        ),
        (
            person("ada", nationalities=[{"code": "ZZ"}]),
            "recordDetails.nationalities[0].code: ‘ZZ’ is not a country code (ISO 3166-1 alpha-2, like FR)",
        ),
        (
            person("ada", names=[{"fullName": "a\x00b"}]),
            "recordDetails.names[0].fullName holds a character that can't be shown",
        ),
        (
            entity("ada", identifiers=[{"id": "123", "scheme": "XI-LEI"}]),
            "lei: ‘123’ is not an LEI: 18 letters and digits and 2 check digits that fit (ISO 17442)",
        ),
    ],
)
def test_a_malformed_statement_costs_its_case_and_no_other(
    make_file: MakeFile, desk: Any, broken: dict[str, Any], reason: str
) -> None:
    statements = [
        entity("acme"),
        entity("other"),
        person("bob"),
        owns("bob", "acme", holding(50)),
        owns("bob", "other", holding(50)),
        broken,
    ]
    if broken["recordType"] != "relationship":
        statements.append(owns("ada", "acme", holding(50)))
    report = desk.take_in(make_file(statements))
    assert (report.cases, report.rejected) == (1, 1)
    assert [command.client_id for command in desk.commands()] == ["other"]
    [told] = desk.reasons
    assert told.startswith("line 1: acme Ltd (acme) can't be a case: ")
    assert reason in told
    # All that belongs to the case can be mended together, and nothing else is there.
    rejected = [json.loads(line) for line in desk.rejects_file.read_text().splitlines()]
    assert sorted(rejected, key=str) == sorted(
        (each for each in statements if each not in (statements[1], statements[4])), key=str
    )


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (entity("x", entityType={"type": "club"}), "recordDetails.entityType.type must be registeredEntity, "),
        (entity("x", entityType=None), "recordDetails.entityType is missing"),
        (person("x", personType="ghost"), "recordDetails.personType must be knownPerson, "),
        (statement("company", "x", {}), "recordType must be entity, person or relationship, not ‘company’"),
        (person("x") | {"recordDetails": []}, "recordDetails must be an object, not a list"),
        ({"recordType": "person"}, "recordId is missing"),
        ({"statementId": "x"}, "recordId is missing; recordType is missing"),
        (owns("bob", {"reason": "unknown"}), "its subject is not named, so there is no company to open a case for"),
        (owns("bob", "absent"), "its subject ‘absent’ is not in this file, so there is no company to open a case for"),
        (owns("bob", "bob"), "its subject ‘bob’ is a person, so there is no company to open a case for"),
        (person("x"), "the person ‘x’ is not stated to own anything, so there is no case to open"),
        (entity("x"), "nobody is stated to own x Ltd (x), so there is no case to open"),
    ],
)
def test_a_statement_that_belongs_to_no_case_is_rejected_alone(
    make_file: MakeFile, desk: Any, broken: dict[str, Any], reason: str
) -> None:
    report = desk.take_in(make_file([broken, entity("acme"), person("bob"), owns("bob", "acme")]))
    assert (report.cases, report.rejected) == (1, 1)
    assert desk.reasons[0].startswith(f"line 1: {reason}")
    assert json.loads(desk.rejects_file.read_text().splitlines()[0]) == broken


@pytest.mark.parametrize(
    "statements",
    [
        [entity("acme", entityType=None), person("ada"), owns("ada", "acme")],
        [owns("ada", "absent", holding(130)), person("ada")],
        [owns("ada", "absent"), person("ada")],
        [owns("ada", {"reason": "unknown"}, holding(30)), person("ada")],
    ],
    ids=["malformed entity", "malformed relationship", "no subject in the file", "no subject at all"],
)
def test_what_belongs_together_is_one_rejection(make_file: MakeFile, desk: Any, statements: Any) -> None:
    report = desk.take_in(make_file(statements))
    assert (report.cases, report.rejected) == (0, 1)
    assert sorted(desk.rejects_file.read_text().splitlines()) == sorted(map(json.dumps, statements))


@pytest.mark.parametrize(
    ("acme", "reason"),
    [
        (entity("acme", name=None), "the entity acme can't be a case: it has no name"),
        (entity("acme", "unknownEntity"), "acme Ltd (acme) can't be a case: it is an unknown entity"),
        (
            entity("acme", jurisdiction=None),
            "acme Ltd (acme) can't be a case: its country of incorporation is not stated: neither a jurisdiction,"
            " nor a country in its address, nor an identifier of a national register",
        ),
    ],
)
def test_an_entity_that_can_not_be_a_case_goes_with_its_owners(
    make_file: MakeFile, desk: Any, acme: dict[str, Any], reason: str
) -> None:
    statements = [
        person("ada"),
        owns("ada", "acme"),
        owns("ada", "fine"),
        acme,
        entity("fine"),
        entity("bad", name=None),
        owns("ada", "bad"),
    ]
    report = desk.take_in(make_file(statements))
    assert (report.cases, report.rejected) == (1, 2)
    assert f"line 4: {reason}" in desk.reasons
    rejected = [json.loads(line) for line in desk.rejects_file.read_text().splitlines()]
    assert len(rejected) == 5  # ada only once
    mended = [
        each | {"recordDetails": each["recordDetails"] | entity("x")["recordDetails"]}
        if each["recordType"] == "entity"
        else each
        for each in rejected
    ]
    report = desk.take_in(make_file(mended, "mended.jsonl"))
    assert (report.cases, report.rejected) == (2, 0)


@pytest.mark.parametrize("version", ["0.2", "0.3", "1.0", 0.3])
def test_another_version_is_rejected_by_both_names(make_file: MakeFile, desk: Any, version: Any) -> None:
    details = {"publicationDate": "2024-06-01", "bodsVersion": version, "publisher": {"name": "Register"}}
    old = {"statementID": "1" * 32, "statementType": "entityStatement", "publicationDetails": details}
    report = desk.take_in(make_file([old, person("ada") | {"publicationDetails": details}]))
    assert (report.cases, report.rejected) == (0, 2)
    assert set(desk.reasons) == {
        f"line {number}: it is a statement of BODS ‘{version}’, and caseworker reads BODS 0.4 only" for number in (1, 2)
    }


OTHER_PUBLISHER = {"publicationDate": "2024-06-01", "bodsVersion": "0.4", "publisher": {"name": "Another"}}


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (
            person("ada") | {"publicationDetails": OTHER_PUBLISHER},
            "is used by two publishers, ‘Register’ and ‘Another’: import the statements of each from a file of their"
            " own",
        ),
        (entity("ada"), "is that of a record of type person as well"),
    ],
)
def test_two_records_that_share_an_id_are_not_mixed_up(
    make_file: MakeFile, desk: Any, second: dict[str, Any], reason: str
) -> None:
    report = desk.take_in(make_file([entity("acme"), owns("ada", "acme"), person("ada"), second]))
    assert (report.cases, report.rejected) == (0, 1)
    assert desk.reasons == [f"line 1: acme Ltd (acme) can't be a case: line 4: its recordId ‘ada’ {reason}"]


def test_what_is_too_long_for_a_case_is_rejected(make_file: MakeFile, desk: Any) -> None:
    long = "x" * 495
    report = desk.take_in(make_file([entity(long, name="Long Ltd"), owns({"reason": "unknown"}, long, recordId="r")]))
    assert (report.cases, report.rejected) == (0, 1)
    assert "source must have at most 500 characters, not 517" in desk.reasons[0]


def test_the_publisher_is_part_of_the_identity(make_file: MakeFile, desk: Any) -> None:
    statements = [entity("acme"), owns({"reason": "unknown"}, "acme")]
    assert desk.take_in(make_file(statements)).cases == 1
    assert desk.take_in(make_file([each | {"publicationDetails": OTHER_PUBLISHER} for each in statements])).cases == 1


def test_a_company_that_changed_hands_is_rejected_with_what_changed(make_file: MakeFile, desk: Any) -> None:
    desk.take_in(make_file([entity("acme"), owns({"reason": "unknown"}, "acme")]))
    report = desk.take_in(make_file([entity("acme"), owns({"reason": "noBeneficialOwners"}, "acme")]))
    assert (report.cases, report.already_known, report.rejected) == (0, 0, 1)
    [told] = desk.reasons
    assert told.startswith("line 1: acme Ltd (acme) is case ")
    assert "already, and its record has changed since (beneficial_owners): " in told


def test_null_is_as_good_as_absent(owners_of_acme: Owners) -> None:
    def nulled(value: dict[str, Any], *keys: str) -> dict[str, Any]:
        return value | {"recordDetails": value["recordDetails"] | dict.fromkeys(keys)}

    [owner] = owners_of_acme(
        nulled(entity("acme"), "identifiers", "addresses", "foundingDate", "unspecifiedEntityDetails"),
        nulled(person("ada"), "nationalities", "birthDate", "addresses"),
        nulled(owns("ada", "acme"), "interests", "componentRecords") | {"source": None, "recordStatus": None},
    )
    assert owner.name == "Ada Byron"
