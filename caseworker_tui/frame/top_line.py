"""The line at the top of every screen: where one is on the left, how sync is, as whom and on which database."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from caseworker_tui.frame.session import Session


class TopLine(Horizontal):
    """`show` says where one is, like `Queue · 62 cases`. How sync is, the app keeps in `sync_line` for all screens."""

    DEFAULT_CSS = """
    TopLine {
        height: 1;
        background: $panel;
        color: $foreground;
        padding: 0 1;
        Static { width: auto; }
        #place { width: 1fr; text-style: bold; text-wrap: nowrap; text-overflow: ellipsis; }
        #who { color: $text-muted; }
        #sync { color: $text-warning; margin: 0 1; }
        &.-team {
            #place { width: auto; }
            #who { width: 1fr; text-align: right; text-wrap: nowrap; text-overflow: ellipsis; }
        }
    }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._place = Static(id="place", markup=False)
        self._sync = Static(id="sync", markup=False)

    def compose(self) -> ComposeResult:
        yield self._place
        yield self._sync
        yield Static(f"{self._session.actor} · {self._session.database.name}", id="who", markup=False)

    def on_mount(self) -> None:
        self.watch(self.app, "sync_line", self._show_sync)

    def _show_sync(self, line: str) -> None:
        self._sync.update(line)
        self._sync.display = bool(line)
        self.set_class(self._sync.display, "-team")

    def show(self, place: str) -> None:
        self._place.update(place)
