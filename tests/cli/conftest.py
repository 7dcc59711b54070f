"""The command line, run in this process (`caseworker`) and as a process of its own (`start`)."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer
from typing import Any, Final, Protocol

import pytest
from click.testing import CliRunner, Result

from caseworker_tui.cli.main import main
from caseworker_tui.cli.sample import build_sample
from store.screening.list_files import lists_folder

PROJECT: Final = Path(__file__).parents[2]
NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

Start = Callable[..., "subprocess.Popen[bytes]"]


class Caseworker(Protocol):
    def __call__(self, *arguments: object, stdin: bytes | str | None = None) -> Result: ...


@pytest.fixture(autouse=True)
def _nobodys_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither cases, name nor configuration of whoever runs the tests, and output that is buffered as usual."""
    monkeypatch.setenv("CASEWORKER_DB", str(tmp_path / "data" / "cases.sqlite3"))
    monkeypatch.setenv("CASEWORKER_ACTOR", "ana.ruiz")
    monkeypatch.delenv("CASEWORKER_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the database is that every command works on; there is none yet."""
    return tmp_path / "data" / "cases.sqlite3"


@pytest.fixture(scope="session")
def sample_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "cases.sqlite3"
    build_sample(path, NOW)
    return path


@pytest.fixture
def sample(sample_once: Path, database: Path) -> Path:
    """A database with the sample cases, and the sample lists in force."""
    shutil.copytree(lists_folder(sample_once), lists_folder(database))
    return Path(shutil.copy(sample_once, database))


@pytest.fixture
def caseworker() -> Caseworker:
    """`caseworker …` in this process: its exit code, stdout and stderr, and never a traceback."""

    def run(*arguments: object, stdin: bytes | str | None = None) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
        assert isinstance(result.exception, SystemExit | None), result.exception
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def start() -> Iterator[Start]:
    """`caseworker …` as a process of its own, with pipes; it is ended with the test."""
    processes: list[subprocess.Popen[bytes]] = []

    def run(*arguments: object, **options: Any) -> "subprocess.Popen[bytes]":
        defaults: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        defaults["env"] = os.environ | {"PYTHONPATH": str(PROJECT)}
        command = [sys.executable, "-m", "caseworker_tui", *map(str, arguments)]
        process = subprocess.Popen(command, **defaults | options)
        processes.append(process)
        return process

    def end() -> None:
        for process in processes:
            process.kill()

    deadline = Timer(60, end)  # a test that waits for what never comes ends all the same
    deadline.start()
    yield run
    deadline.cancel()
    end()
    for process in processes:
        with process:  # closes its pipes
            pass


def new_case(number: int = 1) -> dict[str, Any]:
    """A line of `exec` that opens a case on a person."""
    person = {"firstname": "Ada", "lastname": f"Number{number}"}
    data = {"client_id": f"C-{number}", "case_type": "STANDARD", "traitement_type": "KYC", "persons": [person]}
    return {"command": "CreateCase", "command_id": f"new-{number}", "data": data}


def as_lines(*commands: Any) -> bytes:
    return b"".join(json.dumps(command).encode() + b"\n" for command in commands)


@pytest.fixture
def case(caseworker: Caseworker) -> str:
    """The reference of a KYC case."""
    caseworker("exec", stdin=as_lines(new_case()))
    (only,) = json.loads(caseworker("cases", "--json").stdout)
    return str(only["reference"])


def shown(caseworker: Caseworker, case: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(caseworker("show", case, "--json").stdout)
    return found
