"""What keys do to the marks of the cases, and what is done to all marked cases at once."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from caseworker_tui.frame.session import Session
from caseworker_tui.queue.pages import Pages, RangeTooLong
from caseworker_tui.queue.selected import Selected
from caseworker_tui.queue.table import CaseTable

if TYPE_CHECKING:
    from caseworker_tui.queue.bulk import ManyScreen


class Marking:
    """Sets the marks of the cases in a table. `on_change` is called after each change of them."""

    def __init__(self, session: Session, table: CaseTable, on_change: Callable[[], None]) -> None:
        self._session = session
        self._table = table
        self._on_change = on_change
        self._last_marked: str | None = None

    @property
    def selected(self) -> Selected:
        return self._table.selected

    def clear(self) -> None:
        self._mark(Selected())

    def turn(self, step: int) -> None:
        """Mark the case under the cursor, or take its mark away, and move on."""
        if case := self._table.current:
            self._last_marked = case.case_id
            self._mark(self.selected.turned(case.case_id))
            self._table.cursor += step

    def mark_all(self) -> None:
        """Mark all cases that are shown, or none if all are marked."""
        self._mark(Selected(all_but_these=not self.selected.all_but_these))

    async def mark_range(self, pages: Pages) -> None:
        """Mark all from the case that was marked last to the one under the cursor."""
        if (case := self._table.current) is None:
            return
        try:
            case_ids = await pages.case_ids_between(self._last_marked or case.case_id, self._table.cursor)
        except RangeTooLong as too_long:
            self._table.notify(str(too_long))
            return
        self._last_marked = case.case_id
        self._mark(self.selected.with_these(case_ids))

    def ask_what_to_do(self, pages: Pages, on_end: Callable[[str | None], None]) -> None:
        """Ask what is done to the marked cases, or to the one under the cursor if none is marked, and do it.

        `on_end` gets the id of a case that the person wants to open, or None.
        """
        if (case := self._table.current) is None:
            return
        from caseworker_tui.queue.bulk import ManyScreen
        from caseworker_tui.queue.dialogs import about_many

        selected, number = self.selected, self.selected.number(self._table.length) or 1
        these = sorted(selected.ids) or [case.case_id]

        async def case_ids() -> Sequence[str]:
            if selected.all_but_these:
                return [case_id for case_id in await pages.case_ids() if case_id in selected]
            return these

        def begin(chosen: bool | None) -> None:
            if chosen:
                title, command_on = in_bulk(dialog.answers)
                many = ManyScreen(self._session, title, command_on, case_ids)
                self._table.app.push_screen(many, lambda case_id: end(many, case_id))

        def end(many: "ManyScreen", case_id: str | None) -> None:
            if many.is_whole:
                self._mark(Selected(frozenset(many.refused_ids)))
            on_end(case_id)

        which = ["all but", repr(pages.selection), *sorted(selected.ids)] if selected.all_but_these else these
        dialog, in_bulk = about_many(self._session, number, which)
        self._table.app.push_screen(dialog, begin)

    def _mark(self, selected: Selected) -> None:
        self._table.selected = selected
        self._on_change()
