"""Commits as nobody's laptop would make them: whole in themselves, and put into the log by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from store.domain.identifiers import content_id
from store.log.commit import Commit, CommitHeader, EventFields, commit_id
from store.sync.shared_log import Batch, Record
from store.sync.wire import encode
from tests.sync.memory_team import Laptop, Line

TIME = "2026-01-02T09:00:00.000000+00:00"


def forged(case_id: str, parent: str | None, command_id: str, *events: EventFields) -> Commit:
    """A commit with an id that fits, whatever it holds."""
    header = CommitHeader(
        case_id=case_id,
        parent=parent,
        command_id=command_id,
        command='{"command":"AddNote","data":{}}',
        device="elsewhere",
        actor="mallory",
        rules_version="1",
        recorded_at=TIME,
    )
    return Commit(commit_id(header.fields(), events), header, events)


def an_event(event_type: str, payload: str, **more: Any) -> EventFields:
    """An event of version 1 of this type."""
    event = EventFields(
        event_id=content_id(event_type, payload),
        event_type=event_type,
        aggregate_id="elsewhere",
        version=1,
        timestamp=TIME,
        payload=payload,
        payload_model_name=f"{event_type}.v1",
        metadata="{}",
    )
    return event._replace(**more)


def put(laptop: Laptop, commit: Commit) -> None:
    """Into the log that a laptop shares."""
    laptop.line.log.add_for(commit.header.case_id, encode(commit))


def head(laptop: Laptop, case_id: str) -> str:
    ((found,),) = laptop.rows("SELECT commit_id FROM commits WHERE case_id = ? ORDER BY position DESC LIMIT 1", case_id)
    return str(found)


@dataclass
class InAnyOrder(Line):
    """A line that brings the partitions in an order of its own, a few records at a time."""

    order: Random = field(default_factory=Random)

    def read(self, positions: Mapping[int, int], until: Mapping[int, int], limit: int) -> Batch:
        found: list[Record] = []
        after = dict(positions)
        for _ in range(self.order.randint(1, limit)):
            left: Sequence[int] = [partition for partition in until if after[partition] < until[partition]]
            if not left:
                break
            partition = self.order.choice(left)
            found.append(Record(partition, after[partition], *self.log.records[partition][after[partition]]))
            after[partition] += 1
        return Batch(found, after)
