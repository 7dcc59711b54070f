"""The team's log on Kafka, as a `SharedLog`: the topic `case_commits`."""

from collections.abc import Mapping, Sequence

from pydantic_core import from_json

from store.closing import Closing
from store.sync.connection import Connection
from store.sync.messages import cloud_event_headers
from store.sync.settings import COMMITS_TOPIC
from store.sync.shared_log import Batch, Identity, Outgoing, Record, Span
from store.sync.topic_log import Headers, TopicLog, ToSend


class KafkaLog(Closing):
    """A `SharedLog`. For one thread."""

    def __init__(self, connection: Connection) -> None:
        self._topic = TopicLog(connection, COMMITS_TOPIC, headers=False)
        self.name = self._topic.name

    def close(self) -> None:
        self._topic.close()

    def identity(self) -> Identity:
        return self._topic.identity()

    def spans(self) -> Mapping[int, Span]:
        return self._topic.spans()

    def read(self, positions: Mapping[int, int], until: Mapping[int, int], limit: int) -> Batch:
        received, positions = self._topic.read(positions, until, limit)
        return Batch([Record(each.partition, each.offset, each.key, each.value) for each in received], positions)

    def append(self, commits: Sequence[Outgoing]) -> Mapping[int, int]:
        return self._topic.append(
            [ToSend(each.key, each.value, _headers(each), partition=each.partition) for each in commits]
        )

    def wait(self, positions: Mapping[int, int], seconds: float) -> bool:
        """Whether somebody's commit comes at or behind `positions` within so many seconds."""
        return self._topic.wait(positions, seconds)


def _headers(outgoing: Outgoing) -> Headers:
    commit = outgoing.commit
    metadata = from_json(commit.events[0].metadata) if commit.events else {}
    return cloud_event_headers(
        identity=commit.commit_id,
        kind="caseworker.commit.v1",
        case_id=commit.header.case_id,
        subject=commit.header.case_id,
        time=commit.header.recorded_at,
        correlation_id=str(metadata.get("correlation_id") or commit.header.command_id),
    )
