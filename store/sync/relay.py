"""The relay publishes the accepted events on topic `domain_events` for other services, exactly once and in order.

One node at a time, wherever it runs. Its place in the log is what it has published: at the start it takes over from
the one before and counts, for each case, the events that are in the topic. The accepted events of a case are the same
in the same order for everybody, so it goes on behind them, on whichever machine and database. Each batch is one Kafka
transaction: after a crash at any moment a batch is there whole, or not at all.
"""

import sqlite3
from collections import Counter
from typing import Final

from store.closing import Closing
from store.engine.case_store import CaseStore
from store.log import RecordedEvent
from store.log.read import get_accepted_events, last_accepted_position
from store.sync.connection import Connection
from store.sync.errors import TopicChanged
from store.sync.messages import domain_event
from store.sync.shared_log import Identity
from store.sync.topic_log import Received, TopicLog
from store.sync.topics import DOMAIN_EVENTS
from store.sync.transactions import Transactions

NAME: Final = "caseworker-relay"

BATCH: Final = 1_000
"""Events in one transaction."""


class Relay(Closing):
    """Publishes from one database. For one thread. Every call may raise one of `store.sync.errors.FAILURES`."""

    def __init__(self, connection: Connection, store: CaseStore, *, batch: int = BATCH) -> None:
        self._store = store
        self._batch = batch
        self._topic = TopicLog(connection, DOMAIN_EVENTS.name)
        self._transactions = Transactions(connection, NAME)
        self._published: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        self._position = 0
        self._looked_at = -1
        self._identity: Identity | None = None

    def close(self) -> None:
        self._transactions.close()
        self._topic.close()

    def publish(self) -> int:
        """Publish the events that were accepted since the last call. Returns how many.

        Raises `Replaced` where another node has taken over.
        """
        if not self._transactions.in_charge or self._topic.identity() != self._identity:
            self._transactions.take_over()
            self._find_place()
        total = 0
        while events := self._store.query(self._next):
            self._transactions.send(self._topic.name, [domain_event(event) for event in events])
            self._published.update(event.case_id for event in events)
            total += len(events)
        return total

    def publish_news(self) -> bool:
        """As `publish`, without asking the cluster if nothing is new here. Returns whether anything was published."""
        last = self._store.query(last_accepted_position)
        if last == self._looked_at and self._transactions.in_charge:
            return False
        published = self.publish()
        self._looked_at = last
        return published > 0

    def _find_place(self) -> None:
        """Count the events of each case that are in the topic."""
        self._identity = self._topic.identity()
        self._published, self._seen, self._position = Counter(), Counter(), 0
        spans = self._topic.spans()
        if any(span.start for span in spans.values()):
            self._transactions.close()
            raise TopicChanged(
                f"The topic {self._topic.name} has lost its first records, so it can't tell what was published: it"
                " needs retention.ms=-1. Make it anew, and all is published again."
            )
        until = {partition: span.end for partition, span in spans.items()}
        self._published.update(map(_case_of, self._topic.read_all(dict.fromkeys(spans, 0), until)))

    def _next(self, connection: sqlite3.Connection) -> list[RecordedEvent]:
        """The next events that are not published yet."""
        found: list[RecordedEvent] = []
        for event in get_accepted_events(connection, after=self._position):
            self._position = event.position
            self._seen[event.case_id] += 1
            if self._seen[event.case_id] > self._published[event.case_id]:
                found.append(event)
            if len(found) == self._batch:
                break
        return found


def _case_of(record: Received) -> str:
    """The case of a published event, which is its source."""
    source = next((value for name, value in record.headers if name == "ce_source" and value), b"")
    return source.decode().rpartition("/")[2]
