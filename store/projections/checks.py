"""Read table `checks`: the checks of each case, with their outcomes.

`screening` is JSON: what was compared, if the check was made against a list.
"""

from typing import Final

from pydantic_core import to_json

from store.domain.events import CheckRecorded
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert

COLUMNS: Final = {
    "check_id": "TEXT NOT NULL",
    "case_id": "TEXT NOT NULL",
    "kind": "TEXT NOT NULL",
    "outcome": "TEXT NOT NULL",
    "entity_id": "TEXT",
    "entity_name": "TEXT",
    "evidence": "TEXT NOT NULL",
    "screening": "TEXT",
    "recorded_at": "TEXT NOT NULL",
    "recorded_by": "TEXT NOT NULL",
}


def _recorded(event: RecordedEvent, e: CheckRecorded) -> tuple[object, ...]:
    return (
        e.check_id,
        e.case_id,
        e.kind,
        e.outcome,
        e.entity_id,
        e.entity_name,
        e.evidence,
        e.screening and to_json(e.screening, exclude_none=True).decode(),
        event.timestamp,
        event.actor,
    )


PROJECTION: Final = Projection(
    table="checks",
    version=1,
    columns=COLUMNS,
    key=("case_id", "check_id"),
    event_projectors={CheckRecorded: Change(insert("checks", COLUMNS), _recorded)},
)
