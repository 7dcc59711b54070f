"""Reading the log, always in order, with typed payloads: first what is accepted, then what is pending on top of it.

An event that is not what its name says raises `store.errors.DatabaseDamaged`.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import JsonValue
from pydantic_core import from_json

from store.domain.operation import Payload
from store.errors import DatabaseDamaged
from store.log.upcast import UnknownPayload, typed_payload
from store.sqlite.transactions import read_transaction


class RecordedEvent(NamedTuple):
    """An event as it stands in the log. `timestamp` is UTC, ISO 8601, in microseconds; `metadata` is JSON text.

    It is `pending` while its commit is: nobody else has seen it, and its position may still change.
    """

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
    pending: bool = False

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
            "provisional": self.pending,
        }


_PAYLOAD = RecordedEvent._fields.index("payload")  # its name comes next


class StreamEvent(NamedTuple):
    """Of an event what a state is folded from."""

    aggregate_id: str
    version: int
    payload_model_name: str
    payload: Payload | UnknownPayload


@dataclass(frozen=True, slots=True)
class RecordedCommit:
    """What one command did to a case file. `version` counts the commits of the case, from 1 without gaps.

    It is `pending` until the team has accepted it: its version may still change.
    """

    version: int
    commit_id: str
    recorded_at: str
    actor: str
    events: tuple[RecordedEvent, ...]
    pending: bool = False


# In the order of the fields of `RecordedEvent`.
_COLUMNS = """
       e.event_id, e.event_type, e.case_id, e.aggregate_id, e.version, e.timestamp,
       e.payload, e.payload_model_name, e.metadata, c.commit_id, c.actor
"""
_ACCEPTED = f"""
SELECT e.position AS position, {_COLUMNS}, 0
FROM events AS e JOIN commits AS c ON c.position = e.commit_position WHERE """
# Pending events come after all that is accepted, and move up as more is.
_LAST_ACCEPTED = "(SELECT coalesce(max(position), 0) FROM events)"
_PENDING = f"""
SELECT e.position + {_LAST_ACCEPTED}, {_COLUMNS}, 1
FROM pending_events AS e JOIN pending_commits AS c ON c.position = e.commit_position WHERE """


_NO_END = 2**63 - 1  # the greatest position that there can be

_HEAD = "SELECT commit_id FROM {} WHERE case_id = ?1 ORDER BY position DESC LIMIT 1".format


def get_events_for_aggregate(connection: sqlite3.Connection, aggregate_id: str) -> list[RecordedEvent]:
    """The stream of one aggregate, in order of version. Should two cases have one of this id, both come, in turn."""
    return list(_read(connection, "e.aggregate_id = ?1", "e.aggregate_id = ?1", aggregate_id))


def get_events_for_case(connection: sqlite3.Connection, case_id: str) -> list[RecordedEvent]:
    """All events of one case file, whatever their aggregate, in order."""
    return list(_read(connection, "e.case_id = ?1", "e.case_id = ?1", case_id))


def get_streams_of_case(connection: sqlite3.Connection, case_id: str) -> list[StreamEvent]:
    """The events of one case file as `get_events_for_case` gives them, of each only what a decision needs."""
    return [
        StreamEvent(aggregate_id, version, model_name, _typed(position, model_name, text))
        for position, aggregate_id, version, model_name, text in connection.execute(_STREAMS, (case_id,))
    ]


_STREAMS = f"""
SELECT position, aggregate_id, version, payload_model_name, payload FROM events WHERE case_id = ?1
UNION ALL
SELECT position + {_LAST_ACCEPTED}, aggregate_id, version, payload_model_name, payload
FROM pending_events WHERE case_id = ?1 ORDER BY position
"""


def get_commits_for_case(connection: sqlite3.Connection, case_id: str) -> list[RecordedCommit]:
    """All commits of one case file in order, those without an event too."""
    with read_transaction(connection):
        events = defaultdict[str, list[RecordedEvent]](list)
        for event in get_events_for_case(connection, case_id):
            events[event.commit_id].append(event)
        commits = connection.execute(f"{_COMMITS_OF_CASE} ORDER BY provisional, position", (case_id,)).fetchall()
    return [
        RecordedCommit(version, commit_id, recorded_at, actor, tuple(events[commit_id]), bool(provisional))
        for version, (commit_id, recorded_at, actor, provisional, _) in enumerate(commits, start=1)
    ]


_COMMITS_OF_CASE = """
SELECT commit_id, recorded_at, actor, 0 AS provisional, position FROM commits WHERE case_id = ?1
UNION ALL SELECT commit_id, recorded_at, actor, 1, position FROM pending_commits WHERE case_id = ?1
"""


def get_events_with_versions(
    connection: sqlite3.Connection, case_id: str | None = None
) -> Iterator[tuple[RecordedEvent, int]]:
    """The events of one case file, or else of all, in order, each with the version of its case that came with it."""
    events = get_events_for_case(connection, case_id) if case_id else get_all_events(connection)
    return ((event, _case_version(connection, event)) for event in events)


def _case_version(connection: sqlite3.Connection, event: RecordedEvent) -> int:
    (version,) = connection.execute(
        "SELECT version FROM (SELECT commit_id, row_number() OVER (ORDER BY provisional, position) AS version"
        f" FROM ({_COMMITS_OF_CASE})) WHERE commit_id = ?2",
        (event.case_id, event.commit_id),
    ).fetchone()
    return int(version)


def get_events_of_type(connection: sqlite3.Connection, event_type: str) -> Iterator[RecordedEvent]:
    """All events of one type, in order. There is no index for this: it reads the whole log."""
    return _read(connection, "e.event_type = ?1", "e.event_type = ?1", event_type)


def get_all_events(connection: sqlite3.Connection, *, after: int = 0) -> Iterator[RecordedEvent]:
    """The whole log in order, from behind position `after`: what is accepted, then what is pending."""
    return _read(connection, "e.position > ?1", f"e.position + {_LAST_ACCEPTED} > ?1", after)


def get_accepted_events(
    connection: sqlite3.Connection, *, after: int = 0, upto: int = _NO_END, cases: tuple[str, str] = ("", "")
) -> Iterator[RecordedEvent]:
    """The part of the log that will never change, in order, from behind position `after` to position `upto`.

    Only of the case files with ids from the first of `cases` on and before the second; empty, that is no bound.
    """
    return _read(connection, _SEGMENT, None, after, upto, *cases)


_SEGMENT = "e.position > ?1 AND e.position <= ?2 AND +e.case_id >= ?3 AND (?4 = '' OR +e.case_id < ?4)"


def get_accepted_events_for_case(connection: sqlite3.Connection, case_id: str) -> list[RecordedEvent]:
    return list(_read(connection, "e.case_id = ?1", None, case_id))


def get_pending_events(connection: sqlite3.Connection) -> Iterator[RecordedEvent]:
    """What is on top of the accepted log, in order."""
    return _read(connection, "false", "?1", 1)


def get_notifications_to_send(connection: sqlite3.Connection) -> list[RecordedEvent]:
    """The accepted `NotificationRequired` events of this database that have not gone out yet, in order."""
    due = "SELECT event_id, case_id FROM notifications_to_send WHERE sent_at IS NULL"
    return list(_read(connection, f"(e.event_id, e.case_id) IN ({due}) AND ?1", None, 1))


def known_payloads(events: Iterable[RecordedEvent]) -> list[Payload] | None:
    """What these events say, in order; None if one of them is of a newer version of the program."""
    payloads = [event.payload for event in events]
    known = [payload for payload in payloads if isinstance(payload, Payload)]
    return known if len(known) == len(payloads) else None


def head_of(connection: sqlite3.Connection, case_id: str) -> str | None:
    """The id of a case's newest commit, pending or accepted, None if there is none."""
    row = connection.execute(f"SELECT coalesce(({_HEAD('pending_commits')}), ({_HEAD('commits')}))", (case_id,))
    head: str | None = row.fetchone()[0]
    return head


def accepted_head_of(connection: sqlite3.Connection, case_id: str) -> str | None:
    """The id of a case's newest accepted commit, None if there is none."""
    row = connection.execute(_HEAD("commits"), (case_id,)).fetchone()
    return row[0] if row else None


def last_accepted_position(connection: sqlite3.Connection) -> int:
    """The position of the newest accepted event, 0 if there is none. These have no gaps: it is also their number."""
    (position,) = connection.execute(f"SELECT {_LAST_ACCEPTED}").fetchone()
    return int(position)


def last_position(connection: sqlite3.Connection) -> int:
    """The position of the newest event, accepted or pending, 0 for an empty log."""
    (position,) = connection.execute(
        f"SELECT {_LAST_ACCEPTED} + (SELECT coalesce(max(position), 0) FROM pending_events)"
    ).fetchone()
    return int(position)


def _read(
    connection: sqlite3.Connection, accepted: str, pending: str | None, *values: str | int
) -> Iterator[RecordedEvent]:
    """The events that fit these conditions on `values`, in one look at the database."""
    query = f"{_ACCEPTED}{accepted}{f' UNION ALL {_PENDING}{pending}' if pending else ''} ORDER BY position"
    for row in connection.execute(query, values):
        payload = _typed(row[0], row[_PAYLOAD + 1], row[_PAYLOAD])
        yield RecordedEvent._make((*row[:_PAYLOAD], payload, *row[_PAYLOAD + 1 : -1], bool(row[-1])))


def _typed(position: int, model_name: str, text: str) -> Payload | UnknownPayload:
    try:
        return typed_payload(model_name, text)
    except ValueError as error:
        raise DatabaseDamaged(
            f"Event {position} of the log ({model_name}) can't be read: `caseworker verify` says where the log was"
            " changed."
        ) from error
