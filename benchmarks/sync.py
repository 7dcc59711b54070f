"""How fast sync is: `python -m benchmarks.sync [EVENTS]` prints figures, on databases in a passing folder.

fresh         a new laptop reads all that the team has
week offline  a laptop with 500 commits of its own meets 3,000 of others, all on the same 100 cases

The log is in memory, so that the figures are those of the engine and the disk. `--profile` adds where the time goes.
"""

import cProfile
import pstats
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from store.domain import commands as c
from store.engine import CaseStore
from store.sync.round import Round, until_settled
from store.sync.team import join
from tests.domain.examples import kyb, kyc
from tests.sync.laptops import Line, MemoryLog


def main(events: int, *, profile: bool) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        _fresh(folder, events, profile=profile)
        _week_offline(folder, profile=profile)


def _fresh(folder: Path, events: int, *, profile: bool) -> None:
    log = MemoryLog(6)
    with _laptop(folder / "ana.sqlite3", log) as ana:
        while _count(ana, "pending_events") < events:
            _work(ana, 200)
        until_settled(ana, Line(log))
    with _laptop(folder / "new.sqlite3", log) as new:
        seconds, _ = _measured(lambda: until_settled(new, Line(log)), profile=profile)
        read, commits = _count(new, "events"), _count(new, "commits")
    _say(f"fresh: {read:,} events of {commits:,} commits in {seconds:.1f} s, {read / seconds:,.0f} events/s")


def _week_offline(folder: Path, *, profile: bool) -> None:
    log = MemoryLog(6)
    with _laptop(folder / "here.sqlite3", log) as here, _laptop(folder / "there.sqlite3", log) as there:
        with there.batch():
            cases = [there.execute(kyc(), actor="ben").case_id for _ in range(100)]
        until_settled(there, Line(log))
        until_settled(here, Line(log))
        with there.batch():
            for number in range(3_000):
                there.execute(c.AddNote(case_id=cases[number % 100], text=f"Theirs, {number}."), actor="ben")
        until_settled(there, Line(log))
        with here.batch():
            for number in range(500):
                here.execute(c.AddNote(case_id=cases[number % 100], text=f"Ours, {number}."), actor="ana")
        seconds, came_to = _measured(lambda: until_settled(here, Line(log)), profile=profile)
    _say(f"week offline: {seconds:.1f} s, {came_to.tally.accepted:,} accepted, {came_to.tally.run_again:,} run again")


def _work(store: CaseStore, cases: int) -> None:
    with store.batch():
        for number in range(cases):
            opened = store.execute(kyb() if number % 5 == 0 else kyc(), actor="ana")
            for each in range(3):
                store.execute(c.AddNote(case_id=opened.case_id, text=f"Note {each}."), actor="ana")
            store.execute(c.AssignCase(case_id=opened.case_id, assignee="ben"), actor="ana")


def _laptop(path: Path, log: MemoryLog) -> CaseStore:
    store = CaseStore.open(path, device=path.stem)
    join(store, Line(log))
    return store


def _count(store: CaseStore, table: str) -> int:
    return int(store.ask(lambda connection: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]))


def _measured(work: Callable[[], Round], *, profile: bool) -> tuple[float, Round]:
    profiler = cProfile.Profile()
    began, spent = perf_counter(), process_time()
    came_to = profiler.runcall(work) if profile else work()
    seconds = perf_counter() - began
    _say(f"({process_time() - spent:.1f} s of them on the processor)")
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(25)
    return seconds, came_to


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    main(numbers[0] if numbers else 10_000, profile="--profile" in sys.argv)
