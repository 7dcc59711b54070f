"""The views in one line, each with its number and how many cases it holds; the one that is shown is marked."""

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

from caseworker_tui.text.wording import short_number
from store.preferences import View


class ViewStrip(Widget):
    """Where there is no room for all, it shows as many as fit with the shown one among them, and how many it leaves
    out. `counts` are by query; what is not counted yet has no number."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"view-strip--shown", "view-strip--count"}
    DEFAULT_CSS = """
    ViewStrip {
        height: 1;
        background: $surface;
        .view-strip--shown { text-style: bold reverse; }
        .view-strip--count { color: $text-muted; }
    }
    """

    views: reactive[tuple[View, ...]] = reactive(())
    counts: reactive[dict[str, int]] = reactive(dict)
    shown: reactive[str] = reactive("")
    """The query that is looked at; it may be that of no view."""

    @dataclass
    class Chosen(Message):
        """A view was clicked."""

        view: View

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
        """The views for which there is room, with their numbers: from the first on, but up to the shown one."""
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
