"""A rebuild that is shared out among processes: the same rows, nothing left running, nothing lost if one fails."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.domain.commands import AddNote
from store.engine.case_store import CaseStore
from store.errors import DatabaseDamaged
from store.log.read import get_accepted_events, get_all_events, last_accepted_position
from store.projections import segments
from store.projections.segments import WHOLE, Segment, segments_of
from tests.domain.examples import ANA, BEN, DIRECTOR, HOLDING, kyb, kyc, owner
from tests.store.stores import (
    APPROVALS_ARE_TOLD,
    a_case_with_everything,
    by_hand,
    connection_of,
    everything,
    findings,
    open_store,
    quiet,
    read_tables,
    rows,
    take_in,
)


@pytest.fixture(autouse=True)
def three_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    monkeypatch.setattr(segments, "WORTH_A_PROCESS", 4)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list["subprocess.Popen[str]"]:
    """The processes that were started."""
    processes: list[subprocess.Popen[str]] = []
    start = subprocess.Popen

    def started(*arguments: object, **options: object) -> "subprocess.Popen[str]":
        processes.append(start(*arguments, **options))  # type: ignore[call-overload]
        return processes[-1]

    monkeypatch.setattr(subprocess, "Popen", started)
    return processes


@pytest.fixture
def store(database: Path) -> Iterator[CaseStore]:
    """With fourteen cases, a few of which were worked on."""
    with open_store(database, rules=APPROVALS_ARE_TOLD) as store:
        for _ in range(2):
            a_case_with_everything(store)
            for _ in range(3):
                store.execute(kyb(DIRECTOR, BEN, owners=(owner(ANA), HOLDING)), actor="ana")
                case_id = store.execute(kyc(), actor="ben").case_id
            take_in(store, case_id)
        yield store


def in_segments(store: CaseStore) -> list[Segment]:
    return store.query(segments_of, store.query(last_accepted_position))


class TestSegments:
    def test_each_event_is_in_one_of_them(self, store: CaseStore) -> None:
        parts = in_segments(store)
        assert len(parts) == 3
        together = [event for part in parts for event in store.query(get_accepted_events, cases=part)]
        assert sorted(together) == list(store.query(get_all_events))
        for part in parts:
            events = list(store.query(get_accepted_events, cases=part))
            assert events == [event for event in store.query(get_all_events) if part.holds(event.case_id)]

    def test_they_are_of_about_the_same_length(self, store: CaseStore) -> None:
        for _ in range(60):
            store.execute(kyc(), actor="ben")
        lengths = [len(list(store.query(get_accepted_events, cases=part))) for part in in_segments(store)]
        assert max(lengths) < 2 * min(lengths)

    def test_a_short_log_is_one(self, store: CaseStore) -> None:
        assert store.query(segments_of, 7) == [WHOLE]
        assert len(store.query(segments_of, 8)) == 2

    def test_with_one_processor_too(self, store: CaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.cpu_count", lambda: None)
        assert in_segments(store) == [WHOLE]

    def test_no_more_than_four(self, store: CaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.cpu_count", lambda: 64)
        assert len(in_segments(store)) == 4


class TestRebuild:
    def test_equals_what_was_there(self, store: CaseStore, started: list["subprocess.Popen[str]"]) -> None:
        before = everything(store)
        number = store.query(last_accepted_position)
        spoil(store)
        assert store.rebuild(quiet) == number
        assert len(started) == 2
        assert everything(store) == before
        attached = {name for _, name, _ in rows(connection_of(store), "PRAGMA database_list")}
        assert attached - {"temp"} == {"main"}
        assert findings(store) == []

    def test_wherever_the_person_is(
        self, store: CaseStore, tmp_path: Path, started: list["subprocess.Popen[str]"], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A folder with a `store` of its own is not mistaken for ours."""
        (tmp_path / "store").mkdir()
        (tmp_path / "store" / "__init__.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        before = everything(store)
        spoil(store)
        store.rebuild(quiet)
        assert [process.returncode for process in started] == [0, 0]
        assert everything(store) == before

    def test_progress_goes_up_to_the_end(self, store: CaseStore) -> None:
        number = store.query(last_accepted_position)
        told: list[tuple[int, int]] = []
        store.rebuild(lambda done, total: told.append((done, total)))
        assert told == sorted(told)
        assert told[-1] == (number, number)

    def test_what_another_process_appends_meanwhile_is_taken_in(self, store: CaseStore, database: Path) -> None:
        """On a case of each segment, and a case of its own."""
        number = store.query(last_accepted_position)
        ids = [case_id for (case_id,) in rows(connection_of(store), "SELECT case_id FROM cases")]
        with open_store(database) as other:
            appended: list[str] = []

            def append_once(done: int, total: int) -> None:
                if not appended:
                    appended.append(other.execute(kyc(BEN), actor="ben").case_id)
                    for case_id in ids:
                        other.execute(AddNote(case_id=case_id, text="Meanwhile."), actor="ben")

            assert store.rebuild(append_once) == number + 4 + len(ids)
            assert appended
            assert findings(store) == []


def spoil(store: CaseStore) -> None:
    for table in read_tables(connection_of(store)):
        connection_of(store).execute(f"DELETE FROM {table}")


class TestWhenAProcessFails:
    @pytest.mark.parametrize("program", ["/no/such/python", "/bin/false"])
    def test_all_is_done_here(self, store: CaseStore, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", program)
        before = everything(store)
        spoil(store)
        store.rebuild(quiet)
        assert everything(store) == before
        assert findings(store) == []

    def test_that_is_killed_too(self, store: CaseStore, started: list["subprocess.Popen[str]"]) -> None:
        before = everything(store)
        spoil(store)

        def kill(done: int, total: int) -> None:
            for process in started:
                process.kill()

        store.rebuild(kill)
        assert everything(store) == before

    def test_by_a_damaged_event_it_is_said_which(self, store: CaseStore, database: Path) -> None:
        number = store.query(last_accepted_position)
        before = everything(store)
        with by_hand(database) as log:
            log.execute("UPDATE events SET payload = '{}' WHERE position = ?", (number,))
        with pytest.raises(DatabaseDamaged, match=f"Event {number} of the log"):
            store.rebuild(quiet)
        assert read_tables(connection_of(store)).items() <= before.items()

    def test_whoever_stops_leaves_nothing_running(
        self, store: CaseStore, database: Path, started: list["subprocess.Popen[str]"]
    ) -> None:
        def stop(done: int, total: int) -> None:
            raise KeyboardInterrupt

        before = everything(store)
        with pytest.raises(KeyboardInterrupt):
            store.rebuild(stop)
        assert [process.returncode for process in started] == [-signal.SIGKILL, -signal.SIGKILL]
        assert everything(store) == before
        assert not list(database.parent.glob("*rebuild-*"))
