"""The event log: append-only, chained by hash, the only truth. Read tables are made from it (store/projections).

commit   what a commit is, and how its id is computed
append   `save_events`: commits, against the versions that their writer has seen
pending  what a team has not accepted yet, on top of what it has
loaded_case  a case as loaded from the log: its state, versions and head
read     events in order, of one aggregate, one case or all, with typed payloads
upcast   old payload shapes to the present one; newer ones are named, never guessed at
verify   proof that nothing was changed, dropped or moved
"""

from store.log.append import StaleVersion, save_events
from store.log.commit import CommitHeader
from store.log.read import (
    RecordedCommit,
    RecordedEvent,
    get_all_events,
    get_commits_for_case,
    get_events_for_aggregate,
    get_events_for_case,
    get_events_with_versions,
    head_of,
)

__all__ = [
    "CommitHeader",
    "RecordedCommit",
    "RecordedEvent",
    "StaleVersion",
    "get_all_events",
    "get_commits_for_case",
    "get_events_for_aggregate",
    "get_events_for_case",
    "get_events_with_versions",
    "head_of",
    "save_events",
]
