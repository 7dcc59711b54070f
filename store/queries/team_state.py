"""How a database stands with its team, in the few numbers and marks that are always in sight."""

import sqlite3
from typing import NamedTuple


class TeamState(NamedTuple):
    """How a database stands with its team: the numbers that a status line tells."""

    shared: bool
    pending: int
    conflicts: int
    resting_cases: int


def team_state(connection: sqlite3.Connection) -> TeamState:
    shared, *numbers = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM team), (SELECT count(*) FROM pending_commits), (SELECT count(*) FROM conflicts),"
        " (SELECT count(DISTINCT case_id) FROM quarantined_records)"
    ).fetchone()
    return TeamState(bool(shared), *numbers)


def cases_to_be_settled(connection: sqlite3.Connection) -> set[str]:
    """The cases that are in conflict, or rest."""
    rows = connection.execute(
        "SELECT case_id FROM conflicts UNION SELECT case_id FROM quarantined_records WHERE case_id IS NOT NULL"
    )
    return {case_id for (case_id,) in rows}


def pending_cases(connection: sqlite3.Connection) -> dict[str, int]:
    """The cases whose rows show work that the team has not accepted yet, with the number of its commits."""
    return dict(connection.execute("SELECT case_id, count(*) FROM pending_commits GROUP BY case_id").fetchall())
