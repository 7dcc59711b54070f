"""Reading the log, always in order, with typed payloads.

An event that is not what its name says raises `store.errors.DatabaseDamaged`.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import JsonValue
from pydantic_core import from_json

from store.database import read_transaction
from store.domain.events import Payload
from store.errors import DatabaseDamaged
from store.log.upcast import UnknownPayload, typed_payload


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it stands in the log. `timestamp` is UTC, ISO 8601, in microseconds; `metadata` is JSON text."""

    position: int
    event_id: str
    event_type: str
    case_id: str
    aggregate_id: str
    version: int
    timestamp: str
    payload: Payload | UnknownPayload
    payload_model_name: str
    metadata: str
    commit_id: str
    actor: str

    def as_json(self) -> dict[str, JsonValue]:
        """The event as `caseworker log --json` prints it."""
        if isinstance(self.payload, UnknownPayload):
            payload = from_json(self.payload.text)
        else:
            payload = self.payload.model_dump(mode="json", exclude_none=True)
        return {
            "position": self.position,
            "event_id": self.event_id,
            "event_type": self.event_type,
            "case_id": self.case_id,
            "aggregate_id": self.aggregate_id,
            "version": self.version,
            "timestamp": self.timestamp,
            "payload": payload,
            "payload_model_name": self.payload_model_name,
            "metadata": from_json(self.metadata),
            "commit_id": self.commit_id,
        }


@dataclass(frozen=True, slots=True)
class RecordedCommit:
    """What one command did to a case file. `version` counts the commits of the case, from 1 without gaps."""

    version: int
    commit_id: str
    recorded_at: str
    actor: str
    events: tuple[RecordedEvent, ...]


_EVENTS = """
SELECT e.position, e.event_id, e.event_type, e.case_id, e.aggregate_id, e.version, e.timestamp,
       e.payload, e.payload_model_name, e.metadata, c.commit_id, c.actor
FROM events AS e JOIN commits AS c ON c.position = e.commit_position
"""


def get_events_for_aggregate(connection: sqlite3.Connection, aggregate_id: str) -> list[RecordedEvent]:
    """The stream of one aggregate, in order of version."""
    return list(_read(connection, "WHERE e.aggregate_id = ? ORDER BY e.version", (aggregate_id,)))


def get_events_for_case(connection: sqlite3.Connection, case_id: str) -> list[RecordedEvent]:
    """All events of one case file, whatever their aggregate, in order."""
    return list(_read(connection, "WHERE e.case_id = ? ORDER BY e.position", (case_id,)))


def get_commits_for_case(connection: sqlite3.Connection, case_id: str) -> list[RecordedCommit]:
    """All commits of one case file in order, those without an event too."""
    with read_transaction(connection):
        events = defaultdict[str, list[RecordedEvent]](list)
        for event in get_events_for_case(connection, case_id):
            events[event.commit_id].append(event)
        commits = connection.execute(
            "SELECT commit_id, recorded_at, actor FROM commits WHERE case_id = ? ORDER BY position", (case_id,)
        ).fetchall()
    return [
        RecordedCommit(version, commit_id, recorded_at, actor, tuple(events[commit_id]))
        for version, (commit_id, recorded_at, actor) in enumerate(commits, start=1)
    ]


def case_version(connection: sqlite3.Connection, event: RecordedEvent) -> int:
    """The version of its case that came with an event."""
    (version,) = connection.execute(
        "SELECT count(*) FROM commits WHERE case_id = ?"
        " AND position <= (SELECT commit_position FROM events WHERE position = ?)",
        (event.case_id, event.position),
    ).fetchone()
    return int(version)


def get_all_events(connection: sqlite3.Connection, *, after: int = 0) -> Iterator[RecordedEvent]:
    """The whole log in order, from behind position `after`."""
    return _read(connection, "WHERE e.position > ? ORDER BY e.position", (after,))


def known_payloads(events: Iterable[RecordedEvent]) -> list[Payload] | None:
    """What these events say, in order; None if one of them is of a newer version of the program."""
    payloads = [event.payload for event in events]
    known = [payload for payload in payloads if isinstance(payload, Payload)]
    return known if len(known) == len(payloads) else None


def head_of(connection: sqlite3.Connection, case_id: str) -> str | None:
    """The id of a case's newest commit, None if there is none."""
    row = connection.execute(
        "SELECT commit_id FROM commits WHERE case_id = ? ORDER BY position DESC LIMIT 1", (case_id,)
    ).fetchone()
    return row[0] if row else None


def last_position(connection: sqlite3.Connection) -> int:
    """The position of the newest event, 0 for an empty log. Positions have no gaps, so it is also their number."""
    (position,) = connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
    return int(position)


def _read(connection: sqlite3.Connection, clause: str, parameters: tuple[str | int]) -> Iterator[RecordedEvent]:
    for row in connection.execute(_EVENTS + clause, parameters):
        position, event_id, event_type, case_id, aggregate_id, version, timestamp, text, model_name, *rest = row
        metadata, commit_id, actor = rest
        try:
            payload = typed_payload(model_name, text)
        except ValueError as error:
            raise DatabaseDamaged(
                f"Event {position} of the log ({model_name}) can't be read: `caseworker verify` says where the log was"
                " changed."
            ) from error
        yield RecordedEvent(
            position=position,
            event_id=event_id,
            event_type=event_type,
            case_id=case_id,
            aggregate_id=aggregate_id,
            version=version,
            timestamp=timestamp,
            payload=payload,
            payload_model_name=model_name,
            metadata=metadata,
            commit_id=commit_id,
            actor=actor,
        )
