"""What a projection is: a table, and for each event type the statement that changes it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from store.domain.operation import Payload
from store.log.read import RecordedEvent

Values = Callable[[RecordedEvent, Any], tuple[object, ...]]


class Change(NamedTuple):
    """A statement, and the values that it takes from an event and its payload."""

    sql: str
    values: Values


@dataclass(frozen=True, slots=True)
class Projection:
    """`columns` maps each column to its type and constraints; the first is the primary key.

    Raise `version` when the functions in `event_projectors` change: the table is then rebuilt at the next start.
    A change of columns, indexes, statements or payload versions is noticed by itself.

    `indexes` are the statements that make all that goes with the table. A table with a `full_text_index` has an
    INTEGER PRIMARY KEY `local_id` before its columns for the index to refer to: it may differ from machine to machine.
    """

    table: str
    version: int
    columns: Mapping[str, str]
    event_projectors: Mapping[type[Payload], Change]
    indexes: tuple[str, ...] = ()
    local_id: str = ""
    full_text_index: str = ""

    @property
    def create_table(self) -> str:
        local = {self.local_id: "INTEGER PRIMARY KEY"} if self.local_id else {}
        columns = ", ".join(f"{name} {definition}" for name, definition in (local | dict(self.columns)).items())
        return f"CREATE TABLE {self.table} ({columns}) STRICT"

    @property
    def triggers(self) -> dict[str, str]:
        """Name and statement of each trigger among the indexes."""
        return {sql.split()[2]: sql for sql in self.indexes if sql.startswith("CREATE TRIGGER")}

    @property
    def key(self) -> str:
        return next(iter(self.columns))

    @property
    def fingerprint(self) -> str:
        """Another one for every version of this projection that could give other rows."""
        statements = sorted(
            f"{event.__name__}.v{event.VERSION} {change.sql}" for event, change in self.event_projectors.items()
        )
        parts = (str(self.version), self.create_table, *self.indexes, *statements)
        return sha256("\n".join(parts).encode()).hexdigest()[:16]


def insert(table: str, columns: Iterable[str]) -> str:
    """An INSERT of one row, its values in the order of `columns`."""
    names = tuple(columns)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


def replace(table: str, columns: Iterable[str]) -> str:
    """An UPDATE of the row with the same key (the first column), taking the same values as `insert`."""
    key, *others = columns
    assignments = ", ".join(f"{name} = ?{place}" for place, name in enumerate(others, start=2))
    return f"UPDATE {table} SET {assignments} WHERE {key} = ?1"
