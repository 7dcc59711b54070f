"""`caseworker sync --watch`, as the app runs it, on Apache Kafka: processes side by side on databases of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from store.domain import commands as c
from store.domain.statuses import RiskLevel
from store.engine.case_store import CaseStore
from store.log import get_all_events
from store.queries.audit import log_digest
from store.sync.connection import Connection
from store.sync.kafka import KafkaLog
from store.sync.relay import BATCH
from store.sync.round import until_settled
from store.sync.settings import COMMITS_TOPIC
from store.sync.team import join
from store.sync.topic_log import TopicLog
from store.sync.topics import DOMAIN_EVENTS, KYC_EVENTS, create_topics
from tests.conftest import REPOSITORY
from tests.domain.examples import kyc
from tests.kafka.conftest import make_topics
from tests.kafka.test_publishing import check_all_is_told_once_in_order, on

pytestmark = pytest.mark.kafka


@pytest.fixture
def configuration(connection: Connection, tmp_path: Path) -> Path:
    create_topics(connection, partitions=3)
    file = tmp_path / "team.toml"
    settings = connection.settings
    file.write_text(f'[kafka]\n"bootstrap.servers" = "{settings.servers}"\ntopic_prefix = "{settings.topic_prefix}"\n')
    return file


@pytest.fixture
def watches(configuration: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts `caseworker sync --watch` on a database; it is up to date when this returns."""
    with ExitStack() as ends:

        def start(database: Path, *more: str) -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "caseworker_tui", "--config", str(configuration), "--db", str(database)),
                    *("sync", "--watch", "--json", "--attached", *more),
                ],
                env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            ends.enter_context(process)  # closes its pipes
            ends.callback(process.kill)
            assert process.stdout
            for line in process.stdout:
                if json.loads(line)["state"] == "up_to_date":
                    break
            return process

        yield start


def wait_for(store: CaseStore, sql: str, *values: Any) -> None:
    deadline = monotonic() + 30
    while not store.query(lambda connection: connection.execute(sql, values).fetchone()):
        assert monotonic() < deadline, "it never came"
        sleep(0.01)


def test_what_is_done_on_one_is_on_the_other(
    watches: Callable[..., "subprocess.Popen[str]"], connection: Connection, tmp_path: Path
) -> None:
    processes = [watches(tmp_path / f"{name}.sqlite3") for name in ("ana", "ben")]
    with CaseStore.open(tmp_path / "ana.sqlite3") as ana, CaseStore.open(tmp_path / "ben.sqlite3") as ben:
        case_id = ana.execute(kyc(), actor="ana").case_id
        wait_for(ben, "SELECT 1 FROM cases WHERE case_id = ?", case_id)
        ben.execute(c.AssignCase(case_id=case_id, assignee="ben"), actor="ben")
        wait_for(ana, "SELECT 1 FROM cases WHERE case_id = ? AND assignee = 'ben'", case_id)
        message = (REPOSITORY / "sample_data" / "messages.jsonl").read_bytes().partition(b"\n")[0]
        producer = connection.producer()
        producer.produce(connection.topic(KYC_EVENTS.name), message)
        producer.flush(10)
        client = json.loads(message)["client_id"]
        for store in (ana, ben):
            wait_for(store, "SELECT 1 FROM cases WHERE client_id = ?", client)
        for process in processes:
            assert process.stdin
            process.stdin.close()  # whoever started it has ended
            assert process.wait(20) == 0


def test_the_relay_tells_everything_once_though_it_is_killed_while_it_publishes(
    watches: Callable[..., "subprocess.Popen[str]"], connection: Connection, tmp_path: Path
) -> None:
    database = tmp_path / "node.sqlite3"
    with CaseStore.open(database) as node, TopicLog(connection, DOMAIN_EVENTS.name) as topic:
        with node.batch():
            cases = [node.execute(kyc(), actor="ana").case_id for _ in range(50)]
            for number in range(4 * BATCH):
                node.execute(c.AddNote(case_id=cases[number % 50], text=f"Note {number}."), actor="ana")
        everything = len(list(node.query(get_all_events)))

        def in_the_topic() -> int:
            """Also what no transaction has confirmed yet."""
            return sum(span.end for span in topic.spans().values())

        process = watches(database, "--relay")
        deadline = monotonic() + 60
        while in_the_topic() <= BATCH:  # a whole transaction and more
            assert monotonic() < deadline, "nothing was told"
        process.kill()
        process.wait()
        assert in_the_topic() < everything, "it was killed too late"
        watches(database, "--relay")
        while len(on(connection, DOMAIN_EVENTS.name)) < everything:
            assert monotonic() < deadline, "not all was told"
        check_all_is_told_once_in_order(node, connection)


def test_a_week_offline(connection: Connection, tmp_path: Path) -> None:
    make_topics(connection, COMMITS_TOPIC)
    with (
        CaseStore.open(tmp_path / "ana.sqlite3", device="ana's") as ana,
        CaseStore.open(tmp_path / "ben.sqlite3", device="ben's") as ben,
        KafkaLog(connection) as anas_log,
        KafkaLog(connection) as bens_log,
    ):
        join(ana, anas_log)
        join(ben, bens_log)
        cases = [ben.execute(kyc(), actor="ben").case_id for _ in range(50)]
        until_settled(ben, bens_log)
        until_settled(ana, anas_log)
        with ben.batch():
            for number in range(3_000):
                ben.execute(c.AddNote(case_id=cases[number % 50], text=f"Theirs, {number}."), actor="ben")
            ben.execute(c.WithdrawCase(case_id=cases[0], reason="They went."), actor="ben")
        with ana.batch():
            for number in range(500):
                ana.execute(c.AddNote(case_id=cases[number % 50], text=f"Ours, {number}."), actor="ana")
            rating = c.RateRisk(case_id=cases[0], level=RiskLevel.LOW, reason="Known to us.")
            ana.execute(rating, actor="ana")
        until_settled(ben, bens_log)
        came_to = until_settled(ana, anas_log)
        assert (came_to.tally.accepted, came_to.pending) == (3_001 + 500, 0)
        assert came_to.tally.conflicts == 1, "a case that was withdrawn is not rated"
        until_settled(ben, bens_log)
        assert ana.query(log_digest) == ben.query(log_digest)
