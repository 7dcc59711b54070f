"""Cases from topic `kyc_events`, which the team shares: one member of the consumer group reads each message.

The offset is committed when the result of a message is in the database. So a message may come again, to this laptop or
to another. It is the same command then, and makes one case. A message that can't become a case goes to the dead
letters, here and on topic `kyc_events.dlq`, before the offset is committed. No message is skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from store.clock import Clock, system_clock
from store.closing import Closing
from store.domain.refusals import Refusal
from store.engine.case_store import CaseStore
from store.sync.connection import DELIVERY_SECONDS, REQUEST_SECONDS, Connection, arrived, headers_of, is_end
from store.sync.dead_letters import DeadLetter, keep, mark_published, unpublished
from store.sync.intake_messages import Original, Place, Unreadable, read
from store.sync.messages import trace_of
from store.sync.topics import DEAD_LETTERS, KYC_EVENTS

GROUP: Final = "caseworker-intake"

BATCH: Final = 100

_MOVED_ON: Final = frozenset(
    {
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.FENCED_INSTANCE_ID,
        KafkaError._ASSIGNMENT_LOST,
        KafkaError._NO_OFFSET,
        KafkaError._STATE,
    }
)
"""Errors that mean that another member reads on in our place. It reads the same messages again, without harm."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The results of messages. `already_known` counts those that had made a case before."""

    cases: int = 0
    already_known: int = 0
    dead_letters: int = 0

    def __bool__(self) -> bool:
        return bool(self.cases or self.already_known or self.dead_letters)


class Intake(Closing):
    """A member of the team's group. For one thread; it joins at the first `take`, and leaves at `close`."""

    def __init__(self, connection: Connection, store: CaseStore, *, actor: str, clock: Clock = system_clock) -> None:
        self._connection = connection
        self._store = store
        self._actor = actor
        self._clock = clock
        self._topic = connection.topic(KYC_EVENTS.name)
        self._topic_id = ""
        self._consumer: Consumer | None = None
        self._producer: Producer | None = None
        self._failure: KafkaError | None = None

    def close(self) -> None:
        if self._consumer is not None:
            self._consumer.close()
        if self._producer is not None:
            self._producer.purge()
            self._producer.flush(1)
        self._consumer = self._producer = self._failure = None

    def take(self, seconds: float) -> Taken:
        """Wait this many seconds for messages, and make cases of those that come.

        Raises one of `store.sync.errors.FAILURES`, or a `store.errors.StoreError` when the database fails. The
        messages come again then.
        """
        try:
            messages = [message for message in self._arrived(seconds) if not is_end(message)]
            for message in messages:
                if (error := message.error()) is not None:
                    raise self._connection.error(error, f"to read {self._topic}")
            taken = self._make_cases(messages) if messages else Taken()
            self._publish_dead_letters()
            self._commit(messages)
        except BaseException:
            self.close()  # the next call reads on from the committed offsets
            raise
        return taken

    def _arrived(self, seconds: float) -> list[Message]:
        if self._consumer is None:
            self._topic_id = self._connection.topic_id(self._connection.admin(), self._topic)
            self._consumer = self._connection.consumer(self._connection.topic(GROUP))
            self._consumer.subscribe([self._topic], on_assign=self._begin)
        with self._connection.translated(f"to read {self._topic}"):
            messages = arrived(self._consumer, BATCH, seconds)
        if self._failure is not None:
            raise self._connection.error(self._failure, f"to read {self._topic}")
        return messages

    def _begin(self, consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        """Begin at the offsets that the group has committed, or at the beginning of a partition without one."""
        try:
            committed = consumer.committed(list(partitions), timeout=REQUEST_SECONDS)
        except KafkaException as error:  # also when the group forms anew while this member leaves
            self._failure = error.args[0]  # `take` raises it; librdkafka would not pass it on whole
            consumer.assign([])
            return
        consumer.assign(
            [
                TopicPartition(each.topic, each.partition, OFFSET_BEGINNING if each.offset < 0 else each.offset)
                for each in committed
            ]
        )

    def _make_cases(self, messages: Sequence[Message]) -> Taken:
        cases = known = dead = 0
        with self._store.batch():
            for message in messages:
                original = self._original(message)
                try:
                    command_id, command = read(original)
                    receipt = self._store.execute(
                        command,
                        command_id=command_id,
                        actor=self._actor,
                        correlation_id=trace_of(original.headers),
                    )
                except (Unreadable, Refusal) as error:
                    self._store.change(keep, original, str(error), self._clock())
                    dead += 1
                else:
                    known += receipt.repeated
                    cases += not receipt.repeated
        return Taken(cases, known, dead)

    def _original(self, message: Message) -> Original:
        partition, offset = message.partition(), message.offset()
        assert partition is not None
        assert offset is not None
        place = Place(self._topic, self._topic_id, partition, offset)
        return Original(place, message.key(), message.value() or b"", headers_of(message))

    def _publish_dead_letters(self) -> None:
        """Publish all dead letters that are not published yet, also those of before a crash.

        A crash between publishing and the note of it publishes them twice.
        """
        letters = self._store.query(unpublished)
        if not letters:
            return
        topic = self._connection.topic(DEAD_LETTERS.name)
        doing = f"to write to {topic}"
        failures: list[KafkaError] = []

        def told(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        self._producer = self._producer or self._connection.producer()
        with self._connection.translated(doing, self._producer):
            for letter in letters:
                original = letter.original
                self._producer.produce(
                    topic, original.value, key=original.key, headers=_headers(letter), on_delivery=told
                )
            left = self._producer.flush(DELIVERY_SECONDS)
        if failures or left:
            raise self._connection.error(failures[0] if failures else KafkaError(KafkaError._MSG_TIMED_OUT), doing)
        self._store.change(mark_published, letters)

    def _commit(self, messages: Sequence[Message]) -> None:
        next_: dict[int, int] = {}
        for message in messages:
            place = self._original(message).place
            next_[place.partition] = max(next_.get(place.partition, 0), place.offset + 1)
        if not next_:
            return
        assert self._consumer is not None
        offsets = [TopicPartition(self._topic, partition, offset) for partition, offset in next_.items()]
        with self._connection.translated(f"to commit what was read of {self._topic}"):
            try:
                self._consumer.commit(offsets=offsets, asynchronous=False)
            except KafkaException as error:
                if error.args[0].code() not in _MOVED_ON:
                    raise


def _headers(letter: DeadLetter) -> list[tuple[str, str | bytes | None]]:
    """The headers of the message as it came, the reason, and the place of the message."""
    place = letter.original.place
    return [
        *letter.original.headers,
        ("dlq_reason", letter.reason.encode()),
        ("dlq_topic", place.topic.encode()),
        ("dlq_partition", str(place.partition).encode()),
        ("dlq_offset", str(place.offset).encode()),
    ]
