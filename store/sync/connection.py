"""Clients of the cluster, made with the settings of the team, whose every failure is one of `store.sync.errors`.

librdkafka works in threads of its own and retries by itself. What keeps it from succeeding it tells on the side, so
an operation that has run out of time is explained by what was heard meanwhile. It would also write to the terminal,
which would wreck the screen: all it says goes to the logger `store.sync.kafka` instead, without secrets, and nowhere
if nobody listens there.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicCollection
from confluent_kafka.admin import AdminClient, ClusterMetadata

from store.sync.errors import (
    ClusterError,
    NotAllowed,
    NotAuthenticated,
    Replaced,
    SettingsWrong,
    TooLarge,
    TopicChanged,
    TopicMissing,
)
from store.sync.settings import Settings
from store.sync.shared_log import Unreachable

REQUEST_SECONDS: Final = 10.0
"""How long a question to the cluster may take."""

DELIVERY_SECONDS: Final = 30.0
"""How long it may take until a record that was sent is acknowledged."""

_MEMORY_SECONDS: Final = 15.0
"""How long what was heard on the side may explain a failure."""

_logger: Final = logging.getLogger("store.sync.kafka")
_logger.addHandler(logging.NullHandler())

_DEFAULTS: Final[Mapping[str, Any]] = {
    "client.id": "caseworker",
    # back within moments of the network, without a storm while it is away
    "reconnect.backoff.max.ms": 2_000,
    "socket.connection.setup.timeout.ms": 8_000,
}

_BY_CODE: Final[Mapping[int, tuple[type[ClusterError | Unreachable], str]]] = {
    **dict.fromkeys(
        (KafkaError._AUTHENTICATION, KafkaError.SASL_AUTHENTICATION_FAILED),
        (
            NotAuthenticated,
            "The cluster {servers} does not let us in: check the user name and password in [kafka] ({detail}).",
        ),
    ),
    KafkaError._SSL: (
        NotAuthenticated,
        "There is no trust between us and the cluster {servers}: check kafka.ssl.ca.location and the names in its"
        " certificate ({detail}).",
    ),
    **dict.fromkeys(
        (
            KafkaError.TOPIC_AUTHORIZATION_FAILED,
            KafkaError.GROUP_AUTHORIZATION_FAILED,
            KafkaError.CLUSTER_AUTHORIZATION_FAILED,
            KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        ),
        (
            NotAllowed,
            "The cluster {servers} does not allow us {doing}: `caseworker sync --check` tells which permissions are"
            " needed ({detail}).",
        ),
    ),
    **dict.fromkeys(
        (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION),
        (
            TopicMissing,
            "The cluster {servers} has no such topic or partition: `caseworker sync --create-topics` makes what is"
            " missing ({detail}).",
        ),
    ),
    **dict.fromkeys(
        (
            KafkaError._AUTO_OFFSET_RESET,
            KafkaError.OFFSET_OUT_OF_RANGE,
            KafkaError.UNKNOWN_TOPIC_ID,
            KafkaError._LOG_TRUNCATION,
        ),
        (
            TopicChanged,
            "A topic of the cluster {servers} no longer holds what we had read up to: it was cut off or made anew."
            " Nothing was skipped; ask whoever runs the cluster ({detail}).",
        ),
    ),
    **dict.fromkeys(
        (KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE),
        (
            TooLarge,
            "A record is larger than the cluster {servers} takes: raise max.message.bytes of the topic ({detail}).",
        ),
    ),
    **dict.fromkeys(
        (KafkaError._FENCED, KafkaError.INVALID_PRODUCER_EPOCH, KafkaError.PRODUCER_FENCED),
        (Replaced, "Another node has taken over what only one may do for the team at a time: this one has stopped."),
    ),
    KafkaError._INVALID_ARG: (SettingsWrong, "A setting in [kafka] is wrong: {detail}."),
    KafkaError._RESOLVE: (Unreachable, "The cluster {servers} can't be found: check the name and the network."),
    **dict.fromkeys(
        (
            KafkaError._TRANSPORT,
            KafkaError._ALL_BROKERS_DOWN,
            KafkaError._TIMED_OUT,
            KafkaError._MSG_TIMED_OUT,
            KafkaError._TIMED_OUT_QUEUE,
            KafkaError._WAIT_COORD,
            KafkaError._PURGE_QUEUE,
            KafkaError._PURGE_INFLIGHT,
            KafkaError.REQUEST_TIMED_OUT,
            KafkaError.NETWORK_EXCEPTION,
            KafkaError.LEADER_NOT_AVAILABLE,
            KafkaError._NOENT,  # the library finds no leader of a partition, as while its broker starts
            KafkaError.FENCED_LEADER_EPOCH,  # a broker that has just come back and what we knew of it, either way
            KafkaError.UNKNOWN_LEADER_EPOCH,
            KafkaError.OFFSET_NOT_AVAILABLE,
            KafkaError.NOT_LEADER_FOR_PARTITION,
            KafkaError.BROKER_NOT_AVAILABLE,
            KafkaError.NOT_ENOUGH_REPLICAS,
            KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            KafkaError.COORDINATOR_NOT_AVAILABLE,
            KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
            KafkaError.NOT_COORDINATOR,
        ),
        (Unreachable, "The cluster {servers} can't be reached {doing}: work goes on, and is synced when it is back."),
    ),
}
_SAYS_LITTLE: Final = frozenset(code for code, (kind, _) in _BY_CODE.items() if kind is Unreachable)
"""Codes that say only that something did not happen in time, but not why."""


class Connection:
    """What clients of one cluster share. Making one asks nothing of the cluster."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._heard: tuple[float, KafkaError] | None = None

    def topic(self, name: str) -> str:
        """A topic or group as it is called on the cluster."""
        return self.settings.topic_prefix + name

    def admin(self) -> AdminClient:
        with self.translated("to make a client"):
            return AdminClient(self._configuration({}))

    def producer(self, **own: Any) -> Producer:
        """A producer that does not send twice, in order, acknowledged by all replicas in sync."""
        certain = {
            "enable.idempotence": True,
            "acks": "all",
            "message.timeout.ms": int(DELIVERY_SECONDS * 1000),
            "topic.metadata.propagation.max.ms": 5_000,  # how long a topic that is missing may yet turn up
        }
        with self.translated("to make a client"):
            return Producer(self._configuration(certain | own))

    def consumer(self, group: str, **own: Any) -> Consumer:
        """A consumer that commits nothing by itself and is never sent to another place than it asked for."""
        certain = {
            "group.id": group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "error",
            "enable.partition.eof": True,
        }
        with self.translated("to make a client"):
            return Consumer(self._configuration(certain | own))

    def error(self, error: KafkaError, doing: str, about: str = "") -> ClusterError | Unreachable:
        """What librdkafka says as a sentence; `doing` completes "can't be reached …" and "does not allow us …"."""
        code = error.code()
        if code in _SAYS_LITTLE and (heard := self._recently_heard()) is not None:
            error, code = heard, heard.code()
        detail = ": ".join(filter(None, (about, error.str().strip().rstrip("."))))
        kind, sentence = _BY_CODE.get(
            code, (ClusterError, "The cluster {servers} answered with an error when asked {doing}: {detail}.")
        )
        return kind(self.settings.redacted(sentence.format(servers=self.settings.servers, doing=doing, detail=detail)))

    def metadata(self, admin: AdminClient, doing: str, topic: str | None = None) -> ClusterMetadata:
        """The brokers and topics of the cluster. That we are not let in is told without waiting to the end."""
        deadline, patience = monotonic() + REQUEST_SECONDS, 1.0
        while True:
            try:
                with self.translated(doing, admin):
                    arguments: dict[str, Any] = {} if topic is None else {"topic": topic}
                    return admin.list_topics(**arguments, timeout=min(patience, max(deadline - monotonic(), 0.1)))
            except Unreachable:
                if monotonic() > deadline:
                    raise
                patience *= 2

    def topic_id(self, admin: AdminClient, topic: str) -> str:
        """The id that the cluster gave a topic when it was made."""
        with self.translated(f"to describe {topic}", admin):
            described = admin.describe_topics(TopicCollection([topic]), request_timeout=REQUEST_SECONDS)
            return str(described[topic].result(REQUEST_SECONDS).topic_id)

    @contextmanager
    def translated(self, doing: str, client: AdminClient | Producer | None = None) -> Iterator[None]:
        """Turns what a client raises into one of `FAILURES`; `client` is asked what it has heard meanwhile."""
        try:
            yield
        except KafkaException as error:
            if client is not None:
                client.poll(0)
            raise self.error(error.args[0], doing) from error
        except TimeoutError as error:  # of a future that librdkafka does not resolve in the time that it was given
            raise self.error(KafkaError(KafkaError._TIMED_OUT), doing) from error

    def _configuration(self, own: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **_DEFAULTS,
            **self.settings.properties,
            **own,
            "error_cb": self._hear,
            "logger": _Redacting(_logger, {"settings": self.settings}),
        }

    def _hear(self, error: KafkaError) -> None:
        """Remember what explains a failure best: that we are not let in says more than that nobody answers."""
        heard = self._recently_heard()
        if heard is None or heard.code() in _SAYS_LITTLE:
            self._heard = (monotonic(), error)

    def _recently_heard(self) -> KafkaError | None:
        if self._heard is None or monotonic() - self._heard[0] > _MEMORY_SECONDS:
            return None
        return self._heard[1]


def arrived(consumer: Consumer, most: int, seconds: float) -> list[Message]:
    """What has come for a consumer, as soon as something has; nothing if nothing does in time."""
    first = consumer.poll(seconds)
    return [] if first is None else [first, *consumer.consume(most - 1, 0)]


def is_end(message: Message) -> bool:
    """Whether this is no record but the news that a partition has been read to its end."""
    error = message.error()
    return error is not None and error.code() == KafkaError._PARTITION_EOF


def headers_of(message: Message) -> tuple[tuple[str, bytes | None], ...]:
    headers: Any = message.headers() or ()  # a list of pairs, when they were received
    return tuple(headers)


class _Redacting(logging.LoggerAdapter[logging.Logger]):
    """Passes on what librdkafka says, in one piece and without secrets."""

    def log(self, level: int, msg: object, *args: object, **_: Any) -> None:
        settings = self.extra["settings"] if self.extra else None
        text = str(msg) % args if args else str(msg)
        self.logger.log(level, "%s", settings.redacted(text) if isinstance(settings, Settings) else text)
