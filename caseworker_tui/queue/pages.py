"""The cases of a selection, a page at a time, and the places of cases in it. There is no widget here."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from caseworker_tui.frame.session import Session
from store.queries.query_language import EVERYTHING, Selection
from store.queries.queue import STEP, Landmarks, QueueRow, landmarks, queue_ids, queue_key, queue_page, queue_place

PAGE_ROWS: Final = 100
LONGEST_RANGE: Final = 10_000
_UNCOUNTED: Final = Landmarks(0, ())


class Neighbour(NamedTuple):
    """A case beside another one, and its place in the queue."""

    place: int
    case_id: str


class NoNeighbour(Exception):
    """There is no case on that side. The text is for the person."""


class RangeTooLong(Exception):
    """A range holds more than `LONGEST_RANGE` cases. The text is for the person."""


class Pages:
    """The cases of a selection as they were counted at one moment. A recount makes new `Pages`.

    The landmarks tell where a page begins. They may be a little out of date.
    """

    def __init__(self, session: Session, selection: Selection = EVERYTHING, known: Landmarks = _UNCOUNTED) -> None:
        self._session = session
        self._known = known
        self.selection = selection

    @property
    def length(self) -> int:
        """The number of cases. Before the first count it is the number of those that were read."""
        return self._known.length

    async def page(self, number: int) -> list[QueueRow]:
        """The rows of a page, counted from 0."""
        return await self._rows(number * PAGE_ROWS, PAGE_ROWS)

    async def place(self, case_id: str) -> int | None:
        """The place of a case, counted from 0. It is None if the selection does not hold the case."""
        return await self._session.query(queue_place, self.selection, case_id, self._known)

    async def case_ids(self) -> list[str]:
        """The ids of all cases, in their order."""
        return await self._session.survey(queue_ids, self.selection)

    async def case_ids_between(self, case_id: str, cursor: int) -> list[str]:
        """The ids of all cases from one case to the place of the cursor, whichever comes first.

        A case that has left the selection counts as standing under the cursor. Raises `RangeTooLong`.
        """
        place = await self.place(case_id)
        first, last = sorted((cursor, cursor if place is None else place))
        if last - first >= LONGEST_RANGE:
            raise RangeTooLong(f"A range has at most {LONGEST_RANGE:,} cases: * marks all that are shown.")
        return [row.case_id for row in await self._rows(first, last - first + 1)]

    async def neighbour(self, case_id: str, step: int, *, cursor: int) -> Neighbour:
        """The case `step` places on from this one. Raises `NoNeighbour` at both ends.

        If the case has left the selection, the next case has moved up under the cursor.
        """
        place = await self.place(case_id)
        wanted = (cursor - (step > 0) if place is None else place) + step
        rows = await self._rows(wanted, 1) if wanted >= 0 else []
        if rows:
            return Neighbour(wanted, rows[0].case_id)
        if place is None:
            raise NoNeighbour("There is no further case in the queue.")
        raise NoNeighbour(f"This is the {'last' if step > 0 else 'first'} case of the queue.")

    async def _rows(self, first: int, number: int) -> list[QueueRow]:
        if first >= self._known.length:
            return []
        mark, offset = divmod(first, STEP) if self._known.keys else (0, first)
        start = self._known.keys[mark] if self._known.keys else None
        return await self._session.query(queue_page, self.selection, start=start, offset=offset, limit=number)


async def first_page(session: Session, selection: Selection, case_id: str | None) -> tuple[Pages, Sequence[QueueRow]]:
    """The first rows of a selection, or those from a case on, whose place is not known yet."""
    start = await session.query(queue_key, selection, case_id) if case_id else None
    rows = await session.query(queue_page, selection, start=start, limit=PAGE_ROWS)
    return Pages(session, selection, Landmarks(len(rows), (start,) if start else ())), rows


async def counted(session: Session, selection: Selection) -> Pages:
    """The pages of a selection after a count of all its cases."""
    return Pages(session, selection, await session.survey(landmarks, selection))
