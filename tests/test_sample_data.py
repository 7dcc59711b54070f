"""The sample files are what their tables give, and show everything that they promise to show."""

import csv
import json
from collections import Counter
from importlib.resources import files as package_files
from typing import Any

import pytest
from stdnum import lei

from sample_data import generate
from sample_data.casework import TODAY, case_of
from sample_data.watch_lists import EXPOSED, SANCTIONED, births_in
from store.domain.case_file import CaseFile
from store.domain.commands import COMMANDS
from store.domain.decider import decide, evolve
from store.domain.operation import Context
from store.domain.rules import Rules
from store.domain.statuses import (
    DONE,
    CaseStatus,
    CheckKind,
    CheckOutcome,
    DocumentStatus,
    RejectionReason,
    RiskLevel,
)
from store.domain.values import OwnerKind

Json = dict[str, Any]


def read(name: str) -> bytes:
    return (package_files("sample_data") / name).read_bytes()


def lines(name: str) -> list[Json]:
    return [json.loads(line) for line in read(name).splitlines()]


def given(name: str) -> list[Json]:
    """The data of every command of this name."""
    return [line["data"] for line in lines("commands.jsonl") if line["command"] == name]


@pytest.fixture(scope="module")
def messages() -> list[Json]:
    return lines("messages.jsonl")


@pytest.fixture(scope="module")
def statements() -> list[Json]:
    found: list[Json] = json.loads(read("owners.json"))
    return found


@pytest.fixture(scope="module")
def worked_cases(messages: list[Json]) -> list[CaseFile]:
    """The message cases after every command; one that is refused fails the tests that ask for this."""
    cases = [case_of(message) for message in messages]
    index_of = {key: index for index, case in enumerate(cases) for key in (case.case_id, *case.documents)}
    for line in lines("commands.jsonl"):
        command = COMMANDS[line["command"]].model_validate(line["data"])
        index = index_of[line["data"].get("case_id") or line["data"]["document_requirement_id"]]
        for new_event in decide(cases[index], command, Context(line["command_id"], Rules(), line["actor"], TODAY)):
            cases[index] = evolve(cases[index], new_event.payload)
    return cases


class TestGenerating:
    def test_the_same_seed_gives_the_files_that_are_there(self) -> None:
        for name, content in generate.files().items():
            assert read(name) == content, f"run python -m sample_data.generate: {name} is out of date"

    def test_check_agrees(self) -> None:
        assert generate.main(["--check"]) == 0

    def test_check_names_the_files_of_another_seed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert generate.main(["--check", "--seed", "7"]) == 1
        assert "sample_data/messages.jsonl differs" in capsys.readouterr().err

    def test_any_seed_gives_commands_that_are_not_refused(self) -> None:
        for seed in range(5):
            assert generate.files(seed) == generate.files(seed)


class TestMessages:
    def test_every_message_opens_a_case(self, messages: list[Json]) -> None:
        assert all(case_of(message).exists for message in messages)
        assert all(message["version"] == "1.0" for message in messages)

    def test_ids_are_used_once(self, messages: list[Json]) -> None:
        for key in ("message_id", "client_id"):
            assert len({message[key] for message in messages}) == len(messages)

    def test_there_are_persons_and_companies(self, messages: list[Json]) -> None:
        assert Counter(message["traitement_type"] for message in messages) == {"KYC": 30, "KYB": 12}
        assert {message["type"] for message in messages} == {"STANDARD", "ONBOARDING", "ENHANCED_DUE_DILIGENCE"}

    def test_births_are_known_to_the_day_the_month_the_year_or_not(self, messages: list[Json]) -> None:
        known_to = {len(person.get("birthdate", "")) for message in messages for person in message["persons"]}
        assert known_to == {10, 7, 4, 0}

    def test_owners_are_of_every_kind_and_share(self, messages: list[Json]) -> None:
        owners = [owner for message in messages for owner in message.get("beneficial_owners", ())]
        assert {owner["kind"] for owner in owners} == {kind.value for kind in OwnerKind}
        assert any("ownership_percentage" in owner for owner in owners)
        assert any("share" in owner for owner in owners)
        assert any("held_in" in owner for owner in owners)


class TestCommands:
    def test_each_is_given_once_by_somebody(self) -> None:
        commands = lines("commands.jsonl")
        assert len({line["command_id"] for line in commands}) == len(commands)
        assert {line["actor"] for line in commands} == {"ana.ruiz", "ben.osei", "chiara.conti", "document-check"}

    def test_every_document_status_occurs(self, worked_cases: list[CaseFile]) -> None:
        reached = {document.status for case in worked_cases for document in case.documents.values()}
        assert reached == set(DocumentStatus)

    def test_every_rejection_reason_occurs(self) -> None:
        assert {line["data"].get("reason_code") for line in lines("commands.jsonl")} - {None} == set(RejectionReason)

    def test_cases_stand_at_every_stage(self, worked_cases: list[CaseFile]) -> None:
        statuses = [{document.status for document in case.documents.values()} for case in worked_cases]
        assert {DocumentStatus.AWAITING_UPLOAD} in statuses
        assert {DocumentStatus.UPLOADED} in statuses
        assert {DocumentStatus.AWAITING_UPLOAD, DocumentStatus.UPLOADED} in statuses
        assert any(DocumentStatus.REJECTED in reached for reached in statuses)
        assert any(reached <= DONE for reached in statuses)

    def test_every_case_status_occurs_and_most_cases_are_open(self, worked_cases: list[CaseFile]) -> None:
        assert Counter(case.status for case in worked_cases) == {
            CaseStatus.OPEN: 33,
            CaseStatus.AWAITING_CLIENT: 2,
            CaseStatus.PENDING_APPROVAL: 2,
            CaseStatus.APPROVED: 3,
            CaseStatus.REJECTED: 1,
            CaseStatus.WITHDRAWN: 1,
        }

    def test_two_thirds_are_assigned_among_three(self, worked_cases: list[CaseFile]) -> None:
        assignees = Counter(case.assignee for case in worked_cases)
        assert set(assignees) == {None, "ana.ruiz", "ben.osei", "chiara.conti"}
        assert 26 <= len(worked_cases) - assignees[None] <= 30

    def test_every_kind_and_outcome_of_a_check_occurs(self) -> None:
        checks = given("RecordCheck")
        assert {check["kind"] for check in checks} == set(CheckKind)
        assert {check["outcome"] for check in checks} == set(CheckOutcome)

    def test_a_sanctions_hit_is_open_and_a_pep_hit_is_settled(self, worked_cases: list[CaseFile]) -> None:
        unsettled = {hit.kind for case in worked_cases for hit in case.hits}
        hits = {check["kind"] for check in given("RecordCheck") if check["outcome"] == CheckOutcome.HIT}
        assert CheckKind.SANCTIONS in unsettled
        assert CheckKind.PEP in hits - unsettled

    def test_every_risk_level_occurs(self, worked_cases: list[CaseFile]) -> None:
        assert {case.risk for case in worked_cases} == {None, *RiskLevel}

    def test_one_proposal_was_returned_and_one_case_reopened(self, worked_cases: list[CaseFile]) -> None:
        status = {case.case_id: case.status for case in worked_cases}
        for name in ("ReturnDecision", "ReopenCase"):
            assert [status[data["case_id"]] for data in given(name)] == [CaseStatus.OPEN]

    def test_some_files_are_described(self) -> None:
        keys = {key for line in lines("commands.jsonl") for key in line["data"].get("metadata", ())}
        assert keys == {"file_name", "expires_on", "confidence"}


class TestOwners:
    def test_every_statement_says_what_it_is(self, statements: list[Json]) -> None:
        for statement in statements:
            assert statement["publicationDetails"]["bodsVersion"] == "0.4"
            assert statement["recordStatus"] in {"new", "updated", "closed"}
            assert statement["recordType"] in {"entity", "person", "relationship"}
        assert len({statement["statementId"] for statement in statements}) == len(statements)

    def test_every_party_is_stated_before_it_is_named(self, statements: list[Json]) -> None:
        stated: set[str] = set()
        for statement in statements:
            if statement["recordType"] == "relationship":
                party = statement["recordDetails"]["interestedParty"]
                assert statement["recordDetails"]["subject"] in stated
                assert isinstance(party, dict) or party in stated
            stated.add(statement["recordId"])

    def test_the_kinds_of_share_and_party(self, statements: list[Json]) -> None:
        relations = [item["recordDetails"] for item in statements if item["recordType"] == "relationship"]
        shares = [interest.get("share", {}) for relation in relations for interest in relation["interests"]]
        assert {key for share in shares for key in share} == {"exact", "minimum", "maximum", "exclusiveMaximum"}
        assert any(isinstance(relation["interestedParty"], dict) for relation in relations)
        entities = [item["recordDetails"] for item in statements if item["recordType"] == "entity"]
        assert {entity["entityType"]["type"] for entity in entities} == {"registeredEntity", "arrangement", "stateBody"}


class TestWatchLists:
    def test_are_fictional_and_in_both_layouts(self) -> None:
        sanctions = list(csv.DictReader(read("sanctions-list.csv").decode().splitlines()))
        peps = lines("pep-list.jsonl")
        assert all(row["id"].startswith("EX-") for row in [*sanctions, *peps])
        assert {row["schema"] for row in sanctions} > {"Person", "Company"}
        assert {topic for entity in peps for topic in entity["properties"].get("topics", ())} == {
            "role.pep",
            "role.rca",
            "sanction",
        }

    def test_name_people_of_the_cases_and_namesakes(self, messages: list[Json]) -> None:
        born = births_in(messages)
        truly = [listed for listed in (*SANCTIONED, *EXPOSED) if listed.of_case]
        assert {listed.of_case for listed in truly} <= set(born)
        assert len(truly) == 4
        namesake = next(listed for listed in SANCTIONED if listed.name == "NWACHUKWU, Adaeze")
        assert born["Adaeze Nwachukwu"] != namesake.born[:4]


def test_lei_records_have_valid_check_digits() -> None:
    records = json.loads(read("lei-records.json"))
    assert all(lei.is_valid(record["LEI"]) for record in records)
    numbers = [record["Entity"]["RegistrationAuthority"].get("RegistrationAuthorityEntityID") for record in records]
    assert numbers.count(None) == 1


def test_there_are_60_cases(messages: list[Json], statements: list[Json]) -> None:
    companies = {statement["declarationSubject"] for statement in statements}
    assert (len(messages), len(companies), len(json.loads(read("lei-records.json")))) == (42, 10, 8)
