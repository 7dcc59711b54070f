"""The keys at the foot of a screen, and that the app holds on to no widget that it has shown."""

import gc
from collections import Counter

from textual.pilot import Pilot
from textual.widget import Widget

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.frame.footer import Footer
from caseworker_tui.frame.help import HelpScreen
from caseworker_tui.queue.screen import QueueScreen
from tests.screens.pilot import keys, run, settle


def footer_of(pilot: Pilot[None]) -> Footer:
    return pilot.app.screen.query_one(Footer)


def on(pilot: Pilot[None]) -> type:
    """The screen in sight."""
    return type(pilot.app.screen)


def shown(pilot: Pilot[None]) -> str:
    return footer_of(pilot).render().plain


async def click(pilot: Pilot[None], label: str) -> None:
    await pilot.click(Footer, offset=(shown(pilot).index(label), 0))
    await settle(pilot)


def test_the_keys_change_with_what_can_be_given(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        assert shown(pilot).startswith(" ⏎ Open  / Search  n New ")
        assert shown(pilot).endswith("▏^p Palette ")
        await keys(pilot, "slash")
        assert shown(pilot).startswith(" tab Complete  esc All ")
        await keys(pilot, "escape", "enter")
        assert shown(pilot).startswith(" esc Back  s Document  c Check ")

    run(app, drive)


def test_only_whole_keys_are_shown(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await pilot.resize_terminal(40, 24)
        await settle(pilot)
        assert shown(pilot) == " ⏎ Open  / Search  n New    ▏^p Palette "

    run(app, drive)


def test_a_click_is_the_key(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await click(pilot, "Help")
        assert on(pilot) is HelpScreen
        await keys(pilot, "escape")
        await click(pilot, "Open")
        assert on(pilot) is CaseScreen
        review = next(key for key in footer_of(pilot).keys if key.label == "Review")
        assert not review.enabled
        await click(pilot, "Review")
        assert on(pilot) is CaseScreen
        await click(pilot, "Back")
        assert on(pilot) is QueueScreen

    run(app, drive)


def test_a_key_says_what_it_does_under_the_mouse(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await pilot.hover(Footer, offset=(shown(pilot).index("Help"), 0))
        assert footer_of(pilot).tooltip == "All keys of this screen."
        await pilot.hover(Footer, offset=(shown(pilot).index("▏") - 1, 0))
        assert footer_of(pilot).tooltip is None

    run(app, drive)


ROUND = (
    *("enter", "2", "3", "4", "5", "6", "1", "n", "escape", "question_mark", "escape", "R", "escape", "escape", "down"),
)
"""Through a case, its tabs and dialogs, and on to the next."""
MORE = 4


def test_what_was_shown_is_let_go(app: CaseworkerApp) -> None:
    """What each round leaves a widget of would fill the memory. A last one may still have a timer that holds it."""

    def left_behind() -> Counter[str]:
        gc.collect()
        widgets = [each for each in gc.get_objects() if isinstance(each, Widget)]
        return Counter(type(each).__name__ for each in widgets if not each.is_attached)

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, *ROUND, *ROUND)
        before = left_behind()
        for _ in range(MORE):
            await keys(pilot, *ROUND)
        assert all(number < MORE for number in (left_behind() - before).values())

    run(app, drive)
