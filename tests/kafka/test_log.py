"""The log on Apache Kafka itself: append, read, and all that may happen to a broker and a topic meanwhile."""

import logging
from pathlib import Path
from threading import Timer

import pytest
from confluent_kafka import TopicPartition

from store.sync.connection import Connection
from store.sync.errors import NotAllowed, NotAuthenticated, TopicChanged, TopicMissing
from store.sync.settings import COMMITS_TOPIC
from store.sync.shared_log import Unreachable
from store.sync.topic_log import Received, TopicLog, ToSend
from tests.kafka.apache_kafka import USERS, ApacheKafka
from tests.kafka.conftest import (
    PARTITIONS,
    administer,
    connection_to,
    delete_topic,
    impatience,
    make_topics,
    new_prefix,
)

pytestmark = pytest.mark.kafka

START = dict.fromkeys(range(PARTITIONS), 0)


def outgoing(*values: str, partition: int = 0) -> list[ToSend]:
    return [ToSend(b"case", value.encode(), (("ce_id", b"1"),), partition) for value in values]


def ends(log: TopicLog) -> dict[int, int]:
    return {partition: span.end for partition, span in log.spans().items()}


def read(log: TopicLog, positions: dict[int, int] = START) -> list[Received]:
    """All from these positions on, a few at a time."""
    until, records = ends(log), []
    while any(positions[partition] < end for partition, end in until.items()):
        some, positions = log.read(positions, until, 1_000)
        records += some
    return records


def texts(records: list[Received]) -> list[str]:
    return [(record.value or b"").decode() for record in records]


def secured(broker: ApacheKafka, user: str = "ana", **more: str) -> dict[str, str]:
    """Settings for the listener that asks for a password, which is looked up in the environment."""
    return {
        "servers": broker.secured,
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": user,
        "sasl.password": "${PASSWORD_OF_THE_TEST}",
        "ssl.ca.location": str(broker.authority),
        **more,
    }


class TestALog:
    def test_gives_back_what_was_appended_in_the_order_of_each_partition(self, log: TopicLog) -> None:
        log.append([*outgoing("a", "b", "c"), *outgoing("d", partition=2)])
        records = read(log)
        assert sorted(records, key=lambda record: (record.partition, record.offset)) == [
            Received(0, 0, b"case", b"a", (("ce_id", b"1"),)),
            Received(0, 1, b"case", b"b", (("ce_id", b"1"),)),
            Received(0, 2, b"case", b"c", (("ce_id", b"1"),)),
            Received(2, 0, b"case", b"d", (("ce_id", b"1"),)),
        ]

    def test_is_read_on_from_where_it_was_read_to(self, log: TopicLog, connection: Connection) -> None:
        log.append(outgoing("a", "b"))
        assert texts(read(log)) == ["a", "b"]
        log.append(outgoing("c"))
        assert texts(read(log, START | {0: 2})) == ["c"]
        with TopicLog(connection, COMMITS_TOPIC) as restarted:
            assert texts(read(restarted, START | {0: 1})) == ["b", "c"]

    def test_is_read_up_to_a_mark_and_no_further(self, log: TopicLog) -> None:
        log.append([*outgoing("a", "b", "c"), *outgoing("d", partition=1)])
        records, positions = log.read(START, START | {0: 2}, 100)
        assert (texts(records), positions) == (["a", "b"], START | {0: 2})
        assert sorted(texts(read(log, positions))) == ["c", "d"]

    def test_is_read_a_few_records_at_a_time(self, log: TopicLog) -> None:
        log.append(outgoing("a", "b", "c"))
        records, positions = log.read(START, ends(log), 2)
        assert texts(records) == ["a", "b"]
        records, positions = log.read(positions, ends(log), 2)
        assert texts(records) == ["c"]

    def test_tells_where_what_was_appended_ends(self, log: TopicLog) -> None:
        assert log.append([*outgoing("a", "b"), *outgoing("c", partition=2)]) == {0: 2, 2: 1}
        assert log.append(outgoing("d")) == {0: 3}

    def test_is_read_up_to_a_mark_though_what_was_before_it_has_been_called_back(
        self, log: TopicLog, connection: Connection
    ) -> None:
        producer = connection.producer(**{"transactional.id": connection.topic("called-back")})
        producer.init_transactions(20)
        producer.begin_transaction()
        producer.produce(log.name, b"called back", partition=0)
        producer.flush(20)
        until = ends(log)
        producer.abort_transaction(20)
        log.append(outgoing("a"))
        with impatience():
            assert log.read(START, until, 100) == ([], START | {0: 1})
        assert texts(read(log, START | {0: 1})) == ["a"]

    def test_without_anything_new_gives_nothing(self, log: TopicLog) -> None:
        log.append(outgoing("a"))
        assert log.read(START | {0: 1}, ends(log), 100) == ([], START | {0: 1})

    def test_tells_when_something_comes_and_loses_nothing_by_that(self, log: TopicLog) -> None:
        assert not log.wait(START, 0.2)
        log.append(outgoing("a"))
        assert log.wait(START, 20)
        assert texts(read(log)) == ["a"]

    def test_of_another_name_is_missing(self, connection: Connection) -> None:
        with TopicLog(connection, COMMITS_TOPIC) as log, pytest.raises(TopicMissing, match="--create-topics"):
            log.identity()

    def test_takes_thousands_at_once(self, log: TopicLog) -> None:
        values = [str(number) for number in range(5_000)]
        log.append(outgoing(*values))
        assert texts(read(log)) == values


class TestATopicThatIsNotTheOneWeKnew:
    def test_has_another_identity(self, log: TopicLog, connection: Connection) -> None:
        before = log.identity()
        delete_topic(connection, COMMITS_TOPIC)
        make_topics(connection, COMMITS_TOPIC)
        after = log.identity()
        assert after.cluster_id == before.cluster_id
        assert after.topic_id != before.topic_id

    def test_is_noticed_where_it_is_shorter(self, log: TopicLog, connection: Connection) -> None:
        log.append(outgoing("a", "b"))
        delete_topic(connection, COMMITS_TOPIC)
        make_topics(connection, COMMITS_TOPIC)
        log.append(outgoing("x", partition=1))
        with pytest.raises(TopicChanged, match="is shorter than it was: partition 0 was read up to 2, but ends at 0"):
            log.read(START | {0: 2}, START | {0: 3}, 100)

    def test_is_noticed_where_it_has_lost_what_was_not_read(self, log: TopicLog, connection: Connection) -> None:
        log.append(outgoing("a", "b", "c"))
        administer(connection, lambda admin: admin.delete_records([TopicPartition(log.name, 0, 2)]))
        with pytest.raises(TopicChanged, match="was read up to 1, but begins at 2"):
            log.read(START | {0: 1}, ends(log), 100)

    def test_is_noticed_while_it_is_read(self, log: TopicLog, connection: Connection) -> None:
        """Made anew between two batches, and just as long as before."""
        log.append(outgoing("a", "b"))
        records, positions = log.read(START, ends(log), 100)
        assert texts(records) == ["a", "b"]
        delete_topic(connection, COMMITS_TOPIC)
        make_topics(connection, COMMITS_TOPIC)
        with TopicLog(connection, COMMITS_TOPIC) as another:
            another.append(outgoing("x", "y", "z"))
        with pytest.raises(TopicChanged):
            log.read(positions, START | {0: 3}, 100)


class TestABrokerThatIsKilled:
    @pytest.fixture
    def killed(self, own_broker: ApacheKafka, log: TopicLog) -> ApacheKafka:
        return own_broker

    def test_keeps_what_it_acknowledged(self, killed: ApacheKafka, log: TopicLog) -> None:
        before = log.identity()
        log.append(outgoing("a"))
        killed.kill()
        try:
            with impatience(), pytest.raises(Unreachable, match="work goes on"):
                log.identity()
        finally:
            killed.start()
        assert log.identity() == before
        log.append(outgoing("b"))
        assert texts(read(log)) == ["a", "b"]

    def test_in_the_middle_of_an_append_leaves_each_record_there_once_or_not_at_all(
        self, killed: ApacheKafka, log: TopicLog
    ) -> None:
        values = [f"{number:06}{'x' * 500}" for number in range(20_000)]
        timer = Timer(0.15, killed.kill)
        timer.start()
        again = Timer(1.5, killed.start)
        again.start()
        try:
            try:
                log.append(outgoing(*values))
                acknowledged = True
            except Unreachable:
                acknowledged = False
        finally:
            timer.join()
            again.join()
        there = texts(read(log))
        assert len(there) == len(set(there))
        assert there == sorted(there)
        assert not acknowledged or there == values


class TestASecuredListener:
    @pytest.fixture
    def prefix(self, own_broker: ApacheKafka) -> str:
        prefix = new_prefix()
        make_topics(connection_to(own_broker.bootstrap, topic_prefix=prefix), COMMITS_TOPIC)
        return prefix

    def test_takes_whoever_knows_the_password(
        self, own_broker: ApacheKafka, prefix: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PASSWORD_OF_THE_TEST", USERS["ana"])
        with TopicLog(connection_to(**secured(own_broker, topic_prefix=prefix)), COMMITS_TOPIC) as log:
            log.append(outgoing("a"))
            assert texts(read(log)) == ["a"]

    def test_says_that_a_password_is_wrong_and_never_which(
        self,
        own_broker: ApacheKafka,
        prefix: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("PASSWORD_OF_THE_TEST", "not the one")
        caplog.set_level(logging.DEBUG)
        settings = secured(own_broker, topic_prefix=prefix, debug="security,broker,conf")
        with (
            TopicLog(connection_to(**settings), COMMITS_TOPIC) as log,
            pytest.raises(NotAuthenticated, match="check the user name and password") as raised,
        ):
            log.identity()
        assert "not the one" not in str(raised.value) + caplog.text
        assert capfd.readouterr().err == ""

    def test_forbids_what_a_user_may_not(
        self, own_broker: ApacheKafka, prefix: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PASSWORD_OF_THE_TEST", USERS["eve"])
        with (
            TopicLog(connection_to(**secured(own_broker, "eve", topic_prefix=prefix)), COMMITS_TOPIC) as log,
            pytest.raises(NotAllowed, match="does not allow us to describe"),
        ):
            log.identity()

    def test_is_not_trusted_without_its_authority(
        self, own_broker: ApacheKafka, prefix: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PASSWORD_OF_THE_TEST", USERS["ana"])
        settings = secured(own_broker, topic_prefix=prefix)
        del settings["ssl.ca.location"]
        with (
            TopicLog(connection_to(**settings), COMMITS_TOPIC) as log,
            pytest.raises(NotAuthenticated, match=r"check kafka\.ssl\.ca\.location"),
        ):
            log.identity()
