"""Databases that earlier versions made, one of each schema that there was: they open, are whole, and go on.

Each file is the dump of a database that the version of its day made, without its read tables. Those with a team have
something accepted, something pending, and a notification that has not gone out.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from store.domain.commands import AddNote
from store.engine.case_store import CaseStore
from store.log.read import get_notifications_to_send
from store.sqlite.append_only import APPEND_ONLY_TRIGGERS
from store.sqlite.schema import MIGRATIONS, SCHEMA_VERSION
from tests.domain.examples import kyc
from tests.store.dumps import OLD, log_of, restore
from tests.store.stores import connection_of, findings_in, open_store, rows

IN_A_TEAM: Final = [path for path in OLD if int(path.stem.split("_")[1]) >= 3]

Made = Callable[[Path], Path]


@pytest.fixture
def made(database: Path) -> Made:
    """The database of a dump."""

    def make(dump: Path) -> Path:
        return restore(dump, database)

    return make


def named(dump: Path) -> str:
    return dump.stem


def schema_of(path: Path) -> dict[str, str]:
    """The statements that made tables, indexes and triggers, but for how they are laid out."""
    with closing(sqlite3.connect(path)) as connection:
        made = rows(connection, "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()) for name, sql in made}


@pytest.mark.parametrize("dump", OLD, ids=named)
class TestOf:
    def test_is_opened_with_all_that_it_holds(self, dump: Path, made: Made) -> None:
        before = log_of(path := made(dump))
        assert len(before["commits"]) == 3
        open_store(path, create=False).close()
        after = log_of(path)
        assert {table: after[table] for table in before} == before

    def test_is_as_whole_as_it_was(self, dump: Path, made: Made) -> None:
        assert findings_in(made(dump)) == []

    def test_is_worked_on(self, dump: Path, made: Made) -> None:
        with open_store(path := made(dump), create=False) as store:
            (first, *_) = rows(connection_of(store), "SELECT DISTINCT case_id FROM commits")
            store.execute(AddNote(case_id=first[0], text="Years later."), actor="ben")
            store.execute(kyc(), actor="ben")
            assert store.execute(AddNote(case_id=first[0], text="Once."), command_id="once").repeated is False
            assert store.execute(AddNote(case_id=first[0], text="Once."), command_id="once").repeated is True
        assert findings_in(path) == []

    def test_has_the_schema_of_a_new_one(self, dump: Path, made: Made, tmp_path: Path) -> None:
        """Its triggers too: in those of before, verify would see somebody's hand for ever."""
        new = tmp_path / "new.sqlite3"
        open_store(new).close()
        open_store(path := made(dump), create=False).close()
        assert schema_of(path) == schema_of(new)
        assert schema_of(path).items() >= {n: " ".join(sql.split()) for n, sql in APPEND_ONLY_TRIGGERS.items()}.items()
        with closing(sqlite3.connect(path)) as connection:
            assert rows(connection, "PRAGMA user_version") == [(SCHEMA_VERSION,)]
            assert rows(connection, "PRAGMA foreign_key_check") == []

    def test_is_the_same_device_wherever_it_is_restored(self, dump: Path, made: Made) -> None:
        """From the schema on that told senders apart, its later commits are known for its own."""
        devices = set()
        for _ in range(2):
            with CaseStore.open(made(dump), create=False) as store:
                devices.add(store.device)
            store.path.unlink()
        assert len(devices) == 1 or "sending" not in dump.read_text(encoding="utf-8")

    def test_refuses_what_was_always_refused(self, dump: Path, made: Made) -> None:
        with open_store(made(dump), create=False) as store:
            for table in ("commits", "events"):
                with pytest.raises(sqlite3.IntegrityError, match="never changed or deleted"):
                    connection_of(store).execute(f"DELETE FROM {table}")
                with pytest.raises(sqlite3.IntegrityError, match="never replaced"):
                    connection_of(store).execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")


@pytest.mark.parametrize("dump", IN_A_TEAM, ids=named)
def test_a_notification_that_has_not_gone_out_still_will(dump: Path, made: Made) -> None:
    with open_store(made(dump), create=False) as store:
        assert [event.event_type for event in store.query(get_notifications_to_send)] == ["NotificationRequired"] * 2


def test_there_is_one_of_every_schema() -> None:
    """Schema 5 was never in a version by itself. Whoever adds a migration adds the schema before it to the files."""
    assert {int(path.stem.split("_")[1]) for path in OLD} == {*range(1, len(MIGRATIONS))} - {5}
