"""Many cases at once: marks, what is done to them, a stop in between, and what was refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.queue import bulk
from caseworker_tui.queue.bulk import ManyScreen
from caseworker_tui.queue.screen import QueueScreen
from store.engine.bulk import Outcome, execute_on_many
from store.engine.case_store import CaseStore
from store.queries.query_language import Asker, select
from store.queries.queue import QueueRow, queue_page
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, run, settle, typed


def _cases(database: Path, query: str = "") -> list[QueueRow]:
    with CaseStore.open(database) as store:
        return store.query(queue_page, select(query, Asker("ana.ruiz", NOW)))


def _text(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query_one(selector, Static).content)


def _marked(pilot: Pilot[None]) -> list[str]:
    assert isinstance(pilot.app.screen, QueueScreen)
    table = pilot.app.screen.query_one("CaseTable")
    lines = (table.render_line(y).text for y in range(1, table.size.height))
    return [line[1:12] for line in lines if line.startswith("*")]


def test_marks_one_by_one_by_range_and_all(app: CaseworkerApp, sample: Path) -> None:
    references = [row.reference for row in _cases(sample)]

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "space", "j", "space")
        assert _marked(pilot) == [references[0], references[2]]
        await keys(pilot, "j", "j", "M")
        assert _marked(pilot) == [references[0], *references[2:6]]
        assert _text(pilot, "#place") == "Queue · 60 cases · 5 marked"
        await keys(pilot, "asterisk", "home", "shift+down")
        assert _text(pilot, "#place") == "Queue · 60 cases · 59 marked"
        assert references[0] not in _marked(pilot)
        await keys(pilot, "s")
        assert _text(pilot, "#place") == "Queue · 60 cases · 59 marked"
        await keys(pilot, "1")
        assert _marked(pilot) == []

    run(app, drive)


def test_all_that_were_found_get_a_tag_and_those_refused_stay_marked(app: CaseworkerApp, sample: Path) -> None:
    tagged, found = _cases(sample, "type:kyc tag:vip"), _cases(sample, "type:kyc")
    assert tagged

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "slash", *typed("type:kyc"), "enter", "asterisk", "b", "3", *typed("VIP!"), "enter")
        assert "tag: " in _text(pilot, "#refusal")
        await keys(pilot, *["backspace"] * 4, *typed("vip"), "enter")
        assert isinstance(pilot.app.screen, ManyScreen)
        done = len(found) - len(tagged)
        assert _text(pilot, "#told") == f"{done} of {len(found)} done, {len(tagged)} refused."
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, CaseScreen)
        assert tagged[0].reference in _text(pilot, "#title")
        await keys(pilot, "escape")
        assert _text(pilot, "#place") == f"Found · {len(found)} cases · {len(tagged)} marked"
        await keys(pilot, "escape", "escape")
        assert _text(pilot, "#place") == "Queue · 60 cases"

    run(app, drive)
    assert len(_cases(sample, "type:kyc tag:vip")) == len(found)


def test_what_is_stopped_goes_on_where_it_was(
    app: CaseworkerApp, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Escape after the third case: that one is done, no other is."""
    to_press = ["back"]

    def some(*arguments: Any, **named: Any) -> Iterator[Outcome]:
        for number, outcome in enumerate(execute_on_many(*arguments, **named)):
            if number == 2 and to_press:
                app.call_from_thread(app.call_next, app.screen.run_action, to_press.pop())
            yield outcome

    async def drive(pilot: Pilot[None]) -> None:
        monkeypatch.setattr(bulk, "execute_on_many", some)
        monkeypatch.setattr("caseworker_tui.frame.session.monotonic", iter(range(1_000)).__next__)  # a case at a time
        await keys(pilot, "asterisk", "b", "1", *typed("ben.osei"), "enter")
        left = 60 - 3
        assert _text(pilot, "#told").endswith(f"; {left} had no turn yet.")
        assert "of 60 done" in _text(pilot, "#told")
        assert not to_press
        await keys(pilot, "r")
        assert "had no turn" not in _text(pilot, "#told")
        await keys(pilot, "escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, QueueScreen)

    run(app, drive)
    assert {row.assignee for row in _cases(sample)} == {"ben.osei"}


def test_without_a_mark_it_is_the_case_under_the_cursor(app: CaseworkerApp, sample: Path) -> None:
    first = _cases(sample)[0]

    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "b", "6", *typed("bank reference"), "enter", *typed("new account"), "enter")
        assert _text(pilot, "#told") == "1 of 1 done."
        await keys(pilot, "escape")

    run(app, drive)
    assert [row.case_id for row in _cases(sample, "needs:bank_reference")] == [first.case_id]
