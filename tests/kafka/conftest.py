"""Clusters for tests: a mock one for each test, and one of Apache Kafka for all of them."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import count
from time import monotonic
from typing import Any, Final

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from store.sync import connection as connection_module
from store.sync import topic_log as topic_log_module
from store.sync.connection import Connection
from store.sync.settings import COMMITS_TOPIC, flat_properties, read_settings
from store.sync.topic_log import TopicLog
from tests.kafka.apache_kafka import ApacheKafka, CantBeHad, given_cluster
from tests.kafka.mock_cluster import MockCluster

PARTITIONS: Final = 3

_MISSING: Final = pytest.StashKey[str]()
_numbers = count(1)


class MockConnection(Connection):
    """The mock cluster knows no ids of topics: it can't be asked for one."""

    made_anew = 0

    def topic_id(self, admin: AdminClient, topic: str) -> str:
        return f"mocked {topic} {self.made_anew}"


@pytest.fixture
def mock_cluster() -> Iterator[MockCluster]:
    with MockCluster() as cluster:
        cluster.create_topic(COMMITS_TOPIC, PARTITIONS)
        yield cluster


@pytest.fixture
def mock_log(mock_cluster: MockCluster) -> Iterator[TopicLog]:
    with TopicLog(mock_connection_to(mock_cluster.bootstrap), COMMITS_TOPIC) as log:
        yield log


@pytest.fixture(scope="session")
def own_broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    """Apache Kafka, started for these tests. Whoever kills it starts it again."""
    if given_cluster():
        pytest.skip("CASEWORKER_TEST_KAFKA names a cluster, which is not ours to configure, kill and restart")
    try:
        broker = ApacheKafka(tmp_path_factory.mktemp("apache-kafka"))
        broker.start()
    except CantBeHad as error:
        request.config.stash[_MISSING] = str(error)
        pytest.skip(f"Apache Kafka can't be had here: {error}")
    try:
        yield broker
    finally:
        broker.stop()


@pytest.fixture(scope="session")
def bootstrap(request: pytest.FixtureRequest) -> str:
    """The address of Apache Kafka."""
    if cluster := given_cluster():
        return cluster
    broker: ApacheKafka = request.getfixturevalue("own_broker")
    return broker.bootstrap


@pytest.fixture
def connection(bootstrap: str) -> Connection:
    """To Apache Kafka, with topics for this test alone; there are none yet."""
    return connection_to(bootstrap, topic_prefix=new_prefix())


@pytest.fixture
def log(connection: Connection) -> Iterator[TopicLog]:
    """An empty log on Apache Kafka."""
    make_topics(connection, COMMITS_TOPIC)
    with TopicLog(connection, COMMITS_TOPIC) as log:
        yield log


def connection_to(servers: str, **more: str) -> Connection:
    return Connection(read_settings(flat_properties({"bootstrap.servers": servers, **more})))


def mock_connection_to(servers: str, **more: str) -> MockConnection:
    return MockConnection(connection_to(servers, **more).settings)


def new_prefix() -> str:
    return f"test-{os.getpid()}-{next(_numbers)}-"


def make_topics(
    connection: Connection, *names: str, partitions: int = PARTITIONS, settings: Mapping[str, str] | None = None
) -> None:
    config = {"retention.ms": "-1", **(settings or {})}
    topics = [NewTopic(connection.topic(name), partitions, config=config) for name in names]
    administer(connection, lambda admin: admin.create_topics(topics))
    admin, deadline = connection.admin(), monotonic() + 20
    while any(admin.list_topics(topic.topic, timeout=20).topics[topic.topic].error for topic in topics):
        assert monotonic() < deadline, "the brokers do not see the new topics"


def delete_topic(connection: Connection, name: str) -> None:
    administer(connection, lambda admin: admin.delete_topics([connection.topic(name)]))


@contextmanager
def impatience() -> Iterator[None]:
    """The time in which to see that nobody answers."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (connection_module, topic_log_module):
            patch.setattr(module, "REQUEST_SECONDS", 0.5)
            patch.setattr(module, "DELIVERY_SECONDS", 0.5)
        yield


def administer(connection: Connection, ask: Callable[[AdminClient], Mapping[Any, Future[Any]]]) -> None:
    admin = connection.admin()  # its answers come for as long as it is there
    for answer in ask(admin).values():
        answer.result(20)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    """What was not tested is said where nobody overlooks it: last of all."""
    yield
    if missing := config.stash.get(_MISSING, None):
        terminalreporter.write_sep("!", "NOT TESTED ON APACHE KAFKA", red=True, bold=True)
        terminalreporter.write_line(f"{missing}.")
        terminalreporter.write_line("CASEWORKER_TEST_KAFKA=host:port uses a cluster that is there.")
