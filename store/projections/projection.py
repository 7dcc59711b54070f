"""A projection: a table, and the statement by which each event type changes it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from store.domain.events import PAYLOADS
from store.domain.operation import Payload
from store.log.read import RecordedEvent

Values = Callable[[RecordedEvent, Any], tuple[object, ...]]


class Change(NamedTuple):
    """A statement, and the values that it takes from an event and its payload."""

    sql: str
    values: Values


@dataclass(frozen=True, slots=True)
class Projection:
    """A read table, and how each event changes it.

        NOTES_OF_PEOPLE = Projection(
            table="notes_of_people",
            version=1,
            columns={"person": "TEXT NOT NULL", "notes": "INTEGER NOT NULL"},
            key=("person",),
            event_projectors={
                NoteAdded: Change(
                    "INSERT INTO notes_of_people VALUES (?, 1) ON CONFLICT DO UPDATE SET notes = notes + 1",
                    lambda event, payload: (event.actor,),
                )
            },
        )

    `columns` maps each column to its type and constraints. The columns of `key` tell a row from all others. What a
    case holds has the key `case_id` and an id of its own, because another case may hold something of the same id.

    `event_projectors` has the change that each event type makes, `otherwise` the change of all event types that are not
    named there.

    Raise `version` when the functions in `event_projectors` change: the table is then rebuilt at the next start.
    A change of columns, indexes, statements or payload versions, and a new event type, are noticed without that.

    `indexes` are the statements that make all that goes with the table. A table with a `full_text_index` has an
    INTEGER PRIMARY KEY `local_id` before its columns. The index refers to it, and it may differ from machine to
    machine.
    """

    table: str
    version: int
    columns: Mapping[str, str]
    key: tuple[str, ...]
    event_projectors: Mapping[type[Payload], Change]
    otherwise: Change | None = None
    indexes: tuple[str, ...] = ()
    local_id: str = ""
    full_text_index: str = ""

    @property
    def create_table(self) -> str:
        local = {self.local_id: "INTEGER PRIMARY KEY"} if self.local_id else {}
        columns = [f"{name} {definition}" for name, definition in (local | dict(self.columns)).items()]
        key = f"{'UNIQUE' if self.local_id else 'PRIMARY KEY'} ({', '.join(self.key)})"
        return f"CREATE TABLE {self.table} ({', '.join([*columns, key])}) STRICT"

    @property
    def triggers(self) -> dict[str, str]:
        """Name and statement of each trigger among the indexes."""
        return {sql.split()[2]: sql for sql in self.indexes if sql.startswith("CREATE TRIGGER")}

    @property
    def changes(self) -> dict[type[Payload], Change]:
        """The change of each event type, whether it is named or falls under `otherwise`."""
        others = {event: self.otherwise for event in PAYLOADS.values() if self.otherwise}
        return others | dict(self.event_projectors)

    @property
    def fingerprint(self) -> str:
        """A digest that differs between any two versions of this projection that could give other rows."""
        statements = sorted(f"{event.__name__}.v{event.VERSION} {change.sql}" for event, change in self.changes.items())
        parts = (str(self.version), self.create_table, *self.indexes, *statements)
        return sha256("\n".join(parts).encode()).hexdigest()[:16]


EventProjectors = Mapping[type[Payload], tuple[tuple[str, Change], ...]]
"""Of each event type, the tables that it changes, each with the change."""


def event_projectors_of(projections: Iterable[Projection]) -> EventProjectors:
    """The changes of each event type in the tables of these projections, in the order of the projections."""
    changes = [(projection.table, projection.changes) for projection in projections]
    return {
        event: tuple((table, of_table[event]) for table, of_table in changes if event in of_table)
        for event in PAYLOADS.values()
    }


def insert(table: str, columns: Iterable[str]) -> str:
    """An INSERT of one row, its values in the order of `columns`."""
    names = tuple(columns)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


def replace(table: str, columns: Iterable[str], key: Iterable[str]) -> str:
    """An UPDATE of the row with the same key, taking the same values as `insert`."""
    values = {name: f"?{place}" for place, name in enumerate(columns, start=1)}
    same = " AND ".join(f"{name} = {values.pop(name)}" for name in key)
    return f"UPDATE {table} SET {', '.join(f'{name} = {value}' for name, value in values.items())} WHERE {same}"
