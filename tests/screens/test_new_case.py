"""The form for a new case without its widgets: what its fields say together, and drafts that come back."""

import os
import signal
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.new_case.drafts import LARGEST, Draft, discard_draft, draft_path, keep_draft, load_draft
from caseworker_tui.new_case.form import command_from, knows
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, run, typed

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


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        "{",
        "[]",
        "5",
        '{"texts": 5}',
        '{"texts": {"client_id": 5}, "command_id": "x"}',
        '{"kind": "ZZ", "command_id": "x"}',
    ],
)
def test_a_spoilt_draft_is_no_draft(tmp_path: Path, spoilt: str) -> None:
    database = tmp_path / "cases.sqlite3"
    draft_path(database).write_text(spoilt)
    assert load_draft(database) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_or_something_large_is_no_draft(tmp_path: Path) -> None:
    database = tmp_path / "cases.sqlite3"
    keep_draft(database, Draft(command_id="x", texts={"client_id": "C" * LARGEST}))
    assert load_draft(database) is None
    draft_path(database).unlink()
    os.mkfifo(draft_path(database))
    signal.alarm(20)  # ends the tests where one waits for ever
    assert load_draft(database) is None
    signal.alarm(0)


@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_draft_is_never_written_through_a_link_or_into_a_file_of_others(tmp_path: Path, kind: str) -> None:
    database, others = tmp_path / "cases.sqlite3", tmp_path / "theirs"
    others.write_text("theirs")
    others.chmod(0o644)
    in_the_way = draft_path(database).with_suffix(".new")
    in_the_way.symlink_to(others) if kind == "link" else in_the_way.hardlink_to(others)
    keep_draft(database, Draft(command_id="x"))
    assert others.read_text() == "theirs"
    assert load_draft(database) == Draft(command_id="x")
    assert draft_path(database).stat().st_mode & 0o777 == 0o600
    assert not in_the_way.exists()


def test_a_draft_is_discarded_with_what_a_killed_process_left_of_it(tmp_path: Path) -> None:
    database = tmp_path / "cases.sqlite3"
    keep_draft(database, Draft(command_id="x"))
    draft_path(database).with_suffix(".new").write_text("Ada")
    discard_draft(database)
    assert list(tmp_path.iterdir()) == []


def test_a_draft_comes_back_with_the_fields_that_the_form_has(tmp_path: Path) -> None:
    database = tmp_path / "cases.sqlite3"
    keep_draft(database, Draft(command_id="x", kind="KYB", texts={"client_id": "C", "persons.x.firstname": "?"}))
    assert load_draft(database) == Draft(command_id="x", kind="KYB", texts={"client_id": "C"})
    assert draft_path(database).stat().st_mode & 0o777 == 0o600
    assert knows("beneficial_owners.12.share")
    assert not knows("beneficial_owners.share")


def test_a_new_block_never_takes_the_place_of_an_old_one(empty_app: CaseworkerApp) -> None:
    """Person 3 was typed and Person 2 left empty; after coming back, the next one is Person 4."""

    async def leave_a_gap(pilot: Pilot[None]) -> None:
        await keys(pilot, "n", "ctrl+n", "ctrl+n", *typed("Third"), "escape")

    async def come_back(pilot: Pilot[None]) -> None:
        await keys(pilot, "n", "ctrl+n", *typed("Fourth"), "escape")

    database = empty_app.session.database
    run(empty_app, leave_a_gap)
    run(CaseworkerApp(database, actor="ana.ruiz", clock=lambda: NOW), come_back)
    draft = load_draft(database)
    assert draft is not None
    assert (draft.texts["persons.2.firstname"], draft.texts["persons.3.firstname"]) == ("Third", "Fourth")


def test_a_new_block_is_in_sight(empty_app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "n", "ctrl+n", "ctrl+n")
        field = pilot.app.focused
        assert isinstance(field, Input)
        assert field.name == "persons.2.firstname"
        assert pilot.app.screen.query_one("#form").region.contains_region(field.region)

    run(empty_app, drive)


def test_what_was_saved_already_is_not_saved_twice(empty_app: CaseworkerApp) -> None:
    """As when a second window has the same draft: its command id is used up, so it gets another."""
    database = empty_app.session.database
    person = {"persons.0.firstname": "Ada", "persons.0.lastname": "Byron"}

    async def save_both(pilot: Pilot[None]) -> None:
        keep_draft(database, Draft(command_id="used-up", texts=CASE | person))
        await keys(pilot, "n", "ctrl+s", "escape")
        keep_draft(database, Draft(command_id="used-up", texts=CASE | person | {"client_id": "C-2"}))
        await keys(pilot, "n", "ctrl+s", "ctrl+s")
        assert "C-2" in str(pilot.app.screen.query_one("#overview-pane Static").render())

    run(empty_app, save_both)
