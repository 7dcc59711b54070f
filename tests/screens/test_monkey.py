"""A monkey at the keyboard: whatever it presses, pastes, clicks and pulls at, the app goes on, and nothing of what it
draws acts on the terminal.

It works on a team's database in which all that can be amiss is amiss, also where every text in there is hostile, while
somebody else works on the same cases. An error that nothing caught is raised by Textual's test mode.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from itertools import cycle, islice
from pathlib import Path
from pkgutil import walk_packages
from random import Random
from typing import Any, Final

import pytest
from textual.events import Key, Paste
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

import caseworker_tui
from caseworker_tui.app import CaseworkerApp
from caseworker_tui.frame.screen import WorkScreen
from caseworker_tui.text.controls import ACTED_ON
from store.domain.commands import AddNote
from store.domain.refusals import Refusal
from store.engine.case_store import CaseStore
from store.queries.queue import whole_queue
from store.screening.list_files import lists_folder
from tests.screens.conftest import NOW
from tests.screens.hostile import ESCAPES, drawn, make_hostile
from tests.screens.pilot import run, settle
from tests.screens.test_snapshots import CASE, attach_files
from tests.sync.broken_team import in_trouble
from tests.trials import amount, trials

SPOKEN: Final[list[str]] = [*"abcdefghijklmnopqrstuvwxyz0123456789/?[]*=+-,.%(\"'"]
NAMED: Final[list[str]] = [
    *("enter", "escape", "tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *("space", "backspace", "delete", "ctrl+a", "ctrl+k", "ctrl+u", "ctrl+w", "ctrl+c", "ctrl+p", "ctrl+z", "f1", "f5"),
    *("shift+down", "shift+up", "alt+x", "f12", "ctrl+s", "ctrl+n", "insert", "ctrl+v", "ctrl+@"),
]
TEXTS: Final = [
    *(
        "Ana",
        "2026-02-30",
        "31.12.2030",
        "x" * 3000,
        "مرحبا",
        "株式会社",
        "e\u0301",
        "👩‍👩‍👧",
        "\u202eabc",
        ESCAPES,
        "\x00",
    ),
    *("status:open", "country:", "(", "-", "due:<7d sort:due", "%", "99999999999999999999", "-1", "", " ", "a\nb\nc"),
    *("/", "/dev/zero", "~", "../..", "[red]x[/]", "{x}", "$foreground", "0", "true", "null"),
]
PARTIES_OF_OTHERS: Final = "QRK-6J0-5DH"
WITH_FILES: Final = CASE
"""Cases by reference."""
TOURS: Final = [
    ("Y", "enter"),
    ("Y", "down", "enter"),
    ("enter", "6", "down", "enter"),
    ("enter", "S"),
    ("slash", f"={PARTIES_OF_OTHERS}", "enter", "R"),
    ("slash", f"={WITH_FILES}", "enter", "3", "F"),
    ("enter", "n"),
    ("enter", "u"),
    ("enter", "3", "s"),
    ("enter", "p"),
    ("T",),
    ("n",),
    ("C",),
    ("v",),
    ("question_mark",),
    ("asterisk", "b", "2", "x", "enter"),
]
"""From the queue to every screen, which chance alone would reach too seldom."""
SIZES: Final = [(80, 24), (120, 40), (200, 60), (40, 10), (20, 5), (1, 1)]
PARTS: Final = 4


def every_screen() -> set[type[Screen[Any]]]:
    """Those of the app, but for what only others stand on."""
    for module in walk_packages(caseworker_tui.__path__, "caseworker_tui."):
        if "__main__" not in module.name:
            import_module(module.name)
    found: set[Any] = set()
    left: list[Any] = [Screen]
    while left:
        below = [each for each in left.pop().__subclasses__() if each.__module__.startswith("caseworker_tui")]
        found.update(below)
        left.extend(below)
    return found - {WorkScreen}


class Monkey:
    def __init__(self, pilot: Pilot[None], random: Random) -> None:
        assert isinstance(pilot.app, CaseworkerApp)
        self.pilot, self.random = pilot, random
        self.app: CaseworkerApp = pilot.app
        self.reached: set[type] = set()
        self.pressed = 0

    async def takes(self, tour: Iterable[str]) -> None:
        for key in tour:
            self.presses(key)
            await settle(self.pilot)
            self.looks()

    async def plays(self, keys: int) -> None:
        """Until so many keys are pressed, or the app is left."""
        while self.pressed < keys and not self.is_left:
            for _ in range(self.random.choice((1, 1, 1, 2, 4))):
                await self.does_something()
            if self.random.random() < 0.03:
                self.presses("escape", "escape", "escape", *self.random.choice(TOURS))
            await settle(self.pilot)
            self.looks()

    def looks(self) -> None:
        if not self.is_left:
            self.reached.update(type(self.app.screen).__mro__)
            assert set(ACTED_ON.findall(drawn(self.pilot))) <= {"\n"}

    @property
    def is_left(self) -> bool:
        return self.app._exit or not self.app.screen_stack

    def presses(self, *keys: str) -> None:
        """What begins with `=` is pasted."""
        for key in keys:
            self.pressed += 1
            pasted = key.startswith("=") and key != "="
            self.app.post_message(Paste(key[1:]) if pasted else Key(key, key_to_character(key)))

    async def does_something(self) -> None:
        match self.random.random():
            case chance if chance < 0.02:
                await self.pilot.resize_terminal(*self.random.choice(SIZES))
            case chance if chance < 0.05:
                await self.clicks()
            case chance if chance < 0.06:
                self.somebody_else_works()
            case chance if chance < 0.4 and not self.is_left and isinstance(self.app.focused, Input):
                self.app.post_message(Paste(self.random.choice(TEXTS)))
            case _:
                self.presses(self.a_key())

    async def clicks(self) -> None:
        width, height = self.app.size
        if not self.is_left:
            await self.pilot.click(offset=(self.random.randrange(width), self.random.randrange(height)))

    def a_key(self) -> str:
        if self.random.random() < 0.6 and not self.is_left:
            bindings = self.app.screen.active_bindings.items()
            usable = sorted(key for key, active in bindings if active.enabled and key != "ctrl+q")
            return self.random.choice(usable)
        return self.random.choice(SPOKEN if self.random.random() < 0.5 else NAMED)

    def somebody_else_works(self) -> None:
        with CaseStore.open(self.app.session.database, create=False, clock=lambda: NOW) as store:
            rows = store.query(whole_queue)
            case = self.random.choice(list(rows))
            with suppress(Refusal):  # the case rests
                store.execute(AddNote(case_id=case.case_id, text="Meanwhile."), actor="ben")


@pytest.fixture
def in_reach(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], CaseworkerApp]:
    """The app on a fresh copy of a database in which all is amiss, and hostile too if that is wanted."""

    def app(hostile: bool) -> CaseworkerApp:
        database = tmp_path / str(hostile) / "cases.sqlite3"
        if not database.exists():
            database.parent.mkdir()
            shutil.copy(sample, database)
            attach_files(database)
            (make_hostile if hostile else lambda path: in_trouble(path, NOW))(database)
        copy = Path(tempfile.mkdtemp(dir=tmp_path)) / "cases.sqlite3"
        shutil.copy(database, copy)
        shutil.copytree(lists_folder(sample), lists_folder(copy))
        return CaseworkerApp(copy, actor="ana.ruiz", clock=lambda: NOW)

    monkeypatch.setenv("PATH", "")  # no viewer is opened
    return app


def test_the_tours_reach_every_screen(in_reach: Callable[[bool], CaseworkerApp]) -> None:
    reached: set[type] = set()
    for tour in TOURS:

        async def take(pilot: Pilot[None], tour: Iterable[str] = tour) -> None:
            monkey = Monkey(pilot, Random(0))
            await monkey.takes(tour)
            reached.update(monkey.reached)

        run(in_reach(False), take)
    assert every_screen() <= reached


@pytest.mark.deep
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_pressed(part: int, in_reach: Callable[[bool], CaseworkerApp]) -> None:
    """Each app begins with a tour of its own."""
    tours = islice(cycle(TOURS), part, None, PARTS)
    for random, tour in zip(trials(little=1, much=4), tours, strict=False):

        async def play(pilot: Pilot[None], random: Random = random, tour: Iterable[str] = tour) -> None:
            monkey = Monkey(pilot, random)
            await monkey.takes(tour)
            await monkey.plays(amount(little=60, much=250))

        run(in_reach(part % 2 == 1), play, random.choice(SIZES[:3]))
