"""How a database stands with its team, in the few numbers and marks that are always in sight."""

import sqlite3
from typing import NamedTuple

from store import unsettled
from store.sqlite.transactions import read_transaction


class TeamState(NamedTuple):
    """How a database stands with its team: the numbers that a status line tells."""

    shared: bool
    pending: int
    conflicts: int
    quarantined_cases: int


def team_state(connection: sqlite3.Connection) -> TeamState:
    with read_transaction(connection):
        shared, pending = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM team), (SELECT count(*) FROM pending_commits)"
        ).fetchone()
        return TeamState(bool(shared), pending, *unsettled.counts(connection))


def pending_cases(connection: sqlite3.Connection) -> dict[str, int]:
    """The cases whose rows show work that the team has not accepted yet, with the number of its commits."""
    return dict(connection.execute("SELECT case_id, count(*) FROM pending_commits GROUP BY case_id").fetchall())
