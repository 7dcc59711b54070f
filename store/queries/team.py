"""What a database shares with a team: what is pending, in conflict, given up or quarantined."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from store import unsettled
from store.log.read import get_commits_for_case
from store.log.upcast import typed_payload
from store.projections import PROJECTIONS
from store.queries.team_state import pending_cases
from store.queries.timeline import TimelineEntry, entries_of, sentence
from store.sqlite.transactions import read_transaction


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A command that was carried out here and no longer holds. `code` and `sentence` are the domain's refusal."""

    command_id: str
    case_id: str
    command: str
    actor: str
    recorded_at: str
    code: str
    sentence: str
    refused_at: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that the person saw, and what it is now; None for both where the row is new or gone."""

    table: str
    key: str
    column: str
    seen: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Conflict:
    """All that it takes to decide about a conflict.

    `data` is the command as it was given, `did` what it came to then; `since` is what the team accepted in the case
    after the person looked, the newest first, and `changed` what differs from what they saw, their own later work
    included.
    """

    row: ConflictRow
    data: Mapping[str, Any]
    did: tuple[str, ...]
    since: tuple[TimelineEntry, ...]
    changed: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class DiscardedRow:
    """A command that a person gave up. `replaced_by` is the id of the command that was carried out instead, if any."""

    command_id: str
    case_id: str
    command: str
    actor: str
    recorded_at: str
    reason: str
    replaced_by: str | None
    discarded_by: str
    discarded_at: str


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A record that can't be read (`damaged`, or `newer` than this program), or that is `waiting` behind one.

    It keeps the case from going on; `case_id` is None where the record names none.
    """

    log_partition: int
    log_offset: int
    case_id: str | None
    problem: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CaseInTeam:
    """One case in the team: how many pending commits and conflicts it has, and why it rests, if it does.

    It is quarantined then, or its rows wait.
    """

    pending: int
    conflicts: int
    quarantined: str | None


@dataclass(frozen=True, slots=True)
class TeamOverview:
    """The log that was joined, how far each of its partitions is read, and what is pending."""

    cluster_id: str
    joined_at: str
    cursors: Mapping[int, int]
    pending: int
    pending_cases: int


def case_in_team(connection: sqlite3.Connection, case_id: str) -> CaseInTeam:
    with read_transaction(connection):
        (pending,) = connection.execute("SELECT count(*) FROM pending_commits WHERE case_id = ?", (case_id,)).fetchone()
        conflicts, quarantined, rows_wait = unsettled.unsettled_case(connection, case_id)
        return CaseInTeam(pending, conflicts, quarantined or rows_wait)


def team_overview(connection: sqlite3.Connection) -> TeamOverview | None:
    """None for a database that has joined no team."""
    with read_transaction(connection):
        team = connection.execute("SELECT cluster_id, joined_at FROM team").fetchone()
        if team is None:
            return None
        cluster_id, joined_at = team
        cursors = connection.execute("SELECT log_partition, next_offset FROM cursors ORDER BY log_partition").fetchall()
        pending = pending_cases(connection)
    return TeamOverview(cluster_id, joined_at, dict(cursors), sum(pending.values()), len(pending))


def case_names(connection: sqlite3.Connection, case_ids: Iterable[str]) -> dict[str, str]:
    """Reference and name of each case; the id of one that is not there."""
    query = "SELECT reference || '  ' || name FROM cases WHERE case_id = ?"
    found = {case_id: connection.execute(query, (case_id,)).fetchone() for case_id in case_ids}
    return {case_id: row[0] if row else case_id for case_id, row in found.items()}


def conflicts(connection: sqlite3.Connection) -> list[ConflictRow]:
    """All conflicts, the oldest command first."""
    return [ConflictRow(*row) for row in unsettled.conflicts(connection)]


def conflict(connection: sqlite3.Connection, command_id: str) -> Conflict | None:
    """One conflict with all that belongs to it, None if it is settled."""
    with read_transaction(connection):
        stored = unsettled.conflict_of(connection, command_id)
        if stored is None:
            return None
        record = from_json(stored.record)
        command = from_json(record["command"])
        return Conflict(
            row=ConflictRow(
                command_id=stored.command_id,
                case_id=stored.case_id,
                command=command["command"],
                actor=record["actor"],
                recorded_at=record["recorded_at"],
                code=stored.code,
                sentence=stored.sentence,
                refused_at=stored.refused_at,
            ),
            data=command["data"],
            did=tuple(sentence(typed_payload(e["payload_model_name"], e["payload"])) for e in record["events"]),
            since=tuple(_since(connection, stored.case_id, stored.base)),
            changed=tuple(_changed(connection, stored.case_id, from_json(stored.seen))),
        )


def discarded_commands(connection: sqlite3.Connection) -> list[DiscardedRow]:
    """What was given up, the newest decision first."""
    return [DiscardedRow(*row) for row in unsettled.discarded_commands(connection)]


def quarantined_records(connection: sqlite3.Connection) -> list[QuarantinedRow]:
    return [QuarantinedRow(*row) for row in unsettled.quarantined_records(connection)]


def _since(connection: sqlite3.Connection, case_id: str, base: str | None) -> list[TimelineEntry]:
    """What was accepted in a case after the commit `base`, the newest first."""
    accepted = [commit for commit in get_commits_for_case(connection, case_id) if not commit.pending]
    seen = max((commit.version for commit in accepted if commit.commit_id == base), default=0)
    return entries_of(accepted[seen:])


def _changed(connection: sqlite3.Connection, case_id: str, seen: Mapping[str, Any]) -> list[Difference]:
    changed = []
    for projection in PROJECTIONS:
        *_, own = projection.key  # all rows are of one case
        before = {row[own]: row for row in seen.get(projection.table, ())}
        columns = list(projection.columns)
        rows = connection.execute(
            f"SELECT {', '.join(columns)} FROM {projection.table} WHERE case_id = ? ORDER BY rowid", (case_id,)
        )
        now = {row[columns.index(own)]: dict(zip(columns, row, strict=True)) for row in rows}
        for key in dict.fromkeys([*before, *now]):
            old, new = before.get(key, {}), now.get(key, {})
            changed += [
                Difference(projection.table, key, column, old.get(column), new.get(column))
                for column in columns
                if old.get(column) != new.get(column)
            ]
    return changed
