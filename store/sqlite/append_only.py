"""The triggers that keep the log append-only: no row is ever changed, deleted or replaced."""

from collections.abc import Mapping
from typing import Final

_UNCHANGED = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT raise(ABORT, '{table} of the log are never changed{or_deleted}'); END
"""

# INSERT OR REPLACE deletes rows that are in its way without firing the triggers above.
_IN_THE_WAY = """
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
BEGIN SELECT raise(ABORT, '{table} of the log are never replaced'); END
"""

_SAME: Final[Mapping[str, tuple[str, ...]]] = {
    "commits": (
        "position = NEW.position",
        "command_id = NEW.command_id AND case_id = NEW.case_id",
        "case_id = NEW.case_id AND coalesce(parent, '') = coalesce(NEW.parent, '')",
    ),
    "events": (
        "position = NEW.position",
        "event_id = NEW.event_id AND case_id = NEW.case_id",
        "aggregate_id = NEW.aggregate_id AND case_id = NEW.case_id AND version = NEW.version",
    ),
}


def _unchanged(table: str, *verbs: str) -> dict[str, str]:
    or_deleted = " or deleted" if "delete" in verbs else ""
    return {
        f"{table}_no_{verb}": _UNCHANGED.format(table=table, verb=verb, or_deleted=or_deleted).strip() for verb in verbs
    }


def _log_triggers(same: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {
        **{name: sql for table in same for name, sql in _unchanged(table, "update", "delete").items()},
        **{
            f"{table}_no_replace": _IN_THE_WAY.format(
                table=table, same=" OR ".join(f"({each})" for each in conditions)
            ).strip()
            for table, conditions in same.items()
        },
    }


LOG_TRIGGERS: Final[Mapping[str, str]] = _log_triggers(_SAME)
"""Triggers on the accepted log."""

_SAME_AT_FIRST: Final[Mapping[str, tuple[str, ...]]] = {
    **_SAME,
    "events": (
        "position = NEW.position",
        "event_id = NEW.event_id",
        "aggregate_id = NEW.aggregate_id AND version = NEW.version",
    ),
}

FIRST_LOG_TRIGGERS: Final[Mapping[str, str]] = _log_triggers(_SAME_AT_FIRST)
"""Those of the first migrations, when an event id and the version of an aggregate were unique in all of the log."""

TEAM_TRIGGERS: Final[Mapping[str, str]] = {
    # A pending commit is deleted when it is accepted or run again, and never changed.
    **_unchanged("pending_commits", "update"),
    **_unchanged("pending_events", "update"),
    **_unchanged("rejected_records", "update", "delete"),
    **_unchanged("discarded_commands", "update", "delete"),
}
"""Triggers on the tables that a shared log needs."""

APPEND_ONLY_TRIGGERS: Final[Mapping[str, str]] = {**LOG_TRIGGERS, **TEAM_TRIGGERS}
"""Name and statement of each trigger. `verify` compares them with the triggers in the database."""
