"""A fault of the app itself: the app is built anew, and what is told of the fault holds nothing of a client."""

import asyncio
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.events import Key
from textual.pilot import Pilot

from benchmarks.terminal import Terminal
from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.cli.in_terminal import MOST_FAULTS_IN_A_ROW, InTerminal
from caseworker_tui.frame.fault import Fault, record_of
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, open_case, run, settle, toasts

FAULTY = """
from caseworker_tui.case.panes import CasePanes
from caseworker_tui.cli.main import main

show = CasePanes.show

def fail(self, shown):
    CasePanes.show = show
    client = "Ada Byron"
    raise ValueError(f"no such client: {client}")

CasePanes.show = fail
main()
"""
"""The app, in which the first case can't be shown."""

HYUN_WOO_BAEK = "R7N-1Z1-KGP"


def failing(_: CaseworkerApp) -> None:
    client = "Ada Byron"
    raise ValueError(f"no such client: {client}")


class Spoken(ValueError):
    """An error that Textual shows in words of its own."""

    def __rich__(self) -> str:
        return "Ada Byron"


def failing_in_words(_: CaseworkerApp) -> None:
    raise Spoken("no such client: Ada Byron")


@pytest.mark.parametrize(("fail", "kind"), [(failing, "ValueError"), (failing_in_words, "Spoken")])
def test_what_is_told_is_where_it_was_and_nothing_of_a_client(
    fail: Any, kind: str, app: CaseworkerApp, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, HYUN_WOO_BAEK)
        await keys(pilot, "question_mark")

    monkeypatch.setattr(CaseworkerApp, "action_help", fail)
    with pytest.raises(ValueError, match="no such client"):
        run(app, drive)
    assert app.fault is not None
    assert app.fault.kind == kind
    assert app.fault.case_id
    recorded = record_of(app.session.database)
    text = recorded.read_text(encoding="utf-8")
    assert text.startswith(f"2026-11-20T09:00:00+00:00 {kind}\n")
    assert re.search(rf"test_faults\.py, line \d+, in {fail.__name__}\n\n$", text)
    assert "Ada" not in text
    assert "Ada" not in capfd.readouterr().err
    assert stat.S_IMODE(recorded.stat().st_mode) == 0o600


def test_the_file_of_faults_begins_anew_before_it_is_large(app: CaseworkerApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "question_mark")

    monkeypatch.setattr(CaseworkerApp, "action_help", failing)
    recorded = record_of(app.session.database)
    recorded.write_text("x" * 300_000, encoding="utf-8")
    with pytest.raises(ValueError, match="no such client"):
        run(app, drive)
    assert recorded.stat().st_size < 10_000


def test_a_link_in_the_place_of_the_file_of_faults_is_not_followed(
    app: CaseworkerApp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await keys(pilot, "question_mark")

    monkeypatch.setattr(CaseworkerApp, "action_help", failing)
    (tmp_path / "precious").write_text("", encoding="utf-8")
    record_of(app.session.database).symlink_to(tmp_path / "precious")
    with pytest.raises(ValueError, match="no such client"):
        run(app, drive)
    assert (tmp_path / "precious").read_text(encoding="utf-8") == ""


def test_after_a_fault_the_case_is_open_again(sample: Path, app: CaseworkerApp) -> None:
    async def open_first(pilot: Pilot[None]) -> None:
        await open_case(pilot, HYUN_WOO_BAEK)
        seen.append(app._case.case_id)

    async def look(pilot: Pilot[None]) -> None:
        told = toasts(pilot)
        assert len(told) == 1
        assert "A fault in caseworker itself (ValueError) closed what was shown. What was done is kept." in told[0]
        assert str(record_of(sample)) in told[0]
        assert again.screen is again._case
        assert again._case.case_id == seen[0]

    seen: list[str] = []
    run(app, open_first)
    again = CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW, after=Fault("ValueError", (), seen[0]))
    run(again, look)


def test_in_a_terminal_the_app_is_built_anew(sample: Path) -> None:
    with Terminal(("-c", FAULTY, "--db", str(sample), "--actor", "ana.ruiz")) as terminal:
        terminal.until(HYUN_WOO_BAEK)
        terminal.send(b"\r")
        terminal.until("nothing of any")
        terminal.until("Documents")
        terminal.send(b"\x11")
        assert terminal.exit_code() == 0
    assert "Ada" not in record_of(sample).read_text(encoding="utf-8")


def test_keys_that_come_while_the_app_is_left_are_no_fault(app: CaseworkerApp) -> None:
    async def press_on() -> None:
        while app.post_message(Key("j", "j")):
            await asyncio.sleep(0)

    async def drive(_: Pilot[None]) -> None:
        pressing.append(asyncio.create_task(press_on()))

    pressing: list[asyncio.Task[None]] = []
    run(app, drive)
    assert app.fault is None


def test_a_screen_that_is_left_twice_takes_no_other_along(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, HYUN_WOO_BAEK)
        await keys(pilot, "n")
        choosing = pilot.app.screen
        choosing.dismiss(None)
        choosing.dismiss(None)
        await settle(pilot)
        assert isinstance(pilot.app.screen, CaseScreen)

    run(app, drive)


def test_a_dialog_that_is_done_below_the_palette_is_left_with_it(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, HYUN_WOO_BAEK)
        await keys(pilot, "n")
        note = pilot.app.screen
        app.action_command_palette()
        await settle(pilot)
        assert isinstance(pilot.app.screen, CommandPalette)
        note.dismiss(None)
        await settle(pilot)
        assert isinstance(pilot.app.screen, CommandPalette)
        await keys(pilot, "escape")
        assert isinstance(pilot.app.screen, CaseScreen)

    run(app, drive)


def test_the_palette_opens_again_at_once(app: CaseworkerApp) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        for _ in range(3):
            app.action_command_palette()
            await settle(pilot)
            app.screen.dismiss()
        app.action_command_palette()
        await settle(pilot)
        assert isinstance(pilot.app.screen, CommandPalette)

    run(app, drive)


def until_left(faults: Iterable[Fault | None], seconds: Iterable[float], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The exit code of an app that ends with these faults after so many seconds each, and what each was built after."""
    now, coming, lasting, after = [0.0], iter(faults), iter(seconds), []

    def build(fault: Fault | None) -> Any:
        async def run_async() -> None:
            now[0] += next(lasting)

        after.append(fault.case_id if fault else None)
        return SimpleNamespace(run_async=run_async, fault=next(coming), is_left=False, return_code=0)

    monkeypatch.setattr("caseworker_tui.cli.in_terminal.monotonic", lambda: now[0])
    return InTerminal().run(build), after


def test_a_fault_that_comes_again_at_once_ends_the_app(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = Fault("ValueError", ("panes.py, line 3, in show",), "case")
    code, after = until_left([fault] * 9, [0.1] * 9, monkeypatch)
    assert (code, after) == (1, [None, "case", None])
    assert len(after) == MOST_FAULTS_IN_A_ROW
    told = capsys.readouterr().err
    assert "Faults in caseworker itself ended the app, 3 in a row. What was done is kept." in told
    assert told.endswith("ValueError\npanes.py, line 3, in show\n")


def test_faults_now_and_then_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = Fault("ValueError", (), "case")
    assert until_left([*[fault] * 9, None], [60.0] * 10, monkeypatch) == (0, [None, *["case"] * 9])
