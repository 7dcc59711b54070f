"""Documents across cases: the one that a person names, its files, and what expires."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from store.domain import commands as c
from store.domain.refusals import Refusal
from store.domain.statuses import CaseStatus, Decision, DocumentStatus, RejectionReason
from store.engine.case_store import CaseStore, Receipt
from store.queries import documents as queries
from store.queries.documents import expiring, find_document, find_file
from tests.domain.examples import ANA, BEN, DIRECTOR, kyb, kyc
from tests.store.stores import connection_of, documents, rows

NewCase = Callable[..., Receipt]


def reference(store: CaseStore, case_id: str) -> str:
    ((found,),) = rows(connection_of(store), "SELECT reference FROM cases WHERE case_id = ?", (case_id,))
    return str(found)


def found(store: CaseStore, named: str) -> str:
    """The id of the document that is named so."""
    return store.query(find_document, named).document_requirement_id


def refused(store: CaseStore, query: Callable[..., object], named: str, code: str, *words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        store.query(query, named)
    assert refusal.value.code == code
    for word in words:
        assert word in refusal.value.sentence


def attach(store: CaseStore, document_requirement_id: str, sha256: str, **more: Any) -> None:
    command = c.AttachFile(
        document_requirement_id=document_requirement_id,
        sha256=sha256,
        size=7,
        media_type="image/png",
        file_name=f"{sha256[:2]}.png",
        **more,
    )
    store.execute(command, actor="ana")


class TestFindingADocument:
    def test_by_its_id(self, store: CaseStore, new_case: NewCase) -> None:
        passport, _ = documents(store, new_case().case_id)
        assert (
            store.query(find_document, passport.document_requirement_id.upper()).document_requirement_id
            == passport.document_requirement_id
        )
        refused(store, find_document, "nothing", "unknown_document")

    @pytest.mark.parametrize("kind", ["PROOF_OF_ADDRESS", "proof_of_address", "proof of address", " Proof of Address "])
    def test_by_its_case_and_type(self, store: CaseStore, new_case: NewCase, kind: str) -> None:
        case_id = new_case().case_id
        _, address = documents(store, case_id)
        for case in (case_id, reference(store, case_id), reference(store, case_id).lower().replace("-", "")):
            assert found(store, f"{case}/{kind}") == address.document_requirement_id

    def test_by_what_people_call_it(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case(kyb(DIRECTOR)).case_id
        (passport,) = [d for d in documents(store, case_id) if d.document_type == "PASSPORT_DIRECTOR_BO"]
        assert (
            store.query(find_document, f"{case_id}/passport").document_requirement_id
            == passport.document_requirement_id
        )

    def test_by_a_name_where_several_are_asked(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case(kyc(ANA, BEN)).case_id
        of_ben = next(d for d in documents(store, case_id) if d.entity_name == "Ben Okoro")
        assert (
            store.query(find_document, f"{case_id}/passport/okoro").document_requirement_id
            == of_ben.document_requirement_id
        )
        both = "the passport of Ana Ruiz and the passport of Ben Okoro"
        refused(store, find_document, f"{case_id}/passport", "ambiguous_document", f"stands for {both}:")

    def test_by_a_whole_name_that_another_name_holds(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case(kyc(ANA.model_copy(update={"lastname": "Ruiz Soler"}), ANA)).case_id
        of_ana = next(d for d in documents(store, case_id) if d.entity_name == "Ana Ruiz")
        assert (
            store.query(find_document, f"{case_id}/passport/ana ruiz").document_requirement_id
            == of_ana.document_requirement_id
        )

    def test_that_is_not_asked_for(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        refused(store, find_document, f"{case_id}/selfie", "unknown_document", "‘selfie’", "PASSPORT of Ana Ruiz")
        refused(store, find_document, "7F3-QK2-M9X/passport", "unknown_case")


class TestFindingAFile:
    @pytest.fixture
    def case_id(self, store: CaseStore, new_case: NewCase) -> str:
        case_id = new_case().case_id
        passport, address = documents(store, case_id)
        attach(store, passport.document_requirement_id, "aaaaaa00" * 8)
        attach(store, passport.document_requirement_id, "aaaaaa11" * 8)
        attach(store, address.document_requirement_id, "aaaaaa11" * 8)
        return case_id

    def test_by_digits_of_its_content(self, store: CaseStore, case_id: str) -> None:
        assert store.query(find_file, "AAAAAA0").sha256 == "aaaaaa00" * 8
        assert store.query(find_file, "aaaaaa11" * 8).file_name == "aa.png"
        refused(store, find_file, "aaaaaa", "ambiguous_file")
        refused(store, find_file, "bbbbbb", "unknown_file")

    def test_by_its_document_whose_newest_it_is(self, store: CaseStore, case_id: str) -> None:
        assert store.query(find_file, f"{case_id}/passport").sha256 == "aaaaaa11" * 8
        passport, _ = documents(store, case_id)
        assert store.query(find_file, passport.document_requirement_id).sha256 == "aaaaaa11" * 8

    def test_of_a_document_without_one(self, store: CaseStore, new_case: NewCase) -> None:
        refused(store, find_file, f"{new_case().case_id}/passport", "unknown_file", "caseworker show")


class TestWhatExpires:
    def at_hand(self, store: CaseStore, case_id: str, day: str) -> str:
        """The passport of a case, uploaded and valid through this day."""
        passport = documents(store, case_id)[0].document_requirement_id
        attach(store, passport, "ab" * 32, expires_on=day)
        return passport

    def expiring(self, store: CaseStore, until: str = "2026-02-01") -> list[str]:
        return [row.expires_on for row in store.query(lambda db: list(expiring(db, date.fromisoformat(until))))]

    def test_is_listed_the_earliest_first_up_to_that_day(self, store: CaseStore, new_case: NewCase) -> None:
        for day in ("2026-02-01", "2019-05-02", "2026-02-02", "2026-01-15"):
            self.at_hand(store, new_case().case_id, day)
        assert self.expiring(store) == ["2019-05-02", "2026-01-15", "2026-02-01"]

    def test_says_what_of_whom_in_which_case(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        passport = self.at_hand(store, case_id, "2026-01-15")
        store.execute(c.AssignCase(case_id=case_id, assignee="ben"))
        (row,) = store.query(lambda db: list(expiring(db, date(2026, 2, 1))))
        document = documents(store, case_id)[0]
        assert row == queries.ExpiringRow(
            expires_on="2026-01-15",
            document_requirement_id=passport,
            document_type="PASSPORT",
            entity_id=document.entity_id,
            entity_name="Ana Ruiz",
            status=DocumentStatus.UPLOADED,
            case_id=case_id,
            reference=reference(store, case_id),
            name="Ana Ruiz",
            case_status=CaseStatus.OPEN,
            assignee="ben",
            is_required=True,
        )

    def test_is_nothing_that_is_waited_for_rejected_or_waived(self, store: CaseStore, new_case: NewCase) -> None:
        of_case = documents(store, new_case().case_id)[0].document_requirement_id
        store.execute(c.SetDocumentExpiry(document_requirement_id=of_case, expires_on="2026-01-15"))
        rejected = self.at_hand(store, new_case().case_id, "2026-01-16")
        store.execute(
            c.UpdateDocumentStatus(
                document_requirement_id=rejected,
                new_status=DocumentStatus.REJECTED,
                reason_code=RejectionReason.EXPIRED,
            )
        )
        waived = self.at_hand(store, new_case().case_id, "2026-01-17")
        store.execute(c.WaiveDocument(document_requirement_id=waived, reason="seen in person"))
        assert self.expiring(store) == []

    def test_is_of_no_case_that_was_rejected_or_withdrawn(self, store: CaseStore, new_case: NewCase) -> None:
        withdrawn, rejected, proposed = (new_case().case_id for _ in range(3))
        for day, case_id in (("2026-01-15", withdrawn), ("2026-01-16", rejected), ("2026-01-17", proposed)):
            self.at_hand(store, case_id, day)
        store.execute(c.WithdrawCase(case_id=withdrawn, reason="went elsewhere"))
        for case_id in (rejected, proposed):
            reject = c.ProposeDecision(case_id=case_id, decision=Decision.REJECT, reason="nothing adds up here")
            store.execute(reject, actor="ana")
        store.execute(c.ApproveDecision(case_id=rejected), actor="ben")
        assert self.expiring(store) == ["2026-01-17"]

    def test_is_found_by_an_index(self, store: CaseStore) -> None:
        plan = rows(connection_of(store), f"EXPLAIN QUERY PLAN {queries._EXPIRING}", ("2026-02-01",))
        steps = [detail for *_, detail in plan]
        assert "USING INDEX required_documents_by_expiry" in steps[0]
        assert not any("SCAN" in step or "TEMP B-TREE" in step for step in steps), steps
