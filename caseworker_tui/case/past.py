"""A case file as it stood after one of its changes, with what that change made other marked: to look at only."""

from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from caseworker_tui.case import text as case_text
from caseworker_tui.case.panes import CasePanes, Shown
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.case.version_slider import VersionSlider
from caseworker_tui.frame.keys import Action, Keys, bindings, other_keys
from caseworker_tui.frame.screen import WorkScreen
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from store.clock import moment
from store.queries.as_of import CaseThen, as_of
from store.queries.what_changed import but_for_the_last_change


class CaseThenScreen(WorkScreen):
    """One screen stays mounted and shows one version after another. What changes a case says that this is the past."""

    CSS_PATH = "past.tcss"
    KEYS: ClassVar = Keys(
        "Case file as it stood",
        (
            Action("leave", ("escape", "q"), "Today", "Back to the case as it stands today.", in_footer=True),
            Action("version(-1)", ("left_square_bracket", "K"), "Older", "The version before.", in_footer=True),
            Action("version(1)", ("right_square_bracket", "J"), "Newer", "The next version.", in_footer=True),
            Action("choose", ("enter",), "Choose", "To the version under the cursor of the timeline."),
        ),
    )
    BINDINGS = [
        *bindings(KEYS),
        *other_keys(
            CaseScreen.KEYS.actions, than=(*KEYS.actions, *CasePanes.KEYS.actions), action="say_it_is_the_past"
        ),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._case_id = ""
        self._version = 0
        self._then: CaseThen | None = None
        self._banner = Static(id="banner", markup=False)
        self._title = Static(id="title", markup=False)
        self._panes = CasePanes()
        self._slider = VersionSlider()

    def compose_body(self) -> ComposeResult:
        yield self._banner
        yield self._title
        yield self._panes
        with Horizontal(id="below"):
            yield self._slider
            yield Static("+ came  - went  * in this tab", id="legend", markup=False)

    def on_mount(self) -> None:
        self._top_line.show("Case file as it stood")

    def open(self, case_id: str, version: int) -> None:
        """Show a version, from the first tab on in which it changed something."""
        self._case_id, self._version, self._then = case_id, version, None
        self._panes.reset()
        self.reload()

    @work(exclusive=True, group="reload")
    async def reload(self) -> None:
        if not self._case_id:
            return
        with toast_errors(self):
            then = await self._session.query(as_of, self._case_id, self._version, self._session.rules)
            opened = self._then is None
            self._show(then)
            if opened and self._panes.changed:
                self._panes.show_tab(self._panes.changed[0])

    def _show(self, then: CaseThen) -> None:
        self._then = then
        self._banner.update(case_text.as_it_stood(then))
        self._title.update(case_text.title(then.stood.view))
        self._slider.versions, self._slider.version = then.versions, then.entry.version
        now = moment(then.entry.recorded_at) or self._session.now()
        before = then.before or then.stood
        earlier = replace(before, view=but_for_the_last_change(before.view, then.stood.view))
        stood, was = (Shown(stands, then.timeline, now, past=True) for stands in (then.stood, earlier))
        self._panes.show(stood, was)

    @on(CasePanes.DocumentChosen)
    def action_say_it_is_the_past(self) -> None:
        self.notify("This is the case as it stood, to look at only: esc goes back to today.")

    @on(CasePanes.VersionChosen)
    @on(VersionSlider.Chosen)
    def go_to(self, chosen: CasePanes.VersionChosen | VersionSlider.Chosen) -> None:
        self._version = chosen.version
        self.reload()

    def action_version(self, step: int) -> None:
        """Older or newer, as far as there are versions."""
        if self._then is None:
            return
        wanted = self._version + step
        if 1 <= wanted <= self._then.versions:
            self._version = wanted
            self.reload()
        else:
            self.notify("This is the newest version." if step > 0 else "This is how the case was opened.")

    def action_choose(self) -> None:
        self._panes.choose()

    def action_leave(self) -> None:
        self._case_id = ""
        self.dismiss()
