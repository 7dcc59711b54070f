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
from caseworker_tui.widgets.case_table import PAGE_ROWS, SORTED_BY, CaseTable
from caseworker_tui.widgets.search_line import SearchLine
from caseworker_tui.widgets.top_line import TopLine
from store.queries.case_file import case_file
from store.queries.query_language import EVERYTHING, Asker, NotAQuery, Selection, select
from store.queries.query_language.completion import Completion, completions
from store.queries.query_language.selection import with_sort
from store.queries.queue import STEP, Landmarks, QueueRow, landmarks, queue_page, queue_place
from store.queries.related import related

_NOTHING_YET = """No case yet.

Press n to enter one, or bring some in from files:
    caseworker import FILE…
To look around with sample cases:
    caseworker demo"""

_NOTHING_FOUND = """No case fits what is in the search line.

Press esc to see all cases, or / to change it."""


class QueueScreen(Screen[None]):
    """When cases come and go, the cursor stays on its case.

    A first page is shown as soon as it is read; how many cases there are follows when they have been counted.
    """

    CSS_PATH = "queue.tcss"
    BINDINGS = bindings(Place.QUEUE)
    AUTO_FOCUS = "CaseTable"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (118, "-wide")]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.table = CaseTable(session.now)
        self._top_line = TopLine(session)
        self._search_line = SearchLine(self._complete)
        self._nothing = Static(id="empty", markup=False)
        self._preview = Static(markup=False)
        self._selection = EVERYTHING
        self._landmarks = Landmarks(0, ())

    def compose(self) -> ComposeResult:
        yield self._top_line
        yield self._search_line
        with Container(id="body"):
            yield self.table
            yield self._nothing
            yield VerticalScroll(self._preview, id="preview", can_focus=False)
        yield Footer()

    def on_mount(self) -> None:
        self._nothing.display = False
        self.reload()

    def reload(self) -> None:
        """Read the cases again; the cursor stays on its case, or where it was if that is gone."""
        self._read(self._selection)

    @on(SearchLine.Changed)
    def search(self, changed: SearchLine.Changed) -> None:
        try:
            selection = select(changed.text, Asker(self._session.actor, self._session.now().astimezone()))
        except NotAQuery as trouble:
            self._search_line.tell(str(trouble))
            return
        self._search_line.tell("")
        self._read(selection)

    @work(exclusive=True, group="reload")
    async def _read(self, selection: Selection) -> None:
        with told(self):
            current, others = self.table.current, selection != self._selection
            if others:
                first = await self._session.ask(queue_page, selection, limit=PAGE_ROWS)
                self._selection, self._landmarks = selection, Landmarks(0, ())
                self.table.order = selection.sort.name, selection.sort.descending
                self.table.renew(len(first), 0)
                self.table.supply(0, first)
            marks = await self._session.survey(landmarks, selection)
            cursor = self.table.cursor
            if current and not others:
                place = await self._session.ask(queue_place, selection, current.case_id, marks)
                cursor = self.table.cursor if place is None else place
            self._landmarks = marks
            self._show(marks.length, cursor)

    def _show(self, length: int, cursor: int) -> None:
        everything = self._selection.is_everything
        place = "Queue" if everything else "Found"
        self._top_line.show(f"{place} · {length:,} case{'' if length == 1 else 's'}")
        self.table.display = length > 0
        self._nothing.display = length == 0
        self._nothing.update(_NOTHING_YET if everything else _NOTHING_FOUND)
        self._preview.display = length > 0
        self.table.renew(length, cursor)
        if length and not self._search_line.has_focus_within:
            self.table.focus()

    @on(CaseTable.PageWanted)
    def fetch(self, wanted: CaseTable.PageWanted) -> None:
        self._fetch(wanted.page, self._selection, self._landmarks)

    @work
    async def _fetch(self, page: int, selection: Selection, marks: Landmarks) -> None:
        with told(self):
            rows = await self._rows(page * PAGE_ROWS, PAGE_ROWS, selection, marks)
            if selection == self._selection:
                self.table.supply(page, rows)

    async def _rows(self, place: int, number: int, selection: Selection, marks: Landmarks) -> list[QueueRow]:
        mark, offset = divmod(place, STEP) if marks.keys else (0, place)
        start = marks.keys[mark] if mark < len(marks.keys) else None
        return await self._session.ask(queue_page, selection, start=start, offset=offset, limit=number)

    async def _complete(self, text: str) -> list[Completion]:
        return await self._session.ask(completions, text)

    def action_search(self) -> None:
        self._search_line.open()

    @on(SearchLine.Left)
    def to_the_cases(self) -> None:
        if self.table.length:
            self.table.focus()
        elif self._search_line.text:
            self._search_line.open()

    def action_show_all(self) -> None:
        self._search_line.write("")

    def action_order(self, step: int) -> None:
        names = [*SORTED_BY]
        at = names.index(self._selection.sort.name) if self._selection.sort.name in names else -1
        self._order_by(names[(at + step) % len(names)], descending=False)

    def action_turn_order(self) -> None:
        self._order_by(self._selection.sort.name, descending=not self._selection.sort.descending)

    @on(CaseTable.HeadingClicked)
    def order_by_heading(self, clicked: CaseTable.HeadingClicked) -> None:
        again = clicked.sort == self._selection.sort.name
        self._order_by(clicked.sort, descending=again and not self._selection.sort.descending)

    def _order_by(self, name: str, *, descending: bool) -> None:
        """The order is part of the query, so that it is seen, and kept with it."""
        self._search_line.write(with_sort(self._search_line.text, name, descending=descending))

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

    @work(exclusive=True, group="neighbour")
    async def open_neighbour(self, case_id: str, step: int) -> None:
        """Open the case `step` places on from this one, with the cursor on it, or say that this is the end.

        A case that fits the search no longer has left its place, on which the cursor stands, to the next one.
        """
        with told(self):
            selection, marks = self._selection, self._landmarks
            place = await self._session.ask(queue_place, selection, case_id, marks)
            wanted = (self.table.cursor - (step > 0) if place is None else place) + step
            rows = await self._rows(wanted, 1, selection, marks) if wanted >= 0 else []
            if rows:
                self.table.cursor = wanted
                self.post_message(OpenCase(rows[0].case_id))
            elif place is None:
                self.app.notify("There is no further case in the queue.")
            else:
                self.app.notify(f"This is the {'last' if step > 0 else 'first'} case of the queue.")
