"""How fast a team is on Apache Kafka itself: on the cluster that `CASEWORKER_TEST_KAFKA=host:port` names, or on one
that is started for it, with java and mvn, as for the tests.

What is done in memory is done on the cluster as well, in the same run. Then two laptops watch, as the app has them do:
how long until what is done on one is on the other, and what watching costs while nobody does anything.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import Final
from uuid import uuid4

from benchmarks import sync
from benchmarks.app import KEYS, SETTLED_AFTER
from benchmarks.figures import Figure, Scale, at_least, at_most, number, p50, p95, ratio_at_most
from benchmarks.generate import ORDINARY, opening
from benchmarks.names import Names
from benchmarks.terminal import DOWN, UP, Terminal
from store.domain import commands as c
from store.engine.case_store import CaseStore
from store.sync.connection import Connection
from store.sync.kafka import KafkaLog
from store.sync.settings import flat_properties, read_settings
from store.sync.topics import create_topics
from tests.kafka.apache_kafka import ApacheKafka, given_cluster

_IDLE_SECONDS: Final = 10
_CASES: Final = 40


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """Raises `CantBeHad` where there is no Apache Kafka."""
    with _cluster(folder) as servers, ExitStack() as logs:

        def connect() -> sync.Connect:
            """A team of its own."""
            connection = _new_team(servers)
            return lambda: logs.enter_context(KafkaLog(connection))

        yield _fresh(scale, folder, connect())
        yield _week_offline(scale, folder, connect())
        yield from _watching(scale, folder, servers)


def _fresh(scale: Scale, folder: Path, connect: sync.Connect) -> Figure:
    ours, memory = (sync.fresh(_new(folder), scale.events, each) for each in (connect, sync.in_memory()))
    what = "kafka: a new laptop reads all that the team has"
    return Figure(what, ours.speed, "events/s", memory.speed, "the same in memory", at_least(8_000), ours.note)


def _week_offline(scale: Scale, folder: Path, connect: sync.Connect) -> Figure:
    theirs = min(3_000, scale.events)
    ours, memory = (sync.week_offline(_new(folder), theirs, each) for each in (connect, sync.in_memory()))
    what = "kafka: a week offline"
    return Figure(what, ours.seconds, "s", memory.seconds, "the same in memory", at_most(5), ours.note)


def _watching(scale: Scale, folder: Path, servers: str) -> Iterator[Figure]:
    connection, folder = _new_team(servers), _new(folder)
    configuration = folder / "team.toml"
    settings = {"bootstrap.servers": servers, "topic_prefix": connection.settings.topic_prefix}
    configuration.write_text("[kafka]\n" + "".join(f'"{key}" = "{value}"\n' for key, value in settings.items()))
    paths = [folder / f"{name}.sqlite3" for name in ("ana", "ben")]
    with ExitStack() as open_:
        processes = [open_.enter_context(_watch(configuration, path)) for path in paths]
        ana, ben = (open_.enter_context(CaseStore.open(path)) for path in paths)
        case_id = ana.execute(opening(Names(random.Random(1)), ORDINARY), actor="ana").case_id
        seconds = [_until_seen(ana, ben, case_id, turn) for turn in range(scale.rounds)][1:]
        yield Figure("kafka: until another laptop has it, median", median(seconds), "s", note=f"{len(seconds)} notes")
        late = quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
        yield Figure("kafka: until another laptop has it, 95 of 100", late, "s", target=at_most(1))
        if (before := _processor_seconds(processes[1])) is not None:
            sleep(_IDLE_SECONDS)
            spent = (_processor_seconds(processes[1]) or 0) - before
            share = 100 * spent / _IDLE_SECONDS
            yield Figure("kafka: `caseworker sync --watch` without work", share, "% of a core", target=at_most(1))
        yield _keys(scale, folder, configuration, ben)


def _keys(scale: Scale, folder: Path, configuration: Path, ben: CaseStore) -> Figure:
    """Up and down in the queue of an app that syncs, and of one that does not, while Ben writes ten notes a second."""
    opened = opening(Names(random.Random(2)), ORDINARY)
    # Not in a batch: on a busy machine it holds the database longer than Ben's sync waits for it, which ends then.
    cases = [ben.execute(opened, actor="ben").case_id for _ in range(_CASES)]
    alone = folder / "alone.sqlite3"
    ben.query(lambda connection: connection.execute("VACUUM INTO ?", (str(alone),)))
    syncs = ("--config", str(configuration), "--db", str(folder / "cara.sqlite3"))
    with (
        Terminal(("-m", "caseworker_tui", *syncs)) as on,
        Terminal(("-m", "caseworker_tui", "--db", str(alone))) as off,
    ):
        for terminal in (on, off):
            terminal.until(f"{_CASES + 1:,} cases")
        sleep(SETTLED_AFTER)
        took: dict[Terminal, list[float]] = {on: [], off: []}
        for turn in range(max(3, scale.rounds // KEYS)):
            ben.execute(c.AddNote(case_id=cases[turn % _CASES], text=f"Note {turn}."), actor="ben")
            for terminal, seconds in took.items():
                seconds.append(terminal.press(UP if turn % 2 else DOWN, ""))
            sleep(0.1)
    note = f"95 %: {number(p95(took[on]))} and {number(p95(took[off]))} ms"
    what, than = "kafka: cursor down in the queue, while sync brings others’ work", "the same without sync"
    return Figure(what, p50(took[on]), "ms", p50(took[off]), than, ratio_at_most(1.1), note)


@contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    if given := given_cluster():
        yield given
        return
    broker = ApacheKafka(_new(folder))
    broker.start()
    try:
        yield broker.bootstrap
    finally:
        broker.stop()


def _new_team(servers: str) -> Connection:
    prefix = f"benchmark-{uuid4().hex[:8]}-"
    connection = Connection(read_settings(flat_properties({"bootstrap.servers": servers, "topic_prefix": prefix})))
    create_topics(connection, partitions=sync.PARTITIONS)
    return connection


def _new(folder: Path) -> Path:
    made = folder / uuid4().hex[:8]
    made.mkdir()
    return made


@contextmanager
def _watch(configuration: Path, database: Path) -> Iterator["subprocess.Popen[str]"]:
    """`caseworker sync --watch` as the app runs it, up to date."""
    program = [sys.executable, "-m", "caseworker_tui", "--config", str(configuration), "--db", str(database)]
    process = subprocess.Popen(
        [*program, "sync", "--watch", "--json", "--attached"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout
            next(line for line in process.stdout if json.loads(line)["state"] == "up_to_date")
            yield process
            if process.poll() is not None:
                raise ChildProcessError(f"`caseworker sync --watch` ended by itself, with {process.returncode}")
        finally:
            process.kill()


def _until_seen(ana: CaseStore, ben: CaseStore, case_id: str, turn: int) -> float:
    """From when a note is written here until it is there."""
    text = f"Note {turn}."
    ana.execute(c.AddNote(case_id=case_id, text=text), actor="ana")
    began = perf_counter()
    while not ben.query(
        lambda connection: connection.execute("SELECT 1 FROM notes WHERE text = ?", (text,)).fetchone()
    ):
        if perf_counter() - began > 60:
            raise TimeoutError("what was done on one laptop never came to the other")
        sleep(0.002)
    return perf_counter() - began


def _processor_seconds(process: "subprocess.Popen[str]") -> float | None:
    """What a process has used of the processor; None where the system does not say (it does on Linux)."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
