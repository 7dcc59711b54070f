"""Joining a team, and knowing its log again."""

from pathlib import Path

import pytest

from store.engine.case_store import CaseStore
from store.projections import rebuild as rebuild_module
from store.projections import segments
from store.queries.audit import log_digest
from store.sqlite.append_only import APPEND_ONLY_TRIGGERS
from store.sync.partition import partition_of
from store.sync.round import sync_round
from store.sync.shared_log import SyncStopped
from store.sync.team import join, team_of
from tests.domain.examples import BEN, kyc
from tests.store.stores import (
    Clock,
    a_case_with_everything,
    connection_of,
    everything,
    findings,
    quiet,
    read_tables,
    rows,
)
from tests.sync.memory_team import Laptop, Line, MemoryLog, a_laptop, all_sync, note


def worked(name: str, log: MemoryLog) -> Laptop:
    """A laptop that has worked on its own so far."""
    laptop = a_laptop(name, log, joined=False)
    opened = laptop.does(kyc())
    laptop.does(note(opened.case_id, f"Of {name}."))
    a_case_with_everything(laptop.store)
    return laptop


class TestJoining:
    def test_takes_along_what_was_done_before(self, log: MemoryLog) -> None:
        ana = worked("ana", log)
        rows_before, commits = ana.read_tables(), ana.rows("SELECT * FROM commits")
        join(ana.store, ana.line)
        assert ana.rows("SELECT * FROM pending_commits") == commits
        assert ana.rows("SELECT count(*) FROM commits") == [(0,)]
        assert ana.read_tables() == rows_before
        assert ana.findings() == []

    def test_pushes_cases_that_the_team_does_not_know_as_they_are(self, log: MemoryLog) -> None:
        ana, ben = worked("ana", log), worked("ben", log)
        ids = [{commit_id for (commit_id,) in laptop.rows("SELECT commit_id FROM commits")} for laptop in (ana, ben)]
        for laptop in (ana, ben):
            join(laptop.store, laptop.line)
        all_sync(ana, ben)
        assert {commit_id for (commit_id,) in ana.rows("SELECT commit_id FROM commits")} == ids[0] | ids[1]
        assert ana.everything() == ben.everything()
        assert ana.findings() == ben.findings() == []
        assert ana.store.query(log_digest) == ben.store.query(log_digest)

    def test_an_empty_database_gets_all_of_it_and_tells_how_far_it_is(self, log: MemoryLog) -> None:
        ana = worked("ana", log)
        join(ana.store, ana.line)
        ana.syncs()
        new, told = a_laptop("new", log), list[tuple[int, int]]()
        sync_round(new.store, new.line, batch=5, progress=lambda done, total: told.append((done, total)))
        assert new.everything() == ana.everything()
        total = len(list(log.all()))
        assert told[-1] == (total, total)
        assert [done for done, _ in told] == sorted(done for done, _ in told)

    def test_can_be_broken_off_and_goes_on_where_it_was(self, log: MemoryLog) -> None:
        ana = worked("ana", log)
        join(ana.store, ana.line)
        ana.syncs()
        new = a_laptop("new", log)

        def breaks_off(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            sync_round(new.store, new.line, batch=7, progress=breaks_off)
        assert len(new.ids("commits")) == 7
        assert new.findings() == []
        told: list[tuple[int, int]] = []
        sync_round(new.store, new.line, batch=7, progress=lambda done, total: told.append((done, total)))
        assert told[0][0] == 7
        assert told[-1][1] == len(list(log.all())) - 7
        assert new.everything() == ana.everything()

    def test_a_second_time_changes_nothing(self, log: MemoryLog) -> None:
        ana = worked("ana", log)
        team = join(ana.store, ana.line)
        ana.syncs()
        before = ana.everything()
        assert join(ana.store, ana.line).identity == team.identity
        assert ana.everything() == before

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"cluster_id": "another"}, "another_cluster"),
            ({"topic_id": "another"}, "topic_recreated"),
            ({"partitions": 5}, "partitions_changed"),
        ],
    )
    def test_another_team_is_refused(self, log: MemoryLog, change: dict[str, object], code: str) -> None:
        ana = worked("ana", log)
        join(ana.store, ana.line)
        before = ana.everything()
        with pytest.raises(SyncStopped, match="Nothing was read") as stopped:
            join(ana.store, Line(MemoryLog(**{"partitions": 3, **change})))  # type: ignore[arg-type]
        assert stopped.value.code == code
        assert ana.everything() == before
        assert team_of(ana.store).identity == ana.line.identity()

    def test_a_log_whose_beginning_is_gone_is_refused(self, log: MemoryLog) -> None:
        log.start[1] = 7
        ana = worked("ana", log)
        before = ana.everything()
        with pytest.raises(SyncStopped, match="The beginning of partition 1"):
            join(ana.store, ana.line)
        assert ana.everything() == before
        assert ana.rows("SELECT count(*) FROM team") == [(0,)]

    def test_the_guards_of_the_log_are_up_again(self, log: MemoryLog) -> None:
        ana = worked("ana", log)
        join(ana.store, ana.line)
        there: dict[str, str] = dict(ana.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
        assert {name: there.get(name) for name in APPEND_ONLY_TRIGGERS} == APPEND_ONLY_TRIGGERS

    def test_amid_a_rebuild_in_another_process(self, database: Path, log: MemoryLog) -> None:
        with CaseStore.open(database, clock=Clock()) as store, CaseStore.open(database, clock=Clock()) as other:
            a_case_with_everything(store)
            joined: list[object] = []

            def join_once(done: int, total: int) -> None:
                if not joined:
                    joined.append(join(other, Line(log)))
                    other.execute(kyc(BEN), actor="ben")

            store.rebuild(join_once)
            assert joined
            assert findings(store) == []

    @pytest.mark.parametrize("worth_a_process", [segments.WORTH_A_PROCESS, 10])
    def test_a_rebuild_shows_what_is_pending(
        self, database: Path, log: MemoryLog, worth_a_process: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("os.cpu_count", lambda: 2)
        monkeypatch.setattr(segments, "WORTH_A_PROCESS", worth_a_process)
        with CaseStore.open(database, clock=Clock()) as store:
            a_case_with_everything(store)
            join(store, Line(log))
            sync_round(store, Line(log))
            store.execute(kyc(BEN), actor="ben")
            before = everything(store)
            events = rows(connection_of(store), "SELECT (SELECT count(*) FROM events) + count(*) FROM pending_events")
            for table in read_tables(connection_of(store)):
                connection_of(store).execute(f"DELETE FROM {table}")
            assert [(store.rebuild(quiet),)] == events
            assert everything(store) == before
            assert rebuild_module.stale_tables(connection_of(store)) == []


class TestALogToWhichPartitionsWereAdded:
    @pytest.fixture
    def grown(self, log: MemoryLog) -> MemoryLog:
        """Of three partitions once, of five by now, with thirty cases."""
        ana = a_laptop("ana", log)
        for _ in range(30):
            ana.does(kyc())
        ana.syncs()
        log.partitions = 5
        log.__post_init__()
        return log

    @pytest.mark.parametrize("batch", [1, 7, 500])
    def test_stops_who_joins_it(self, grown: MemoryLog, batch: int) -> None:
        ben = a_laptop("ben", grown)
        for _ in range(2):
            with pytest.raises(SyncStopped, match="among 3 partitions, but the topic has 5") as stopped:
                ben.syncs(batch=batch)
            assert stopped.value.code == "partitions_added"
        assert ben.rejected() == []
        assert ben.findings() == []

    def test_is_not_one_in_which_somebody_misplaced_a_record(self, log: MemoryLog) -> None:
        """Else a single record would keep everybody from joining."""
        ana = a_laptop("ana", log)
        for _ in range(30):
            ana.does(kyc())
        for held in list(log.records.values()):
            held.append((b"case-1", b"misplaced, but for one"))
        ana.syncs()
        ben = a_laptop("ben", log)
        ben.syncs()
        assert len(ben.rejected()) == 2
        assert ben.everything() == ana.everything()

    def test_is_not_one_with_little_in_it(self, log: MemoryLog) -> None:
        """Nothing but a case, and its record once more in a wrong partition."""
        ana = a_laptop("ana", log)
        case_id = ana.does(kyc()).case_id
        ana.syncs()
        home = partition_of(case_id, log.partitions)
        log.add((home + 1) % log.partitions, *log.records[home][0])
        ana.syncs()
        assert [reason for _, _, _, reason, *_ in ana.rejected()] == ["misplaced"]


class TestKnowingTheLogAgain:
    @pytest.fixture
    def ana(self, log: MemoryLog) -> Laptop:
        ana = a_laptop("ana", log)
        ana.does(kyc())
        ana.syncs()
        ana.does(kyc(BEN))
        return ana

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"cluster_id": "another"}, "another_cluster"),
            ({"topic_id": "another"}, "topic_recreated"),
            ({"partitions": 5}, "partitions_changed"),
        ],
    )
    def test_another_log_stops_it(self, ana: Laptop, log: MemoryLog, change: dict[str, object], code: str) -> None:
        before = ana.everything()
        for name, value in change.items():
            setattr(log, name, value)
        log.__post_init__()
        with pytest.raises(SyncStopped) as stopped:
            ana.syncs()
        assert stopped.value.code == code
        assert ana.everything() == before
        assert len(list(log.all())) == 1, "nothing was pushed"

    def test_a_log_that_was_cut_off_stops_it(self, ana: Laptop, log: MemoryLog) -> None:
        for held in log.records.values():
            held.clear()
        with pytest.raises(SyncStopped, match="truncated or restored") as stopped:
            ana.syncs()
        assert stopped.value.code == "topic_truncated"
        assert list(log.all()) == []

    def test_records_that_were_deleted_unread_stop_it(self, ana: Laptop, log: MemoryLog) -> None:
        partition = next(partition for partition, offset in ana.cursors().items() if not offset)
        log.records[partition] = [(None, None)] * 5
        log.start[partition] = 4
        with pytest.raises(SyncStopped, match=f"Records 0 to 3 of partition {partition}") as stopped:
            ana.syncs()
        assert stopped.value.code == "topic_truncated"
        assert ana.cursors()[partition] == 0

    def test_a_database_without_a_team_has_no_rounds(self, log: MemoryLog) -> None:
        with pytest.raises(SyncStopped, match="has not joined") as stopped:
            a_laptop("alone", log, joined=False).syncs()
        assert stopped.value.code == "no_team"
