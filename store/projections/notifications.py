"""Read table `notifications`: the notifications that each case asked for, and the rules that said so."""

from typing import Final

from store.domain.events import NotificationRequired
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert

COLUMNS: Final = {
    "notification_id": "TEXT NOT NULL",
    "case_id": "TEXT NOT NULL",
    "client_id": "TEXT NOT NULL",
    "event_trigger": "TEXT NOT NULL",
    "rule_id": "TEXT NOT NULL",
    "notification_type": "TEXT NOT NULL",
    "template_id": "TEXT",
    "language_code": "TEXT",
    "required_at": "TEXT NOT NULL",
    "required_by": "TEXT NOT NULL",
}


def _required(event: RecordedEvent, e: NotificationRequired) -> tuple[object, ...]:
    return (
        e.notification_id,
        e.case_id,
        e.client_id,
        e.event_trigger,
        e.rule_id,
        e.notification_type,
        e.template_id,
        e.language_code,
        event.timestamp,
        event.actor,
    )


PROJECTION: Final = Projection(
    table="notifications",
    version=1,
    columns=COLUMNS,
    key=("case_id", "notification_id"),
    event_projectors={NotificationRequired: Change(insert("notifications", COLUMNS), _required)},
)
