"""Records sent all or none: Kafka transactions of one sender at a time, whoever it is and wherever it starts again.

A sender takes over from the one before it with the same name: what that one left half done is undone, or completed if
it had been decided, and that one can send nothing more. So after `take_over` what readers of committed records see is
all that was ever sent.
"""

from collections.abc import Callable, Sequence
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from store.sync.connection import DELIVERY_SECONDS, Connection
from store.sync.errors import FAILURES
from store.sync.topic_log import ToSend

TRANSACTION_SECONDS: Final = 60
"""After this long without an end, the cluster undoes a transaction by itself."""


class Transactions:
    """For one thread. Raises one of `store.sync.errors.FAILURES`; then only `take_over` tells what was sent."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = connection.topic(name)
        self._producer: Producer | None = None

    @property
    def in_charge(self) -> bool:
        """Whether nobody has taken over since, and nothing has failed, as far as we know."""
        return self._producer is not None

    def take_over(self) -> None:
        self.close()
        producer = self._connection.producer(
            **{
                "transactional.id": self._name,
                "transaction.timeout.ms": TRANSACTION_SECONDS * 1000,
            }
        )
        with self._connection.translated("to begin sending", producer):
            producer.init_transactions(DELIVERY_SECONDS)
        self._producer = producer

    def send(self, topic: str, records: Sequence[ToSend]) -> None:
        """All of them, in order for each key, or none."""
        producer = self._producer
        if producer is None:
            raise RuntimeError("nobody sends before having taken over")
        doing = f"to write to {topic}"
        failures: list[KafkaError] = []

        def told(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        try:
            with self._connection.translated(doing, producer):
                producer.begin_transaction()
                for record in records:
                    self._produce(producer, topic, record, told)
                producer.commit_transaction(DELIVERY_SECONDS)
        except FAILURES as error:
            self.close()
            if failures and failures[0].code() not in (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT):
                raise self._connection.error(failures[0], doing) from error
            raise

    def close(self) -> None:
        """Without a word: a transaction that is under way is undone by whoever takes over, or in a minute."""
        if self._producer is not None:
            self._producer.purge()
            self._producer.flush(0)
        self._producer = None

    @staticmethod
    def _produce(
        producer: Producer, topic: str, record: ToSend, told: Callable[[KafkaError | None, Message], None]
    ) -> None:
        headers: list[tuple[str, str | bytes | None]] = list(record.headers)
        for _ in range(int(DELIVERY_SECONDS * 10)):
            try:
                producer.produce(topic, record.value, key=record.key, headers=headers, on_delivery=told)
            except BufferError:  # its queue is full: acknowledgements make room
                producer.poll(0.1)
            else:
                return
        raise KafkaException(KafkaError(KafkaError._MSG_TIMED_OUT))
