"""Signals end the app in order: the terminal is as it was, all is saved as if the person had left, drafts are kept."""

import os
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import sleep
from typing import Final

import pytest

from caseworker_tui.dialogs.drafts import drafts_folder
from store.engine.case_store import CaseStore
from store.passing import in_passing
from store.preferences import Preferences, preferences_of, save_preferences
from store.queries.queue import QueueRow, queue_page
from tests.cli.conftest import Caseworker

if sys.platform == "win32":
    pytest.skip("no pseudo-terminals", allow_module_level=True)

from tests.cli.terminal_of_the_app import RESTORED, TerminalOfTheApp

NUMBERS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)


@pytest.fixture
def terminal(sample: Path) -> Iterator[TerminalOfTheApp]:
    """The app, with the queue in sight."""
    with TerminalOfTheApp() as terminal:
        terminal.until("60 cases")
        yield terminal


def _row(database: Path, place: int) -> QueueRow:
    with CaseStore.open(database, create=False) as store:
        return store.query(queue_page, limit=place + 1)[place]


def _preferences(database: Path) -> Preferences:
    with CaseStore.open(database, create=False) as store:
        return store.query(preferences_of, "ana.ruiz")


def _notes(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM notes")]


def _go_down(terminal: TerminalOfTheApp, database: Path) -> None:
    """To the third case of the queue."""
    third = _row(database, 2).reference
    terminal.until(third)
    terminal.type("j")
    terminal.press(b"j", third)


def _begin_a_note(terminal: TerminalOfTheApp, text: str) -> None:
    terminal.type("\r")
    terminal.until("Case id")
    terminal.type("n")
    terminal.until("what the next reader")
    terminal.type(text)
    terminal.until(text)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_restores_the_terminal(number: int, terminal: TerminalOfTheApp) -> None:
    _begin_a_note(terminal, "half of it")
    terminal.signal(number)
    end = terminal.end()
    assert (end.code, end.settings_as_before, end.said) == (128 + number, True, b"")
    for sequence in RESTORED:
        assert sequence in end.sent
    with TerminalOfTheApp() as again:
        again.until("60 cases")
        again.type("\r")
        again.until("Case id")
        again.type("n")
        again.until("half of it")


def test_a_kill_loses_no_more_than_the_last_moment(terminal: TerminalOfTheApp, sample: Path) -> None:
    _begin_a_note(terminal, "half of it")
    while not any(b"half of it" in file.read_bytes() for file in drafts_folder(sample).glob("*.json")):
        sleep(0.02)
    terminal.signal(signal.SIGKILL)
    assert terminal.end().code == -signal.SIGKILL


def test_all_is_saved_as_if_the_person_had_left(terminal: TerminalOfTheApp, sample: Path) -> None:
    _go_down(terminal, sample)
    terminal.signal(signal.SIGTERM)
    terminal.end()
    assert _preferences(sample) == Preferences("", _row(sample, 2).case_id)


def test_more_signals_on_the_way_out_change_nothing(terminal: TerminalOfTheApp, sample: Path) -> None:
    _go_down(terminal, sample)
    terminal.signal(signal.SIGHUP, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
    end = terminal.end()
    assert end.code in (129, 131, 143), "they may all be there before any is heard"
    assert (end.settings_as_before, end.said) == (True, b"")
    assert _preferences(sample).case_id == _row(sample, 2).case_id


def test_a_terminal_that_is_gone_costs_nothing(terminal: TerminalOfTheApp, sample: Path) -> None:
    _go_down(terminal, sample)
    terminal.close()
    assert terminal.end().code == 129
    assert _preferences(sample).case_id == _row(sample, 2).case_id


def test_who_hears_no_hangup_goes_on(sample: Path) -> None:
    nohup = "import runpy, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); runpy.run_module('caseworker_tui')"
    with TerminalOfTheApp(("-c", f"import sys; sys.argv[1:] = []; {nohup}")) as terminal:
        terminal.until("60 cases")
        terminal.signal(signal.SIGHUP)
        terminal.type("\r")
        terminal.until("Case id")
        terminal.signal(signal.SIGTERM)
        assert terminal.end().code == 143


def test_a_signal_at_the_start_leaves_everything_as_it_was(sample: Path) -> None:
    left = Preferences("", _row(sample, 2).case_id, ("name",))
    with CaseStore.open(sample, create=False) as store:
        store.change(save_preferences, "ana.ruiz", left)
    with TerminalOfTheApp() as terminal:
        terminal.sent_until(b"\x1b[?1049h")
        os.kill(terminal.process, signal.SIGTERM)
        end = terminal.end()
    assert (end.code, end.settings_as_before, end.said) == (143, True, b"")
    assert _preferences(sample) == left


@pytest.mark.parametrize("hundredths", range(2, 50, 6))
def test_a_signal_at_any_moment_of_the_start_leaves_the_terminal_as_it_was(hundredths: int, sample: Path) -> None:
    with TerminalOfTheApp() as terminal:
        sleep(hundredths / 100)
        os.kill(terminal.process, signal.SIGTERM)
        end = terminal.end()
    assert end.code in (143, -signal.SIGTERM), "Python itself may not be there yet"
    assert end.settings_as_before
    assert end.sent.count(b"\x1b[?1049h") == end.sent.count(b"\x1b[?1049l")
    assert b"Traceback" not in end.sent


class TestWhileACommandWaits:
    """The database is locked by another process, and the note waits for it."""

    @pytest.fixture
    def lock(self, terminal: TerminalOfTheApp, sample: Path) -> Iterator[sqlite3.Connection]:
        _begin_a_note(terminal, "whole")
        with closing(sqlite3.connect(sample, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            terminal.type("\r")
            terminal.until("Saving")
            yield connection

    def test_the_terminal_is_restored_at_once_and_the_command_carried_out(
        self, terminal: TerminalOfTheApp, sample: Path, lock: sqlite3.Connection
    ) -> None:
        terminal.signal(signal.SIGTERM)
        terminal.sent_until(b"\x1b[?1049l")
        lock.execute("ROLLBACK")
        assert terminal.end().code == 143
        assert "whole" in _notes(sample)

    def test_a_second_signal_does_not_wait(
        self, terminal: TerminalOfTheApp, sample: Path, lock: sqlite3.Connection
    ) -> None:
        terminal.signal(signal.SIGTERM)
        terminal.sent_until(b"\x1b[?1049l")
        while terminal.is_at_work:
            os.kill(terminal.process, signal.SIGQUIT)
            sleep(0.05)
        lock.execute("ROLLBACK")
        end = terminal.end()
        assert (end.code, end.settings_as_before) == (131, True)
        assert "whole" not in _notes(sample)
        assert any(b"whole" in file.read_bytes() for file in drafts_folder(sample).glob("*.json"))


def test_while_a_file_is_looked_at_its_copy_goes_and_the_viewer_stays(
    sample: Path, tmp_path: Path, caseworker: Caseworker, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, seen = tmp_path / "bin" / ("open" if sys.platform == "darwin" else "xdg-open"), tmp_path / "seen"
    viewer.parent.mkdir()
    viewer.write_text(f"#!/bin/sh\necho $$ > {seen}.new; mv {seen}.new {seen}; exec sleep 600\n")
    viewer.chmod(0o700)
    monkeypatch.setenv("PATH", f"{viewer.parent}:{os.environ['PATH']}")
    (scan := tmp_path / "scan.txt").write_text("what was scanned")
    case = _row(sample, 0)
    with closing(sqlite3.connect(sample)) as connection:
        query = "SELECT document_type FROM required_documents WHERE case_id = ? ORDER BY rowid LIMIT 1"
        ((document,),) = connection.execute(query, (case.case_id,))
    assert caseworker("attach", f"{case.reference}/{document}", scan).exit_code == 0
    with TerminalOfTheApp() as terminal:
        terminal.until("60 cases")
        terminal.type("\r")
        terminal.until("Case id")
        terminal.type("3")
        terminal.type("F")
        while not seen.exists():
            sleep(0.02)
        assert list(in_passing(sample))
        terminal.signal(signal.SIGTERM)
        end = terminal.end()
    assert (end.code, end.settings_as_before) == (143, True)
    assert not list(in_passing(sample))
    os.kill(int(seen.read_text()), signal.SIGKILL)  # it was alive
