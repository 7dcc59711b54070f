"""A choice of one among several, by number or cursor, that is no command."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from caseworker_tui.dialogs.questions import Choice
from caseworker_tui.frame.keys import DIALOG_KEYS, bindings
from caseworker_tui.frame.screen import DialogScreen


class ChoiceScreen(DialogScreen[str]):
    """Ends with the value that was chosen, None after escape."""

    CSS_PATH = "ask.tcss"
    KEYS: ClassVar = DIALOG_KEYS
    BINDINGS = bindings(DIALOG_KEYS)

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self._choice = choice
        self._options = OptionList(markup=False)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._choice.prompt, id="title", markup=False)
            yield self._options
            yield Static("A number or enter picks · esc leaves everything as it is", id="hint", markup=False)

    def on_mount(self) -> None:
        self._options.set_options(
            Option(f"{number}  {words}") for number, (_, words) in enumerate(self._choice.options, start=1)
        )
        self._options.highlighted = 0
        self._options.focus()

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character.isdecimal():
            index = int(event.character) - 1
            if 0 <= index < self._options.option_count:
                self._options.highlighted = index
                self._options.action_select()

    @on(OptionList.OptionSelected)
    def choose(self, selected: OptionList.OptionSelected) -> None:
        self.dismiss(self._choice.options[selected.option_index][0])

    def action_back(self) -> None:
        self.dismiss(None)
