"""The team's log on Kafka: topic `case_commits`, read from stored positions and appended to at the end.

There is no consumer group: whoever reads says from where, and keeps that in the same transaction as what was read.
Whatever stands between two checks of the topic's identity comes from one and the same topic, because a topic that is
made anew gets an id of its own; so no batch is handed out before the check after it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Final, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import OffsetSpec

from store.sync.connection import DELIVERY_SECONDS, REQUEST_SECONDS, Connection, arrived, headers_of, is_end
from store.sync.errors import SyncError, TopicChanged

COMMITS: Final = "case_commits"

BATCH: Final = 2_000
"""How many records are about to be handed out at once; what has arrived with them comes along."""

_PATIENCE: Final = 0.05
"""How long, in seconds, a batch waits for more that is on its way."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which log this is. A topic that is deleted and made anew has the same name and another id."""

    cluster_id: str
    topic_id: str
    partitions: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands in the log."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to append."""

    partition: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes | None], ...] = ()


class KafkaLog:
    """One topic as a log. For one thread; every call is bounded in time and raises a `SyncError`."""

    def __init__(self, connection: Connection, name: str = COMMITS) -> None:
        self.topic = connection.topic(name)
        self._connection = connection
        self._admin = connection.admin()
        self._consumer: Consumer | None = None
        self._producer: Producer | None = None
        self._next: dict[int, int] = {}
        self._waiting: list[Message] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is sent or read any more."""
        self._forget_producer()
        self._forget_consumer()

    def identity(self) -> Identity:
        """Which log this is now. Raises `TopicMissing`."""
        doing = f"to describe {self.topic}"
        cluster = self._connection.metadata(self._admin, doing, self.topic)
        topic = cluster.topics[self.topic]
        if topic.error is not None:
            raise self._connection.error(topic.error, doing, self.topic)
        return Identity(
            str(cluster.cluster_id), self._connection.topic_id(self._admin, self.topic), len(topic.partitions)
        )

    def watermarks(self) -> dict[int, tuple[int, int]]:
        """For each partition the offset of its first record, and that of the next to come."""
        partitions = range(self.identity().partitions)
        first, next_ = (
            self._offsets({TopicPartition(self.topic, partition): spec for partition in partitions})
            for spec in (OffsetSpec.earliest(), OffsetSpec.latest())  # type: ignore[no-untyped-call]
        )
        return {partition: (first[partition], next_[partition]) for partition in partitions}

    def read(self, positions: Mapping[int, int], up_to: Mapping[int, int]) -> Iterator[list[Record]]:
        """The records from `positions` on, before the offsets `up_to`, in batches; partitions in any order.

        Each batch has been read from the log that was there when reading began. Raises `TopicChanged` when that is no
        longer so or when a position is not in the log, having skipped nothing; `Unreachable` when nothing more comes.
        """
        wanted = {partition: end for partition, end in up_to.items() if positions[partition] < end}
        if not wanted:
            return
        identity = self.identity()
        self._check_positions({partition: positions[partition] for partition in wanted})
        self._go_to(positions)
        while wanted:
            records = self._batch(wanted)
            if self.identity() != identity:
                self._forget_consumer()
                raise TopicChanged(
                    f"The topic {self.topic} was made anew while it was read: nothing of it was taken over. Ask whoever"
                    " runs the cluster."
                )
            wanted = {partition: end for partition, end in wanted.items() if self._next[partition] < end}
            if records:
                yield records

    def wait(self, positions: Mapping[int, int], seconds: float) -> bool:
        """Whether a record comes at or behind `positions` within so many seconds; it is read later."""
        self._go_to(positions)
        deadline = monotonic() + seconds
        while not (something := any(not is_end(each) for each in self._waiting)) and monotonic() < deadline:
            self._waiting += self._arrived(max(deadline - monotonic(), 0))
        return something

    def append(self, records: Sequence[Outgoing]) -> None:
        """Append records in order, each to its partition; returns when all are acknowledged.

        Raises a `SyncError` otherwise: then any of them may be in the log, or may not, until they are read back.
        """
        if not records:
            return
        if self._producer is None:
            self._producer = self._connection.producer()
        failures: list[KafkaError] = []

        def told(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        doing = f"to write to {self.topic}"
        deadline = monotonic() + DELIVERY_SECONDS + REQUEST_SECONDS
        try:
            with self._connection.translated(doing, self._producer):
                for record in records:
                    self._produce(self._producer, record, told, deadline)
                left = self._producer.flush(max(deadline - monotonic(), 0.1))
        except SyncError:
            self._forget_producer()
            raise
        if failures or left:
            self._forget_producer()
            raise self._connection.error(failures[0] if failures else KafkaError(KafkaError._MSG_TIMED_OUT), doing)

    def _produce(
        self, producer: Producer, record: Outgoing, told: Callable[[KafkaError | None, Message], None], deadline: float
    ) -> None:
        while True:
            try:
                producer.produce(
                    self.topic,
                    value=record.value,
                    key=record.key,
                    partition=record.partition,
                    headers=list(record.headers),
                    on_delivery=told,
                )
            except BufferError:  # its queue is full: acknowledgements make room
                if monotonic() > deadline:
                    raise KafkaException(KafkaError(KafkaError._MSG_TIMED_OUT)) from None
                producer.poll(0.1)
            else:
                producer.poll(0)
                return

    def _offsets(self, asked: dict[TopicPartition, OffsetSpec]) -> dict[int, int]:
        with self._connection.translated(f"to read {self.topic}", self._admin):
            answers = self._admin.list_offsets(asked, request_timeout=REQUEST_SECONDS)
            return {each.partition: answer.result(REQUEST_SECONDS).offset for each, answer in answers.items()}

    def _check_positions(self, positions: Mapping[int, int]) -> None:
        for partition, (first, next_) in self.watermarks().items():
            position = positions.get(partition, next_)
            if position < first:
                raise TopicChanged(
                    f"The topic {self.topic} has lost records that this laptop has not read: partition {partition} was"
                    f" read up to {position}, but begins at {first}. Nothing was skipped. Topics of the team need"
                    " retention.ms=-1; ask whoever runs the cluster."
                )
            if position > next_:
                raise TopicChanged(
                    f"The topic {self.topic} is shorter than it was: partition {partition} was read up to {position},"
                    f" but ends at {next_}. It was cut off or made anew; ask whoever runs the cluster."
                )

    def _go_to(self, positions: Mapping[int, int]) -> None:
        """Read on from `positions`; where that is where we are, what is under way is kept."""
        if self._consumer is not None and self._next == dict(positions):
            return
        consumer = self._consumer or self._connection.consumer(self._connection.topic("caseworker"))
        with self._connection.translated(f"to read {self.topic}"):
            consumer.assign([TopicPartition(self.topic, partition, at) for partition, at in positions.items()])
        self._consumer, self._next, self._waiting = consumer, dict(positions), []

    def _batch(self, wanted: Mapping[int, int]) -> list[Record]:
        """What comes next; nothing if there is nothing before the offsets wanted, after all."""
        records: list[Record] = []
        deadline = monotonic() + DELIVERY_SECONDS
        while len(records) < BATCH and any(self._next[partition] < end for partition, end in wanted.items()):
            messages = self._waiting or self._arrived(_PATIENCE if records else 1.0)
            self._waiting = []
            for message in messages:
                records += self._taken(message)
            if not messages and records:
                break
            if not messages and monotonic() > deadline:
                self._forget_consumer()
                raise self._connection.error(KafkaError(KafkaError._TIMED_OUT), f"to read {self.topic}")
        return records

    def _arrived(self, seconds: float) -> list[Message]:
        assert self._consumer is not None
        with self._connection.translated(f"to read {self.topic}"):
            return arrived(self._consumer, BATCH, seconds)

    def _taken(self, message: Message) -> Iterator[Record]:
        error, partition, offset = message.error(), message.partition(), message.offset()
        if error is not None and not is_end(message):
            self._forget_consumer()
            raise self._connection.error(error, f"to read {self.topic}")
        assert partition is not None
        assert offset is not None
        if error is not None:  # the end of the partition, behind whatever in it is no record
            self._next[partition] = max(self._next[partition], offset)
            return
        self._next[partition] = offset + 1
        yield Record(partition, offset, message.key(), message.value(), headers_of(message))

    def _forget_consumer(self) -> None:
        if self._consumer is not None:
            self._consumer.close()
        self._consumer, self._next, self._waiting = None, {}, []

    def _forget_producer(self) -> None:
        """What is still under way is not sent later, behind the back of whoever was told that it failed."""
        if self._producer is not None:
            self._producer.purge()
            self._producer.flush(1)
        self._producer = None
