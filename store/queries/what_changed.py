"""The differences between two states of a case file, row by row and field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from store.queries.case_file import CaseFileView
from store.queries.rows import fields_of, names_of


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """None stands for a value that is not known, or for a row that is not there."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class RowChange:
    """`part` is a field of `CaseFileView`; `row_id` is the id of the row in it, or the tag itself."""

    part: str
    row_id: str
    kind: Kind
    fields: tuple[FieldChange, ...]


SAYS_THAT_IT_CHANGED: Final = frozenset({"updated_at", "updated_by", "last_event_type"})
"""Fields that every change sets. They tell nothing about it."""


def what_changed(before: CaseFileView | None, after: CaseFileView) -> tuple[RowChange, ...]:
    """All that differs in `after`. Everything does if there was no case before."""
    parts = [part for part in names_of(CaseFileView) if part != "head"]
    return tuple(
        change for part in parts for change in _of_part(part, before and getattr(before, part), getattr(after, part))
    )


def but_for_the_last_change(before: CaseFileView, after: CaseFileView) -> CaseFileView:
    """`before` with the time, person and kind of the last change of `after`, to be shown beside it."""
    last_change = {field: getattr(after.case, field) for field in SAYS_THAT_IT_CHANGED}
    return replace(before, case=replace(before.case, **last_change))


Row = Mapping[str, Any]


def _of_part(part: str, before: Any, after: Any) -> Iterator[RowChange]:
    old, new = _by_id(before), _by_id(after)
    for row_id in dict.fromkeys([*old, *new]):
        kind = Kind.ADDED if row_id not in old else Kind.REMOVED if row_id not in new else Kind.CHANGED
        fields = tuple(_of_row(old.get(row_id, {}), new.get(row_id, {})))
        if fields:  # a row that was added or removed has its id among them
            yield RowChange(part, row_id, kind, fields)


def _of_row(before: Row, after: Row) -> Iterator[FieldChange]:
    for field in before or after:
        if field not in SAYS_THAT_IT_CHANGED and before.get(field) != after.get(field):
            yield FieldChange(field, before.get(field), after.get(field))


def _by_id(part: Any) -> dict[str, Row]:
    """The rows of a part by their ids. The id is the first field of a row, and the tag itself for a tag."""
    rows = part if isinstance(part, tuple) else (part,) if part is not None else ()
    fields = [{"tag": row} if isinstance(row, str) else _fields(row) for row in rows]
    return {next(iter(row.values())): row for row in fields}


def _fields(row: Any) -> Row:
    """The fields of a row, without those that are a part of their own, as the tags of the case are."""
    parts = names_of(CaseFileView)
    return {name: value for name, value in fields_of(row).items() if name not in parts}
