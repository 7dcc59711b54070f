"""kill -9 at any moment, whatever the process is at: real processes, which hear nothing of it.

After each kill all is there that was acknowledged, what had begun is there or not, `verify` is silent, and the next run
ends as one that nothing befell, with nothing of the killed one left beside the database.
"""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from store.engine.case_store import CaseStore
from tests.domain.examples import kyc
from tests.hostile.forks import KILLED, Order
from tests.hostile.jobs import (
    JOBS,
    Benches,
    acknowledged_by,
    check_it_ends_as_undisturbed,
    check_what_is_there,
)
from tests.hostile.synced import EACH, ROUNDS, LogInAFile, team_log
from tests.store.stores import connection_of, findings, open_store, rows
from tests.sync.memory_team import RULES, Laptop, Line, MemoryLog, a_laptop, note
from tests.trials import trials

MOST_KILLS: Final = 3
"""In a row, before the work may go on to its end."""


@pytest.mark.deep
@pytest.mark.parametrize("name", JOBS)
def test_of_a_killed_process(name: str, benches: Benches) -> None:
    expected = benches.undisturbed(name)
    for random in trials(little=1, much=50):
        with benches.bench(name) as folder:
            acknowledged: set[str] = set()
            for _ in range(random.randint(1, MOST_KILLS)):
                after = random.uniform(0, 1.1 * expected.ran.seconds)
                ran = benches.forks.run(JOBS[name].order(folder, kill_after=after))
                assert ran.code in (KILLED, expected.ran.code, JOBS[name].code_when_done), ran.err
                acknowledged |= acknowledged_by(name, ran, expected)
                now = check_what_is_there(folder, acknowledged, expected)
                assert now.commits == expected.after.commits[: len(now.commits)], "nothing comes before what it follows"
            check_it_ends_as_undisturbed(folder, name, benches)


@pytest.mark.deep
def test_of_a_killed_process_that_syncs(benches: Benches, tmp_path: Path) -> None:
    """In its own program, on a log in a file; on Apache Kafka itself there are kills in tests/kafka."""
    template = tmp_path / "log"
    team_log(template, log_of_ben())
    undisturbed = benches.forks.run(sync_in(tmp_path / "undisturbed", template))
    assert undisturbed.code == 0, undisturbed.err
    for number, random in enumerate(trials(little=1, much=40)):
        folder = tmp_path / str(number)
        order, told = sync_in(folder, template), set[str]()
        for _ in range(random.randint(1, MOST_KILLS)):
            ran = benches.forks.run(replace(order, kill_after=random.uniform(0, 1.1 * undisturbed.seconds)))
            assert ran.code in (KILLED, 0), ran.err
            told |= set(ran.out[: ran.out.rfind("\n") + 1].split())
            check_a_laptop(folder, told)
        ran = benches.forks.run(order)
        assert ran.code == 0, ran.err
        check_it_agrees_with_the_team(folder)
        shutil.rmtree(folder)


def log_of_ben() -> MemoryLog:
    """Cases of his own, on which both work."""
    log = MemoryLog()
    ben = a_laptop("ben", log)
    for number in range(5):
        case_id = ben.does(kyc(), f"ben-{number}").case_id
        for each in range(3):
            ben.does(note(case_id), f"ben-{number}-{each}")
    ben.syncs()
    return log


def sync_in(folder: Path, template: Path) -> Order:
    folder.mkdir()
    log = shutil.copy(template, folder / "log")
    return Order((str(folder / "cases.sqlite3"), str(log)), task="sync")


def check_a_laptop(folder: Path, told: set[str]) -> None:
    """Every command that was told to be done is there, once, accepted or pending."""
    copy = shutil.copytree(folder, folder / "copy")
    if (copy / "cases.sqlite3").exists() and (copy / "cases.sqlite3").stat().st_size:
        with open_store(copy / "cases.sqlite3", create=False) as store:
            assert findings(store) == []
            done = rows(
                connection_of(store), "SELECT command_id FROM commits UNION ALL SELECT command_id FROM pending_commits"
            )
        assert len(set(done)) == len(done)
        assert told <= {command_id for (command_id,) in done}
    else:
        assert not told
    shutil.rmtree(copy)


def check_it_agrees_with_the_team(folder: Path) -> None:
    """All of its commands are accepted, once, and somebody who reads the log afresh has the same."""
    log = LogInAFile(folder / "log").in_memory()
    newcomer = a_laptop("cleo", log)
    newcomer.syncs()
    with CaseStore.open(folder / "cases.sqlite3", create=False, rules=RULES) as store:
        ana = Laptop("ana", store, Line(log))
        assert ana.findings() == []
        assert ana.ids("commits") == {*BY_ANA, *newcomer.ids("commits")}
        assert ana.ids("pending_commits") == ana.ids("conflicts") == set()
        assert ana.everything() == newcomer.everything()


BY_ANA: Final = {f"ana-{number}-{each}" for number in range(ROUNDS) for each in range(EACH)}
