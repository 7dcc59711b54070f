"""A list with a cursor, in which j and k move as the arrows do."""

from typing import ClassVar

from textual.widgets import OptionList

from caseworker_tui.frame.keys import Action, Keys, bindings


class Lines(OptionList):
    KEYS: ClassVar = Keys(
        "List",
        (
            Action("cursor_down", ("j",), "Down", "One line down."),
            Action("cursor_up", ("k",), "Up", "One line up."),
        ),
        in_palette=False,
    )
    BINDINGS = bindings(KEYS)
