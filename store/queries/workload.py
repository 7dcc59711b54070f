"""The work of a team: charts whose every bar is a query of the queue, with the number of cases that it finds."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from store.domain.statuses import CaseStatus, RiskLevel, label
from store.queries.query_language import Asker, select
from store.queries.query_language.completion import values_in_use
from store.queries.query_language.syntax import quoted
from store.queries.queue import queue_length
from store.sqlite.transactions import read_transaction

MOST_BARS: Final = 50
"""Of a chart whose bars come from the cases: those with the most."""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    query: str
    cases: int


_Bars = Iterable[tuple[str, str]]
"""Labels and queries, of bars that are yet to be counted."""


@dataclass(frozen=True, slots=True)
class Chart:
    """`bars_of` says which bars there are; of the `largest` first, those that hold no case are left out."""

    name: str
    title: str
    bars_of: Callable[[sqlite3.Connection, date], _Bars]
    largest_first: bool = False

    def counted(self, connection: sqlite3.Connection, asker: Asker) -> list[Bar]:
        bars = [
            Bar(label, query, queue_length(connection, select(query, asker)))
            for label, query in self.bars_of(connection, asker.today)
        ]
        if self.largest_first:
            bars = sorted((bar for bar in bars if bar.cases), key=lambda bar: -bar.cases)[:MOST_BARS]
        return bars


def _statuses(_: sqlite3.Connection, __: date) -> _Bars:
    return [(label(status), f"status:{status.lower()}") for status in CaseStatus]


def _due(_: sqlite3.Connection, today: date) -> Iterator[tuple[str, str]]:
    yield "overdue", "overdue"
    begin, end = today, today + timedelta(days=6 - today.weekday())
    for week in ("this week", "next week", "in 2 weeks", "in 3 weeks", "in 4 weeks"):
        yield week, f"status:active due:{begin}..{end}"
        begin, end = end + timedelta(days=1), end + timedelta(weeks=1)
    yield "later", f"status:active due:>={begin}"
    yield "no due date", "status:active due:none"


def _ages(_: sqlite3.Connection, __: date) -> _Bars:
    return [
        ("up to 7 days", "status:active created:<7d"),
        ("7 to 30 days", "status:active created:>=7d created:<30d"),
        ("30 to 90 days", "status:active created:>=30d created:<90d"),
        ("over 90 days", "status:active created:>=90d"),
    ]


def _risks(_: sqlite3.Connection, __: date) -> _Bars:
    rated = [(label(level), f"status:active risk:{level.lower()}") for level in reversed(RiskLevel)]
    return [*rated, ("not rated", "status:active risk:none")]


def _assignees(connection: sqlite3.Connection, _: date) -> Iterator[tuple[str, str]]:
    yield "nobody", "status:active assignee:none"
    for person in values_in_use(connection, "assignee"):
        yield person, f"status:active assignee:{quoted(person)}"


def _documents(connection: sqlite3.Connection, _: date) -> Iterator[tuple[str, str]]:
    """What people call the same is one bar."""
    kinds = values_in_use(connection, "needs")
    for name, alike in groupby(sorted(kinds, key=_document_name), key=_document_name):
        yield name, f"status:active needs:{','.join(alike)}"


def _document_name(kind: str) -> str:
    return label(kind.upper())


def _decided(_: sqlite3.Connection, today: date) -> Iterator[tuple[str, str]]:
    monday = today - timedelta(days=today.weekday())
    for weeks in range(7, -1, -1):
        begin = monday - timedelta(weeks=weeks)
        name = "this week" if weeks == 0 else f"week of {begin.day} {begin:%b}"
        yield name, f"decided:{begin}..{begin + timedelta(days=6)}"


CHARTS: Final = (
    Chart("status", "Status", _statuses),
    Chart("due", "In work: when they are due", _due),
    Chart("risk", "In work: risk", _risks),
    Chart("age", "In work: age", _ages),
    Chart("assignee", "In work: who has them", _assignees, largest_first=True),
    Chart("decided", "Decided, week by week", _decided),
    Chart("documents", "In work: documents that they need", _documents, largest_first=True),
)


def counted_charts(connection: sqlite3.Connection, asker: Asker) -> list[tuple[Chart, list[Bar]]]:
    """All charts as of one moment."""
    with read_transaction(connection):
        return [(chart, chart.counted(connection, asker)) for chart in CHARTS]
