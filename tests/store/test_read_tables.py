"""What each event does to the read tables, and what the queries make of them."""

from collections.abc import Callable
from typing import Any

import pytest

from store.domain.casework.opening import case_id_of_new_case
from store.domain.commands import DetermineInitialDocumentRequirements, UpdateDocumentStatus
from store.domain.identifiers import case_reference
from store.domain.notification_rules import NotificationRule
from store.domain.refusals import Refusal
from store.domain.rules import Rules
from store.domain.statuses import DocumentStatus, RejectionReason
from store.domain.values import Directness, Interest, PersonData, Share
from store.engine.case_store import CaseStore, Receipt
from store.queries.case_file import case_file, find_case
from store.queries.query_language import EVERYTHING
from store.queries.queue import data_version, queue_length, queue_page, queue_place, queue_row, whole_queue
from store.queries.timeline import timeline
from tests.domain.examples import ACME, ANA, BEN, DIRECTOR, HOLDING, NOBODY, kyb, kyc, owner
from tests.store.stores import connection_of, documents, findings, open_store, rows, take_in

NewCase = Callable[..., Receipt]


def move(store: CaseStore, case_id: str, new_status: DocumentStatus, **more: Any) -> Receipt:
    """The first document of the case goes to another status."""
    document = documents(store, case_id)[0].document_requirement_id
    actor = more.pop("actor", "ana")
    return store.execute(
        UpdateDocumentStatus(document_requirement_id=document, new_status=new_status, **more), actor=actor
    )


class TestQueue:
    def test_a_new_case(self, store: CaseStore, new_case: NewCase) -> None:
        receipt = new_case(kyb(DIRECTOR, case_type="enhanced-due-diligence"))
        row = store.query(queue_row, receipt.case_id)
        assert row is not None
        assert (row.reference, row.client_id, row.traitement_type, row.case_type, row.status, row.name) == (
            case_reference(receipt.case_id),
            "C-2",
            "KYB",
            "enhanced-due-diligence",
            "OPEN",
            "Acme Werke GmbH",
        )
        assert (row.documents_required, row.documents_done, row.documents_rejected) == (4, 0, 0)
        assert (row.created_at, row.updated_at, row.updated_by) == (row.created_at, row.created_at, "ana")

    def test_counts_follow_a_document_through_its_statuses(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        counts = []
        for new_status, reason in (
            (DocumentStatus.UPLOADED, {}),
            (DocumentStatus.REJECTED, {"reason_code": RejectionReason.BAD_IMAGE}),
            (DocumentStatus.UPLOADED, {}),
            (DocumentStatus.VERIFIED_SYSTEM, {}),
            (DocumentStatus.VERIFIED_MANUAL, {}),
            (DocumentStatus.REJECTED, {"reason_code": RejectionReason.EXPIRED}),
            (DocumentStatus.NOT_APPLICABLE, {"reason": "waived"}),
            (DocumentStatus.AWAITING_UPLOAD, {"reason": "asked for after all"}),
        ):
            move(store, case_id, new_status, **reason)
            row = store.query(queue_row, case_id)
            assert row is not None
            counts.append((row.documents_required, row.documents_done, row.documents_rejected))
        assert counts == [
            (2, 0, 0), (2, 0, 1), (2, 0, 0), (2, 1, 0), (2, 1, 0), (2, 0, 1), (2, 1, 0), (2, 0, 0),
        ]  # fmt: skip

    def test_who_changed_a_case_last_and_how(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        move(store, case_id, DocumentStatus.UPLOADED, actor="ben")
        row = store.query(queue_row, case_id)
        assert row is not None
        assert (row.updated_by, row.last_event_type) == ("ben", "DocumentStatusUpdated")
        assert row.updated_at > row.created_at

    def test_the_oldest_case_comes_first_and_pages_join_up(self, store: CaseStore, new_case: NewCase) -> None:
        ids = [new_case().case_id for _ in range(5)]
        take_in(store, ids[0])
        assert [row.case_id for row in store.query(queue_page)] == ids
        pages = [store.query(queue_page, offset=offset, limit=2) for offset in (0, 2, 4)]
        assert [row.case_id for page in pages for row in page] == ids
        assert list(store.query(whole_queue)) == store.query(queue_page)
        assert [store.query(queue_place, EVERYTHING, case_id) for case_id in ids] == [0, 1, 2, 3, 4]
        assert store.query(queue_length) == 5
        assert store.query(queue_row, "nothing") is None

    def test_data_version_tells_what_others_wrote(self, store: CaseStore, new_case: NewCase) -> None:
        before = store.query(data_version)
        new_case()
        assert store.query(data_version) == before, "one's own writes are known"
        with open_store(store.path) as other:
            other.execute(kyc())
        assert store.query(data_version) != before


class TestCaseFile:
    def test_a_company_with_its_people_and_owners(self, store: CaseStore, new_case: NewCase) -> None:
        view = store.query(case_file, new_case(kyb(DIRECTOR, BEN, owners=(owner(DIRECTOR), HOLDING, NOBODY))).case_id)
        assert view.company is not None
        assert (view.company.registered_name, view.company.city, view.company.country) == (
            "Acme Werke GmbH",
            "Köln",
            "DE",
        )
        assert view.company.company_id == view.case.company_id
        assert [(person.firstname, person.company_id) for person in view.persons] == [
            ("Dora", view.company.company_id),
            ("Ben", None),
        ]
        assert [(o.kind, o.name, o.person_id) for o in view.beneficial_owners] == [
            ("person", "Dora Lind", view.persons[0].person_id),
            ("entity", "Acme Holding BV", None),
            ("unspecified", "not named: subject exempt from disclosure", None),
        ]

    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ({"ownership_percentage": 33.3}, (33.3, 33.3)),
            ({"ownership_percentage": 0}, (0.0, 0.0)),
            ({"share": Share(minimum=25, maximum=50)}, (25.0, 50.0)),
            ({"share": Share(minimum=75)}, (75.0, None)),
            ({}, (None, None)),
        ],
    )
    def test_a_share_as_it_is_known(
        self, store: CaseStore, new_case: NewCase, given: dict[str, Any], shown: tuple[float | None, float | None]
    ) -> None:
        view = store.query(case_file, new_case(kyb(owners=(owner(ANA, **given),))).case_id)
        (row,) = view.beneficial_owners
        assert (row.share_minimum, row.share_maximum) == shown

    def test_all_that_is_known_of_an_owner(self, store: CaseStore, new_case: NewCase) -> None:
        interest = Interest(type="shareholding", directness=Directness.DIRECT, share=Share(exact=30), started_on="2020")
        full = owner(
            ANA, is_ubo=True, types_of_control=("voting rights",), interests=(interest,), directness=Directness.DIRECT
        )
        (row,) = store.query(case_file, new_case(kyb(owners=(full,))).case_id).beneficial_owners
        assert (row.is_ubo, row.directness, row.types_of_control) == (True, "direct", ("voting rights",))
        assert row.interests == (interest.model_dump(mode="json", exclude_none=True),)
        assert (row.birthdate, row.country) == ("1980-02-29", "ES")

    def test_documents_with_the_rule_that_asks(self, store: CaseStore, new_case: NewCase) -> None:
        passport, address = store.query(case_file, new_case().case_id).documents
        assert (passport.document_type, passport.status, passport.is_required) == ("PASSPORT", "AWAITING_UPLOAD", True)
        assert passport.rule.startswith("Every person in a KYC case proves who they are")
        assert address.document_type == "PROOF_OF_ADDRESS"

    def test_metadata_is_merged_and_null_takes_a_key_away(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        move(
            store, case_id, DocumentStatus.UPLOADED, metadata={"pages": 2, "scan": {"dpi": 300, "ok": True}, "by": "é"}
        )
        move(
            store, case_id, DocumentStatus.VERIFIED_SYSTEM, metadata={"scan": {"dpi": None}, "by": None, "tags": [None]}
        )
        move(store, case_id, DocumentStatus.VERIFIED_MANUAL)
        assert documents(store, case_id)[0].metadata == {"pages": 2, "scan": {"ok": True}, "tags": [None]}
        assert findings(store) == []

    def test_a_reason_is_that_of_the_last_move(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        move(store, case_id, DocumentStatus.UPLOADED)
        move(store, case_id, DocumentStatus.REJECTED, reason_code=RejectionReason.EXPIRED, reason="in May")
        assert (documents(store, case_id)[0].reason_code, documents(store, case_id)[0].reason) == ("EXPIRED", "in May")
        move(store, case_id, DocumentStatus.UPLOADED)
        assert (documents(store, case_id)[0].reason_code, documents(store, case_id)[0].reason) == (None, None)

    def test_the_head_is_the_newest_commit(self, store: CaseStore, new_case: NewCase) -> None:
        opened = new_case()
        assert store.query(case_file, opened.case_id).head == opened.commit_id
        asked = store.execute(DetermineInitialDocumentRequirements(case_id=opened.case_id))
        assert store.query(case_file, opened.case_id).head == asked.commit_id

    def test_refused_with_unknown_case(self, store: CaseStore) -> None:
        with pytest.raises(Refusal) as refused:
            store.query(case_file, "nothing")
        assert refused.value.code == "unknown_case"


class TestFindingACase:
    def test_by_its_id_or_reference_typed_in_any_way(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        reference = case_reference(case_id)
        for typed in (
            case_id,
            case_id.upper(),
            reference,
            reference.lower(),
            reference.replace("-", ""),
            f" {reference} ",
        ):
            assert store.query(find_case, typed) == case_id

    @pytest.mark.parametrize("typed", ["", " ", "nothing", "7F3-QK2-M9X", "x" * 10_000, "\udcff", "a\x00b", "%", "'"])
    def test_refused_with_unknown_case(self, store: CaseStore, new_case: NewCase, typed: str) -> None:
        new_case()
        with pytest.raises(Refusal) as refused:
            store.query(find_case, typed)
        assert refused.value.code == "unknown_case"
        refused.value.sentence.encode()

    def test_refused_with_ambiguous_case_when_two_share_a_reference(self, store: CaseStore, new_case: NewCase) -> None:
        first, second = new_case().case_id, new_case().case_id
        connection_of(store).execute("UPDATE cases SET reference = ?", [case_reference(first)])
        with pytest.raises(Refusal, match="name the case by its id") as refused:
            store.query(find_case, case_reference(first))
        assert refused.value.code == "ambiguous_case"
        assert first in refused.value.sentence
        assert second in refused.value.sentence


class TestTimeline:
    def test_what_happened_newest_first_in_sentences(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case(command_id="one").case_id
        move(store, case_id, DocumentStatus.UPLOADED, actor="ben")
        move(store, case_id, DocumentStatus.REJECTED, reason_code=RejectionReason.PAGE_MISSING, reason="page 2")
        assert [(entry.version, entry.actor, *entry.sentences) for entry in store.query(timeline, case_id)] == [
            (3, "ana", "rejected the passport of Ana Ruiz: a page is missing; page 2"),
            (2, "ben", "took in the passport of Ana Ruiz"),
            (
                1,
                "ana",
                f"opened the KYC case {case_reference(case_id_of_new_case('one'))} (standard)",
                "added Ana Ruiz",
                "asked for the passport of Ana Ruiz",
                "asked for the proof of address of Ana Ruiz",
            ),
        ]

    def test_a_command_that_changed_nothing_is_in_it(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        store.execute(DetermineInitialDocumentRequirements(case_id=case_id))
        assert store.query(timeline, case_id)[0].sentences == ("found nothing to change",)

    def test_of_a_company(self, database: Any) -> None:
        rule = NotificationRule(
            rule_id="r", event_trigger="CASE_CREATED_KYB_STANDARD", notification_type="WELCOME_MAIL"
        )
        with open_store(database, rules=Rules(notifications=(rule,))) as store:
            case_id = store.execute(kyb(DIRECTOR, owners=(HOLDING,)), actor="ana").case_id
            (entry,) = store.query(timeline, case_id)
            row = store.query(queue_row, case_id)
        assert entry.sentences[0] == f"entered the company {ACME.registered_name}"
        assert "linked Dora Lind to the company as Director" in entry.sentences
        assert "added the owner Acme Holding BV" in entry.sentences
        assert entry.sentences[-1] == "set off a notification (welcome mail)"
        assert row is not None
        assert row.last_event_type == "NotificationRequired"

    def test_of_a_case_that_is_not_there(self, store: CaseStore) -> None:
        assert store.query(timeline, "nothing") == []


def test_names_of_every_script_come_back_as_they_went_in(store: CaseStore, new_case: NewCase) -> None:
    name = PersonData(firstname="Зоя 🦊", lastname='d\'Ærø\u0301 {x} %s "q" \\n')
    (person,) = store.query(case_file, new_case(kyc(name)).case_id).persons
    assert (person.firstname, person.lastname) == (name.firstname, name.lastname)


def test_people_and_their_details(store: CaseStore, new_case: NewCase) -> None:
    new_case(kyb(DIRECTOR, ANA))
    assert rows(connection_of(store), "SELECT firstname, birthdate, role_in_company, nationality FROM persons") == [
        ("Dora", "1969-07", "Director", None),
        ("Ana", "1980-02-29", None, "ES"),
    ]
