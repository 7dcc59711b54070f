"""The team at a glance, and the way from a bar to its cases."""

from pathlib import Path

from textual.pilot import Pilot

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.queue.screen import QueueScreen
from caseworker_tui.queue.search_line import SearchLine
from caseworker_tui.queue.table import CaseTable
from caseworker_tui.team.bar_chart import BarChart
from store.engine.case_store import CaseStore
from store.queries.query_language import Asker
from store.queries.workload import counted_charts
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, run


def test_a_bar_leads_to_its_cases_and_back_again(app: CaseworkerApp, sample: Path) -> None:
    with CaseStore.open(sample) as store:
        charts = {chart.name: bars for chart, bars in store.query(counted_charts, Asker("ana.ruiz", NOW))}
    waiting, unrated = charts["status"][1], charts["risk"][-1]

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "T", "down", "enter")
        assert pilot.app.screen.query_one(SearchLine).text == waiting.query
        assert pilot.app.screen.query_one(CaseTable).length == waiting.cases
        await keys(pilot, "T", "l", "l", "l", "k", "enter")
        assert pilot.app.screen.query_one(CaseTable).length == unrated.cases
        await keys(pilot, "T", *["j"] * 13)
        chart = pilot.app.focused
        assert isinstance(chart, BarChart)
        assert chart.border_title == "In work: when they are due"
        assert chart.region.bottom - 2 in range(24 - 1), "its last line, with the cursor, is in sight"
        await keys(pilot, "escape")
        assert isinstance(pilot.app.screen, QueueScreen)

    run(app, drive)
