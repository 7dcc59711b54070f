"""How much is at stake in the write-ahead log: nothing after a program has ended or has done much at once."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.domain.commands import AddNote
from store.engine.bulk import execute_on_many
from store.engine.case_store import CaseStore
from store.queries.queue import data_version
from store.sync.round import sync_round
from store.sync.team import join
from tests.conftest import NewCase
from tests.domain.examples import kyc
from tests.store.stores import connection_of, open_store, quiet, rows
from tests.sync.memory_team import Line, MemoryLog, a_laptop

AN_HOUR = 3_600_000
"""Milliseconds, so that whatever waits for a lock does not come back to the test."""


def log_of(database: Path) -> int:
    """The bytes of the write-ahead log."""
    return database.with_name(f"{database.name}-wal").stat().st_size


@pytest.fixture
def beside(store: CaseStore, database: Path) -> Iterator[sqlite3.Connection]:
    """Another program that has the file open, so that SQLite leaves the log to it."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        assert rows(connection, "SELECT count(*) FROM commits") == [(0,)]
        yield connection


def closes(store: CaseStore, _: str) -> None:
    store.close()


def rebuilds(store: CaseStore, _: str) -> None:
    store.rebuild(quiet)


def works_on_many(store: CaseStore, case_id: str) -> None:
    outcomes = execute_on_many(
        store, lambda case: AddNote(case_id=case.case_id, text="They called."), [case_id], batch_id="b", actor="ana"
    )
    assert [outcome.refusal for outcome in outcomes] == [None]


@pytest.mark.parametrize("does", [closes, rebuilds, works_on_many])
def test_the_log_is_empty_after_it_though_another_program_has_the_file_open(
    does: Callable[[CaseStore, str], None],
    store: CaseStore,
    new_case: NewCase,
    beside: sqlite3.Connection,
    database: Path,
) -> None:
    case_id = new_case().case_id
    assert log_of(database) > 0
    does(store, case_id)
    assert log_of(database) == 0
    assert rows(beside, "SELECT DISTINCT case_id FROM commits") == [(case_id,)]


def test_the_log_is_empty_after_a_long_round(store: CaseStore, beside: sqlite3.Connection, database: Path) -> None:
    log = MemoryLog()
    ana, line = a_laptop("ana", log), Line(log)
    for number in range(3):
        ana.does(kyc(client_id=str(number)))
    ana.syncs()
    join(store, line)
    assert sync_round(store, line, batch=2).tally.accepted == 3
    assert log_of(database) == 0
    assert rows(beside, "SELECT count(*) FROM commits") == [(3,)]


def test_a_store_that_is_opened_and_has_to_be_rebuilt_leaves_nothing_in_the_log(
    store: CaseStore, new_case: NewCase, database: Path
) -> None:
    new_case()
    connection_of(store).execute("UPDATE projections SET fingerprint = 'older'")
    with open_store(database):
        assert log_of(database) == 0


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN"])
def test_nobody_is_waited_for(
    lock: str, store: CaseStore, new_case: NewCase, beside: sqlite3.Connection, database: Path
) -> None:
    """Neither for who writes, nor for who reads what was there before the last commit."""
    new_case()
    beside.execute(lock)
    assert rows(beside, "SELECT count(*) FROM commits") == [(1,)]
    if lock == "BEGIN":
        new_case(kyc(client_id="another"))
    connection_of(store).execute(f"PRAGMA busy_timeout = {AN_HOUR}")
    store.checkpoint()
    assert rows(connection_of(store), "PRAGMA busy_timeout") == [(AN_HOUR,)]
    store.close()
    assert log_of(database) > 0, "somebody was in the way"
    beside.execute("ROLLBACK")
    assert rows(beside, "SELECT count(*) FROM commits") == [(1 if lock == "BEGIN IMMEDIATE" else 2,)]


def test_it_fails_no_command(store: CaseStore, new_case: NewCase) -> None:
    """As within a transaction, which SQLite refuses."""
    with store.batch():
        new_case()
        store.checkpoint()
    assert rows(connection_of(store), "SELECT count(*) FROM commits") == [(1,)]
    store.close()
    store.close()


def test_where_nothing_was_written_no_screen_reads_anew(store: CaseStore, new_case: NewCase, database: Path) -> None:
    new_case()
    store.checkpoint()
    with open_store(database) as another:
        version = another.query(data_version)
        store.checkpoint()
        assert another.query(data_version) == version


def test_a_log_that_was_emptied_cuts_off_nothing_in_a_crash(
    store: CaseStore, new_case: NewCase, database: Path, tmp_path: Path
) -> None:
    """The file alone, as if all of the log had been lost, has what was committed."""
    case_id = new_case(kyc()).case_id
    store.checkpoint()
    survivor = tmp_path / "survivor.sqlite3"
    survivor.write_bytes(database.read_bytes())
    with open_store(survivor, create=False) as found:
        assert rows(connection_of(found), "SELECT case_id FROM commits") == [(case_id,)]
