"""The team at a glance: how many cases there are of what kind, as bars that lead to them."""

from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from caseworker_tui.frame.keys import Action, Keys, bindings
from caseworker_tui.frame.navigation import BackToQueue, ShowCases
from caseworker_tui.frame.screen import WorkScreen
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from caseworker_tui.team.bar_chart import BarChart
from store.queries.query_language import Asker
from store.queries.workload import CHARTS

_LEFT: Final = 4
"""So many charts stand on the left where there is room for two columns."""


class TeamScreen(WorkScreen):
    """Each chart is shown as soon as it is counted."""

    CSS_PATH = "screen.tcss"
    KEYS: ClassVar = Keys(
        "Team",
        (
            Action("leave", ("escape", "q"), "Back", "Back to the queue.", in_footer=True),
            Action(
                "open_cases",
                ("enter",),
                "Cases",
                "The cases of the bar under the cursor, in the queue.",
                in_footer=True,
            ),
            Action("line(1)", ("down", "j"), "Down", "One bar down."),
            Action("line(-1)", ("up", "k"), "Up", "One bar up."),
            Action("chart(1)", ("right", "l", "tab"), "Next", "To the next chart."),
            Action("chart(-1)", ("left", "h", "shift+tab"), "Before", "To the chart before."),
        ),
    )
    BINDINGS = bindings(KEYS)
    FOLLOWS_DATABASE: ClassVar = False  # the charts are counted off the whole database
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._in_sight = Vertical(id="in-sight")
        self._charts = {chart: BarChart(chart) for chart in CHARTS}

    def compose_body(self) -> ComposeResult:
        with self._in_sight, Container(id="charts"):
            charts = list(self._charts.values())
            yield Vertical(*charts[:_LEFT])
            yield Vertical(*charts[_LEFT:])

    def on_mount(self) -> None:
        self._top_line.show("Team")
        self.reload()

    @work(exclusive=True)
    async def reload(self) -> None:
        with toast_errors(self):
            asker = Asker(self._session.actor, self._session.now().astimezone())
            for chart, widget in self._charts.items():
                widget.show(await self._session.survey(chart.counted, asker))

    def _at(self) -> tuple[list[BarChart], int]:
        """The charts in their order, and which of them the cursor is in."""
        charts = list(self._charts.values())
        return charts, charts.index(self.focused) if isinstance(self.focused, BarChart) else 0

    def action_line(self, step: int) -> None:
        charts, at = self._at()
        if not charts[at].move(step) and 0 <= at + step < len(charts):
            at += step
            charts[at].enter(step)
        self._bring_in_sight(charts[at])

    def _bring_in_sight(self, chart: BarChart) -> None:
        """The bar under the cursor comes in sight, and the title of its chart with the first."""
        window, line = self._in_sight.region, chart.line_of_cursor
        above = window.y - (line - 1) if line - 1 < window.y else 0
        below = line + 2 - window.bottom if line + 2 > window.bottom else 0
        self._in_sight.scroll_relative(y=below - above, animate=False)

    def action_chart(self, step: int) -> None:
        charts, at = self._at()
        chart = charts[(at + step) % len(charts)]
        chart.enter(1)
        self._bring_in_sight(chart)

    def action_open_cases(self) -> None:
        charts, at = self._at()
        charts[at].choose()

    @on(BarChart.Chosen)
    def show_cases(self, chosen: BarChart.Chosen) -> None:
        self.post_message(ShowCases(chosen.query))

    def action_leave(self) -> None:
        self.post_message(BackToQueue())
