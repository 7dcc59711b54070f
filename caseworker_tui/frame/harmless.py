"""Nothing that is shown does anything to the terminal, wherever the text of it came from.

A name of a file, a synced record, a message of the topic: any may hold an escape sequence that writes the clipboard or
turns the writing direction. All that the app shows becomes lines of segments, and every line passes here.
"""

from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from caseworker_tui.text.controls import ACTED_ON

_UNSHOWN: Final = "\N{REPLACEMENT CHARACTER}"


class Harmless(LineFilter):
    """Replaces each character that a terminal would act on. One that takes no room is left out, so that the line stays
    as wide as it was laid out."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [Segment(_shown(text), style, control) for text, style, control in segments]


HARMLESS: Final = Harmless()


def _shown(text: str) -> str:
    return ACTED_ON.sub(lambda found: _UNSHOWN * cell_len(found[0]), text)
