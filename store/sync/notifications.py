"""Notifications go out once the team has accepted what asked for them, from the laptop on which it was done.

`store.log.read.get_notifications_to_send` says which are due. Whoever sends one and breaks off before `mark_sent` sends
it again: it is the same one by its `notification_id`.
"""

import sqlite3
from collections.abc import Iterable
from datetime import UTC

from store.engine import CaseStore


def mark_sent(store: CaseStore, event_ids: Iterable[str]) -> None:
    """Note that these have gone out."""
    now = store.clock().astimezone(UTC).isoformat(timespec="microseconds")
    store.change(_mark_sent, [(now, event_id) for event_id in event_ids])


def _mark_sent(connection: sqlite3.Connection, rows: list[tuple[str, str]]) -> None:
    connection.executemany("UPDATE notifications_to_send SET sent_at = ? WHERE event_id = ?", rows)
