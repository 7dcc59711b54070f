"""Notifications are sent once the team has accepted the commits that ask for them, by the database that made these.

Each is on topic `notification_events` exactly once, for readers of committed records. Before a Kafka transaction, the
database notes the offsets from which its records will stand. After it, the database notes that they were sent. If the
first note is there at the start, the transaction was interrupted, and the topic is read from these offsets on to see
which notifications were sent.

This holds through crashes of the laptop, the broker and the network at any moment. It does not hold for a database that
is restored from an older copy: some notifications may come twice then, with the same id.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic_core import from_json, to_json

from store.clock import stamp
from store.closing import Closing
from store.engine.case_store import CaseStore
from store.log.read import RecordedEvent, get_notifications_to_send
from store.sync.connection import Connection
from store.sync.messages import notification
from store.sync.shared_log import Identity
from store.sync.topic_log import Received, TopicLog, ToSend
from store.sync.topics import NOTIFICATIONS
from store.sync.transactions import Transactions

BATCH: Final = 200
"""Notifications in one transaction."""


class Notifications(Closing):
    """Sends the notifications of one database. For one thread."""

    def __init__(self, connection: Connection, store: CaseStore) -> None:
        self._store = store
        self._topic = TopicLog(connection, NOTIFICATIONS.name)
        self._transactions = Transactions(connection, f"caseworker-notifications-{store.query(_sender)}")

    def close(self) -> None:
        self._transactions.close()
        self._topic.close()

    def send(self) -> int:
        """Send the notifications that are due. Returns how many. Raises one of `store.sync.errors.FAILURES`."""
        sent = 0
        while due := self._store.query(get_notifications_to_send)[:BATCH]:
            if not self._transactions.in_charge:
                self._transactions.take_over()
                self._find_out_what_was_sent()
                continue
            self._store.change(_note_before, self._topic.identity(), self._ends())
            self._transactions.send(self._topic.name, [notification(event) for event in due])
            mark_sent(self._store, due)
            sent += len(due)
        return sent

    def _find_out_what_was_sent(self) -> None:
        note = self._store.query(_noted)
        if note is None:
            return
        topic_id, noted = note
        spans = self._topic.spans()
        same = topic_id == self._topic.identity().topic_id
        positions = {p: max(noted.get(p, 0) if same else 0, span.start) for p, span in spans.items()}
        until = {partition: span.end for partition, span in spans.items()}
        there = set(map(_id_of, self._topic.read_all(positions, until)))
        due = self._store.query(get_notifications_to_send)
        mark_sent(self._store, [event for event in due if _id_of(notification(event)) in there])

    def _ends(self) -> dict[int, int]:
        return {partition: span.end for partition, span in self._topic.spans().items()}


def mark_sent(store: CaseStore, events: Iterable[RecordedEvent]) -> None:
    """Note that these notifications were sent, and that no transaction is open."""
    now = stamp(store.clock())
    store.change(_note_after, [(now, event.event_id, event.case_id) for event in events])


def _id_of(record: Received | ToSend) -> str:
    return next((value.decode() for name, value in record.headers if name == "ce_id" and value), "")


def _sender(connection: sqlite3.Connection) -> str:
    """The name of this database as a sender, different from that of any other."""
    (sender,) = connection.execute("SELECT sender FROM sending").fetchone()
    return str(sender)


def _noted(connection: sqlite3.Connection) -> tuple[str, dict[int, int]] | None:
    """The topic that was about to be written to, and the offsets; None if that transaction has ended."""
    topic_id, ends = connection.execute("SELECT topic_id, ends FROM sending").fetchone()
    if topic_id is None:
        return None
    return topic_id, {int(partition): end for partition, end in from_json(ends).items()}


def _note_before(connection: sqlite3.Connection, topic: Identity, ends: dict[int, int]) -> None:
    connection.execute("UPDATE sending SET topic_id = ?, ends = ?", (topic.topic_id, to_json(ends).decode()))


def _note_after(connection: sqlite3.Connection, sent: Sequence[tuple[str, str, str]]) -> None:
    connection.executemany("UPDATE notifications_to_send SET sent_at = ? WHERE event_id = ? AND case_id = ?", sent)
    connection.execute("UPDATE sending SET topic_id = NULL, ends = NULL")
