"""Who acts: the option, else the environment, else the configuration, else the user of the system; in every event."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Caseworker, as_lines, new_case

MESSAGE = {"client_id": "C-9", "version": "1.0", "type": "standard", "traitement_type": "kyc"}


def actors(caseworker: Caseworker) -> set[str]:
    """Who acted in any event of the log, by the JSON and by the text."""
    events = json.loads(caseworker("log", "--json").stdout)
    in_metadata = {event["metadata"]["actor"] for event in events}
    for line in caseworker("log").stdout.splitlines():
        assert any(f"  {actor} " in line for actor in in_metadata)
    return in_metadata


@pytest.mark.parametrize("way_in", ["exec", "import"])
@pytest.mark.parametrize("who", ["of-the-option", "of-the-environment", "of-the-file", "of-the-system"])
def test_each_goes_before_those_that_follow(
    caseworker: Caseworker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way_in: str, who: str
) -> None:
    order = ["of-the-option", "of-the-environment", "of-the-file", "of-the-system"]
    given = order[order.index(who) :]
    person = {"firstname": "Ada", "lastname": "Byron"}
    (tmp_path / "messages.jsonl").write_text(json.dumps(MESSAGE | {"persons": [person]}), encoding="utf-8")
    (tmp_path / "c.toml").write_text("actor = 'of-the-file'" if "of-the-file" in given else "", encoding="utf-8")
    monkeypatch.setenv("LOGNAME", "of-the-system")
    monkeypatch.delenv("CASEWORKER_ACTOR")
    if "of-the-environment" in given:
        monkeypatch.setenv("CASEWORKER_ACTOR", "of-the-environment")
    option = ("--actor", "of-the-option") if "of-the-option" in given else ()
    file = (tmp_path / "messages.jsonl",) if way_in == "import" else ()
    done = caseworker("--config", tmp_path / "c.toml", way_in, *option, *file, stdin=as_lines(new_case()))
    assert done.exit_code == 0
    assert actors(caseworker) == {who}


def test_an_empty_environment_says_nothing(
    caseworker: Caseworker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.toml").write_text("actor = 'of-the-file'", encoding="utf-8")
    monkeypatch.setenv("CASEWORKER_ACTOR", "")
    caseworker("--config", tmp_path / "c.toml", "exec", stdin=as_lines(new_case()))
    assert actors(caseworker) == {"of-the-file"}


def test_a_line_of_exec_may_name_another(caseworker: Caseworker, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("actor = 'of-the-file'", encoding="utf-8")
    caseworker("--config", tmp_path / "c.toml", "exec", stdin=as_lines(new_case() | {"actor": "of-the-line"}))
    assert actors(caseworker) == {"of-the-line"}
