"""Commits that are accepted by the rule and that no laptop would have made. They cost no other case anything, and
laptops that read the partitions in different orders come to the same cases, rows and digest.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.doctor import examine
from store.domain.commands import TagCase
from store.domain.refusals import Refusal
from store.domain.rules import Rules
from store.errors import StoreError
from store.log.read import get_notifications_to_send
from store.log.upcast import UnknownPayload
from store.projections import _CHANGES
from store.projections.projection import Change
from store.queries.as_of import as_of
from store.queries.assessment import assessment
from store.queries.audit import log_digest, remarks
from store.queries.rule_changes import Change as RuleChanged
from store.queries.rule_changes import rule_changes
from store.queries.team import case_in_team, quarantined_records
from store.queries.undo import undo_offer
from store.sync.partition import partition_of
from store.sync.shared_log import SyncStopped
from store.sync.wire import encode
from store.unsettled import waiting_rows
from tests.domain.examples import BEN, kyc
from tests.store.stores import START, a_case_with_everything, connection_of, quiet
from tests.sync.forged import InAnyOrder, an_event, forged, head, put
from tests.sync.memory_team import RULES, Laptop, MemoryLog, a_laptop, all_sync, note
from tests.trials import examples, trial


@pytest.fixture
def case_id(ana: Laptop, case_id: str) -> str:
    """The case, with one note whose id is `n`."""
    put(ana, forged(case_id, head(ana, case_id), "first", a_note(case_id, "n", 1)))
    ana.syncs()
    return case_id


def a_note(case_id: str, note_id: str, version: int, text: str = "x") -> Any:
    payload = json.dumps({"case_id": case_id, "note_id": note_id, "text": text})
    return an_event(
        "NoteAdded", payload, event_id=f"{note_id}-{version}", aggregate_id=f"notes of {case_id}", version=version
    )


def second_note(laptop: Laptop, case_id: str) -> None:
    """A note under an id that the case has already, for which no row can be made, behind another in its commit."""
    notes = a_note(case_id, "k", 2, "Of the same commit."), a_note(case_id, "n", 3, "Not to be shown.")
    put(laptop, forged(case_id, head(laptop, case_id), "second", *notes))


class TestACommitThatCanNotBeShown:
    @pytest.fixture
    def ben(self, log: MemoryLog, ana: Laptop, case_id: str) -> Laptop:
        """A laptop that reads such a commit, a later one of the case, and a case of somebody else."""
        ben = a_laptop("ben", log)
        ben.syncs()
        second_note(ana, case_id)
        ana.does(kyc(BEN))
        ana.syncs()
        put(ana, forged(case_id, head(ana, case_id), "third", a_note(case_id, "m", 4, "Nor this.")))
        ana.syncs()
        ben.syncs()
        return ben

    def test_is_accepted_and_only_its_case_is_shown_as_before(self, ben: Laptop, ana: Laptop, case_id: str) -> None:
        assert ben.everything() == ana.everything()
        assert len(ben.accepted()[case_id]) == 4
        assert ben.rows("SELECT note_id, text FROM notes") == [("n", "x")]
        assert len(ben.rows("SELECT 1 FROM cases")) == 2
        assert ben.findings() == []
        assert ben.store.query(quarantined_records) == []

    def test_is_told(self, ben: Laptop, case_id: str) -> None:
        sentence = ben.store.query(waiting_rows)[case_id]
        assert sentence.startswith("Commit ")
        assert "NoteAdded" in sentence
        assert "shown as it was before" in sentence
        assert "Not to be" not in sentence
        assert ben.store.query(case_in_team, case_id).quarantined == sentence
        assert any(sentence in remark for remark in ben.store.query(remarks))
        with pytest.raises(Refusal, match="The case rests: Commit") as refused:
            ben.does(note(case_id))
        assert refused.value.code == "case_frozen"

    def test_whatever_the_batches(self, ben: Laptop, log: MemoryLog) -> None:
        for size in (1, 2, 500):
            new = a_laptop("new", log)
            new.syncs(batch=size)
            assert new.everything() == ben.everything()
            assert new.store.query(waiting_rows) == ben.store.query(waiting_rows)

    def test_is_so_after_a_rebuild_and_told_by_the_doctor(self, ben: Laptop, database: Path) -> None:
        before = ben.everything(), ben.store.query(waiting_rows)
        ben.store._connection, in_memory = sqlite3.connect(database, isolation_level=None), connection_of(ben.store)
        in_memory.backup(connection_of(ben.store))
        (check,) = [check for check in examine(database, RULES) if check.name == "Rows"]
        assert not check.ok
        assert "caseworker rebuild" in check.advice
        connection_of(ben.store).execute("DELETE FROM waiting_rows")
        ben.store.rebuild(quiet)
        assert (ben.everything(), ben.store.query(waiting_rows)) == before

    def test_the_past_can_be_looked_at(self, ben: Laptop, case_id: str) -> None:
        for version in (2, 3, 4):
            assert [it.text for it in ben.store.query(as_of, case_id, version, RULES).stood.view.notes] == ["x"]

    def test_pending_work_of_its_case_is_not_lost(self, log: MemoryLog, ana: Laptop, case_id: str) -> None:
        ben = a_laptop("ben", log)
        ben.syncs()
        second_note(ana, case_id)
        ben.does(note(case_id, "Of Ben."), "of ben")
        all_sync(ben, ana)
        assert "of ben" in ben.ids("commits")
        assert ben.everything() == ana.everything()
        assert ben.findings() == ana.findings() == []

    def test_among_many_new_cases_too(self, log: MemoryLog, ana: Laptop, case_id: str) -> None:
        """Their rows are made in memory first."""
        a_case_with_everything(ana.store)
        second_note(ana, case_id)
        ana.syncs()
        new = a_laptop("new", log)
        new.syncs()
        assert [*new.store.query(waiting_rows)] == [case_id]
        assert new.everything() == ana.everything()
        assert new.findings() == []


@contextmanager
def tags_that_fail_with(error: Exception) -> Iterator[None]:
    """As in a version of the program with a fault in a projection."""

    def fails(*_: object) -> tuple[object, ...]:
        raise error

    with pytest.MonkeyPatch.context() as broken:
        broken.setitem(_CHANGES, "CaseTagged", (Change("SELECT ?", fails),))
        yield


class TestAProjectionThatFails:
    @pytest.fixture
    def tagged(self, ana: Laptop) -> str:
        """A case with a tag, and another with a note, which comes later."""
        tagged, other = ana.does(kyc()).case_id, ana.does(kyc(BEN)).case_id
        ana.does(TagCase(case_id=tagged, tag="vip"))
        ana.does(note(other))
        ana.syncs()
        return tagged

    @pytest.mark.parametrize(
        "error", [AttributeError("Ana"), KeyError("Ana"), OverflowError("Ana"), RecursionError("Ana")]
    )
    def test_makes_rows_wait_until_it_does_not(
        self, log: MemoryLog, ana: Laptop, tagged: str, error: Exception
    ) -> None:
        ben = a_laptop("ben", log)
        with tags_that_fail_with(error):
            ben.syncs()
            (sentence,) = ben.store.query(waiting_rows).values()
            assert type(error).__name__ in sentence
            assert "Ana" not in sentence
            assert ben.accepted() == ana.accepted()
            assert len(ben.rows("SELECT 1 FROM notes")) == 1
            assert ben.findings() == []
            ben.syncs()
            assert [*ben.store.query(waiting_rows)] == [tagged]
        ben.syncs()
        assert ben.store.query(waiting_rows) == {}
        assert ben.everything() == ana.everything()

    @pytest.mark.parametrize(
        ("error", "code", "sentence"),
        [
            (OSError(28, "No space left on device"), "machine_failed", "No space left on device"),
            (OSError("odd"), "machine_failed", "OSError"),
            (MemoryError(), "out_of_memory", "memory"),
            (sqlite3.SQLITE_FULL, "database_error", "disk"),
            (sqlite3.SQLITE_IOERR_WRITE, "database_error", "disk"),
            (sqlite3.SQLITE_NOMEM, "database_error", "what SQLite says"),
        ],
    )
    @pytest.mark.usefixtures("tagged")
    def test_because_of_the_machine_stops_the_round_with_a_sentence(
        self, log: MemoryLog, ana: Laptop, error: Any, code: str, sentence: str
    ) -> None:
        if isinstance(error, int):
            number, error = error, sqlite3.OperationalError("what SQLite says")
            error.sqlite_errorcode = number
        ben = a_laptop("ben", log)
        with tags_that_fail_with(error), pytest.raises((StoreError, SyncStopped), match=sentence) as stopped:
            ben.syncs()
        assert getattr(stopped.value, "code", "") == code
        assert ben.store.query(waiting_rows) == {}
        assert ben.accepted() == {}
        ben.syncs()
        assert ben.everything() == ana.everything()

    @pytest.mark.usefixtures("tagged")
    def test_in_a_command_of_ones_own_refuses_nothing_silently(self, ana: Laptop) -> None:
        """What can't be shown is not carried out: only what others did has to be taken in."""
        before = ana.everything()
        with tags_that_fail_with(AttributeError("Ana")), pytest.raises(AttributeError):
            ana.does(TagCase(case_id=next(iter(ana.accepted())), tag="new"))
        assert ana.everything() == before


class TestAnEventThatDoesNotFollow:
    """It moves a document that the case does not ask for."""

    @pytest.fixture
    def ben(self, log: MemoryLog, ana: Laptop, case_id: str) -> Laptop:
        ben = a_laptop("ben", log)
        ben.syncs()
        payload = {
            "case_id": case_id,
            "document_requirement_id": "none",
            "document_type": "passport",
            "entity_id": "e",
            "entity_name": "Ana",
            "attachment_id": "a",
            "sha256": "0" * 64,
            "size": 1,
            "media_type": "text/plain",
            "file_name": "a.txt",
        }
        event = an_event("FileAttached", json.dumps(payload))
        put(ana, forged(case_id, head(ana, case_id), "attached", event))
        return ben

    def test_lets_no_command_be_decided(self, ben: Laptop, case_id: str) -> None:
        ben.syncs()
        with pytest.raises(Refusal, match="can't tell how the case stands") as refused:
            ben.does(note(case_id))
        assert refused.value.code == "case_not_understood"
        assert ben.findings() == []

    def test_leaves_all_questions_on_cases_an_answer(self, ben: Laptop, case_id: str) -> None:
        ben.does(kyc(BEN))
        ben.syncs()
        assert ben.store.query(assessment, case_id, RULES, START.date()) is None
        assert "does not know" in str(ben.store.query(undo_offer, case_id, "mallory"))
        asks = ben.store.query(lambda connection: list(rule_changes(connection, Rules(), quiet)))
        assert {it.case_id for it in asks if it.change is RuleChanged.UNKNOWN} == {case_id}
        assert len({it.case_id for it in asks}) == 2

    def test_makes_conflicts_of_pending_work_and_holds_up_no_other(
        self, ben: Laptop, ana: Laptop, case_id: str
    ) -> None:
        ben.does(note(case_id), "of ben")
        other = ben.does(kyc(BEN)).case_id
        ben.syncs()
        assert ben.ids("conflicts") == {"of ben"}
        all_sync(ana, ben)
        assert other in ana.accepted()
        assert ben.findings() == ana.findings() == []


def test_an_event_id_of_another_case_decides_nothing(log: MemoryLog, ana: Laptop, case_id: str) -> None:
    other = ana.does(kyc(BEN)).case_id
    ana.syncs()
    ((taken,),) = ana.rows("SELECT event_id FROM events WHERE case_id = ? LIMIT 1", case_id)
    put(ana, forged(other, head(ana, other), "taken", a_note(other, "n", 1)._replace(event_id=taken)))
    ana.syncs()
    assert len(ana.accepted()[other]) == 2
    assert ana.store.query(quarantined_records) == []
    assert ana.findings() == []


def test_a_notification_of_another_case_under_an_id_of_ours_is_not_ours_to_send(log: MemoryLog, ana: Laptop) -> None:
    one, two = ana.does(kyc()).case_id, ana.does(kyc(BEN)).case_id
    ana.syncs()
    due = ana.store.query(get_notifications_to_send)
    (ours,) = [event for event in due if event.case_id == one]
    assert not isinstance(ours.payload, UnknownPayload)
    payload = ours.payload.model_copy(update={"case_id": two, "notification_id": "of another"})
    copied = an_event(ours.event_type, payload.model_dump_json(exclude_none=True), event_id=ours.event_id)
    put(ana, forged(two, head(ana, two), "copied", copied))
    ana.syncs()
    assert len(ana.accepted()[two]) == 2
    assert ana.store.query(get_notifications_to_send) == due


CASES = ["case-1", "case-2", "case-3", "case-4"]


@st.composite
def forgeries(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A case, and an event for it whose ids are those of others more often than not."""
    return draw(st.sampled_from(CASES)), {
        "event_id": draw(st.sampled_from("ab")),
        "aggregate_id": draw(st.sampled_from([*CASES, "x"])),
        "gap": draw(st.sampled_from([0] * 19 + [1])),
        "names": draw(st.sampled_from([None] * 9 + CASES)),
        "kind": draw(st.sampled_from(["note"] * 8 + ["tag"] * 4 + ["unknown"] * 3 + ["no type"])),
        "own_id": draw(st.sampled_from("nmopq")),
        "stale": draw(st.sampled_from([False] * 19 + [True])),
        "repeated": draw(st.sampled_from([False] * 9 + [True])),
    }


def written(log: MemoryLog, drawn: list[tuple[str, dict[str, Any]]]) -> None:
    """Each as the next commit of its case, as far as whoever forges it knows."""
    heads: dict[str, str] = {}
    versions: dict[tuple[str, str], int] = {}
    for number, (case, it) in enumerate(drawn):
        names = it["names"] or case
        version = versions.get((case, it["aggregate_id"]), 0) + 1 + it["gap"]
        event_type, payload = {
            "note": ("NoteAdded", {"case_id": names, "note_id": it["own_id"], "text": "x"}),
            "tag": ("CaseTagged", {"case_id": names, "tag": it["own_id"]}),
            "unknown": ("OfANewerVersion", {"case_id": names}),
            "no type": ("NoteAdded", {"case_id": names, "tag": "x"}),
        }[it["kind"]]
        event = an_event(
            event_type,
            json.dumps(payload),
            event_id=f"{it['event_id']}{number // 4}",
            aggregate_id=it["aggregate_id"],
            version=version,
        )
        command_id = "again" if it["repeated"] else f"command-{number}"
        commit = forged(case, None if it["stale"] else heads.get(case), command_id, event)
        log.add_for(case, encode(commit))
        heads[case] = commit.commit_id
        versions[case, it["aggregate_id"]] = version


@pytest.mark.deep
@given(st.lists(forgeries(), min_size=4, max_size=24), st.integers(0, 2**32), st.integers(0, 2**32))
@examples(little=120, much=2_000)
def test_laptops_agree_whatever_is_forged_and_in_whatever_order_they_read(
    drawn: list[tuple[str, dict[str, Any]]], one: int, two: int
) -> None:
    with trial():
        log = MemoryLog()
        written(log, drawn)
        laptops = [a_laptop(name, log) for name in ("ana", "ben")]
        for laptop, seed in zip(laptops, (one, two), strict=True):
            laptop.line = InAnyOrder(log, order=Random(seed))
            laptop.syncs(batch=5)
            assert laptop.cursors() == {partition: len(held) for partition, held in log.records.items()}
            assert laptop.findings() == []
        ana, ben = laptops
        assert ana.store.query(log_digest) == ben.store.query(log_digest)
        assert ana.everything() == ben.everything()
        for query in (waiting_rows, quarantined_records):
            assert ana.store.query(query) == ben.store.query(query)


def test_the_forged_cases_are_in_several_partitions() -> None:
    assert len({partition_of(case, MemoryLog().partitions) for case in CASES}) > 1
