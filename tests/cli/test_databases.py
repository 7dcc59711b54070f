"""What every subcommand says of a database that can't be used: one sentence, exit code 1, and no traceback."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.passing import Passing, passing_folder
from store.projections import PROJECTIONS
from store.sqlite import database as store_database
from tests.cli.conftest import PROJECT, Caseworker, as_lines, new_case
from tests.screening.lists import row, simple_csv

READING = (("cases",), ("show", "x"), ("log",), ("verify",), ("rebuild",))


def _truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 3)


def _no_database(path: Path) -> None:
    path.write_text("Dear colleague,\nplease find attached\n" * 100)


def _foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE shopping (item TEXT)")


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("command", [*READING, ("exec",), ("import", PROJECT / "sample_data" / "messages.jsonl")])
@pytest.mark.parametrize(
    ("ruin", "said"),
    [
        (_truncated, "damaged"),
        (_no_database, "not a SQLite file"),
        (_foreign, "not one of caseworker"),
        (_newer, "newer version"),
        (_folder, "is a folder"),
    ],
)
def test_a_database_that_can_not_be_used(
    ruin: Callable[[Path], None], said: str, command: tuple[str, ...], caseworker: Caseworker, sample: Path
) -> None:
    ruin(sample)
    result = caseworker(*command, stdin=as_lines(new_case()))
    assert result.exit_code == 1
    assert said in result.output
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize("command", READING)
def test_reading_makes_no_database(command: tuple[str, ...], caseworker: Caseworker, database: Path) -> None:
    result = caseworker(*command)
    assert result.exit_code == 1
    assert result.stderr.startswith("There is no database")
    assert not database.parent.exists()


@pytest.mark.parametrize("ruin", [_truncated, _no_database, _foreign, _newer, _folder, Path.unlink])
def test_the_doctor_copes_with_all_of_them(ruin: Callable[[Path], None], caseworker: Caseworker, sample: Path) -> None:
    ruin(sample)
    result = caseworker("doctor", "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert not report["ok"]
    [opening] = [check for check in report["checks"] if check["name"] == "Opening"]
    assert opening["advice"]


def test_verify_reports_a_damaged_file_as_a_finding(caseworker: Caseworker, sample: Path) -> None:
    _truncated(sample)
    report = json.loads(caseworker("verify", "--json").stdout)
    assert not report["ok"]
    assert [finding["where"] for finding in report["findings"]] == ["file"]


@pytest.fixture
def writer(sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another process writes to the database, and does not come to an end."""
    monkeypatch.setattr(store_database, "BUSY_TIMEOUT_MS", 50)
    hold = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE')"
    wait = "; print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold + wait, str(sample)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        yield
        process.kill()


@pytest.mark.usefixtures("writer")
def test_a_locked_database_fails_each_line_by_itself(caseworker: Caseworker) -> None:
    result = caseworker("exec", stdin=as_lines(new_case(1), new_case(2)))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [answer["error"] for answer in answers] == ["database_locked"] * 2
    assert answers[0]["command_id"] == "new-1"


@pytest.mark.usefixtures("writer")
def test_a_locked_database_can_be_read_but_not_rebuilt(caseworker: Caseworker) -> None:
    for command in ("cases", "log", "verify"):
        assert caseworker(command).exit_code == 0
    rebuilt = caseworker("rebuild")
    assert rebuilt.exit_code == 1
    assert "in use by another process" in rebuilt.stderr


@pytest.mark.usefixtures("writer")
def test_the_doctor_tells_of_a_lock(caseworker: Caseworker) -> None:
    report = json.loads(caseworker("doctor", "--json").stdout)
    assert [check["name"] for check in report["checks"] if not check["ok"]] == ["Writing"]


@pytest.fixture
def read_only(sample: Path) -> Iterator[Path]:
    """A database that its reader may not write to, in a folder that all can enter."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(sample, folder))
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        yield path
        Path(folder).chmod(0o755)


AS_NOBODY = """
import os, sys
from click.testing import CliRunner
from caseworker_tui.cli.main import main

for command in ("cases", "doctor"):  # what is imported late may be out of nobody's reach
    CliRunner().invoke(main, [command, *sys.argv[-2:]])
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
main(sys.argv[1:])
"""
"""Permissions do not bind root: the command then runs as nobody."""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")
def test_a_database_that_is_read_only_can_be_read_and_refuses_each_line(read_only: Path) -> None:
    def run(command: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        arguments = [sys.executable, "-c", AS_NOBODY, command, "--json", "--db", str(read_only)]
        if command == "exec":
            arguments.remove("--json")
        return subprocess.run(
            arguments, input=stdin, capture_output=True, check=False, env=os.environ | {"PYTHONPATH": str(PROJECT)}
        )

    listed = run("cases")
    assert not listed.stderr
    assert len(json.loads(listed.stdout)) == 60
    executed = run("exec", as_lines(new_case(1), new_case(2)))
    assert not executed.stderr
    assert executed.returncode == 1
    assert [json.loads(line)["error"] for line in executed.stdout.splitlines()] == ["database_read_only"] * 2
    checks = json.loads(run("doctor").stdout)["checks"]
    assert "Writing" in [check["name"] for check in checks if not check["ok"]]


def test_a_change_by_hand_is_found(caseworker: Caseworker, sample: Path) -> None:
    assert caseworker("verify").exit_code == 0
    with closing(sqlite3.connect(sample, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET payload = replace(payload, 'Drive', 'drive') WHERE position = 1")
        connection.execute("UPDATE cases SET name = 'Somebody Else' WHERE rowid = 3")
    result = caseworker("verify")
    assert result.exit_code == 1
    assert "events_no_update" in result.stdout


def test_a_read_table_that_was_changed_is_found_and_mended(caseworker: Caseworker, sample: Path) -> None:
    with closing(sqlite3.connect(sample, isolation_level=None)) as connection:
        connection.execute("UPDATE cases SET name = 'Somebody \x1b Else' WHERE rowid = 3")
    found = caseworker("verify")
    assert found.exit_code == 1
    assert found.stdout.startswith("read tables: cases: ")
    rebuilt = caseworker("rebuild")
    assert rebuilt.exit_code == 0
    assert rebuilt.stdout.startswith(f"Made {len(PROJECTIONS)} read tables anew from ")
    assert caseworker("verify").exit_code == 0


def test_a_log_that_can_not_be_read_is_told_by_a_sentence(caseworker: Caseworker, sample: Path) -> None:
    with closing(sqlite3.connect(sample, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET payload = '{}' WHERE position = 1")
        connection.execute("DELETE FROM projections")
    for command in ("cases", "log", "rebuild", "exec"):
        result = caseworker(command)
        assert result.exit_code == 1
        assert "caseworker verify" in result.stderr
    assert "Event 1 " in caseworker("verify").stdout


def test_a_value_that_was_changed_is_no_fault_in_caseworker(caseworker: Caseworker, sample: Path) -> None:
    """Whatever error it comes up as: the database is verified before anybody is asked to report a fault."""
    with closing(sqlite3.connect(sample, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET metadata = '{' WHERE position = 1")
    result = caseworker("log", "--json")
    assert result.exit_code == 1
    assert f"The database {sample} was changed by another hand" in result.stderr
    assert "fault in caseworker" not in result.stderr


def test_a_fault_in_caseworker_stays_one(caseworker: Caseworker, sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ValueError("oh")

    monkeypatch.setattr("caseworker_tui.cli.commands.log.write_log", fails)
    result = caseworker("log")
    assert result.stderr.endswith("A fault in caseworker itself (ValueError: oh): please report it.\n")


@pytest.mark.parametrize("arguments", [("cases",), ("verify",), ("lists", "import", "list.csv"), ("exec",)])
def test_a_run_removes_what_a_killed_one_left(
    arguments: tuple[str, ...], caseworker: Caseworker, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    simple_csv(tmp_path / "list.csv", row("NK-1", "Ana Ruiz"))
    with passing_folder(sample.parent, f"{sample.name}.{Passing.REBUILD}") as folder:
        left = shutil.copytree(folder, f"{folder}-killed")  # a lock is of a file, and no copy of it has one
        assert caseworker(*arguments, stdin=b"").exit_code == 0
        assert (folder.exists(), Path(left).exists()) == (True, False)


def test_doctor_tells_what_a_killed_run_left(caseworker: Caseworker, sample: Path) -> None:
    with passing_folder(sample.parent, f"{sample.name}.{Passing.REBUILD}") as folder:
        shutil.copytree(folder, f"{folder}-killed")
    result = caseworker("doctor")
    assert result.exit_code == 1
    assert f"by processes that are gone: {folder}-killed\n" in result.stdout
    assert "Left behind: These hold personal data in clear. The next run of caseworker" in result.stdout


@pytest.mark.parametrize("command", ["cases", "lists", "doctor", "verify"])
@pytest.mark.parametrize("named", [".", "/", "./"])
def test_a_folder_that_is_named_without_a_name_is_no_database(
    caseworker: Caseworker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = caseworker(command, "--db", named)
    assert result.exit_code == 1
    assert "is a folder, not a database" in result.stderr
