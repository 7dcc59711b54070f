"""The list of cases: the table, or a text in place of an empty one, and the preview of the case under the cursor."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker

from caseworker_tui.frame.navigation import OpenCase
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from caseworker_tui.queue.pages import NoNeighbour, Pages
from caseworker_tui.queue.preview import Preview
from caseworker_tui.queue.reading import Reading, Whole
from caseworker_tui.queue.table import CaseTable
from store.queries.queue import QueueRow

_NOTHING_YET = """No case yet.

Press n to enter one, or bring some in from files:
    caseworker import FILE…
To look around with sample cases:
    caseworker demo"""

_NOTHING_FOUND = """No case fits what is in the search line.

Press esc to see all cases, or / to change it."""

_PATIENCE_SECONDS: Final = 0.2
"""How long the first picture waits for the first rows, so that no empty table is drawn before them."""


class CaseList(Container):
    """Shows the cases of a query. `Reading` reads them and calls `show_first`, `show_whole` and `show_count`."""

    class FirstShown(Message):
        """The first rows of a query are shown."""

    class WholeShown(Message):
        """The number of cases is known, and the rows and signs are up to date."""

    @dataclass
    class Counted(Message):
        """The cases of a query have been counted."""

        query: str
        number: int

    def __init__(self, session: Session) -> None:
        super().__init__(id="body")
        self.table = CaseTable(session.now)
        self.reading = Reading(session, self.table, self)
        self._nothing = Static(id="empty", markup=False)
        self._nothing.display = False
        self._preview = Preview(session)
        self._worker: Worker[None] | None = None
        self._first_rows = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield self.table
        yield self._nothing
        yield VerticalScroll(self._preview, id="preview", can_focus=False)

    async def wait_for_rows(self) -> None:
        """Wait until there are rows, but not for long: a slow query must not keep the screen dark."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._first_rows.wait(), _PATIENCE_SECONDS)

    def look_at(self, query: str, case_id: str | None = None) -> None:
        """Show other cases, with the cursor on this one or else on the first. Raises `NotAQuery`."""
        self.reading.look_at(query, case_id)
        self._worker = self._read()

    def reload(self) -> None:
        """Read the cases again. The cursor stays on its case, or on its line if the case is gone."""
        self.reading.note_change()
        if self._worker is None or self._worker.is_finished:
            self._worker = self._read()

    @work(exclusive=True, group="reading")
    async def _read(self) -> None:
        with toast_errors(self):
            await self.reading.read()

    def show_first(self, rows: Sequence[QueueRow]) -> None:
        sort = self.reading.pages.selection.sort
        self.table.order = sort.name, sort.descending
        self.table.begin(rows)
        self._first_rows.set()
        self.post_message(self.FirstShown())

    def show_whole(self, whole: Whole) -> None:
        self.table.signs = whole.signs
        self.table.display = self._preview.display = whole.length > 0
        self._nothing.display = whole.length == 0
        self._nothing.update(_NOTHING_YET if self.reading.pages.selection.is_everything else _NOTHING_FOUND)
        self.table.renew(whole.length, self.table.cursor + whole.moved, whole.pages)
        self.post_message(self.WholeShown())

    def show_count(self, query: str, number: int) -> None:
        self.post_message(self.Counted(query, number))

    @on(CaseTable.PageWanted)
    def fetch(self, wanted: CaseTable.PageWanted) -> None:
        self._fetch(wanted.page, self.reading.pages)

    @work
    async def _fetch(self, page: int, pages: Pages) -> None:
        with toast_errors(self):
            rows = await pages.page(page)
            if pages is self.reading.pages:
                self.table.supply(page, rows)

    @on(CaseTable.Moved)
    def show_preview(self, moved: CaseTable.Moved) -> None:
        """Show the preview after the cursor has been drawn in its new place."""
        self.call_after_refresh(self._preview.show, moved.row.case_id)

    @on(CaseTable.Chosen)
    def open_case(self) -> None:
        if row := self.table.current:
            self.post_message(OpenCase(row.case_id))

    @work(exclusive=True, group="neighbour")
    async def open_neighbour(self, case_id: str, step: int) -> None:
        """Open the case `step` places on from this one, with the cursor on it, or say that this is the end."""
        with toast_errors(self):
            try:
                neighbour = await self.reading.pages.neighbour(case_id, step, cursor=self.table.cursor)
            except NoNeighbour as end:
                self.app.notify(str(end))
                return
            self.table.cursor = neighbour.place
            self.post_message(OpenCase(neighbour.case_id))
