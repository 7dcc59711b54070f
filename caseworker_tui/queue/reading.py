"""The course of reading: first rows, then all that is shown, then counts of the views. There is no widget here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from caseworker_tui.frame.session import Session
from caseworker_tui.queue.pages import Pages, counted, first_page
from caseworker_tui.text.wording import PENDING_SIGN, UNSETTLED_SIGN
from store.queries.query_language import Asker, NotAQuery, Selection, select
from store.queries.queue import QueueRow, queue_length
from store.queries.team_state import pending_cases
from store.unsettled import cases_to_be_settled


class Cursor(Protocol):
    """What the reading asks of a table: where its cursor stands, and what is in sight."""

    @property
    def cursor(self) -> int: ...

    @property
    def current(self) -> QueueRow | None: ...

    def pages_around(self, cursor: int) -> Iterable[int]: ...


class Whole(NamedTuple):
    """All that is shown after a count.

    `moved` is the number of lines by which the case under the cursor has moved. `pages` are those around its new place.
    `signs` are those of cases that are pending, in conflict or quarantined, by case id.
    """

    length: int
    moved: int
    pages: Mapping[int, Sequence[QueueRow]]
    signs: Mapping[str, str]


class Display(Protocol):
    """Where the cases are shown."""

    def show_first(self, rows: Sequence[QueueRow]) -> None: ...

    def show_whole(self, whole: Whole) -> None: ...

    def show_count(self, query: str, number: int) -> None: ...


class Reading:
    """Reads the cases of the query that is looked at, and shows them.

    The first page is shown as soon as it is read. The number of the cases, and of those in each view, follows once they
    are counted. A change during a count does not begin the count anew: it would never end while somebody writes all the
    time. The count is finished, and everything is read once more.
    """

    def __init__(self, session: Session, cursor: Cursor, display: Display) -> None:
        self._session = session
        self._cursor = cursor
        self._display = display
        self._others = False
        self._case_id: str | None = None
        self._changes = 0
        self._views: tuple[str, ...] = ()
        self._counted_after: dict[str, int] = {}
        self.query = ""
        """The query that is looked at. While a person types, a half-typed field name is no part of it."""
        self.pages = Pages(session)
        self.is_typing = False

    def look_at(self, query: str, case_id: str | None = None) -> None:
        """Have the next `read` show other cases, from this one on or else from the first. Raises `NotAQuery`."""
        self._select(query)
        self.query, self._case_id, self._others = query, case_id, True

    def count_views(self, queries: Iterable[str]) -> None:
        """Have the cases of these views counted from now on."""
        self._views = tuple(queries)

    def note_change(self) -> None:
        """Have everything read again, by the `read` that is under way or else by the next one."""
        self._changes += 1

    async def read(self) -> None:
        """Read until all that is shown is up to date. Raises `Refusal` or `StoreError`."""
        if self._others:
            await self._read_first()
        seen = None
        while seen != self._changes:
            seen = self._changes
            await self._read_whole()
            await self._count_views()

    async def _read_first(self) -> None:
        """Read the first rows.

        If there are none while a person types, the last word may be half the name of a field. It is left out then.
        """
        for query in _passing_over(self.query):
            self.query = query
            pages, rows = await first_page(self._session, self._select(query), self._case_id)
            if rows or not self.is_typing:
                break
        self.pages, self._others = pages, False
        self._display.show_first(rows)

    async def _read_whole(self) -> None:
        """Count the cases, and read the pages around the case under the cursor, which may have moved.

        A person may move the cursor meanwhile. So the display learns how far the case has moved, and not its place.
        """
        query, changes = self.query, self._changes
        pages = await counted(self._session, self._select(query))
        case, cursor = self._cursor.current, self._cursor.cursor
        place = await pages.place(case.case_id) if case else None
        moved = 0 if place is None else place - cursor
        around = {page: await pages.page(page) for page in self._cursor.pages_around(cursor + moved)}
        signs = await self._signs()
        self.pages = pages
        self._show_count(query, pages.length, changes)
        self._display.show_whole(Whole(pages.length, moved, around, signs))

    async def _count_views(self) -> None:
        """Count the cases of each view whose last count began before the last change."""
        for query in self._views:
            if self._counted_after.get(query) != (changes := self._changes):
                with suppress(NotAQuery):  # a view that only another version of caseworker can read
                    number = await self._session.survey(queue_length, self._select(query))
                    self._show_count(query, number, changes)

    def _show_count(self, query: str, number: int, changes: int) -> None:
        """Show a count that began after so many changes."""
        self._counted_after[query] = changes
        self._display.show_count(query, number)

    def _select(self, query: str) -> Selection:
        return select(query, Asker(self._session.actor, self._session.now().astimezone()))

    async def _signs(self) -> dict[str, str]:
        pending = await self._session.query(pending_cases)
        unsettled = await self._session.query(cases_to_be_settled)
        return dict.fromkeys(pending, PENDING_SIGN) | dict.fromkeys(unsettled, UNSETTLED_SIGN)


def _passing_over(query: str) -> Iterator[str]:
    """The query, then the query without the half-typed field name at its end, and so on."""
    shorter: str | None = query
    while shorter is not None:
        yield shorter
        from store.queries.query_language.completion import before_field

        shorter = before_field(shorter)
