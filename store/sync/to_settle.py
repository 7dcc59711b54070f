"""What waits for a person in a team, read in one transaction: what the sync screen shows."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from store.device import older_than_sent
from store.log.pending import too_large
from store.queries.team import ConflictRow, TeamOverview, case_names, conflicts, team_overview
from store.sqlite.transactions import read_transaction
from store.sync.dead_letters import DeadLetter, dead_letters
from store.unsettled import quarantined_cases, waiting_rows


@dataclass(frozen=True, slots=True)
class ToSettle:
    """The conflicts, the reasons of quarantined cases by case id, and the dead letters that wait.

    `not_shown` says by case id why its rows wait, `too_large` what of it can't be sent. `older_than_sent` says that
    commits of this device came back which it had not made, and is empty otherwise.

    `names` has the reference and the name of each case among them. `team` is None where no team was joined.
    """

    team: TeamOverview | None
    conflicts: Sequence[ConflictRow]
    quarantined: Mapping[str, str]
    not_shown: Mapping[str, str]
    too_large: Mapping[str, str]
    letters: Sequence[DeadLetter]
    older_than_sent: str
    names: Mapping[str, str]


def to_settle(connection: sqlite3.Connection) -> ToSettle:
    with read_transaction(connection):
        found, quarantined = conflicts(connection), quarantined_cases(connection)
        not_shown, unsent = waiting_rows(connection), too_large(connection)
        return ToSettle(
            team=team_overview(connection),
            conflicts=found,
            quarantined=quarantined,
            not_shown=not_shown,
            too_large=unsent,
            letters=dead_letters(connection, waiting_only=True),
            older_than_sent=older_than_sent(connection),
            names=case_names(connection, {*(row.case_id for row in found), *quarantined, *not_shown, *unsent}),
        )
