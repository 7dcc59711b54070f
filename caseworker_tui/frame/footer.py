"""The keys at the foot of a screen: one widget, drawn anew where other keys can be given.

Textual's own `Footer` makes a widget for each key at each change, and holds on to those before through the watchers
that `data_bind` leaves on it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.events import MouseDown, MouseMove
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget


class FooterKey(NamedTuple):
    """A key as the footer shows it, dim where it can't be given now; `before` stands before it."""

    key: str
    name: str
    label: str
    sentence: str
    enabled: bool
    before: str = " "

    @property
    def content(self) -> Content:
        dim = "" if self.enabled else "dim "
        return Content.assemble(
            (self.before, "$foreground 20%"),
            (f"{self.name} ", f"{dim}bold $footer-key-foreground"),
            (f"{self.label} ", f"{dim}$footer-description-foreground"),
        )

    @property
    def width(self) -> int:
        return cell_len(f"{self.before}{self.name} {self.label} ")


class Footer(Widget):
    """The keys of actions that are `in_footer`, as many as there is room for, and at the right that of the palette."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Footer { dock: bottom; height: 1; background: $footer-background; }"

    keys: reactive[tuple[FooterKey, ...]] = reactive(())
    palette: reactive[FooterKey | None] = reactive(None)

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._read_bindings)

    def _read_bindings(self, screen: Screen[Any]) -> None:
        shown: dict[str, FooterKey] = {}
        for _, binding, enabled, sentence in screen.active_bindings.values():
            name = self.app.get_key_display(binding)
            key = FooterKey(binding.key, name, binding.description, sentence, enabled)
            if binding.key == self.app.COMMAND_PALETTE_BINDING:
                self.palette = key._replace(before="▏")
            elif binding.show:
                shown.setdefault(binding.action, key)
        self.keys = tuple(shown.values())

    def render(self) -> Content:
        line = Content()
        for column, key in self._places():
            line = line[:column].pad_right(column - line.cell_length) + key.content
        return line

    def _places(self) -> Iterator[tuple[int, FooterKey]]:
        """The keys that there is room for, each with the column where it begins. A blank at the end may be cut off."""
        end = self.size.width - (self.palette.width if self.palette else 0)
        column = 0
        for key in self.keys:
            if column + key.width > end + 1:
                break
            yield column, key
            column += key.width
        if self.palette:
            yield end, self.palette

    def _key_at(self, column: int) -> FooterKey | None:
        return next((key for start, key in self._places() if start <= column < start + key.width), None)

    def on_mouse_move(self, event: MouseMove) -> None:
        key = self._key_at(event.x)
        self.tooltip = key.sentence if key else None

    def on_mouse_down(self, event: MouseDown) -> None:
        key = self._key_at(event.x)
        if key and key.enabled:
            self.app.simulate_key(key.key)
        elif key:
            self.app.bell()
