"""A record that can't be read makes one case rest, visibly; others go on."""

import json
from dataclasses import replace
from typing import Any

import pytest

from store.domain.refusals import Refusal
from store.log.commit import Commit, commit_id
from store.log.pending import pending_commits
from store.queries.team import quarantined_records
from store.queries.team_state import team_state
from store.sync import wire
from store.sync.partition import partition_of
from store.sync.quarantine import release
from store.sync.wire import encode
from tests.domain.examples import BEN, kyc
from tests.store.stores import connection_of
from tests.sync.memory_team import Laptop, MemoryLog, a_laptop, all_sync, note


def pushed(laptop: Laptop, text: str, case_id: str) -> None:
    laptop.does(note(case_id, text))
    laptop.syncs()


class TestARecordThatNobodyCanRead:
    @pytest.fixture
    def ben(self, log: MemoryLog, ana: Laptop, case_id: str) -> Laptop:
        """His laptop reads nonsense, and behind it a note on the same case of somebody who does not mind."""
        ben, careless = a_laptop("ben", log), a_laptop("careless", log)
        ben.syncs()
        careless.syncs()
        log.add_for(case_id, b"nonsense")
        careless.store.change(lambda c: c.execute("UPDATE cursors SET next_offset = next_offset + 1"))
        pushed(ana, "elsewhere", ana.does(kyc(BEN)).case_id)
        ben.does(note(case_id, "Of Ben."))
        ben.syncs()
        return ben

    def test_makes_its_case_rest_and_no_other(self, ben: Laptop, case_id: str) -> None:
        (row,) = ben.store.query(quarantined_records)
        assert (row.case_id, row.problem) == (case_id, "damaged")
        assert row.sentence.startswith(f"Record {row.log_offset} of partition {row.log_partition} can't be read")
        assert ben.store.query(team_state).quarantined_cases == 1
        assert ben.rows("SELECT text FROM notes ORDER BY written_by") == [("elsewhere",), ("Of Ben.",)]
        assert ben.rows("SELECT value FROM quarantined_records") == [(b"nonsense",)]
        assert ben.findings() == []

    def test_lets_nothing_be_done_to_it(self, ben: Laptop, case_id: str) -> None:
        with pytest.raises(Refusal, match="The case rests") as refused:
            ben.does(note(case_id))
        assert refused.value.code == "case_frozen"

    def test_keeps_what_is_pending_from_being_pushed(self, ben: Laptop, log: MemoryLog) -> None:
        assert ben.syncs().pushed == 0
        assert ben.syncs().pending == 1

    def test_is_passed_over_when_a_person_says_so(self, ben: Laptop, ana: Laptop, case_id: str) -> None:
        for laptop in (ana, ben):
            laptop.syncs()
            release(laptop.store, case_id)
        all_sync(ana, ben)
        assert {text for (text,) in ana.rows("SELECT text FROM notes")} == {"elsewhere", "Of Ben."}
        assert ana.rows("SELECT reason, value FROM rejected_records") == [("unreadable", b"nonsense")]
        assert ana.everything() == ben.everything()
        assert ana.findings() == ben.findings() == []

    def test_what_waits_behind_it_is_taken_in_then(self, log: MemoryLog, ana: Laptop, case_id: str) -> None:
        log.add_for(case_id, b"nonsense")
        ahead = a_laptop("ahead", log)
        ahead.syncs()
        release(ahead.store, case_id)
        pushed(ahead, "one", case_id)
        log.add_for(case_id, b"more nonsense")
        ana.syncs()
        assert [row.problem for row in ana.store.query(quarantined_records)] == ["damaged", "waiting", "waiting"]
        assert release(ana.store, case_id).accepted == 1
        assert [row.problem for row in ana.store.query(quarantined_records)] == ["damaged"]
        assert ana.rows("SELECT text FROM notes") == [("one",)]
        assert ana.findings() == []

    def test_a_case_that_goes_on_can_not_be_released(self, ana: Laptop, case_id: str) -> None:
        with pytest.raises(Refusal, match="does not rest"):
            release(ana.store, case_id)


class TestARecordOfANewerVersion:
    def test_waits_until_caseworker_is_upgraded(
        self, log: MemoryLog, ana: Laptop, case_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pushed(ana, "one", case_id)
        pushed(ana, "two", case_id)
        partition = partition_of(case_id, log.partitions)
        held = log.records[partition]
        key, value = held[1]
        assert value is not None
        ben = a_laptop("ben", log)
        held[1] = (key, json.dumps({**json.loads(value), "format": 2}).encode())
        ben.syncs()
        assert [row.problem for row in ben.store.query(quarantined_records)] == ["newer", "waiting"]
        with pytest.raises(Refusal, match="upgrade"):
            release(ben.store, case_id)

        def newer_decode(value: bytes | None) -> Commit:
            assert value is not None
            return wire.decode(json.dumps({**json.loads(value), "format": 1}).encode())

        monkeypatch.setattr("store.sync.pull.decode", newer_decode)
        monkeypatch.setattr("store.sync.quarantine.decode", newer_decode)
        ben.syncs()
        assert ben.store.query(quarantined_records) == []
        assert ben.everything() == ana.everything()


class TestARecordThat:
    def test_names_no_case_is_kept_and_holds_nobody_up(self, log: MemoryLog, ana: Laptop, case_id: str) -> None:
        log.add(0, None, b"nonsense")
        log.add(1, b"\xff", b"nonsense")
        log.add(2, b"", None)
        pushed(ana, "one", case_id)
        assert [(row.case_id, row.problem) for row in ana.store.query(quarantined_records)] == [(None, "damaged")] * 3
        assert ana.store.query(team_state).quarantined_cases == 0

    def test_is_in_another_partition_than_its_case_is_rejected(self, log: MemoryLog, ana: Laptop, case_id: str) -> None:
        home = partition_of(case_id, log.partitions)
        key, value = log.records[home][0]
        log.add((home + 1) % log.partitions, key, value)
        ana.syncs()
        assert ana.rows("SELECT case_id, reason FROM rejected_records") == [(case_id, "misplaced")]
        pushed(ana, "one", case_id)
        assert ana.findings() == []

    def test_names_another_case_in_its_key_makes_that_one_rest(self, log: MemoryLog, ana: Laptop, case_id: str) -> None:
        other = ana.does(kyc(BEN)).case_id
        ana.syncs()
        (_, value) = log.records[partition_of(other, log.partitions)][-1]
        log.add_for(case_id, value)
        ana.syncs()
        assert [row.case_id for row in ana.store.query(quarantined_records)] == [case_id]

    @pytest.mark.parametrize("change", [{"version": 7}, {"aggregate_id": "another", "version": 2}])
    def test_does_not_fit_what_is_there_makes_its_case_rest(
        self, log: MemoryLog, ana: Laptop, case_id: str, change: dict[str, Any]
    ) -> None:
        """A client that counts wrongly, and whose commit is whole in itself."""
        ana.does(note(case_id))
        (commit,) = pending_commits(connection_of(ana.store), case_id)
        events = tuple(event._replace(**change) for event in commit.events)
        wrong = Commit(commit_id(commit.header.fields(), events), commit.header, events)
        log.add_for(case_id, encode(wrong))
        ana.syncs()
        (row,) = ana.store.query(quarantined_records)
        assert "does not fit" in row.sentence
        assert ana.findings() == []

    def test_would_take_another_s_place_makes_its_case_rest(self, log: MemoryLog, ana: Laptop, case_id: str) -> None:
        """An event id that is taken, in a commit that is whole in itself."""
        ana.does(note(case_id))
        (commit,) = pending_commits(connection_of(ana.store), case_id)
        ((taken,),) = ana.rows("SELECT event_id FROM events LIMIT 1")
        events = tuple(event._replace(event_id=taken) for event in commit.events)
        wrong = replace(commit, commit_id=commit_id(commit.header.fields(), events), events=events)
        log.add_for(case_id, encode(wrong))
        ana.syncs()
        assert len(ana.store.query(quarantined_records)) == 1
        assert ana.findings() == []
