"""What the tests of the store work with: a clock, a store on a file, and a look at what the file holds."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from store.domain.commands import UpdateDocumentStatus
from store.domain.decisions import Rules
from store.domain.statuses import DocumentStatus
from store.engine import CaseStore, Receipt
from store.projections import PROJECTIONS
from store.queries.audit import Finding, verify
from store.queries.case_file import DocumentRow, case_file

START = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)

Rows = list[tuple[Any, ...]]


class Clock:
    """A clock that moves on by a second whenever somebody looks at it."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def __call__(self) -> datetime:
        now = self.time
        self.time += timedelta(seconds=1)
        return now


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


def open_store(path: Path, *, clock: Clock | None = None, rules: Rules | None = None, create: bool = True) -> CaseStore:
    return CaseStore.open(path, create=create, clock=clock or Clock(), device="test-laptop", rules=rules)


@contextmanager
def a_store(*, rules: Rules | None = None) -> Iterator[CaseStore]:
    """A store on a file of its own, for tests that need many."""
    with TemporaryDirectory() as folder, open_store(Path(folder) / "cases.sqlite3", rules=rules) as store:
        yield store


def connection_of(store: CaseStore) -> sqlite3.Connection:
    return store.ask(lambda connection: connection)


def rows(connection: sqlite3.Connection, sql: str, values: Sequence[object] = ()) -> Rows:
    return connection.execute(sql, values).fetchall()


def read_tables(connection: sqlite3.Connection) -> dict[str, Rows]:
    """All rows of all read tables, in the order in which they are stored."""
    return {p.table: rows(connection, f"SELECT * FROM {p.table} ORDER BY rowid") for p in PROJECTIONS}


def log_tables(connection: sqlite3.Connection) -> dict[str, Rows]:
    return {table: rows(connection, f"SELECT * FROM {table} ORDER BY position") for table in ("commits", "events")}


def everything(store: CaseStore) -> dict[str, Rows]:
    return log_tables(connection_of(store)) | read_tables(connection_of(store))


def findings(store: CaseStore) -> list[Finding]:
    """What verify finds; nothing if all is well."""
    return list(verify(connection_of(store), quiet))


def findings_in(path: Path) -> list[Finding]:
    with open_store(path, create=False) as store:
        return findings(store)


def documents(store: CaseStore, case_id: str) -> tuple[DocumentRow, ...]:
    return store.ask(case_file, case_id).documents


def take_in(store: CaseStore, case_id: str, **more: Any) -> Receipt:
    """The first document of a case goes from AWAITING_UPLOAD to UPLOADED."""
    return store.execute(uploaded(documents(store, case_id)[0].document_requirement_id), actor="ana", **more)


def uploaded(document_requirement_id: str) -> UpdateDocumentStatus:
    return UpdateDocumentStatus(document_requirement_id=document_requirement_id, new_status=DocumentStatus.UPLOADED)


@contextmanager
def by_hand(path: Path) -> Iterator[sqlite3.Connection]:
    """The file in the hands of somebody who takes the guards down and puts them up again as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        guards = rows(connection, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in guards:
            connection.execute(sql)
