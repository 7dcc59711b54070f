"""Commits that a team has not accepted yet: they sit on top of each case's accepted head, and may still go."""

import sqlite3
from collections.abc import Collection
from typing import Any, Final

from store.log.commit import (
    COMMIT_FIELDS,
    EVENT_FIELDS,
    LARGEST_COMMIT,
    Commit,
    CommitHeader,
    EventFields,
    size_of,
)

_COMMITS: Final = f"SELECT position, commit_id, {', '.join(COMMIT_FIELDS)} FROM pending_commits"
_EVENTS: Final = f"SELECT {', '.join(EVENT_FIELDS)} FROM pending_events WHERE commit_position = ? ORDER BY position"


def is_shared(connection: sqlite3.Connection) -> bool:
    """Whether the log is shared with a team: then a new commit is pending until the team's log has it."""
    return connection.execute("SELECT 1 FROM team").fetchone() is not None


def pending_commits(connection: sqlite3.Connection, case_id: str) -> list[Commit]:
    """What is pending on a case, in order."""
    return [
        _commit(connection, *row)
        for row in connection.execute(f"{_COMMITS} WHERE case_id = ? ORDER BY position", (case_id,)).fetchall()
    ]


def all_pending_commits(connection: sqlite3.Connection, *, after: int, limit: int) -> tuple[list[Commit], int]:
    """Up to `limit` pending commits in order from behind place `after`, and the place of the last of them."""
    rows = connection.execute(f"{_COMMITS} WHERE position > ? ORDER BY position LIMIT ?", (after, limit)).fetchall()
    return [_commit(connection, *row) for row in rows], rows[-1][0] if rows else after


def pending_outside(connection: sqlite3.Connection, case_ids: Collection[str]) -> bool:
    """Whether anything is pending on other cases than these."""
    cases = connection.execute("SELECT DISTINCT case_id FROM pending_commits LIMIT ?", (len(case_ids) + 1,))
    return any(case_id not in case_ids for (case_id,) in cases)


_PERHAPS_TOO_LARGE: Final = f"""
{_COMMITS} AS p WHERE length(CAST(command AS BLOB)) + (
    SELECT coalesce(sum(length(CAST(payload AS BLOB)) + length(CAST(metadata AS BLOB))), 0)
    FROM pending_events WHERE commit_position = p.position
) > ? ORDER BY position DESC
"""


def too_large(connection: sqlite3.Connection) -> dict[str, str]:
    """The cases with a pending commit that is too large to be sent, each with a sentence on the first of these."""
    rows = connection.execute(_PERHAPS_TOO_LARGE, (LARGEST_COMMIT // 4,)).fetchall()
    sizes = [(commit.header, size_of(commit)) for commit in (_commit(connection, *row) for row in rows)]
    return {
        header.case_id: (
            f"Work of {header.recorded_at[:10]} on the case {header.case_id} is too large for the team's log: {size:,}"
            f" bytes, of at most {LARGEST_COMMIT:,}. It stays on this laptop with all that followed on the case; other"
            " cases are synced. Enter it in smaller parts on a case of its own."
        )
        for header, size in sizes
        if size > LARGEST_COMMIT
    }


def take_away(connection: sqlite3.Connection, commit: Commit) -> None:
    """Take one pending commit off; what was on top of it is the caller's to settle."""
    (position,) = connection.execute(
        "SELECT position FROM pending_commits WHERE commit_id = ?", (commit.commit_id,)
    ).fetchone()
    connection.execute("DELETE FROM pending_events WHERE commit_position = ?", (position,))
    connection.execute("DELETE FROM pending_commits WHERE position = ?", (position,))


def _commit(connection: sqlite3.Connection, position: int, commit_id: str, *fields: Any) -> Commit:
    header = CommitHeader(**dict(zip(COMMIT_FIELDS, fields, strict=True)))
    events = tuple(EventFields(*row) for row in connection.execute(_EVENTS, (position,)))
    return Commit(commit_id, header, events)
