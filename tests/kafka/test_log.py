"""The log on Apache Kafka itself: append, read, and all that may happen to a broker and a topic meanwhile."""

import logging
from pathlib import Path
from threading import Timer

import pytest
from confluent_kafka import TopicPartition

from store.sync.connection import Connection
from store.sync.errors import NotAllowed, NotAuthenticated, TopicChanged, TopicMissing, Unreachable
from store.sync.kafka import COMMITS, KafkaLog, Outgoing, Record
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


def outgoing(*values: str, partition: int = 0) -> list[Outgoing]:
    return [Outgoing(partition, b"case", value.encode(), (("ce_id", b"1"),)) for value in values]


def ends(log: KafkaLog) -> dict[int, int]:
    return {partition: next_ for partition, (_, next_) in log.watermarks().items()}


def read(log: KafkaLog, positions: dict[int, int] = START) -> list[Record]:
    return [record for batch in log.read(positions, ends(log)) for record in batch]


def texts(records: list[Record]) -> list[str]:
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
    def test_gives_back_what_was_appended_in_the_order_of_each_partition(self, log: KafkaLog) -> None:
        log.append([*outgoing("a", "b", "c"), *outgoing("d", partition=2)])
        records = read(log)
        assert sorted(records, key=lambda record: (record.partition, record.offset)) == [
            Record(0, 0, b"case", b"a", (("ce_id", b"1"),)),
            Record(0, 1, b"case", b"b", (("ce_id", b"1"),)),
            Record(0, 2, b"case", b"c", (("ce_id", b"1"),)),
            Record(2, 0, b"case", b"d", (("ce_id", b"1"),)),
        ]

    def test_is_read_on_from_where_it_was_read_to(self, log: KafkaLog, connection: Connection) -> None:
        log.append(outgoing("a", "b"))
        assert texts(read(log)) == ["a", "b"]
        log.append(outgoing("c"))
        assert texts(read(log, START | {0: 2})) == ["c"]
        with KafkaLog(connection) as restarted:
            assert texts(read(restarted, START | {0: 1})) == ["b", "c"]

    def test_without_anything_new_gives_nothing(self, log: KafkaLog) -> None:
        log.append(outgoing("a"))
        assert list(log.read(START | {0: 1}, ends(log))) == []

    def test_tells_when_something_comes_and_loses_nothing_by_that(self, log: KafkaLog) -> None:
        assert not log.wait(START, 0.2)
        log.append(outgoing("a"))
        assert log.wait(START, 20)
        assert texts(read(log)) == ["a"]

    def test_of_another_name_is_missing(self, connection: Connection) -> None:
        with KafkaLog(connection) as log, pytest.raises(TopicMissing, match="--create-topics"):
            log.identity()

    def test_takes_thousands_at_once(self, log: KafkaLog) -> None:
        values = [str(number) for number in range(5_000)]
        log.append(outgoing(*values))
        assert texts(read(log)) == values


class TestATopicThatIsNotTheOneWeKnew:
    def test_has_another_identity(self, log: KafkaLog, connection: Connection) -> None:
        before = log.identity()
        delete_topic(connection, COMMITS)
        make_topics(connection, COMMITS)
        after = log.identity()
        assert after.cluster_id == before.cluster_id
        assert after.topic_id != before.topic_id

    def test_is_noticed_where_it_is_shorter(self, log: KafkaLog, connection: Connection) -> None:
        log.append(outgoing("a", "b"))
        delete_topic(connection, COMMITS)
        make_topics(connection, COMMITS)
        log.append(outgoing("x", partition=1))
        with pytest.raises(TopicChanged, match="is shorter than it was: partition 0 was read up to 2, but ends at 0"):
            list(log.read(START | {0: 2}, START | {0: 3}))

    def test_is_noticed_where_it_has_lost_what_was_not_read(self, log: KafkaLog, connection: Connection) -> None:
        log.append(outgoing("a", "b", "c"))
        administer(connection, lambda admin: admin.delete_records([TopicPartition(log.topic, 0, 2)]))
        with pytest.raises(TopicChanged, match="was read up to 1, but begins at 2"):
            list(log.read(START | {0: 1}, ends(log)))

    def test_is_noticed_while_it_is_read(self, log: KafkaLog, connection: Connection) -> None:
        """Made anew between two batches, and just as long as before."""
        log.append(outgoing("a", "b"))
        batches = log.read(START, START | {0: 3})
        assert texts(next(batches)) == ["a", "b"]
        delete_topic(connection, COMMITS)
        make_topics(connection, COMMITS)
        with KafkaLog(connection) as another:
            another.append(outgoing("x", "y", "z"))
        with pytest.raises(TopicChanged):
            next(batches)


class TestABrokerThatIsKilled:
    @pytest.fixture
    def killed(self, own_broker: ApacheKafka, log: KafkaLog) -> ApacheKafka:
        return own_broker

    def test_keeps_what_it_acknowledged(self, killed: ApacheKafka, log: KafkaLog) -> None:
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
        self, killed: ApacheKafka, log: KafkaLog
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
        make_topics(connection_to(own_broker.bootstrap, topic_prefix=prefix), COMMITS)
        return prefix

    def test_takes_whoever_knows_the_password(
        self, own_broker: ApacheKafka, prefix: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PASSWORD_OF_THE_TEST", USERS["ana"])
        with KafkaLog(connection_to(**secured(own_broker, topic_prefix=prefix))) as log:
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
            KafkaLog(connection_to(**settings)) as log,
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
            KafkaLog(connection_to(**secured(own_broker, "eve", topic_prefix=prefix))) as log,
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
            KafkaLog(connection_to(**settings)) as log,
            pytest.raises(NotAuthenticated, match=r"check kafka\.ssl\.ca\.location"),
        ):
            log.identity()
