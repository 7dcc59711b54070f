"""All keys of the screen below, from the one list of actions."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from caseworker_tui.frame.keys import Place, actions_at, bindings, key_names
from caseworker_tui.text.wording import PINNED_SIGN, SIGNS


class HelpScreen(ModalScreen[None]):
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
    BINDINGS = bindings(Place.DIALOG)

    def __init__(self, places: Iterable[Place]) -> None:
        super().__init__()
        self._places = tuple(places)

    def compose(self) -> ComposeResult:
        with VerticalScroll() as panel:
            panel.border_title = "Keys"
            yield Static(Content("\n").join(self._lines()), markup=False)

    def _lines(self) -> Iterable[Content]:
        for place in self._places:
            yield Content.assemble((place.value, "bold $primary"))
            for action in actions_at(place):
                yield Content.assemble((f"  {key_names(action):<20} ", "bold"), action.sentence)
            yield Content("")
        if Place.QUEUE in self._places:
            yield Content.assemble(("Before a reference", "bold $primary"))
            for sign, meaning in SIGNS:
                yield Content.assemble((f"  {sign:<20} ", "bold"), meaning)
            yield Content("")
            yield Content.assemble(("Before a name", "bold $primary"))
            yield Content.assemble(
                (f"  {PINNED_SIGN:<20} ", "bold"), "somebody pinned the case: is:pinned finds all of them"
            )
            yield Content("")
        yield Content.styled("esc closes this", "dim")

    def action_back(self) -> None:
        self.dismiss(None)
