"""Where a version of a case stands among all of them, as a line: `1 ─────●──── 31`."""

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class VersionSlider(Widget):
    """A click goes to the version at that place."""

    DEFAULT_CSS = "VersionSlider { height: 1; }"

    version: reactive[int] = reactive(1)
    versions: reactive[int] = reactive(1)

    @dataclass
    class Chosen(Message):
        version: int

    def render(self) -> Content:
        before = round((self.version - 1) * self._step)
        after = self._room - 1 - before
        return Content.assemble(
            ("1 ", "dim"),
            ("─" * before, "dim"),
            ("●", "bold $primary"),
            ("─" * after, "dim"),
            (f" {self.versions}", "dim"),
        )

    @property
    def _room(self) -> int:
        """The cells between the first version and the last."""
        return max(1, self.size.width - len(f"1  {self.versions}"))

    @property
    def _step(self) -> float:
        """The cells from one version to the next."""
        return (self._room - 1) / max(1, self.versions - 1)

    def on_click(self, event: events.Click) -> None:
        version = 1 + round((event.x - len("1 ")) / (self._step or 1))
        self.post_message(self.Chosen(max(1, min(version, self.versions))))
