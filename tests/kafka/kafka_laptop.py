"""A laptop of the team: a process of its own, with a database of its own, that does what a test tells it.

Started as `python -m tests.kafka.kafka_laptop PATH SERVERS PREFIX NAME`; each line is an order, and gets one as answer:

    {"do": {"command": …, "data": …}}  carry out a command       {"case_id": …}, {"refused": code}
    {"sync": rounds}                   so many rounds at most    {"accepted": …, "pending": …, "conflicts": …},
                                                                 {"unreachable": sentence}, {"stopped": code}
    {"relay": true}                    publish what is accepted  {"published": …}, {"stopped": code}
    {"notify": true}                   send what is due          {"sent": …}
    {"release": true}                  pass over all that can't be read        {"released": …}
    {"tell": true}                     all that laptops have alike, as a digest, and how much it is
    {"verify": true}                   also against the team's log     {"findings": […], "log_digest": …}
"""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

from store.domain.commands import COMMANDS
from store.domain.notification_rules import NotificationRule
from store.domain.operation import Command
from store.domain.refusals import Refusal
from store.domain.rules import Rules
from store.engine.case_store import CaseStore
from store.projections import PROJECTIONS
from store.queries.audit import log_digest, verify
from store.queries.team import quarantined_records
from store.sync.comparison import compare
from store.sync.connection import Connection
from store.sync.errors import FAILURES
from store.sync.kafka import KafkaLog
from store.sync.notifications import Notifications
from store.sync.quarantine import release_at
from store.sync.relay import Relay
from store.sync.round import sync_round
from store.sync.settings import flat_properties, read_settings
from store.sync.shared_log import SyncStopped, Unreachable
from store.sync.team import join

RULES: Final = Rules(
    notifications=(
        NotificationRule(rule_id="welcome", event_trigger="CASE_CREATED_KYC_STANDARD", notification_type="EMAIL"),
    )
)
RELAY_BATCH: Final = 20
"""Many transactions, so that a kill comes in the middle of some."""

ROOT: Final = Path(__file__).parents[2]


class Laptop:
    """The test's end of it."""

    def __init__(self, path: Path, connection: Connection, name: str) -> None:
        self.name = name
        self.path = path
        self._arguments = [str(path), connection.settings.servers, connection.settings.topic_prefix, name]
        self._process = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def does(self, command: Command, command_id: str | None = None) -> str:
        """The case on which it was done."""
        return str(self.tries(command, command_id)["case_id"])

    def tries(self, command: Command, command_id: str | None = None) -> dict[str, Any]:
        """The same for a command that may be refused."""
        return self.told(do=order_to(command, command_id))

    def syncs(self, rounds: int = 20) -> dict[str, Any]:
        return self.told(sync=rounds)

    def tells(self) -> dict[str, Any]:
        return self.told(tell=True)

    def told(self, **order: Any) -> dict[str, Any]:
        self.begins(**order)
        return self.answers()

    def begins(self, **order: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()

    def answers(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"{self.name}'s laptop has died"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.communicate()

    def restart(self) -> None:
        self.kill()
        self._process = self._start()

    def _start(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.kafka.kafka_laptop", *self._arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process


def order_to(command: Command, command_id: str | None = None) -> dict[str, Any]:
    data = command.model_dump(mode="json", exclude_defaults=True)
    return {"command": type(command).__name__, "data": data, "command_id": command_id}


def main(path: Path, servers: str, prefix: str, name: str) -> None:
    settings = read_settings(flat_properties({"bootstrap.servers": servers, "topic_prefix": prefix}))
    connection = Connection(settings)
    with (
        CaseStore.open(path, rules=RULES) as store,
        KafkaLog(connection) as log,
        Notifications(connection, store) as notifications,
        Relay(connection, store, batch=RELAY_BATCH) as relay,
    ):
        orders: dict[str, Callable[[Any], dict[str, Any]]] = {
            "do": lambda order: do(store, order, name),
            "sync": lambda rounds: sync(store, log, rounds),
            "relay": lambda _: publish(relay),
            "notify": lambda _: {"sent": notifications.send()},
            "release": lambda _: release_all(store),
            "tell": lambda _: tell(store),
            "verify": lambda _: verified(store, log),
        }
        say("ready")
        for line in sys.stdin:
            [(order, what)] = json.loads(line).items()
            say(json.dumps(orders[order](what)))


def do(store: CaseStore, order: dict[str, Any], name: str) -> dict[str, Any]:
    command = COMMANDS[order["command"]].model_validate(order["data"])
    try:
        return {"case_id": store.execute(command, command_id=order["command_id"], actor=name).case_id}
    except Refusal as refusal:
        return {"refused": refusal.code}


def sync(store: CaseStore, log: KafkaLog, rounds: int) -> dict[str, Any]:
    accepted = conflicts = 0
    try:
        if not store.query(lambda connection: connection.execute("SELECT 1 FROM team").fetchone()):
            join(store, log)
        for _ in range(rounds):
            came_to = sync_round(store, log)
            accepted += came_to.tally.accepted
            conflicts += came_to.tally.conflicts
            if not came_to.pending:
                break
    except Unreachable as error:
        return {"unreachable": str(error)}
    except SyncStopped as error:
        return {"stopped": error.code, "sentence": str(error)}
    return {"accepted": accepted, "pending": came_to.pending, "conflicts": conflicts}


def publish(relay: Relay) -> dict[str, Any]:
    try:
        return {"published": relay.publish()}
    except FAILURES as error:
        return {"stopped": getattr(error, "code", "unreachable"), "sentence": str(error)}


def tell(store: CaseStore) -> dict[str, Any]:
    def rows(sql: str) -> list[tuple[Any, ...]]:
        return store.query(lambda connection: connection.execute(sql).fetchall())

    tables = {
        "commits": rows("SELECT commit_id FROM commits ORDER BY case_id, position"),
        "rejected": rows("SELECT log_partition, log_offset, reason FROM rejected_records ORDER BY 1, 2"),
        **{
            each.table: rows(f"SELECT {', '.join(each.columns)} FROM {each.table} ORDER BY {', '.join(each.key)}")
            for each in PROJECTIONS
        },
    }
    [(pending,)] = rows("SELECT count(*) FROM pending_commits")
    return {
        "digest": sha256(json.dumps(tables).encode()).hexdigest(),
        "commits": len(tables["commits"]),
        "rejected": len(tables["rejected"]),
        "pending": pending,
    }


def release_all(store: CaseStore) -> dict[str, Any]:
    """Pass over each record that can't be read, and over those that come to light then."""
    released = 0
    while rests := store.query(quarantined_records):
        first = min(rests, key=lambda record: (record.log_partition, record.log_offset))
        release_at(store, first.log_partition, first.log_offset)
        released += 1
    return {"released": released}


def verified(store: CaseStore, log: KafkaLog) -> dict[str, Any]:
    found = [*store.query(findings), *compare(store, log).sentences]
    return {"findings": found, "log_digest": store.query(log_digest)}


def findings(connection: sqlite3.Connection) -> list[str]:
    return [finding.sentence for finding in verify(connection, lambda done, total: None)]


def say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
