"""Read tables made anew: equal to the live ones, beside them, and all or nothing."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from store.engine.case_store import CaseStore, Receipt
from store.projections import PROJECTIONS, fresh_tables
from store.projections import rebuild as rebuild_module
from store.projections.projection import Change, Projection
from store.projections.rebuild import stale_tables
from store.queries.queue import queue_length
from store.sqlite.database import reader
from tests.domain.examples import ANA, BEN, DIRECTOR, HOLDING, kyb, kyc, owner
from tests.store.stores import (
    APPROVALS_ARE_TOLD,
    a_case_with_everything,
    connection_of,
    everything,
    findings,
    open_store,
    quiet,
    read_tables,
    rows,
    take_in,
)

NewCase = Callable[..., Receipt]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def filled(database: Path) -> Path:
    """A database with two cases that were worked on, closed."""
    with open_store(database) as store:
        first = store.execute(kyb(DIRECTOR, BEN, owners=(owner(ANA), HOLDING)), actor="ana")
        store.execute(kyc(), actor="ben")
        take_in(store, first.case_id)
    return database


def test_equals_what_was_there(filled: Path) -> None:
    with open_store(filled) as store:
        before = everything(store)
        assert store.rebuild(quiet) == 16
        assert everything(store) == before
        assert findings(store) == []


def test_equals_what_was_there_whatever_was_done(database: Path) -> None:
    with open_store(database, rules=APPROVALS_ARE_TOLD) as store:
        a_case_with_everything(store)
        before = everything(store)
        assert all(before.values()), "every table has rows"
        store.rebuild(quiet)
        assert everything(store) == before


def test_an_empty_log_gives_empty_tables(store: CaseStore) -> None:
    assert store.rebuild(quiet) == 0
    assert all(table == [] for table in read_tables(connection_of(store)).values())


def test_mends_what_was_changed_by_hand(filled: Path) -> None:
    with open_store(filled) as store:
        before = everything(store)
        for table in read_tables(connection_of(store)):
            connection_of(store).execute(f"DELETE FROM {table}")
        connection_of(store).execute("DROP TABLE persons")
        store.rebuild(quiet)
        assert everything(store) == before


def test_tables_are_as_a_new_database_would_have_them(filled: Path, tmp_path: Path) -> None:
    """Indexes and definitions included."""
    schema = (
        "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name IN (SELECT table_name FROM projections) ORDER BY name"
    )
    with open_store(filled) as store, open_store(tmp_path / "new.sqlite3") as new:
        store.rebuild(quiet)
        assert rows(connection_of(store), schema) == rows(connection_of(new), schema)


def test_every_index_is_there(filled: Path) -> None:
    with open_store(filled) as store:
        store.rebuild(quiet)
        there = {sql for (sql,) in rows(connection_of(store), "SELECT sql FROM sqlite_schema")}
    made = {sql for projection in PROJECTIONS for sql in projection.indexes if sql.startswith("CREATE")}
    assert made <= there


def test_progress_goes_up_to_the_end(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh_tables, "_STEP", 4)
    told: list[tuple[int, int]] = []
    with open_store(filled) as store:
        store.rebuild(lambda done, total: told.append((done, total)))
    assert told == [(4, 16), (8, 16), (12, 16), (16, 16), (16, 16), (16, 16)]


def test_leaves_nothing_beside_the_database(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "temporary"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    with open_store(filled) as store:
        store.rebuild(quiet)
        assert rows(connection_of(store), "PRAGMA database_list")[1:] == []
    assert list(elsewhere.iterdir()) == []


class TestWhileOthersGoOn:
    def test_what_another_process_appends_meanwhile_is_taken_in(self, filled: Path) -> None:
        with open_store(filled) as store, open_store(filled) as other:
            appended: list[Receipt] = []

            def append_once(done: int, total: int) -> None:
                if not appended:
                    appended.append(other.execute(kyc(BEN), actor="ben"))

            assert store.rebuild(append_once) == 20
            assert store.query(queue_length) == 3
            assert findings(store) == []
            take_in(other, appended[0].case_id)
            assert findings(other) == []

    def test_others_read_the_old_tables_until_the_new_ones_are_there(
        self, filled: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fresh_tables, "_STEP", 1)
        with open_store(filled) as store, open_store(filled) as other:
            before = read_tables(connection_of(other))

            def look(done: int, total: int) -> None:
                assert read_tables(connection_of(other)) == before

            store.rebuild(look)
            assert read_tables(connection_of(other)) == before


def spoil(store: CaseStore) -> None:
    """From here on, a table that was made anew is not as it was."""
    for projection in PROJECTIONS:
        *_, last = projection.columns
        connection_of(store).execute(f"UPDATE {projection.table} SET {last} = 'spoilt'")


class TestWhenItEndsEarly:
    """The live tables are as they were, right or wrong."""

    @pytest.mark.parametrize("step", range(1, 7))
    def test_by_an_error(self, filled: Path, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fresh_tables, "_STEP", 4)
        with open_store(filled) as store:
            spoil(store)
            before = everything(store)
            told: list[int] = []

            def fails(done: int, total: int) -> None:
                told.append(done)
                if len(told) == step:
                    raise KeyboardInterrupt

            with pytest.raises(KeyboardInterrupt):
                store.rebuild(fails)
            assert everything(store) == before
            assert not connection_of(store).in_transaction
            store.rebuild(quiet)
            assert findings(store) == []

    @pytest.mark.parametrize("tables", range(1, 6))
    def test_by_an_error_amid_the_swap(self, filled: Path, tables: int, monkeypatch: pytest.MonkeyPatch) -> None:
        swap, swapped = rebuild_module._replace, []

        def fails(connection: object, projection: Projection, sides: object) -> None:
            swapped.append(projection.table)
            if len(swapped) == tables:
                raise RuntimeError("the disk is full")
            swap(connection, projection, sides)  # type: ignore[arg-type]

        with open_store(filled) as store:
            spoil(store)
            before = everything(store)
            monkeypatch.setattr(rebuild_module, "_replace", fails)
            with pytest.raises(RuntimeError, match="the disk is full"):
                store.rebuild(quiet)
            monkeypatch.undo()
            assert everything(store) == before
            assert len(rows(connection_of(store), "PRAGMA database_list")) == 1
            store.rebuild(quiet)
            assert findings(store) == []

    @pytest.mark.parametrize("when", ["first pass", "second pass", "swap"])
    def test_by_a_kill(self, filled: Path, tmp_path: Path, when: str) -> None:
        with open_store(filled) as store:
            spoil(store)
            before = everything(store)
        program = f"""
import os, signal
from pathlib import Path
from store.engine.case_store import CaseStore
from store.projections import fresh_tables, rebuild
fresh_tables._STEP = 4
told = []
def killed(*_):
    told.append(1)
    if len(told) == {({"first pass": 2, "second pass": 6, "swap": 0})[when]}:
        os.kill(os.getpid(), signal.SIGKILL)
if {when == "swap"}:
    swap = rebuild._replace
    def _replace(connection, projection, sides):
        swap(connection, projection, sides)
        if projection.table == "persons":
            os.kill(os.getpid(), signal.SIGKILL)
    rebuild._replace = _replace
CaseStore.open(Path({str(filled)!r})).rebuild(killed)
"""
        result = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(tmp_path)},
            timeout=30,
            check=False,
        )
        assert result.returncode == -9
        with open_store(filled) as store:
            assert everything(store) == before
            store.rebuild(quiet)
            assert findings(store) == []


class TestAtOpening:
    def test_a_table_that_an_older_version_made_is_made_anew(self, filled: Path) -> None:
        with open_store(filled) as store:
            before = read_tables(connection_of(store))
            connection_of(store).execute("UPDATE projections SET fingerprint = 'older' WHERE table_name = 'persons'")
            connection_of(store).execute("UPDATE persons SET firstname = 'as an older version had it'")
            assert stale_tables(connection_of(store)) == ["persons"]
        told: list[tuple[int, int]] = []
        with CaseStore.open(filled, progress=lambda done, total: told.append((done, total))) as store:
            assert read_tables(connection_of(store)) == before
            assert stale_tables(connection_of(store)) == []
        assert told[-1] == (16, 16)

    def test_a_table_that_is_missing_is_made(self, filled: Path) -> None:
        with open_store(filled) as store:
            before = read_tables(connection_of(store))
            connection_of(store).execute("DROP TABLE required_documents")
        with open_store(filled) as store:
            assert read_tables(connection_of(store)) == before

    def test_a_table_that_is_declared_no_longer_is_dropped(self, filled: Path) -> None:
        with open_store(filled) as store:
            before = read_tables(connection_of(store))
            connection_of(store).execute('CREATE TABLE "old ""moods""" (case_id TEXT) STRICT')
            connection_of(store).execute("INSERT INTO projections VALUES ('old \"moods\"', 'older')")
            assert stale_tables(connection_of(store)) == ['old "moods"']
        assert reader(filled) is None
        with open_store(filled) as store:
            assert stale_tables(connection_of(store)) == []
            assert rows(connection_of(store), "SELECT name FROM sqlite_schema WHERE name GLOB 'old*'") == []
            assert len(rows(connection_of(store), "SELECT table_name FROM projections")) == len(PROJECTIONS)
            assert read_tables(connection_of(store)) == before

    @pytest.mark.parametrize("table", ["commits", "desks", "_sqlite_migrations", "sqlite_schema", "no_table"])
    def test_no_other_table_is_dropped_though_it_is_named_as_a_read_table(self, filled: Path, table: str) -> None:
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        with open_store(filled) as store:
            before = rows(connection_of(store), tables)
            connection_of(store).execute("INSERT INTO projections VALUES (?, 'older')", [table])
            store.rebuild(quiet)
            assert rows(connection_of(store), tables) == before
            assert len(rows(connection_of(store), "SELECT table_name FROM projections")) == len(PROJECTIONS)
            assert findings(store) == []

    def test_the_app_can_read_at_once_only_what_is_up_to_date(self, filled: Path) -> None:
        for change in (
            "UPDATE projections SET fingerprint = 'older' WHERE table_name = 'notes'",
            "DELETE FROM projections WHERE table_name = 'notes'",
            "DROP TABLE notes",
        ):
            with open_store(filled) as store:
                connection_of(store).execute(change)
            assert reader(filled) is None
            open_store(filled).close()
            opened = reader(filled)
            assert opened
            opened.close()

    def test_nothing_is_made_anew_without_need(self, filled: Path) -> None:
        told: list[int] = []
        CaseStore.open(filled, progress=lambda done, total: told.append(done)).close()
        assert told == []


class TestFingerprint:
    """It is another one whenever a projection could give other rows."""

    def test_of_the_version_columns_indexes_and_statements(self) -> None:
        (persons,) = [p for p in PROJECTIONS if p.table == "persons"]
        event, change = next(iter(persons.event_projectors.items()))
        others = [
            replace(persons, version=2),
            replace(persons, columns={**persons.columns, "mood": "TEXT"}),
            replace(persons, indexes=()),
            replace(persons, event_projectors={event: change}),
            replace(persons, event_projectors={**persons.event_projectors, event: Change("DELETE", change.values)}),
        ]
        fingerprints = {projection.fingerprint for projection in (persons, *others)}
        assert len(fingerprints) == 6
        assert replace(persons).fingerprint == persons.fingerprint
