"""Joining a shared log, and recognising it later. A database belongs to one team for good."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from store.clock import stamp
from store.engine.case_store import CaseStore
from store.log.commit import COMMIT_FIELDS, EVENT_FIELDS
from store.sqlite.append_only import LOG_TRIGGERS
from store.sync.pull import cursors_of
from store.sync.shared_log import Identity, SharedLog, Span, SyncStopped


@dataclass(frozen=True, slots=True)
class Team:
    """The log that a database has joined, and how far it has read in each partition."""

    identity: Identity
    cursors: Mapping[int, int]


def join(store: CaseStore, log: SharedLog) -> Team:
    """Join the team of this log. The accepted commits become pending, to be pushed.

    Nothing happens if the database has joined before. Raises `SyncStopped` if it is another log than the one that was
    joined.
    """
    identity, spans = log.identity(), log.spans()
    if team := store.query(_team):
        check_same_log(team, identity, spans)
        return team
    if cut := [partition for partition, span in sorted(spans.items()) if span.start > 0]:
        raise SyncStopped(
            "history_incomplete",
            f"The beginning of partition {cut[0]} of the team's log was deleted, so its history can't be read whole:"
            " the topic needs retention.ms=-1 and retention.bytes=-1. Nothing was changed here.",
        )
    now = stamp(store.clock())
    if store.change(_join, identity, now) != identity:
        raise SyncStopped(
            "another_team",
            f"The database {store.path} has just joined the team of another log, from another process: its cases and"
            " their history are that team's. Use another database for this team (--db FILE).",
        )
    return team_of(store)


def has_joined(store: CaseStore) -> bool:
    """Whether the database belongs to a team."""
    return store.query(_team) is not None


def team_of(store: CaseStore) -> Team:
    """The team that a database has joined. Raises `SyncStopped` if it has joined none."""
    team = store.query(_team)
    if team is None:
        raise SyncStopped("no_team", f"The database {store.path} has not joined a team's log yet.")
    return team


def check_same_log(team: Team, identity: Identity, spans: Mapping[int, Span]) -> None:
    """Raises `SyncStopped` unless this is the log that was joined, and it still holds all records not read yet."""
    known = team.identity
    if identity.cluster_id != known.cluster_id:
        raise SyncStopped(
            "another_cluster",
            f"This is the Kafka cluster {identity.cluster_id}, but this database has joined a team on the cluster"
            f" {known.cluster_id}: its cases and their history are that team's, and would be mixed with the ones of"
            " this. Connect to that cluster, or use another database here (--db FILE). Nothing was read.",
        )
    if identity.topic_id != known.topic_id:
        raise SyncStopped(
            "topic_recreated",
            "The topic of the team's log was deleted and made again since this database last saw it, or topic_prefix"
            " names that of another team: what the team agreed on is not in this one. Nothing was read; ask whoever"
            " looks after the cluster.",
        )
    if identity.partitions != known.partitions:
        raise SyncStopped(
            "partitions_changed",
            f"The topic of the team's log has {identity.partitions} partitions now, not {known.partitions}: cases are"
            " found by that count, so it must never change. Nothing was read; ask whoever looks after the cluster.",
        )
    for partition, offset in sorted(team.cursors.items()):
        span = spans[partition]
        if offset < span.start:
            raise SyncStopped(
                "topic_truncated",
                f"Records {offset} to {span.start - 1} of partition {partition} of the team's log were deleted before"
                " this database had read them: the topic needs retention.ms=-1. Nothing was skipped or read.",
            )
        if offset > span.end:
            raise SyncStopped(
                "topic_truncated",
                f"Partition {partition} of the team's log ends at {span.end}, but this database has read it up to"
                f" {offset}: the topic was truncated or restored from an older copy. Nothing was read.",
            )


def _team(connection: sqlite3.Connection) -> Team | None:
    row = connection.execute("SELECT cluster_id, topic_id, partitions FROM team").fetchone()
    return Team(Identity(*row), cursors_of(connection)) if row else None


def _join(connection: sqlite3.Connection, identity: Identity, now: str) -> Identity:
    """Join a log, unless the database has joined one before. Returns the log that it belongs to."""
    if team := _team(connection):
        return team.identity
    connection.execute(
        "INSERT INTO team (only, cluster_id, topic_id, partitions, joined_at) VALUES (1, ?, ?, ?, ?)",
        (identity.cluster_id, identity.topic_id, identity.partitions, now),
    )
    connection.executemany(
        "INSERT INTO cursors (log_partition, next_offset) VALUES (?, 0)", [(p,) for p in range(identity.partitions)]
    )
    _make_pending(connection)
    return identity


def _make_pending(connection: sqlite3.Connection) -> None:
    """Make all accepted commits pending, since the team accepts commits from now on.

    Commits leave the accepted log here and nowhere else, so its triggers are dropped and made again.
    """
    for name in LOG_TRIGGERS:
        connection.execute(f"DROP TRIGGER {name}")
    for table, fields in (
        ("commits", ("position", "commit_id", *COMMIT_FIELDS)),
        ("events", ("position", "commit_position", "case_id", *EVENT_FIELDS)),
    ):
        columns = ", ".join(fields)
        connection.execute(f"INSERT INTO pending_{table} ({columns}) SELECT {columns} FROM {table} ORDER BY position")
    connection.execute("DELETE FROM events")
    connection.execute("DELETE FROM commits")
    for trigger in LOG_TRIGGERS.values():
        connection.execute(trigger)
