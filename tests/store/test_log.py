"""The event log: appending a commit, reading it back, and what can't be done to it."""

import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from store.domain.commands import DetermineInitialDocumentRequirements
from store.domain.events import PersonAddedToCase
from store.domain.operation import NewEvent
from store.engine.case_store import CaseStore, Receipt
from store.log import (
    CommitHeader,
    RecordedEvent,
    StaleVersion,
    get_all_events,
    get_events_for_aggregate,
    get_events_for_case,
    head_of,
    save_events,
)
from store.log.append import new_commit
from store.log.commit import COMMIT_FIELDS, EVENT_FIELDS, Commit, commit_id
from store.log.read import last_position
from store.sqlite.transactions import write_transaction
from tests.domain.examples import ANA, BEN, DIRECTOR, kyb, kyc
from tests.store.stores import connection_of, documents, log_tables, rows, take_in

NewCase = Callable[..., Receipt]

HEADER = CommitHeader(
    case_id="case-1",
    parent=None,
    command_id="command-1",
    command='{"command":"CreateCase","data":{}}',
    device="laptop",
    actor="ana",
    rules_version="1",
    recorded_at="2026-01-02T09:00:00.000000+00:00",
)


def added(aggregate_id: str = "case-1") -> NewEvent:
    return NewEvent(aggregate_id, PersonAddedToCase(case_id="case-1", person_id="person-1", person=ANA))


def saved(
    log: sqlite3.Connection, header: CommitHeader, new_events: list[NewEvent], *, expected_versions: dict[str, int]
) -> tuple[Commit, list[RecordedEvent]]:
    """One commit, by a writer who last saw the aggregates at these versions."""
    commit = new_commit(header, new_events, expected_versions)
    return commit, save_events(log, [(commit, [new_event.payload for new_event in new_events])])


@pytest.fixture
def log(store: CaseStore) -> sqlite3.Connection:
    return connection_of(store)


class TestSaving:
    def test_events_come_back_as_they_were_saved(self, log: sqlite3.Connection) -> None:
        with write_transaction(log):
            commit, recorded = saved(log, HEADER, [added(), added(), added("other")], expected_versions={})
        assert list(get_all_events(log)) == recorded
        assert [(event.aggregate_id, event.version) for event in recorded] == [
            ("case-1", 1),
            ("case-1", 2),
            ("other", 1),
        ]
        assert head_of(log, "case-1") == commit.commit_id
        assert {event.commit_id for event in recorded} == {commit.commit_id}

    @pytest.mark.parametrize("expected", [{}, {"case-1": 1}, {"case-1": 3}])
    def test_stale_when_the_aggregate_is_at_another_version(
        self, log: sqlite3.Connection, expected: dict[str, int]
    ) -> None:
        """Both a version that somebody else has taken and one that would leave a gap."""
        with write_transaction(log):
            commit, _ = saved(log, HEADER, [added(), added()], expected_versions={})
        following = replace(HEADER, parent=commit.commit_id, command_id="command-2")
        before = log_tables(log)
        with (
            pytest.raises(StaleVersion, match=f"is at version 2, not {expected.get('case-1', 0)}"),
            write_transaction(log),
        ):
            saved(log, following, [added()], expected_versions=expected)
        assert log_tables(log) == before

    def test_stale_leaves_nothing_even_without_a_rollback(self, log: sqlite3.Connection) -> None:
        with write_transaction(log), pytest.raises(StaleVersion):
            saved(log, HEADER, [added("one"), added("two")], expected_versions={"two": 4})
        assert log_tables(log) == {"commits": [], "events": []}

    @pytest.mark.parametrize("parent", ["0" * 64, None])
    def test_stale_when_the_parent_is_not_the_head(self, log: sqlite3.Connection, parent: str | None) -> None:
        with write_transaction(log):
            saved(log, HEADER, [added()], expected_versions={})
        stale = replace(HEADER, parent=parent, command_id="command-2")
        with pytest.raises(StaleVersion, match="has a newer commit"), write_transaction(log):
            saved(log, stale, [added()], expected_versions={"case-1": 1})

    def test_stale_when_a_first_commit_names_a_parent(self, log: sqlite3.Connection) -> None:
        with pytest.raises(StaleVersion), write_transaction(log):
            saved(log, replace(HEADER, parent="0" * 64), [added()], expected_versions={})

    def test_a_commit_may_have_no_events(self, log: sqlite3.Connection) -> None:
        with write_transaction(log):
            commit, recorded = saved(log, HEADER, [], expected_versions={})
        assert (recorded, head_of(log, "case-1")) == ([], commit.commit_id)

    def test_a_case_can_not_fork(self, log: sqlite3.Connection) -> None:
        """Not even for who goes round save_events."""
        with write_transaction(log):
            saved(log, HEADER, [], expected_versions={})
        with pytest.raises(sqlite3.IntegrityError, match="never replaced"):
            log.execute(
                "INSERT INTO commits (commit_id, format, case_id, command_id, command, device, actor, rules_version,"
                " recorded_at) SELECT 'x', format, case_id, 'x', command, device, actor, rules_version, recorded_at"
                " FROM commits"
            )


class TestEnvelope:
    """What is stored beside the payload."""

    @pytest.fixture
    def events(self, store: CaseStore, new_case: NewCase) -> list[dict[str, Any]]:
        for command in (kyc(ANA, BEN), kyb(DIRECTOR), kyc()):
            take_in(store, new_case(command).case_id)
        return [event.as_json() for event in get_all_events(connection_of(store))]

    def test_positions_have_no_gaps(self, store: CaseStore, events: list[dict[str, Any]]) -> None:
        assert [event["position"] for event in events] == list(range(1, len(events) + 1))
        assert last_position(connection_of(store)) == len(events)
        commits = rows(connection_of(store), "SELECT position FROM commits ORDER BY position")
        assert commits == [(position,) for position in range(1, 7)]

    def test_versions_have_no_gaps(self, events: list[dict[str, Any]]) -> None:
        streams: dict[str, list[int]] = {}
        for event in events:
            streams.setdefault(event["aggregate_id"], []).append(event["version"])
        assert len(streams) == 7  # three cases, one company, three documents
        for versions in streams.values():
            assert versions == list(range(1, len(versions) + 1))

    def test_event_ids_are_uuids_of_version_7_in_order_of_time(self, events: list[dict[str, Any]]) -> None:
        ids = [UUID(event["event_id"]) for event in events]
        assert {made.version for made in ids} == {7}
        assert len(set(ids)) == len(ids)
        moments = [made.int >> 80 for made in ids]
        assert moments == sorted(moments)

    def test_times_are_utc_in_microseconds(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            assert re.fullmatch(r"2026-01-02T09:00:\d\d\.\d{6}\+00:00", event["timestamp"])
        assert [event["timestamp"] for event in events] == sorted(event["timestamp"] for event in events)

    def test_metadata_says_who_on_which_device_and_because_of_what(self, store: CaseStore) -> None:
        receipt = store.execute(kyc(), command_id="one", actor="ana", correlation_id="a-message")
        for event in get_events_for_case(connection_of(store), receipt.case_id):
            assert json.loads(event.metadata) == {
                "correlation_id": "a-message",
                "causation_id": "one",
                "actor": "ana",
                "device": "test-laptop",
            }

    def test_without_a_correlation_id_it_is_the_command_s(self, store: CaseStore) -> None:
        receipt = store.execute(kyc(), command_id="one")
        (event, *_) = get_events_for_case(connection_of(store), receipt.case_id)
        assert json.loads(event.metadata)["correlation_id"] == "one"


class TestChain:
    def test_each_commit_names_the_one_before_it_in_its_case(self, store: CaseStore, new_case: NewCase) -> None:
        one, other = new_case(), new_case()
        moved = take_in(store, one.case_id)
        asked = store.execute(DetermineInitialDocumentRequirements(case_id=one.case_id))
        assert rows(connection_of(store), "SELECT commit_id, parent FROM commits ORDER BY position") == [
            (one.commit_id, None),
            (other.commit_id, None),
            (moved.commit_id, one.commit_id),
            (asked.commit_id, moved.commit_id),
        ]

    def test_a_golden_commit_id(self) -> None:
        """Laptops of a team compare these ids: who changes the encoding must raise `FORMAT`."""
        event = ("id-1", "Köln", "case-1", 1, HEADER.recorded_at, '{"case_id":"case-1"}', "Köln.v1", "{}")
        encoded = (
            b"1:1" b"6:case-1" b"-:" b"9:command-1" b'34:{"command":"CreateCase","data":{}}' b"6:laptop" b"3:ana"
            b"1:1" b"32:2026-01-02T09:00:00.000000+00:00" b"1:1"
            b"4:id-1" b"5:K\xc3\xb6ln" b"6:case-1" b"1:1" b"32:2026-01-02T09:00:00.000000+00:00"
            b'20:{"case_id":"case-1"}' b"8:K\xc3\xb6ln.v1" b"2:{}"
        )  # fmt: skip
        assert commit_id(HEADER.fields(), [event]) == sha256(encoded).hexdigest()
        assert commit_id(HEADER.fields(), [event]) == "1c5e04db5a22ea9a7a903c88822bc910f7675d181f2214ef52c2c6a01eee08f9"

    def test_a_commit_id_is_of_the_values_as_stored(self, store: CaseStore, new_case: NewCase) -> None:
        receipt = new_case(kyb(DIRECTOR))
        header = rows(connection_of(store), f"SELECT {', '.join(COMMIT_FIELDS)} FROM commits")[0]
        events = rows(connection_of(store), f"SELECT {', '.join(EVENT_FIELDS)} FROM events ORDER BY position")
        assert commit_id(header, events) == receipt.commit_id


class TestReading:
    def test_the_stream_of_one_aggregate(self, store: CaseStore, new_case: NewCase) -> None:
        opened = new_case()
        take_in(store, opened.case_id)
        document = documents(store, opened.case_id)[0].document_requirement_id
        (event,) = get_events_for_aggregate(connection_of(store), document)
        assert (event.event_type, event.version, event.case_id) == ("DocumentStatusUpdated", 1, opened.case_id)
        assert get_events_for_aggregate(connection_of(store), "nothing") == []

    def test_one_case_with_all_that_belongs_to_it(self, store: CaseStore, new_case: NewCase) -> None:
        one, _ = new_case(kyb(DIRECTOR)), new_case()
        take_in(store, one.case_id)
        events = get_events_for_case(connection_of(store), one.case_id)
        assert [event.position for event in events] == [1, 2, 3, 4, 5, 6, 11]
        assert {event.case_id for event in events} == {one.case_id}

    def test_the_whole_log_or_what_comes_after_a_place_in_it(self, log: sqlite3.Connection, new_case: NewCase) -> None:
        new_case()
        new_case()
        everything = list(get_all_events(log))
        assert list(get_all_events(log, after=5)) == everything[5:]
        assert list(get_all_events(log, after=len(everything))) == []

    def test_an_empty_log(self, log: sqlite3.Connection) -> None:
        assert list(get_all_events(log)) == []
        assert last_position(log) == 0
        assert head_of(log, "nothing") is None


class TestGuards:
    """Accepted events can't be changed."""

    @pytest.mark.parametrize("table", ["commits", "events"])
    @pytest.mark.parametrize(
        "statement", ["UPDATE {} SET case_id = 'x'", "UPDATE {} SET position = position + 100", "DELETE FROM {}"]
    )
    def test_update_and_delete_are_refused(
        self, log: sqlite3.Connection, new_case: NewCase, table: str, statement: str
    ) -> None:
        new_case()
        before = log_tables(log)
        with pytest.raises(sqlite3.IntegrityError, match=f"{table} of the log are never changed or deleted"):
            log.execute(statement.format(table))
        assert log_tables(log) == before

    @pytest.mark.parametrize(
        ("table", "column", "value"),
        [
            ("events", "payload", "not JSON"),
            ("events", "metadata", "not JSON"),
            ("events", "version", 0),
            ("events", "version", "one"),
            ("events", "timestamp", None),
            ("commits", "command", "not JSON"),
        ],
    )
    def test_the_schema_refuses_what_can_not_be(
        self, log: sqlite3.Connection, new_case: NewCase, table: str, column: str, value: object
    ) -> None:
        new_case()
        (columns,) = zip(*rows(log, f"SELECT name FROM pragma_table_info('{table}')"), strict=True)
        unique = {
            "position": 100,
            "event_id": "x",
            "command_id": "x",
            "aggregate_id": "x",
            "parent": "x",
            "commit_position": 1,
        }
        new = {**unique, column: value}
        values = [new.get(name, "{}" if name in ("payload", "metadata", "command") else 1) for name in columns]
        with pytest.raises(sqlite3.IntegrityError):
            log.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
