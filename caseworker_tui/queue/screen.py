"""The screen of the queue. It joins the strip of views, the search line and the list of cases, and takes their keys.

It is the first picture of the app. What only dialogs, the preview and completion need is imported where these begin.
"""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.screen import Screen

from caseworker_tui.frame.footer import Footer
from caseworker_tui.frame.keys import bindings
from caseworker_tui.frame.navigation import EnterCase, OpenCase, OpenSync, ShowTeam
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from caseworker_tui.frame.top_line import TopLine
from caseworker_tui.queue.case_list import CaseList
from caseworker_tui.queue.keys import KEYS
from caseworker_tui.queue.layout import USUAL, next_order
from caseworker_tui.queue.marking import Marking
from caseworker_tui.queue.search_line import SearchLine
from caseworker_tui.queue.table import CaseTable
from caseworker_tui.queue.views import ViewStrip
from caseworker_tui.text.numbers import number_of
from store.preferences import Preferences, View, preferences_of
from store.queries.query_language import NotAQuery
from store.queries.query_language.selection import in_any_order, with_sort


class QueueScreen(Screen[None]):
    """The query in the search line selects the cases that are shown. A view is a query that is written there."""

    KEYS: ClassVar = KEYS
    BINDINGS = bindings(KEYS)
    FOLLOWS_DATABASE: ClassVar = True
    AUTO_FOCUS = "CaseTable"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (118, "-wide")]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._top_line = TopLine(session)
        self._views = ViewStrip(session)
        self._search_line = SearchLine(session)
        self._cases = CaseList(session)
        self._reading = self._cases.reading
        self.table = self._cases.table
        self._marking = Marking(session, self.table, self._tell_number)
        self._before_search = ""
        self._left: Preferences | None = None

    def compose(self) -> ComposeResult:
        yield self._top_line
        yield self._views
        yield self._search_line
        yield self._cases
        yield Footer()

    async def on_mount(self) -> None:
        self._come_back()
        await self._cases.wait_for_rows()

    @work
    async def _come_back(self) -> None:
        """Show the query, case and columns that the person left."""
        with toast_errors(self):
            left = await self._session.query(preferences_of, self._session.actor)
            await self._views.read()
            self._reading.count_views(view.query for view in self.views)
            self.table.columns = left.columns or USUAL
            if not self._look_at(left.query, left.case_id):
                self._look_at("")
            self._search_line.write(self._reading.query)
            self._left = left

    @property
    def preferences(self) -> Preferences | None:
        """The query, case and columns that are shown, to be kept for the next time. None as long as those that the
        person left are not shown yet."""
        if self._left is None:
            return None
        case = self.table.current
        columns = () if self.table.columns == USUAL else self.table.columns
        return Preferences(self._reading.query, case.case_id if case else self._left.case_id, columns)

    @property
    def views(self) -> tuple[View, ...]:
        return self._views.views

    def show(self, query: str) -> None:
        """Show the cases of a query, which then stands in the search line."""
        self._search_line.write(query)

    def reload(self) -> None:
        """Read the cases again. The cursor stays on its case, or on its line if the case is gone."""
        self._cases.reload()

    def open_neighbour(self, case_id: str, step: int) -> None:
        """Open the case `step` places on from this one, with the cursor on it, or say that this is the end."""
        self._cases.open_neighbour(case_id, step)

    def _look_at(self, query: str, case_id: str | None = None) -> bool:
        """Show other cases, with the cursor on this one or else on the first. If that is no query, say so."""
        before = self._reading.query
        try:
            self._cases.look_at(query, case_id)
        except NotAQuery as trouble:
            self._search_line.tell(str(trouble))
            return False
        self._search_line.tell("")
        if self._marking.selected.all_but_these and in_any_order(query) != in_any_order(before):
            self._marking.clear()
        self._views.shown = query
        return True

    @on(CaseList.FirstShown)
    def mark_view(self) -> None:
        self._views.shown = self._reading.query

    @on(CaseList.WholeShown)
    def come_to_the_cases(self) -> None:
        if self.table.length and not self._search_line.has_focus_within:
            self.table.focus()
        self._tell_number()

    @on(CaseList.Counted)
    def show_count(self, counted: CaseList.Counted) -> None:
        self._views.counts = self._views.counts | {counted.query: counted.number}

    def _tell_number(self) -> None:
        length, selected = self.table.length, self._marking.selected
        place = "Queue" if self._reading.pages.selection.is_everything else "Found"
        number = f"{place} · {number_of(length, 'case')}"
        self._top_line.show(f"{number} · {selected.number(length):,} marked" if selected else number)

    def action_search(self) -> None:
        self._before_search = self._reading.query
        self._search_line.open()

    @on(SearchLine.Changed)
    def search(self, changed: SearchLine.Changed) -> None:
        self._reading.is_typing = self._search_line.has_focus_within
        if changed.text == self._reading.query:
            self._search_line.tell("")
        else:
            self._look_at(changed.text)

    @on(SearchLine.Left)
    def leave_search(self) -> None:
        self._reading.is_typing = False
        if self._search_line.text != self._reading.query:  # the text is half a field, or can't be read
            self._look_at(self._search_line.text)
        elif self.table.length:
            self.table.focus()
        elif self._search_line.text:
            self._search_line.open()

    @on(SearchLine.CaseNamed)
    def open_named_case(self, named: SearchLine.CaseNamed) -> None:
        """Open the case. The queue is shown as before the search, with the cursor on the case if it is there."""
        self._reading.is_typing = False
        self._look_at(self._before_search, named.case_id)
        self._search_line.write(self._before_search)
        self.table.focus()
        self.post_message(OpenCase(named.case_id))

    def action_order(self, step: int) -> None:
        self._order_by(next_order(self.table.order[0], step, self.table.columns), descending=False)

    def action_turn_order(self) -> None:
        name, descending = self.table.order
        self._order_by(name, descending=not descending)

    @on(CaseTable.HeadingClicked)
    def order_by_heading(self, clicked: CaseTable.HeadingClicked) -> None:
        name, descending = self.table.order
        self._order_by(clicked.sort, descending=clicked.sort == name and not descending)

    def _order_by(self, name: str, *, descending: bool) -> None:
        """The order is part of the query, so that it is seen, and kept with it."""
        self.show(with_sort(self._reading.query, name, descending=descending))

    def action_columns(self) -> None:
        from caseworker_tui.queue.columns import ColumnsScreen

        self.app.push_screen(ColumnsScreen(self.table))

    @on(ViewStrip.Chosen)
    def choose_view(self, chosen: ViewStrip.Chosen) -> None:
        self.show(chosen.view.query)

    @on(ViewStrip.Changed)
    def count_views(self) -> None:
        self._reading.count_views(view.query for view in self.views)
        self._cases.reload()

    def action_view(self, number: int) -> None:
        if number < len(self.views):
            self.show(self.views[number].query)
        else:
            self.notify("There is no such view yet: v saves what is in the search line as one.")

    def action_save_view(self) -> None:
        self._views.save(self._reading.query)

    def action_change_view(self) -> None:
        self._views.change()

    def action_show_all(self) -> None:
        """Take all marks away, or show all cases if none is marked."""
        if self._marking.selected:
            self._marking.clear()
        else:
            self.show("")

    def action_mark(self, step: int) -> None:
        self._marking.turn(step)

    def action_mark_all(self) -> None:
        self._marking.mark_all()

    @work(exclusive=True, group="marking")
    async def action_mark_range(self) -> None:
        with toast_errors(self):
            await self._marking.mark_range(self._reading.pages)

    def action_many(self) -> None:
        self._marking.ask_what_to_do(self._reading.pages, self._many_done)

    def _many_done(self, case_id: str | None) -> None:
        self._cases.reload()
        if case_id is not None:
            self.post_message(OpenCase(case_id))

    def action_cursor(self, where: str) -> None:
        self.table.move(where)

    def action_open_case(self) -> None:
        self._cases.open_case()

    def action_new_case(self) -> None:
        self.post_message(EnterCase())

    def action_team(self) -> None:
        self.post_message(ShowTeam())

    def action_sync(self) -> None:
        self.post_message(OpenSync())
