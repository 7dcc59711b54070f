"""What the app draws: nothing that came from outside acts on the terminal, and no size ends it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.text.controls import ACTED_ON
from tests.screens.conftest import NOW
from tests.screens.pilot import Drive, keys, run
from tests.sync.broken_team import in_trouble

ESCAPES: Final = "\x1b]52;c;cHduZWQ=\x07\x1b]0;mine\x1b\\\x9b31m\x7f\x00\u2028\u202egnp\u2066"
"""Writes the clipboard and the title of the window, colours, ends a line, and turns the direction of what follows."""

COLUMNS: Final = {
    "cases": ("name", "client_id", "assignee", "proposed_by", "proposal_reason", "source", "updated_by"),
    "companies": ("registered_name", "trading_name", "registration_number", "legal_form", "street", "city"),
    "persons": ("firstname", "lastname", "role_in_company", "email"),
    "beneficial_owners": ("name", "registration_number", "source"),
    "parties": ("name",),
    "required_documents": ("entity_name", "reason", "rule", "updated_by"),
    "checks": ("entity_name", "evidence", "recorded_by"),
    "notes": ("text", "written_by"),
    "tags": ("tag",),
    "saved_views": ("name", "query"),
    "commits": ("actor", "device"),
    "pending_commits": ("actor", "device"),
    "conflicts": ("sentence",),
    "discarded_commands": ("reason", "discarded_by"),
    "rejected_records": ("reason",),
    "quarantined_records": ("problem", "sentence"),
    "dead_letters": ("topic", "reason", "key", "value"),
}
"""All that is text of somebody else's, by table."""

WALK: Final = [
    *("down", "down", "slash", "escape", "C", "escape", "T", "escape", "asterisk", "M", "escape", "escape"),
    *("enter", "2", "end", "3", "s", "escape", "escape", "4", "5", "6", "down", "enter", "3", "escape"),
    *("1", "p", "escape", "escape", "t", "escape", "escape", "e", "escape", "escape", "R", "escape", "S", "escape"),
    *("Y", "enter", "escape", "down", "enter", "escape", "down", "enter", "escape", "down", "enter", "escape"),
    "ctrl+p",
]


@pytest.fixture
def hostile(sample: Path) -> Path:
    """Cases, a team's tables and a log in which every text of somebody else's ends with escapes."""
    in_trouble(sample, NOW)
    with closing(sqlite3.connect(sample, isolation_level=None)) as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            database.execute(f"DROP TRIGGER {name}")
        for table, columns in COLUMNS.items():
            for column in columns:
                database.execute(f"UPDATE {table} SET {column} = {column} || ?", (ESCAPES,))
        for events in ("events", "pending_events"):
            note = f"UPDATE {events} SET payload = json_set(payload, '$.text', ?) WHERE event_type = 'NoteAdded'"
            database.execute(note, (f"note{ESCAPES}",))
    return sample


def drawn(pilot: Pilot[None]) -> str:
    """All that is drawn of the screen in sight, as it goes to the terminal."""
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


def watched(seen: list[str], *pressed: str) -> Drive:
    async def drive(pilot: Pilot[None]) -> None:
        for key in pressed:
            await keys(pilot, key)
            seen.append(drawn(pilot))

    return drive


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_no_text_acts_on_the_terminal(hostile: Path, size: tuple[int, int]) -> None:
    seen: list[str] = []
    run(CaseworkerApp(hostile, actor="ana.ruiz", clock=lambda: NOW), watched(seen, *WALK), size)
    whole = "".join(seen)
    assert "52;c;cHduZWQ=" in whole, "what is hostile is in sight, and harmless"
    assert set(ACTED_ON.findall(whole)) == {"\n"}
    for picture in seen:
        assert {cell_len(line) for line in picture.splitlines()} == {size[0]}


def test_nor_does_the_name_of_a_file_that_is_completed(app: CaseworkerApp, tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "a\x1b]52;c;cHduZWQ=\x07\udcff.pdf").touch()
    seen: list[str] = []
    run(app, watched(seen, "enter", "3", "f", f"={tmp_path}/scans/a", "tab", "enter"), (120, 40))
    assert any("]52;c;cHduZWQ=\N{REPLACEMENT CHARACTER}.pdf" in picture for picture in seen)
    assert set(ACTED_ON.findall("".join(seen))) == {"\n"}


@pytest.mark.parametrize("size", [(1, 1), (4, 2)])
def test_no_terminal_is_too_small(sample: Path, size: tuple[int, int]) -> None:
    seen: list[str] = []
    run(CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW), watched(seen, *WALK), size)
    assert len(seen) == len(WALK)
