"""Finding cases in the queue: the search line, its completion, and orders."""

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, Static

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.queue.screen import QueueScreen
from caseworker_tui.queue.search_line import SearchLine
from caseworker_tui.queue.table import CaseTable
from store.domain.commands import PinCase
from store.engine.case_store import CaseStore
from store.queries.query_language import Asker, select
from store.queries.queue import queue_page
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, run, settle, typed


def _expected(database: Path, query: str) -> list[str]:
    with CaseStore.open(database) as store:
        return [row.name for row in store.query(queue_page, select(query, Asker("ana.ruiz", NOW)))]


def _shown(pilot: Pilot[None]) -> list[str]:
    table = pilot.app.screen.query_one(CaseTable)
    return [row.name for row in (table.row(index) for index in range(table.length)) if row]


def _hint(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("SearchLine #hint", Static).content)


def test_cases_are_found_as_one_types(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "slash", *typed("salt"))
        assert _shown(pilot) == _expected(sample, "salt")
        await keys(pilot, *typed(" stat"))
        assert "where the case stands" in _hint(pilot)
        await keys(pilot, "tab", *typed("o"), "tab")
        assert pilot.app.screen.query_one(SearchLine).text == "salt status:open"
        assert _shown(pilot) == _expected(sample, "salt status:open")
        await keys(pilot, "enter", "j")
        assert isinstance(pilot.app.focused, CaseTable)
        await keys(pilot, "escape")
        assert _shown(pilot) == _expected(sample, "")

    run(app, drive)


def test_what_can_t_be_read_is_told_and_the_cases_stay(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "slash", *typed("salt"), *typed(" statsu:x"))
        assert _hint(pilot) == "There is no field statsu: did you mean status:?"
        assert _shown(pilot) == _expected(sample, "salt")

    run(app, drive)


def test_the_cases_stay_while_a_field_is_named(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "slash", *typed("status:open countr"))
        assert _shown(pilot) == _expected(sample, "status:open") != []
        assert "country:" in _hint(pilot)
        await keys(pilot, "enter")  # it was meant as a word
        assert _shown(pilot) == []
        await keys(pilot, *typed("y"))
        assert _shown(pilot) == _expected(sample, "status:open")
        await keys(pilot, *typed(":"), "enter")
        assert _shown(pilot) == _expected(sample, "status:open")
        assert pilot.app.screen.query_one(SearchLine).has_focus_within, "the query can't be read yet"
        await keys(pilot, *typed("fr"), "enter")
        assert _shown(pilot) == _expected(sample, "status:open country:fr")
        assert isinstance(pilot.app.focused, CaseTable)

    run(app, drive)


def test_enter_right_after_the_last_letter_searches_for_a_word(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "slash")
        field = pilot.app.focused
        assert isinstance(field, Input)
        field.insert_text_at_cursor("countr")
        await pilot.press("enter")
        await settle(pilot)
        assert _shown(pilot) == []

    run(app, drive)


def test_a_word_that_cases_hold_is_a_word_though_a_field_begins_like_it(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "slash", *typed("c"))
        assert _shown(pilot) == _expected(sample, "c") != _expected(sample, "")

    run(app, drive)


def test_a_pinned_case_has_a_sign_in_the_queue_and_in_its_header(app: CaseworkerApp, sample: Path) -> None:
    with CaseStore.open(sample) as store:
        first, second = store.query(queue_page, limit=2)
        store.execute(PinCase(case_id=first.case_id), actor="ana.ruiz")

    async def drive(pilot: Pilot[None]) -> None:
        table = pilot.app.screen.query_one(CaseTable)
        assert f"⚑ {first.name}" in table.render_line(1).text
        assert "⚑" not in table.render_line(2).text
        await keys(pilot, "enter")
        title = pilot.app.screen.query_one("#title", Static)
        assert f"{first.reference} ⚑ {first.name}" in str(title.content)
        await keys(pilot, "right_square_bracket")
        assert f"{second.reference}  {second.name}" in str(title.content)

    run(app, drive)


def test_nothing_found_says_the_way_back(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "slash", *typed("xyzzy"), "enter")
        nothing = pilot.app.screen.query_one("#empty", Static)
        assert nothing.display
        assert "Press esc to see all cases" in str(nothing.content)
        await keys(pilot, "escape")
        assert not nothing.display

    run(app, drive)


def test_orders_by_key_and_by_a_click_on_the_heading(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "s")
        assert _shown(pilot) == _expected(sample, "sort:updated")
        await keys(pilot, "r")
        assert _shown(pilot) == _expected(sample, "sort:-updated")
        await pilot.click(CaseTable, offset=(15, 0))
        await settle(pilot)
        assert _shown(pilot) == _expected(sample, "sort:name")
        await pilot.click(CaseTable, offset=(15, 0))
        await settle(pilot)
        assert _shown(pilot) == _expected(sample, "sort:-name")

    run(app, drive)


def test_the_cursor_stays_on_its_case_when_a_search_goes_on(app: CaseworkerApp, sample: Path) -> None:
    """What is read again is not what is searched anew."""

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "slash", *typed("type:kyb"), "enter", "j", "j")
        screen = pilot.app.screen
        assert isinstance(screen, QueueScreen)
        standing_on = screen.table.current
        await keys(pilot, "f5")
        assert screen.table.current == standing_on
        assert screen.table.cursor == 2

    run(app, drive)
