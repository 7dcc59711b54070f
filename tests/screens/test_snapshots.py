"""What every screen looks like, small and large. Look at the pictures before you accept new ones."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from textual.pilot import Pilot

from caseworker_tui.app import CaseworkerApp
from store.domain.commands import AttachFile
from store.engine.case_store import CaseStore
from store.queries.case_file import case_file, find_case
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, opening, settle, typed

SIZES = [pytest.param((80, 24), id="80x24"), pytest.param((120, 40), id="120x40")]
SnapCompare = Callable[..., bool]

CASE: Final = "R9J-096-KG9"
"""A case with several documents."""

COMPANY: Final = "QRK-6J0-5DH"
"""A case with several owners, who are parties of other cases too."""

PERSON: Final = "6AJ-YPG-7KK"
"""A case of one person, which nobody decided."""

SCREENS: dict[str, list[str]] = {
    "queue": ["j", "j"],
    "queue_bottom": ["end"],
    "queue_search": ["slash", *typed("type:kyb st")],
    "queue_found": ["slash", *typed("type:kyb status:open"), "enter", "r"],
    "queue_marked": ["3", "space", "space", "0", "j", "shift+down"],
    "queue_many": ["slash", *typed("type:kyb"), "enter", "asterisk", "b"],
    "many_done": ["asterisk", "b", "7", *typed("duplicates"), "enter"],
    "columns": ["C", *["j"] * 6, "space"],
    "team": ["T", "j", "j"],
    "queue_search_wrong": ["slash", *typed("salt statsu:open")],
    "case_overview": opening(CASE),
    "case_parties": [*opening(CASE), "2"],
    "case_ownership": [*opening(COMPANY), "2"],
    "confirm_owners": [*opening(COMPANY), "b"],
    "case_documents": [*opening(CASE), "3", "j"],
    "case_timeline": [*opening(CASE), "6"],
    "case_then": [*opening(CASE), "6", *["j"] * 12, "enter", "3"],
    "undo": [*opening(CASE), "t", *typed("vip"), "enter", "u"],
    "case_review": [*opening(CASE), "4"],
    "document_status": [*opening(CASE), "3", "s"],
    "related_parties": [*opening(COMPANY), "2", "end"],
    "related": [*opening(COMPANY), "R"],
    "screening": ["slash", *typed("petrelhead"), "enter", "enter", "S"],
    "screening_decided": [
        *("slash", *typed("petrelhead"), "enter", "enter", "S"),
        *("2", *typed("same number"), "enter", "1", *typed("other country"), "enter", "N"),
    ],
    "propose": [*opening(PERSON), "p"],
    "draft": [*opening(PERSON), "p", "1", *typed("The client is well known"), "escape", "escape", "p", "1"],
    "draft_unseen": [*opening(PERSON), "n", *typed("They called"), "escape", "n", "enter"],
    "new_case": ["n"],
    "new_case_wrong": ["n", "ctrl+t", *typed("C1"), "tab", "tab", *typed("Acme"), "tab", "tab", *typed("XX"), "ctrl+s"],
    "help": ["question_mark"],
    "palette": ["ctrl+p"],
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCREENS)
def test_screen(snap_compare: SnapCompare, app: CaseworkerApp, name: str, size: tuple[int, int]) -> None:
    assert snap_compare(app, terminal_size=size, run_before=_after(*SCREENS[name]))


@pytest.fixture
def dated(sample: Path) -> Path:
    attach_files(sample)
    return sample


def attach_files(sample: Path) -> None:
    """The documents of one case have files and last days."""
    days = iter([date(2026, 11, 17), date(2026, 12, 2), date(2031, 5, 2)])
    with CaseStore.open(sample, clock=lambda: NOW, device="sample") as store:
        for number, document in enumerate(store.query(case_file, store.query(find_case, CASE)).documents):
            attach = AttachFile(
                document_requirement_id=document.document_requirement_id,
                sha256=f"{number:02x}" * 32,
                size=1_300_000 * (number + 1),
                media_type="application/pdf",
                file_name=f"scan {number}.pdf",
                expires_on=str(next(days, "")) or None,
            )
            store.execute(attach, actor="ana.ruiz")
            more = {"sha256": f"f{number:x}" * 32, "size": 812, "file_name": "page 2.png", "media_type": "image/png"}
            store.execute(attach.model_copy(update=more), actor="ana.ruiz")


WITH_FILES: dict[str, list[str]] = {
    "overview": [],
    "documents": ["3"],
    "attach": ["3", "f"],
    "which_file": ["3", "F"],
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", WITH_FILES)
def test_files_and_last_days(snap_compare: SnapCompare, dated: Path, name: str, size: tuple[int, int]) -> None:
    app = CaseworkerApp(dated, actor="ana.ruiz", clock=lambda: NOW)
    pressed = [*opening(CASE), *WITH_FILES[name]]
    assert snap_compare(app, terminal_size=size, run_before=_after(*pressed))


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
