"""What a person leaves on their desk is there when they come back, and is nobody else's."""

from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError

from store.engine.case_store import CaseStore
from store.preferences import (
    VIEWS,
    Preferences,
    View,
    preferences_of,
    remove_view,
    rename_view,
    save_preferences,
    save_view,
    views_of,
)
from store.queries.query_language import Asker, select
from store.sqlite.database import connect
from store.sqlite.schema import SCHEMA_VERSION
from tests.store.stores import START, by_hand, everything, open_store
from tests.store.test_read_tables import NewCase

URGENT = View(name="Urgent", query="tag:urgent sort:due")
FRENCH = View(name="French", query="country:fr")


def test_a_desk_is_as_it_was_left(store: CaseStore) -> None:
    assert store.query(preferences_of, "ana") == Preferences()
    for desk in (Preferences("status:open", "case-1", ("reference", "name")), Preferences("", None)):
        store.change(save_preferences, "ana", desk)
        assert store.query(preferences_of, "ana") == desk
    assert store.query(preferences_of, "ben") == Preferences()


def test_views_keep_their_places_whatever_becomes_of_one(store: CaseStore) -> None:
    for view in (URGENT, FRENCH):
        store.change(save_view, "ana", view)
    store.change(save_view, "ana", View(name="Urgent", query="due:today"))
    assert store.query(views_of, "ana") == [View(name="Urgent", query="due:today"), FRENCH]
    store.change(rename_view, "ana", FRENCH, " Paris ")
    assert [v.name for v in store.query(views_of, "ana")] == ["Urgent", "Paris"]
    store.change(rename_view, "ana", View(name="Paris", query=FRENCH.query), "Urgent")
    assert store.query(views_of, "ana") == [View(name="Urgent", query=FRENCH.query)]
    store.change(remove_view, "ana", URGENT)
    assert store.query(views_of, "ana") == []
    assert store.query(views_of, "ben") == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 31, "two\nlines\x00"])
def test_a_name_that_can_t_be_shown_is_none(store: CaseStore, name: str) -> None:
    store.change(save_view, "ana", URGENT)
    with pytest.raises(ValidationError):
        store.change(rename_view, "ana", URGENT, name)
    assert store.query(views_of, "ana") == [URGENT]


def test_everybody_s_views_can_be_read() -> None:
    for view in VIEWS:
        select(view.query, Asker("ana", START))


def test_a_database_of_before_gets_desks_and_loses_nothing(database: Path, new_case: NewCase, store: CaseStore) -> None:
    new_case()
    before = everything(store)
    store.close()
    with by_hand(database) as file:
        file.execute("DROP TABLE desks")
        file.execute("DROP TABLE saved_views")
        file.execute("DELETE FROM _sqlite_migrations WHERE name = 'desks'")
        file.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    with closing(connect(database, create=False)) as connection:
        assert preferences_of(connection, "ana") == Preferences()
    with open_store(database) as again:
        assert everything(again) == before
