"""What every whole screen is: the top line, what is its own, and the keys at the foot."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import Screen

from caseworker_tui.frame.footer import Footer
from caseworker_tui.frame.keys import Keys
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.top_line import TopLine


class WorkScreen(Screen[None]):
    """A screen of the app, which is no dialog. `compose_body` gives what lies between top line and foot."""

    KEYS: ClassVar[Keys]
    FOLLOWS_DATABASE: ClassVar[bool] = True
    """Whether the screen is read again by itself when the database has changed; `f5` reads every screen again."""

    FOLLOWS_SYNC: ClassVar[bool] = False
    """Whether it is read again when something has changed between this database and the team."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._top_line = TopLine(session)

    def compose(self) -> ComposeResult:
        yield self._top_line
        yield from self.compose_body()
        yield Footer()

    def compose_body(self) -> ComposeResult:
        raise NotImplementedError(f"{type(self).__name__} has no body")

    def reload(self) -> object:
        """Read again what is shown."""
