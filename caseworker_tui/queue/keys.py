"""The keys of the queue."""

from collections.abc import Iterator
from typing import Final

from caseworker_tui.frame.keys import Action, Keys
from caseworker_tui.text.wording import PINNED_SIGN, SIGNS


def _views() -> Iterator[Action]:
    sentences = (
        "All cases.",
        "Your cases that are in work.",
        "Cases in work that nobody has.",
        "Cases in work due within a week, or past.",
        "Decisions of others that wait for approval.",
        "Cases that were decided within a week.",
        *["A view of your own."] * 4,
    )
    for number, sentence in enumerate(sentences):
        yield Action(f"view({number})", (str(number),), f"View {number}", sentence)


KEYS: Final = Keys(
    "Queue",
    (
        Action("open_case", ("enter",), "Open", "Open the case under the cursor.", in_footer=True),
        Action("search", ("slash",), "Search", "Search: words, a reference, or status:open.", in_footer=True),
        Action("new_case", ("n",), "New", "Enter a new case.", in_footer=True),
        Action("mark(1)", ("space", "shift+down"), "Mark", "Mark the case, or take its mark away.", in_footer=True),
        Action("many", ("b",), "Many", "Do something to all marked cases at once.", in_footer=True),
        Action("team", ("T",), "Team", "The team at a glance."),
        Action("show_all", ("escape",), "All", "Take the marks away, or show all cases."),
        Action("mark(-1)", ("shift+up",), "Mark", "Mark the case, and go up."),
        Action("mark_all", ("asterisk",), "Mark all", "Mark all cases that are shown, or none."),
        Action("mark_range", ("M",), "Mark up to here", "Mark all from the last mark to the cursor."),
        *_views(),
        Action("save_view", ("v",), "Save view", "Keep what is in the search line as a view."),
        Action("change_view", ("V",), "Views", "Rename or remove a view of your own."),
        Action("columns", ("C",), "Columns", "Choose the columns."),
        Action("order(1)", ("s",), "Order", "Order by the next column."),
        Action("order(-1)", ("S",), "Order", "Order by the column before."),
        Action("turn_order", ("r",), "Reverse", "Turn the order round."),
        Action("sync", ("Y",), "Sync", "How it stands with the team, and what is to be settled."),
        Action("cursor('down')", ("down", "j"), "Down", "One case down."),
        Action("cursor('up')", ("up", "k"), "Up", "One case up."),
        Action("cursor('page_down')", ("pagedown", "ctrl+d"), "Page down", "One page down."),
        Action("cursor('page_up')", ("pageup", "ctrl+u"), "Page up", "One page up."),
        Action("cursor('top')", ("home",), "Top", "To the first case."),
        Action("cursor('bottom')", ("end", "G"), "Bottom", "To the last case."),
    ),
    legends=(
        ("Before a reference", SIGNS),
        ("Before a name", ((PINNED_SIGN, "somebody pinned it: is:pinned finds all that are"),)),
    ),
)
