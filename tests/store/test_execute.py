"""CaseStore.execute: one command, one transaction, one effect."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from store.actor import default_actor
from store.domain.casework.opening import case_id_of_new_case
from store.domain.commands import AddNote, DetermineInitialDocumentRequirements, UpdateDocumentStatus
from store.domain.document_rules import DocumentRule, EntityType
from store.domain.refusals import Refusal
from store.domain.rules import Rules
from store.domain.statuses import DocumentStatus, TraitementType
from store.engine import batch
from store.engine import case_store as engine
from store.engine.case_store import CaseStore, Receipt
from store.errors import StoreError
from store.log import StaleVersion, get_commits_for_case, head_of
from store.projections import project
from store.queries.case_file import case_file
from store.queries.queue import queue_length
from tests.domain.examples import BEN, DIRECTOR, kyb, kyc
from tests.store.stores import (
    Clock,
    connection_of,
    documents,
    everything,
    findings,
    open_store,
    rows,
    take_in,
    uploaded,
)

NewCase = Callable[..., Receipt]


def test_the_receipt_says_what_became_of_a_command(store: CaseStore) -> None:
    receipt = store.execute(kyb(DIRECTOR), command_id="open-acme", actor="ana")
    assert receipt == Receipt(
        command_id="open-acme",
        case_id=case_id_of_new_case("open-acme"),
        commit_id=store.query(case_file, receipt.case_id).head,
        events=(
            "CompanyProfileCreated",
            "CaseCreated",
            "PersonLinkedToCompany",
            "DocumentRequirementDetermined",
            "DocumentRequirementDetermined",
            "DocumentRequirementDetermined",
        ),
        repeated=False,
    )


def test_a_command_id_is_made_where_none_is_given(store: CaseStore, new_case: NewCase) -> None:
    first, second = new_case(), new_case()
    assert first.command_id < second.command_id, "ids are in order of time"
    assert queue_length(connection_of(store)) == 2


def test_read_tables_are_never_behind_the_log(store: CaseStore, new_case: NewCase) -> None:
    receipt = new_case()
    take_in(store, receipt.case_id)
    case = store.query(case_file, receipt.case_id)
    assert [document.status for document in case.documents] == ["UPLOADED", "AWAITING_UPLOAD"]
    assert case.case.last_event_type == "DocumentStatusUpdated"


def test_a_command_that_changes_nothing_is_kept_without_events(store: CaseStore, new_case: NewCase) -> None:
    opened = new_case()
    receipt = store.execute(DetermineInitialDocumentRequirements(case_id=opened.case_id))
    assert receipt.events == ()
    assert store.query(case_file, opened.case_id).head == receipt.commit_id
    assert findings(store) == []


def test_rules_of_the_team_reach_the_decision(database: Path) -> None:
    rule = DocumentRule("ours", TraitementType.KYC, EntityType.PERSON, "SELFIE", "A face.")
    with open_store(database, rules=Rules(documents=(rule,), version="ours.7")) as store:
        receipt = store.execute(kyc(), actor="ana")
        assert [document.document_type for document in documents(store, receipt.case_id)] == ["SELFIE"]
        assert rows(connection_of(store), "SELECT rules_version FROM commits") == [("ours.7",)]


class TestAllOrNothing:
    """Whatever fails within a command, nothing of it stays."""

    @pytest.mark.parametrize("survives", range(6))
    def test_a_projector_that_fails_leaves_nothing(
        self, store: CaseStore, new_case: NewCase, monkeypatch: pytest.MonkeyPatch, survives: int
    ) -> None:
        new_case()
        before = everything(store)

        def fails_after_some(connection: sqlite3.Connection, events: list[Any]) -> None:
            project(connection, events[:survives])
            raise RuntimeError("a bug in a projector")

        monkeypatch.setattr(batch, "project_new_cases", fails_after_some)
        with pytest.raises(RuntimeError, match="a bug in a projector"):
            new_case(kyb(DIRECTOR))
        assert everything(store) == before
        monkeypatch.undo()
        new_case(kyb(DIRECTOR))
        assert findings(store) == []

    def test_a_row_that_sqlite_refuses_leaves_nothing(self, store: CaseStore, new_case: NewCase) -> None:
        opened = new_case()
        connection_of(store).execute(
            "CREATE TEMP TRIGGER full BEFORE UPDATE ON required_documents BEGIN SELECT raise(ABORT, 'no room'); END"
        )
        before = everything(store)
        with pytest.raises(StoreError, match="no room"):
            take_in(store, opened.case_id)
        assert everything(store) == before

    def test_an_interrupt_leaves_nothing(
        self, store: CaseStore, new_case: NewCase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(batch, "project_new_cases", interrupted)
        with pytest.raises(KeyboardInterrupt):
            new_case()
        assert rows(connection_of(store), "SELECT count(*) FROM commits") == [(0,)]

    def test_a_refusal_leaves_nothing(self, store: CaseStore, new_case: NewCase) -> None:
        opened = new_case()
        before = everything(store)
        wrong = UpdateDocumentStatus(
            document_requirement_id=documents(store, opened.case_id)[0].document_requirement_id,
            new_status=DocumentStatus.VERIFIED_MANUAL,
        )
        for _ in range(2):
            with pytest.raises(Refusal, match="can't become VERIFIED_MANUAL") as refused:
                store.execute(wrong, command_id="wrong")
            assert refused.value.code == "forbidden_move"
        assert everything(store) == before


class TestOnceOnly:
    """A command id has one effect, however often it comes."""

    def test_the_second_time_the_first_result_is_returned(self, store: CaseStore, new_case: NewCase) -> None:
        first = new_case(command_id="one")
        take_in(store, first.case_id)
        before = everything(store)
        again = new_case(command_id="one")
        assert again == Receipt(first.command_id, first.case_id, first.commit_id, first.events, repeated=True)
        assert everything(store) == before

    def test_also_by_another_person_in_another_process(self, store: CaseStore, database: Path) -> None:
        first = store.execute(kyc(), command_id="one", actor="ana")
        with open_store(database) as another:
            again = another.execute(kyc(), command_id="one", actor="ben")
        assert (again.commit_id, again.repeated) == (first.commit_id, True)

    def test_a_repeated_move_is_not_a_forbidden_one(self, store: CaseStore, new_case: NewCase) -> None:
        opened = new_case()
        command = uploaded(documents(store, opened.case_id)[0].document_requirement_id)
        assert not store.execute(command, command_id="move").repeated
        assert store.execute(command, command_id="move").repeated

    def test_a_repeated_command_is_not_stale(self, store: CaseStore, new_case: NewCase) -> None:
        opened = new_case()
        first = take_in(store, opened.case_id, command_id="move", expected_head=opened.commit_id)
        again = take_in(store, opened.case_id, command_id="move", expected_head=opened.commit_id)
        assert (again.commit_id, again.repeated) == (first.commit_id, True)

    def test_a_command_without_events_is_repeated_too(self, store: CaseStore, new_case: NewCase) -> None:
        command = DetermineInitialDocumentRequirements(case_id=new_case().case_id)
        assert not store.execute(command, command_id="ask").repeated
        assert store.execute(command, command_id="ask").repeated

    @pytest.mark.parametrize("another", [kyc(BEN), kyb()])
    def test_refused_with_command_id_reused_when_it_stands_for_another_command(
        self, store: CaseStore, new_case: NewCase, another: Any
    ) -> None:
        new_case(command_id="one")
        before = everything(store)
        with pytest.raises(Refusal, match="already used for another command") as refused:
            new_case(another, command_id="one")
        assert refused.value.code == "command_id_reused"
        assert everything(store) == before

    def test_refused_with_case_exists_when_the_same_uuid_is_written_another_way(
        self, store: CaseStore, new_case: NewCase
    ) -> None:
        command_id = "01890000-0000-7000-8000-00000000000a"
        new_case(command_id=command_id)
        with pytest.raises(Refusal) as refused:
            new_case(command_id=command_id.upper())
        assert refused.value.code == "case_exists"


class TestWhatThePersonSaw:
    """With expected_head, a command holds only for the case as the person saw it."""

    def test_accepted_when_nothing_came_between(self, store: CaseStore, new_case: NewCase) -> None:
        opened = new_case()
        moved = take_in(store, opened.case_id, expected_head=opened.commit_id)
        assert store.query(case_file, opened.case_id).head == moved.commit_id

    def test_refused_with_stale_when_something_did(self, store: CaseStore, new_case: NewCase) -> None:
        opened = new_case()
        store.execute(DetermineInitialDocumentRequirements(case_id=opened.case_id))
        before = everything(store)
        with pytest.raises(Refusal, match="The case has changed since") as refused:
            take_in(store, opened.case_id, expected_head=opened.commit_id)
        assert refused.value.code == "stale"
        assert everything(store) == before

    def test_other_cases_do_not_matter(self, store: CaseStore, new_case: NewCase) -> None:
        opened = new_case()
        new_case()
        take_in(store, opened.case_id, expected_head=opened.commit_id)


class TestUnknownThings:
    def test_a_case(self, store: CaseStore) -> None:
        with pytest.raises(Refusal) as refused:
            store.execute(DetermineInitialDocumentRequirements(case_id="nowhere"))
        assert refused.value.code == "unknown_case"

    def test_a_document(self, store: CaseStore) -> None:
        with pytest.raises(Refusal) as refused:
            store.execute(uploaded("nothing"))
        assert refused.value.code == "unknown_document"


class TestACommandOnADocument:
    def test_is_of_the_case_that_it_names(self, store: CaseStore, new_case: NewCase) -> None:
        case_id = new_case().case_id
        (document, *_) = documents(store, case_id)
        command = uploaded(document.document_requirement_id).model_copy(update={"case_id": case_id})
        assert store.execute(command).case_id == case_id

    def test_is_refused_by_a_case_that_does_not_ask_for_the_document(self, store: CaseStore, new_case: NewCase) -> None:
        (document, *_) = documents(store, new_case().case_id)
        command = uploaded(document.document_requirement_id)
        for case_id, code in ((new_case().case_id, "unknown_document"), ("nowhere", "unknown_case")):
            with pytest.raises(Refusal) as caught:
                store.execute(command.model_copy(update={"case_id": case_id}))
            assert caught.value.code == code


class TestBatch:
    """Several commands in one transaction."""

    def test_durable_together(self, store: CaseStore, database: Path) -> None:
        with open_store(database) as another:
            with store.batch():
                for name in ("one", "two", "three"):
                    store.execute(kyc(), command_id=name, actor="ana")
                assert another.query(queue_length) == 0
            assert another.query(queue_length) == 3
        assert findings(store) == []

    def test_a_refused_command_does_not_end_it(self, store: CaseStore) -> None:
        with store.batch():
            store.execute(kyc(), command_id="one")
            with pytest.raises(Refusal):
                store.execute(kyb(), command_id="one")
            store.execute(kyc(), command_id="two")
        assert store.query(queue_length) == 2

    def test_a_command_that_fails_within_it_leaves_nothing(
        self, store: CaseStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: object) -> None:
            raise RuntimeError("a bug in a decision")

        with store.batch():
            store.execute(kyc(), command_id="one")
            monkeypatch.setattr(engine, "decide", fails)
            with pytest.raises(RuntimeError, match="a bug"):
                store.execute(kyc(), command_id="two")
            monkeypatch.undo()
            store.execute(kyc(), command_id="three")
        assert store.query(queue_length) == 2
        assert rows(connection_of(store), "SELECT command_id FROM commits") == [("one",), ("three",)]
        assert findings(store) == []

    @pytest.mark.parametrize("where", ["save_events", "project_new_cases", "project"])
    def test_what_can_not_be_written_takes_all_of_it_back(
        self, store: CaseStore, monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        """Even if whoever asked for it to be written goes on as though nothing had happened."""
        known = store.execute(kyc()).case_id
        before = everything(store)
        write = getattr(batch, where)

        def fails(*arguments: Any) -> None:
            write(*arguments)
            raise RuntimeError("no room")

        def go_on_all_the_same() -> None:
            with store.batch():
                store.execute(kyc())
                store.execute(AddNote(case_id=known, text="In the same batch."))
                monkeypatch.setattr(batch, where, fails)
                with pytest.raises(RuntimeError, match="no room"):
                    store.query(queue_length)
                monkeypatch.undo()

        with pytest.raises(StaleVersion):
            go_on_all_the_same()
        assert everything(store) == before
        assert findings(store) == []

    def test_what_was_done_in_it_is_there_for_whoever_asks_and_for_what_comes_next(self, store: CaseStore) -> None:
        with store.batch():
            opened = store.execute(kyc())
            case_id = opened.case_id
            with store.batch():  # part of the one that goes on
                store.execute(AddNote(case_id=case_id, text="One."))
            store.execute(AddNote(case_id=case_id, text="Two."), expected_head=store.query(head_of, case_id))
            assert store.query(queue_length) == 1
            (document, *_) = documents(store, case_id)
            store.execute(uploaded(document.document_requirement_id))
            again = store.execute(kyc())
            (other, *_) = store.query(case_file, again.case_id).documents
            store.execute(uploaded(other.document_requirement_id))
        assert [len(store.query(get_commits_for_case, each)) for each in (case_id, again.case_id)] == [4, 2]
        assert findings(store) == []

    def test_a_document_is_known_before_it_is_written(self, store: CaseStore, database: Path) -> None:
        with open_store(database.with_name("elsewhere.sqlite3")) as elsewhere:
            case_id = elsewhere.execute(kyc(), command_id="open").case_id
            (document, *_) = documents(elsewhere, case_id)
        with store.batch():
            store.execute(kyc(), command_id="open")
            store.execute(uploaded(document.document_requirement_id))
        assert documents(store, case_id)[0].status == "UPLOADED"

    def test_a_large_one_is_written_in_parts(self, store: CaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batch, "_COMMITS_AT_ONCE", 3)
        with store.batch():
            cases = [store.execute(kyc()).case_id for _ in range(7)]
            for case_id in cases:
                store.execute(AddNote(case_id=case_id, text="Written later than its case."))
        assert store.query(queue_length) == 7
        assert findings(store) == []

    def test_an_error_that_leaves_it_takes_all_of_it_back(self, store: CaseStore) -> None:
        def import_a_file() -> None:
            with store.batch():
                store.execute(kyc())
                raise RuntimeError("a bug in the importer")

        with pytest.raises(RuntimeError, match="the importer"):
            import_a_file()
        assert store.query(queue_length) == 0
        store.execute(kyc())
        assert findings(store) == []

    def test_a_repeated_command_within_it(self, store: CaseStore) -> None:
        with store.batch():
            assert not store.execute(kyc(), command_id="one").repeated
            assert store.execute(kyc(), command_id="one").repeated


class TestWhoAndWhen:
    def test_actor_device_and_time_are_in_the_commit(self, store: CaseStore, new_case: NewCase) -> None:
        new_case(actor="ana.ruiz")
        assert rows(connection_of(store), "SELECT actor, device FROM commits") == [("ana.ruiz", "test-laptop")]

    def test_without_an_actor_it_is_the_user_of_the_system(self, store: CaseStore, new_case: NewCase) -> None:
        new_case(actor=None)
        assert rows(connection_of(store), "SELECT actor FROM commits") == [(default_actor(),)]

    def test_a_clock_in_another_zone_gives_the_same_times(self, database: Path) -> None:
        class InTokyo(Clock):
            def __call__(self) -> Any:
                return super().__call__().astimezone(timezone(timedelta(hours=9)))

        with open_store(database, clock=InTokyo()) as store:
            store.execute(kyc(), command_id="one")
            assert rows(connection_of(store), "SELECT recorded_at FROM commits") == [
                ("2026-01-02T09:00:00.000000+00:00",)
            ]
