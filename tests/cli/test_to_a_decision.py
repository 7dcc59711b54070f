"""Cases from import to a decision, by the command line alone: Ana works on them, Ben is the second pair of eyes."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Caseworker, as_lines

ANA, BEN = "ana.ruiz", "ben.osei"
MESSAGE = {
    "client_id": "C-1",
    "version": "1.0",
    "type": "STANDARD",
    "traitement_type": "KYC",
    "persons": [{"firstname": "Ada", "lastname": "Byron", "birthdate": "1990-12-10", "nationality": "GB"}],
}
DIRECTOR = {"firstname": "Dora", "lastname": "Lind", "birthdate": "1969-07-04", "role_in_company": "Director"}
WHY = "All was seen and found in order."


@dataclass(frozen=True)
class Work:
    """One case, worked with `caseworker exec`."""

    caseworker: Caseworker
    case_id: str

    def answer(self, command: str, actor: str, data: dict[str, Any]) -> dict[str, Any]:
        of_case = {} if "document_requirement_id" in data else {"case_id": self.case_id}
        line = {"command": command, "actor": actor, "data": of_case | data}
        result = self.caseworker("exec", stdin=as_lines(line))
        answer: dict[str, Any] = json.loads(result.stdout)
        assert result.exit_code == (0 if answer["ok"] else 1)
        return answer

    def give(self, command: str, *, by: str = ANA, **data: Any) -> list[str]:
        """The events that followed."""
        answer = self.answer(command, by, data)
        assert answer["ok"], answer
        events: list[str] = answer["events"]
        return events

    def refused(self, command: str, *, by: str = ANA, **data: Any) -> tuple[str, str]:
        """The code and the sentence with which the command was refused."""
        before = self.show()
        answer = self.answer(command, by, data)
        assert not answer["ok"], answer
        assert self.show() == before
        return answer["error"], answer["message"]

    def show(self) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.caseworker("show", self.case_id, "--json").stdout)
        return shown

    def text(self) -> str:
        return self.caseworker("show", self.case_id).stdout

    def move(self, document_type: str, *statuses: str) -> None:
        [document] = [row for row in self.show()["documents"] if row["document_type"] == document_type]
        for status in statuses:
            self.give(
                "UpdateDocumentStatus",
                document_requirement_id=document["document_requirement_id"],
                new_status=status,
            )

    def see_to_all_documents(self) -> None:
        for document in self.show()["documents"]:
            if document["status"] == "AWAITING_UPLOAD":
                self.move(document["document_type"], "UPLOADED", "VERIFIED_MANUAL")

    def approve(self) -> None:
        self.give("ProposeDecision", decision="APPROVE", reason=WHY)
        self.give("ApproveDecision", by=BEN)

    def verify(self) -> None:
        result = self.caseworker("verify")
        assert result.exit_code == 0, result.stdout

    def years_to_the_next_review(self) -> int:
        """From the day of the approval, as the log has it."""
        events = json.loads(self.caseworker("log", self.case_id, "--json").stdout)
        [approved] = [event for event in events if event["event_type"] == "DecisionApproved"]
        day, due = (date.fromisoformat(text[:10]) for text in (approved["timestamp"], self.show()["next_review_on"]))
        assert (due.month, due.day) == (day.month, day.day) or (day.month, day.day) == (2, 29)
        return due.year - day.year


@pytest.fixture
def person(caseworker: Caseworker, tmp_path: Path) -> Work:
    """A KYC case, imported from a message."""
    file = tmp_path / "message.jsonl"
    file.write_bytes(as_lines(MESSAGE))
    assert caseworker("import", file).exit_code == 0
    [case] = json.loads(caseworker("cases", "--json").stdout)
    return Work(caseworker, case["case_id"])


@pytest.fixture
def company(caseworker: Caseworker, real_records: Path) -> Work:
    """The KYB case on Hornsea 1 Limited, imported from the register of people with significant control."""
    assert caseworker("import", real_records / "bods" / "uk" / "07640868.jsonl").exit_code == 0
    cases = json.loads(caseworker("cases", "--json").stdout)
    [case] = [case for case in cases if case["client_id"] == "GB-COH-07640868"]
    return Work(caseworker, case["case_id"])


def test_a_person_is_approved_by_two(person: Work) -> None:
    code, message = person.refused("ProposeDecision", decision="APPROVE", reason=WHY)
    assert code == "not_ready"
    assert message == (
        "The case can't be approved yet: the passport of Ada Byron is AWAITING_UPLOAD;"
        " the proof of address of Ada Byron is AWAITING_UPLOAD."
    )
    assert person.show()["assessment"] == {
        "missing": [
            "the passport of Ada Byron is AWAITING_UPLOAD",
            "the proof of address of Ada Byron is AWAITING_UPLOAD",
        ],
        "risk": {"level": "LOW", "reasons": []},
        "ownership": None,
    }
    assert "Missing for an approval: the passport of Ada Byron is AWAITING_UPLOAD" in person.text()

    person.give("AssignCase", assignee=ANA)
    person.give("SetDueDate", due_date="2030-01-31")
    person.give("TagCase", tag="vip")
    person.give("AddNote", text="Asked by telephone.\nShe calls back.")
    person.give("AwaitClient", reason="The passport has to come.")
    person.move("PASSPORT", "UPLOADED", "VERIFIED_MANUAL")
    person.give("ResumeCase")
    person.give(
        "WaiveDocument",
        document_requirement_id=person.show()["documents"][1]["document_requirement_id"],
        reason="The passport names the address.",
    )
    assert person.show()["assessment"]["missing"] == []

    person.give("ProposeDecision", decision="APPROVE", reason=WHY)
    pending = person.show()
    assert (pending["status"], pending["assignee"], pending["due_date"]) == ("PENDING_APPROVAL", ANA, "2030-01-31")
    assert (pending["proposed_decision"], pending["proposed_by"], pending["proposal_reason"]) == ("APPROVE", ANA, WHY)
    assert f"Proposed by {ANA}: APPROVE, {WHY}" in person.text()
    assert person.refused("ApproveDecision")[0] == "four_eyes"
    assert person.refused("ApproveDecision", by="ANA.Ruiz")[0] == "four_eyes"
    assert person.refused("ApproveDecision", by=BEN, decision="REJECT")[0] == "stale"
    code, message = person.refused("AddPersonToCase", person=DIRECTOR)
    assert code == "forbidden_in_status"
    assert message.endswith("OPEN or AWAITING_CLIENT; return the proposed decision first.")

    assert person.give("ReturnDecision", by=BEN, reason="What about sanctions?") == [
        "DecisionReturned",
        "CaseStatusChanged",
    ]
    returned = person.show()
    assert (returned["status"], returned["proposed_decision"], returned["proposed_by"]) == ("OPEN", None, None)
    assert person.refused("ApproveDecision", by=BEN)[0] == "forbidden_in_status"
    [somebody] = returned["persons"]
    person.give(
        "RecordCheck",
        kind="SANCTIONS",
        outcome="CLEAR",
        evidence="List of today:\nno entry.",
        entity_id=somebody["person_id"],
    )
    person.approve()

    approved = person.show()
    assert (approved["status"], approved["proposed_decision"]) == ("APPROVED", None)
    assert person.years_to_the_next_review() == 5
    [check], [note] = approved["checks"], approved["notes"]
    assert (check["kind"], check["outcome"], check["entity_name"]) == ("SANCTIONS", "CLEAR", "Ada Byron")
    assert (note["text"], note["written_by"]) == ("Asked by telephone.\nShe calls back.", ANA)
    assert approved["tags"] == ["vip"]
    text = person.text()
    for part in ("Due          2030-01-31", "vip", "List of today: no entry.", "She calls back.", "Next review"):
        assert part in text
    person.verify()


def test_a_company_of_the_register_is_approved_by_two(company: Work) -> None:
    linked = company.give("LinkPersonToCompany", person=DIRECTOR)
    assert linked == ["PersonLinkedToCompany", "DocumentRequirementDetermined"]
    assert company.refused("LinkPersonToCompany", person=DIRECTOR)[0] == "person_exists"
    file = company.show()
    [director], company_id = file["persons"], file["company_id"]
    screening = {"kind": "SANCTIONS", "entity_id": director["person_id"]}
    company.give("RecordCheck", **screening, outcome="HIT", evidence="A namesake on the list.")
    company.give("RecordCheck", **screening, outcome="INCONCLUSIVE", evidence="The list has no date of birth.")

    assert company.show()["assessment"]["risk"] == {
        "level": "HIGH",
        "reasons": ["the sanctions check of Dora Lind is a hit (sanctions-hit)"],
    }
    code, message = company.refused("ProposeDecision", decision="APPROVE", reason=WHY)
    assert code == "not_ready"
    for missing in (
        "the registration certificate of HORNSEA 1 LIMITED is AWAITING_UPLOAD",
        "the articles of association of HORNSEA 1 LIMITED is AWAITING_UPLOAD",
        "the passport of Dora Lind is AWAITING_UPLOAD",
        "the sanctions check of Dora Lind is a hit that nobody settled",
    ):
        assert missing in message

    request = {"entity_id": company_id, "document_type": "PROOF_OF_FUNDS", "reason": "The share is large."}
    assert company.give("RequestDocument", **request) == ["DocumentRequirementDetermined"]
    assert company.refused("RequestDocument", **request)[0] == "document_exists"
    company.see_to_all_documents()
    assert company.show()["assessment"]["missing"] == ["the sanctions check of Dora Lind is a hit that nobody settled"]
    company.give("RecordCheck", **screening, outcome="CLEAR", evidence="The passport shows another person.")
    company.give("RateRisk", level="HIGH", reason="Large projects abroad.")

    company.give("ProposeDecision", decision="APPROVE", reason=WHY)
    assert company.refused("ApproveDecision")[0] == "four_eyes"
    company.give("ReturnDecision", by=BEN, reason="Who is above the holding?")
    company.approve()
    approved = company.show()
    assert (approved["status"], approved["risk"]) == ("APPROVED", "HIGH")
    assert company.years_to_the_next_review() == 1
    assert [check["outcome"] for check in approved["checks"]] == ["HIT", "INCONCLUSIVE", "CLEAR"]
    company.verify()


def test_owners_are_corrected_and_what_they_owe_follows(company: Work) -> None:
    person = {"firstname": "Ida", "lastname": "Roth", "birthdate": "1980-01-02"}
    added = company.give("AddBeneficialOwner", owner={"person_details": person, "ownership_percentage": 25})
    assert added == ["BeneficialOwnerAdded", "DocumentRequirementDetermined"]
    owner = company.show()["beneficial_owners"][-1]
    half = {"person_details": person, "ownership_percentage": 50}
    code, message = company.refused("CorrectBeneficialOwner", owner_id=owner["owner_id"], owner=half)
    assert code == "shares_over_100"
    assert "125 %" in message  # the holding has 75 at least
    screening = {"kind": "PEP", "entity_id": owner["person_id"], "evidence": "The public list."}
    company.give("RecordCheck", outcome="HIT", **screening)
    assert company.refused("RemoveBeneficialOwner", owner_id="nobody", reason="Never was.")[0] == "unknown_owner"
    removed = company.give("RemoveBeneficialOwner", owner_id=owner["owner_id"], reason="Entered by mistake.")
    assert removed == ["BeneficialOwnerRemoved", "DocumentStatusUpdated"]
    assert company.show()["documents"][-1]["status"] == "NOT_APPLICABLE"
    hit = "the PEP check of Ida Roth is a hit that nobody settled"
    assert hit in company.show()["assessment"]["missing"]
    company.give("RecordCheck", outcome="NOT_APPLICABLE", **screening)
    assert hit not in company.show()["assessment"]["missing"]
    company.verify()


def test_beneficial_owners_are_confirmed(company: Work) -> None:
    """Nobody but companies own Hornsea 1 Limited: the director stands in, until somebody is found at the top."""
    company.give("LinkPersonToCompany", person=DIRECTOR)
    ownership = company.show()["assessment"]["ownership"]
    assert (ownership["threshold"], ownership["candidates"], ownership["confirmed"]) == (25, [], None)
    figures = ("depth", "name", "effective_minimum", "effective_maximum", "ended_on")
    assert [[branch[figure] for figure in figures] for branch in ownership["tree"][:4]] == [
        [1, "HORNSEA 1 HOLDINGS LIMITED", 75, 100, None],
        [2, "HORNSEA 1 PSC LIMITED", 18.75, 50, None],
        [3, "ORSTED UK HOW01 HOLDINGS LIMITED", 14.0625, 50, None],
        [3, "ORSTED POWER (UK) LIMITED", None, None, "2024-11-30"],
    ]
    top = ownership["tree"][2]
    assert {doubt["code"] for doubt in ownership["doubts"]} == {"owners_unknown", "ended"}
    [official] = ownership["officials"]
    assert company.refused("ConfirmBeneficialOwners")[0] == "nobody_confirmed"
    assert company.refused("ConfirmBeneficialOwners", owner_ids=[top["owner_id"]])[0] == "not_a_person"
    stands_in = {"senior_managing_official": official["person_id"]}
    assert company.give("ConfirmBeneficialOwners", **stands_in) == ["BeneficialOwnersConfirmed"]
    assert "Confirmed: nobody; senior managing official is Dora Lind." in company.text()

    ida = {"person_details": {"firstname": "Ida", "lastname": "Roth", "birthdate": "1980-01-02"}}
    above = ida | {"held_in": top["party"], "ownership_percentage": 60}
    company.give("AddBeneficialOwner", owner=above)
    [found] = company.show()["assessment"]["ownership"]["candidates"]
    # 60 % of 14.0625 to 50 %
    assert (found["minimum"], found["maximum"], found["over"]) == (8.4375, 30, "possibly")
    assert company.show()["assessment"]["ownership"]["confirmed"]["outdated"]
    text = company.text()
    [line] = [line for line in text.splitlines() if line.endswith("└─ Ida Roth")]
    assert line.startswith("  60 %           8.44 to 30 %      ")
    # and 60 % of 75 to 100 % of 25 to 50 % of Holdings, which has more than half of the company
    assert (
        "◐ Ida Roth, possibly: 8.44 to 30 % in all; possibly 11.25 to 30 % of HORNSEA 1 HOLDINGS LIMITED,"
        " which controls the company\n"
    ) in text
    code, message = company.refused("ConfirmBeneficialOwners", owner_ids=found["owner_ids"])
    assert (code, message) == (
        "reason_needed",
        "Say in reason why: as beneficial owners the rules find possibly Ida Roth.",
    )
    company.give("ConfirmBeneficialOwners", owner_ids=found["owner_ids"], reason="She says so herself.")
    assert [owner["name"] for owner in company.show()["beneficial_owners"] if owner["is_ubo"]] == ["Ida Roth"]
    company.verify()


@pytest.mark.parametrize(("level", "years"), [("LOW", 5), ("MEDIUM", 3), ("HIGH", 1)])
def test_the_next_review_follows_the_rated_risk(level: str, years: int, person: Work) -> None:
    person.see_to_all_documents()
    person.give("RateRisk", level=level, reason="As I see it.")
    person.approve()
    assert person.years_to_the_next_review() == years


def test_an_approval_without_a_rating_takes_the_risk_that_the_rules_propose(person: Work) -> None:
    person.see_to_all_documents()
    person.give("RecordCheck", kind="PEP", outcome="HIT", evidence="A minister.")
    person.give("RecordCheck", kind="PEP", outcome="NOT_APPLICABLE", evidence="Another one of that name.")
    person.approve()
    assert person.show()["risk"] is None
    assert person.years_to_the_next_review() == 5  # a settled hit is none


def test_a_case_is_rejected_by_two_and_reopened(person: Work) -> None:
    person.give("ProposeDecision", decision="REJECT", reason="The client does not answer.")
    assert person.refused("ApproveDecision")[0] == "four_eyes"
    assert person.give("ApproveDecision", by=BEN, decision="REJECT") == ["DecisionApproved", "CaseStatusChanged"]
    rejected = person.show()
    assert (rejected["status"], rejected["next_review_on"]) == ("REJECTED", None)
    code, message = person.refused("RateRisk", level="LOW", reason="After all.")
    assert code == "forbidden_in_status"
    assert message.endswith("; reopen it first.")
    person.give("AddNote", text="The client wrote after all.")
    person.give("ReopenCase", by=BEN, reason="The client answered.")
    assert person.show()["status"] == "OPEN"
    person.see_to_all_documents()
    person.approve()
    assert person.show()["status"] == "APPROVED"
    person.verify()


def test_a_proposed_case_can_be_withdrawn_and_reopened(person: Work) -> None:
    person.give("ProposeDecision", decision="REJECT", reason="The client does not answer.")
    assert person.give("WithdrawCase", reason="The client left.") == ["CaseStatusChanged"]
    withdrawn = person.show()
    assert (withdrawn["status"], withdrawn["proposed_decision"], withdrawn["proposed_by"]) == ("WITHDRAWN", None, None)
    assert person.refused("ApproveDecision", by=BEN)[0] == "forbidden_in_status"
    assert person.refused("SetDueDate", due_date="2030-01-31")[0] == "forbidden_in_status"
    person.give("ReopenCase", reason="The client came back.")
    assert person.refused("ReopenCase", reason="The client came back.")[0] == "forbidden_in_status"
    assert person.show()["status"] == "OPEN"
    person.verify()


@pytest.mark.parametrize(
    ("command", "data"),
    [
        ("UnassignCase", {}),
        ("SetDueDate", {"due_date": None}),
        ("UntagCase", {"tag": "vip"}),
    ],
)
def test_what_changes_nothing_is_refused(command: str, data: dict[str, Any], person: Work) -> None:
    assert person.refused(command, **data)[0] == "nothing_changes"


def test_a_person_has_no_company(person: Work) -> None:
    assert person.refused("LinkPersonToCompany", person=DIRECTOR)[0] == "no_company"
    assert person.refused("RequestDocument", entity_id="x", document_type="PASSPORT", reason="why")[0] == (
        "unknown_entity"
    )


def test_a_case_of_a_newer_version_is_shown_but_not_assessed(person: Work, database: Path) -> None:
    person.give("AddNote", text="Nothing yet.")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET payload_model_name = 'NoteAdded.v99' WHERE event_type = 'NoteAdded'")
    assert person.show()["assessment"] is None
    assert "upgrade" in person.text()
    assert person.refused("AddNote", text="Another one.")[0] == "newer_event"


@pytest.mark.parametrize(
    ("command", "data", "form"),
    [
        ("TagCase", {"tag": "Vip"}, "small letters"),
        ("RequestDocument", {"entity_id": "x", "document_type": "passport", "reason": "why"}, "capitals"),
        ("RemoveBeneficialOwner", {"owner_id": "an owner", "reason": "why"}, "without spaces"),
    ],
)
def test_a_wrong_form_is_told_in_words(command: str, data: dict[str, Any], form: str, person: Work) -> None:
    code, message = person.refused(command, **data)
    assert code == "invalid_command"
    assert form in message


def test_the_queue_says_who_has_a_case_and_until_when(person: Work) -> None:
    person.give("AssignCase", assignee=BEN)
    person.give("SetDueDate", due_date="2030-01-31")
    heading, line = person.caseworker("cases").stdout.splitlines()
    for name, value in (("ASSIGNEE", BEN), ("DUE", "2030-01-31")):
        assert line[heading.index(name) :].startswith(f"{value}  ")
