"""What the tests of sync work with: a shared log in memory that misbehaves when told to, and laptops that share it."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from store.domain import commands as c
from store.domain.notification_rules import NotificationRule
from store.domain.operation import Command
from store.domain.refusals import Refusal
from store.domain.rules import Rules
from store.engine.case_store import CaseStore, Receipt
from store.projections import PROJECTIONS
from store.queries.audit import verify
from store.sync.partition import partition_of
from store.sync.round import Round, sync_round
from store.sync.shared_log import Batch, Identity, Outgoing, Record, Span, Unreachable
from store.sync.team import join
from tests.store.stores import START, Clock, Rows, connection_of, quiet, rows

RULES = Rules(
    documents=(),
    notifications=(
        NotificationRule(rule_id="welcome", event_trigger="CASE_CREATED_KYC_STANDARD", notification_type="EMAIL"),
    ),
)


@dataclass
class MemoryLog:
    """A shared log that keeps what it is given, and an order in each partition."""

    partitions: int = 3
    cluster_id: str = "cluster"
    topic_id: str = "topic"
    records: dict[int, list[tuple[bytes | None, bytes | None]]] = field(default_factory=dict)
    start: dict[int, int] = field(default_factory=dict)
    on_the_way: list[list[Outgoing]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for partition in range(self.partitions):
            self.records.setdefault(partition, [])

    def add(self, partition: int, key: bytes | None, value: bytes | None) -> int:
        """The offset behind the new record."""
        self.records[partition].append((key, value))
        return len(self.records[partition])

    def add_for(self, case_id: str, value: bytes | None) -> None:
        """Whatever anybody puts where the records of a case are."""
        self.add(partition_of(case_id, self.partitions), case_id.encode(), value)

    def arrive(self) -> None:
        """What was on its way longest arrives."""
        if self.on_the_way:
            for each in self.on_the_way.pop(0):
                self.add(each.partition, each.key, each.value)

    def all(self) -> Iterator[Record]:
        for partition, held in self.records.items():
            for offset, (key, value) in enumerate(held):
                yield Record(partition, offset, key, value)


@dataclass
class Line:
    """One laptop's connection to the log, with the faults that are due."""

    log: MemoryLog
    faults: list[str] = field(default_factory=list)
    again: int = 0
    """How many records before the one that was asked for are delivered once more."""
    meanwhile: "Laptop | None" = None
    """Who gets ahead of this one between its pull and its push."""

    def _fails(self, *kinds: str) -> str | None:
        if self.faults and self.faults[0] in kinds:
            return self.faults.pop(0)
        return None

    def identity(self) -> Identity:
        return Identity(self.log.cluster_id, self.log.topic_id, self.log.partitions)

    def spans(self) -> Mapping[int, Span]:
        if self._fails("down"):
            raise Unreachable
        return {p: Span(self.log.start.get(p, 0), len(held)) for p, held in self.log.records.items()}

    def read(self, positions: Mapping[int, int], until: Mapping[int, int], limit: int) -> Batch:
        if self._fails("read fails"):
            raise Unreachable
        found: list[Record] = []
        after = dict(positions)
        for partition in sorted(until):
            begin = max(0, positions[partition] - self.again)
            for offset in range(begin, until[partition]):
                if offset >= positions[partition]:
                    if len(found) >= limit:
                        break
                    after[partition] = offset + 1
                found.append(Record(partition, offset, *self.log.records[partition][offset]))
        return Batch(found, after)

    def append(self, commits: Sequence[Outgoing]) -> Mapping[int, int]:
        if self.meanwhile:
            other, self.meanwhile = self.meanwhile, None
            if other.line is not self:
                other.syncs()
        fault = self._fails("refused", "ack lost", "half", "late")
        if fault == "refused":
            raise Unreachable
        if fault == "late":
            self.log.on_the_way.append(list(commits))
            raise Unreachable
        taken = commits[: len(commits) // 2] if fault == "half" else commits
        ends = {each.partition: self.log.add(each.partition, each.key, each.value) for each in taken}
        if fault:
            raise Unreachable
        return ends


@dataclass
class Laptop:
    """A store and its line to the log."""

    name: str
    store: CaseStore
    line: Line

    def does(self, command: Command, command_id: str | None = None) -> Receipt:
        return self.store.execute(command, command_id=command_id, actor=self.name)

    def tries(self, command: Command, command_id: str | None = None) -> Receipt | str:
        """The receipt, or the code of the refusal."""
        try:
            return self.does(command, command_id)
        except Refusal as refusal:
            return refusal.code

    def syncs(self, *faults: str, batch: int = 500) -> Round:
        self.line.faults = list(faults)
        return sync_round(self.store, self.line, batch=batch)

    def rows(self, sql: str, *values: object) -> Rows:
        return rows(connection_of(self.store), sql, values)

    def ids(self, table: str) -> set[str]:
        """The command ids in a table."""
        return {command_id for (command_id,) in self.rows(f"SELECT command_id FROM {table}")}

    def findings(self) -> list[str]:
        return [finding.sentence for finding in verify(connection_of(self.store), quiet)]

    def cursors(self) -> dict[int, int]:
        return dict(self.rows("SELECT log_partition, next_offset FROM cursors"))

    def accepted(self) -> dict[str, Rows]:
        """Each case's accepted commits with their events, in order, without positions: those are this laptop's own."""
        events: dict[int, Rows] = {}
        for _, of_commit, *event in self.rows("SELECT * FROM events ORDER BY position"):
            events.setdefault(of_commit, []).append(tuple(event))
        cases: dict[str, Rows] = {}
        for position, *commit in self.rows("SELECT * FROM commits ORDER BY position"):
            cases.setdefault(str(commit[2]), []).append((*commit, *events.get(position, ())))
        return dict(sorted(cases.items()))

    def rejected(self) -> Rows:
        return self.rows("SELECT * FROM rejected_records ORDER BY log_partition, log_offset")

    def read_tables(self) -> dict[str, Rows]:
        return {
            p.table: self.rows(f"SELECT {', '.join(p.columns)} FROM {p.table} ORDER BY {', '.join(p.key)}")
            for p in PROJECTIONS
        }

    def everything(self) -> dict[str, Any]:
        """All that laptops which have read as far have alike, when nothing is pending."""
        return {"accepted": self.accepted(), "rejected": self.rejected(), **self.read_tables()}


@cache
def _a_database(joined: Identity | None) -> bytes:
    """A database as `CaseStore.open` makes it, to begin with in memory."""
    with TemporaryDirectory() as folder, CaseStore.open(Path(folder) / "cases.sqlite3") as store:
        if joined:
            join(store, Line(MemoryLog(joined.partitions, joined.cluster_id, joined.topic_id)))
        connection = connection_of(store)
        connection.execute("PRAGMA journal_mode = DELETE")
        return connection.serialize()


def a_laptop(
    name: str, log: MemoryLog, *, joined: bool = True, rules: Rules = RULES, device: str | None = None
) -> Laptop:
    """A laptop whose database is in memory. The clocks of two laptops never agree."""
    line = Line(log)
    connection = _in_memory(_a_database(line.identity() if joined else None))
    connection.execute("UPDATE device SET id = ?", (name,))
    clock = Clock(START + timedelta(milliseconds=sum(name.encode())))
    device = f"laptop-of-{name}" if device is None else device
    store = CaseStore(connection, Path(f"{name}.sqlite3"), clock=clock, device=device, rules=rules)
    return Laptop(name, store, line)


def copy_of(laptop: Laptop, *, device: str | None = None) -> Laptop:
    """A copy of a laptop's database as it is now: put away as a backup, or worked with on another machine.

    The time goes on, whichever of them looks at it.
    """
    store = laptop.store
    connection = _in_memory(connection_of(store).serialize())
    device = store.device if device is None else device
    copied = CaseStore(connection, store.path, clock=store.clock, device=device, rules=store.rules)
    return Laptop(laptop.name, copied, Line(laptop.line.log))


def _in_memory(database: bytes) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(database)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def all_sync(*laptops: Laptop) -> None:
    """Rounds until nobody has anything left to push, and everybody has read it all."""
    for _ in range(20):
        if sum(laptop.syncs().pending for laptop in laptops) == 0:
            break
    for laptop in laptops:
        laptop.syncs()


def note(case_id: str, text: str = "They called.") -> Command:
    return c.AddNote(case_id=case_id, text=text)


def another_id(value: bytes, **changes: object) -> bytes:
    """A record changed by hand, its commit id left as it was."""
    return json.dumps({**json.loads(value), **changes}).encode()
