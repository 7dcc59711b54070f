"""Appending to the log. There is no other way in, and no way to change what is there."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from pydantic_core import to_json

from store.domain.decisions import Fact
from store.domain.events import Payload
from store.domain.identifiers import time_ordered_id
from store.log.commit import COMMIT_FIELDS, EVENT_FIELDS, Commit, CommitHeader, EventFields, commit_id
from store.log.pending import is_shared
from store.log.read import RecordedEvent, head_of, last_accepted_position
from store.log.upcast import UnknownPayload, payload_model_name


class StaleVersion(Exception):
    """Somebody else appended to the case or aggregate since the writer looked."""


@dataclass(frozen=True, slots=True)
class _Tables:
    """Where commits and events go, with the statements that put them there."""

    commit: str
    event: str
    provisional: bool

    @classmethod
    def called(cls, commits: str, events: str, *, provisional: bool) -> "_Tables":
        return cls(
            commit=(
                f"INSERT INTO {commits} (commit_id, {', '.join(COMMIT_FIELDS)}) VALUES (?{', ?' * len(COMMIT_FIELDS)})"
            ),
            event=(
                f"INSERT INTO {events} (commit_position, case_id, {', '.join(EVENT_FIELDS)})"
                f" VALUES (?, ?{', ?' * len(EVENT_FIELDS)})"
            ),
            provisional=provisional,
        )


ACCEPTED: Final = _Tables.called("commits", "events", provisional=False)
PENDING: Final = _Tables.called("pending_commits", "pending_events", provisional=True)


def save_events(
    connection: sqlite3.Connection,
    header: CommitHeader,
    facts: Sequence[Fact],
    *,
    expected_versions: Mapping[str, int],
    correlation_id: str | None = None,
) -> tuple[str, list[RecordedEvent]]:
    """Append one commit: its id and its events as recorded, within the caller's transaction.

    It is accepted at once, unless the log is shared with a team: then it is pending.
    `expected_versions` maps each aggregate to the version that the writer last saw (absent: no event yet).
    Raises `StaleVersion`, having written nothing, when the case's head is not `header.parent` or an aggregate is
    at another version than expected.
    """
    if head_of(connection, header.case_id) != header.parent:
        raise StaleVersion(f"case {header.case_id} has a newer commit than {header.parent}")
    for aggregate_id in dict.fromkeys(fact.aggregate_id for fact in facts):
        actual, expected = version_of(connection, aggregate_id), expected_versions.get(aggregate_id, 0)
        if actual != expected:
            raise StaleVersion(f"aggregate {aggregate_id} is at version {actual}, not {expected}")
    commit = new_commit(header, facts, expected_versions, correlation_id=correlation_id)
    to = PENDING if is_shared(connection) else ACCEPTED
    return commit.commit_id, append(connection, commit, [fact.payload for fact in facts], to=to)


def new_commit(
    header: CommitHeader, facts: Iterable[Fact], versions: Mapping[str, int], *, correlation_id: str | None = None
) -> Commit:
    """The commit of these facts on a case whose aggregates are at these versions (absent: no event yet)."""
    versions = dict(versions)
    metadata = to_json(
        {
            "correlation_id": correlation_id or header.command_id,
            "causation_id": header.command_id,
            "actor": header.actor,
            "device": header.device,
        }
    ).decode()
    events = []
    for index, fact in enumerate(facts):
        versions[fact.aggregate_id] = versions.get(fact.aggregate_id, 0) + 1
        events.append(
            EventFields(
                event_id=_event_id(header, index),
                event_type=type(fact.payload).__name__,
                aggregate_id=fact.aggregate_id,
                version=versions[fact.aggregate_id],
                timestamp=header.recorded_at,
                payload=fact.payload.model_dump_json(exclude_none=True),
                payload_model_name=payload_model_name(type(fact.payload)),
                metadata=metadata,
            )
        )
    return Commit(commit_id(header.fields(), events), header, tuple(events))


def append(
    connection: sqlite3.Connection, commit: Commit, payloads: Iterable[Payload | UnknownPayload], *, to: _Tables
) -> list[RecordedEvent]:
    """Write a commit, whose events have these payloads, as it is: its events as recorded."""
    header = commit.header
    commit_position = connection.execute(to.commit, (commit.commit_id, *header.fields())).lastrowid
    before = last_accepted_position(connection) if to.provisional and commit.events else 0
    recorded = []
    for event, payload in zip(commit.events, payloads, strict=True):
        position = connection.execute(to.event, (commit_position, header.case_id, *event)).lastrowid
        assert position is not None  # only None before the first INSERT
        recorded.append(
            RecordedEvent(
                position=before + position,
                event_id=event.event_id,
                event_type=event.event_type,
                case_id=header.case_id,
                aggregate_id=event.aggregate_id,
                version=event.version,
                timestamp=event.timestamp,
                payload=payload,
                payload_model_name=event.payload_model_name,
                metadata=event.metadata,
                commit_id=commit.commit_id,
                actor=header.actor,
                provisional=to.provisional,
            )
        )
    return recorded


def version_of(connection: sqlite3.Connection, aggregate_id: str) -> int:
    """The version of an aggregate, 0 before its first event."""
    (version,) = connection.execute(
        "SELECT coalesce(max(version), 0) FROM (SELECT max(version) AS version FROM events WHERE aggregate_id = ?1"
        " UNION ALL SELECT max(version) FROM pending_events WHERE aggregate_id = ?1)",
        (aggregate_id,),
    ).fetchone()
    return int(version)


def accepted_version_of(connection: sqlite3.Connection, case_id: str, aggregate_id: str) -> int:
    """The version of an aggregate of a case without what is pending, 0 before its first event."""
    (version,) = connection.execute(
        "SELECT coalesce(max(version), 0) FROM events WHERE aggregate_id = ? AND case_id = ?", (aggregate_id, case_id)
    ).fetchone()
    return int(version)


def _event_id(header: CommitHeader, index: int) -> str:
    """Time-ordered, and another one whenever the same command runs on another parent."""
    entropy = sha256(f"{header.parent}\n{header.command_id}\n{index}".encode()).digest()
    return time_ordered_id(datetime.fromisoformat(header.recorded_at), entropy)
