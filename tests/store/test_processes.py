"""Several processes on one file, and processes that die: nothing acknowledged is lost, and verify stays silent."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from store.domain.operation import Command
from store.queries.queue import queue_length
from tests.domain.examples import DIRECTOR, kyb, kyc
from tests.store.another_process import ROOT, Worker
from tests.store.stores import connection_of, documents, findings, findings_in, open_store, rows, uploaded

STREAMS = 40
RACES = 30


def order(command: Command, **more: str) -> str:
    data = command.model_dump(mode="json", exclude_defaults=True)
    return json.dumps({"command": type(command).__name__, "data": data, **more})


@pytest.fixture
def two(database: Path) -> Any:
    """Two processes that wait for orders on one database."""
    open_store(database).close()
    with Worker("obey", database) as one, Worker("obey", database) as other:
        yield one, other


def test_two_processes_writing_at_once(two: tuple[Worker, Worker], database: Path) -> None:
    """All commands are carried out, once each, although the two ask for the same ones half of the time."""
    for index in range(STREAMS):
        for name, worker in zip(("one", "other"), two, strict=True):
            worker.told(order(kyb(DIRECTOR), command_id=f"{name}-{index}"))
            worker.told(order(kyc(), command_id=f"both-{index}"))
    answers = [worker.hears() for worker in two for _ in range(2 * STREAMS)]
    assert Counter(answer.get("repeated") for answer in answers) == {False: 3 * STREAMS, True: STREAMS}
    with open_store(database) as store:
        assert store.query(queue_length) == 3 * STREAMS
        assert findings(store) == []


def test_exactly_one_of_two_wins_a_race_for_the_same_case(two: tuple[Worker, Worker], database: Path) -> None:
    winners: Counter[str] = Counter()
    with open_store(database) as store:
        for _ in range(RACES):
            opened = store.execute(kyc(), actor="ana")
            passport, address = documents(store, opened.case_id)
            for worker, document in zip(two, (passport, address), strict=True):
                command = uploaded(document.document_requirement_id)
                worker.told(order(command, expected_head=opened.commit_id))
            answers = [worker.hears() for worker in two]
            assert sorted(answer.get("refused", "won") for answer in answers) == ["stale", "won"]
            winners["one" if "case_id" in answers[0] else "other"] += 1
            statuses = [document.status for document in documents(store, opened.case_id)]
            assert sorted(statuses) == ["AWAITING_UPLOAD", "UPLOADED"]
        assert sum(winners.values()) == RACES
        assert findings(store) == []


def test_without_expected_head_both_moves_of_different_documents_hold(
    two: tuple[Worker, Worker], database: Path
) -> None:
    with open_store(database) as store:
        opened = store.execute(kyc(), actor="ana")
        for worker, document in zip(two, documents(store, opened.case_id), strict=True):
            worker.told(order(uploaded(document.document_requirement_id)))
        assert [worker.hears().get("case_id") for worker in two] == [opened.case_id] * 2
        assert {document.status for document in documents(store, opened.case_id)} == {"UPLOADED"}
        assert findings(store) == []


def test_a_move_that_two_make_at_once_is_made_once(two: tuple[Worker, Worker], database: Path) -> None:
    with open_store(database) as store:
        opened = store.execute(kyc(), actor="ana")
        passport, _ = documents(store, opened.case_id)
        for worker in two:
            worker.told(order(uploaded(passport.document_requirement_id)))
        answers = [worker.hears().get("refused", "moved") for worker in two]
        assert sorted(answers) == ["forbidden_move", "moved"]


def test_many_processes_creating_the_same_new_file_at_once(tmp_path: Path) -> None:
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker("create", tmp_path)) for _ in range(3)]
        for index in range(25):
            path = tmp_path / f"{index}.sqlite3"
            for worker in workers:
                worker.told(str(path))
            assert [worker.hears() for worker in workers] == ["opened"] * 3
            assert findings_in(path) == []


class TestAKilledWriter:
    """kill -9 within a command; tests/hostile/test_kills.py has it at any moment of all that writes."""

    @pytest.mark.parametrize("moment", ["BEGIN", "INSERT INTO commits", "INSERT INTO events", "UPDATE cases", "COMMIT"])
    def test_leaves_all_or_nothing_at_each_step_of_a_command(self, database: Path, moment: str) -> None:
        """The process dies as SQLite begins the statement."""
        with open_store(database) as store:
            before = rows(connection_of(store), "SELECT * FROM commits")
        die_within_a_command(database, moment)
        with open_store(database) as store:
            assert rows(connection_of(store), "SELECT * FROM commits") == before
            assert rows(connection_of(store), "SELECT * FROM events") == []
            assert findings(store) == []
            store.execute(kyc(), command_id="again")
            assert findings(store) == []


def die_within_a_command(database: Path, moment: str) -> None:
    program = f"""
import os, signal
from pathlib import Path
from store.engine.case_store import CaseStore
from tests.domain.examples import kyc
store = CaseStore.open(Path({str(database)!r}))
def trace(sql):
    if sql.startswith({moment!r}):
        os.kill(os.getpid(), signal.SIGKILL)
store.query(lambda connection: connection.set_trace_callback(trace))
store.execute(kyc(), command_id="one")
"""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=30, check=False
    )
    assert result.returncode == -signal.SIGKILL


def test_a_writer_does_not_wait_for_readers(database: Path) -> None:
    with open_store(database) as store, open_store(database) as reader:
        store.execute(kyc())
        connection = connection_of(reader)
        connection.execute("BEGIN")
        assert queue_length(connection) == 1
        store.execute(kyc())
        assert queue_length(connection) == 1, "a reader keeps its view"
        connection.execute("ROLLBACK")
        assert queue_length(connection) == 2


def test_a_store_is_for_one_thread(database: Path) -> None:
    errors: list[str] = []

    def use_it() -> None:
        try:
            queue_length(connection)
        except sqlite3.ProgrammingError as error:
            errors.append(str(error))

    with open_store(database) as store:
        connection = connection_of(store)
        thread = Thread(target=use_it)
        thread.start()
        thread.join()
    assert len(errors) == 1
