"""All keys of the screen below and of its parts."""

from collections.abc import Iterable
from textwrap import fill
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from caseworker_tui.frame.keys import DIALOG_KEYS, Place, bindings, key_names
from caseworker_tui.frame.screen import DialogScreen

_OF_KEYS: Final = 22
"""The width of the column of keys, in cells."""
_OF_SENTENCES: Final = 43
"""What the panel leaves beside it, in a terminal of 80 columns."""


def _beside_keys(sentence: str) -> str:
    """In lines that begin below each other."""
    return fill(sentence, _OF_SENTENCES).replace("\n", "\n" + " " * (_OF_KEYS + 3))


class HelpScreen(DialogScreen[None]):
    """An action that can't be given now is dimmed."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        VerticalScroll {
            width: 76;
            max-width: 96%;
            height: auto;
            max-height: 90%;
            padding: 1 2;
            background: $surface;
            border: round $primary;
            border-title-align: center;
        }
    }
    """
    KEYS: ClassVar = DIALOG_KEYS
    BINDINGS = bindings(DIALOG_KEYS)

    def __init__(self, places: Iterable[Place]) -> None:
        super().__init__()
        self._places = tuple(places)

    def compose(self) -> ComposeResult:
        with VerticalScroll() as panel:
            panel.border_title = "Keys"
            yield Static(Content("\n").join(self._lines()), markup=False)

    def _lines(self) -> Iterable[Content]:
        for place in self._places:
            yield Content.assemble((place.keys.heading, "bold $primary"))
            for action in place.keys.actions:
                dimmed = bool(place.why_not(action))
                names = (f"  {key_names(action):<{_OF_KEYS}} ", "dim" if dimmed else "bold")
                yield Content.assemble(names, (_beside_keys(action.sentence), "dim" if dimmed else ""))
            yield Content("")
        for place in self._places:
            for heading, signs in place.keys.legends:
                yield Content.assemble((heading, "bold $primary"))
                for sign, meaning in signs:
                    yield Content.assemble((f"  {sign:<{_OF_KEYS}} ", "bold"), _beside_keys(meaning))
                yield Content("")
        yield Content.styled("esc closes this", "dim")

    def action_back(self) -> None:
        self.dismiss(None)
