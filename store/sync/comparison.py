"""A database compared with the team's log, record by record: whether it has what it has read.

What `verify` proves of a database alone is that what is there is as it was written; it does not miss a case that is
gone from every table. In a team each record that was read has its place here: among the accepted commits, the rejected
or the quarantined records.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from store.domain.identifiers import case_reference
from store.engine.case_store import CaseStore
from store.progress import Progress
from store.sync.round import BATCH
from store.sync.shared_log import Record, SharedLog
from store.sync.team import check_same_log, team_of
from store.sync.wire import Unreadable, decode
from store.unsettled import quarantined_at

_NAMED = 5
"""The cases that a sentence names."""

_WHAT_TO_DO = (
    "Let a new database join the team (--db FILE), and look in this one for work of your own that was not sent."
)

_REJECTED = "SELECT 1 FROM rejected_records WHERE log_partition = ? AND log_offset = ?"
_ACCEPTED = "SELECT 1 FROM commits WHERE case_id = ? AND coalesce(parent, '') = ? AND commit_id = ?"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many records were compared, those of them that are not here, and how many are accepted.

    `commits` are the accepted ones of the database, which are as many.
    """

    records: int
    missing: Sequence[Record]
    accepted: int
    commits: int

    @property
    def sentences(self) -> Sequence[str]:
        """What is wrong."""
        said = []
        if self.missing:
            first = self.missing[0]
            said.append(
                f"{len(self.missing):,} of the records of the team's log that were read are not in this database"
                f" ({_cases(self.missing)}; the first is record {first.offset} of partition {first.partition}): it has"
                " lost them, or somebody has taken them out."
            )
        if self.accepted != self.commits:
            said.append(
                f"There are {self.commits:,} accepted commits in this database, and {self.accepted:,} of the records of"
                " the team's log that it has read are accepted: somebody has put some in, or has taken some out."
            )
        return [f"{each} {_WHAT_TO_DO}" for each in said]


def compare(store: CaseStore, log: SharedLog, *, progress: Progress = lambda done, total: None) -> Comparison:
    """Compare all that was read. Nobody else syncs the database meanwhile. Raises `Unreachable` or `SyncStopped`."""
    team = team_of(store)
    check_same_log(team, log.identity(), log.spans())
    until = dict(team.cursors)
    positions, records, accepted = dict.fromkeys(until, 0), 0, 0
    missing: list[Record] = []
    while any(positions[partition] < end for partition, end in until.items()):
        found = log.read(positions, until, BATCH)
        here, not_here = store.query(_looked_up, found.records)
        records, accepted, positions = records + len(found.records), accepted + here, dict(found.positions)
        missing += not_here
        progress(sum(positions.values()), sum(until.values()))
    return Comparison(records, missing, accepted, store.query(_commits))


def _looked_up(connection: sqlite3.Connection, records: Sequence[Record]) -> tuple[int, list[Record]]:
    """How many of these records are accepted here, and those that are nowhere."""
    accepted, nowhere = 0, []
    for record in records:
        if _is_kept(connection, record):
            continue
        if _is_accepted(connection, record):
            accepted += 1
        else:
            nowhere.append(replace(record, value=None))  # they may be many
    return accepted, nowhere


def _is_kept(connection: sqlite3.Connection, record: Record) -> bool:
    """Whether it is here as one that was not accepted."""
    place = (record.partition, record.offset)
    return connection.execute(_REJECTED, place).fetchone() is not None or quarantined_at(connection, *place) is not None


def _is_accepted(connection: sqlite3.Connection, record: Record) -> bool:
    try:
        commit = decode(record.value)
    except Unreadable:
        return False
    key = (commit.header.case_id, commit.header.parent or "", commit.commit_id)
    return connection.execute(_ACCEPTED, key).fetchone() is not None


def _commits(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM commits").fetchone()
    return int(count)


def _cases(records: Sequence[Record]) -> str:
    keys = list(dict.fromkeys((record.key or b"").decode(errors="replace") for record in records))
    named = ", ".join(case_reference(key) for key in keys[:_NAMED])
    more = len(keys) - _NAMED
    return f"case{'' if len(keys) == 1 else 's'} {named}{f' and {more:,} more' if more > 0 else ''}"
