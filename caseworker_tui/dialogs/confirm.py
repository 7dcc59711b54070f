"""A question that is answered with yes or no."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from caseworker_tui.frame.keys import Action, Keys, bindings
from caseworker_tui.frame.screen import DialogScreen


class ConfirmScreen(DialogScreen[bool]):
    """Ends with True for yes; escape is no."""

    DEFAULT_CSS = """
    ConfirmScreen {
        align: center middle;
        Vertical {
            width: 60;
            max-width: 90%;
            height: auto;
            padding: 1 2;
            background: $surface;
            border: round $warning;
        }
        #hint { color: $text-muted; margin-top: 1; }
    }
    """
    KEYS: ClassVar = Keys(
        "Question",
        (
            Action("answer(True)", ("y",), "Yes", "Yes, do it.", in_footer=True),
            Action("answer(False)", ("n", "escape"), "No", "No, leave everything as it is.", in_footer=True),
        ),
        in_help=False,
        in_palette=False,
    )
    BINDINGS = bindings(KEYS)

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._question, markup=False)
            yield Static("y yes · n or esc no", id="hint", markup=False)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
