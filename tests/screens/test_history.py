"""Looking back at a case as it stood, and taking back one's own last change, through the keyboard and the mouse."""

from pathlib import Path

import pytest
from textual.content import Content
from textual.events import Key
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.widgets import OptionList, Static, Tab, Tabs

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.diff import above_first_difference, diff
from caseworker_tui.case.past import CaseThenScreen
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.case.version_slider import VersionSlider
from caseworker_tui.dialogs.confirm import ConfirmScreen
from caseworker_tui.frame.navigation import OpenCase
from caseworker_tui.queue.table import CaseTable
from store.domain.commands import AddNote, AssignCase, CreateCase, TagCase, UpdateDocumentStatus
from store.domain.identifiers import case_reference
from store.domain.statuses import DocumentStatus
from store.engine.case_store import CaseStore
from store.queries.case_file import CaseFileView, case_file
from store.queries.queue import queue_page
from tests.domain.examples import ANA, BEN, kyc
from tests.screens.pilot import keys, run, settle, typed
from tests.store.stores import by_hand


def a_case_in(database: Path, *more: CreateCase) -> str:
    """The id of a case of which a document was taken in by Ben, and which Ana tagged; other cases come after it."""
    with CaseStore.open(database) as store:
        case_id = store.execute(kyc(), actor="ana.ruiz").case_id
        for command in more:
            store.execute(command)
        document_id = store.query(case_file, case_id).documents[0].document_requirement_id
        taken_in = UpdateDocumentStatus(document_requirement_id=document_id, new_status=DocumentStatus.UPLOADED)
        store.execute(taken_in, actor="ben.osei")
        store.execute(TagCase(case_id=case_id, tag="vip"), actor="ana.ruiz")
        return case_id


def case_of(database: Path, case_id: str) -> CaseFileView:
    with CaseStore.open(database) as store:
        return store.query(case_file, case_id)


def text(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query(selector).first(Static).content)


def screen(pilot: Pilot[None]) -> type:
    return type(pilot.app.screen)


def told(pilot: Pilot[None]) -> list[str]:
    return [note.message for note in pilot.app._notifications]


def marked_tabs(pilot: Pilot[None]) -> list[str]:
    return [tab.label_text[2:-1] for tab in pilot.app.screen.query(Tab) if tab.label_text.endswith("*")]


def test_what_came_and_what_went_is_marked_in_the_margin() -> None:
    before, after = Content("Status  open\nOwners\nAna"), Content("Status  pending\n\nOwners\nAna\nBen")
    text = diff(before, after)
    assert text.plain.split("\n") == ["- Status  open", "+ Status  pending", "", "  Owners", "  Ana", "+ Ben"]
    assert diff(after, before).plain.split("\n") == [
        "- Status  pending",
        "+ Status  open",
        "  Owners",
        "  Ana",
        "- Ben",
    ]
    assert above_first_difference(text) is not None
    assert above_first_difference(diff(before, before)) is None
    (above,) = [above_first_difference(diff(Content("Owners"), Content("Owners\nBen")))]
    assert str(above) == "  Owners"


def test_a_case_as_it_stood(empty_app: CaseworkerApp) -> None:
    database = empty_app.session.database
    database.parent.mkdir()
    case_id = a_case_in(database)
    before = case_of(database, case_id)

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "f5", "enter", "6")
        timeline = pilot.app.screen.query_one("#timeline-pane", OptionList)
        entries = [str(option.prompt) for option in timeline.options]
        assert [entry.splitlines()[1] for entry in entries[:2]] == [
            "  tagged the case vip",
            "  took in the passport of Ana Ruiz",
        ]
        assert [entry.splitlines()[0][-9:] for entry in entries] == ["version 3", "version 2", "version 1"]

        await keys(pilot, "enter")
        assert screen(pilot) is CaseThenScreen
        assert "version 3 of 3 · esc back to today" in text(pilot, "#banner")
        assert marked_tabs(pilot) == ["Overview"]
        assert "+ Tags          vip" in text(pilot, "#overview-pane Static")

        await keys(pilot, "left_square_bracket", "3")
        assert "after ben.osei took in the passport of Ana Ruiz" in text(pilot, "#banner")
        assert "Tags" not in text(pilot, "#overview-pane Static")
        assert marked_tabs(pilot) == ["Overview", "Documents", "Review"]
        passport = str(pilot.app.screen.query_one("#documents-pane", OptionList).options[0].prompt)
        assert [line[:20] for line in passport.splitlines()[::2]] == ["- ○ awaiting upload ", "+ ◐ uploaded  passpo"]

        await keys(pilot, "left_square_bracket", "left_square_bracket")
        assert "version 1 of 3" in text(pilot, "#banner")
        assert marked_tabs(pilot) == []
        assert told(pilot) == ["This is how the case was opened."]
        await keys(pilot, "4", "5", "3")
        assert "Not rated.\n" in text(pilot, "#review-pane Static")
        assert "Nothing is checked." in text(pilot, "#review-pane Static")
        assert text(pilot, "#notes-pane Static") == "  No note."

        await keys(pilot, "s", "u", "enter")
        assert screen(pilot) is CaseThenScreen
        assert told(pilot)[1:] == ["This is the case as it stood, to look at only: esc goes back to today."] * 3

        slider = pilot.app.screen.query_one(VersionSlider)
        await pilot.click(VersionSlider, offset=(slider.size.width - 3, 0))
        await settle(pilot)
        assert "version 3 of 3" in text(pilot, "#banner")
        await keys(pilot, "6", "j", "j", "enter")
        assert "version 1 of 3" in text(pilot, "#banner")

        with CaseStore.open(database) as other:
            other.execute(AddNote(case_id=case_id, text="They called."))
        await keys(pilot, "f5")
        assert "version 1 of 4" in text(pilot, "#banner")
        await keys(pilot, "escape")
        assert screen(pilot) is CaseScreen
        assert pilot.app.screen.query_one(Tabs).active == "timeline"
        await keys(pilot, "4")
        assert "Not rated yet: r rates it." in text(pilot, "#review-pane Static")
        assert "Tags          vip" in text(pilot, "#overview-pane Static")

    run(empty_app, drive)
    assert case_of(database, case_id).documents == before.documents


@pytest.mark.parametrize("seconds", [0.05, 0.1, 0.12])
def test_who_leaves_a_case_as_it_stood_before_it_is_drawn_is_back_in_the_case(
    app: CaseworkerApp, seconds: float
) -> None:
    """The pane is not laid out then, and a text has no lines in a width of 0."""

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter", "6")
        for key in ("j", "enter", "escape", "j", "enter", "escape"):
            pilot.app.post_message(Key(key, key_to_character(key)))
            await pilot.pause(seconds)
        await settle(pilot)
        assert screen(pilot) is CaseScreen

    run(app, drive, (120, 40))


def test_a_document_s_move_is_undone_and_done_again(empty_app: CaseworkerApp) -> None:
    database = empty_app.session.database
    database.parent.mkdir()
    case_id = a_case_in(database)

    def status() -> str:
        return case_of(database, case_id).documents[0].status

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "f5", "enter", "3", "s", "1")
        assert status() == "VERIFIED_MANUAL"
        await keys(pilot, "u")
        assert screen(pilot) is ConfirmScreen
        assert "You verified the passport of Ana Ruiz" in str(pilot.app.screen.query(Static).first().content)
        await keys(pilot, "n")
        assert status() == "VERIFIED_MANUAL"
        await keys(pilot, "u", "y")
        assert status() == "UPLOADED"
        passport = pilot.app.screen.query_one("#documents-pane", OptionList).options[0]
        assert "by ana.ruiz: undone: verified" in str(passport.prompt)
        await keys(pilot, "u", "y")
        assert status() == "VERIFIED_MANUAL"

        await keys(pilot, "u")
        with CaseStore.open(database) as other:
            other.execute(AssignCase(case_id=case_id, assignee="ben.osei"), actor="ben.osei")
        await keys(pilot, "y")
        assert status() == "VERIFIED_MANUAL"
        assert "has changed since you looked at it" in told(pilot)[-1]
        await keys(pilot, "u")
        assert told(pilot)[-1] == "The newest change of the case is by ben.osei, and only they can undo it."

    run(empty_app, drive)


def test_what_cannot_be_undone_says_what_to_do_instead(empty_app: CaseworkerApp) -> None:
    database = empty_app.session.database
    database.parent.mkdir()
    a_case_in(database)

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "f5", "enter", "n", *typed("They called."), "enter", "u")
        assert told(pilot)[-1] == "A note stays as it was written: add another that puts it right."

    run(empty_app, drive)


def test_the_end_of_the_queue_after_a_decision(empty_app: CaseworkerApp) -> None:
    """The neighbour is that of the case on screen, wherever the cursor of the queue is."""
    database = empty_app.session.database
    database.parent.mkdir()
    a_case_in(database, kyc(BEN))

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "f5")
        last = queue_of(database)[-1]
        pilot.app.post_message(OpenCase(last))
        await settle(pilot)
        await keys(pilot, "p", "2", *typed("nothing adds up here"), "enter")
        assert told(pilot) == [
            f"A decision on {case_reference(last)} is proposed; somebody else approves it.",
            "This is the last case of the queue.",
        ]
        assert "Ben Okoro" in text(pilot, "#title")
        assert "pending approval" in text(pilot, "#title")
        await keys(pilot, "left_square_bracket")
        assert ANA.full_name in text(pilot, "#title")
        await keys(pilot, "left_square_bracket")
        assert told(pilot)[-1] == "This is the first case of the queue."
        await keys(pilot, "escape")
        assert pilot.app.screen.query_one(CaseTable).cursor == 0

    run(empty_app, drive)


def test_decided_cases_leave_a_search_one_after_the_other(empty_app: CaseworkerApp) -> None:
    database = empty_app.session.database
    database.parent.mkdir()
    a_case_in(database, kyc(BEN))

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "f5", "slash", *typed("status:open"), "enter", "enter")
        for name in (ANA.full_name, BEN.full_name):
            assert name in text(pilot, "#title")
            await keys(pilot, "p", "2", *typed("nothing adds up here"), "enter")
        assert told(pilot)[-1] == "There is no further case in the queue."
        assert f"{BEN.full_name}  KYC · standard · pending approval" in text(pilot, "#title")

    run(empty_app, drive)


def queue_of(database: Path) -> list[str]:
    with CaseStore.open(database) as store:
        return [row.case_id for row in store.query(queue_page)]


@pytest.mark.parametrize("time", ["2026-99-99T25:61:00.000000+00:00", "0001-01-01T00:00:00.000000+00:00", "9999-12-31"])
def test_a_time_that_does_not_exist_is_shown_as_it_is(empty_app: CaseworkerApp, time: str) -> None:
    """An older version took it from a team's log; of a document's last day and a due date it is the same."""
    database = empty_app.session.database
    database.parent.mkdir()
    a_case_in(database)
    with by_hand(database) as connection:
        connection.execute("UPDATE commits SET recorded_at = ?", [time])
        connection.execute("UPDATE events SET timestamp = ?", [time])
        connection.execute("UPDATE required_documents SET updated_at = ?, expires_on = ?", [time, time])
        connection.execute("UPDATE cases SET created_at = ?, updated_at = ?, due_date = ?", [time, time, time])

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "f5", "enter", "3", "6")
        newest, *_ = pilot.app.screen.query_one("#timeline-pane", OptionList).options
        assert str(newest.prompt).startswith(time[:10])
        await keys(pilot, "enter", "left_square_bracket", "3", "6")
        assert screen(pilot) is CaseThenScreen
        assert time[:10] in text(pilot, "#banner")
        assert told(pilot) == []

    run(empty_app, drive)
