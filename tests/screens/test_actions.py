"""The one list of actions, and everything that is made from it."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.past import CaseThenScreen
from caseworker_tui.case.related import RelatedScreen
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.dialogs.choice import ChoiceScreen
from caseworker_tui.dialogs.command import CommandScreen
from caseworker_tui.dialogs.confirm import ConfirmScreen
from caseworker_tui.dialogs.line_input import LineInput
from caseworker_tui.frame.help import HelpScreen
from caseworker_tui.frame.keys import ACTIONS, Action, Place, actions_at, key_sheet
from caseworker_tui.new_case.screen import NewCaseScreen
from caseworker_tui.queue.bulk import ManyScreen
from caseworker_tui.queue.columns import ColumnsScreen
from caseworker_tui.queue.screen import QueueScreen
from caseworker_tui.queue.search_line import SearchLine
from caseworker_tui.screening.screen import ScreeningScreen
from caseworker_tui.sync.conflict import ConflictScreen
from caseworker_tui.sync.screen import SyncScreen
from caseworker_tui.team.screen import TeamScreen
from tests.screens.pilot import run

SCREENS: dict[Place, tuple[type, ...]] = {
    Place.EVERYWHERE: (CaseworkerApp,),
    Place.QUEUE: (QueueScreen,),
    Place.SEARCH: (SearchLine,),
    Place.CASE: (CaseScreen,),
    Place.CASE_THEN: (CaseThenScreen,),
    Place.NEW_CASE: (NewCaseScreen,),
    Place.RELATED: (RelatedScreen,),
    Place.SCREENING: (ScreeningScreen,),
    Place.DIALOG: (CommandScreen, ChoiceScreen, HelpScreen),
    Place.FIELD: (LineInput,),
    Place.TEAM: (TeamScreen,),
    Place.MANY: (ManyScreen,),
    Place.COLUMNS: (ColumnsScreen,),
    Place.SYNC: (SyncScreen,),
    Place.CONFLICT: (ConflictScreen,),
    Place.CONFIRM: (ConfirmScreen,),
}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.place}-{action.name}")
def test_every_action_is_there(action: Action) -> None:
    method = f"action_{action.name.partition('(')[0]}"
    assert all(hasattr(screen, method) for screen in SCREENS[action.place])


def test_a_key_means_one_thing_in_each_place() -> None:
    for place in Place:
        pressed = [key for action in actions_at(place, Place.EVERYWHERE) for key in action.keys]
        if place is not Place.EVERYWHERE:
            assert len(pressed) == len(set(pressed)), place


def test_the_palette_has_every_action(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        offered = {command.help for command in app.get_system_commands(pilot.app.screen)}
        wanted = {action.sentence for action in actions_at(Place.QUEUE, Place.EVERYWHERE)}
        assert wanted - offered == {"Every action by name."}

    run(app, drive)


def test_the_key_sheet_is_in_step() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")
    assert documented == key_sheet(), "run: python -m caseworker_tui.frame.keys > docs/keys.md"
