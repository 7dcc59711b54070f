"""How a database stands with its team, in the few numbers and marks that are always in sight."""

import sqlite3
from typing import NamedTuple

from store import unsettled
from store.device import unknown_own
from store.sqlite.transactions import read_transaction


class TeamState(NamedTuple):
    """How a database stands with its team: the numbers that a status line tells.

    `unknown_own` are commits of this device that came back and that it had not made.
    """

    shared: bool
    pending: int
    conflicts: int
    quarantined_cases: int
    unknown_own: int = 0


def team_state(connection: sqlite3.Connection) -> TeamState:
    with read_transaction(connection):
        shared, pending = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM team), (SELECT count(*) FROM pending_commits)"
        ).fetchone()
        found = unknown_own(connection)
        return TeamState(bool(shared), pending, *unsettled.counts(connection), found.commits if found else 0)


def pending_cases(connection: sqlite3.Connection) -> dict[str, int]:
    """The cases whose rows show work that the team has not accepted yet, with the number of its commits."""
    return dict(connection.execute("SELECT case_id, count(*) FROM pending_commits GROUP BY case_id").fetchall())
