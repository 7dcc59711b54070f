"""A person's preferences: the query that they looked at last, the case under the cursor, the columns of their queue,
and their own views.

None of it is in the log, because none of it is about a case. What changes preferences is carried out with
`CaseStore.change`.
"""

import sqlite3
from typing import Final, NamedTuple


class View(NamedTuple):
    """A query with a name, which is checked when it is kept."""

    name: str
    query: str


VIEWS: Final = (
    View(name="All", query=""),
    View(name="Mine", query="assignee:me status:active"),
    View(name="Free", query="assignee:none status:active"),
    View(name="Due", query="due:<7d status:active sort:due"),
    View(name="Approve", query="status:pending -proposed:me"),
    View(name="Decided", query="decided:<7d sort:-updated"),
)
"""The views that everybody has."""


class Preferences(NamedTuple):
    """`case_id` is the case under the cursor, None for the first; no `columns` are the usual ones."""

    query: str = ""
    case_id: str | None = None
    columns: tuple[str, ...] = ()


def preferences_of(connection: sqlite3.Connection, person: str) -> Preferences:
    row = connection.execute("SELECT query, case_id, columns FROM desks WHERE person = ?", (person,)).fetchone()
    if row is None:
        return Preferences()
    query, case_id, columns = row
    return Preferences(query, case_id, tuple(columns.split()))


def save_preferences(connection: sqlite3.Connection, person: str, preferences: Preferences) -> None:
    connection.execute(
        "INSERT INTO desks (person, query, case_id, columns) VALUES (?, ?, ?, ?) ON CONFLICT (person) DO UPDATE"
        " SET query = excluded.query, case_id = excluded.case_id, columns = excluded.columns",
        (person, preferences.query, preferences.case_id, " ".join(preferences.columns)),
    )


def views_of(connection: sqlite3.Connection, person: str) -> list[View]:
    """A person's own views, in the order in which they were saved."""
    rows = connection.execute("SELECT name, query FROM saved_views WHERE person = ? ORDER BY rowid", (person,))
    return [View(name=name, query=query) for name, query in rows]


def save_view(connection: sqlite3.Connection, person: str, view: View) -> None:
    """A view of the same name gets the new query, in its old place."""
    named = _checked(view.name)
    connection.execute(
        "INSERT INTO saved_views (person, name, query) VALUES (?, ?, ?)"
        " ON CONFLICT (person, name) DO UPDATE SET query = excluded.query",
        (person, named, view.query),
    )


def rename_view(connection: sqlite3.Connection, person: str, view: View, name: str) -> None:
    """Another name for a view, in its old place; a view that had this name before is gone."""
    named = _checked(name)
    if named != view.name:
        connection.execute("DELETE FROM saved_views WHERE person = ? AND name = ?", (person, named))
        connection.execute("UPDATE saved_views SET name = ? WHERE person = ? AND name = ?", (named, person, view.name))


def remove_view(connection: sqlite3.Connection, person: str, view: View) -> None:
    connection.execute("DELETE FROM saved_views WHERE person = ? AND name = ?", (person, view.name))


def _checked(name: str) -> str:
    from store.domain.values import NameOfView

    return NameOfView(name=name).name
