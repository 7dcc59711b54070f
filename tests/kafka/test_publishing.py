"""What is told to other services is told exactly once, whatever breaks off at whatever moment."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import Any

import pytest
from confluent_kafka import TopicPartition

from store.domain import commands as c
from store.engine.case_store import CaseStore
from store.log import get_all_events
from store.sync.connection import Connection
from store.sync.errors import Replaced, TopicChanged
from store.sync.kafka import KafkaLog
from store.sync.notifications import Notifications
from store.sync.relay import Relay
from store.sync.round import sync_round
from store.sync.settings import COMMITS_TOPIC
from store.sync.shared_log import Unreachable
from store.sync.team import join
from store.sync.topic_log import Received, TopicLog
from store.sync.topics import DOMAIN_EVENTS, NOTIFICATIONS
from store.sync.transactions import Transactions
from tests.domain.examples import kyb, kyc
from tests.kafka.apache_kafka import ApacheKafka
from tests.kafka.conftest import administer, delete_topic, make_topics
from tests.kafka.kafka_laptop import RULES, Laptop
from tests.kafka.test_log import ends, read
from tests.store.stores import open_store

pytestmark = pytest.mark.kafka


@pytest.fixture
def connection(connection: Connection) -> Connection:
    make_topics(connection, COMMITS_TOPIC, DOMAIN_EVENTS.name, NOTIFICATIONS.name)
    return connection


@pytest.fixture
def store(database: Path, connection: Connection) -> Iterator[CaseStore]:
    """That of a laptop which has joined the team."""
    with open_store(database, rules=RULES) as store, KafkaLog(connection) as log:
        join(store, log)
        yield store


@pytest.fixture
def accepted(store: CaseStore, connection: Connection) -> Callable[..., list[str]]:
    """Carries out commands and has them accepted; the cases."""

    def accepted(*commands: c.Command) -> list[str]:
        cases = [store.execute(command, actor="ana").case_id for command in commands]
        with KafkaLog(connection) as log:
            assert sync_round(store, log).pending == 0
        return cases

    return accepted


def on(connection: Connection, topic: str) -> list[Received]:
    """What readers of committed records see, as soon as the cluster answers: it may have just come back."""
    deadline = monotonic() + 30
    while True:
        try:
            with TopicLog(connection, topic) as log:
                return read(log, dict.fromkeys(ends(log), 0))
        except Unreachable:
            if monotonic() > deadline:
                raise


def bodies(records: list[Received]) -> list[dict[str, Any]]:
    return [json.loads(record.value or b"") for record in records]


def check_all_is_told_once_in_order(store: CaseStore, connection: Connection) -> None:
    """That topic `domain_events` has each accepted event once, and those of each aggregate in order."""
    records = on(connection, DOMAIN_EVENTS.name)
    told = bodies(records)
    events = [event.as_json() for event in store.query(get_all_events)]
    assert sorted(each["event_id"] for each in told) == sorted(str(each["event_id"]) for each in events)
    versions: dict[tuple[int, str], list[int]] = {}
    for record, each in zip(records, told, strict=True):
        assert record.key == each["aggregate_id"].encode()
        versions.setdefault((record.partition, each["aggregate_id"]), []).append(each["version"])
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())


class Crash(BaseException):
    """As if the power had gone."""


def crash(*_: object) -> None:
    raise Crash


class TestNotifications:
    def sent(self, connection: Connection) -> list[str]:
        return sorted(body["notification_id"] for body in bodies(on(connection, NOTIFICATIONS.name)))

    def test_are_sent_once_they_are_accepted(
        self, store: CaseStore, connection: Connection, accepted: Callable[..., list[str]]
    ) -> None:
        with Notifications(connection, store) as notifications:
            store.execute(kyc(), actor="ana")
            assert notifications.send() == 0
            accepted(kyc(), kyb())
            assert notifications.send() == 2
            assert notifications.send() == 0
        assert len(set(self.sent(connection))) == len(self.sent(connection)) == 2

    def test_are_sent_by_the_one_who_did_it(
        self, connection: Connection, accepted: Callable[..., list[str]], tmp_path: Path
    ) -> None:
        accepted(kyc())
        with open_store(tmp_path / "another.sqlite3", rules=RULES) as another, KafkaLog(connection) as log:
            join(another, log)
            assert sync_round(another, log).tally.accepted == 1
            with Notifications(connection, another) as notifications:
                assert notifications.send() == 0

    @pytest.mark.parametrize("when", ["before anything is sent", "while it is sent", "after it is sent"])
    def test_are_sent_once_through_a_crash(
        self,
        when: str,
        store: CaseStore,
        connection: Connection,
        accepted: Callable[..., list[str]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        accepted(kyc())
        with Notifications(connection, store) as notifications:
            assert notifications.send() == 1
            accepted(kyc(), kyc())
            with monkeypatch.context() as patch:
                if when == "before anything is sent":
                    patch.setattr(Transactions, "send", crash)
                elif when == "while it is sent":
                    patch.setattr("store.sync.transactions.DELIVERY_SECONDS", None)  # what the commit stumbles over
                else:
                    patch.setattr("store.sync.notifications.mark_sent", crash)
                with pytest.raises((Crash, TypeError)):
                    notifications.send()
        before = self.sent(connection)
        assert len(before) == (3 if when == "after it is sent" else 1)
        with Notifications(connection, store) as restarted:
            assert restarted.send() == 3 - len(before)
            assert restarted.send() == 0
        assert len(set(self.sent(connection))) == len(self.sent(connection)) == 3

    def test_of_two_databases_do_not_hinder_one_another(
        self, store: CaseStore, connection: Connection, tmp_path: Path
    ) -> None:
        with (
            open_store(tmp_path / "another.sqlite3", rules=RULES) as another,
            KafkaLog(connection) as log,
            Notifications(connection, store) as first,
            Notifications(connection, another) as second,
        ):
            join(another, log)
            for laptop, notifications in ((store, first), (another, second)) * 2:
                laptop.execute(kyc(), actor="ana")
                sync_round(laptop, log)
                assert notifications.send() == 1
        assert len(set(self.sent(connection))) == 4


class TestTheRelay:
    def test_tells_what_is_accepted_and_nothing_else(
        self, store: CaseStore, connection: Connection, accepted: Callable[..., list[str]]
    ) -> None:
        [case_id, _] = accepted(kyc(), kyb())
        with Relay(connection, store) as relay:
            assert relay.publish() > 0
            assert relay.publish() == 0
            store.execute(c.AddNote(case_id=case_id, text="not accepted yet"), actor="ana")
            assert relay.publish() == 0
            accepted(c.AddNote(case_id=case_id, text="accepted"))
            assert relay.publish() == 2
        check_all_is_told_once_in_order(store, connection)

    def test_goes_on_where_it_was_wherever_it_starts_again(
        self, store: CaseStore, connection: Connection, accepted: Callable[..., list[str]], tmp_path: Path
    ) -> None:
        accepted(kyc(), kyb())
        with Relay(connection, store) as relay:
            relay.publish()
        accepted(kyc())
        with open_store(tmp_path / "server.sqlite3") as server, KafkaLog(connection) as log:
            join(server, log)
            with Relay(connection, server) as relay:
                assert relay.publish() == 0  # it has read nothing of the team's log yet
                sync_round(server, log)
                assert relay.publish() > 0
            check_all_is_told_once_in_order(server, connection)

    def test_is_one_at_a_time(
        self, store: CaseStore, connection: Connection, accepted: Callable[..., list[str]]
    ) -> None:
        accepted(kyc())
        with Relay(connection, store) as first, Relay(connection, store) as second:
            first.publish()
            second.publish()
            accepted(kyc())
            with pytest.raises(Replaced, match="has taken over"):
                first.publish()
            second.publish()
        check_all_is_told_once_in_order(store, connection)

    def test_begins_again_on_a_topic_that_was_made_anew(
        self, store: CaseStore, connection: Connection, accepted: Callable[..., list[str]]
    ) -> None:
        accepted(kyc())
        with Relay(connection, store) as relay:
            relay.publish()
            delete_topic(connection, DOMAIN_EVENTS.name)
            make_topics(connection, DOMAIN_EVENTS.name)
            accepted(kyc())
            relay.publish()
        check_all_is_told_once_in_order(store, connection)

    def test_does_not_guess_what_a_topic_has_held(
        self, store: CaseStore, connection: Connection, accepted: Callable[..., list[str]]
    ) -> None:
        accepted(kyc())
        with Relay(connection, store) as relay:
            relay.publish()
        name = connection.topic(DOMAIN_EVENTS.name)
        [partition, *_] = {record.partition for record in on(connection, DOMAIN_EVENTS.name)}
        administer(connection, lambda admin: admin.delete_records([TopicPartition(name, partition, 1)]))
        with Relay(connection, store) as relay, pytest.raises(TopicChanged, match="has lost its first records"):
            relay.publish()

    def test_tells_everything_once_though_its_node_is_killed_again_and_again(
        self, connection: Connection, tmp_path: Path
    ) -> None:
        with ExitStack() as opened:
            ana, node, another = (
                opened.enter_context(Laptop(tmp_path / f"{name}.sqlite3", connection, name))
                for name in ("ana", "node", "another")
            )
            for number in range(150):
                ana.does(kyc(), f"case {number}")
            for laptop in (ana, node, another):
                assert laptop.syncs()["pending"] == 0
            for delay in (0.3, 0.5, 0.7):
                node.begins(relay=True)
                killing = Timer(delay, node.kill)
                killing.start()
                killing.join()
                node.restart()
            another.told(relay=True)
            assert another.told(relay=True) == {"published": 0}
            another.kill()
            with open_store(tmp_path / "another.sqlite3") as store:
                check_all_is_told_once_in_order(store, connection)

    def test_tells_everything_once_though_the_broker_is_killed(
        self, own_broker: ApacheKafka, store: CaseStore, connection: Connection, accepted: Callable[..., list[str]]
    ) -> None:
        accepted(*[kyc() for _ in range(300)])
        with Relay(connection, store) as relay:
            killing, starting = Timer(0.2, own_broker.kill), Timer(0.8, own_broker.start)
            killing.start()
            starting.start()
            try:
                relay.publish()
            except Unreachable:
                pass
            finally:
                killing.join()
                starting.join()
            relay.publish()
        check_all_is_told_once_in_order(store, connection)
