"""The queue: the views, the cases of one of them or of a search, and a preview of the one under the cursor.

It is the first picture of the app. What only its dialogs, preview and search need is imported where these begin.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static
from textual.worker import Worker

from caseworker_tui.frame.keys import bindings
from caseworker_tui.frame.navigation import EnterCase, OpenCase, OpenSync, ShowTeam
from caseworker_tui.frame.preload import preloaded
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from caseworker_tui.frame.top_line import TopLine
from caseworker_tui.queue.keys import KEYS
from caseworker_tui.queue.layout import COLUMNS, USUAL
from caseworker_tui.queue.search_line import SearchLine
from caseworker_tui.queue.selected import Selected
from caseworker_tui.queue.table import PAGE_ROWS, CaseTable
from caseworker_tui.queue.views import ViewStrip
from caseworker_tui.text.wording import PENDING_SIGN, UNSETTLED_SIGN
from store.domain.refusals import Refusal
from store.errors import StoreError
from store.preferences import VIEWS, Preferences, View, preferences_of, views_of
from store.queries.query_language import EVERYTHING, Asker, NotAQuery, Selection, select
from store.queries.query_language.selection import in_any_order, with_sort
from store.queries.queue import (
    STEP,
    Landmarks,
    QueueRow,
    landmarks,
    queue_ids,
    queue_key,
    queue_length,
    queue_page,
    queue_place,
)
from store.queries.team_state import pending_cases
from store.unsettled import cases_to_be_settled

if TYPE_CHECKING:
    from caseworker_tui.queue.bulk import ManyScreen
    from store.queries.query_language.completion import Completion

_NOTHING_YET = """No case yet.

Press n to enter one, or bring some in from files:
    caseworker import FILE…
To look around with sample cases:
    caseworker demo"""

_NOTHING_FOUND = """No case fits what is in the search line.

Press esc to see all cases, or / to change it."""


_LONGEST_RANGE: Final = 10_000

_PATIENCE_SECONDS: Final = 0.2
"""How long mounting waits for the first rows, so that no empty table is drawn before them."""


def _team_signs(connection: Connection) -> dict[str, str]:
    """The signs of cases that are pending, in conflict or quarantined, by case id."""
    provisional = dict.fromkeys(pending_cases(connection), PENDING_SIGN)
    return provisional | dict.fromkeys(cases_to_be_settled(connection), UNSETTLED_SIGN)


def _at_a_glance(connection: Connection, case_id: str, now: datetime) -> Content:
    """The preview of a case."""
    from caseworker_tui.case.text import preview  # noqa: PLC0415 (as said above)
    from store.queries.whole_case import case_and_related  # noqa: PLC0415 (as said above)

    view, others = case_and_related(connection, case_id)
    return preview(view, now, others)


def _before_field(query: str) -> str | None:
    from store.queries.query_language.completion import before_field  # noqa: PLC0415 (as said above)

    return before_field(query)


class QueueScreen(Screen[None]):
    """The query in the search line selects the cases that are shown. A view is a query that is written there.

    The first page is shown as soon as it is read. The number of its cases, and of those in each view, follows once they
    are counted. When cases come and go, the cursor stays on its case.
    """

    KEYS: ClassVar = KEYS
    BINDINGS = bindings(KEYS)
    FOLLOWS_DATABASE: ClassVar = True
    AUTO_FOCUS = "CaseTable"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (118, "-wide")]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.table = CaseTable(session.now)
        self._top_line = TopLine(session)
        self._views = ViewStrip()
        self._search_line = SearchLine(self._complete)
        self._nothing = Static(id="empty", markup=False)
        self._preview = Static(markup=False)
        self._query = ""
        self._selection = EVERYTHING
        self._landmarks = Landmarks(0, ())
        self._reading: Worker[None] | None = None
        self._first_rows = asyncio.Event()
        self._behind = False
        self._uncounted: set[str] = set()
        self._before_search = ""
        self._typing = False
        self._selected = Selected()
        self._last_marked: str | None = None

    def compose(self) -> ComposeResult:
        yield self._top_line
        yield self._views
        yield self._search_line
        with Container(id="body"):
            yield self.table
            yield self._nothing
            yield VerticalScroll(self._preview, id="preview", can_focus=False)
        yield Footer()

    async def on_mount(self) -> None:
        self._nothing.display = False
        self._come_back()
        with suppress(TimeoutError):  # a slow query must not keep the screen dark
            await asyncio.wait_for(self._first_rows.wait(), _PATIENCE_SECONDS)

    @work
    async def _come_back(self) -> None:
        """Show the query, case and columns that the person left."""
        with toast_errors(self):
            desk = await self._session.query(preferences_of, self._session.actor)
            await self._read_views()
            self.table.columns = desk.columns or USUAL
            self._look_at(desk.query, desk.case_id)
            if self._reading is None:  # that query can't be read any more
                self._look_at("")
            self._search_line.write(self._query)

    @property
    def preferences(self) -> Preferences:
        """The query, case and columns that are shown, to be kept for the next time."""
        case = self.table.current
        columns = () if self.table.columns == USUAL else self.table.columns
        return Preferences(self._query, case.case_id if case else None, columns)

    # What is shown

    @on(SearchLine.Changed)
    def search(self, changed: SearchLine.Changed) -> None:
        self._typing = self._search_line.has_focus_within
        if changed.text == self._query:
            self._search_line.tell("")
        else:
            self._look_at(changed.text)

    def _look_at(self, query: str, case_id: str | None = None) -> None:
        """Show other cases, with the cursor on this one or else on the first."""
        try:
            self._select(query)
        except NotAQuery as trouble:
            self._search_line.tell(str(trouble))
            return
        self._search_line.tell("")
        if self._selected.all_but_these and in_any_order(query) != in_any_order(self._query):
            self._mark(Selected())
        self._query = self._views.shown = query
        self._reading = self._read(case_id, others=True)

    def reload(self) -> None:
        """Read the cases again. The cursor stays on its case, or on its line if the case is gone.

        A count that has begun is finished first: while somebody writes all the time, it would never be otherwise.
        """
        self._uncounted.update(view.query for view in self._views.views)
        if self._reading is not None and not self._reading.is_finished:
            self._behind = True
        else:
            self._reading = self._read(None, others=False)

    @work(exclusive=True, group="reading")
    async def _read(self, case_id: str | None, *, others: bool) -> None:
        with toast_errors(self):
            if others:
                await self._show_first_page(case_id)
            self._behind = True
            while self._behind:
                self._behind = False
                await self._show_all()
                await self._count_views()

    async def _show_first_page(self, case_id: str | None) -> None:
        """Show the first rows, or those from a case on whose place is not known yet.

        While a person is typing, the last word is ignored if no case holds it and it begins the name of a field.
        """
        selection = self._select(self._query)
        start = await self._session.query(queue_key, selection, case_id) if case_id else None
        rows = await self._session.query(queue_page, selection, start=start, limit=PAGE_ROWS)
        if self._typing and not rows and (before := _before_field(self._query)) is not None:
            self._query = self._views.shown = before
            await self._show_first_page(case_id)
            return
        self._selection, self._landmarks = selection, Landmarks(len(rows), (start,) if start else ())
        self.table.order = selection.sort.name, selection.sort.descending
        self.table.begin(rows)
        self._first_rows.set()

    async def _show_all(self) -> None:
        selection = self._select(self._query)
        known = await self._session.survey(landmarks, selection)
        current, cursor = self.table.current, self.table.cursor
        place = await self._session.query(queue_place, selection, current.case_id, known) if current else None
        moved = 0 if place is None else place - cursor  # the case, while somebody may be moving the cursor
        pages = {
            page: await self._rows(page * PAGE_ROWS, PAGE_ROWS, selection, known)
            for page in self.table.pages_around(cursor + moved)
        }
        self._selection, self._landmarks = selection, known
        self._counted(self._query, known.length)
        self.table.signs = await self._session.query(_team_signs)
        self._show(known.length)
        self.table.renew(known.length, self.table.cursor + moved, pages)
        self._tell_number()

    async def _count_views(self) -> None:
        for view in self._views.views:
            if view.query in self._uncounted:
                with suppress(NotAQuery):  # a view that only another version of caseworker can read
                    number = await self._session.survey(queue_length, self._select(view.query))
                    self._counted(view.query, number)

    def _counted(self, query: str, number: int) -> None:
        self._uncounted.discard(query)
        self._views.counts = self._views.counts | {query: number}

    def _select(self, query: str) -> Selection:
        return select(query, Asker(self._session.actor, self._session.now().astimezone()))

    def _show(self, length: int) -> None:
        everything = self._selection.is_everything
        self.table.display = length > 0
        self._nothing.display = length == 0
        self._nothing.update(_NOTHING_YET if everything else _NOTHING_FOUND)
        self._preview.display = length > 0
        if length and not self._search_line.has_focus_within:
            self.table.focus()

    @on(CaseTable.PageWanted)
    def fetch(self, wanted: CaseTable.PageWanted) -> None:
        self._fetch(wanted.page, self._selection, self._landmarks)

    @work
    async def _fetch(self, page: int, selection: Selection, known: Landmarks) -> None:
        with toast_errors(self):
            rows = await self._rows(page * PAGE_ROWS, PAGE_ROWS, selection, known)
            if selection is self._selection:
                self.table.supply(page, rows)

    async def _rows(self, first: int, number: int, selection: Selection, known: Landmarks) -> list[QueueRow]:
        if first >= known.length:
            return []
        mark, offset = divmod(first, STEP) if known.keys else (0, first)
        start = known.keys[mark] if known.keys else None
        return await self._session.query(queue_page, selection, start=start, offset=offset, limit=number)

    def _tell_number(self) -> None:
        length, marked = self.table.length, self._selected.number(self.table.length)
        place = "Queue" if self._selection.is_everything else "Found"
        number = f"{place} · {length:,} case{'' if length == 1 else 's'}"
        self._top_line.show(f"{number} · {marked:,} marked" if self._selected else number)

    async def _complete(self, text: str) -> list["Completion"]:
        from store.queries.query_language.completion import completions  # noqa: PLC0415 (as said above)

        return await self._session.query(completions, text)

    # Searching and ordering

    def show(self, query: str) -> None:
        """Show the cases of a query, which then stands in the search line."""
        self._search_line.write(query)

    def action_sync(self) -> None:
        self.post_message(OpenSync())

    def action_search(self) -> None:
        self._before_search = self._query
        self._search_line.open()

    @on(SearchLine.Left)
    def leave_search(self) -> None:
        from store.domain.identifiers import is_reference  # noqa: PLC0415 (as said above)

        text, self._typing = self._search_line.text, False
        if is_reference(text):
            self._open_by_reference(text)
        elif text != self._query:  # the text is half a field, or can't be read
            self._look_at(text)
        else:
            self._to_the_cases()

    @work
    async def _open_by_reference(self, typed: str) -> None:
        """Open the case. The queue is shown as before the search, with the cursor on the case if it is there."""
        from store.queries.case_file import find_case  # noqa: PLC0415 (as said above)

        try:
            case_id = await self._session.query(find_case, typed)
        except (Refusal, StoreError):  # a word that only looks like a reference
            self._to_the_cases()
            return
        self._look_at(self._before_search, case_id)
        self._search_line.write(self._before_search)
        self.table.focus()
        self.post_message(OpenCase(case_id))

    def _to_the_cases(self) -> None:
        if self.table.length:
            self.table.focus()
        elif self._search_line.text:
            self._search_line.open()

    def action_show_all(self) -> None:
        """Take all marks away, or show all cases if none is marked."""
        if self._selected:
            self._mark(Selected())
        else:
            self.show("")

    def action_order(self, step: int) -> None:
        names = [column.name for column in COLUMNS if column.name in self.table.columns]
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
        self.show(with_sort(self._query, name, descending=descending))

    def action_columns(self) -> None:
        from caseworker_tui.queue.columns import ColumnsScreen  # noqa: PLC0415 (as said above)

        self.app.push_screen(ColumnsScreen(self.table))

    # Views

    @property
    def views(self) -> tuple[View, ...]:
        return self._views.views

    async def _read_views(self) -> None:
        own = await self._session.query(views_of, self._session.actor)
        self._views.views = (*VIEWS, *own)
        self._uncounted.update(view.query for view in self.views)

    @on(ViewStrip.Chosen)
    def choose_view(self, chosen: ViewStrip.Chosen) -> None:
        self.show(chosen.view.query)

    def action_view(self, number: int) -> None:
        if number < len(self.views):
            self.show(self.views[number].query)
        else:
            self.notify("There is no such view yet: v saves what is in the search line as one.")

    def action_save_view(self) -> None:
        same = next((view for view in self.views if view.query == self._query), None)
        if same is not None:
            self.notify(f"This is the view {same.name} already: / searches for something else.")
            return
        from caseworker_tui.queue.dialogs import name_for_view  # noqa: PLC0415 (as said above)

        self.app.push_screen(name_for_view(self._session, self._query), self._views_changed)

    def action_change_view(self) -> None:
        own = self.views[len(VIEWS) :]
        if not own:
            self.notify("You have no views of your own: v saves what is in the search line as one.")
            return
        from caseworker_tui.queue.dialogs import change_of_view  # noqa: PLC0415 (as said above)

        self.app.push_screen(change_of_view(self._session, own), self._views_changed)

    async def _views_changed(self, changed: bool | None) -> None:
        if changed:
            with toast_errors(self):
                await self._read_views()
                self.reload()

    # Selected, and what is done to many at once

    def _mark(self, selected: Selected) -> None:
        self._selected = self.table.selected = selected
        self._tell_number()

    def action_mark(self, step: int) -> None:
        """Mark the case under the cursor, or take its mark away, and move on."""
        if case := self.table.current:
            self._last_marked = case.case_id
            self._mark(self._selected.turned(case.case_id))
            self.table.cursor += step

    def action_mark_all(self) -> None:
        self._mark(Selected() if self._selected.all_but_these else Selected(all_but_these=True))

    @work(exclusive=True, group="marking")
    async def action_mark_range(self) -> None:
        """Mark all from the case that was marked last to the one under the cursor."""
        if (case := self.table.current) is None:
            return
        with toast_errors(self):
            cursor, selection, known = self.table.cursor, self._selection, self._landmarks
            other = await self._session.query(queue_place, selection, self._last_marked or case.case_id, known)
            first, last = sorted((cursor, cursor if other is None else other))
            if last - first >= _LONGEST_RANGE:
                self.notify(f"A range has at most {_LONGEST_RANGE:,} cases: * marks all that are shown.")
                return
            rows = await self._rows(first, last - first + 1, selection, known)
            self._last_marked = case.case_id
            self._mark(self._selected.with_these(row.case_id for row in rows))

    def action_many(self) -> None:
        """Do something to all marked cases, or to the one under the cursor where none is marked."""
        if (case := self.table.current) is None:
            return
        from caseworker_tui.queue.bulk import ManyScreen  # noqa: PLC0415 (as said above)
        from caseworker_tui.queue.dialogs import about_many  # noqa: PLC0415 (as said above)

        selected, number = self._selected, self._selected.number(self.table.length) or 1
        selection = self._selection

        async def case_ids() -> Sequence[str]:
            if selected.all_but_these:
                shown = await self._session.survey(queue_ids, selection)
                return [case_id for case_id in shown if case_id in selected]
            return sorted(selected.ids) or [case.case_id]

        def begin(chosen: bool | None) -> None:
            if chosen:
                title, command_on = in_bulk(dialog.answers)
                many = ManyScreen(self._session, title, command_on, case_ids)
                self.app.push_screen(many, partial(self._many_done, many))

        dialog, in_bulk = about_many(self._session, number)
        self.app.push_screen(dialog, begin)

    def _many_done(self, many: "ManyScreen", case_id: str | None) -> None:
        if many.is_whole:
            self._mark(Selected(frozenset(many.refused_ids)))
        self.reload()
        if case_id is not None:
            self.post_message(OpenCase(case_id))

    # The case under the cursor

    @on(CaseTable.Moved)
    def show_preview(self, moved: CaseTable.Moved) -> None:
        """Show the preview after the cursor has been drawn in its new place."""
        self.call_after_refresh(self._show_preview, moved.row.case_id)

    @work(exclusive=True, group="preview")
    async def _show_preview(self, case_id: str) -> None:
        await preloaded()
        with toast_errors(self):
            self._preview.update(await self._session.query(_at_a_glance, case_id, self._session.now()))

    @on(CaseTable.Chosen)
    def action_open_case(self) -> None:
        if row := self.table.current:
            self.post_message(OpenCase(row.case_id))

    def action_new_case(self) -> None:
        self.post_message(EnterCase())

    def action_team(self) -> None:
        self.post_message(ShowTeam())

    def action_cursor(self, where: str) -> None:
        self.table.move(where)

    @work(exclusive=True, group="neighbour")
    async def open_neighbour(self, case_id: str, step: int) -> None:
        """Open the case `step` places on from this one, with the cursor on it, or say that this is the end.

        If the case no longer matches the search, the next case has moved up under the cursor.
        """
        with toast_errors(self):
            selection, known = self._selection, self._landmarks
            place = await self._session.query(queue_place, selection, case_id, known)
            wanted = (self.table.cursor - (step > 0) if place is None else place) + step
            rows = await self._rows(wanted, 1, selection, known) if wanted >= 0 else []
            if rows:
                self.table.cursor = wanted
                self.post_message(OpenCase(rows[0].case_id))
            elif place is None:
                self.app.notify("There is no further case in the queue.")
            else:
                self.app.notify(f"This is the {'last' if step > 0 else 'first'} case of the queue.")
