"""Read table `tags`: the tags of each case."""

from typing import Final

from store.domain.events import CaseTagged, CaseUntagged
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert

COLUMNS: Final = {
    "case_id": "TEXT NOT NULL",
    "tag": "TEXT NOT NULL",
}


def _tagged(_: RecordedEvent, e: CaseTagged) -> tuple[object, ...]:
    return e.case_id, e.tag


PROJECTION: Final = Projection(
    table="tags",
    version=1,
    columns=COLUMNS,
    key=("case_id", "tag"),
    indexes=("CREATE INDEX cases_of_tag ON tags (tag, case_id)",),
    event_projectors={
        CaseTagged: Change(insert("tags", COLUMNS), _tagged),
        CaseUntagged: Change("DELETE FROM tags WHERE case_id = ? AND tag = ?", lambda _, e: (e.case_id, e.tag)),
    },
)
