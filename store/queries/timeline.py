"""What happened in a case, newest first, in sentences."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store.domain.operation import Payload
from store.log.read import RecordedCommit, get_commits_for_case
from store.log.upcast import UnknownPayload


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What one command did, as a person reads it: the actor, and then each of the sentences.

    `version` counts the changes of the case, from 1; `recorded_at` is UTC, ISO 8601. It is `pending` while the
    team has not accepted it.
    """

    version: int
    commit_id: str
    recorded_at: str
    actor: str
    sentences: tuple[str, ...]
    pending: bool


def timeline(connection: sqlite3.Connection, case_id: str) -> list[TimelineEntry]:
    return entries_of(get_commits_for_case(connection, case_id))


def entries_of(commits: Sequence[RecordedCommit]) -> list[TimelineEntry]:
    """These commits, the newest first."""
    return [
        TimelineEntry(
            commit.version,
            commit.commit_id,
            commit.recorded_at,
            commit.actor,
            tuple(sentence(event.payload) for event in commit.events) or ("found nothing to change",),
            commit.pending,
        )
        for commit in reversed(commits)
    ]


def sentence(payload: Payload | UnknownPayload) -> str:
    """What the event says, without who and when."""
    if isinstance(payload, UnknownPayload):
        return f"did something that only a newer version of caseworker can read ({payload.payload_model_name})"
    return payload.sentence()
