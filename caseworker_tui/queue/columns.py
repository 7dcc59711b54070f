"""The dialog that chooses the columns of the queue. The queue behind it shows each choice at once."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from caseworker_tui.frame.keys import Action, Keys, bindings
from caseworker_tui.frame.lines import Lines
from caseworker_tui.frame.screen import DialogScreen
from caseworker_tui.queue.layout import ALWAYS, COLUMNS
from caseworker_tui.queue.table import CaseTable


class ColumnsScreen(DialogScreen[None]):
    CSS_PATH = "columns.tcss"
    KEYS: ClassVar = Keys(
        "Columns",
        (
            Action(
                "turn", ("space",), "Turn", "Turn the column under the cursor on or off; so does enter.", in_footer=True
            ),
            Action("back", ("escape",), "Back", "Back to the queue.", in_footer=True),
        ),
    )
    BINDINGS = bindings(KEYS)

    def __init__(self, table: CaseTable) -> None:
        super().__init__()
        self._table = table
        self._choices = [column for column in COLUMNS if column.name not in ALWAYS]
        self._columns = Lines(markup=False)

    def compose(self) -> ComposeResult:
        with Vertical() as panel:
            panel.border_title = "Columns"
            yield self._columns
            yield Static("Space turns one on or off. Where there is no room, the last ones wait for it.", id="hint")

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        at = self._columns.highlighted or 0
        self._columns.set_options(
            Option(f"{'●' if column.name in self._table.columns else '○'} {column.title}") for column in self._choices
        )
        self._columns.highlighted = at

    @on(OptionList.OptionSelected)
    def action_turn(self) -> None:
        """Turn the column under the cursor on or off."""
        if self._columns.highlighted is not None:
            chosen = {*self._table.columns} ^ {self._choices[self._columns.highlighted].name}
            self._table.columns = tuple(column.name for column in COLUMNS if column.name in chosen)
            self._show()

    def action_back(self) -> None:
        self.dismiss(None)
