"""Sync that goes on until it is stopped, on a log in memory."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest

from store.engine.case_store import CaseStore
from store.errors import DatabaseBusy
from store.sqlite import database as database_module
from store.sync import round as round_module
from store.sync import watch as watch_module
from store.sync.older import acknowledge_older
from store.sync.pull import take_in
from store.sync.shared_log import Span, SyncStopped
from store.sync.single_instance import single_instance
from store.sync.team import join
from store.sync.watch import Chore, State, Status, Watch
from tests.domain.examples import kyc
from tests.store.stores import connection_of, rows
from tests.sync.memory_team import Laptop, Line, MemoryLog, a_laptop, copy_of


@dataclass
class WatchedLine(Line):
    """Waiting is where a test has something happen, one thing after the other; then the watch is stopped."""

    happens: list[Callable[[], object]] = field(default_factory=list)
    stop: Event = field(default_factory=Event)

    def wait(self, positions: Mapping[int, int], seconds: float) -> bool:
        if not self.happens:
            self.stop.set()
            return False
        self.happens.pop(0)()
        return any(len(held) > positions[partition] for partition, held in self.log.records.items())


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHECK_SECONDS", "CHORE_SECONDS", "RETRY_SECONDS", "_FIRST_PAUSE", "_LONGEST_PAUSE"):
        monkeypatch.setattr(watch_module, name, 0.0 if name != "CHECK_SECONDS" else 30.0)


def watched(laptop: Laptop, *happens: Callable[[], object], chores: tuple[Chore, ...] = ()) -> list[Status]:
    """What was told while these things happened."""
    line = WatchedLine(laptop.line.log, laptop.line.faults, happens=list(happens))
    told: list[Status] = []
    Watch(laptop.store, line, told.append, line.stop, Event(), chores).run()
    return told


def test_it_joins_and_takes_in_what_comes_and_what_was_done_meanwhile() -> None:
    log = MemoryLog()
    ana, ben = a_laptop("ana", log, joined=False), a_laptop("ben", log)
    ana.does(kyc(), "before")
    ben.does(kyc(), "theirs")
    told = watched(ana, ben.syncs, lambda: None)
    assert ana.ids("commits") == {"before", "theirs"}
    assert told[-1].state is State.UP_TO_DATE
    ben.syncs()
    assert ben.everything() == ana.everything()


def test_the_write_ahead_log_is_emptied_also_of_what_the_app_does_beside_and_where_the_cluster_is_away(
    store: CaseStore, database: Path
) -> None:
    sizes: list[int] = []

    class LooksAtTheLog(WatchedLine):
        def spans(self) -> Mapping[int, Span]:
            sizes.append(database.with_name(f"{database.name}-wal").stat().st_size)
            return super().spans()

    def work(_: Status) -> None:
        store.execute(kyc(), actor="ana")

    line = LooksAtTheLog(MemoryLog(), faults=["down"])
    line.happens = [lambda: sizes.append(database.with_name(f"{database.name}-wal").stat().st_size)]
    with closing(sqlite3.connect(database)) as app:
        rows(app, "SELECT 1 FROM commits")
        Watch(store, line, work, line.stop, Event()).run()
    began, tried_again, *_, waiting = sizes
    assert began > 0
    assert (tried_again, waiting) == (0, 0)


def test_a_database_that_was_restored_from_a_backup_is_told(ana: Laptop) -> None:
    backup = copy_of(ana)
    ana.does(kyc())
    ana.syncs()
    told = watched(backup)
    assert told[-1].state is State.UP_TO_DATE
    assert told[-1].troubles["device"].startswith("A change of this database (")
    acknowledge_older(backup.store, actor="ana")
    assert watched(backup)[-1].troubles == {}


def test_losing_the_log_is_a_state_and_it_goes_on_when_it_is_back() -> None:
    log = MemoryLog()
    ana = a_laptop("ana", log)
    ana.does(kyc(), "first")
    ana.line.faults = ["down", "down"]
    states = [status.state for status in watched(ana)]
    assert states == [State.SYNCING, State.OFFLINE, State.UP_TO_DATE]
    assert ana.ids("commits") == {"first"}


def test_what_only_a_person_can_mend_is_told_and_tried_again() -> None:
    ana = a_laptop("ana", MemoryLog())
    ana.syncs()
    log, told = ana.line.log, list[Status]()
    log.topic_id = "another"

    def tell(status: Status) -> None:
        told.append(status)
        if status.state is State.STOPPED:
            log.topic_id = "topic"

    line = WatchedLine(log)
    Watch(ana.store, line, tell, line.stop, Event()).run()
    assert [status.state for status in told] == [State.SYNCING, State.STOPPED, State.UP_TO_DATE]
    assert "deleted and made again" in told[1].sentence


def test_trouble_with_a_chore_holds_up_nothing_else() -> None:
    log = MemoryLog()
    ana, done = a_laptop("ana", log), list[str]()

    def intake() -> bool:
        done.append("intake")
        if len(done) == 1:
            raise SyncStopped("not_allowed", "We may not read it.")
        return False

    told = watched(ana, lambda: None, chores=(Chore("intake", intake), Chore("other", lambda: done.append("other"))))
    assert {"intake": "We may not read it."} in [status.troubles for status in told]
    assert told[-1].troubles == {}
    assert "other" in done


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), MemoryError()])
@pytest.mark.parametrize("place", ["join", "take_in", "chore"])
def test_a_machine_that_fails_is_told_and_sync_goes_on(
    place: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is there to start it again."""
    log = MemoryLog()
    ben, ana = a_laptop("ben", log), a_laptop("ana", log, joined=False)
    ben.does(kyc(), "theirs")
    ben.syncs()
    failures = [error]

    def fails_once(do: Callable[..., object]) -> Callable[..., object]:
        def did(*arguments: object, **named: object) -> object:
            if failures:
                raise failures.pop()
            return do(*arguments, **named)

        return did

    chore = Chore("intake", lambda: False)
    match place:
        case "join":
            monkeypatch.setattr(watch_module, "join", fails_once(join))
        case "take_in":
            monkeypatch.setattr(round_module, "take_in", fails_once(take_in))
        case _:
            chore = Chore("intake", fails_once(lambda: False))
    told = watched(ana, lambda: None, chores=(chore,))
    said = "too little memory" if isinstance(error, MemoryError) else "No space left on device"
    assert any(said in sentence for status in told for sentence in (status.sentence, *status.troubles.values()))
    assert (told[-1].state, told[-1].troubles) == (State.UP_TO_DATE, {})
    assert ana.ids("commits") == {"theirs"}


def test_a_chore_that_made_cases_is_followed_by_a_round() -> None:
    log = MemoryLog()
    ana = a_laptop("ana", log)

    def intake() -> bool:
        return not ana.ids("commits") | ana.ids("pending_commits") and bool(ana.does(kyc(), "from outside"))

    watched(ana, lambda: None, chores=(Chore("intake", intake),))
    assert ana.ids("commits") == {"from outside"}


def test_one_process_at_a_time(tmp_path: Path) -> None:
    database = tmp_path / "cases.sqlite3"
    with single_instance(database), pytest.raises(SyncStopped, match="Another process"), single_instance(database):
        pass
    with single_instance(database):
        pass


def test_a_database_that_is_busy_is_waited_for(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the round and by a chore: a node without a screen has nobody to start it again."""
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 1)
    log = MemoryLog()
    ben = a_laptop("ben", log)
    ben.does(kyc(), "theirs")
    ben.syncs()
    with CaseStore.open(database) as store, closing(sqlite3.connect(database, isolation_level=None)) as other:
        join(store, line := WatchedLine(log))
        other.execute("BEGIN IMMEDIATE")
        told: list[Status] = []

        def tell(status: Status) -> None:
            told.append(status)
            if status.state is State.STOPPED:
                other.execute("ROLLBACK")

        def busy_once() -> bool:
            if not any("chore" in status.troubles for status in told):
                raise DatabaseBusy("The chore found it busy.")
            return False

        line.happens = [lambda: None]
        Watch(store, line, tell, line.stop, Event(), (Chore("chore", busy_once),)).run()
        assert [status.state for status in told][:2] == [State.SYNCING, State.STOPPED]
        assert "in use by another process" in told[1].sentence
        assert any(status.troubles == {"chore": "The chore found it busy."} for status in told)
        assert told[-1].state is State.UP_TO_DATE
        assert rows(connection_of(store), "SELECT command_id FROM commits") == [("theirs",)]
