"""Appending to the log. There is no other way in, and no way to change what is there."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from pydantic_core import to_json

from store.domain.identifiers import time_ordered_id
from store.domain.operation import NewEvent, Payload
from store.log.commit import COMMIT_FIELDS, EVENT_FIELDS, Commit, CommitHeader, EventFields, commit_id
from store.log.pending import is_shared
from store.log.read import RecordedEvent, last_accepted_position
from store.log.upcast import UnknownPayload, payload_model_name


class StaleVersion(Exception):
    """Somebody else appended to the case or aggregate since the writer looked."""


@dataclass(frozen=True, slots=True)
class _Tables:
    """Where commits and events go, with the statements that put them there."""

    commit: str
    event: str
    last_positions: str
    pending: bool

    @classmethod
    def called(cls, commits: str, events: str, *, pending: bool) -> "_Tables":
        return cls(
            commit=(
                f"INSERT INTO {commits} (commit_id, {', '.join(COMMIT_FIELDS)}) VALUES (?{', ?' * len(COMMIT_FIELDS)})"
            ),
            event=(
                f"INSERT INTO {events} (commit_position, case_id, {', '.join(EVENT_FIELDS)})"
                f" VALUES (?, ?{', ?' * len(EVENT_FIELDS)})"
            ),
            last_positions=(
                f"SELECT (SELECT coalesce(max(position), 0) FROM {commits}),"
                f" (SELECT coalesce(max(position), 0) FROM {events})"
            ),
            pending=pending,
        )


ACCEPTED: Final = _Tables.called("commits", "events", pending=False)
PENDING: Final = _Tables.called("pending_commits", "pending_events", pending=True)


Payloads = Sequence[Payload | UnknownPayload]


def save_events(connection: sqlite3.Connection, commits: Sequence[tuple[Commit, Payloads]]) -> list[RecordedEvent]:
    """Append commits in order, each with the payloads of its events, within the caller's transaction.

    They are accepted at once, unless the log is shared with a team: then they are pending. The events as recorded.
    Raises `StaleVersion`, having written nothing, when a commit's parent is not the head of its case, or an event's
    version does not follow the one that its aggregate is at in the case.
    """
    _check_versions(connection, [commit for commit, _ in commits])
    return append(connection, commits, to=PENDING if is_shared(connection) else ACCEPTED)


def _check_versions(connection: sqlite3.Connection, commits: Sequence[Commit]) -> None:
    heads = dict(_found(connection, _HEADS, {commit.header.case_id for commit in commits}))
    aggregates = {(commit.header.case_id, event.aggregate_id) for commit in commits for event in commit.events}
    versions = {
        (case_id, aggregate): version for case_id, aggregate, version in _found(connection, _VERSIONS, aggregates)
    }
    for commit in commits:
        case_id, parent = commit.header.case_id, commit.header.parent
        if heads.get(case_id) != parent:
            raise StaleVersion(f"case {case_id} has a newer commit than {parent}")
        heads[case_id] = commit.commit_id
        for event in commit.events:
            aggregate = case_id, event.aggregate_id
            actual, expected = versions.get(aggregate, 0), event.version - 1
            if actual != expected:
                raise StaleVersion(f"aggregate {event.aggregate_id} is at version {actual}, not {expected}")
            versions[aggregate] = event.version


def _found(
    connection: sqlite3.Connection, query: str, wanted: Set[str] | Set[tuple[str, str]]
) -> Iterable[tuple[Any, ...]]:
    return connection.execute(query, (to_json(sorted(wanted)).decode(),))


# The last row of each in turn, so that what is pending comes after what is accepted.
_HEADS: Final = " UNION ALL ".join(
    f"SELECT value, (SELECT commit_id FROM {commits} WHERE case_id = value ORDER BY position DESC LIMIT 1) AS head"
    " FROM json_each(?1) WHERE head IS NOT NULL"
    for commits in ("commits", "pending_commits")
)
_VERSIONS: Final = " UNION ALL ".join(
    f"SELECT value ->> 0, value ->> 1, (SELECT max(version) FROM {events}"
    " WHERE aggregate_id = value ->> 1 AND case_id = value ->> 0) AS last FROM json_each(?1) WHERE last IS NOT NULL"
    for events in ("events", "pending_events")
)


def new_commit(
    header: CommitHeader,
    new_events: Iterable[NewEvent],
    versions: Mapping[str, int],
    *,
    correlation_id: str | None = None,
) -> Commit:
    """The commit of these events on a case whose aggregates are at these versions (absent: no event yet)."""
    versions = dict(versions)
    metadata = to_json(
        {
            "correlation_id": correlation_id or header.command_id,
            "causation_id": header.command_id,
            "actor": header.actor,
            "device": header.device,
        }
    ).decode()
    at, events = datetime.fromisoformat(header.recorded_at), []
    for index, new_event in enumerate(new_events):
        versions[new_event.aggregate_id] = versions.get(new_event.aggregate_id, 0) + 1
        events.append(
            EventFields(
                event_id=_event_id(header, at, index),
                event_type=type(new_event.payload).__name__,
                aggregate_id=new_event.aggregate_id,
                version=versions[new_event.aggregate_id],
                timestamp=header.recorded_at,
                payload=new_event.payload.model_dump_json(exclude_none=True),
                payload_model_name=payload_model_name(type(new_event.payload)),
                metadata=metadata,
            )
        )
    return Commit(commit_id(header.fields(), events), header, tuple(events))


def append(
    connection: sqlite3.Connection, commits: Sequence[tuple[Commit, Payloads]], *, to: _Tables
) -> list[RecordedEvent]:
    """Write commits in order as they are, whatever is there; the events as recorded."""
    commit_position, event_position = connection.execute(to.last_positions).fetchone()
    connection.executemany(to.commit, ((commit.commit_id, *commit.header.fields()) for commit, _ in commits))
    connection.executemany(
        to.event,
        (
            (position, commit.header.case_id, *event)
            for position, (commit, _) in enumerate(commits, start=commit_position + 1)
            for event in commit.events
        ),
    )
    before = last_accepted_position(connection) if to.pending else 0
    events = (
        (commit, event, payload)
        for commit, payloads in commits
        for event, payload in zip(commit.events, payloads, strict=True)
    )
    return [
        RecordedEvent(
            position=position,
            event_id=event.event_id,
            event_type=event.event_type,
            case_id=commit.header.case_id,
            aggregate_id=event.aggregate_id,
            version=event.version,
            timestamp=event.timestamp,
            payload=payload,
            payload_model_name=event.payload_model_name,
            metadata=event.metadata,
            commit_id=commit.commit_id,
            actor=commit.header.actor,
            pending=to.pending,
        )
        for position, (commit, event, payload) in enumerate(events, start=before + event_position + 1)
    ]


def accepted_version_of(connection: sqlite3.Connection, case_id: str, aggregate_id: str) -> int:
    """The version of an aggregate of a case without what is pending, 0 before its first event."""
    (version,) = connection.execute(
        "SELECT coalesce(max(version), 0) FROM events WHERE aggregate_id = ? AND case_id = ?", (aggregate_id, case_id)
    ).fetchone()
    return int(version)


def _event_id(header: CommitHeader, at: datetime, index: int) -> str:
    """Time-ordered, and another one whenever the same command runs on another parent."""
    return time_ordered_id(at, sha256(f"{header.parent}\n{header.command_id}\n{index}".encode()).digest())
