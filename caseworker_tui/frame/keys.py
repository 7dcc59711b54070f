"""Actions and their keys. A screen, or a part of one, declares its own; bindings, footer, palette and help follow.

    class TeamScreen(WorkScreen):
        KEYS: ClassVar = Keys("Team", (Action("leave", ("escape", "q"), "Back", "Back to the queue."), …))
        BINDINGS = bindings(KEYS)

docs/keys.md gathers all of them (caseworker_tui/cli/key_sheet.py).
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen


class Action(NamedTuple):
    """`name` is of the method `action_<name>` beside the keys.

    The footer shows `label`, help and palette show `sentence`.
    """

    name: str
    keys: tuple[str, ...]
    label: str
    sentence: str
    in_footer: bool = False


Legend = tuple[str, tuple[tuple[str, str], ...]]
"""A heading, and signs with what each means."""


class Keys(NamedTuple):
    """The actions of a screen, or of a part of one, under a heading; help explains the signs of `legends` too.

    Help tells of them where they are `in_help`, the palette offers them where they are `in_palette`.
    """

    heading: str
    actions: tuple[Action, ...]
    in_help: bool = True
    in_palette: bool = True
    legends: tuple[Legend, ...] = ()


DIALOG_KEYS: Final = Keys(
    "Dialog",
    (Action("back", ("escape",), "Back", "One step back, or leave everything as it is."),),
    in_help=False,
    in_palette=False,
)


class Place(NamedTuple):
    """Keys, and the screen, widget or app that has them."""

    node: DOMNode
    keys: Keys

    def why_not(self, action: Action) -> str:
        """Why the action can't be given now; empty where it can."""
        explain = getattr(self.node, "why_not", None)
        return str(explain(action)) if explain else ""


def bindings(keys: Keys) -> list[BindingType]:
    """A key of one letter never fires while a person types in a field."""
    return [
        Binding(
            ",".join(action.keys),
            action.name,
            action.label,
            show=action.in_footer,
            tooltip=action.sentence,
            id=f"{keys.heading.lower().replace(' ', '-')}.{action.name}",
        )
        for action in keys.actions
    ]


def places_in_sight(screen: Screen[Any]) -> list[Place]:
    """The screen and its parts that have keys of their own; of parts that have the same keys the first."""
    there: dict[str, Place] = {}
    for node in (screen, *screen.query("*")):
        keys = getattr(node, "KEYS", None)
        if isinstance(keys, Keys):
            there.setdefault(keys.heading, Place(node, keys))
    return list(there.values())


def other_keys(actions: Iterable[Action], *, than: Iterable[Action], action: str) -> list[BindingType]:
    """The keys of some actions that mean nothing among others, bound to an action that says why."""
    taken = {key for each in than for key in each.keys}
    return [Binding(key, action, show=False) for each in actions for key in each.keys if key not in taken]


_KEY_NAMES: Final = {
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "question_mark": "?",
    "slash": "/",
    "asterisk": "*",
    "escape": "esc",
    "pagedown": "page down",
    "pageup": "page up",
}


def key_names(action: Action) -> str:
    """The keys of an action as people call them."""
    return " or ".join(_KEY_NAMES.get(key, key) for key in action.keys)
