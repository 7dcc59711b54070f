"""A shared log in a file, which outlives the laptop that is killed, and what such a laptop does."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from store.engine.case_store import CaseStore
from store.sync.round import sync_round
from store.sync.shared_log import Batch, Identity, Outgoing, Record, Span
from store.sync.team import join
from tests.domain.examples import kyc
from tests.sync.memory_team import RULES, MemoryLog, note

ROUNDS: Final = 8
EACH: Final = 4
"""Commands between two rounds."""


class LogInAFile:
    """It takes records one by one, as a cluster does: a laptop that is killed as it pushes has pushed some of them."""

    def __init__(self, path: Path, partitions: int = 3) -> None:
        self._path = path
        self._partitions = partitions
        if not path.exists():
            with self._open() as connection:
                connection.execute(
                    "CREATE TABLE records (log_partition, log_offset, key, value, UNIQUE (log_partition, log_offset))"
                )

    def _open(self) -> "closing[sqlite3.Connection]":
        return closing(sqlite3.connect(self._path, isolation_level=None))

    def identity(self) -> Identity:
        return Identity("cluster", "topic", self._partitions)

    def spans(self) -> Mapping[int, Span]:
        with self._open() as connection:
            ends = dict(connection.execute("SELECT log_partition, count(*) FROM records GROUP BY log_partition"))
        return {partition: Span(0, ends.get(partition, 0)) for partition in range(self._partitions)}

    def read(self, positions: Mapping[int, int], until: Mapping[int, int], limit: int) -> Batch:
        found: list[Record] = []
        after = dict(positions)
        for record in self.all():
            if positions[record.partition] <= record.offset < until.get(record.partition, 0) and len(found) < limit:
                found.append(record)
                after[record.partition] = record.offset + 1
        return Batch(found, after)

    def append(self, commits: Sequence[Outgoing]) -> Mapping[int, int]:
        for each in commits:
            self.add(each.partition, each.key, each.value)
        return {each.partition: self.spans()[each.partition].end for each in commits}

    def add(self, partition: int, key: bytes | None, value: bytes | None) -> None:
        with self._open() as connection:
            connection.execute(
                "INSERT INTO records SELECT ?1, count(*), ?2, ?3 FROM records WHERE log_partition = ?1",
                (partition, key, value),
            )

    def all(self) -> Iterator[Record]:
        with self._open() as connection:
            yield from (
                Record(*row) for row in connection.execute("SELECT * FROM records ORDER BY log_partition, log_offset")
            )

    def in_memory(self) -> MemoryLog:
        """The same records, for laptops that nobody kills."""
        log = MemoryLog(self._partitions)
        for record in self.all():
            log.add(record.partition, record.key, record.value)
        return log


def work_and_sync(database: Path, log: Path) -> None:
    """Commands of this laptop's own and on the cases of the others, with a round after every few, until all are
    accepted. Each is told as soon as it is durable."""
    shared = LogInAFile(log)
    with CaseStore.open(database, rules=RULES) as store:
        join(store, shared)
        sync_round(store, shared)
        of_others = [case_id for (case_id,) in store.query(_cases)]
        for number in range(ROUNDS):
            for each in range(EACH):
                command_id = f"ana-{number}-{each}"
                command = note(of_others[number % len(of_others)], command_id) if each % 2 else kyc()
                store.execute(command, command_id=command_id, actor="ana")
                print(command_id, flush=True)  # noqa: T201
            sync_round(store, shared, batch=5)
        while sync_round(store, shared).pending:
            pass


def _cases(connection: sqlite3.Connection) -> list[tuple[str]]:
    """Those that were there before: in an order that does not depend on how far an earlier run came."""
    return connection.execute(
        "SELECT DISTINCT case_id FROM commits WHERE actor = 'ben' AND parent IS NULL ORDER BY case_id"
    ).fetchall()


def team_log(path: Path, records: MemoryLog) -> None:
    """A log in a file that holds these records."""
    log = LogInAFile(path, records.partitions)
    for record in records.all():
        log.add(record.partition, record.key, record.value)
