"""The columns of the queue, and which of them fit into a line."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

from caseworker_tui.text.wording import CASE_STATUSES_SHORT, PINNED_SIGN, RISKS_SHORT, age, days_left
from store.domain.statuses import CLOSED, label
from store.queries.queue import QueueRow

_NARROWEST_NAME: Final = 16

C = TypeVar("C", bound=str)


class Column(NamedTuple):
    """`name` is also its order in the query language. `width` is in cells; a column of 0 takes what the others leave.

    If names would have too little room, `optional` columns are left out, the last one first.
    """

    name: str
    title: str
    width: int
    text: Callable[[QueueRow, datetime], str]
    optional: bool = True


def _due(row: QueueRow, now: datetime) -> str:
    return days_left(row.due_date, now) if row.due_date and row.status not in CLOSED else ""


def _short(names: Mapping[C, str], code: C) -> str:
    return names.get(code) or label(code)


COLUMNS: Final = (
    Column("reference", "Reference", 11, lambda row, _: row.reference, optional=False),
    Column("name", "Name", 0, lambda row, _: f"{PINNED_SIGN} {row.name}" if row.pinned else row.name, optional=False),
    Column("type", "Kind", 4, lambda row, _: row.traitement_type, optional=False),
    Column("case", "Type", 10, lambda row, _: label(row.case_type)),
    Column("status", "Status", 9, lambda row, _: _short(CASE_STATUSES_SHORT, row.status), optional=False),
    Column(
        "documents",
        "Docs",
        6,
        lambda row, _: f"{row.documents_done}/{row.documents_required}{'!' * bool(row.documents_rejected)}",
        optional=False,
    ),
    Column("assignee", "Assignee", 10, lambda row, _: row.assignee or ""),
    Column("due", "Due", 5, _due),
    Column("risk", "Risk", 6, lambda row, _: _short(RISKS_SHORT, row.risk) if row.risk else ""),
    Column("tag", "Tags", 12, lambda row, _: " ".join(row.tags)),
    Column("client", "Client", 9, lambda row, _: row.client_id),
    Column("created", "Age", 5, lambda row, now: age(row.created_at, now)),
    Column("updated", "Change", 6, lambda row, now: age(row.updated_at, now)),
    Column("by", "By", 10, lambda row, _: row.updated_by),
    Column("decided", "Decided", 7, lambda row, now: age(row.decided_at, now) if row.decided_at else ""),
    Column("review", "Review", 10, lambda row, _: row.next_review_on or ""),
)
"""All columns, in their order. The queue can be ordered by the name of each."""

ALWAYS: Final = ("reference", "name")
"""Columns that are always shown. They tell one case from another."""

USUAL: Final = ("reference", "name", "type", "status", "documents", "assignee", "due", "created", "updated")


@lru_cache(maxsize=8)
def laid_out(wanted: tuple[str, ...], width: int) -> tuple[Sequence[Column], int]:
    """The columns that are wanted and for which there is room, and the cells that they leave for names."""
    columns = [column for column in COLUMNS if column.name in wanted]

    def room() -> int:
        return width - 2 - sum(column.width + 1 for column in columns if column.width)

    for column in columns[::-1]:
        if column.optional and room() < _NARROWEST_NAME:
            columns.remove(column)
    return columns, max(1, room())


def next_order(order: str, step: int, wanted: tuple[str, ...]) -> str:
    """The column that is `step` places on from the one that orders the cases, among those that are wanted."""
    names = [column.name for column in COLUMNS if column.name in wanted]
    at = names.index(order) if order in names else -1
    return names[(at + step) % len(names)]
