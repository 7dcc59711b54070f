"""What all subcommands share: options, exit codes, streams, and what they load."""

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from time import sleep
from typing import Any, Final

import click
import pytest

from benchmarks.terminal import EmulatedScreen
from caseworker_tui.cli import main as cli
from caseworker_tui.cli.commands import cases
from caseworker_tui.cli.main import main
from caseworker_tui.cli.program import ENDING_SIGNALS, Settings, _ended_by_signals, signals_given_back
from store.engine.case_store import CaseStore, Receipt
from store.passing import in_passing
from tests.cli.conftest import NOW, PROJECT, Caseworker, Start, as_lines, new_case
from tests.intake.test_importer import message
from tests.screening.lists import row, simple_csv
from tests.sync.broken_team import in_trouble


def test_the_database_is_chosen_before_or_after_the_subcommand(caseworker: Caseworker, sample: Path) -> None:
    elsewhere = sample.rename(sample.parent / "elsewhere.sqlite3")
    assert caseworker("cases").exit_code == 1
    assert caseworker("--db", elsewhere, "cases").exit_code == 0
    assert caseworker("cases", "--db", elsewhere).exit_code == 0
    assert caseworker("--db", "nowhere.sqlite3", "cases", "--db", elsewhere).exit_code == 0


def test_an_option_before_the_subcommand_wins_over_the_environment(
    caseworker: Caseworker, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEWORKER_DB", "nowhere.sqlite3")
    assert caseworker("--db", sample, "cases").exit_code == 0


def test_without_a_choice_the_database_is_in_the_users_data_folder() -> None:
    assert Settings().path.name == "cases.sqlite3"
    assert Settings().path.parent.name == "caseworker"


@pytest.mark.parametrize("name", ["", " ", "a\nb\x1b", "x" * 501])
def test_an_actor_is_one_line_of_text(name: str, caseworker: Caseworker) -> None:
    result = caseworker("exec", "--actor", name, stdin=as_lines(new_case()))
    if name:
        assert result.exit_code == 2
        assert "one line of text" in result.stderr


def test_without_a_terminal_the_app_says_so(caseworker: Caseworker, database: Path) -> None:
    result = caseworker()
    assert result.exit_code == 2
    assert result.stderr.startswith("caseworker opens an app, which needs a terminal")
    assert not result.stdout
    assert not database.exists()


def test_the_app_opens_on_the_database_as_the_person(
    caseworker: Caseworker, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[Path, str]] = []

    def open_app(path: Path, settings: Settings) -> int:
        assert path.exists()
        opened.append((path, settings.person))
        return 0

    monkeypatch.setattr(cli, "_has_terminal", lambda: True)
    monkeypatch.setattr(cli, "_run_app", open_app)
    assert caseworker().exit_code == 0
    assert opened == [(database, "ana.ruiz")]


def test_what_is_wrong_with_the_database_is_told_before_the_app_opens(
    caseworker: Caseworker, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.parent.mkdir()
    database.write_text("no database at all, but a text that is long enough to be read as one" * 10)
    monkeypatch.setattr(cli, "_has_terminal", lambda: True)
    monkeypatch.setattr(cli, "_run_app", lambda path, settings: pytest.fail("opened"))
    result = caseworker()
    assert result.exit_code == 1
    assert "not a SQLite file" in result.stderr


@pytest.mark.parametrize(
    "arguments", [("cases", "--bad"), ("nothing",), ("show",), ("import",), ("exec", "--schema", "No")]
)
def test_what_is_not_understood_exits_with_2(arguments: tuple[str, ...], caseworker: Caseworker) -> None:
    result = caseworker(*arguments)
    assert result.exit_code == 2
    assert not result.stdout


def test_an_argument_that_is_echoed_can_not_reach_the_terminal_as_a_control(
    caseworker: Caseworker, sample: Path
) -> None:
    bell = "\x1b]0;title\x07"
    for arguments in (("show", bell), (bell,), ("cases", bell), ("import", bell), ("--actor", bell, "cases")):
        result = caseworker(*arguments)
        assert result.exit_code
        assert result.stderr.replace("\n", "").isprintable()


def test_the_version_is_printed(caseworker: Caseworker) -> None:
    assert caseworker("--version").stdout.startswith("caseworker ")


LOADED = """
import sys
from caseworker_tui.cli.main import main
from caseworker_tui.cli.commands import cases
try:
    main(sys.argv[1:])
finally:
    loaded = {name.partition(".")[0] for name in sys.modules}
    print(*sorted(loaded & {"textual", "rich", "sqlite_utils", "httpx2"}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        (("--help",), ""),
        (("cases", "--json"), ""),
        (("log",), ""),
        (("cases",), "rich"),
        (("doctor",), ""),
        (("notifications",), ""),
    ],
)
def test_a_subcommand_loads_only_what_it_needs(arguments: tuple[str, ...], loaded: str, sample: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        cwd=PROJECT,
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    assert ran.stderr.strip() == loaded  # rich knows how wide a name in Japanese is


@pytest.mark.parametrize(
    "arguments", [("cases",), ("cases", "--json"), ("log",), ("log", "--json"), ("show", "R7N1Z1KGP")]
)
def test_a_reader_that_has_seen_enough_is_no_error(arguments: tuple[str, ...], start: Start, sample: Path) -> None:
    process = start(*arguments)
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    assert process.stderr.read() == b""
    assert process.wait() == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_output_that_can_not_be_written_is_told(start: Start, sample: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        _, errors = start("cases", stdout=full).communicate()
    assert errors == b"The output: No space left on device.\n"


def test_names_in_any_script_are_printed_whatever_the_locale(start: Start, sample: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
    }
    output, errors = start("cases", env=environment).communicate()
    assert not errors
    assert "株式会社あおばね製作所" in output.decode()


def _press_ctrl_c(process: "subprocess.Popen[bytes]") -> None:
    """Again when nothing happens, as people do: Python misses a signal that comes just before it begins to read."""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)


def test_ctrl_c_ends_exec_with_130(start: Start, database: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # children ignore it where it is ignored, as behind an `&`
    process = start("exec")
    assert process.stdin
    assert process.stdout
    assert process.stderr
    process.stdin.write(as_lines(new_case()))
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["ok"]
    _press_ctrl_c(process)
    assert process.wait() == 130
    assert process.stderr.read().strip() == b"Stopped. What was reported as done is kept."
    with CaseStore.open(database, create=False) as store:
        assert store.query(lambda connection: connection.execute("SELECT count(*) FROM cases").fetchone()) == (1,)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_on_a_terminal_exec_says_how_to_use_it_and_import_shows_a_bar(start: Start) -> None:
    ours, theirs = pty.openpty()
    process = start("exec", stdin=theirs)
    os.write(ours, b"\x04")
    _, errors = process.communicate()
    assert errors.startswith(b"Enter one command as JSON a line")
    process = start("import", PROJECT / "sample_data" / "messages.jsonl", stderr=theirs)
    os.close(theirs)
    screen = EmulatedScreen()
    screen.feed(_all_that_is_sent(ours))
    process.communicate()
    assert re.search(r"^Importing.*100%$", screen.text, re.MULTILINE)
    os.close(ours)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_dead_letter_does_nothing_to_a_terminal_and_comes_as_it_was_elsewhere(sample: Path, start: Start) -> None:
    message = b'{"client_id":\n"\x1b]52;c;cHduZWQ=\x07\xc2\x9b31m\xff"}'
    in_trouble(sample, NOW)
    with closing(sqlite3.connect(sample, isolation_level=None)) as connection:
        connection.execute("UPDATE dead_letters SET value = ?", (message,))
    assert start("dead-letters", "show", 1).communicate()[0] == message
    ours, theirs = pty.openpty()
    process = start("dead-letters", "show", 1, stdout=theirs)
    os.close(theirs)
    sent = _all_that_is_sent(ours)
    process.communicate()
    os.close(ours)
    assert sent == b'{"client_id":\r\n"\\u001b]52;c;cHduZWQ=\\u0007\\u009b31m\\xff"}\r\n'


def _all_that_is_sent(terminal: int) -> bytes:
    """What a program sends to its terminal until it has ended."""
    sent = b""
    with suppress(OSError):  # what Linux says of a terminal that no program has open any more
        while more := os.read(terminal, 65_536):
            sent += more
    return sent


def test_a_fault_of_our_own_is_told_without_a_traceback(
    caseworker: Caseworker, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("something \x1b unforeseen")

    monkeypatch.setattr(cases, "write_queue", fail)
    result = caseworker("cases")
    assert result.exit_code == 1
    assert result.stderr == (
        "A fault in caseworker itself (RuntimeError: something \\u001b unforeseen): please report it.\n"
    )


def test_the_entry_point_is_the_group() -> None:
    assert main.name == "caseworker"


NOT_UTF_8 = "a\udcffb"
"""As Python has an argument with the byte FF in it."""


@pytest.mark.parametrize(
    "arguments",
    [
        ("cases", "--query", NOT_UTF_8),
        ("show", NOT_UTF_8),
        ("show", "x", "--at", NOT_UTF_8),
        ("log", NOT_UTF_8),
        ("screen", NOT_UTF_8),
        ("attachment", NOT_UTF_8),
        ("lists", "remove", NOT_UTF_8),
        ("lists", "import", "x", "--name", NOT_UTF_8),
        ("conflicts", "show", NOT_UTF_8),
        ("conflicts", "keep-as-note", "x", NOT_UTF_8),
        ("dead-letters", "discard", "1", "--reason", NOT_UTF_8),
        ("sync", "--release", NOT_UTF_8),
    ],
)
def test_a_text_that_is_not_utf_8_is_told_with_its_place(
    arguments: tuple[str, ...], caseworker: Caseworker, sample: Path
) -> None:
    result = caseworker(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'a\\udcffb' is not UTF-8: type it again in a terminal that writes UTF-8." in result.stderr


def test_every_text_of_the_command_line_is_checked() -> None:
    def parameters(command: click.Command) -> Iterator[click.Parameter]:
        yield from command.params
        if isinstance(command, click.Group):
            for name in command.list_commands(click.Context(command)):
                within = command.get_command(click.Context(command), name)
                assert within is not None
                yield from parameters(within)

    unchecked = [each.name for each in parameters(main) if type(each.type) is click.types.StringParamType]
    assert unchecked == ["actor"], "which has a check of its own, before the subcommand"


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are UTF-8 elsewhere")
def test_a_file_whose_name_is_not_utf_8_is_read_and_named(caseworker: Caseworker, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"a":1}\n')
    rejects = os.fsencode(tmp_path) + b"/a\xffb"
    result = caseworker("import", "--json", "--rejects", os.fsdecode(rejects), tmp_path / "x.jsonl")
    assert json.loads(result.stdout)["rejects_file"] == os.fsdecode(rejects)
    assert Path(os.fsdecode(rejects)).read_text() == '{"a":1}\n'


@pytest.fixture
def much(tmp_path: Path, database: Path) -> dict[str, Path]:
    """Files that take their time to be read, and the database for which they are."""
    database.parent.mkdir()
    people = (row(f"NK-{number}", f"Ben Number{number}") for number in range(60_000))
    cases = (json.dumps(message(number)) + "\n" for number in range(20_000))
    (tmp_path / "cases.jsonl").write_text("".join(cases) + "{}\n")
    return {"cases": tmp_path / "cases.jsonl", "list": simple_csv(tmp_path / "list.csv", *people), "database": database}


def lies_there(*patterns: str) -> Callable[[Path], bool]:
    return lambda folder: any(any(folder.glob(pattern)) for pattern in patterns)


WORK: Final[dict[str, tuple[tuple[str, ...], Callable[[Path], bool]]]] = {
    "exec": (("exec",), lies_there("cases.sqlite3-wal")),
    "import": (("import", "{cases}"), lies_there("cases.sqlite3-wal")),
    "list": (("lists", "import", "{list}"), lies_there("*.lists/import-*/*.sqlite3")),
}


@pytest.mark.skipif(os.name != "posix", reason="there are no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("work", WORK)
def test_a_signal_ends_a_run_in_order(
    work: str, number: int, start: Start, much: dict[str, Path], caseworker: Caseworker
) -> None:
    arguments, has_begun = WORK[work]
    database = much["database"]
    process = start(*(each.format(**much) for each in arguments))
    while not has_begun(database.parent):
        assert process.poll() is None
        sleep(0.005)
    process.send_signal(number)
    _, said = process.communicate()
    assert (process.returncode, said.strip()) == (128 + number, b"Stopped. What was reported as done is kept.")
    assert not list(in_passing(database))
    if work != "list":
        assert caseworker("verify").exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="there are no such signals")
def test_a_run_that_hears_no_signal_goes_on(start: Start, database: Path) -> None:
    process = start("exec", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    assert process.stdin
    assert process.stdout
    process.stdin.write(as_lines(new_case(1)))
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["ok"]
    process.send_signal(signal.SIGHUP)
    stdout, _ = process.communicate(as_lines(new_case(2)))
    assert (process.returncode, json.loads(stdout)["ok"]) == (0, True)


@pytest.mark.skipif(os.name != "posix", reason="there are no such signals")
def test_signals_are_as_before_after_a_run_and_end_what_comes_after_the_app(caseworker: Caseworker) -> None:
    before = [signal.getsignal(number) for number in ENDING_SIGNALS]
    with _ended_by_signals():
        ours = [signal.getsignal(number) for number in ENDING_SIGNALS]
        assert ours != before
        with signals_given_back():
            for number in ENDING_SIGNALS:
                signal.signal(number, signal.SIG_DFL)
        assert [signal.getsignal(number) for number in ENDING_SIGNALS] == ours
    caseworker("config")
    assert [signal.getsignal(number) for number in ENDING_SIGNALS] == before


@pytest.mark.skipif(os.name != "posix", reason="there are no such signals")
def test_a_signal_of_which_a_library_makes_another_error_ends_the_run_all_the_same(
    caseworker: Caseworker, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = CaseStore.execute

    def hit(store: CaseStore, command: Any, **more: Any) -> Receipt:
        if more["command_id"] == "new-2":
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            except KeyboardInterrupt:
                raise ValueError from None
        return execute(store, command, **more)

    monkeypatch.setattr(CaseStore, "execute", hit)
    result = caseworker("exec", stdin=as_lines(*map(new_case, range(1, 4))))
    assert (result.exit_code, result.stderr.strip()) == (143, "Stopped. What was reported as done is kept.")
    (answer,) = result.stdout.splitlines()
    assert json.loads(answer)["command_id"] == "new-1"
