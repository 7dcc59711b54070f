"""A day's work through the keyboard and the mouse."""

import gc
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.dialogs import attach_file, document_expiry, move_document
from caseworker_tui.case.owners import UPGRADE
from caseworker_tui.case.panes import CasePanes, Shown
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.case.subject import Subject
from caseworker_tui.dialogs.command import CommandScreen
from caseworker_tui.dialogs.drafts import drafts_folder
from caseworker_tui.frame.help import HelpScreen
from caseworker_tui.frame.navigation import OpenCase
from caseworker_tui.frame.session import Session
from caseworker_tui.new_case.screen import NewCaseScreen
from caseworker_tui.queue.screen import QueueScreen
from caseworker_tui.queue.table import CaseTable
from store.domain.commands import AddNote, CreateCase, RecordCheck, UpdateDocumentStatus
from store.domain.statuses import CaseStatus, CheckKind, CheckOutcome, DocumentStatus
from store.engine.case_store import CaseStore
from store.log.read import RecordedEvent, get_events_for_case
from store.queries.case_file import CaseFileView, case_file
from store.queries.queue import QueueRow, queue_length, queue_page
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, open_case, run, settle, typed

_TABS = {"1": "overview", "4": "review"}

PERSON = {"firstname": "Ada", "lastname": "Byron", "birthdate": "1990-12-10"}


def test_a_document_is_verified_by_four_keys(app: CaseworkerApp, sample: Path) -> None:
    case = _first_with(sample, DocumentStatus.UPLOADED)

    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, case.case.reference)
        await keys(pilot, "3")
        _highlight(pilot, case, DocumentStatus.UPLOADED)
        await keys(pilot, "s", "1")
        assert _screen(pilot) is CaseScreen

    run(app, drive)
    event = _events(sample, case.case.case_id)[-1]
    assert (event.event_type, event.actor) == ("DocumentStatusUpdated", "ana.ruiz")
    assert event.payload.new_status is DocumentStatus.VERIFIED_MANUAL  # type: ignore[union-attr]


def test_dialogs_say_which_document_of_whom(sample: Path) -> None:
    case = _first_with(sample, DocumentStatus.REJECTED)
    passport = replace(case.documents[0], document_type="PASSPORT_DIRECTOR_BO", entity_name="Ana Ruiz")
    subject = Subject(case, None, "ana.ruiz", passport)
    move = move_document(subject._replace(document=replace(passport, status=DocumentStatus.UPLOADED)))
    assert (move.title, move.done) == ("The passport of Ana Ruiz is uploaded", "The passport of Ana Ruiz was moved.")
    assert attach_file(subject).title == "Attach a file to the passport of Ana Ruiz"
    assert document_expiry(subject).title == "When does the passport of Ana Ruiz expire?"


def test_a_rejection_asks_for_its_reason_by_number(app: CaseworkerApp, sample: Path) -> None:
    case = _first_with(sample, DocumentStatus.UPLOADED)

    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, case.case.reference)
        await keys(pilot, "3")
        _highlight(pilot, case, DocumentStatus.UPLOADED)
        await keys(pilot, "s", "2", "5")
        documents = pilot.app.screen.query_one(OptionList)
        assert documents.highlighted is not None
        assert "altered (adverse)" in str(documents.get_option_at_index(documents.highlighted).prompt)

    run(app, drive)
    assert _events(sample, case.case.case_id)[-1].payload.reason_code == "ALTERED"  # type: ignore[union-attr]


def test_a_waiver_needs_a_reason_in_words(app: CaseworkerApp, sample: Path) -> None:
    case = _first_with(sample, DocumentStatus.AWAITING_UPLOAD)
    before = len(_events(sample, case.case.case_id))

    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, case.case.reference)
        await keys(pilot, "3")
        _highlight(pilot, case, DocumentStatus.AWAITING_UPLOAD)
        await keys(pilot, "s", "2", "enter")
        assert "Write something first." in _text(pilot, "#refusal")
        assert len(_events(sample, case.case.case_id)) == before
        await keys(pilot, *typed("seen in person"), "enter")
        assert _screen(pilot) is CaseScreen

    run(app, drive)
    assert _events(sample, case.case.case_id)[-1].payload.reason == "seen in person"  # type: ignore[union-attr]


def test_what_another_did_meanwhile_is_told_in_the_dialog(app: CaseworkerApp, sample: Path) -> None:
    case = _first_with(sample, DocumentStatus.UPLOADED)
    document = next(row for row in case.documents if row.status == DocumentStatus.UPLOADED)

    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, case.case.reference)
        await keys(pilot, "3")
        _highlight(pilot, case, DocumentStatus.UPLOADED)
        await keys(pilot, "s")
        with CaseStore.open(sample) as other:
            other.execute(
                UpdateDocumentStatus(
                    document_requirement_id=document.document_requirement_id,
                    new_status=DocumentStatus.VERIFIED_MANUAL,
                ),
                actor="ben.osei",
            )
        await keys(pilot, "1")
        assert _screen(pilot) is CommandScreen
        assert "is VERIFIED_MANUAL now, not UPLOADED as you saw it" in _text(pilot, "#refusal")

    run(app, drive)


def test_escape_goes_back_one_step_at_a_time(app: CaseworkerApp, sample: Path) -> None:
    case = _first_with(sample, DocumentStatus.UPLOADED)

    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, case.case.reference)
        await keys(pilot, "3")
        _highlight(pilot, case, DocumentStatus.UPLOADED)
        await keys(pilot, "s", "2", "escape")
        assert _screen(pilot) is CommandScreen
        await keys(pilot, "escape")
        assert _screen(pilot) is CaseScreen
        await keys(pilot, "escape")
        assert _screen(pilot) is QueueScreen

    run(app, drive)


def test_a_case_is_opened_and_the_app_left_at_once(app: CaseworkerApp, sample: Path) -> None:
    case_id = _queue(sample)[0].case_id

    async def drive(pilot: Pilot[None]) -> None:
        app.open_case(OpenCase(case_id))
        app.workers.cancel_all()  # before any has begun, as leaving does

    run(app, drive)
    gc.collect()  # what was begun and never awaited is told here, if not before


def test_from_case_to_case_without_the_queue(app: CaseworkerApp, sample: Path) -> None:
    rows = _queue(sample)

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter", "right_square_bracket")
        assert rows[1].reference in _text(pilot, "#title")
        await keys(pilot, "left_square_bracket", "left_square_bracket")
        assert rows[0].reference in _text(pilot, "#title")
        await keys(pilot, "escape")
        assert pilot.app.screen.query_one(CaseTable).cursor == 0

    run(app, drive)


def test_a_new_case_through_the_form(empty_app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "n", *typed("C-1"), "tab", "tab", *typed("Ada"), "tab", *typed("Byron"), "tab")
        await keys(pilot, *typed("1990-02-31"), "ctrl+s")
        assert _screen(pilot) is NewCaseScreen
        assert "is not a date that exists" in _text(pilot, "FieldRow.-wrong .error")
        await keys(pilot, "backspace", "backspace", *typed("28"), "ctrl+s")
        assert _screen(pilot) is CaseScreen
        assert "Ada Byron" in _text(pilot, "#title")

    run(empty_app, drive)
    (row,) = _queue(empty_app.session.database)
    assert (row.name, row.updated_by, row.documents_required) == ("Ada Byron", "ana.ruiz", 2)
    assert not list(drafts_folder(empty_app.session.database).glob("*"))


def test_a_company_with_an_owner_through_the_form(empty_app: CaseworkerApp) -> None:
    fields = ("C-2", "STANDARD", "Acme", "", "", "", "fr", "", "", "", "", "FR", "Ada", "Byron")

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "n", "ctrl+t")
        for text in fields:
            field = pilot.app.focused
            assert isinstance(field, Input)
            field.value = text
            await keys(pilot, "tab")
        await keys(pilot, "ctrl+o", "tab", "tab", *typed("Bo"), "tab", *typed("Lind"), "tab", "tab", *typed("25-50"))
        await keys(pilot, "ctrl+s")
        assert _screen(pilot) is CaseScreen

    run(empty_app, drive)
    database = empty_app.session.database
    view = _case(database, _queue(database)[0].case_id)
    (owner,) = view.beneficial_owners
    assert (owner.name, owner.share_minimum, owner.share_maximum) == ("Bo Lind", 25, 50)


def test_what_was_typed_is_kept(empty_app: CaseworkerApp) -> None:
    database = empty_app.session.database

    async def leave(pilot: Pilot[None]) -> None:
        await keys(pilot, "n", *typed("C-1"), "escape")
        assert _screen(pilot) is QueueScreen

    run(empty_app, leave)

    def kept() -> list[Path]:
        return list(drafts_folder(database).iterdir())

    assert len(kept()) == 1

    async def come_back(pilot: Pilot[None]) -> None:
        await keys(pilot, "n")
        field = pilot.app.focused
        assert isinstance(field, Input)
        assert field.value == "C-1"
        await keys(pilot, "ctrl+l", "n")
        assert len(kept()) == 1
        await keys(pilot, "ctrl+l", "y")
        assert not kept()
        assert pilot.app.screen.query(Input).first().value == ""

    run(CaseworkerApp(database, actor="ana.ruiz", clock=lambda: NOW), come_back)


def test_keys_are_letters_while_one_types(empty_app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "n", "q", "s", "n", "question_mark")
        field = pilot.app.focused
        assert isinstance(field, Input)
        assert field.value.startswith("qsn")
        assert _screen(pilot) is NewCaseScreen

    run(empty_app, drive)


def test_the_queue_follows_what_others_do_and_the_cursor_stays(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        table = pilot.app.screen.query_one(CaseTable)
        await keys(pilot, "j", "j")
        before = table.current
        with CaseStore.open(sample, clock=lambda: NOW.replace(year=2020)) as other:
            other.execute(
                CreateCase.model_validate(
                    {"client_id": "C", "traitement_type": "KYC", "case_type": "STANDARD", "persons": [PERSON]}
                )
            )
        while table.length == len(rows):
            await pilot.pause(0.05)
        await settle(pilot)
        assert (table.cursor, table.current) == (3, before)

    rows = _queue(sample)
    run(app, drive)


def test_a_case_is_shown_as_of_one_version_though_another_process_goes_on_writing(
    app: CaseworkerApp, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = _first_with(sample, DocumentStatus.UPLOADED)
    case_id, shown, written = case.case.case_id, list[Shown](), list[str]()
    query, show = Session.query, CasePanes.show

    async def query_and_write(session: Session, *args: Any, **kwargs: Any) -> Any:
        answer = await query(session, *args, **kwargs)
        if len(written) < 8:
            with CaseStore.open(sample, clock=lambda: NOW) as other:
                written.append(other.execute(AddNote(case_id=case_id, text="meanwhile"), actor="ben").case_id)
        return answer

    def show_and_record(panes: CasePanes, now: Shown) -> None:
        shown.append(now)
        show(panes, now)

    async def drive(pilot: Pilot[None]) -> None:
        monkeypatch.setattr(CasePanes, "show", show_and_record)
        monkeypatch.setattr(Session, "query", query_and_write)
        app.open_case(OpenCase(case_id))
        await settle(pilot)

    run(app, drive)
    assert written
    assert shown
    for each in shown:
        assert each.stands.view.head == each.entries[0].commit_id
        assert len(each.stands.view.notes) == sum(entry.sentences[0].startswith("noted:") for entry in each.entries)


def test_statuses_that_only_a_newer_version_knows_are_shown_as_they_are(app: CaseworkerApp, sample: Path) -> None:
    case = _first_with(sample, DocumentStatus.REJECTED)
    with CaseStore.open(sample, clock=lambda: NOW) as store:
        check = RecordCheck(case_id=case.case.case_id, kind=CheckKind.PEP, outcome=CheckOutcome.CLEAR, evidence="none")
        store.execute(check, actor="ben")
    with closing(sqlite3.connect(sample, isolation_level=None)) as newer:
        newer.execute("UPDATE cases SET status = 'RESTS_A_WHILE', risk = 'EXTREME', traitement_type = 'KYX'")
        newer.execute("UPDATE required_documents SET status = 'IN_THE_SAFE', reason_code = 'TORN_UP'")
        newer.execute("UPDATE checks SET kind = 'TAX', outcome = 'TO_BE_SEEN'")
        newer.execute("UPDATE beneficial_owners SET kind = 'robot', directness = 'roundabout'")

    async def drive(pilot: Pilot[None]) -> None:
        table = pilot.app.screen.query_one(CaseTable)
        table.columns = ("reference", "name", "type", "status", "risk")
        place = [row.case_id for row in _queue(sample)].index(case.case.case_id)
        assert "KYX  rests a…  extre…" in "".join(segment.text for segment in table.render_line(1 + place))
        await open_case(pilot, case.case.reference)
        assert "rests a while" in _text(pilot, "#title")
        for tab, words in (("1", "? in the safe"), ("4", "Rated extreme"), ("4", "? to be seen  tax of the case")):
            await keys(pilot, tab)
            assert words in str(pilot.app.screen.query_one(f"#{_TABS[tab]}-pane Static", Static).content)
        await keys(pilot, "3")
        documents = pilot.app.screen.query_one("#documents-pane", OptionList)
        assert "torn up" in str(documents.get_option_at_index(0).prompt)
        await keys(pilot, "s")
        assert _screen(pilot) is CaseScreen
        assert [note.message for note in pilot.app._notifications] == [UPGRADE]

    run(app, drive)


def test_a_locked_database_holds_up_nothing_but_the_command(
    app: CaseworkerApp, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.sqlite.database.BUSY_TIMEOUT_MS", 300)
    case = _first_with(sample, DocumentStatus.UPLOADED)

    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, case.case.reference)
        await keys(pilot, "3")
        _highlight(pilot, case, DocumentStatus.UPLOADED)
        await keys(pilot, "s")
        other = sqlite3.connect(sample, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await keys(pilot, "1")
        assert "is in use by another process" in _text(pilot, "#refusal")
        other.execute("ROLLBACK")
        other.close()
        await keys(pilot, "1")
        assert _screen(pilot) is CaseScreen

    run(app, drive)


def test_a_database_that_was_deleted_takes_nothing_more(app: CaseworkerApp, sample: Path) -> None:
    case = _first_with(sample, DocumentStatus.UPLOADED)

    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, case.case.reference)
        await keys(pilot, "3")
        _highlight(pilot, case, DocumentStatus.UPLOADED)
        for file in (sample, *sample.parent.glob(f"{sample.name}-*")):
            file.unlink()
        await keys(pilot, "s", "1")
        assert "was deleted or replaced while it was open" in _text(pilot, "#refusal")

    run(app, drive)


def test_the_mouse_works(app: CaseworkerApp, sample: Path) -> None:
    rows = _queue(sample)

    async def drive(pilot: Pilot[None]) -> None:
        await pilot.click(CaseTable, offset=(5, 3))
        await settle(pilot)
        assert pilot.app.screen.query_one(CaseTable).cursor == 2
        await pilot.click(CaseTable, offset=(5, 3), times=2)
        await settle(pilot)
        assert rows[2].reference in _text(pilot, "#title")
        await pilot.click("#documents")
        await settle(pilot)
        assert isinstance(pilot.app.focused, OptionList)

    run(app, drive)


@pytest.mark.parametrize(
    ("pressed", "place"),
    [
        (["down", "j"], 2),
        (["down", "down", "up"], 1),
        (["j", "k", "k"], 0),
        (["end"], 59),
        (["G", "up"], 58),
        (["end", "home"], 0),
        (["pagedown", "ctrl+d", "pageup"], 10),
    ],
    ids=str,
)
def test_the_cursor_moves(app: CaseworkerApp, pressed: list[str], place: int) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, *pressed)
        assert pilot.app.screen.query_one(CaseTable).cursor == place

    run(app, drive)


def test_names_are_shown_as_they_are(empty_app: CaseworkerApp) -> None:
    """Square brackets mean styles to Textual; in a name they are only brackets."""
    name = {"firstname": "[/bold]", "lastname": "[red]Byron["}

    async def drive(pilot: Pilot[None]) -> None:
        with CaseStore.open(empty_app.session.database) as other:
            other.execute(
                CreateCase.model_validate(
                    {"client_id": "[x]", "traitement_type": "KYC", "case_type": "[b]", "persons": [name]}
                )
            )
        await keys(pilot, "f5", "enter", "2", "3", "s", "1", "4", "1")
        assert _screen(pilot) is CaseScreen
        assert "[/bold] [red]Byron[" in _text(pilot, "#title")
        assert [note.markup for note in pilot.app._notifications] == [False]

    run(empty_app, drive)


def test_help_and_the_end_of_the_queue(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "question_mark")
        assert _screen(pilot) is HelpScreen
        await keys(pilot, "escape", "end", "enter", "right_square_bracket")
        notes = [note.message for note in pilot.app._notifications]
        assert notes == ["This is the last case of the queue."]

    run(app, drive)


def _queue(path: Path) -> list[QueueRow]:
    with CaseStore.open(path) as store:
        rows = store.query(queue_page)
        assert store.query(queue_length) == len(rows)
        return rows


def _case(path: Path, case_id: str) -> CaseFileView:
    with CaseStore.open(path) as store:
        return store.query(case_file, case_id)


def _events(path: Path, case_id: str) -> list[RecordedEvent]:
    with CaseStore.open(path) as store:
        return store.query(get_events_for_case, case_id)


def _first_with(path: Path, status: DocumentStatus) -> CaseFileView:
    """The first open case of the queue with such a document."""
    for row in _queue(path):
        view = _case(path, row.case_id)
        if row.status == CaseStatus.OPEN and any(document.status == status for document in view.documents):
            return view
    raise AssertionError(f"no document of the sample is {status}")


def _highlight(pilot: Pilot[None], case: CaseFileView, status: DocumentStatus) -> None:
    pilot.app.screen.query_one(OptionList).highlighted = [row.status for row in case.documents].index(status)


def _screen(pilot: Pilot[None]) -> type:
    return type(pilot.app.screen)


def _text(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query(selector).first(Static).content)
