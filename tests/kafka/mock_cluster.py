"""librdkafka's mock cluster, for tests: inside the library itself, with nothing to install, and faults on demand.

It can be reached by other processes. What it can't: admin calls that ask the controller, so that a topic has no id;
transactions and idempotence are protocol only, so that it is the place where duplicates are made.
"""

import ctypes
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import confluent_kafka
from confluent_kafka import Producer

_BROKER: Final = 1


class Request(IntEnum):
    """Kinds of requests (Kafka's protocol, API keys)."""

    PRODUCE = 0
    FETCH = 1
    LIST_OFFSETS = 2
    METADATA = 3


class MockCluster:
    """One broker. It ends with the object."""

    def __init__(self) -> None:
        self._owner: Producer | None = Producer(
            {"bootstrap.servers": "replaced", "test.mock.num.brokers": 1, "log_level": 0}
        )
        self._library = _librdkafka()
        # A Python object's own fields come first, and librdkafka's handle right behind.
        handle = ctypes.c_void_p.from_address(id(self._owner) + object.__basicsize__)
        self._cluster = self._call("rd_kafka_handle_mock_cluster", handle, returns=ctypes.c_void_p)
        assert self._cluster, "there is no mock cluster behind the producer"
        self.bootstrap = self._call(
            "rd_kafka_mock_cluster_bootstraps", ctypes.c_void_p(self._cluster), returns=ctypes.c_char_p
        ).decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._owner = None

    def create_topic(self, name: str, partitions: int) -> None:
        self._ask("rd_kafka_mock_topic_create", name.encode(), partitions, 1)

    def leave_leaderless(self, topic: str, partition: int) -> None:
        """As while the broker that led it starts again."""
        self._ask("rd_kafka_mock_partition_set_leader", topic.encode(), partition, -1)

    def take_down(self) -> None:
        """Connections end, and new ones are not answered, until `bring_up`."""
        self._ask("rd_kafka_mock_broker_set_down", _BROKER)

    def bring_up(self) -> None:
        self._ask("rd_kafka_mock_broker_set_up", _BROKER)

    def slow_down(self, milliseconds: int) -> None:
        """Each answer takes so long."""
        self._ask("rd_kafka_mock_broker_set_rtt", _BROKER, milliseconds)

    def fail(self, request: Request, *codes: int) -> None:
        """The next requests of a kind are answered with these errors. `NOT_ENOUGH_REPLICAS_AFTER_APPEND` is the one
        that appends all the same: a lost acknowledgement."""
        self._call(
            "rd_kafka_mock_push_request_errors_array",
            ctypes.c_void_p(self._cluster),
            ctypes.c_int16(request),
            ctypes.c_size_t(len(codes)),
            (ctypes.c_int * len(codes))(*codes),
            returns=None,
        )

    def _ask(self, function: str, *arguments: Any) -> None:
        error = self._call(function, ctypes.c_void_p(self._cluster), *arguments, returns=ctypes.c_int)
        assert not error, f"{function} answered {error}"

    def _call(self, function: str, *arguments: Any, returns: Any) -> Any:
        call = getattr(self._library, function)
        call.restype = returns
        return call(*arguments)


def _librdkafka() -> ctypes.CDLL:
    """The library that confluent_kafka has loaded: beside it in the wheel, wherever the platform's tool puts it."""
    package = Path(confluent_kafka.__file__).parent
    folders = (package.with_name("confluent_kafka.libs"), package / ".dylibs")
    (path,) = (path for folder in folders for path in folder.glob("*rdkafka*") if "++" not in path.name)
    return ctypes.CDLL(str(path))
