"""Topic `kyc_events` to cases, by one member of the group or two, through crashes and failures."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import pytest
from confluent_kafka import Message, TopicPartition

from store.engine.case_store import CaseStore
from store.errors import DatabaseBusy
from store.queries.queue import queue_page
from store.sync.connection import Connection
from store.sync.dead_letters import dead_letters, replay
from store.sync.errors import ClusterError, TopicChanged, TopicMissing
from store.sync.intake import Intake, Taken
from store.sync.topic_log import Received, TopicLog, ToSend
from store.sync.topics import DEAD_LETTERS, KYC_EVENTS
from tests.kafka.conftest import PARTITIONS, administer, delete_topic, make_topics, mock_connection_to
from tests.kafka.mock_cluster import MockCluster
from tests.kafka.test_dead_letters import body
from tests.kafka.test_log import read
from tests.store.stores import open_store

TRACEPARENT = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


def send(connection: Connection, *values: bytes, partition: int = 0) -> None:
    with TopicLog(connection, KYC_EVENTS.name) as topic:
        topic.append([ToSend(b"C-1", value, (TRACEPARENT,), partition) for value in values])


def set_aside(connection: Connection) -> list[Received]:
    with TopicLog(connection, DEAD_LETTERS.name) as topic:
        return read(topic)


def take(intake: Intake, *, until: Callable[[Taken], bool], seconds: float = 60) -> Taken:
    """All that comes until there is enough of it."""
    total, deadline = Taken(), monotonic() + seconds
    while not until(total):
        assert monotonic() < deadline, f"only {total} came"
        some = intake.take(0.5)
        total = Taken(
            total.cases + some.cases,
            total.already_known + some.already_known,
            total.dead_letters + some.dead_letters,
        )
    return total


def clients(store: CaseStore) -> list[str]:
    return sorted(row.name for row in store.query(queue_page))


@pytest.fixture
def on_mock(mock_cluster: MockCluster) -> Connection:
    for topic in (KYC_EVENTS, DEAD_LETTERS):
        mock_cluster.create_topic(topic.name, PARTITIONS)
    return mock_connection_to(mock_cluster.bootstrap)


def test_messages_become_cases_or_dead_letters(on_mock: Connection, store: CaseStore) -> None:
    """Each of them once, wherever in the topic they stand; and what is dead is known to everybody."""
    send(on_mock, body(), b"{not json")
    send(on_mock, body(message_id="crm-1"), body(message_id="crm-1"), partition=2)
    with Intake(on_mock, store, actor="intake") as intake:
        taken = take(intake, until=lambda so_far: so_far.dead_letters == 1 and so_far.already_known == 1)
    assert taken == Taken(cases=2, already_known=1, dead_letters=1)
    [letter] = store.query(dead_letters)
    [record] = set_aside(on_mock)
    assert record.value == letter.original.value == b"{not json"
    assert record.key == b"C-1"
    headers = dict(record.headers)
    assert (headers["dlq_topic"], headers["dlq_partition"], headers["dlq_offset"]) == (b"kyc_events", b"0", b"1")
    assert headers["dlq_reason"] == letter.reason.encode()
    assert headers["traceparent"] == TRACEPARENT[1]


@pytest.mark.kafka
class TestOnApacheKafka:
    @pytest.fixture
    def connection(self, connection: Connection) -> Connection:
        make_topics(connection, KYC_EVENTS.name, DEAD_LETTERS.name)
        return connection

    def test_what_was_read_is_not_read_again(self, connection: Connection, store: CaseStore) -> None:
        send(connection, body(), body())
        with Intake(connection, store, actor="intake") as intake:
            assert take(intake, until=lambda so_far: so_far.cases == 2) == Taken(cases=2)
        send(connection, body())
        with Intake(connection, store, actor="intake") as intake:
            assert take(intake, until=bool) == Taken(cases=1)

    def test_a_crash_before_the_offset_is_committed_makes_no_case_twice(
        self, connection: Connection, store: CaseStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(connection, body(), b"no")

        def crash(messages: list[Message]) -> None:
            if messages:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch, Intake(connection, store, actor="intake") as intake:
            patch.setattr(intake, "_commit", crash)
            with pytest.raises(KeyboardInterrupt):
                take(intake, until=bool)
        with Intake(connection, store, actor="intake") as intake:
            again = take(intake, until=lambda so_far: so_far.dead_letters == 1)
        assert again == Taken(already_known=1, dead_letters=1)
        assert len(store.query(queue_page)) == len(store.query(dead_letters)) == len(set_aside(connection)) == 1

    def test_a_database_that_fails_loses_nothing(
        self, connection: Connection, store: CaseStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(connection, body())
        with Intake(connection, store, actor="intake") as intake:
            with monkeypatch.context() as patch:
                busy = DatabaseBusy("somebody else holds the lock")
                patch.setattr(store, "execute", lambda *_, **__: (_ for _ in ()).throw(busy))
                with pytest.raises(DatabaseBusy):
                    take(intake, until=bool)
            assert take(intake, until=bool) == Taken(cases=1)

    def test_dead_letters_that_can_t_be_published_hold_it_up_until_they_can(
        self, connection: Connection, store: CaseStore
    ) -> None:
        delete_topic(connection, DEAD_LETTERS.name)
        send(connection, b"no")
        with Intake(connection, store, actor="intake") as intake:
            with pytest.raises(TopicMissing):
                take(intake, until=bool)
            make_topics(connection, DEAD_LETTERS.name)
            assert take(intake, until=bool) == Taken(dead_letters=1)
        assert [record.value for record in set_aside(connection)] == [b"no"]
        assert len(store.query(dead_letters)) == 1

    def test_two_members_share_the_partitions(self, connection: Connection, tmp_path: Path) -> None:
        count = 12
        with ExitStack() as opened:
            stores = [opened.enter_context(open_store(tmp_path / f"{name}.sqlite3")) for name in ("ana", "ben")]
            members = [opened.enter_context(Intake(connection, each, actor="intake")) for each in stores]
            self.wait_until_shared(members)
            for partition in range(PARTITIONS):
                values = [body(message_id=f"{partition}-{number}") for number in range(count)]
                send(connection, *values, partition=partition)
            cases, deadline = [0, 0], monotonic() + 60
            while sum(cases) < count * PARTITIONS:
                assert monotonic() < deadline
                cases = [so_far + member.take(0.2).cases for so_far, member in zip(cases, members, strict=True)]
            assert min(cases) >= count
            assert sum(cases) == count * PARTITIONS
            members[0].close()
            send(connection, *[body(message_id=f"late-{number}") for number in range(count)], partition=0)
            send(connection, *[body(message_id=f"late-{number}") for number in range(count)], partition=1)
            late = take(members[1], until=lambda so_far: so_far.cases + so_far.already_known >= count * 2)
            assert late.cases == count

    @staticmethod
    def wait_until_shared(members: list[Intake]) -> None:
        deadline = monotonic() + 60
        parts: list[set[int]] = [set()]
        while not all(parts) or sum(len(part) for part in parts) != PARTITIONS:
            assert monotonic() < deadline
            for member in members:
                member.take(0.2)
            parts = [
                {each.partition for each in member._consumer.assignment()} for member in members if member._consumer
            ]

    def test_a_dead_letter_is_replayed(self, connection: Connection, store: CaseStore) -> None:
        send(connection, body(version="2.0"))
        with Intake(connection, store, actor="intake") as intake:
            take(intake, until=bool)
        [letter] = store.query(dead_letters)
        replay(store, letter.dead_letter_id, corrected=letter.original.value.replace(b"2.0", b"1.0"), actor="ana")
        assert clients(store) == ["Ana Ruiz"]

    def test_messages_that_were_lost_unread_stop_it(self, connection: Connection, store: CaseStore) -> None:
        send(connection, body())
        with Intake(connection, store, actor="intake") as intake:
            take(intake, until=bool)
        send(connection, body(), body())
        lost = TopicPartition(connection.topic(KYC_EVENTS.name), 0, 2)
        administer(connection, lambda admin: admin.delete_records([lost]))
        with Intake(connection, store, actor="intake") as intake, pytest.raises(TopicChanged):
            take(intake, until=bool)

    def test_without_its_topic_it_says_so(self, connection: Connection, store: CaseStore) -> None:
        delete_topic(connection, KYC_EVENTS.name)
        with Intake(connection, store, actor="intake") as intake, pytest.raises(ClusterError):
            take(intake, until=bool)
