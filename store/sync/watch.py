"""Sync that goes on until it is stopped. Local commits are pushed at once, and those of others are pulled at once.

If the log can't be reached, that is a state and no error: local work goes on, and is synced when the log is back. So is
a database that another process holds. A problem that only a person can solve is told, and tried again now and then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from threading import Event
from time import monotonic
from typing import Final, Protocol

from store.device import older_and_what_to_do
from store.engine.case_store import CaseStore
from store.errors import DatabaseBusy
from store.log.pending import pending_outside, too_large
from store.queries.queue import data_version
from store.sync.round import cases_held_back, until_settled
from store.sync.shared_log import SharedLog, SyncStopped, Unreachable, stopped_by_the_machine
from store.sync.team import join, team_of

GLANCE_SECONDS: Final = 0.1
"""Seconds for which a local commit may go unnoticed."""

CHORE_SECONDS: Final = 0.5
"""Seconds between two looks at the chores while no record comes."""

CHECK_SECONDS: Final = 10.0
"""After these seconds a round is done in any case. It shows whether the log is still there, and is the same."""

RETRY_SECONDS: Final = 30.0
"""Seconds between two tries at a problem that only a person can solve."""

DEVICE: Final = "device"
"""The trouble of a database that is older than what it had sent."""

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0

_WORTH_A_BAR: Final = 50
"""From this number of records on, progress is told. Fewer are read before a person could read the number."""


class WatchedLog(SharedLog, Protocol):
    def wait(self, positions: Mapping[int, int], seconds: float) -> bool:
        """Whether a record comes at or behind `positions` within so many seconds."""


class State(StrEnum):
    SYNCING = "syncing"
    UP_TO_DATE = "up_to_date"
    OFFLINE = "offline"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Status:
    """How sync is. `sentence` says why it is offline or stopped, `troubles` what is wrong with each chore, with
    what is to be sent, or with the database as this device's.

    `done` of `total` records are read while it is syncing; `ends` is where the log's partitions ended last.
    """

    state: State
    sentence: str = ""
    done: int = 0
    total: int = 0
    ends: Mapping[int, int] = field(default_factory=dict)
    troubles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chore:
    """Other work that is done while watching. `do` returns at once if there is none, and says whether there was any."""

    name: str
    do: Callable[[], object]


@dataclass(slots=True)
class Watch:
    """One thread's work. `wake` cuts a pause short; `stop` ends it soon, and wants `wake` set too."""

    store: CaseStore
    log: WatchedLog
    tell: Callable[[Status], None]
    stop: Event
    wake: Event
    chores: Sequence[Chore] = ()
    _status: Status = field(default_factory=lambda: Status(State.SYNCING))
    _not_before: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Raises a `store.errors.StoreError` when the database can't be used, but for one that is busy."""
        self.tell(self._status)
        pause = _FIRST_PAUSE
        while not self.stop.is_set():
            try:
                with stopped_by_the_machine():
                    join(self.store, self.log)
                while not self.stop.is_set():
                    self._round()
                    pause = _FIRST_PAUSE
                    self._wait()
            except Unreachable as error:
                self._now(State.OFFLINE, str(error) or "The team's log can't be reached.")
                self._pause(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            except DatabaseBusy as error:
                self._now(State.STOPPED, f"{error} Sync goes on by itself.")
                self._pause(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            except SyncStopped as error:
                self._now(State.STOPPED, str(error))
                self._pause(RETRY_SECONDS)

    def _round(self) -> None:
        came_to = until_settled(self.store, self.log, progress=self._progress)
        self.store.checkpoint()  # for the app beside, too: it may not end for days
        self._status = replace(self._status, ends=came_to.ends)
        self._trouble(DEVICE, self.store.query(older_and_what_to_do))
        self._trouble("size", next(iter(self.store.query(too_large).values()), ""))
        self._now(State.UP_TO_DATE)

    def _wait(self) -> None:
        """Wait until there is a reason for another round."""
        positions = team_of(self.store).cursors
        until = monotonic() + CHECK_SECONDS
        version, next_chores = 0, 0.0
        while not self.stop.is_set() and monotonic() < until:
            if self.wake.is_set():
                self.wake.clear()
                self._not_before.clear()
                return
            if monotonic() >= next_chores:
                if self._do_chores():
                    return
                next_chores = monotonic() + CHORE_SECONDS
            before, version = version, self.store.query(data_version)
            if version != before and self.store.query(pending_outside, self.store.query(cases_held_back)):
                return
            if self.log.wait(positions, GLANCE_SECONDS):
                return

    def _do_chores(self) -> bool:
        """Do the chores. Returns whether any of them had work. Trouble with one of them holds up nothing else."""
        something = False
        for chore in self.chores:
            if monotonic() < self._not_before.get(chore.name, 0):
                continue
            trouble = ""
            try:
                with stopped_by_the_machine():
                    something |= bool(chore.do())
            except (Unreachable, SyncStopped, DatabaseBusy) as error:
                trouble = str(error)
                self._not_before[chore.name] = monotonic() + RETRY_SECONDS
            self._trouble(chore.name, trouble)
        return something

    def _trouble(self, name: str, trouble: str) -> None:
        """Tell what is wrong with a chore, with what is to be sent or with the database; empty, that it is no more."""
        if trouble != self._status.troubles.get(name, ""):
            others = {other: told for other, told in self._status.troubles.items() if other != name}
            self._status = replace(self._status, troubles=others | ({name: trouble} if trouble else {}))
            self.tell(self._status)

    def _progress(self, done: int, total: int) -> None:
        if total >= _WORTH_A_BAR:
            self._now(State.SYNCING, done=done, total=total)

    def _now(self, state: State, sentence: str = "", *, done: int = 0, total: int = 0) -> None:
        before = self._status
        self._status = replace(before, state=state, sentence=sentence, done=done, total=total)
        if self._status != before:
            self.tell(self._status)

    def _pause(self, seconds: float) -> None:
        self.store.checkpoint()
        self.wake.wait(seconds)
        if not self.stop.is_set():
            self.wake.clear()
