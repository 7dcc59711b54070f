"""What every screen looks like, small and large. Look at the pictures before you accept new ones."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from caseworker_tui.app import CaseworkerApp
from tests.screens.driving import keys, settle, typed

SIZES = [pytest.param((80, 24), id="80x24"), pytest.param((120, 40), id="120x40")]
SnapCompare = Callable[..., bool]

SCREENS: dict[str, list[str]] = {
    "queue": ["j", "j"],
    "queue_bottom": ["end"],
    "queue_search": ["slash", *typed("type:kyb st")],
    "queue_found": ["slash", *typed("type:kyb status:open"), "enter", "r"],
    "queue_search_wrong": ["slash", *typed("salt statsu:open")],
    "case_overview": ["j", "j", "j", "enter"],
    "case_parties": ["j", "j", "j", "enter", "2"],
    "case_ownership": ["j", "j", "j", "j", "enter", "2"],
    "confirm_owners": ["j", "j", "j", "j", "enter", "b"],
    "case_documents": ["j", "j", "j", "enter", "3", "j"],
    "case_timeline": ["j", "j", "j", "enter", "6"],
    "case_then": ["j", "j", "j", "enter", "6", *["j"] * 12, "enter", "3"],
    "undo": ["j", "j", "j", "enter", "t", *typed("vip"), "enter", "u"],
    "case_review": ["j", "j", "j", "enter", "4"],
    "document_status": ["j", "j", "j", "enter", "3", "s"],
    "related_parties": ["j", "j", "j", "j", "enter", "2", "end"],
    "related": ["j", "j", "j", "j", "enter", "R"],
    "propose": ["j", "enter", "p"],
    "new_case": ["n"],
    "new_case_wrong": ["n", "ctrl+t", *typed("C1"), "tab", "tab", *typed("Acme"), "tab", "tab", *typed("XX"), "ctrl+s"],
    "help": ["question_mark"],
    "palette": ["ctrl+p"],
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCREENS)
def test_screen(snap_compare: SnapCompare, app: CaseworkerApp, name: str, size: tuple[int, int]) -> None:
    assert snap_compare(app, terminal_size=size, run_before=_after(*SCREENS[name]))


@pytest.mark.parametrize("name", ["queue", "case_documents"])
def test_light_theme(snap_compare: SnapCompare, app: CaseworkerApp, name: str) -> None:
    app.theme = "textual-light"
    assert snap_compare(app, terminal_size=(80, 24), run_before=_after(*SCREENS[name]))


@pytest.mark.parametrize("size", SIZES)
def test_empty_queue(snap_compare: SnapCompare, empty_app: CaseworkerApp, size: tuple[int, int]) -> None:
    assert snap_compare(empty_app, terminal_size=size, run_before=_after())


def _after(*pressed: str) -> Callable[[Pilot[None]], Any]:
    async def drive(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await keys(pilot, *pressed)

    return drive
