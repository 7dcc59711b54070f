"""Owners at the keyboard: who owns the company, who is a beneficial owner, and corrections."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.dialogs.command import CommandScreen
from store.domain.commands import CorrectBeneficialOwner, CreateCase
from store.domain.events import BeneficialOwnersConfirmed
from store.domain.rules import Rules
from store.domain.values import Share
from store.engine.case_store import CaseStore
from store.log.read import get_events_for_case
from store.queries.assessment import Assessment, assessment
from store.queries.case_file import CaseFileView, case_file
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, run, typed

COMPANY = {
    "registered_name": "Acme Werke GmbH",
    "country_of_incorporation": "DE",
    "registered_address": {"country": "DE"},
}
DORA = {"firstname": "Dora", "lastname": "Lind", "birthdate": "1969-07-01", "role_in_company": "Director"}
HOLDING = {"kind": "entity", "entity_details": {"name": "Beta BV"}, "ownership_percentage": 60, "party": "beta"}


def somebody(name: str, share: float | None = None, **more: Any) -> dict[str, Any]:
    person = {"firstname": name, "lastname": "Ruiz", "birthdate": "1980-01-02"}
    return {"person_details": person, "ownership_percentage": share, "directness": "direct"} | more


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "cases.sqlite3"


def a_case(database: Path, *owners: dict[str, Any]) -> str:
    command = CreateCase.model_validate(
        {
            "client_id": "C-1",
            "traitement_type": "KYB",
            "case_type": "STANDARD",
            "company_profile": COMPANY,
            "persons": [DORA],
            "beneficial_owners": owners,
        }
    )
    with CaseStore.open(database) as store:
        return store.execute(command).case_id


def at_work(database: Path) -> CaseworkerApp:
    return CaseworkerApp(database, actor="ana.ruiz", clock=lambda: NOW)


def look(database: Path, case_id: str) -> tuple[CaseFileView, Assessment]:
    with CaseStore.open(database) as store:
        assessed = store.query(assessment, case_id, Rules(), NOW.date())
        assert assessed is not None
        return store.query(case_file, case_id), assessed


def confirmed(database: Path, case_id: str) -> BeneficialOwnersConfirmed:
    """What was confirmed last."""
    with CaseStore.open(database) as store:
        payloads = [event.payload for event in store.query(get_events_for_case, case_id)]
    return [payload for payload in payloads if isinstance(payload, BeneficialOwnersConfirmed)][-1]


def shown(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query(selector).first(Static).content)


def options(pilot: Pilot[None]) -> list[str]:
    return [str(option.prompt) for option in pilot.app.screen.query_one(OptionList).options]


def test_whom_the_rules_propose_is_confirmed_by_two_keys(database: Path) -> None:
    case_id = a_case(database, HOLDING, somebody("Ana", 50, held_in="beta"), somebody("Ben", 20))

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter", "2")
        tree = shown(pilot, "#parties-pane Static")
        assert "60 %   60 %    ├─ Beta BV\n50 %   30 %    │  └─ Ana Ruiz\n20 %   20 %    └─ Ben Ruiz" in tree
        assert "● Ana Ruiz, certainly: 30 % in all" in tree
        await keys(pilot, "b")
        assert [option[:14] for option in options(pilot)] == ["[x] 1  Ana Rui", "[ ] 2  Ben Rui"]
        await keys(pilot, "enter")
        assert type(pilot.app.screen) is CaseScreen
        assert "Ana Ruiz  UBO" in shown(pilot, "#parties-pane Static")
        await keys(pilot, "4")
        assert "Confirmed: Ana Ruiz." in shown(pilot, "#review-pane Static")

    run(at_work(database), drive)
    assert (confirmed(database, case_id).names, confirmed(database, case_id).reason) == (("Ana Ruiz",), None)
    view, _ = look(database, case_id)
    assert {owner.name: owner.is_ubo for owner in view.beneficial_owners}["Ana Ruiz"]


def test_another_judgement_is_marked_and_asks_for_a_reason(database: Path) -> None:
    case_id = a_case(database, somebody("Ana", 80), somebody("Ben", 20))

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter", "b", "2", "up", "space", "space")
        assert [option[:3] for option in options(pilot)] == ["[x]", "[x]"]
        await keys(pilot, "enter", "enter")
        assert "Write something first." in shown(pilot, "#refusal")
        await keys(pilot, *typed("his sister acts for him"), "enter")
        assert type(pilot.app.screen) is CaseScreen

    run(at_work(database), drive)
    event = confirmed(database, case_id)
    assert (event.names, event.reason) == (("Ana Ruiz", "Ben Ruiz"), "his sister acts for him")


def test_the_official_stands_in_where_nobody_is_left_marked(database: Path) -> None:
    case_id = a_case(database, somebody("Ana", 10), somebody("Ben", 5))

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter", "b", "enter")
        assert options(pilot) == ["1  Dora Lind, Director"]
        await keys(pilot, "escape")
        assert [option[:3] for option in options(pilot)] == ["[ ]", "[ ]"], "one step back"
        await keys(pilot, "enter", "1")
        assert type(pilot.app.screen) is CaseScreen
        await keys(pilot, "b", "enter", "1")
        assert "This is confirmed already" in shown(pilot, "#refusal")

    run(at_work(database), drive)
    assert (confirmed(database, case_id).official_name, confirmed(database, case_id).owner_ids) == ("Dora Lind", ())


def test_an_owner_is_corrected_field_by_field(database: Path) -> None:
    unnamed = {"kind": "unspecified", "unspecified_reason": "unknown", "directness": "direct"}
    case_id = a_case(database, HOLDING, somebody("Ana", 20), unnamed)

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter")
        await keys(pilot, "E", "2", "6", "backspace", "backspace", *typed("25-40"), "enter")  # her share
        await keys(pilot, "E", "2", "7", "2")  # held in Beta instead
        await keys(pilot, "E", "3", "1", *typed("Eva"), "enter", *typed("Roth"), "enter", "enter")  # who it is
        await keys(pilot, "E", "1", "8", *typed("2024-02-30"), "enter")
        assert "is not a date that exists" in shown(pilot, "#refusal")
        await keys(pilot, "backspace", "backspace", *typed("28"), "enter")
        assert type(pilot.app.screen) is CaseScreen

    run(at_work(database), drive)
    _, assessed = look(database, case_id)
    owners = {owner.name: owner for owner in assessed.owners.values()}
    assert (owners["Ana Ruiz"].share, owners["Ana Ruiz"].held_in) == (Share(minimum=25, maximum=40), "beta")
    assert (owners["Eva Roth"].kind, owners["Eva Roth"].unspecified_reason) == ("person", None)
    assert owners["Beta BV"].ended_on == "2024-02-28"


def test_a_correction_tells_what_another_did_meanwhile(database: Path) -> None:
    case_id = a_case(database, somebody("Ana", 20))

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter", "E", "1", "6")
        with CaseStore.open(database) as other:
            data = {"case_id": case_id, "owner_id": next(iter(look(database, case_id)[1].owners))}
            other.execute(CorrectBeneficialOwner.model_validate(data | {"owner": somebody("Ana", 30)}))
        await keys(pilot, "backspace", *typed("5"), "enter")
        assert type(pilot.app.screen) is CommandScreen
        assert "has changed since you saw it" in shown(pilot, "#refusal")

    run(at_work(database), drive)


def test_an_owner_of_an_owner_is_added(database: Path) -> None:
    case_id = a_case(database, {**HOLDING, "party": None})

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "enter", "o", "1", *typed("Ana"), "enter", *typed("Ruiz"), "enter", "enter")
        assert options(pilot) == ["1  Acme Werke GmbH", "2  Beta BV"]
        await keys(pilot, "2", *typed("50"), "enter")
        assert type(pilot.app.screen) is CaseScreen

    run(at_work(database), drive)
    _, assessed = look(database, case_id)
    assert assessed.ownership is not None
    assert [(each.minimum, each.maximum) for each in assessed.ownership.candidates] == [(30, 30)]
