"""From a case to the other cases of its parties, and back."""

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.queue.screen import QueueScreen
from store.engine.case_store import CaseStore
from store.queries.queue import queue_page
from tests.screens.pilot import keys, open_case, run, typed


def reference_of(database: Path, name: str) -> str:
    with CaseStore.open(database) as store:
        return next(row.reference for row in store.query(queue_page) if row.name == name)


def text(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query_one(selector, Static).render())


def test_into_another_case_and_back(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, reference_of(sample, "Saltquill Chandlery Limited"))
        assert "3 other cases with the same parties: R lists them" in text(pilot, "#overview-pane Static")
        await keys(pilot, "2")
        assert "  Also in     2 other cases\n" in text(pilot, "#parties-pane Static")
        await keys(pilot, "R")
        others = pilot.app.screen.query_one(OptionList)
        listed = [str(others.get_option_at_index(index).prompt) for index in range(3)]
        assert [entry.partition("  ")[2].partition("\n")[0] for entry in listed] == [
            "Saltquill Harbour Limited",
            "Saltquill Charter S.à r.l.",
            "Siobhán O'Dwyer",
        ]
        assert listed[2].splitlines()[2:] == [
            "  Siobhan O’DWYER: owner here, person there as Siobhán O'Dwyer",
            "    likely: same name, born in 1983-04",
        ]
        await keys(pilot, "j", "j")
        hint = pilot.app.screen.find_widget(pilot.app.screen.query_one("#hint"))
        assert hint.visible_region == hint.region, "the hint is cut off"
        await keys(pilot, "enter")
        assert "Siobhán O'Dwyer" in text(pilot, "#title")
        await keys(pilot, "R", "escape", "escape")
        assert "Saltquill Chandlery Limited" in text(pilot, "#title")
        await keys(pilot, "escape")
        assert isinstance(pilot.app.screen, QueueScreen)

    run(app, drive, (80, 20))


def test_a_decision_on_the_other_case_leads_back(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, reference_of(sample, "Mateus Figueiredo"))
        await keys(pilot, "R", "enter")
        assert "Lumavela Solar Lda" in text(pilot, "#title")
        await keys(pilot, "p", "2", *typed("the owners are unclear"), "enter")
        assert "Mateus Figueiredo" in text(pilot, "#title")

    run(app, drive)


def test_without_other_cases_it_says_so(app: CaseworkerApp, sample: Path) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, reference_of(sample, "Lukas Brandstetter"))
        assert "no other case with the same parties" in text(pilot, "#overview-pane Static")
        await keys(pilot, "R")
        assert isinstance(pilot.app.screen, CaseScreen)

    run(app, drive)
