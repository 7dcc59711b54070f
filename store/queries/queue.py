"""The queue: the cases that a person works from, the oldest first."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case as the queue shows it. Times are UTC, ISO 8601."""

    case_id: str
    reference: str
    client_id: str
    traitement_type: str
    case_type: str
    status: str
    name: str
    assignee: str | None
    due_date: str | None
    risk: str | None
    next_review_on: str | None
    proposed_decision: str | None
    proposed_by: str | None
    proposal_reason: str | None
    company_id: str | None
    source: str | None
    documents_required: int
    documents_done: int
    documents_rejected: int
    created_at: str
    updated_at: str
    updated_by: str
    last_event_type: str


_COLUMNS: Final = ", ".join(QueueRow.__dataclass_fields__)


def queue_length(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM cases").fetchone()
    return int(count)


def queue_page(connection: sqlite3.Connection, *, offset: int = 0, limit: int = -1) -> list[QueueRow]:
    """`limit` cases from the `offset`-th on; all of them for a limit of -1."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM cases ORDER BY created_at, case_id LIMIT ? OFFSET ?", (limit, offset)
    )
    return [QueueRow(*row) for row in rows]


def whole_queue(connection: sqlite3.Connection) -> Iterator[QueueRow]:
    """All cases in the order of the queue, read as they are asked for: for output of any length."""
    for row in connection.execute(f"SELECT {_COLUMNS} FROM cases ORDER BY created_at, case_id"):
        yield QueueRow(*row)


def queue_row(connection: sqlite3.Connection, case_id: str) -> QueueRow | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM cases WHERE case_id = ?", (case_id,)).fetchone()
    return QueueRow(*row) if row else None


def data_version(connection: sqlite3.Connection) -> int:
    """Another number whenever another connection changed the database."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)


def queue_place(connection: sqlite3.Connection, case_id: str) -> int:
    """The place of a case in the queue, counted from 0."""
    (before,) = connection.execute(
        "SELECT count(*) FROM cases WHERE (created_at, case_id) <"
        " (SELECT created_at, case_id FROM cases WHERE case_id = ?)",
        (case_id,),
    ).fetchone()
    return int(before)
