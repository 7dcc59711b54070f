"""The form for a new case: what its fields say together, and its draft that comes back."""

from pathlib import Path

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.dialogs.drafts import Draft
from caseworker_tui.frame.session import Session
from caseworker_tui.new_case.form import command_from, knows
from caseworker_tui.new_case.screen import NewCaseScreen
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, run, settle, typed


def _draft(database: Path) -> Draft:
    return Draft(Session(database, actor="ana.ruiz", clock=lambda: NOW), ("new case",))


def _screen(pilot: Pilot[None]) -> type:
    return type(pilot.app.screen)


CASE = {"client_id": "C-1", "case_type": "STANDARD"}


def test_empty_blocks_between_do_not_count_and_errors_stand_where_they_belong() -> None:
    third = {"persons.2.firstname": "Ada", "persons.2.lastname": "Byron"}
    command, _ = command_from("KYC", CASE | third)
    assert command is not None
    assert [person.full_name for person in command.persons] == ["Ada Byron"]
    _, wrong = command_from("KYC", CASE | third | {"persons.2.birthdate": "1990-13"})
    assert list(wrong) == ["persons.2.birthdate"]


@pytest.mark.parametrize(
    ("typed_share", "low", "high"),
    [("37.5", 37.5, 37.5), ("33,3", 33.3, 33.3), ("25 - 50 %", 25, 50), ("", None, None)],
)
def test_shares_as_people_write_them(typed_share: str, low: float | None, high: float | None) -> None:
    company = {
        "company_profile.registered_name": "Acme",
        "company_profile.country_of_incorporation": "FR",
        "company_profile.registered_address.country": "FR",
    }
    owner = {"beneficial_owners.0.entity_details.name": "Holding", "beneficial_owners.0.share": typed_share}
    command, wrong = command_from("KYB", CASE | company | owner)
    assert wrong == {}
    assert command is not None
    share = command.beneficial_owners[0].held_share
    assert (share.lowest, share.highest) == (low, high) if share else low is None


def test_a_share_that_is_none_is_told_beside_its_field() -> None:
    _, wrong = command_from(
        "KYB", CASE | {"beneficial_owners.1.entity_details.name": "X", "beneficial_owners.1.share": "a lot"}
    )
    assert "beneficial_owners.1.share" in wrong


def test_a_new_block_never_takes_the_place_of_an_old_one(empty_app: CaseworkerApp) -> None:
    """Person 3 was typed and Person 2 left empty; after coming back, the next one is Person 4."""

    async def leave_a_gap(pilot: Pilot[None]) -> None:
        await keys(pilot, "n", "ctrl+n", "ctrl+n", *typed("Third"), "escape")

    async def come_back(pilot: Pilot[None]) -> None:
        await keys(pilot, "n", "ctrl+n", *typed("Fourth"), "escape")

    database = empty_app.session.database
    run(empty_app, leave_a_gap)
    run(CaseworkerApp(database, actor="ana.ruiz", clock=lambda: NOW), come_back)
    texts = _draft(database).texts
    assert (texts["persons.2.firstname"], texts["persons.3.firstname"]) == ("Third", "Fourth")


def test_a_draft_comes_back_with_the_fields_that_the_form_has(empty_app: CaseworkerApp) -> None:
    draft = _draft(empty_app.session.database)
    empty_app.session.database.parent.mkdir()
    for name, text in {"kind": "KYB", "client_id": "C-1", "persons.x.firstname": "?"}.items():
        draft.put(name, text)
    draft.keep()

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "n")
        screen = pilot.app.screen
        assert isinstance(screen, NewCaseScreen)
        assert (screen._kind, screen._texts["client_id"]) == ("KYB", "C-1")
        assert "persons.x.firstname" not in screen._texts

    run(empty_app, drive)
    assert knows("beneficial_owners.12.share")
    assert not knows("beneficial_owners.share")


def test_a_draft_is_not_saved_by_keys_that_were_typed_before_it_was_there(empty_app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "n", *typed("C-1"), *["tab"] * 2, *typed("Ada"), "tab", *typed("Byron"), "escape", "n")
        for _ in range(3):
            pilot.app.post_message(Key("ctrl+s", None))
        await settle(pilot)
        assert _screen(pilot) is NewCaseScreen
        await keys(pilot, "ctrl+s")
        assert _screen(pilot) is CaseScreen

    run(empty_app, drive)
    assert not _draft(empty_app.session.database).texts


def test_a_new_block_is_in_sight(empty_app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "n", "ctrl+n", "ctrl+n")
        field = pilot.app.focused
        assert isinstance(field, Input)
        assert field.name == "persons.2.firstname"
        await pilot.wait_for_scheduled_animations()  # it is scrolled to once it is laid out
        await settle(pilot)
        assert pilot.app.screen.query_one("#form").region.contains_region(field.region)

    run(empty_app, drive)


def test_what_was_saved_already_is_not_saved_twice(empty_app: CaseworkerApp) -> None:
    """As when a second window has the same draft: its command id is used up, so it gets another."""
    database = empty_app.session.database
    person = {"persons.0.firstname": "Ada", "persons.0.lastname": "Byron"}

    def keep(client_id: str) -> None:
        draft = _draft(database)
        draft.command_id = "used-up"
        for path, text in (CASE | person | {"client_id": client_id}).items():
            draft.put(path, text)
        draft.keep()

    async def save_both(pilot: Pilot[None]) -> None:
        keep("C-1")
        await keys(pilot, "n", "ctrl+s", "ctrl+s", "escape")
        keep("C-2")
        await keys(pilot, "n", "ctrl+s", "ctrl+s", "ctrl+s")
        assert "C-2" in str(pilot.app.screen.query_one("#overview-pane Static").render())

    run(empty_app, save_both)
