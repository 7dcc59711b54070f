"""Actions and their keys: each is where it is declared, has a key of its own, and is told of."""

from pathlib import Path
from typing import Any

import pytest
from textual.dom import DOMNode
from textual.pilot import Pilot

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.actions import CASE_ACTIONS
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.cli.key_sheet import ALL_KEYS, key_sheet
from caseworker_tui.frame.help import HelpScreen
from caseworker_tui.frame.keys import Action, Keys
from store.domain import commands as c
from store.domain.statuses import CaseStatus
from store.engine.case_store import CaseStore
from store.queries.queue import queue_page
from tests.screens.pilot import keys, run, settle, toasts


def with_keys(base: type = DOMNode) -> list[Any]:
    """All classes of the app that declare keys."""
    found = [base] if isinstance(vars(base).get("KEYS"), Keys) else []
    below: list[type] = base.__subclasses__()
    return found + [each for sub in below for each in with_keys(sub)]


DECLARED = [(owner, action) for owner in with_keys() for action in owner.KEYS.actions]


@pytest.mark.parametrize(("owner", "action"), DECLARED, ids=lambda it: getattr(it, "__name__", getattr(it, "name", "")))
def test_every_action_is_there(owner: type, action: Action) -> None:
    assert hasattr(owner, f"action_{action.name.partition('(')[0]}")


@pytest.mark.parametrize("owner", with_keys(), ids=lambda owner: owner.__name__)
def test_a_key_means_one_thing_in_each_place(owner: Any) -> None:
    everywhere = CaseworkerApp.KEYS if owner is not CaseworkerApp else Keys("", ())
    pressed = [key for action in (*owner.KEYS.actions, *everywhere.actions) for key in action.keys]
    assert len(pressed) == len(set(pressed))


def test_the_palette_has_every_action(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        offered = {command.help for command in app.get_system_commands(pilot.app.screen)}
        wanted = {action.sentence for action in (*pilot.app.screen.KEYS.actions, *CaseworkerApp.KEYS.actions)}  # type: ignore[attr-defined]
        assert wanted - offered == {"Every action by name."}

    run(app, drive)


def test_the_key_sheet_has_the_keys_of_every_screen() -> None:
    assert {keys.heading for keys in ALL_KEYS} == {owner.KEYS.heading for owner in with_keys()}


def test_the_key_sheet_is_in_step() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")
    assert documented == key_sheet(), "run: python -m caseworker_tui.cli.key_sheet > docs/keys.md"


class TestAnActionThatCantBeGivenNow:
    """It says so at once, before any question, and is dimmed wherever it is offered."""

    @pytest.fixture
    def withdrawn(self, sample: Path) -> str:
        """The first case of the queue, closed."""
        with CaseStore.open(sample) as store:
            (case,) = store.query(queue_page, limit=1)
            if case.status in (CaseStatus.APPROVED, CaseStatus.REJECTED):
                store.execute(c.ReopenCase(case_id=case.case_id, reason="for this test"), actor="ana.ruiz")
            store.execute(c.WithdrawCase(case_id=case.case_id, reason="went elsewhere"), actor="ana.ruiz")
            return case.case_id

    def test_says_why_instead_of_asking(self, app: CaseworkerApp, withdrawn: str) -> None:
        async def drive(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter", "c")
            assert isinstance(pilot.app.screen, CaseScreen)
            assert toasts(pilot) == [
                "The case is WITHDRAWN; ‘record check’ is for cases that are OPEN or AWAITING_CLIENT; reopen it first."
            ]
            await keys(pilot, "n")
            assert not isinstance(pilot.app.screen, CaseScreen), "a note can be added to any case"

        run(app, drive)

    def test_is_dimmed_in_the_footer(self, app: CaseworkerApp, withdrawn: str) -> None:
        async def drive(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter")
            bindings = {each.binding.description: each.enabled for each in pilot.app.screen.active_bindings.values()}
            assert (bindings["Check"], bindings["Note"]) == (False, True)

        run(app, drive)

    def test_is_dimmed_in_help_and_explained_in_the_palette(self, app: CaseworkerApp, withdrawn: str) -> None:
        async def drive(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter")
            offered = {each.title: each.help for each in app.get_system_commands(pilot.app.screen)}
            assert offered["Check  (c)"].startswith("The case is WITHDRAWN;")
            assert offered["Note  (n)"] == "Add a note."
            await keys(pilot, "question_mark")
            assert isinstance(pilot.app.screen, HelpScreen)
            lines = {line.plain.strip(): line for line in pilot.app.screen._lines()}
            (check,) = (line for plain, line in lines.items() if plain.endswith("Record what a check came to."))
            (note,) = (line for plain, line in lines.items() if plain.endswith("Add a note."))
            assert "dim" in str(check.spans)
            assert "dim" not in str(note.spans)

        run(app, drive)

    def test_can_be_given_again_once_the_case_is_open(self, app: CaseworkerApp, withdrawn: str) -> None:
        async def drive(pilot: Pilot[None]) -> None:
            await keys(pilot, "enter", "m", "1", *"because", "enter", "c")
            assert not isinstance(pilot.app.screen, CaseScreen)

        run(app, drive)


def test_a_key_pressed_while_the_case_is_read_is_not_lost(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, CaseScreen)
        screen.open(screen.case_id)
        screen.action_do("note")
        assert pilot.app.screen is screen
        await settle(pilot)
        assert pilot.app.screen is not screen, "the note is asked for"

    run(app, drive)


def test_the_pin_goes_on_and_off(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter", "P")
        assert toasts(pilot)[-1] == "The case is pinned."
        await keys(pilot, "P")
        assert toasts(pilot)[-1] == "The pin is off."

    run(app, drive)


def test_what_can_be_done_to_many_is_in_the_record_of_the_action() -> None:
    assert [name for name, action in CASE_ACTIONS.items() if action.many] == [
        "assign", "unassign", "tag", "untag", "due_date", "request_document", "case_status", "pin",
    ]  # fmt: skip
