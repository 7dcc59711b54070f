"""The queue: the cases that a query selects, in its order.

A page is read along an index from a known row on (keyset pagination, not OFFSET), so that it costs the same with any
number of cases. `landmarks` gives every thousandth row, so that each page is near a known row.
"""

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, NamedTuple

from store.domain.statuses import CaseStatus, Decision, RiskLevel, TraitementType
from store.queries.query_language.fields import Condition, Parameter, Sort
from store.queries.query_language.selection import EVERYTHING, Selection, found_by_words, holds_words
from store.queries.rows import maker, names_of


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case as the queue shows it. Times are UTC, ISO 8601."""

    case_id: str
    reference: str
    client_id: str
    traitement_type: TraitementType
    case_type: str
    status: CaseStatus
    name: str
    assignee: str | None
    due_date: str | None
    risk: RiskLevel | None
    decided_at: str | None
    next_review_on: str | None
    proposed_decision: Decision | None
    proposed_by: str | None
    proposal_reason: str | None
    company_id: str | None
    source: str | None
    documents_required: int
    documents_done: int
    documents_rejected: int
    documents_uploaded: int
    pinned: bool
    created_at: str
    updated_at: str
    updated_by: str
    last_event_type: str
    tags: tuple[str, ...] = ()


_COLUMNS: Final = ", ".join(f"c.{name}" for name in names_of(QueueRow) if name != "tags")

_queue_row: Final = maker(QueueRow)

FEW: Final = 4_000
"""A selection of at most so many cases is gathered and sorted. A larger one is walked in order until a page is full."""

SORTED: Final = 200_000
"""For landmarks a selection of at most so many cases is gathered and sorted: to walk past all other cases is slower."""

STEP: Final = 1_000
"""The number of cases from one landmark to the next."""


class Key(NamedTuple):
    """The place of a case in an order: the value by which it is ordered, and its id."""

    value: str | int
    case_id: str


class Landmarks(NamedTuple):
    """The number of cases in a selection, and the keys of the first, the 1,001st, the 2,001st … of them."""

    length: int
    keys: tuple[Key, ...]

    def before(self, key: Key, sort: Sort) -> int | None:
        """The number of the last landmark that is not behind the key. It is None if all are behind it."""
        last = len(self.keys) - bisect_left(self.keys[::-1], key) if sort.descending else bisect_right(self.keys, key)
        return last - 1 if last else None


def queue_page(
    connection: sqlite3.Connection,
    selection: Selection = EVERYTHING,
    *,
    start: Key | None = None,
    offset: int = 0,
    limit: int = -1,
) -> list[QueueRow]:
    """`limit` cases of the selection, beginning `offset` cases behind `start`, or behind the first case without it.

    A limit of -1 gives all of them. SQLite walks past the cases that `offset` skips, so that it should be small.
    """
    reading = _reading(connection, selection)
    sql, parameters = reading.query(_COLUMNS, *_from(selection.sort, start))
    rows = connection.execute(f"{sql} ORDER BY {_order(selection.sort)} LIMIT ? OFFSET ?", (*parameters, limit, offset))
    return [_as_row(connection, row) for row in rows]


def whole_queue(connection: sqlite3.Connection, selection: Selection = EVERYTHING) -> Iterator[QueueRow]:
    """All cases of the selection, each read when it is consumed: for output of any length."""
    sql, parameters = _reading(connection, selection).query(_COLUMNS)
    for row in connection.execute(f"{sql} ORDER BY {_order(selection.sort)}", parameters):
        yield _as_row(connection, row)


def queue_ids(connection: sqlite3.Connection, selection: Selection = EVERYTHING) -> list[str]:
    """The ids of all cases of the selection, in its order."""
    sql, parameters = _reading(connection, selection).query("c.case_id")
    rows = connection.execute(f"{sql} ORDER BY {_order(selection.sort)}", parameters)
    return [case_id for (case_id,) in rows]


def queue_length(connection: sqlite3.Connection, selection: Selection = EVERYTHING) -> int:
    sql, parameters = _gathering(selection).query("count(*)")
    (count,) = connection.execute(sql, parameters).fetchone()
    return int(count)


def landmarks(connection: sqlite3.Connection, selection: Selection = EVERYTHING) -> Landmarks:
    """The landmarks of a selection. SQLite goes once through all its keys."""
    sort, reading = selection.sort, _reading(connection, selection)
    if not reading.in_order or _finds_at_most(connection, selection, SORTED):
        return _landmarks_of_sorted(connection, selection, _gathering(selection))
    keys: list[Key] = []
    start, offset = None, 0
    while True:
        sql, parameters = reading.query(f"{sort.expression}, c.case_id", *_from(sort, start))
        row = connection.execute(f"{sql} ORDER BY {_order(sort)} LIMIT 1 OFFSET {offset}", parameters).fetchone()
        if row is None:
            break
        start, offset = Key(*row), STEP
        keys.append(start)
    if start is None:
        return Landmarks(0, ())
    sql, parameters = reading.query("count(*)", *_from(sort, start))
    (behind_the_last,) = connection.execute(sql, parameters).fetchone()
    return Landmarks((len(keys) - 1) * STEP + behind_the_last, tuple(keys))


def queue_key(connection: sqlite3.Connection, selection: Selection, case_id: str) -> Key | None:
    """The key of a case in the order of the selection. It is None if the selection does not hold the case."""
    reading = _reading(connection, selection)
    sql, parameters = reading.query(selection.sort.expression, Condition("c.case_id = ?", (case_id,)), by_id=True)
    row = connection.execute(sql, parameters).fetchone()
    return Key(row[0], case_id) if row else None


def queue_place(
    connection: sqlite3.Connection, selection: Selection, case_id: str, known: Landmarks | None = None
) -> int | None:
    """The place of a case in the selection, counted from 0. It is None if the selection does not hold the case.

    If landmarks are `known`, only the cases from the last landmark before it on are counted. They may be a little out
    of date.
    """
    key = queue_key(connection, selection, case_id)
    if key is None:
        return None
    sort, reading = selection.sort, _reading(connection, selection)
    passed = known.before(key, sort) if known else None
    start = known.keys[passed] if known and passed is not None else None
    sql, parameters = reading.query("count(*)", *_from(sort, start), _before(sort, key))
    (between,) = connection.execute(sql, parameters).fetchone()
    return (passed or 0) * STEP + int(between)


def queue_row(connection: sqlite3.Connection, case_id: str) -> QueueRow | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM cases AS c WHERE c.case_id = ?", (case_id,)).fetchone()
    return _as_row(connection, row) if row else None


def data_version(connection: sqlite3.Connection) -> int:
    """A number that changes whenever another connection has changed the database."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)


def _as_row(connection: sqlite3.Connection, row: tuple[Any, ...]) -> QueueRow:
    tags = connection.execute("SELECT tag FROM tags WHERE case_id = ? ORDER BY tag", row[:1])
    return _queue_row((*row, tuple(chain.from_iterable(tags))))


class _Reading(NamedTuple):
    """How SQLite reads a selection. With `in_order` it follows the index of the order, and reads only one page."""

    source: str
    conditions: tuple[Condition, ...]
    in_order: bool

    def query(self, columns: str, *more: Condition, by_id: bool = False) -> tuple[str, tuple[Parameter, ...]]:
        """A SELECT without ORDER BY, and its parameters. With `by_id` it is for one case, which is found by its id."""
        conditions = (*self.conditions, *more)
        parameters: tuple[Parameter, ...] = sum((condition.parameters for condition in conditions), ())
        where = f" WHERE {' AND '.join(f'({condition.sql})' for condition in conditions)}" if conditions else ""
        return f"SELECT {columns} FROM {'cases AS c' if by_id else self.source}{where}", parameters


def _reading(connection: sqlite3.Connection, selection: Selection) -> _Reading:
    """A few cases are gathered by any index and sorted. Many cases are walked in order. That index is named, because
    SQLite would otherwise gather and sort all of them for one page."""
    if _finds_at_most(connection, selection, FEW):
        return _gathering(selection)
    index = selection.sort.read_off
    return _Reading(
        f"cases AS c {f'INDEXED BY {index}' if index else 'NOT INDEXED'}",
        (*selection.conditions, *map(holds_words, selection.words)),
        in_order=bool(index),
    )


def _gathering(selection: Selection) -> _Reading:
    words = (found_by_words(selection.words),) if selection.words else ()
    return _Reading("cases AS c", (*selection.conditions, *words), in_order=False)


def _finds_at_most(connection: sqlite3.Connection, selection: Selection, most: int) -> bool:
    """Whether some index finds no more cases than that."""
    findable = [found_by_words(selection.words)] if selection.words else []
    for condition in (*findable, *(condition for condition in selection.conditions if condition.found)):
        sql = f"SELECT count(*) FROM ({condition.found} LIMIT {most + 1})"
        (count,) = connection.execute(sql, condition.parameters).fetchone()
        if count <= most:
            return True
    return False


def _landmarks_of_sorted(connection: sqlite3.Connection, selection: Selection, reading: _Reading) -> Landmarks:
    # The plus keeps SQLite from walking along the index of this order.
    sort = selection.sort._replace(expression=f"+{selection.sort.expression}")
    numbered, parameters = reading.query(
        f"{sort.expression} AS value, c.case_id AS case_id, row_number() OVER (ORDER BY {_order(sort)}) AS number"
    )
    rows = connection.execute(
        f"SELECT value, case_id FROM ({numbered}) WHERE number % {STEP} = 1 ORDER BY number", parameters
    ).fetchall()
    return Landmarks(queue_length(connection, selection), tuple(Key(*row) for row in rows))


def _from(sort: Sort, key: Key | None) -> tuple[Condition, ...]:
    """The cases from the key on. SQLite does not look up a pair in an index on expressions, so it is spelt out."""
    if key is None:
        return ()
    at, beyond = ("<=", "<") if sort.descending else (">=", ">")
    it = sort.expression
    return (Condition(f"{it} {at} ? AND ({it} {beyond} ? OR c.case_id {at} ?)", (key.value, key.value, key.case_id)),)


def _before(sort: Sort, key: Key) -> Condition:
    at, beyond = (">=", ">") if sort.descending else ("<=", "<")
    it = sort.expression
    return Condition(f"{it} {at} ? AND ({it} {beyond} ? OR c.case_id {beyond} ?)", (key.value, key.value, key.case_id))


def _order(sort: Sort) -> str:
    direction = " DESC" if sort.descending else ""
    return f"{sort.expression}{direction}, c.case_id{direction}"
