"""A case to which everything has been done, as the read tables, the timeline and the assessment show it."""

from collections.abc import Callable

import pytest

from store.domain import commands as c
from store.domain.statuses import CheckKind, CheckOutcome, Decision, RiskLevel
from store.engine.case_store import CaseStore, Receipt
from store.queries.assessment import assessment
from store.queries.case_file import CaseFileView, case_file
from store.queries.queue import QueueRow, queue_row
from store.queries.timeline import timeline
from tests.domain.examples import ANA, BEN, DIRECTOR, kyb, kyc, owner
from tests.store.stores import START, a_case_with_everything, documents, findings

NewCase = Callable[..., Receipt]


@pytest.fixture
def case_id(store: CaseStore) -> str:
    return a_case_with_everything(store)


@pytest.fixture
def view(store: CaseStore, case_id: str) -> CaseFileView:
    return store.query(case_file, case_id)


def row_of(store: CaseStore, case_id: str) -> QueueRow:
    row = store.query(queue_row, case_id)
    assert row is not None
    return row


class TestTheCase:
    def test_shows_who_has_it_by_when_and_what_was_decided(self, view: CaseFileView) -> None:
        row = view.case
        assert (row.status, row.name, row.assignee, row.due_date) == ("OPEN", "Acme Works Ltd", "ana", "2026-12-24")
        assert (row.risk, row.next_review_on) == ("MEDIUM", "2029-01-02")
        assert (row.proposed_decision, row.proposed_by, row.proposal_reason) == (None, None, None)
        assert (row.documents_required, row.documents_done, row.documents_rejected) == (5, 5, 0)
        assert row.last_event_type == "CaseStatusChanged"

    def test_a_proposal_is_shown_while_it_waits(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        propose = c.ProposeDecision(case_id=case_id, decision=Decision.REJECT, reason="nothing adds up here")
        store.execute(propose, actor="ben")
        row = row_of(store, case_id)
        assert (row.status, row.proposed_decision, row.proposed_by) == ("PENDING_APPROVAL", "REJECT", "ben")
        assert row.proposal_reason == "nothing adds up here"
        store.execute(c.ApproveDecision(case_id=case_id), actor="ana")
        row = row_of(store, case_id)
        assert (row.status, row.proposed_decision, row.next_review_on) == ("REJECTED", None, None)

    def test_what_is_set_can_be_taken_away(self, store: CaseStore, case_id: str) -> None:
        store.execute(c.UnassignCase(case_id=case_id))
        store.execute(c.SetDueDate(case_id=case_id, due_date=None))
        row = row_of(store, case_id)
        assert (row.assignee, row.due_date) == (None, None)


class TestWhatBelongsToIt:
    def test_checks(self, view: CaseFileView) -> None:
        assert [(it.kind, it.outcome, it.entity_name, it.evidence, it.recorded_by) for it in view.checks] == [
            ("PEP", "HIT", "Ana Ruiz", "a list", "ana"),
            ("PEP", "CLEAR", "Ana Ruiz", "a namesake", "ben"),
            ("PEP", "HIT", "Ana Ruiz", "a list", "ana"),
            ("PEP", "CLEAR", "Ana Ruiz", "born elsewhere", "ana"),
            ("SANCTIONS", "CLEAR", "Acme Holding BV", "nobody", "ana"),
        ]
        assert [it.screening and (it.screening.list_name, it.screening.entry) for it in view.checks] == [
            None,
            None,
            ("peps", ("peps", "NK-1")),
            ("peps", ("peps", "NK-1")),
            ("eu-list", None),
        ]

    def test_notes_and_tags(self, view: CaseFileView) -> None:
        assert [(it.text, it.written_by) for it in view.notes] == [("They called.\nThey will write.", "ana")]
        assert view.tags == ("vip",)

    def test_a_tag_that_comes_back(self, store: CaseStore, case_id: str) -> None:
        store.execute(c.TagCase(case_id=case_id, tag="old-client"))
        assert store.query(case_file, case_id).tags == ("old-client", "vip")
        assert findings(store) == []

    def test_owners_as_corrected_without_those_removed(self, view: CaseFileView) -> None:
        (ana,) = view.beneficial_owners
        assert (ana.name, ana.share_minimum, ana.share_maximum) == ("Ana Ruiz", 40.0, 40.0)

    def test_documents_have_the_name_of_today(self, view: CaseFileView) -> None:
        assert view.company is not None
        assert view.company.registered_name == "Acme Works Ltd"
        names = {it.entity_name for it in view.documents}
        assert names == {"Acme Works Ltd", "Dora Lind", "Ana Ruiz", "Ben Okoro"}

    def test_a_corrected_owner_s_documents_have_the_name_of_today(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case(kyb(DIRECTOR, owners=(owner(ANA),))).case_id
        (before,) = store.query(case_file, case_id).beneficial_owners
        anna = owner(ANA.model_copy(update={"firstname": "Anna"}))
        store.execute(c.CorrectBeneficialOwner(case_id=case_id, owner_id=before.owner_id, owner=anna))
        (after,) = store.query(case_file, case_id).beneficial_owners
        assert (after.name, after.person_id) == ("Anna Ruiz", before.person_id)
        passport = documents(store, case_id)[-1]
        assert (passport.entity_name, passport.status) == ("Anna Ruiz", "AWAITING_UPLOAD")
        assess = store.query(assessment, case_id, store.rules, START.date())
        assert assess is not None
        assert "the passport of Anna Ruiz is AWAITING_UPLOAD" in assess.missing

    def test_a_removed_owner_s_documents_are_done_with(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case(kyb(DIRECTOR, owners=(owner(ANA),))).case_id
        (ana,) = store.query(case_file, case_id).beneficial_owners
        store.execute(c.RemoveBeneficialOwner(case_id=case_id, owner_id=ana.owner_id, reason="sold in May"))
        view = store.query(case_file, case_id)
        assert view.beneficial_owners == ()
        assert (view.documents[-1].status, view.documents[-1].reason) == ("NOT_APPLICABLE", "Ana Ruiz left the case")
        assert (view.case.documents_required, view.case.documents_done) == (4, 1)

    def test_an_owner_who_becomes_a_director_has_one_passport(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case(kyb(owners=(owner(BEN),))).case_id
        director = BEN.model_copy(update={"role_in_company": "Director"})
        store.execute(c.LinkPersonToCompany(case_id=case_id, person=director))
        view = store.query(case_file, case_id)
        assert view.persons[0].person_id == view.beneficial_owners[0].person_id
        assert [it.entity_name for it in view.documents].count("Ben Okoro") == 1


def test_the_timeline_tells_it_all(store: CaseStore, case_id: str) -> None:
    entries = reversed(store.query(timeline, case_id))
    told = [f"{entry.actor} {sentence}" for entry in entries for sentence in entry.sentences]
    start = next(i for i, sentence in enumerate(told) if "assigned the case" in sentence)
    assert [sentence for sentence in told[start:] if "waived" not in sentence] == [
        "ana assigned the case to ana",
        "ana set the due date to 2026-12-24",
        "ana tagged the case vip",
        "ana tagged the case old-client",
        "ana noted: They called. They will write.",
        "ana added Ben Okoro",
        "ana asked for the passport of Ben Okoro",
        "ana updated the profile of Acme Works Ltd",
        "ana recorded the PEP check of Ana Ruiz: hit",
        "ben recorded the PEP check of Ana Ruiz: clear",
        "ana recorded the PEP check of Ana Ruiz against Anna RUIS (NK-1 of peps): hit",
        "ana recorded the PEP check of Ana Ruiz against Anna RUIS (NK-1 of peps): clear",
        "ana recorded the sanctions check of Acme Holding BV against eu-list: clear",
        "ana corrected the owner Ana Ruiz",
        "ana confirmed Ana Ruiz as beneficial owner (proposed: Ana Ruiz certainly)",
        "ana removed the owner Acme Holding BV: sold in May",
        "ana rated the risk medium: new to us (proposed: low)",
        "ana attached scan.pdf to the registration certificate of Acme Works Ltd",
        "ana noted that the registration certificate of Acme Works Ltd expires on 2031-05-02",
        "ana took in the registration certificate of Acme Works Ltd",
        "ana noted that the registration certificate of Acme Works Ltd expires on 2032-05-02",
        "ana took the tag old-client away",
        "ana pinned the case",
        "ana took the pin off the case",
        "ana moved the case from open to awaiting client: one page is missing",
        "ana moved the case from awaiting client to open",
        "ana proposed to approve the case: all of it fits together",
        "ben returned the proposal of ana to approve: say more about the owner",
        "ben moved the case from pending approval to open: say more about the owner",
        "ana proposed to approve the case: all of it fits, the owner too",
        "ben approved the proposal of ana to approve; next review on 2029-01-02",
        "ben moved the case from pending approval to approved: all of it fits, the owner too",
        "ana moved the case from approved to open: one more look",
    ]
    waived = [sentence for sentence in told if "waived" in sentence]
    assert waived[0] == "ana waived the registration certificate of Acme Works Ltd: seen in person"


class TestTheAssessment:
    def test_says_what_is_missing_and_which_risk_the_rules_propose(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case(kyc()).case_id
        hit = c.RecordCheck(case_id=case_id, kind=CheckKind.SANCTIONS, outcome=CheckOutcome.HIT, evidence="a list")
        store.execute(hit)
        found = store.query(assessment, case_id, store.rules, START.date())
        assert found is not None
        assert found.missing == (
            "the passport of Ana Ruiz is AWAITING_UPLOAD",
            "the proof of address of Ana Ruiz is AWAITING_UPLOAD",
            "the sanctions check of the case is a hit that nobody settled",
        )
        assert found.risk.level is RiskLevel.HIGH
        assert found.risk.reasons == ("the sanctions check of the case is a hit (sanctions-hit)",)

    def test_nothing_is_missing_of_a_case_that_was_approved(self, store: CaseStore, case_id: str) -> None:
        found = store.query(assessment, case_id, store.rules, START.date())
        assert found is not None
        assert (found.missing, found.risk.level, found.risk.reasons) == ((), RiskLevel.LOW, ())
