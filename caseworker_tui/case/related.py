"""The other cases of the same parties, to look into one of them."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from caseworker_tui.case.text import related_case
from caseworker_tui.frame.keys import Action, Keys, bindings
from caseworker_tui.frame.lines import Lines
from caseworker_tui.frame.screen import DialogScreen
from store.queries.related import Related


class RelatedScreen(DialogScreen[str]):
    """Ends with the id of the case that was chosen, or with None."""

    CSS_PATH = "related.tcss"
    KEYS: ClassVar = Keys(
        "Other cases",
        (
            Action("open_case", ("enter",), "Open", "Open the case under the cursor.", in_footer=True),
            Action("back", ("escape",), "Back", "Back to the case.", in_footer=True),
        ),
    )
    BINDINGS = bindings(KEYS)

    def __init__(self, others: Related) -> None:
        super().__init__()
        self._others = others
        self._cases = Lines(*(Option(related_case(other)) for other in others.cases), markup=False)

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Static(self._others.summary.capitalize(), id="title", markup=False)
            yield self._cases
            for more in self._others.more:
                yield Static(more.sentence, classes="more", markup=False)
            yield Static("Enter opens the case · esc goes back", id="hint", markup=False)

    @on(OptionList.OptionSelected)
    def action_open_case(self) -> None:
        if self._cases.highlighted is not None:
            self.dismiss(self._others.cases[self._cases.highlighted].case.case_id)

    def action_back(self) -> None:
        self.dismiss(None)
