"""What the app draws: nothing that came from outside acts on the terminal, and no size ends it."""

from pathlib import Path
from typing import Final

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.text.controls import ACTED_ON
from tests.screens.conftest import NOW
from tests.screens.hostile import drawn, make_hostile
from tests.screens.pilot import Drive, keys, run

WALK: Final = [
    *("down", "down", "slash", "escape", "C", "escape", "T", "escape", "asterisk", "M", "escape", "escape"),
    *("enter", "2", "end", "3", "s", "escape", "escape", "4", "5", "6", "down", "enter", "3", "escape"),
    *("1", "p", "escape", "escape", "t", "escape", "escape", "e", "escape", "escape", "R", "escape", "S", "escape"),
    *("Y", "enter", "escape", "down", "enter", "escape", "down", "enter", "escape", "down", "enter", "escape"),
    "ctrl+p",
]


@pytest.fixture
def hostile(sample: Path) -> Path:
    make_hostile(sample)
    return sample


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
    """A page of a list of which no line is in sight can be asked for too."""
    seen: list[str] = []
    walk = [key for step in WALK for key in (step, "pagedown", "pageup")]
    run(CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW), watched(seen, *walk), size)
    assert len(seen) == len(walk)
