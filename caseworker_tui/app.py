"""The app: its screens, the way from one to another, and the command palette."""

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, runtime_checkable

from textual import on, work
from textual.app import App, ScreenStackError, SystemCommand
from textual.filter import LineFilter
from textual.reactive import var
from textual.screen import Screen

from caseworker_tui.frame.fault import Fault, fault_of, record, record_of
from caseworker_tui.frame.harmless import HARMLESS
from caseworker_tui.frame.keys import Action, Keys, Place, bindings, key_names, places_in_sight
from caseworker_tui.frame.navigation import (
    BackToQueue,
    EnterCase,
    OpenCase,
    OpenNeighbour,
    OpenSync,
    OpenVersion,
    ShowCases,
    ShowTeam,
)
from caseworker_tui.frame.preload import preloaded
from caseworker_tui.frame.session import Session
from caseworker_tui.queue.screen import QueueScreen
from store.clock import Clock, system_clock
from store.errors import StoreError
from store.preferences import save_preferences
from store.queries.queue import data_version
from store.queries.team_state import TeamState, team_state

if TYPE_CHECKING:
    from caseworker_tui.case.past import CaseThenScreen
    from caseworker_tui.case.screen import CaseScreen
    from caseworker_tui.sync.background import BackgroundSync, Cluster
    from store.domain.rules import Rules
    from store.notifications.config_service import ConfigService
    from store.notifications.refresh import Refresher
    from store.sync.watch import Status

S = TypeVar("S", bound=Screen[Any])


@runtime_checkable
class _Reloading(Protocol):
    """A screen that can read again what it shows."""

    def reload(self) -> object: ...


class CaseworkerApp(App[None], inherit_bindings=False):
    """The app on one database, as one person. `run()` returns when the person leaves, or with a `fault`.

    `on_loaded` is called once all modules are loaded that the first picture does without, `on_restored` at the end,
    when the terminal is as it was before and only saving and closing is left. `after` is the fault that ended the app
    before this one.
    """

    TITLE = "caseworker"
    # Textual fails where there is no room at all: it can't wrap a text in a width of 0, nor turn a page of no line.
    CSS = "Screen > *, OptionList { min-width: 20; } OptionList { min-height: 1; } CommandList { min-height: 3; }"
    CSS_PATH = "queue/screen.tcss"  # Textual reads that of a screen when it is pushed, which the first one is not
    KEYS: ClassVar = Keys(
        "Everywhere",
        (
            Action("help", ("question_mark", "f1"), "Help", "All keys of this screen.", in_footer=True),
            Action("command_palette", ("ctrl+p",), "Palette", "Every action by name."),
            Action("refresh", ("f5",), "Refresh", "Read everything again."),
            Action("help_quit", ("ctrl+c",), "How to quit", "How to leave caseworker."),
            Action("quit", ("ctrl+q",), "Quit", "Leave caseworker; everything is saved already.", in_footer=True),
        ),
    )
    BINDINGS = bindings(KEYS)

    sync_line = var("")
    """How sync is, in the few words of the top line of every screen."""

    def __init__(
        self,
        database: Path,
        *,
        actor: str,
        clock: Clock = system_clock,
        rules: "Rules | None" = None,
        config_service: "ConfigService | None" = None,
        cluster: "Cluster | None" = None,
        on_loaded: Callable[[], None] = lambda: None,
        on_restored: Callable[[], None] = lambda: None,
        after: Fault | None = None,
    ) -> None:
        super().__init__()
        self.is_left = False
        self.fault: Fault | None = None
        self._after = after
        self.session = Session(database, actor=actor, clock=clock, rules=rules)
        self._refresher = _refresher(database, config_service, clock) if config_service else None
        self._sync = _background_sync(cluster, self._sync_changed) if cluster else None
        self._team = TeamState(False, 0, 0, 0)
        self._queue = QueueScreen(self.session)
        self._on_loaded = on_loaded
        self._on_restored = on_restored
        self._kept: list[Screen[Any]] = []
        self._seen_version: int | None = None
        self._trouble = ""
        self._outage = False  # of the config service

    def get_default_screen(self) -> Screen[Any]:
        return self._queue

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), HARMLESS]

    def exit(self, *args: Any, **kwargs: Any) -> None:
        self.is_left = True
        super().exit(*args, **kwargs)

    def _handle_exception(self, error: Exception) -> None:
        """Textual calls this after an error that nothing caught. A key may come after the screens have gone."""
        is_leaving = self.is_left or not self.screen_stack
        if not (is_leaving and isinstance(error, ScreenStackError)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Textual calls this after an error that nothing caught, while it is being handled."""
        if (error := sys.exception()) and not self.fault:
            self.fault = fault_of(error, self._case.case_id if self._case_is_open else None)
            record(self.fault, self.session.database, self.session.now())
        self._close_messages_no_wait()

    def panic(self, *_: object) -> None:
        """Textual calls this after an error that would be shown in words of its own."""
        self._fatal_error()

    def on_load(self) -> None:
        self._follow()  # from before the first reading on

    def on_mount(self) -> None:
        self.set_interval(1, self._follow)
        self.call_after_refresh(self._preload)
        if self._refresher:
            self.call_after_refresh(self._refresher.start)
        if self._sync:
            self._show_sync(self._sync.status)
            self.call_after_refresh(self.run_worker, self._sync.run, group="sync")
        if self._after:
            self._go_on_after(self._after)

    def _go_on_after(self, fault: Fault) -> None:
        self.notify(
            f"A fault in caseworker itself ({fault.kind}) closed what was shown. What was done is kept. Please report"
            f" {record_of(self.session.database)}, which holds nothing of any case.",
            severity="error",
            timeout=30,
        )
        if fault.case_id:
            self._show_case(fault.case_id)

    @work
    async def _preload(self) -> None:
        await preloaded()
        self._on_loaded()

    @work(exclusive=True)
    async def _follow(self) -> None:
        """Read again when anybody changed the database; tell once of trouble with it, or with the config service."""
        service, outage = None, self._outage
        try:
            version: int | None = await self.session.query(data_version)
            trouble = ""
            self.session.check_file()
            if version != self._seen_version:
                self._team = await self.session.query(team_state)
                self._show_sync(self._sync.status if self._sync else None)
            if self._refresher and version != self._seen_version:
                from store.queries.notification_rules import notification_service_state

                service = await self.session.query(notification_service_state, self._refresher.service.url)
                outage = bool(service.trouble)
        except StoreError as error:
            version, trouble = self._seen_version, str(error)
        if trouble and trouble != self._trouble:
            self.notify(trouble, severity="error", timeout=30)
        if service and outage and not self._outage:
            self.notify(service.sentence, title="Notification rules", severity="warning", timeout=10)
        if self._seen_version not in (None, version):
            self._reload("FOLLOWS_DATABASE")
        self._seen_version, self._trouble, self._outage = version, trouble, outage

    def _sync_changed(self, status: "Status") -> None:
        self._show_sync(status)
        self._reload("FOLLOWS_SYNC")

    def _reload(self, following: str) -> None:
        """Reload the open screens that say so in this attribute of their class.

        A screen that is not mounted is left alone: the app hears of changes even when it is about to leave.
        """
        for screen in self._open_screens:
            if screen.is_mounted and isinstance(screen, _Reloading) and getattr(screen, following, False):
                screen.reload()

    @property
    def _open_screens(self) -> set[Screen[Any]]:
        """In sight or not."""
        return {*self.screen_stack, *self._kept}

    @cached_property
    def _case(self) -> "CaseScreen":
        """One for all cases: a mounted screen changes case in an instant."""
        from caseworker_tui.case.screen import CaseScreen

        return self._keep(CaseScreen(self.session))

    @property
    def _case_is_open(self) -> bool:
        """In sight, or below what is."""
        return "_case" in vars(self) and self._case in self.screen_stack

    @cached_property
    def _case_then(self) -> "CaseThenScreen":
        from caseworker_tui.case.past import CaseThenScreen

        return self._keep(CaseThenScreen(self.session))

    def _keep(self, screen: S) -> S:
        """Leaving it does not end it."""
        self.install_screen(screen, type(screen).__name__)
        self._kept.append(screen)
        return screen

    def _show_sync(self, status: "Status | None") -> None:
        line = ""
        if status or self._team.shared:
            from caseworker_tui.sync.text import top_line

            line = top_line(status, self._team)
        self.sync_line = line

    async def on_unmount(self) -> None:
        self._on_restored()
        if self._sync:
            await self._sync.end()
        if self._refresher:
            self._refresher.stop()
        await self._save_preferences()
        self.session.close()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The command palette: every action of the screen below and of the app, and the theme."""
        for place in (*places_in_sight(screen), Place(self, self.KEYS)):
            for action in place.keys.actions if place.keys.in_palette else ():
                if action.name != "command_palette":
                    title = f"{action.label}  ({key_names(action)})"
                    run = partial(self.run_action, action.name, place.node)
                    yield SystemCommand(title, place.why_not(action) or action.sentence, run)
        if screen is self._queue:
            for view in self._queue.views:
                show = partial(self._queue.show, view.query)
                yield SystemCommand(f"View {view.name}", view.query or "all cases", show)
        yield SystemCommand("Theme", "Other colours, dark or light.", self.action_change_theme)

    @on(OpenCase)
    def open_case(self, wanted: OpenCase) -> None:
        self._show_case(wanted.case_id)
        self._save_preferences_meanwhile()

    @on(OpenNeighbour)
    def open_neighbour(self, wanted: OpenNeighbour) -> None:
        self._queue.open_neighbour(wanted.case_id, wanted.step)

    @on(OpenVersion)
    def open_version(self, wanted: OpenVersion) -> None:
        self.push_screen(self._case_then)
        self.call_after_refresh(self._case_then.open, wanted.case_id, wanted.version)

    @on(EnterCase)
    def enter_case(self) -> None:
        from caseworker_tui.new_case.screen import NewCaseScreen

        self.push_screen(NewCaseScreen(self.session))

    @on(ShowTeam)
    def show_team(self) -> None:
        from caseworker_tui.team.screen import TeamScreen

        self.push_screen(TeamScreen(self.session))

    @on(ShowCases)
    def show_cases(self, wanted: ShowCases) -> None:
        self.back_to_queue()
        self._queue.show(wanted.query)

    @on(OpenSync)
    def open_sync(self) -> None:
        from caseworker_tui.sync.screen import SyncScreen

        self.push_screen(SyncScreen(self.session, self._sync))

    @on(BackToQueue)
    def back_to_queue(self) -> None:
        while self.screen is not self._queue:
            self.pop_screen()

    async def _save_preferences(self) -> None:
        """For the next start; that it could not be kept is not worth a word."""
        if preferences := self._queue.preferences:
            with suppress(StoreError):
                await self.session.change(save_preferences, self.session.actor, preferences)

    @work
    async def _save_preferences_meanwhile(self) -> None:
        await self._save_preferences()

    def _show_case(self, case_id: str) -> None:
        if self.screen is not self._case:
            self.back_to_queue()
            self.push_screen(self._case)
        self.call_after_refresh(self._case.open, case_id)

    def notify(self, message: str, *, markup: bool = False, **options: Any) -> None:
        """A toast. Brackets in what it says are brackets: names come from outside."""
        super().notify(message, markup=False, **options)

    def push_screen(self, *args: Any, **kwargs: Any) -> Any:
        """Toasts of the screen before are out of the way."""
        self.clear_notifications()
        return super().push_screen(*args, **kwargs)

    def action_command_palette(self) -> None:
        from caseworker_tui.frame.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_help_quit(self) -> None:
        """What ctrl+c does, by which many try to leave."""
        self.notify("ctrl+q leaves caseworker.")

    def action_refresh(self) -> None:
        if isinstance(self.screen, _Reloading):
            self.screen.reload()

    def action_help(self) -> None:
        if places := [place for place in places_in_sight(self.screen) if place.keys.in_help]:
            from caseworker_tui.frame.help import HelpScreen

            self.push_screen(HelpScreen((*places, Place(self, self.KEYS))))


def _refresher(database: Path, service: "ConfigService", clock: Clock) -> "Refresher":
    from store.notifications.refresh import Refresher

    return Refresher(database, service, clock=clock)


def _background_sync(cluster: "Cluster", tell: Callable[["Status"], None]) -> "BackgroundSync":
    from caseworker_tui.sync.background import BackgroundSync

    return BackgroundSync(cluster, tell)
