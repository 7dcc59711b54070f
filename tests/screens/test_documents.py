"""Files and expiry dates at the keyboard."""

import os
import sys
from pathlib import Path
from time import sleep

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.dialogs.choice import ChoiceScreen
from caseworker_tui.dialogs.command import CommandScreen
from caseworker_tui.frame.session import Session
from store import attachments
from store.attachments import folder_of
from store.domain.statuses import DocumentStatus
from store.engine.case_store import CaseStore
from store.progress import Progress
from store.queries.case_file import CaseFileView, case_file
from store.queries.queue import queue_page
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, open_case, run, typed
from tests.screens.test_to_a_decision import screen

PDF = b"%PDF-1.7\nhello"


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder with scans, in which two names need care where they are typed."""
    folder = tmp_path / "scans of May"
    folder.mkdir()
    (folder / "O'Neil.pdf").write_bytes(PDF)
    (folder / "two.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"two")
    return folder


def view(database: Path, case_id: str) -> CaseFileView:
    with CaseStore.open(database) as store:
        return store.query(case_file, case_id)


def waiting(database: Path) -> CaseFileView:
    """The first case in work whose first document is waited for."""
    with CaseStore.open(database) as store:
        for row in store.query(queue_page):
            found = store.query(case_file, row.case_id)
            documents = found.documents
            if row.status == "OPEN" and documents and documents[0].status == DocumentStatus.AWAITING_UPLOAD:
                return found
    raise AssertionError("no case of the sample waits for its first document")


def entry(pilot: Pilot[None]) -> str:
    """The document under the cursor as the pane shows it."""
    pane = pilot.app.screen.query_one(OptionList)
    assert pane.highlighted is not None
    return str(pane.get_option_at_index(pane.highlighted).prompt)


def said(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query_one(selector, Static).render())


def told(pilot: Pilot[None]) -> str:
    """All that toasts say."""
    return "\n".join(notification.message for notification in pilot.app._notifications)


@pytest.fixture
def viewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A viewer on the PATH that writes down what it was shown, and tries to speak to the terminal."""
    seen = tmp_path / "seen"
    program = tmp_path / "bin" / ("open" if sys.platform == "darwin" else "xdg-open")
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho noise; echo noise >&2\ncp "$1" "{seen}"; echo "$1" > "{seen}.name"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return seen


def test_a_file_is_attached_opened_and_dated(
    app: CaseworkerApp, sample: Path, scans: Path, viewer: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    case = waiting(sample).case

    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, case.reference)
        await keys(pilot, "f")
        assert screen(pilot) is CaseScreen, "first the documents come in sight"
        await keys(pilot, "F")
        assert "f attaches one" in told(pilot)
        await keys(pilot, "f", *typed(f"'{scans}/none.pdf'"), "enter")
        assert "There is no file" in said(pilot, "#refusal")
        await keys(pilot, "ctrl+u", *typed(f"{scans}/O"), "tab")
        assert pilot.app.screen.query_one(Input).value == f"{scans}/O'Neil.pdf"
        await keys(pilot, "enter")
        assert screen(pilot) is CaseScreen
        assert "uploaded" in entry(pilot)
        assert "O'Neil.pdf  14 bytes" in entry(pilot)
        await keys(pilot, "F")
        assert viewer.read_bytes() == PDF
        await keys(pilot, "D", *typed("2026-12-02"), "enter")
        assert "expires in 12d" in entry(pilot)
        await keys(pilot, "D", "ctrl+u", *typed("2026-11-17"), "enter")
        assert "expired 3d ago" in entry(pilot)
        await keys(pilot, "s", "1", "1")
        assert "expired 3d ago" in said(pilot, "#overview-pane Static")
        await keys(pilot, "4")
        assert "expired on 2026-11-17" in said(pilot, "#review-pane Static")
        # The second one by its bare name, for it lies where the first one did.
        await keys(pilot, "3", "f", *typed("tw"), "tab", "enter", "F")
        assert screen(pilot) is ChoiceScreen
        await keys(pilot, "1")
        assert viewer.read_bytes().endswith(b"two")

    run(app, drive)
    shown = Path(viewer.with_suffix(".name").read_text().strip())
    assert shown.name == "two.png", "viewers tell by the name what a file is"
    assert not shown.parent.exists(), "copies for viewers are gone with the app"
    assert capfd.readouterr() == ("", ""), "a viewer does not write over the screen"
    document = view(sample, case.case_id).documents[0]
    assert (document.status, document.expires_on) == ("VERIFIED_MANUAL", "2026-11-17")
    assert [file.media_type for file in view(sample, case.case_id).attachments] == ["application/pdf", "image/png"]


def test_a_file_that_is_gone_or_that_nothing_shows_is_told(
    app: CaseworkerApp, sample: Path, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = waiting(sample).case
    monkeypatch.setenv("PATH", str(scans))  # where no viewer is

    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, case.reference)
        await keys(pilot, "3", "f", *typed(f"{scans}/two.png"), "enter", "F")
        assert "Files can't be opened here (xdg-open: No such file or directory)" in told(pilot)
        with CaseStore.open(sample) as store:
            (kept,) = store.query(folder_of).glob("??/*")
        kept.unlink()
        await keys(pilot, "F")
        assert "two.png is not on this machine" in told(pilot)
        assert screen(pilot) is CaseScreen

    run(app, drive)


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of many pieces, each of which takes its time to be read."""
    keep_attachment = CaseStore.keep_attachment

    def slowly(store: CaseStore, source: Path, progress: Progress) -> attachments.Attachment:
        def wait(done: int, total: int) -> None:
            progress(done, total)
            sleep(0.01)

        return keep_attachment(store, source, wait)

    monkeypatch.setattr(CaseStore, "keep_attachment", slowly)
    monkeypatch.setattr(attachments, "_CHUNK", 1024)
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(1024 * 500))
    return path


async def begin_to_attach(pilot: Pilot[None], reference: str, path: Path) -> None:
    await open_case(pilot, reference)
    await keys(pilot, "3", "f", *typed(str(path)))
    await pilot.press("enter")
    while not said(pilot, "#hint").startswith("Reading "):
        await pilot.pause(0.01)


def test_reading_a_large_file_is_shown_and_can_be_stopped(app: CaseworkerApp, sample: Path, slow: Path) -> None:
    case = waiting(sample).case

    async def drive(pilot: Pilot[None]) -> None:
        await begin_to_attach(pilot, case.reference, slow)
        assert "% of 500 kB … · esc stops" in said(pilot, "#hint")
        await keys(pilot, "escape")
        assert "Stopped: nothing was attached." in said(pilot, "#refusal")
        assert screen(pilot) is CommandScreen
        assert pilot.app.screen.query_one(Input).value == str(slow), "nothing typed is lost"

    run(app, drive)
    assert view(sample, case.case_id).attachments == ()
    with CaseStore.open(sample) as store:
        assert list(store.query(folder_of).iterdir()) == []


def test_leaving_the_app_does_not_wait_for_a_large_file(app: CaseworkerApp, sample: Path, slow: Path) -> None:
    case = waiting(sample).case

    async def drive(pilot: Pilot[None]) -> None:
        await begin_to_attach(pilot, case.reference, slow)

    run(app, drive)
    assert view(sample, case.case_id).attachments == ()
    with CaseStore.open(sample) as store:
        assert list(store.query(folder_of).iterdir()) == [], "it was not read to its end"


def test_the_day_is_that_by_which_commands_are_decided(sample: Path) -> None:
    session = Session(sample, actor="ana.ruiz", clock=lambda: NOW)
    assert session.today() == NOW.date()
    session.close()
