"""The views in one line, each with its number and its count of cases, and the dialogs that keep and change them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from caseworker_tui.text.wording import short_number
from store.preferences import VIEWS, View, views_of


class ViewStrip(Widget):
    """A line of views. The one that is shown is marked.

    If there is no room for all views, as many as fit are drawn, with the shown one among them, and the number of those
    that are left out. `counts` are by query. A view that is not counted yet has no number.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"view-strip--shown", "view-strip--count"}
    DEFAULT_CSS = """
    ViewStrip {
        height: 1;
        background: $surface;
        .view-strip--shown { text-style: bold reverse; }
        .view-strip--count { color: $foreground 60%; }
    }
    """

    views: reactive[tuple[View, ...]] = reactive(())
    counts: reactive[dict[str, int]] = reactive(dict)
    shown: reactive[str] = reactive("")
    """The query that is looked at. It need not be that of a view."""

    @dataclass
    class Chosen(Message):
        """A view was clicked."""

        view: View

    class Changed(Message):
        """The person's own views have changed."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    async def read(self) -> None:
        """Read the person's own views, which follow those that everybody has. Raises `StoreError`."""
        self.views = (*VIEWS, *await self._session.query(views_of, self._session.actor))

    def save(self, query: str) -> None:
        """Ask for a name, and save the query under it as a view."""
        same = next((view for view in self.views if view.query == query), None)
        if same is not None:
            self.notify(f"This is the view {same.name} already: / searches for something else.")
            return
        from caseworker_tui.queue.dialogs import name_for_view

        self.app.push_screen(name_for_view(self._session, query), self._read_again)

    def change(self) -> None:
        """Rename or remove one of the person's own views."""
        own = self.views[len(VIEWS) :]
        if not own:
            self.notify("You have no views of your own: v saves what is in the search line as one.")
            return
        from caseworker_tui.queue.dialogs import change_of_view

        self.app.push_screen(change_of_view(self._session, own), self._read_again)

    async def _read_again(self, changed: bool | None) -> None:
        if changed:
            with toast_errors(self):
                await self.read()
                self.post_message(self.Changed())

    def render_line(self, y: int) -> Strip:
        plain = self.rich_style
        segments: list[Segment] = []
        for number, view in self._in_sight():
            name, count = self._texts(number, view)
            if view.query == self.shown:
                style = plain + self.get_component_rich_style("view-strip--shown", partial=True)
                segments.append(Segment(f"▸{name} {count} ".replace("  ", " "), style))
            else:
                muted = plain + self.get_component_rich_style("view-strip--count", partial=True)
                segments += [Segment(f" {name} ", plain), Segment(f"{count} " if count else "", muted)]
        if left_out := len(self.views) - len(self._in_sight()):
            segments.append(Segment(f" +{left_out}", plain))
        return Strip(segments).adjust_cell_length(self.size.width, plain)

    def _texts(self, number: int, view: View) -> tuple[str, str]:
        count = self.counts.get(view.query)
        return f"{number} {view.name}" if number < 10 else view.name, "" if count is None else short_number(count)

    def _in_sight(self) -> Sequence[tuple[int, View]]:
        """The views for which there is room, with their numbers.

        They begin with the first view, or further on so that the shown one is among them.
        """
        numbered = list(enumerate(self.views))
        shown = next((number for number, view in numbered if view.query == self.shown), 0)
        first, last = 0, len(numbered)
        while last - first > 1 and self._width(numbered[first:last], len(numbered)) > self.size.width:
            if last - 1 > shown:
                last -= 1
            else:
                first += 1
        return numbered[first:last]

    def _width(self, views: Sequence[tuple[int, View]], among: int) -> int:
        rest = 4 if len(views) < among else 0
        return rest + sum(sum(cell_len(text) + bool(text) for text in self._texts(*each)) + 1 for each in views)

    def on_click(self, event: events.Click) -> None:
        end = 0
        for each in self._in_sight():
            end += self._width([each], 1)
            if event.x < end:
                self.post_message(self.Chosen(each[1]))
                return
