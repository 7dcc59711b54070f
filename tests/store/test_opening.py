"""Opening a database: one that is new, one that is ours, and everything else that a file can be."""

import os
import platform
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path

import pytest

from store.engine.case_store import CaseStore
from store.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseMissing,
    DatabaseReadOnly,
    ForeignDatabase,
    NewerDatabase,
    StoreError,
    from_sqlite,
)
from store.queries.queue import queue_length
from store.sqlite import database as database_module
from store.sqlite.schema import APPLICATION_ID, SCHEMA_VERSION
from tests.domain.examples import kyb, kyc
from tests.store.stores import connection_of, findings_in, open_store, read_tables, rows


@pytest.fixture
def filled(database: Path) -> Path:
    """A database with two cases, closed."""
    with open_store(database) as store:
        store.execute(kyc(), actor="ana")
        store.execute(kyb(), actor="ana")
    return database


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks are given up on at once."""
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 1)


def pragma(path: Path, name: str, value: int | None = None) -> int:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if value is not None:
            connection.execute(f"PRAGMA {name} = {value}")
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(found)


class TestANewDatabase:
    def test_is_ours_and_of_the_present_schema(self, database: Path) -> None:
        open_store(database).close()
        assert pragma(database, "application_id") == APPLICATION_ID
        assert pragma(database, "user_version") == SCHEMA_VERSION
        assert findings_in(database) == []

    def test_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        folder = tmp_path / "made" / "for it"
        with open_store(folder / "cases.sqlite3") as store:
            store.execute(kyc())
            files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        assert files == {"cases.sqlite3": 0o600, "cases.sqlite3-wal": 0o600, "cases.sqlite3-shm": 0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_leaves_a_folder_that_was_there_as_it_was(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        open_store(tmp_path / "cases.sqlite3").close()
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755

    def test_is_not_made_where_none_is_asked_for(self, database: Path) -> None:
        with pytest.raises(DatabaseMissing, match="There is no database at"):
            open_store(database, create=False)
        assert not database.exists()

    def test_may_begin_as_an_empty_file(self, database: Path) -> None:
        """As it is when a process is killed between making the file and its schema."""
        database.touch()
        with open_store(database) as store:
            store.execute(kyc())
        assert findings_in(database) == []

    def test_does_not_begin_as_an_empty_file_where_there_should_be_one(self, database: Path) -> None:
        """Somebody's database of which nothing is left is not to be taken for a new one."""
        database.touch()
        with pytest.raises(DatabaseDamaged, match="is empty"):
            open_store(database, create=False)
        assert database.stat().st_size == 0

    @pytest.mark.parametrize("name", ["a case.sqlite3", "50%25.db", "what?.db", "a#b.db", "ünïcödé.db", "file:x.db"])
    def test_may_have_any_name(self, tmp_path: Path, name: str) -> None:
        with open_store(tmp_path / name) as store:
            store.execute(kyc())
        assert (tmp_path / name).stat().st_size > 0
        assert {path.name for path in tmp_path.iterdir()} == {name}

    def test_may_be_named_from_the_present_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        open_store(Path("cases.sqlite3")).close()
        assert (tmp_path / "cases.sqlite3").exists()


class TestOurs:
    def test_is_as_it_was_left(self, filled: Path) -> None:
        with open_store(filled) as store:
            before = read_tables(connection_of(store))
            assert store.query(queue_length) == 2
        with open_store(filled) as store:
            assert read_tables(connection_of(store)) == before

    def test_is_set_up_so_that_work_survives_a_power_cut(self, filled: Path) -> None:
        with open_store(filled) as store:
            connection = connection_of(store)
            settings = {
                name: rows(connection, f"PRAGMA {name}")[0][0]
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5_000}

    def test_leaves_no_log_file_behind_when_it_is_closed(self, filled: Path) -> None:
        assert [path.name for path in filled.parent.iterdir()] == [filled.name]

    def test_of_a_newer_version_is_left_alone(self, filled: Path) -> None:
        pragma(filled, "user_version", SCHEMA_VERSION + 1)
        before = filled.read_bytes()
        with pytest.raises(NewerDatabase, match="upgrade caseworker"):
            open_store(filled)
        assert filled.read_bytes() == before

    @pytest.mark.usefixtures("impatient")
    def test_can_be_opened_and_read_while_another_process_writes(self, filled: Path) -> None:
        with closing(sqlite3.connect(filled, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with open_store(filled) as store:
                assert store.query(queue_length) == 2

    @pytest.mark.usefixtures("impatient")
    def test_is_busy_to_a_command_while_another_process_writes(self, filled: Path) -> None:
        with closing(sqlite3.connect(filled, isolation_level=None)) as other, open_store(filled) as store:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseBusy, match="in use by another process"):
                store.execute(kyc())
            other.execute("ROLLBACK")
            store.execute(kyc())
        assert findings_in(filled) == []

    @pytest.mark.usefixtures("impatient")
    def test_is_busy_when_another_process_holds_all_of_it(self, filled: Path) -> None:
        with closing(sqlite3.connect(filled, isolation_level=None)) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(DatabaseBusy):
                open_store(filled)

    @pytest.mark.usefixtures("impatient")
    def test_is_busy_when_it_is_new_and_another_process_holds_it(self, database: Path) -> None:
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(DatabaseBusy):
                open_store(database)


@pytest.mark.usefixtures("impatient")
def test_a_file_that_another_process_is_just_making_is_not_taken_for_a_foreign_one(database: Path) -> None:
    """Whose file it is must be read in one look; here another process comes in between."""
    database.touch()

    def make_it_now(statement: str) -> None:
        if statement == "PRAGMA user_version":
            with suppress(DatabaseBusy):
                open_store(database).close()

    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.set_trace_callback(make_it_now)
        database_module._check_whose(connection, database)


class TestReadOnly:
    """Permissions are asked of os.access, which here answers as it would to somebody who may not write."""

    @pytest.fixture
    def forbidden(self, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)

    @pytest.mark.usefixtures("forbidden")
    def test_can_be_read(self, filled: Path) -> None:
        with open_store(filled) as store:
            assert store.query(queue_length) == 2
        assert [path.name for path in filled.parent.iterdir()] == [filled.name]
        assert findings_in(filled) == []

    @pytest.mark.usefixtures("forbidden")
    def test_refuses_a_command(self, filled: Path) -> None:
        with open_store(filled) as store:
            with pytest.raises(DatabaseReadOnly, match="can't be written to"):
                store.execute(kyc())
            with pytest.raises(DatabaseReadOnly):
                store.rebuild(lambda done, total: None)

    def test_shows_what_a_writer_has_not_yet_brought_into_the_file(
        self, filled: Path, request: pytest.FixtureRequest
    ) -> None:
        with open_store(filled) as writer:
            writer.execute(kyc())
            request.getfixturevalue("forbidden")
            with open_store(filled) as reader:
                assert reader.query(queue_length) == 3

    def test_a_folder_in_which_nothing_can_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(DatabaseReadOnly, match="can't be made"):
            open_store(tmp_path / "file" / "cases.sqlite3")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_that_may_not_be_written_to(self, filled: Path) -> None:
        filled.chmod(0o400)
        filled.parent.chmod(0o500)
        try:
            with open_store(filled) as store, pytest.raises(DatabaseReadOnly):
                store.execute(kyc())
        finally:
            filled.parent.chmod(0o700)


class TestWhatIsNoDatabaseOfOurs:
    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(DatabaseDamaged, match="is a folder, not a database"):
            open_store(tmp_path)

    @pytest.mark.parametrize("content", [b"xy", b"hello, world\n" * 500, b"SQLite format 2\0" * 300, bytes(4096)])
    def test_another_kind_of_file(self, database: Path, content: bytes) -> None:
        database.write_bytes(content)
        with pytest.raises(DatabaseDamaged, match="not a SQLite file"):
            open_store(database)
        assert database.read_bytes() == content

    @pytest.mark.parametrize("application_id", [0, 0x0F055112])
    def test_a_database_of_another_program(self, database: Path, application_id: int) -> None:
        with closing(sqlite3.connect(database)) as other:
            other.execute("CREATE TABLE songs (title)")
        pragma(database, "application_id", application_id)
        before = database.read_bytes()
        with pytest.raises(ForeignDatabase, match="not one of caseworker"):
            open_store(database)
        assert database.read_bytes() == before

    @pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
    def test_a_database_that_was_cut_off(self, filled: Path, part: float) -> None:
        content = filled.read_bytes()
        filled.write_bytes(content[: int(len(content) * part)])
        try:
            found = [finding.where for finding in findings_in(filled)]
        except DatabaseDamaged:
            found = ["file"]
        assert "file" in found

    def test_a_database_with_a_broken_schema(self, filled: Path) -> None:
        content = filled.read_bytes()
        filled.write_bytes(content.replace(b"CREATE TABLE commits", b"CREATE TABLE \xff\xfe\xfd\xfcits"))
        with pytest.raises(DatabaseDamaged):
            open_store(filled)


class TestSentences:
    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            (sqlite3.SQLITE_BUSY, DatabaseBusy),
            (sqlite3.SQLITE_BUSY_SNAPSHOT, DatabaseBusy),
            (sqlite3.SQLITE_LOCKED, DatabaseBusy),
            (sqlite3.SQLITE_READONLY, DatabaseReadOnly),
            (sqlite3.SQLITE_READONLY_DIRECTORY, DatabaseReadOnly),
            (sqlite3.SQLITE_PERM, DatabaseReadOnly),
            (sqlite3.SQLITE_CANTOPEN, DatabaseReadOnly),
            (sqlite3.SQLITE_NOTADB, DatabaseDamaged),
            (sqlite3.SQLITE_CORRUPT, DatabaseDamaged),
            (sqlite3.SQLITE_FULL, StoreError),
            (sqlite3.SQLITE_IOERR_WRITE, StoreError),
            (sqlite3.SQLITE_ERROR, StoreError),
        ],
    )
    def test_each_code_of_sqlite_has_its_error(self, code: int, kind: type[StoreError]) -> None:
        error = sqlite3.OperationalError("what SQLite says")
        error.sqlite_errorcode = code
        translated = from_sqlite(error, Path("/data/{cases}.sqlite3"))
        assert type(translated) is kind
        assert "/data/{cases}.sqlite3" in str(translated)
        assert str(translated).endswith(".")

    def test_whatever_sqlite_says(self) -> None:
        error = sqlite3.OperationalError('near "{": syntax error')
        assert 'near "{": syntax error' in str(from_sqlite(error, Path("cases.sqlite3")))


def test_a_store_is_closed_when_its_block_ends(database: Path) -> None:
    with open_store(database) as store:
        pass
    with pytest.raises(StoreError):
        store.query(queue_length)


def test_the_store_opens_by_its_own_clock_and_name_where_none_is_given(database: Path) -> None:
    with CaseStore.open(database) as store:
        store.execute(kyc())
        ((device, recorded_at),) = rows(connection_of(store), "SELECT device, recorded_at FROM commits")
    assert device.startswith(f"{platform.node()}/")
    assert recorded_at.endswith("+00:00")


def test_all_queries_of_a_snapshot_see_one_moment(filled: Path) -> None:
    with open_store(filled) as store, open_store(filled) as another:
        with store.snapshot():
            before = store.query(queue_length)
            another.execute(kyc(), command_id="meanwhile")
            assert store.query(queue_length) == before
        assert store.query(queue_length) == before + 1


def test_an_error_of_sqlite_in_a_snapshot_names_the_file(filled: Path) -> None:
    with open_store(filled) as store, pytest.raises(StoreError, match=filled.name), store.snapshot():
        raise sqlite3.DatabaseError("unforeseen")
