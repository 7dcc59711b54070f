"""Views and columns of the queue, and that all is as it was left when one comes back."""

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.queue.screen import QueueScreen
from caseworker_tui.queue.views import ViewStrip
from store.domain import commands as c
from store.engine.case_store import CaseStore
from store.preferences import VIEWS, Preferences, preferences_of, save_preferences
from store.queries.query_language import Asker, select
from store.queries.queue import QueueRow, landmarks, queue_page
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, run, settle, typed


def _expected(database: Path, query: str) -> list[QueueRow]:
    with CaseStore.open(database) as store:
        return store.query(queue_page, select(query, Asker("ana.ruiz", NOW)))


def _queue(pilot: Pilot[None]) -> QueueScreen:
    assert isinstance(pilot.app.screen, QueueScreen)
    return pilot.app.screen


def _screen(pilot: Pilot[None]) -> type:
    return type(pilot.app.screen)


def _shown(pilot: Pilot[None]) -> list[QueueRow]:
    table = _queue(pilot).table
    return [row for row in map(table.row, range(table.length)) if row]


def _strip(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(ViewStrip).render_line(0).text


def _heading(pilot: Pilot[None]) -> list[str]:
    return _queue(pilot).table.render_line(0).text.split()


def test_a_number_shows_a_view_and_each_has_its_count(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        for number, view in enumerate(VIEWS):
            await keys(pilot, str(number))
            assert _shown(pilot) == _expected(sample, view.query)
            assert f"▸{number} {view.name} {len(_expected(sample, view.query))} " in _strip(pilot)
            assert _strip(pilot).count("▸") == 1
        with CaseStore.open(sample, clock=lambda: NOW) as other:
            free = _expected(sample, VIEWS[2].query)
            other.execute(c.AssignCase(case_id=free[0].case_id, assignee="ana.ruiz"), actor="ben.osei")
        await keys(pilot, "f5")
        assert f" 2 Free {len(free) - 1} " in _strip(pilot)
        await keys(pilot, "slash", *typed(" type:kyc"))
        assert "▸" not in _strip(pilot)

    run(app, drive)


def test_a_search_becomes_a_view_of_one_s_own(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "slash", *typed("type:kyb risk:high"), "enter", "v", *typed("Risky"), "enter")
        assert "▸6 Risky" in _strip(pilot)
        await keys(pilot, "0", "6")
        assert _shown(pilot)
        assert all((row.traitement_type, row.risk) == ("KYB", "HIGH") for row in _shown(pilot))
        await keys(pilot, "V", "1", "1", *typed(" ones"), "enter")
        assert "▸6 Risky ones" in _strip(pilot)
        await keys(pilot, "V", "1", "2")
        assert "Risky" not in _strip(pilot)

    run(app, drive, (120, 40))


def test_one_comes_back_to_where_one_was(app: CaseworkerApp, sample: Path) -> None:
    async def leave(pilot: Pilot[None]) -> None:
        await keys(pilot, "C", "j", "j", "space", "escape", "2", "s", "r", "j", "j", "j")
        left.append(_queue(pilot).table.current)

    async def come_back(pilot: Pilot[None]) -> None:
        assert [_queue(pilot).table.current] == left
        assert _queue(pilot).table.cursor == 3
        assert "Status" not in _heading(pilot)
        assert _shown(pilot) == _expected(sample, "assignee:none status:active sort:-updated")

    async def somebody_else(pilot: Pilot[None]) -> None:
        assert len(_shown(pilot)) == 60
        assert _queue(pilot).table.cursor == 0
        assert "Status" in _heading(pilot)

    left: list[QueueRow | None] = []
    run(app, leave)
    run(CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW), come_back)
    run(CaseworkerApp(sample, actor="ben.osei", clock=lambda: NOW), somebody_else)


def test_what_one_left_is_still_there_when_the_app_ends_before_it_is_shown(app: CaseworkerApp, sample: Path) -> None:
    left = Preferences("status:open", "some-case", ("name",))
    with CaseStore.open(sample) as store:
        store.change(save_preferences, "ana.ruiz", left)
    app.exit()
    asyncio.run(app.run_async(headless=True))
    with CaseStore.open(sample) as store:
        assert store.query(preferences_of, "ana.ruiz") == left


def test_columns_come_and_go_and_each_orders_the_queue(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        assert "Risk" not in _heading(pilot)
        await keys(pilot, "C", *["j"] * 6, "space", "j", "space", "escape")
        assert {"Risk", "Tags"} <= set(_heading(pilot))
        place = _queue(pilot).table.render_line(0).text.index("Risk")
        await pilot.click(_queue(pilot).table, offset=(place, 0))
        await settle(pilot)
        assert _shown(pilot) == _expected(sample, "sort:risk")
        await keys(pilot, "s")
        assert _shown(pilot) == _expected(sample, "sort:tag")

    run(app, drive, (200, 40))


def test_a_reference_opens_its_case_and_leaves_the_queue_as_it_was(app: CaseworkerApp, sample: Path) -> None:
    wanted = _expected(sample, "assignee:me status:active")[4]
    dictated = wanted.reference.lower().replace("-", "").replace("0", "o")

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "1", "slash", *["backspace"] * 26, *typed(dictated), "enter")
        assert _screen(pilot) is CaseScreen
        assert wanted.reference in str(pilot.app.screen.query_one("#title", Static).content)
        await keys(pilot, "escape")
        assert _shown(pilot) == _expected(sample, "assignee:me status:active")
        assert _queue(pilot).table.current == wanted
        await keys(pilot, "slash", *typed(" 7F3QK2M9X"), "enter")
        assert _screen(pilot) is QueueScreen

    run(app, drive)


def test_the_cursor_stays_on_its_line_when_cases_come_in_above(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "slash", *typed("sort:-updated"), "enter", *["pagedown"] * 3, *["k"] * 4)
        table = _queue(pilot).table
        case, line = table.current, table.cursor - table.scroll_offset.y
        with CaseStore.open(sample, clock=lambda: NOW) as other:
            for row in _expected(sample, "sort:updated")[:5]:
                other.execute(c.AddNote(case_id=row.case_id, text="Called."), actor="ben.osei")
        before = table.cursor
        await keys(pilot, "f5")
        assert table.current == case
        assert table.cursor == before + 5
        assert table.cursor - table.scroll_offset.y == line

    run(app, drive)


def test_a_count_under_way_is_not_begun_anew_for_ever(app: CaseworkerApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the data changes meanwhile, it comes to its end, and is then done once more."""
    surveys: list[int] = []

    async def drive(pilot: Pilot[None]) -> None:
        queue = _queue(pilot)

        def counted(*arguments: object) -> object:
            surveys.append(1)
            if len(surveys) == 1:
                for _ in range(10):
                    pilot.app.call_from_thread(queue.reload)
            return landmarks(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr("caseworker_tui.queue.pages.landmarks", counted)
        await keys(pilot, "f5")
        assert len(surveys) == 2

    run(app, drive)
