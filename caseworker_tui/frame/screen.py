"""What every screen is, a dialog or a whole one with the top line, what is its own, and the keys at the foot."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType

from caseworker_tui.frame.footer import Footer
from caseworker_tui.frame.keys import Keys
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.top_line import TopLine


class LeftOnce(Screen[ScreenResultType]):
    """A screen that is dismissed once, and takes no other along.

    Textual takes away whatever is in front: for a key that was pressed twice, the screen below; for a dialog that is
    done while the palette is open over it, the palette.
    """

    _result_for_later: tuple[ScreenResultType | None] | None = None

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        if self.is_active:
            return super().dismiss(result)
        if self in self.app.screen_stack:
            self._result_for_later = (result,)
        return AwaitComplete()

    def on_screen_resume(self) -> None:
        if self._result_for_later:
            (result,), self._result_for_later = self._result_for_later, None
            super().dismiss(result)


class DialogScreen(ModalScreen[ScreenResultType], LeftOnce[ScreenResultType]):
    """A screen over another one. Textual takes the style sheets of the first base only."""


class WorkScreen(LeftOnce[None]):
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
