"""A commit: the events of one command on one case file, applied together or not at all.

Its id is the SHA-256 of a canonical encoding of everything in it, its parent's id included. That one mechanism
gives optimistic concurrency (the parent must be the case's head), tamper evidence (the chain can be recomputed) and
the acceptance rule of a team's shared log.

The encoding (format 1) is a list of fields, each written as its length in bytes in decimal, `:`, and its bytes in
UTF-8; a missing parent is `-:`. First `COMMIT_FIELDS` in order, then the number of events, then `EVENT_FIELDS` of
each event in order. The fields are hashed as they are stored: no JSON is parsed or written again.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

FORMAT: Final = 1

COMMIT_FIELDS: Final = (
    "format",
    "case_id",
    "parent",
    "command_id",
    "command",
    "device",
    "actor",
    "rules_version",
    "recorded_at",
)


class EventFields(NamedTuple):
    """An event as it is stored and hashed: payload and metadata are JSON text."""

    event_id: str
    event_type: str
    aggregate_id: str
    version: int
    timestamp: str
    payload: str
    payload_model_name: str
    metadata: str


EVENT_FIELDS: Final = EventFields._fields

LARGEST_COMMIT: Final = 950_000
"""In bytes, as a commit goes to a team: what every Kafka takes in one record, with room for its key and headers."""

_NAMES: Final = 250
"""Bytes in which the names of the fields of a commit or of an event fit."""

_COMMIT_VALUES: Final = attrgetter(*COMMIT_FIELDS)

Stored = str | bytes | int | None
"""A column's value as SQLite holds it."""


@dataclass(frozen=True, slots=True)
class CommitHeader:
    """All of a commit but its events.

    `parent` is the case's head when the command was decided, None for the first; `command` is the command as JSON,
    `{"command": name, "data": {…}}`, so that it can be run again; `recorded_at` is UTC, ISO 8601, in microseconds.
    """

    case_id: str
    parent: str | None
    command_id: str
    command: str
    device: str
    actor: str
    rules_version: str
    recorded_at: str
    format: int = FORMAT

    def fields(self) -> tuple[Stored, ...]:
        return _COMMIT_VALUES(self)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit whole, as it is stored."""

    commit_id: str
    header: CommitHeader
    events: tuple[EventFields, ...]


def is_too_large(commit: Commit) -> bool:
    """Whether no record of a team's log can hold a commit."""
    letters = len(commit.header.command) + sum(len(event.payload) + len(event.metadata) for event in commit.events)
    return letters > LARGEST_COMMIT // 10 and size_of(commit) > LARGEST_COMMIT  # a letter takes eight bytes at most


def size_of(commit: Commit) -> int:
    """The bytes of a commit as it goes to a team, or a few more. A quote or backslash in its texts takes two there."""
    values = [str(value) for value in chain(commit.header.fields(), *commit.events)]
    escaped = sum(value.count('"') + value.count("\\") for value in values)
    return sum(len(value.encode()) for value in values) + escaped + _NAMES * (1 + len(commit.events))


def commit_id(header: Iterable[Stored], events: Sequence[tuple[Stored, ...]]) -> str:
    """The id of a commit, from the values of `COMMIT_FIELDS` and of each event's `EVENT_FIELDS`, as stored."""
    parts: list[bytes] = []
    for value in chain(header, (len(events),), *events):
        if value is None:
            parts.append(b"-:")
        else:
            data = value if isinstance(value, bytes) else str(value).encode()
            parts.append(b"%d:%b" % (len(data), data))
    return hashlib.sha256(b"".join(parts)).hexdigest()
