"""The reference: an empty Textual app, or one with nothing but a list: `python -m benchmarks.bare_app [OPTIONS]`."""

import sys
from typing import Final

from textual.app import App, ComposeResult
from textual.widgets import OptionList, Static

TITLE: Final = "nothing but this line"


class BareApp(App[None]):
    def __init__(self, options: int) -> None:
        super().__init__()
        self._options = options

    def compose(self) -> ComposeResult:
        yield Static(TITLE)
        if self._options:
            yield OptionList(*(f"option {number:03}" for number in range(self._options)))


if __name__ == "__main__":
    BareApp(int(sys.argv[1]) if sys.argv[1:] else 0).run()
