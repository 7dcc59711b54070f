"""The queue as a table that draws only the rows in sight and holds only the pages around them.

It knows the number of cases, asks for a page of rows when one comes in sight (`PageWanted`), and shows dots until
the page is supplied. So it costs the same with sixty cases and with a million.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from caseworker_tui.queue.layout import USUAL, Column, laid_out
from caseworker_tui.queue.pages import PAGE_ROWS
from caseworker_tui.queue.selected import Selected
from caseworker_tui.text.wording import fit
from store.queries.queue import QueueRow

_PAGES_KEPT: Final = 8
_HEADER_LINES: Final = 1
_MARK: Final = "*"


class CaseTable(ScrollView, can_focus=True, inherit_bindings=False):
    """The table has `length` cases, with the cursor on one of them. Rows come through `supply`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "case-table--header",
        "case-table--row",
        "case-table--cursor",
        "case-table--done",
        "case-table--rejected",
        "case-table--mark",
    }
    DEFAULT_CSS = """
    CaseTable {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        .case-table--header { text-style: bold; color: $text-muted; background: $surface; }
        .case-table--cursor { background: $block-cursor-blurred-background; }
        .case-table--done { color: $text-success; }
        .case-table--rejected { color: $text-error; }
        .case-table--mark { color: $text-warning; text-style: bold; }
        &:focus .case-table--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
    }
    """

    cursor: reactive[int] = reactive(0, repaint=False)
    length: reactive[int] = reactive(0)
    order: reactive[tuple[str, bool]] = reactive(("created", False))
    """The order of the cases by its name in the query language, and whether it is reversed."""
    columns: reactive[tuple[str, ...]] = reactive(USUAL)
    """The names of the columns that are wanted."""
    selected: reactive[Selected] = reactive(Selected)
    signs: reactive[Mapping[str, str]] = reactive(dict)
    """The signs of cases that are pending, in conflict or quarantined, by case id."""

    @dataclass
    class PageWanted(Message):
        """Rows from `page * PAGE_ROWS` on have come in sight."""

        page: int

    @dataclass
    class Moved(Message):
        """The cursor stands on another row, or on the same one with new content."""

        row: QueueRow

    class Chosen(Message):
        """The row under the cursor was clicked twice."""

    @dataclass
    class HeadingClicked(Message):
        """The heading of a column was clicked. `sort` is the name of its order."""

        sort: str

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._pages: dict[int, Sequence[QueueRow]] = {}
        self._wanted: set[int] = set()

    @property
    def current(self) -> QueueRow | None:
        """The row under the cursor. It is None if there is no case, or if its page has not come yet."""
        return self.row(self.cursor)

    def supply(self, page: int, rows: Sequence[QueueRow]) -> None:
        """Take the rows of a page that was wanted."""
        self._wanted.discard(page)
        self._pages.pop(page, None)
        self._pages[page] = rows
        while len(self._pages) > _PAGES_KEPT:
            self._pages.pop(next(iter(self._pages)))
        self.refresh()
        if page == self.cursor // PAGE_ROWS and (row := self.current):
            self.post_message(self.Moved(row))

    def begin(self, rows: Sequence[QueueRow]) -> None:
        """Show other cases, of which only these are known so far. The cursor stands on the first."""
        self.renew(len(rows), 0, {0: rows})

    def renew(self, length: int, cursor: int, pages: Mapping[int, Sequence[QueueRow]]) -> None:
        """Show the cases after a change: their number, the place of the cursor, and the pages around it.

        All other pages are forgotten. The cursor stays on its line of the screen.
        """
        self._wanted.clear()
        self._pages = dict(pages)
        top = self.scroll_offset.y + cursor - self.cursor
        self.length = length
        self.scroll_to(y=top, animate=False, force=True, immediate=True)
        cursor = self.validate_cursor(cursor)
        if self.cursor == cursor:
            self.watch_cursor(cursor, cursor)
        else:
            self.cursor = cursor
        self.refresh()

    def pages_around(self, cursor: int) -> set[int]:
        """The pages in sight when the cursor has moved there and has stayed on its line of the screen."""
        first = max(0, self.scroll_offset.y + cursor - self.cursor)
        return {cursor // PAGE_ROWS, first // PAGE_ROWS, (first + self.size.height) // PAGE_ROWS}

    def move(self, where: str) -> None:
        """Move the cursor: up, down, page_up, page_down, top or bottom."""
        page = max(1, self.size.height - _HEADER_LINES - 1)
        steps = {"up": -1, "down": 1, "page_up": -page, "page_down": page, "top": -self.length, "bottom": self.length}
        self.cursor = self.cursor + steps[where]

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.length - 1))

    def watch_length(self) -> None:
        self.virtual_size = Size(0, self.length + _HEADER_LINES)
        self.cursor = self.validate_cursor(self.cursor)

    def watch_cursor(self, before: int, cursor: int) -> None:
        """Draw only two lines if nothing has to be scrolled."""
        self.scroll_to_region(Region(0, self.cursor, 1, 1 + _HEADER_LINES), animate=False, force=True, immediate=True)
        for index in (before, cursor):
            self.refresh_line(index + _HEADER_LINES)
        if row := self.current:
            self.post_message(self.Moved(row))
        else:
            self._want(self.cursor // PAGE_ROWS)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < _HEADER_LINES:
            style = self.get_component_rich_style("case-table--header")
            return self._line(self._heading, style)
        index = y - _HEADER_LINES + self.scroll_offset.y
        if index >= self.length:
            return Strip.blank(width, self.get_component_rich_style("case-table--row"))
        style = self.get_component_rich_style(f"case-table--{'cursor' if index == self.cursor else 'row'}")
        row = self.row(index)
        if row is None:
            self._want(index // PAGE_ROWS)
            return self._line(lambda _: "…", style)
        now = self._now()
        docs = None
        if index != self.cursor and row.documents_rejected:
            docs = "case-table--rejected"
        elif index != self.cursor and row.documents_required and row.documents_done == row.documents_required:
            docs = "case-table--done"
        return self._line(lambda column: column.text(row, now), style, docs, mark=self._mark_of(row.case_id))

    def _mark_of(self, case_id: str) -> str:
        return _MARK if case_id in self.selected else self.signs.get(case_id, "")

    def _heading(self, column: Column) -> str:
        """The heading of a column. The column that orders the cases has an arrow, except in the usual order."""
        sort, descending = self.order
        if column.name != sort or self.order == ("created", False):
            return column.title
        return f"{column.title[: column.width - 1] if column.width else column.title}{'▼' if descending else '▲'}"

    def _line(self, text: Callable[[Column], str], style: Style, docs: str | None = None, *, mark: str = "") -> Strip:
        """A line of the table. `docs` is the component class of the cell that counts documents."""
        columns, _ = laid_out(self.columns, self.size.width)
        of_mark = style + self.get_component_rich_style("case-table--mark", partial=True) if mark else style
        of_docs = style + self.get_component_rich_style(docs, partial=True) if docs else style
        cells = (mark or " ", *map(text, columns))
        return _drawn(cells, self.columns, self.size.width, style=style, of_mark=of_mark, of_docs=of_docs)

    def row(self, index: int) -> QueueRow | None:
        """The case in this place, counted from 0. It is None if its page has not come yet."""
        rows = self._pages.get(index // PAGE_ROWS, ())
        within = index % PAGE_ROWS
        return rows[within] if within < len(rows) and index < self.length else None

    def _want(self, page: int) -> None:
        if page not in self._wanted and page * PAGE_ROWS < self.length:
            self._wanted.add(page)
            self.post_message(self.PageWanted(page))

    def on_click(self, event: events.Click) -> None:
        index = event.y - _HEADER_LINES + self.scroll_offset.y
        if event.y < _HEADER_LINES:
            if column := self._column_at(event.x):
                self.post_message(self.HeadingClicked(column.name))
        elif index < self.length:
            self.cursor = index
            if event.chain == 2:
                self.post_message(self.Chosen())

    def _column_at(self, x: int) -> Column | None:
        columns, free = laid_out(self.columns, self.size.width)
        end = 1
        for column in columns:
            end += (column.width or free) + 1
            if x < end:
                return column
        return None


@lru_cache(maxsize=1_024)
def _drawn(
    cells: tuple[str, ...], wanted: tuple[str, ...], width: int, *, style: Style, of_mark: Style, of_docs: Style
) -> Strip:
    """A line with its mark and the texts of its columns.

    A line that scrolls gets the same strip again, so that Textual reuses the output that it keeps with the strip.
    """
    columns, free = laid_out(wanted, width)
    mark, *texts = cells
    segments = [Segment(mark, of_mark)]
    for column, text in zip(columns, texts, strict=True):
        segments.append(Segment(fit(text, column.width or free), of_docs if column.name == "documents" else style))
        segments.append(Segment(" ", style))
    return Strip(segments).simplify().adjust_cell_length(width, style)
