"""The queue: every case, and a preview of the one under the cursor."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Static

from caseworker_tui.actions import Place, bindings
from caseworker_tui.case_text import preview
from caseworker_tui.navigation import EnterCase, OpenCase
from caseworker_tui.session import Session
from caseworker_tui.telling import told
from caseworker_tui.widgets.case_table import PAGE_ROWS, CaseTable
from caseworker_tui.widgets.top_line import TopLine
from store.queries.case_file import case_file
from store.queries.queue import queue_length, queue_page, queue_place
from store.queries.related import related

_NOTHING_YET = """No case yet.

Press n to enter one, or bring some in from files:
    caseworker import FILE…
To look around with sample cases:
    caseworker demo"""


class QueueScreen(Screen[None]):
    """When cases come and go, the cursor stays on its case."""

    CSS_PATH = "queue.tcss"
    BINDINGS = bindings(Place.QUEUE)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (118, "-wide")]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.table = CaseTable(session.now)
        self._top_line = TopLine(session)
        self._nothing_yet = Static(_NOTHING_YET, id="empty", markup=False)
        self._preview = Static(markup=False)

    def compose(self) -> ComposeResult:
        yield self._top_line
        with Container(id="body"):
            yield self.table
            yield self._nothing_yet
            yield VerticalScroll(self._preview, id="preview", can_focus=False)
        yield Footer()

    def on_mount(self) -> None:
        self._nothing_yet.display = False
        self.reload()

    @work(exclusive=True, group="reload")
    async def reload(self) -> None:
        with told(self):
            current = self.table.current
            length = await self._session.ask(queue_length)
            place = await self._session.ask(queue_place, current.case_id) if current else self.table.cursor
            self._show(length, place)

    def _show(self, length: int, place: int) -> None:
        self._top_line.show(f"Queue · {length:,} case{'' if length == 1 else 's'}")
        self.table.display = length > 0
        self._nothing_yet.display = length == 0
        self.table.renew(length, place)
        if length:
            self.table.focus()

    @on(CaseTable.PageWanted)
    def fetch(self, wanted: CaseTable.PageWanted) -> None:
        self._fetch(wanted.page)

    @work
    async def _fetch(self, page: int) -> None:
        with told(self):
            rows = await self._session.ask(queue_page, offset=page * PAGE_ROWS, limit=PAGE_ROWS)
            self.table.supply(page, rows)

    @on(CaseTable.Moved)
    def show_preview(self, moved: CaseTable.Moved) -> None:
        self._show_preview(moved.row.case_id)

    @work(exclusive=True, group="preview")
    async def _show_preview(self, case_id: str) -> None:
        with told(self):
            view = await self._session.ask(case_file, case_id)
            others = await self._session.ask(related, case_id)
            self._preview.update(preview(view, self._session.now(), others))

    @on(CaseTable.Chosen)
    def action_open_case(self) -> None:
        if row := self.table.current:
            self.post_message(OpenCase(row.case_id))

    def action_new_case(self) -> None:
        self.post_message(EnterCase())

    def action_cursor(self, where: str) -> None:
        self.table.move(where)

    def open_neighbour(self, step: int) -> None:
        """Move the cursor `step` cases on and open the case there, or say that this is the end."""
        before = self.table.cursor
        self.table.cursor = before + step
        if self.table.cursor == before:
            self.app.notify(
                "This is the last case of the queue." if step > 0 else "This is the first case of the queue."
            )
        elif row := self.table.current:
            self.post_message(OpenCase(row.case_id))
