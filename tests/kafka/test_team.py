"""Three laptops that share one history through Apache Kafka: processes that work offline, meet, and are killed."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Timer
from time import monotonic

import pytest

from store.domain import commands as c
from store.domain.statuses import RiskLevel
from store.sync.connection import Connection
from store.sync.settings import COMMITS_TOPIC
from tests.domain.examples import kyc
from tests.kafka.apache_kafka import ApacheKafka
from tests.kafka.conftest import delete_topic, make_topics
from tests.kafka.kafka_laptop import Laptop

pytestmark = pytest.mark.kafka


@pytest.fixture
def team(connection: Connection, tmp_path: Path) -> Iterator[list[Laptop]]:
    make_topics(connection, COMMITS_TOPIC)
    with ExitStack() as opened:
        names = ("ana", "ben", "cleo")
        yield [opened.enter_context(Laptop(tmp_path / f"{name}.sqlite3", connection, name)) for name in names]


def all_sync(*laptops: Laptop) -> None:
    """Rounds until everybody has everything; the cluster may have just come back."""
    deadline = monotonic() + 30
    for _ in range(3):
        for laptop in laptops:
            came_to = laptop.syncs()
            while "unreachable" in came_to and monotonic() < deadline:
                came_to = laptop.syncs()
            assert came_to["pending"] == 0, came_to


def assert_alike(*laptops: Laptop) -> dict[str, int]:
    """What all of them tell, which is the same."""
    first, *others = [laptop.tells() for laptop in laptops]
    assert first["pending"] == 0
    assert all(other == first for other in others)
    return first


def note(case_id: str, text: str) -> c.AddNote:
    return c.AddNote(case_id=case_id, text=text)


def test_laptops_that_worked_offline_meet(team: list[Laptop]) -> None:
    ana, _, cleo = team
    shared = ana.does(kyc(), "first")
    all_sync(*team)
    for laptop in team:
        laptop.does(kyc(), f"a case of {laptop.name}'s")
        for number in range(5):
            laptop.does(note(shared, f"{number} of {laptop.name}'s"))
    cleo.does(c.AssignCase(case_id=shared, assignee="cleo"))
    for laptop in team:
        laptop.begins(sync=20)
    assert [laptop.answers()["conflicts"] for laptop in team] == [0, 0, 0]
    all_sync(*team)
    assert assert_alike(*team)["commits"] == 1 + 3 + 15 + 1


def test_what_no_longer_holds_is_a_conflict_and_nothing_else_is(team: list[Laptop]) -> None:
    ana, ben, _ = team
    case_id = ana.does(kyc(), "first")
    all_sync(*team)
    ana.does(c.WithdrawCase(case_id=case_id, reason="they went elsewhere"))
    ben.does(note(case_id, "a note"))
    ben.does(c.RateRisk(case_id=case_id, level=RiskLevel.LOW, reason="known to us"))
    assert ana.syncs()["conflicts"] == 0
    assert ben.syncs()["conflicts"] == 1
    all_sync(*team)
    assert assert_alike(*team)["commits"] == 3


def test_a_laptop_that_comes_late_has_the_same_history(team: list[Laptop]) -> None:
    ana, ben, cleo = team
    for number in range(40):
        ana.does(kyc(), f"case {number}")
    all_sync(ana, ben)
    cleo.does(kyc(), "done before joining")
    assert cleo.syncs()["accepted"] == 41
    all_sync(*team)
    assert assert_alike(*team)["commits"] == 41


def test_a_broker_that_is_killed_in_the_middle_of_a_round_loses_and_doubles_nothing(
    own_broker: ApacheKafka, team: list[Laptop]
) -> None:
    ana, ben, _ = team
    case_id = ana.does(kyc(), "first")
    all_sync(*team)
    for number in range(300):
        ana.does(note(case_id, f"note {number}"))
        ben.does(kyc(), f"case {number}")
    killing, starting = Timer(0.2, own_broker.kill), Timer(1.0, own_broker.start)
    killing.start()
    starting.start()
    for laptop in (ana, ben):
        laptop.begins(sync=1)
    came_to = [laptop.answers() for laptop in (ana, ben)]
    killing.join()
    starting.join()
    assert all("stopped" not in each for each in came_to), came_to
    all_sync(*team)
    assert assert_alike(*team)["commits"] == 1 + 300 + 300


def test_a_laptop_that_is_killed_in_the_middle_of_a_round_goes_on_where_it_was(team: list[Laptop]) -> None:
    ana, ben, _ = team
    for number in range(300):
        ana.does(kyc(), f"case {number}")
        ben.does(kyc(), f"another {number}")
    ana.syncs()
    for delay in (0.02, 0.1, 0.2):
        ben.begins(sync=20)
        killing = Timer(delay, ben.kill)
        killing.start()
        killing.join()
        ben.restart()
    all_sync(*team)
    assert assert_alike(*team)["commits"] == 600


def test_a_topic_that_was_made_anew_stops_everybody(team: list[Laptop], connection: Connection) -> None:
    ana = team[0]
    ana.does(kyc(), "first")
    all_sync(*team)
    delete_topic(connection, COMMITS_TOPIC)
    make_topics(connection, COMMITS_TOPIC)
    ana.does(kyc(), "second")
    deadline = monotonic() + 20
    while "unreachable" in (answer := ana.syncs()):  # while the new topic has nobody to answer for it
        assert monotonic() < deadline
    assert answer.get("stopped") == "topic_recreated", answer
    assert "deleted and made again" in answer["sentence"]
    assert ana.tells()["pending"] == 1
