"""LEI records to cases, on real records and on what can be wrong with one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.intake.gleif import read_lei_record

MakeFile = Callable[..., Path]

LEI = "5493001KJTIIGC8Y1R12"
RECORD: dict[str, Any] = {
    "LEI": LEI,
    "Entity": {
        "LegalName": "Example Holding",
        "LegalAddress": {"FirstAddressLine": "1 High Street", "City": "Boston", "Country": "US"},
        "LegalJurisdiction": "US-MA",
        "EntityCategory": "GENERAL",
    },
    "Registration": {"RegistrationStatus": "ISSUED"},
}


def entity(**fields: Any) -> dict[str, Any]:
    return RECORD | {"Entity": RECORD["Entity"] | fields}


def test_the_golden_copy(real_records: Path, desk: Any) -> None:
    report = desk.take_in(real_records / "gleif" / "lei-data.json")
    assert (report.cases, report.already_known, report.rejected, report.files_read) == (13, 0, 0, 1)
    assert report.rejects_file is None
    profiles = [command.company_profile for command in desk.commands()]
    without_number = [profile.lei for profile in profiles if profile.registration_number is None]
    assert without_number == [
        "00EHHQ2ZHDCFXJCPCL46",
        "00TV1D5YIV5IDUGWBW29",
        "00W0SLGGVF0QQ5Q36N03",
        "00X5RQKJQQJFFX0WPA53",
    ]
    fund = desk.command("001GPB6A9XPE8XJICC14")
    assert fund.model_dump(mode="json", exclude_defaults=True) == {
        "client_id": "001GPB6A9XPE8XJICC14",
        "traitement_type": "KYB",
        "case_type": "STANDARD",
        "source": "GLEIF LEI record 001GPB6A9XPE8XJICC14",
        "company_profile": {
            "registered_name": "Fidelity Advisor Leveraged Company Stock Fund",
            "registration_number": "S000005113",
            "registration_date": "2012-11-29",
            "country_of_incorporation": "US",
            "registered_address": {
                "street": "245 SUMMER STREET",
                "city": "BOSTON",
                "state_province": "US-MA",
                "postal_code": "02210",
                "country": "US",
            },
            "business_type": "FUND",
            "lei": "001GPB6A9XPE8XJICC14",
            "legal_form": "FUND",
        },
    }
    swedish = desk.command("213800BJPX8V9HVY1Y11").company_profile
    # Its mail routing repeats its first line, and its creation date is another day in UTC.
    assert swedish.registered_address.street == "C/O Anita Lindberg, Fortgatan 11"
    assert swedish.registration_date == "1997-06-05"
    assert swedish.legal_form == "XJHM"


def test_a_page_of_the_look_up(real_records: Path, desk: Any) -> None:
    report = desk.take_in(real_records / "gleif" / "lei_api_british_5.json")
    assert (report.cases, report.rejected) == (5, 0)
    profiles = {command.client_id: command.company_profile for command in desk.commands()}
    council = profiles["213800S8DFQ6UFES2T83"]
    assert council.registered_name == "BRITISH COUNCIL(THE)"
    assert council.trading_name == "BRITISH COUNCIL"
    assert council.registration_number == "RC000060"
    assert council.registration_date == "1963-01-03"
    assert council.registered_address.street == "1 REDMAN PLACE, STRATFORD"
    assert council.legal_form == "9B78"
    assert profiles["549300GRTM1DG5DJIJ17"].legal_form == "COMPANY"
    assert profiles["213800DWZWDYHXQ36V41"].trading_name is None  # only a previous legal name


def test_a_company_in_two_files_is_one_case(real_records: Path, desk: Any) -> None:
    folder = real_records / "gleif"
    report = desk.take_in(folder / "lei-data.json", folder / "lei-updates-data2.json")
    # 00TR8NKAEL48RGTZEW89 is in both, with another status, which is nothing that a case holds.
    assert (report.cases, report.already_known, report.rejected) == (24, 1, 0)


def test_level_2_records_are_recognised_and_no_cases(real_records: Path, desk: Any) -> None:
    folder = real_records / "gleif"
    report = desk.take_in(folder / "rr-data.json", folder / "repex-data.json")
    assert (report.cases, report.rejected, report.files_read) == (0, 20, 2)
    assert desk.reasons[0] == (
        "record 1: it is a GLEIF relationship record (‘001GPB6A9XPE8XJICC14’ ‘IS_FUND-MANAGED_BY’"
        " ‘5493001Z012YSB2A0K51’): it joins two companies without saying who they are, so there is no case to"
        " open; import the LEI records of the two"
    )
    assert desk.reasons[10].startswith("record 1: it is a GLEIF reporting exception of ‘001GPB6A9XPE8XJICC14’")
    assert len(desk.rejects_file.read_text().splitlines()) == 20


def test_the_same_record_in_either_layout_is_the_same_case() -> None:
    attributes = {
        "lei": LEI,
        "entity": {
            "legalName": {"name": "Example Holding", "language": "en"},
            "otherNames": None,
            "legalAddress": {"addressLines": ["1 High Street"], "mailRouting": None, "city": "Boston", "country": "US"},
            "jurisdiction": "US-MA",
            "category": "GENERAL",
            "legalForm": {"id": None, "other": None},
            "creationDate": None,
        },
    }
    assert read_lei_record(attributes) == read_lei_record(RECORD)


def test_all_lines_of_an_address_in_one() -> None:
    address = {
        "FirstAddressLine": "c/o Agents",
        "AdditionalAddressLine": ["Floor 3", "1 High Street", ""],
        "MailRouting": "Box 7",
        "Country": "us",
    }
    _, command = read_lei_record(entity(LegalAddress=address))
    assert command.company_profile is not None
    assert command.company_profile.registered_address.street == "c/o Agents, Floor 3, 1 High Street, Box 7"
    assert command.company_profile.registered_address.country == "US"


@pytest.mark.parametrize(("jurisdiction", "country"), [("LU", "LU"), ("CA-QC", "CA"), (" ", "US"), (None, "US")])
def test_the_jurisdiction_counts_and_without_one_the_address(jurisdiction: str | None, country: str) -> None:
    _, command = read_lei_record(entity(LegalJurisdiction=jurisdiction))
    assert command.company_profile is not None
    assert command.company_profile.country_of_incorporation == country


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (
            RECORD | {"LEI": "5493001KJTIIGC8Y1R13"},
            "LEI: ‘5493001KJTIIGC8Y1R13’ is not an LEI: 18 letters and digits and 2 check digits that fit (ISO 17442)",
        ),
        (RECORD | {"LEI": 5}, "LEI must be text, not a number"),
        (RECORD | {"Entity": "x"}, "Entity.LegalName is missing; Entity.LegalAddress.Country is missing"),
        (entity(LegalName=None), "Entity.LegalName must be text, not null"),
        (entity(LegalName=["x"]), "Entity.LegalName must be text, not a list"),
        (
            entity(LegalJurisdiction="ZZ"),
            "Entity.LegalJurisdiction: ‘ZZ’ is not a country code (ISO 3166-1 alpha-2, like FR)",
        ),
        (
            entity(EntityCreationDate="2023-02-30T00:00:00Z"),
            "Entity.EntityCreationDate: ‘2023-02-30’ is not a date that exists",
        ),
        (entity(OtherEntityNames=["x"]), "Entity.OtherEntityNames[0] must be an object, not text"),
    ],
)
def test_a_record_that_is_wrong_is_rejected(make_file: MakeFile, desk: Any, record: Any, reason: str) -> None:
    report = desk.take_in(make_file([record, RECORD]))
    assert (report.cases, report.rejected) == (1, 1)
    assert desk.reasons == [f"line 1: {reason}"]
    assert json.loads(desk.rejects_file.read_text()) == record


def test_a_record_that_changed_names_its_case_and_what_changed(make_file: MakeFile, desk: Any) -> None:
    desk.take_in(make_file([RECORD]))
    changed = entity(LegalName="Example Group", EntityStatus="INACTIVE")
    report = desk.take_in(make_file([changed]))
    assert (report.cases, report.already_known, report.rejected) == (0, 0, 1)
    [reference] = desk.store.query(lambda connection: connection.execute("SELECT reference FROM cases").fetchone())
    assert desk.reasons == [
        f"line 1: Example Group ({LEI}) is case {reference} already, and its record has changed since"
        " (registered_name): look at the case and bring it up to date there"
    ]
    report = desk.take_in(make_file([entity(EntityStatus="INACTIVE")]))
    assert (report.cases, report.already_known, report.rejected) == (0, 1, 0)
