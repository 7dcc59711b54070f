"""Drafts: what was typed in any dialog and not given is there again, in that place and in no other."""

import ast
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

import caseworker_tui
from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.actions import CASE_ACTIONS
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.case.subject import Subject
from caseworker_tui.dialogs.ask import AskScreen
from caseworker_tui.dialogs.command import CommandScreen
from caseworker_tui.dialogs.drafts import LARGEST, LONGEST, MOST, Draft, drafts_folder
from caseworker_tui.dialogs.questions import Answers, Choice, Line, Question
from caseworker_tui.frame.session import Session
from store.domain.commands import AddNote
from store.domain.rules import Rules
from store.engine.case_store import CaseStore
from store.preferences import View, save_view
from store.queries.case_file import CaseFileView, case_file
from store.queries.queue import queue_page
from store.queries.whole_case import whole_case
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, run, settle, typed
from tests.sync.broken_team import in_trouble

TYPED: Final = "half of it"

WITHOUT_TEXT: Final = {"take", "unassign", "untag", "determine_documents", "pin"}
"""The actions that ask for nothing, or to pick one of a list."""


def way_to_a_text(ask: Callable[[Answers], Question | None], answers: Answers) -> list[str] | None:
    """The keys that lead to the first question for a text, by whatever answers."""
    question = ask(answers)
    if question is None or isinstance(question, Line):
        return None if question is None else []
    if isinstance(question, Choice):
        ways = [([str(n)], value) for n, (value, _) in enumerate(question.options[:9], start=1)]
    else:
        as_marked = {value for value, _ in question.options if value in question.marked}
        ways = [(["enter"], " ".join(as_marked))]
        ways += [([str(n), "enter"], " ".join(as_marked ^ {v})) for n, (v, _) in enumerate(question.options, start=1)]
    for pressed, value in ways:
        rest = way_to_a_text(ask, {**answers, question.name: value})
        if rest is not None:
            return pressed + rest
    return None


def subjects(database: Path, of_document: bool) -> Iterator[Subject]:
    with CaseStore.open(database) as store:
        for row in store.query(queue_page, limit=60):
            stands = store.query(whole_case, row.case_id, Rules(), NOW.date()).stands
            for document in stands.view.documents if of_document else [None]:
                yield Subject(stands.view, stands.assessed, "ana.ruiz", document)


def with_a_text(database: Path, name: str) -> tuple[Subject, list[str]] | None:
    """What an action can be done to so that it asks for a text, and the keys that lead there."""
    action = CASE_ACTIONS[name]
    for subject in subjects(database, action.of_document):
        if not action.why_not(subject):
            way = way_to_a_text(action.dialog(subject).ask, {})
            if way is not None:
                return subject, way
    return None


def field(pilot: Pilot[None]) -> Input:
    assert isinstance(pilot.app.focused, Input)
    return pilot.app.focused


def kept(database: Path) -> list[Path]:
    return list(drafts_folder(database).glob("*"))


async def write(pilot: Pilot[None]) -> None:
    await keys(pilot, "ctrl+u", *typed(TYPED))


async def leave(pilot: Pilot[None]) -> None:
    while isinstance(pilot.app.screen, AskScreen):
        await keys(pilot, "escape")


async def give(pilot: Pilot[None]) -> None:
    """Answer whatever is asked, until the dialog is over."""
    for _ in range(30):
        if not isinstance(pilot.app.screen, AskScreen):
            return
        if isinstance(pilot.app.focused, OptionList):
            await keys(pilot, "enter")
        elif not field(pilot).value:
            await keys(pilot, *typed("more"))
        else:
            await keys(pilot, "enter")
    raise AssertionError("the dialog is never over")


@pytest.fixture
def whatever_is_given_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    async def take(self: AskScreen, answers: Answers) -> None:
        """Nothing: what the answers come to is not what these tests are about."""

    monkeypatch.setattr(CommandScreen, "_give", take)


@pytest.mark.usefixtures("whatever_is_given_is_taken")
@pytest.mark.parametrize("name", CASE_ACTIONS)
def test_the_draft_of_an_action_on_a_case(name: str, app: CaseworkerApp, sample: Path) -> None:
    found = with_a_text(sample, name)
    if name in WITHOUT_TEXT:
        assert found is None
        return
    assert found, "no case of the sample leads to a text: is it WITHOUT_TEXT?"
    subject, way = found
    other_case = subject._replace(view=_of_another_case(subject))

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, CaseScreen)

        async def opened(subject: Subject = subject) -> str:
            screen._ask(name, subject)
            await settle(pilot)
            await keys(pilot, *way)
            return field(pilot).value

        proposed = await opened()
        await write(pilot)
        await leave(pilot)
        assert await opened(other_case) == proposed
        await leave(pilot)
        assert await opened() == TYPED
        assert pilot.app.screen.query_one("#as-left").display
        await keys(pilot, "ctrl+u")
        assert not pilot.app.screen.query_one("#as-left").display
        await leave(pilot)
        assert await opened() == proposed, "it was cleared"
        await write(pilot)
        await give(pilot)
        assert await opened() == proposed, "it was given"
        await leave(pilot)

    run(app, drive)
    assert not kept(sample)


def _of_another_case(subject: Subject) -> CaseFileView:
    return replace(subject.view, case=replace(subject.view.case, case_id="another"))


@dataclass(frozen=True)
class Elsewhere:
    """A dialog that is no action on a case: the keys that lead to its text, and those to the same of something else."""

    way: Sequence[str]
    to_another: Sequence[str] = ()


SCREENING: Final = ("slash", "ctrl+u", *typed("petrelhead"), "enter", "enter", "S")

ELSEWHERE: Final = {
    "name of a view": Elsewhere(
        ("slash", "ctrl+u", *typed("type:kyb"), "enter", "v"), ("slash", "ctrl+u", *typed("type:kyc"), "enter", "v")
    ),
    "another name for a view": Elsewhere(("V", "1", "1"), ("V", "2", "1")),
    "many cases": Elsewhere(("escape", "home", "space", "b", "3"), ("end", "space", "b", "3")),
    "screening": Elsewhere((*SCREENING, "1"), ("2",)),
    "conflict, edit": Elsewhere(("Y", "home", "enter", "e")),
    "conflict, note": Elsewhere(("Y", "home", "enter", "n"), ("x",)),
    "conflict, discard": Elsewhere(("Y", "home", "enter", "x"), ("n",)),
    "dead letter, replay": Elsewhere(("Y", "end", "enter", "1")),
    "dead letter, discard": Elsewhere(("Y", "end", "enter", "2")),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_draft_of_a_dialog_elsewhere(name: str, sample: Path) -> None:
    elsewhere = ELSEWHERE[name]
    in_trouble(sample, NOW)
    with CaseStore.open(sample) as store:
        for view in (View("One", "type:kyb status:open"), View("Two", "type:kyc status:open")):
            store.change(save_view, "ana.ruiz", view)

    async def leave_it(pilot: Pilot[None]) -> None:
        await keys(pilot, *elsewhere.way)
        proposed.append(field(pilot).value)
        await write(pilot)
        await leave(pilot)
        if elsewhere.to_another:
            await keys(pilot, *elsewhere.to_another)
            assert TYPED not in field(pilot).value

    async def come_back(pilot: Pilot[None]) -> None:
        await keys(pilot, *elsewhere.way)
        assert field(pilot).value == TYPED
        await keys(pilot, "ctrl+u")
        await leave(pilot)

    async def somebody_else(pilot: Pilot[None]) -> None:
        if name != "another name for a view":  # which is ana's own
            await keys(pilot, *elsewhere.way)
            assert TYPED not in field(pilot).value

    proposed: list[str] = []
    run(CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW), leave_it)
    assert len(kept(sample)) == 1
    run(CaseworkerApp(sample, actor="ben.osei", clock=lambda: NOW), somebody_else)
    run(CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW), come_back)
    assert not kept(sample)


def test_texts_are_typed_nowhere_else() -> None:
    """Whoever makes a field elsewhere keeps what is typed there. (What is searched for is a preference.)"""
    package = Path(caseworker_tui.__file__).parent
    fields = {"Input", "LineInput", "MaskedInput", "TextArea"}
    makers = {
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in fields
    }
    assert makers == {"dialogs/ask.py", "new_case/screen.py", "queue/search_line.py"}


class TestANote:
    @pytest.fixture
    def case_id(self, sample: Path) -> str:
        with CaseStore.open(sample) as store:
            (case,) = store.query(queue_page, limit=1)
            return case.case_id

    @staticmethod
    def notes(database: Path, case_id: str) -> list[str]:
        with CaseStore.open(database) as store:
            return [note.text for note in store.query(case_file, case_id).notes if note.text.startswith(TYPED)]

    def test_is_not_given_by_keys_that_were_typed_before_it_was_seen(
        self, app: CaseworkerApp, sample: Path, case_id: str
    ) -> None:
        async def drive(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter", "n", *typed(TYPED), "escape", "n")
            for key in ("enter", "enter", "enter"):
                pilot.app.post_message(Key(key, None))
            await settle(pilot)
            assert self.notes(sample, case_id) == []
            assert "You wrote this before" in str(pilot.app.screen.query_one("#refusal", Static).content)
            await keys(pilot, "enter")
            assert isinstance(pilot.app.screen, CaseScreen)

        run(app, drive)
        assert self.notes(sample, case_id) == [TYPED]
        assert not kept(sample)

    def test_is_not_given_where_it_is_gone_on_with_unseen(self, app: CaseworkerApp, sample: Path, case_id: str) -> None:
        async def drive(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter", "n", *typed(TYPED), "escape", "n", *typed(", and more"), "enter")
            assert self.notes(sample, case_id) == []
            await keys(pilot, "ctrl+u", *typed(f"{TYPED} anew"), "ctrl+u", *typed("else"), "enter")
            assert isinstance(pilot.app.screen, CaseScreen), "a text that is another one is looked at as it is typed"

        run(app, drive)
        assert not kept(sample)

    def test_is_kept_while_one_types(self, app: CaseworkerApp, sample: Path) -> None:
        async def drive(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter", "n")
            for _ in range(300):
                if not kept(sample):  # a pause in typing is not waited for
                    pilot.app.post_message(Key("x", "x"))
                    await pilot.pause(0.02)
            assert kept(sample)
            assert isinstance(pilot.app.screen, AskScreen)

        run(app, drive)

    def test_is_there_for_who_comes_back_at_once(self, app: CaseworkerApp, sample: Path) -> None:
        async def drive(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter", "n")
            field(pilot).insert_text_at_cursor(TYPED)
            dialog = pilot.app.screen
            assert isinstance(dialog, AskScreen)
            dialog.action_back()
            assert len(kept(sample)) == 1

        run(app, drive)

    def test_is_kept_when_the_app_is_ended_or_fails(self, app: CaseworkerApp, sample: Path) -> None:
        async def ended(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter", "n")
            field(pilot).insert_text_at_cursor(TYPED)
            pilot.app.exit()

        async def failed(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter", "n")
            assert field(pilot).value == TYPED
            field(pilot).insert_text_at_cursor(" of all")
            pilot.app.screen.call_next(lambda: 1 / 0)
            await pilot.pause(0)

        async def come_back(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter", "n")
            assert field(pilot).value == f"{TYPED} of all"

        run(app, ended)
        with pytest.raises(ZeroDivisionError):
            run(CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW), failed)
        run(CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW), come_back)

    @pytest.mark.parametrize("words", [TYPED, f"{TYPED}, in other words"])
    def test_that_was_given_as_the_app_was_ended_is_not_given_twice(
        self, words: str, app: CaseworkerApp, sample: Path, case_id: str
    ) -> None:
        draft = Draft(app.session, ("note", case_id, ""))
        draft.put("text", words)
        draft.keep()
        with CaseStore.open(sample, clock=lambda: NOW) as store:
            store.execute(AddNote(case_id=case_id, text=TYPED), command_id=draft.command_id, actor="ana.ruiz")

        async def drive(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter", "n", "enter", "enter")
            if words != TYPED:
                assert "was given before" in str(pilot.app.screen.query_one("#refusal", Static).content)
                await keys(pilot, "enter")
            assert isinstance(pilot.app.screen, CaseScreen)

        run(app, drive)
        assert self.notes(sample, case_id) == list(dict.fromkeys([TYPED, words]))
        assert not kept(sample)


def test_what_was_chosen_before_is_part_of_the_place(app: CaseworkerApp) -> None:
    """A reason to approve is none to reject."""

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter", "p", "1", *typed(TYPED), "escape", "2")
        assert field(pilot).value == ""
        await keys(pilot, "escape", "escape", "p", "2")
        assert field(pilot).value == ""
        await keys(pilot, "escape", "1")
        assert field(pilot).value == TYPED

    run(app, drive)


def test_where_nothing_can_be_kept_one_is_told_and_works_on(app: CaseworkerApp, sample: Path) -> None:
    drafts_folder(sample).write_text("in the way")

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter", "n", *typed(TYPED))
        for _ in range(300):
            if not pilot.app._notifications:
                await pilot.pause(0.02)
        assert [each.message for each in pilot.app._notifications] == ["The draft can't be kept: File exists."]
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, CaseScreen)

    run(app, drive)


class TestAFile:
    PLACE: Final = ("note", "a case")

    @pytest.fixture
    def draft(self, tmp_path: Path) -> Draft:
        draft = self.of(tmp_path)
        draft.put("text", "Ada Byron")
        draft.keep()
        return draft

    @staticmethod
    def of(folder: Path, person: str = "ana", place: tuple[str, ...] = PLACE) -> Draft:
        return Draft(Session(folder / "cases.sqlite3", actor=person, clock=lambda: NOW), place)

    def test_is_of_one_person_and_one_place_and_says_nothing_by_its_name(self, draft: Draft, tmp_path: Path) -> None:
        again = self.of(tmp_path)
        assert (again.texts, again.command_id) == ({"text": "Ada Byron"}, draft.command_id)
        assert not self.of(tmp_path, "ben").texts
        assert not self.of(tmp_path, place=("note", "another case")).texts
        (file,) = kept(tmp_path / "cases.sqlite3")
        assert not any(word in file.name for word in ("ana", "note", "case"))

    @pytest.mark.skipif(os.name != "posix", reason="there are no such modes")
    def test_is_for_its_owner_alone(self, draft: Draft, tmp_path: Path) -> None:
        (file,) = kept(tmp_path / "cases.sqlite3")
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    @pytest.mark.parametrize(
        "spoilt", ["", "{", "[]", "5", '{"texts": 5}', '{"texts": {"text": 5}, "command_id": "x"}', '{"texts": {}}']
    )
    def test_that_is_spoilt_is_no_draft(self, spoilt: str, draft: Draft, tmp_path: Path) -> None:
        (file,) = kept(tmp_path / "cases.sqlite3")
        file.write_text(spoilt)
        assert not self.of(tmp_path).texts

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
    def test_that_is_a_pipe_or_very_large_is_no_draft(self, draft: Draft, tmp_path: Path) -> None:
        draft.put("text", "C" * LARGEST)
        with pytest.raises(OSError, match="File too large"):
            draft.keep()
        assert self.of(tmp_path).texts == {"text": "Ada Byron"}
        (file,) = kept(tmp_path / "cases.sqlite3")
        file.write_text(f'{{"command_id": "x", "texts": {{"text": "{"C" * LARGEST}"}}}}')
        assert not self.of(tmp_path).texts
        file.unlink()
        os.mkfifo(file)
        signal.alarm(20)  # ends the tests where one waits for ever
        assert not self.of(tmp_path).texts
        signal.alarm(0)

    @pytest.mark.parametrize("kind", ["link", "file"])
    def test_is_never_written_through_a_link_or_into_a_file_of_others(
        self, kind: str, draft: Draft, tmp_path: Path
    ) -> None:
        (others := tmp_path / "theirs").write_text("theirs")
        (file,) = kept(tmp_path / "cases.sqlite3")
        in_the_way = file.with_suffix(f".{os.getpid()}.new")
        in_the_way.symlink_to(others) if kind == "link" else in_the_way.hardlink_to(others)
        draft.put("text", "Ada")
        draft.keep()
        assert others.read_text() == "theirs"
        assert self.of(tmp_path).texts == {"text": "Ada"}
        assert kept(tmp_path / "cases.sqlite3") == [file]

    def test_is_never_written_into_a_folder_of_others(self, tmp_path: Path) -> None:
        (others := tmp_path / "theirs").mkdir()
        drafts_folder(tmp_path / "cases.sqlite3").symlink_to(others)
        draft = self.of(tmp_path)
        draft.put("text", "Ada")
        with pytest.raises(OSError, match="symbolic links"):
            draft.keep()
        assert not list(others.iterdir())

    def test_holds_no_path_that_is_not_utf8_and_all_else(self, draft: Draft, tmp_path: Path) -> None:
        draft.put("file", "a\udcff.pdf")
        draft.put("more", "Byron")
        draft.keep()
        assert self.of(tmp_path).texts == {"text": "Ada Byron", "more": "Byron"}

    def test_goes_with_what_a_killed_process_left_of_it(self, draft: Draft, tmp_path: Path) -> None:
        (file,) = kept(tmp_path / "cases.sqlite3")
        file.with_suffix(".1.new").write_text("Ada")
        draft.discard()
        assert not kept(tmp_path / "cases.sqlite3")

    def test_is_gone_when_it_is_old(self, draft: Draft, tmp_path: Path) -> None:
        (file,) = kept(tmp_path / "cases.sqlite3")
        os.utime(file, (time.time() - LONGEST - 60,) * 2)
        assert not self.of(tmp_path).texts
        assert not file.exists()

    def test_is_one_of_no_more_than_so_many(self, draft: Draft, tmp_path: Path) -> None:
        (first,) = kept(tmp_path / "cases.sqlite3")
        os.utime(first, (time.time() - 60,) * 2)
        for number in range(MOST):
            another = self.of(tmp_path, place=("note", str(number)))
            another.put("text", "Ada")
            another.keep()
        assert len(kept(tmp_path / "cases.sqlite3")) == MOST
        assert not first.exists()
