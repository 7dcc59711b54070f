"""The triggers that keep the log as it is: no row of it is ever changed, deleted or replaced."""

from collections.abc import Mapping
from typing import Final

_UNCHANGED = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT raise(ABORT, '{table} of the log are never changed or deleted'); END
"""

# INSERT OR REPLACE deletes what is in its way without firing the triggers above.
_IN_THE_WAY = """
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
BEGIN SELECT raise(ABORT, '{table} of the log are never replaced'); END
"""

_SAME: Final[Mapping[str, tuple[str, ...]]] = {
    "commits": (
        "position = NEW.position",
        "command_id = NEW.command_id",
        "case_id = NEW.case_id AND coalesce(parent, '') = coalesce(NEW.parent, '')",
    ),
    "events": (
        "position = NEW.position",
        "event_id = NEW.event_id",
        "aggregate_id = NEW.aggregate_id AND version = NEW.version",
    ),
}

GUARDS: Final[Mapping[str, str]] = {
    **{
        f"{table}_no_{verb}": _UNCHANGED.format(table=table, verb=verb).strip()
        for table in _SAME
        for verb in ("update", "delete")
    },
    **{
        f"{table}_no_replace": _IN_THE_WAY.format(table=table, same=" OR ".join(f"({each})" for each in same)).strip()
        for table, same in _SAME.items()
    },
}
"""Name and statement of each trigger. `verify` compares them with what stands in the database."""
