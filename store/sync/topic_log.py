"""A topic as a log: read from positions that the reader keeps, and appended to at the end.

There is no consumer group. The reader says where to begin, and keeps the position in the same transaction as the
records. A topic that is made anew gets another id. If the id is the same before and after reading, all records come
from one topic; so records are returned only after the second look at the id.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import OffsetSpec

from store.closing import Closing
from store.sync.connection import DELIVERY_SECONDS, REQUEST_SECONDS, Connection, arrived, headers_of, is_end
from store.sync.errors import FAILURES, TopicChanged
from store.sync.shared_log import Identity, Span, Unreachable

Headers = tuple[tuple[str, bytes | None], ...]

_PATIENCE: Final = 0.05
"""Seconds for which a batch waits for further records."""

_AT_A_TIME: Final = 10_000
"""Records that `read_all` holds at once."""

_SHORTEST: Final = 0.001
"""Seconds. librdkafka does not wait for less, and asking it again and again would keep a core busy."""


@dataclass(frozen=True, slots=True)
class Received:
    """A record as it stands in the topic."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class ToSend:
    """A record to be sent. With the `partition` -1, the key decides on the partition."""

    key: bytes | None
    value: bytes
    headers: Headers = ()
    partition: int = -1


class TopicLog(Closing):
    """For one thread. Every call is bounded in time, and may raise one of `store.sync.errors.FAILURES`.

    Reading without `headers` takes half the time.
    """

    def __init__(self, connection: Connection, name: str, *, headers: bool = True) -> None:
        self.name = connection.topic(name)
        self._headers = headers
        self._connection = connection
        self._admin = connection.admin()
        self._consumer: Consumer | None = None
        self._producer: Producer | None = None
        self._topic_id = ""
        self._next: dict[int, int] = {}
        self._waiting: list[Message] = []

    def close(self) -> None:
        """Stop sending and reading."""
        self._forget_producer()
        self._forget_consumer()

    def identity(self) -> Identity:
        """The present identity of the topic. Raises `TopicMissing`."""
        doing = f"to describe {self.name}"
        cluster = self._connection.metadata(self._admin, doing, self.name)
        topic = cluster.topics[self.name]
        if topic.error is not None:
            raise self._connection.error(topic.error, doing, self.name)
        topic_id = self._connection.topic_id(self._admin, self.name)
        return Identity(str(cluster.cluster_id), topic_id, len(topic.partitions))

    def spans(self) -> dict[int, Span]:
        """The offsets that each partition holds now."""
        partitions = range(self.identity().partitions)
        starts, ends = (
            self._offsets({TopicPartition(self.name, partition): spec for partition in partitions})
            for spec in (OffsetSpec.earliest(), OffsetSpec.latest())  # type: ignore[no-untyped-call]
        )
        return {partition: Span(starts[partition], ends[partition]) for partition in partitions}

    def read(
        self, positions: Mapping[int, int], until: Mapping[int, int], limit: int
    ) -> tuple[list[Received], dict[int, int]]:
        """Up to about `limit` records from `positions` on, before the offsets `until`, and where to read on.

        Raises `TopicChanged` when a position is not in the topic or when that was made anew, having skipped nothing;
        `Unreachable` when nothing comes.
        """
        self._go_to(positions)
        wanted = {partition: end for partition, end in until.items() if self._next[partition] < end}
        records: list[Received] = []
        ahead: list[Message] = []
        deadline = monotonic() + DELIVERY_SECONDS
        while len(records) < limit and any(self._next[partition] < end for partition, end in wanted.items()):
            messages = self._waiting or self._arrived(limit - len(records), _PATIENCE if records else 1.0)
            self._waiting = []
            for message in messages:
                if not self._take(message, until, records):
                    ahead.append(message)
            if not messages and records:
                break
            if not messages and monotonic() > deadline:
                self._forget_consumer()
                raise self._connection.error(KafkaError(KafkaError._TIMED_OUT), f"to read {self.name}")
        self._waiting = ahead + self._waiting
        self._check_same_topic()
        return records, dict(self._next)

    def read_all(self, positions: Mapping[int, int], until: Mapping[int, int]) -> Iterator[Received]:
        """All records from `positions` on, before the offsets `until`."""
        while any(positions[partition] < end for partition, end in until.items()):
            records, positions = self.read(positions, until, _AT_A_TIME)
            yield from records

    def wait(self, positions: Mapping[int, int], seconds: float) -> bool:
        """Whether a record comes at or behind `positions` within so many seconds; it is read later."""
        self._go_to(positions)
        deadline = monotonic() + seconds
        while not (something := any(not is_end(each) for each in self._waiting)):
            left = deadline - monotonic()
            if left < _SHORTEST:
                break
            self._waiting += self._arrived(1, left)
        return something

    def append(self, records: Sequence[ToSend]) -> dict[int, int]:
        """Append records in order within each partition; when all are acknowledged, the offset behind the last of each.

        Otherwise raises: then any of them may be there or not, which shows when they are read back.
        """
        if not records:
            return {}
        if self._producer is None:
            self._producer = self._connection.producer()
        failures: list[KafkaError] = []
        ends: dict[int, int] = {}

        def told(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                failures.append(error)
                return
            partition, offset = message.partition(), message.offset()
            assert partition is not None
            ends[partition] = max(ends.get(partition, 0), -1 if offset is None else offset + 1)

        doing = f"to write to {self.name}"
        deadline = monotonic() + DELIVERY_SECONDS + REQUEST_SECONDS
        try:
            with self._connection.translated(doing, self._producer):
                for record in records:
                    self._produce(self._producer, record, told, deadline)
                left = self._producer.flush(max(deadline - monotonic(), 0.1))
            if failures or left:
                raise self._connection.error(failures[0] if failures else KafkaError(KafkaError._MSG_TIMED_OUT), doing)
        except FAILURES:
            self._forget_producer()
            raise
        if unknown := [partition for partition, end in ends.items() if end <= 0]:
            # acknowledged at the second try: the broker has them and does not say where
            spans = self.spans()
            ends |= {partition: spans[partition].end for partition in unknown}
        return ends

    def _produce(
        self, producer: Producer, record: ToSend, told: Callable[[KafkaError | None, Message], None], deadline: float
    ) -> None:
        while True:
            try:
                producer.produce(
                    self.name,
                    value=record.value,
                    key=record.key,
                    partition=record.partition,
                    headers=list(record.headers),
                    on_delivery=told,
                )
            except BufferError:  # the queue is full; acknowledgements make room
                if monotonic() > deadline:
                    raise KafkaException(KafkaError(KafkaError._MSG_TIMED_OUT)) from None
                producer.poll(0.1)
            else:
                producer.poll(0)
                return

    def _offsets(self, asked: dict[TopicPartition, OffsetSpec]) -> dict[int, int]:
        """The offsets. They are asked for again while a partition has no leader yet, as after a restart.

        The library may say so by an error, or by an offset that is none.
        """
        doing, deadline = f"to read {self.name}", monotonic() + REQUEST_SECONDS
        while True:
            try:
                with self._connection.translated(doing, self._admin):
                    answers = self._admin.list_offsets(asked, request_timeout=REQUEST_SECONDS)
                    found = {each.partition: answer.result(REQUEST_SECONDS).offset for each, answer in answers.items()}
                if min(found.values(), default=0) < 0:
                    raise self._connection.error(KafkaError(KafkaError.LEADER_NOT_AVAILABLE), doing)
                return found
            except Unreachable:
                if monotonic() > deadline:
                    raise
                sleep(0.1)

    def _go_to(self, positions: Mapping[int, int]) -> None:
        """Read on from `positions`. If the consumer is there already, it keeps the messages that it has fetched."""
        if self._consumer is not None and self._next == dict(positions):
            return
        self._topic_id = self._connection.topic_id(self._admin, self.name)
        self._check_positions(positions)
        consumer = self._consumer or self._connection.consumer(self._connection.topic("caseworker"))
        with self._connection.translated(f"to read {self.name}"):
            consumer.assign([TopicPartition(self.name, partition, at) for partition, at in positions.items()])
        self._consumer, self._next, self._waiting = consumer, dict(positions), []

    def _check_positions(self, positions: Mapping[int, int]) -> None:
        for partition, span in self.spans().items():
            position = positions.get(partition, span.end)
            if position < span.start:
                raise TopicChanged(
                    f"The topic {self.name} has lost records that were not read here: partition {partition} was read up"
                    f" to {position}, but begins at {span.start}. Nothing was skipped. Topics of the team need"
                    " retention.ms=-1; ask whoever runs the cluster."
                )
            if position > span.end:
                raise TopicChanged(
                    f"The topic {self.name} is shorter than it was: partition {partition} was read up to {position},"
                    f" but ends at {span.end}. It was cut off or made anew; ask whoever runs the cluster."
                )

    def _check_same_topic(self) -> None:
        if self._connection.topic_id(self._admin, self.name) != self._topic_id:
            self._forget_consumer()
            raise TopicChanged(
                f"The topic {self.name} was made anew while it was read: nothing of that was taken over. Ask whoever"
                " runs the cluster."
            )

    def _arrived(self, most: int, seconds: float) -> list[Message]:
        assert self._consumer is not None
        with self._connection.translated(f"to read {self.name}"):
            return arrived(self._consumer, most, seconds)

    def _take(self, message: Message, until: Mapping[int, int], records: list[Received]) -> bool:
        """Take a message in, unless its offset is behind `until`. Returns whether it was taken in."""
        error, partition, offset = message.error(), message.partition(), message.offset()
        if error is not None and not is_end(message):
            self._forget_consumer()
            raise self._connection.error(error, f"to read {self.name}")
        assert partition is not None
        assert offset is not None
        end = until.get(partition, 0)
        if is_end(message):  # it also counts entries of the partition that are no records
            self._next[partition] = max(self._next[partition], min(offset, end))
            return True
        if offset >= end:  # all records before it were taken in, or were aborted and never come
            self._next[partition] = max(self._next[partition], end)
            return False
        self._next[partition] = offset + 1
        headers = headers_of(message) if self._headers else ()
        records.append(Received(partition, offset, message.key(), message.value(), headers))
        return True

    def _forget_consumer(self) -> None:
        if self._consumer is not None:
            self._consumer.close()
        self._consumer, self._next, self._waiting = None, {}, []

    def _forget_producer(self) -> None:
        """Drop the producer and its unsent records, so that none is sent after the caller was told that it failed."""
        if self._producer is not None:
            self._producer.purge()
            self._producer.flush(1)
        self._producer = None
