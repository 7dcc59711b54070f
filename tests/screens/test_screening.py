"""Screening a case through the keyboard."""

import shutil
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.dialogs.command import CommandScreen
from caseworker_tui.screening.screen import ScreeningScreen
from store.domain.commands import AddPersonToCase, WithdrawCase
from store.engine.case_store import CaseStore
from store.queries.case_file import CheckRow, case_file
from store.queries.queue import whole_queue
from store.screening.list_files import lists_folder
from tests.domain.examples import BEN
from tests.screening.lists import bring_in, row, simple_csv
from tests.screens.pilot import keys, run, settle, typed
from tests.store.stores import findings


def open_screening(name: str) -> list[str]:
    """The keys that lead to the screening of the case of this name."""
    return ["slash", *typed(name), "enter", "enter", "S"]


def rows(pilot: Pilot[None]) -> list[str]:
    candidates = pilot.app.screen.query_one(OptionList)
    return [str(candidates.get_option_at_index(index).prompt) for index in range(candidates.option_count)]


def under_the_cursor(pilot: Pilot[None]) -> str:
    highlighted = pilot.app.screen.query_one(OptionList).highlighted
    return "" if highlighted is None else rows(pilot)[highlighted]


def screen(pilot: Pilot[None]) -> type:
    return type(pilot.app.screen)


def text(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query_one(selector, Static).content)


def checks_of(database: Path, name: str) -> list[CheckRow]:
    """The checks that were made against a list."""
    with CaseStore.open(database) as store:
        assert findings(store) == []
        (case_id,) = (case.case_id for case in store.query(lambda c: list(whole_queue(c))) if case.name == name)
        return [check for check in store.query(case_file, case_id).checks if check.screening]


def test_from_candidates_to_recorded_checks(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, *open_screening("petrelhead"))
        assert text(pilot, "#headline").startswith("2 undecided")
        assert "99 ████████ strong   Gannetry Holdings Ltd" in under_the_cursor(pilot)
        details = text(pilot, "#details Static")
        assert "+ the same registration number, EX730022" in details
        assert "Programme     Arms brokers - 2024-02-19" in details
        await keys(pilot, "2", "enter")
        assert "Write something first." in text(pilot, "#refusal")
        await keys(pilot, *typed("same number in the register"), "enter")
        assert "58 █████░░░ weak     Petrelhead Maritime Supply LLC" in under_the_cursor(pilot)
        await keys(pilot, "enter", "1", *typed("another country, another business"), "enter", "N")
        assert text(pilot, "#headline").startswith("0 undecided · against")
        assert "✗ true match" in "".join(rows(pilot))
        assert "● false positive" in under_the_cursor(pilot)
        assert "another country, another business" in text(pilot, "#details Static")
        await keys(pilot, "N", "escape", "4")
        assert screen(pilot) is CaseScreen
        review = text(pilot, "#review-pane Static")
        assert "against EX-S-008 of sanctions-list is a hit that nobody settled" in review
        assert "against Gannetry Holdings Ltd, EX-S-008 of sanctions-list (2026-11), score 99" in review

    run(app, drive)
    checks = checks_of(sample, "Petrelhead Marine Supply Inc.")
    assert [(check.outcome, check.evidence) for check in checks[:2]] == [
        ("HIT", "same number in the register"),
        ("CLEAR", "another country, another business"),
    ]
    assert {check.evidence for check in checks[2:]} == {
        "No candidate in pep-list (2026-11).",
        "No candidate in sanctions-list (2026-11).",
    }
    assert len(checks) == 15
    assert {check.recorded_by for check in checks} == {"ana.ruiz"}


def test_what_others_change_comes_by_itself_and_who_reads_on_is_left_there(app: CaseworkerApp, sample: Path) -> None:
    def a_person_is_added() -> None:
        with CaseStore.open(sample) as store:
            (case,) = (
                case for case in store.query(lambda c: list(whole_queue(c))) if case.name.startswith("Petrelhead")
            )
            store.execute(AddPersonToCase(case_id=case.case_id, person=BEN), actor="ben.osei")

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, *open_screening("petrelhead"), "2", *typed("same number"), "enter", "k", "ctrl+d")
        details, parties = pilot.app.screen.query_one("#details"), len(rows(pilot))
        assert "Gannetry" in under_the_cursor(pilot)
        assert details.scroll_y
        a_person_is_added()
        for _ in range(600):
            await pilot.pause(0.05)
            if len(rows(pilot)) > parties:
                break
        await settle(pilot)
        assert len(rows(pilot)) > parties
        assert "Gannetry" in under_the_cursor(pilot)
        assert details.scroll_y

    run(app, drive, size=(120, 12))


def test_an_entry_for_two_kinds_is_decided_once(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, *open_screening("calandrella"), "3", *typed("no birth certificate yet"), "enter")
        assert "◐ unsure" in under_the_cursor(pilot)

    run(app, drive)
    checks = checks_of(sample, "Calandrella Shipping Ltd")
    assert [(check.kind, check.outcome) for check in checks] == [("PEP", "INCONCLUSIVE"), ("SANCTIONS", "INCONCLUSIVE")]


def test_a_decision_falls_with_a_new_version_of_the_list(app: CaseworkerApp, sample: Path, tmp_path: Path) -> None:
    shutil.rmtree(lists_folder(sample))
    tariq = row("NK-1", "Tareq al Hadidi")
    bring_in(sample, simple_csv(tmp_path / "eu.csv", tariq), version="1")

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, *open_screening("hadidi"), "1", *typed("a namesake"), "enter")
        assert "● false positive" in under_the_cursor(pilot)
        bring_in(sample, simple_csv(tmp_path / "eu.csv", {**tariq, "birth_date": "1988"}), version="2")
        await keys(pilot, "f5")
        assert "○ undecided" in under_the_cursor(pilot)
        details = text(pilot, "#details Static")
        assert "Decided before  clear, by ana.ruiz" in details
        assert "It does not stand any more: the entry has changed." in details

    run(app, drive)


def test_what_can_t_be_recorded_is_told_in_the_dialog(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, *open_screening("hadidi"))
        with CaseStore.open(sample) as store:
            (case,) = (case for case in store.query(lambda c: list(whole_queue(c))) if case.name == "Tariq al-Hadidi")
            store.execute(WithdrawCase(case_id=case.case_id, reason="went elsewhere"))
        await keys(pilot, "1", *typed("a namesake"), "enter")
        assert screen(pilot) is CommandScreen
        assert "The case is WITHDRAWN" in text(pilot, "#refusal")
        await keys(pilot, "escape")
        assert screen(pilot) is ScreeningScreen

    run(app, drive)
    assert checks_of(sample, "Tariq al-Hadidi") == []


def test_without_a_list_it_says_how_to_bring_one_in(app: CaseworkerApp, sample: Path) -> None:
    shutil.rmtree(lists_folder(sample))

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, *open_screening("hadidi"), "1", "N")
        assert screen(pilot) is ScreeningScreen
        assert "caseworker lists import FILE" in text(pilot, "#details Static")

    run(app, drive)
