"""The log on a cluster that goes down, is slow, answers with errors and loses acknowledgements."""

import logging
from concurrent.futures import Future
from threading import Timer
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import OFFSET_INVALID, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from store.sync.errors import ClusterError, TooLarge, TopicChanged
from store.sync.settings import COMMITS_TOPIC
from store.sync.shared_log import Unreachable
from store.sync.topic_log import TopicLog
from tests.kafka.conftest import PARTITIONS, impatience, mock_connection_to
from tests.kafka.mock_cluster import MockCluster, Request
from tests.kafka.test_log import START, ends, outgoing, read, texts


def test_a_log_gives_back_what_was_appended(mock_log: TopicLog) -> None:
    mock_log.append([*outgoing("a", "b"), *outgoing("c", partition=1)])
    assert mock_log.identity().partitions == PARTITIONS
    assert {(record.partition, record.offset, record.value) for record in read(mock_log)} == {
        (0, 0, b"a"),
        (0, 1, b"b"),
        (1, 0, b"c"),
    }


def test_a_broker_that_is_down_is_unreachable_and_then_back(mock_cluster: MockCluster, mock_log: TopicLog) -> None:
    mock_log.append(outgoing("a"))
    mock_cluster.take_down()
    with impatience():
        with pytest.raises(Unreachable, match="can't be reached to write to case_commits"):
            mock_log.append(outgoing("b"))
        with pytest.raises(Unreachable):
            mock_log.identity()
    mock_cluster.bring_up()
    mock_log.append(outgoing("c"))
    there = texts(read(mock_log))
    assert [text for text in there if text != "b"] == ["a", "c"]


def test_a_partition_that_nobody_leads_yet_is_unreachable(mock_cluster: MockCluster) -> None:
    """As after a restart of its broker: it passes by itself."""
    for partition in range(PARTITIONS):
        mock_cluster.leave_leaderless(COMMITS_TOPIC, partition)
    with (
        impatience(),
        TopicLog(mock_connection_to(mock_cluster.bootstrap), COMMITS_TOPIC) as log,
        pytest.raises(Unreachable, match=r"can't be reached to read case_commits: work goes on"),
    ):
        log.spans()


class NotAsked:
    """An admin client that has, so many times, no offset of one partition: its broker was just back, and not asked."""

    def __init__(self, admin: AdminClient, times: int) -> None:
        self._admin = admin
        self._times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._admin, name)

    def list_offsets(self, asked: dict[TopicPartition, OffsetSpec], **more: Any) -> dict[TopicPartition, Future[Any]]:
        answers = dict(self._admin.list_offsets(asked, **more))
        if self._times:
            self._times -= 1
            nothing = Future[Any]()
            nothing.set_result(SimpleNamespace(offset=OFFSET_INVALID))
            answers[next(iter(answers))] = nothing
        return answers


def test_an_offset_that_the_library_did_not_learn_is_asked_for_again(
    mock_log: TopicLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no end of a partition: sync would stop, for the topic would seem to be cut off."""
    mock_log.append(outgoing("a"))
    known = mock_log.spans()
    monkeypatch.setattr(mock_log, "_admin", NotAsked(mock_log._admin, times=2))
    assert mock_log.spans() == known
    monkeypatch.setattr(mock_log, "_admin", NotAsked(mock_log._admin, times=1_000_000))
    with impatience(), pytest.raises(Unreachable):
        mock_log.spans()


def test_what_failed_is_not_sent_later(mock_cluster: MockCluster, mock_log: TopicLog) -> None:
    mock_log.append(outgoing("a"))
    mock_cluster.take_down()
    with impatience(), pytest.raises(Unreachable):
        mock_log.append(outgoing("b"))
    mock_cluster.bring_up()
    mock_log.append(outgoing("c", partition=1))
    assert texts(read(mock_log)) == ["a", "c"]


def test_a_slow_cluster_is_waited_for(mock_cluster: MockCluster, mock_log: TopicLog) -> None:
    mock_cluster.slow_down(50)
    mock_log.append(outgoing("a"))
    assert texts(read(mock_log)) == ["a"]


def test_an_acknowledgement_that_is_lost_makes_a_record_come_twice(
    mock_cluster: MockCluster, mock_log: TopicLog
) -> None:
    """The mock cluster does not recognise what was sent again: readers have to."""
    mock_log.append(outgoing("a"))
    mock_cluster.slow_down(1_000)

    def come_back() -> None:
        mock_cluster.slow_down(0)
        mock_cluster.bring_up()

    appended_but_not_told = Timer(0.4, mock_cluster.take_down)
    back = Timer(0.8, come_back)
    for timer in (appended_but_not_told, back):
        timer.start()
    mock_log.append(outgoing("b"))
    for timer in (appended_but_not_told, back):
        timer.join()
    assert texts(read(mock_log)) == ["a", "b", "b"]


def test_errors_that_pass_are_not_told(mock_cluster: MockCluster, mock_log: TopicLog) -> None:
    mock_cluster.fail(Request.PRODUCE, KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.NOT_ENOUGH_REPLICAS)
    mock_cluster.fail(Request.FETCH, KafkaError.NOT_LEADER_FOR_PARTITION)
    mock_log.append(outgoing("a"))
    assert texts(read(mock_log)) == ["a"]


def test_a_record_that_is_too_large_is_told(mock_cluster: MockCluster, mock_log: TopicLog) -> None:
    mock_cluster.fail(Request.PRODUCE, KafkaError.MSG_SIZE_TOO_LARGE)
    with pytest.raises(TooLarge, match=r"raise max\.message\.bytes"):
        mock_log.append(outgoing("a"))


def test_an_error_without_a_sentence_of_its_own_is_told_in_the_cluster_s_words(
    mock_cluster: MockCluster, mock_log: TopicLog
) -> None:
    mock_cluster.fail(Request.PRODUCE, KafkaError.INVALID_TIMESTAMP)
    with pytest.raises(ClusterError, match="answered with an error when asked to write to case_commits"):
        mock_log.append(outgoing("a"))


def test_another_s_records_come_along(mock_cluster: MockCluster, mock_log: TopicLog) -> None:
    """What comes behind the mark that was asked for is kept for later, and not skipped."""
    mock_log.append(outgoing("a"))
    up_to = ends(mock_log)
    with TopicLog(mock_connection_to(mock_cluster.bootstrap), COMMITS_TOPIC) as another:
        another.append(outgoing("b"))
    records, positions = mock_log.read(START, up_to, 100)
    assert texts(records) == ["a"]
    assert texts(read(mock_log, positions)) == ["b"]


def test_what_was_fetched_of_a_topic_that_was_made_anew_is_not_handed_out(mock_cluster: MockCluster) -> None:
    connection = mock_connection_to(mock_cluster.bootstrap)
    with TopicLog(connection, COMMITS_TOPIC) as log:
        log.append(outgoing("a", "b"))
        records, positions = log.read(START, START | {0: 1}, 100)
        assert texts(records) == ["a"]
        connection.made_anew += 1
        with pytest.raises(TopicChanged, match="was made anew while it was read: nothing of that was taken over"):
            log.read(positions, START | {0: 2}, 100)


def test_nothing_is_written_to_the_terminal(
    mock_cluster: MockCluster, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "store.sync.kafka")
    mock_cluster.take_down()
    with (
        impatience(),
        TopicLog(mock_connection_to(mock_cluster.bootstrap), COMMITS_TOPIC) as log,
        pytest.raises(Unreachable),
    ):
        log.append(outgoing("a"))
    assert "FAIL" in caplog.text
    assert capfd.readouterr() == ("", "")


def test_an_address_where_nobody_listens_is_unreachable() -> None:
    with (
        impatience(),
        TopicLog(mock_connection_to("127.0.0.1:1"), COMMITS_TOPIC) as log,
        pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"),
    ):
        log.identity()


def test_a_name_that_is_no_host_is_told() -> None:
    with (
        impatience(),
        TopicLog(mock_connection_to("kafka.invalid:9092"), COMMITS_TOPIC) as log,
        pytest.raises(Unreachable, match=r"kafka\.invalid:9092 can't be (found|reached)"),
    ):
        log.identity()


@pytest.mark.parametrize(
    "raised",
    [
        TimeoutError(),
        KafkaException(KafkaError(KafkaError.UNKNOWN_LEADER_EPOCH)),
        KafkaException(KafkaError(KafkaError.FENCED_LEADER_EPOCH)),
    ],
    ids=["no answer in time", "a broker that came back", "a broker that was replaced"],
)
def test_what_passes_by_itself_is_a_state_and_no_error(mock_cluster: MockCluster, raised: Exception) -> None:
    connection = mock_connection_to(mock_cluster.bootstrap)
    with pytest.raises(Unreachable, match="can't be reached to ask: work goes on"), connection.translated("to ask"):
        raise raised
