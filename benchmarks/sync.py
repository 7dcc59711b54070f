"""How fast sync is. The log is in memory, so that the figures are those of the engine and the disk.

A new laptop reads all that the team has; and one with commits of its own, made in a week offline, meets six times as
many of others, all on the same cases.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Final, NamedTuple

from benchmarks.figures import Figure, Scale, number
from benchmarks.generate import ORDINARY, opening
from benchmarks.names import Names
from store.domain import commands as c
from store.engine.case_store import CaseStore
from store.sync.round import Round, until_settled
from store.sync.shared_log import Batch, Identity, Outgoing, Record, SharedLog, Span
from store.sync.team import join

PARTITIONS: Final = 6

Connect = Callable[[], SharedLog]
"""A laptop's way to the team's log."""


class MemoryLog:
    """A shared log that never fails. (The tests have one that does, when told to.)"""

    def __init__(self) -> None:
        self._records: list[list[Record]] = [[] for _ in range(PARTITIONS)]

    def identity(self) -> Identity:
        return Identity("benchmark", "benchmark", PARTITIONS)

    def spans(self) -> Mapping[int, Span]:
        return {partition: Span(0, len(records)) for partition, records in enumerate(self._records)}

    def read(self, positions: Mapping[int, int], until: Mapping[int, int], limit: int) -> Batch:
        found: list[Record] = []
        after = dict(positions)
        for partition, end in until.items():
            records = self._records[partition][positions[partition] : end][: limit - len(found)]
            after[partition] += len(records)
            found += records
        return Batch(found, after)

    def append(self, commits: Sequence[Outgoing]) -> Mapping[int, int]:
        ends = {}
        for each in commits:
            records = self._records[each.partition]
            records.append(Record(each.partition, len(records), each.key, each.value))
            ends[each.partition] = len(records)
        return ends


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    read = fresh(folder, scale.events, in_memory())
    yield Figure("sync: a new laptop reads all that the team has", read.speed, "events/s", note=read.note)
    week = week_offline(folder, min(3_000, scale.events), in_memory())
    yield Figure("sync: a week offline", week.seconds, "s", note=week.note)


def in_memory() -> Connect:
    log = MemoryLog()
    return lambda: log


class Measured(NamedTuple):
    """How long it took until all was settled, and at how many events a second; `note` says what it was."""

    seconds: float
    speed: float
    note: str


def fresh(folder: Path, events: int, connect: Connect) -> Measured:
    """A new laptop reads all that another has sent."""
    names = Names(random.Random(1))
    log = connect()
    with _laptop(folder / "ana.sqlite3", log) as ana:
        while _count(ana, "pending_events") < events:
            _work(ana, names, 200)
        until_settled(ana, log)
    log = connect()
    with _laptop(folder / "new.sqlite3", log) as new:
        seconds, processor, _ = _measured(new, log)
        read, commits = _count(new, "events"), _count(new, "commits")
    note = f"{read:,} events of {commits:,} commits, {number(processor)} of {number(seconds)} s on the processor"
    return Measured(seconds, read / seconds, note)


def week_offline(folder: Path, theirs: int, connect: Connect) -> Measured:
    """A laptop with commits of its own meets six times as many of another."""
    names, ours = Names(random.Random(1)), theirs // 6
    log, other = connect(), connect()
    with _laptop(folder / "here.sqlite3", log) as here, _laptop(folder / "there.sqlite3", other) as there:
        with there.batch():
            cases = [there.execute(opening(names, ORDINARY), actor="ben").case_id for _ in range(100)]
        until_settled(there, other)
        until_settled(here, log)
        _write_notes(there, cases, theirs, "ben")
        until_settled(there, other)
        _write_notes(here, cases, ours, "ana")
        seconds, processor, came_to = _measured(here, log)
    note = (
        f"{ours:,} commits meet {theirs:,} on the same cases: {came_to.tally.accepted:,} accepted,"
        f" {came_to.tally.run_again:,} run again, {number(processor)} s on the processor"
    )
    return Measured(seconds, (theirs + ours) / seconds, note)


def _work(store: CaseStore, names: Names, cases: int) -> None:
    with store.batch():
        for _ in range(cases):
            opened = store.execute(opening(names, ORDINARY), actor="ana")
            for each in range(3):
                store.execute(c.AddNote(case_id=opened.case_id, text=f"Note {each}."), actor="ana")
            store.execute(c.AssignCase(case_id=opened.case_id, assignee="ben"), actor="ana")


def _write_notes(store: CaseStore, cases: Sequence[str], count: int, actor: str) -> None:
    with store.batch():
        for turn in range(count):
            note = c.AddNote(case_id=cases[turn % len(cases)], text=f"Of {actor}, {turn}.")
            store.execute(note, actor=actor)


def _laptop(path: Path, log: SharedLog) -> CaseStore:
    store = CaseStore.open(path, device=path.stem)
    join(store, log)
    return store


def _count(store: CaseStore, table: str) -> int:
    return int(store.query(lambda connection: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]))


def _measured(store: CaseStore, log: SharedLog) -> tuple[float, float, Round]:
    """The seconds until it is settled, those of them on the processor, and what it came to."""
    began, spent = perf_counter(), process_time()
    came_to = until_settled(store, log)
    return perf_counter() - began, process_time() - spent, came_to
