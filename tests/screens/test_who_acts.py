"""Who acts is shown on the screens, and is in the events of what is done there."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from textual.pilot import Pilot
from textual.widgets import Static

from caseworker_tui.cli import main as cli
from caseworker_tui.cli.in_terminal import InTerminal
from caseworker_tui.cli.main import main
from store.engine.case_store import CaseStore
from store.log.read import get_all_events
from tests.screens.pilot import keys, run, typed


@pytest.mark.parametrize(
    ("options", "who"), [(("--actor", "of.the.option"), "of.the.option"), ((), "of.the.file")], ids=["option", "file"]
)
def test_the_app_acts_as_whom_it_was_started(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], who: str
) -> None:
    shown: list[str] = []

    async def drive(pilot: Pilot[None]) -> None:
        for pressed in ("enter", "n"):
            shown.append(str(pilot.app.screen.query_one("#who", Static).render()))
            await keys(pilot, pressed)
        await keys(pilot, *typed("all as it should be"), "enter")

    (tmp_path / "c.toml").write_text("actor = 'of.the.file'", encoding="utf-8")
    monkeypatch.delenv("CASEWORKER_ACTOR", raising=False)
    monkeypatch.setattr(cli, "_has_terminal", lambda: True)
    monkeypatch.setattr(InTerminal, "run", lambda _, build: run(build(None), drive))
    done = CliRunner().invoke(main, ["--config", str(tmp_path / "c.toml"), "--db", str(sample), *options])
    assert done.exit_code == 0, done.output
    assert shown == [f"{who} · {sample.name}"] * 2
    with CaseStore.open(sample) as store:
        *_, last = store.query(lambda connection: list(get_all_events(connection)))
    assert (last.event_type, last.actor) == ("NoteAdded", who)
