"""A chart of horizontal bars, each of which leads somewhere.

The bars are made of Rich's blocks, to an eighth of a cell. Libraries that plot (plotext and its widget) draw a picture
of a whole chart, in which no bar can be chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.bar import END_BLOCK_ELEMENTS, FULL_BLOCK
from textual import on
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from caseworker_tui.text.wording import fit
from store.queries.workload import Bar, Chart

_LABEL_WIDTH: Final = 28
_NUMBER_WIDTH: Final = 9


class BarChart(OptionList, inherit_bindings=False):
    """The cursor goes from bar to bar; behind the last one it leaves the chart."""

    DEFAULT_CSS = """
    BarChart {
        height: auto;
        max-height: 100vh;
        border: round $panel-lighten-1;
        background: $background;
        padding: 0;
        scrollbar-size-vertical: 1;
        border-title-color: $foreground;
        &:focus { border: round $primary; background: $background; }
        &:blur > .option-list--option-highlighted { background: $background; color: $foreground; text-style: none; }
    }
    """

    @dataclass
    class Chosen(Message):
        """The cases of a bar are wanted."""

        query: str

    def __init__(self, chart: Chart) -> None:
        super().__init__(markup=False)
        self.border_title = chart.title
        self._bars: Sequence[Bar] = ()

    def show(self, bars: Sequence[Bar]) -> None:
        """The numbers have come; the cursor stays on its bar."""
        self._bars = bars
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        at = self.highlighted or 0
        labels = min(_LABEL_WIDTH, self.size.width // 2)
        room = max(1, self.size.width - labels - _NUMBER_WIDTH - 3)
        most = max([1, *(bar.cases for bar in self._bars)])
        lines = [Option(_line(fit(bar.label, labels), bar.cases, room * bar.cases / most, room)) for bar in self._bars]
        self.set_options(lines)
        self.highlighted = min(at, len(lines) - 1) if lines else None

    def move(self, step: int) -> bool:
        """To the next bar; False where there is none."""
        to = (self.highlighted if self.highlighted is not None else -1) + step
        if not 0 <= to < len(self._bars):
            return False
        self.highlighted = to
        return True

    def enter(self, step: int) -> None:
        """The cursor comes from the chart before, or with a step of -1 from the one behind."""
        self.focus(scroll_visible=False)
        if self._bars:
            self.highlighted = 0 if step > 0 else len(self._bars) - 1

    @property
    def line_of_cursor(self) -> int:
        """On the screen, or where it would be if that were larger."""
        return self.content_region.y + (self.highlighted or 0) - self.scroll_offset.y

    def choose(self) -> None:
        if self.highlighted is not None:
            self.post_message(self.Chosen(self._bars[self.highlighted].query))

    @on(OptionList.OptionSelected)
    def choose_clicked(self) -> None:
        self.choose()


def _line(label: str, cases: int, length: float, room: int) -> Content:
    """A bar that is `length` cells long, in a line that has `room` for it."""
    whole, eighths = divmod(round(length * 8), 8)
    drawn = FULL_BLOCK * whole + (END_BLOCK_ELEMENTS[eighths] if eighths else "")
    return Content.assemble(f"{label} ", (drawn.ljust(room), "$text-primary"), f" {cases:>{_NUMBER_WIDTH},}")
