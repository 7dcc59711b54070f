"""Appending to the log. There is no other way in, and no way to change what is there."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import count

from pydantic_core import to_json

from store.domain.decisions import Fact
from store.domain.identifiers import time_ordered_id
from store.log.commit import COMMIT_FIELDS, EVENT_FIELDS, CommitHeader, commit_id
from store.log.read import RecordedEvent, head_of, last_position
from store.log.upcast import payload_model_name


class StaleVersion(Exception):
    """Somebody else appended to the case or aggregate since the writer looked."""


_INSERT_COMMIT = (
    f"INSERT INTO commits (commit_id, {', '.join(COMMIT_FIELDS)})"
    f" VALUES (?{', ?' * len(COMMIT_FIELDS)}) RETURNING position"
)
_INSERT_EVENT = (
    f"INSERT INTO events (position, commit_position, case_id, {', '.join(EVENT_FIELDS)})"
    f" VALUES (?, ?, ?{', ?' * len(EVENT_FIELDS)})"
)


def save_events(
    connection: sqlite3.Connection,
    header: CommitHeader,
    facts: Sequence[Fact],
    *,
    expected_versions: Mapping[str, int],
    correlation_id: str | None = None,
) -> tuple[str, list[RecordedEvent]]:
    """Append one commit: its id and its events as recorded, within the caller's transaction.

    `expected_versions` maps each aggregate to the version that the writer last saw (absent: no event yet).
    Raises `StaleVersion`, having written nothing, when the case's head is not `header.parent` or an aggregate is
    at another version than expected.
    """
    if head_of(connection, header.case_id) != header.parent:
        raise StaleVersion(f"case {header.case_id} has a newer commit than {header.parent}")
    versions = {fact.aggregate_id: expected_versions.get(fact.aggregate_id, 0) for fact in facts}
    for aggregate_id, expected in versions.items():
        actual = _version(connection, aggregate_id)
        if actual != expected:
            raise StaleVersion(f"aggregate {aggregate_id} is at version {actual}, not {expected}")

    metadata = to_json(
        {
            "correlation_id": correlation_id or header.command_id,
            "causation_id": header.command_id,
            "actor": header.actor,
            "device": header.device,
        }
    ).decode()
    rows = []
    for index, fact in enumerate(facts):
        versions[fact.aggregate_id] += 1
        rows.append(
            (
                _event_id(header, index),
                type(fact.payload).__name__,
                fact.aggregate_id,
                versions[fact.aggregate_id],
                header.recorded_at,
                fact.payload.model_dump_json(exclude_none=True),
                payload_model_name(type(fact.payload)),
                metadata,
            )
        )
    identity = commit_id(header.fields(), rows)
    (commit_position,) = connection.execute(_INSERT_COMMIT, (identity, *header.fields())).fetchone()
    positions = count(last_position(connection) + 1)
    recorded = []
    for row, fact in zip(rows, facts, strict=True):
        event_id, event_type, aggregate_id, version, timestamp, _, model_name, _ = row
        position = next(positions)
        connection.execute(_INSERT_EVENT, (position, commit_position, header.case_id, *row))
        recorded.append(
            RecordedEvent(
                position=position,
                event_id=event_id,
                event_type=event_type,
                case_id=header.case_id,
                aggregate_id=aggregate_id,
                version=version,
                timestamp=timestamp,
                payload=fact.payload,
                payload_model_name=model_name,
                metadata=metadata,
                commit_id=identity,
                actor=header.actor,
            )
        )
    return identity, recorded


def _version(connection: sqlite3.Connection, aggregate_id: str) -> int:
    row = connection.execute("SELECT max(version) FROM events WHERE aggregate_id = ?", (aggregate_id,)).fetchone()
    return row[0] or 0


def _event_id(header: CommitHeader, index: int) -> str:
    """Time-ordered, and another one whenever the same command runs on another parent."""
    entropy = sha256(f"{header.parent}\n{header.command_id}\n{index}".encode()).digest()
    return time_ordered_id(datetime.fromisoformat(header.recorded_at), entropy)
