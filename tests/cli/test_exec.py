"""`caseworker exec`: a line in, a line out, and nothing acknowledged that is not there afterwards."""

import json
import re
import signal
import subprocess
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from caseworker_tui.cli.program import read_given
from caseworker_tui.text import command_lines
from store.domain.commands import COMMANDS
from store.domain.values import FORMS
from store.engine.case_store import CaseStore, Receipt
from store.errors import BadFile
from store.log.read import get_all_events
from store.queries.audit import verify
from tests.cli.conftest import Caseworker, Start, as_lines, new_case


def told(output: bytes | str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_a_command_is_answered_with_its_events(caseworker: Caseworker) -> None:
    result = caseworker("exec", stdin=as_lines(new_case()))
    [answer] = told(result.stdout)
    assert result.exit_code == 0
    assert answer.keys() == {"ok", "command_id", "case_id", "commit_id", "events", "repeated"}
    assert answer["ok"] is True
    assert answer["command_id"] == "new-1"
    assert answer["repeated"] is False
    required = ["DocumentRequirementDetermined"] * 2
    assert answer["events"] == ["CaseCreated", "PersonAddedToCase", *required]


def test_the_same_line_twice_has_one_effect(caseworker: Caseworker) -> None:
    first, second = told(caseworker("exec", stdin=as_lines(new_case(), new_case())).stdout)
    assert second == first | {"repeated": True}


def test_a_command_without_an_id_gets_one(caseworker: Caseworker) -> None:
    line = new_case()
    del line["command_id"]
    [answer] = told(caseworker("exec", stdin=as_lines(line)).stdout)
    assert answer["command_id"]


def test_a_line_that_fails_stops_no_other(caseworker: Caseworker) -> None:
    result = caseworker("exec", stdin=as_lines(new_case(1), ["no command"], new_case(2)))
    assert result.exit_code == 1
    assert [answer["ok"] for answer in told(result.stdout)] == [True, False, True]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="Linux alone has a file that can't be read")
def test_an_input_that_can_not_be_read_is_named(start: Start) -> None:
    with Path("/proc/self/mem").open("rb") as unreadable, start("exec", stdin=unreadable) as process:
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (1, b"")
    assert err.decode() == "standard input: it can't be read on: Input/output error.\n"


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="Linux alone has a file that can't be read")
def test_a_file_that_can_not_be_read_is_named() -> None:
    with pytest.raises(BadFile, match=r"^/proc/self/mem can't be read: Input/output error\.$"):
        read_given(Path("/proc/self/mem"))


def test_who_does_it_is_told_by_the_line_or_else_by_the_option(caseworker: Caseworker, database: Path) -> None:
    caseworker("exec", "--actor", "ben.osei", stdin=as_lines(new_case(1) | {"actor": "chiara"}, new_case(2)))
    with CaseStore.open(database) as store:
        actors = store.query(lambda connection: [event.actor for event in get_all_events(connection)])
    assert list(dict.fromkeys(actors)) == ["chiara", "ben.osei"]


def test_a_refusal_has_its_code_and_sentence(caseworker: Caseworker, sample: Path) -> None:
    line = {"command": "DetermineInitialDocumentRequirements", "command_id": "a", "data": {"case_id": "nowhere"}}
    [answer] = told(caseworker("exec", stdin=as_lines(line)).stdout)
    assert answer == {
        "ok": False,
        "command_id": "a",
        "error": "unknown_case",
        "message": answer["message"],
    }
    assert answer["message"].startswith("There is no case")


def test_a_head_that_is_no_longer_the_head_is_stale(caseworker: Caseworker) -> None:
    [created] = told(caseworker("exec", stdin=as_lines(new_case())).stdout)
    again = {"command": "DetermineInitialDocumentRequirements", "data": {"case_id": created["case_id"]}}
    result = caseworker("exec", stdin=as_lines(again | {"expected_head": "0" * 64}))
    assert told(result.stdout)[0]["error"] == "stale"


BAD_LINES = {
    b"nonsense": "invalid_json",
    b"[]": "invalid_json",
    b'"text"': "invalid_json",
    b"{": "invalid_json",
    b'{"command": NaN}': "invalid_json",
    b'{"command": "\\ud800"}': "invalid_json",
    b'{"command": "\xff"}': "invalid_json",
    b"[" * 100_000: "invalid_json",
    b'{"a":' * 100_000: "invalid_json",
    b"{}": "invalid_command",
    b'{"command": "CreateCase", "data": [], "extra": 1}': "invalid_command",
    b'{"command": "CreateCase", "data": {}}': "invalid_command",
    b'{"command": "CreateCase", "command_id": "", "data": {}}': "invalid_command",
    b'{"command": "CreateCase", "command_id": "a b", "data": {}}': "invalid_command",
    b'{"command": "CreateCase", "command_id": "%s", "data": {}}' % (b"x" * 201): "invalid_command",
    b'{"command": "UpdateDocumentStatus", "data": {"document_requirement_id": "a", "new_status": "UPLOADED",'
    b' "metadata": {"size": 1e999}}}': "invalid_command",
    b'{"command": "Launch", "data": {}}': "unknown_command",
    b'{"command": "UntagCase", "command": "TagCase", "data": {}}': "invalid_json",
    b'{"command": "UpdateDocumentStatus", "data": {"metadata": {"a": [{"b": 1, "b": 1}]}}}': "invalid_json",
    **{
        b'{"command": "AttachFile", "data": {"document_requirement_id": "a", "sha256": "%s", "size": %d,'
        b' "media_type": "text/plain", "file_name": "a.txt"}}' % (b"0" * 64, size): "invalid_command"
        for size in (-1, 0, 2**40 + 1, 2**63, 10**400)
    },
}


@pytest.mark.parametrize(("line", "code"), BAD_LINES.items(), ids=[str(line[:60]) for line in BAD_LINES])
def test_a_bad_line_gets_a_sentence_with_its_number(line: bytes, code: str, caseworker: Caseworker) -> None:
    result = caseworker("exec", stdin=b"\n  \n" + line + b"\n" + as_lines(new_case()))
    bad, good = told(result.stdout)
    assert bad["error"] == code
    assert bad["message"].startswith("Line 3")
    assert len(bad["message"]) < 500
    assert good["ok"]


@pytest.mark.parametrize(
    "raised", [OverflowError("Ada"), ValueError("Ada"), MemoryError(), RecursionError(), KeyError()]
)
def test_whatever_a_line_raises_every_line_has_its_answer(
    raised: Exception, caseworker: Caseworker, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = CaseStore.execute

    def execute_all_but_one(store: CaseStore, command: Any, *, command_id: str, **more: Any) -> Receipt:
        if command_id == "new-2":
            raise raised
        return execute(store, command, command_id=command_id, **more)

    monkeypatch.setattr(CaseStore, "execute", execute_all_but_one)
    result = caseworker("exec", stdin=as_lines(new_case(1), new_case(2), new_case(3)))
    first, failed, last = told(result.stdout)
    assert (result.exit_code, first["ok"], last["ok"]) == (1, True, True)
    assert failed == {
        "ok": False,
        "command_id": "new-2",
        "error": "internal_error",
        "message": f"Line 2 was not carried out, by a fault in caseworker ({type(raised).__name__}): report it.",
    }


def test_a_size_that_no_file_has_is_told_with_the_bound(caseworker: Caseworker) -> None:
    data = {"document_requirement_id": "a", "sha256": "0" * 64, "media_type": "text/plain", "file_name": "a.txt"}
    line = {"command": "AttachFile", "data": data | {"size": 2**63}}
    [answer] = told(caseworker("exec", stdin=as_lines(line)).stdout)
    assert answer["message"] == "Line 1: data.size must be at most 1099511627776, not 9223372036854775808."


@pytest.mark.parametrize("name", COMMANDS)
def test_every_whole_number_of_a_command_is_one_that_the_database_can_hold(name: str) -> None:
    schema = COMMANDS[name].model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    numbers = [
        field for part in parts for field in part.get("properties", {}).values() if field.get("type") == "integer"
    ]
    assert all(-(2**63) <= field["minimum"] <= field["maximum"] < 2**63 for field in numbers)


def test_a_command_that_is_nearly_named_is_told(caseworker: Caseworker) -> None:
    [answer] = told(caseworker("exec", stdin=b'{"command": "AtachFile", "data": {}}').stdout)
    assert "‘AtachFile’; did you mean AttachFile? `caseworker exec --schema`" in answer["message"]


def test_a_bad_line_keeps_the_id_that_it_gives(caseworker: Caseworker) -> None:
    [answer] = told(caseworker("exec", stdin=b'{"command_id": "mine", "command": "Launch", "data": {}}').stdout)
    assert answer["command_id"] == "mine"


def test_what_is_echoed_can_not_reach_the_terminal_as_a_control(caseworker: Caseworker) -> None:
    nasty = {"command": "\x1b]0;title\x07\u009b31m\u202e", "data": {}}
    result = caseworker("exec", stdin=as_lines(nasty))
    assert told(result.stdout)[0]["error"] == "unknown_command"
    assert result.stdout.removesuffix("\n").isprintable()


def test_a_byte_order_mark_before_the_first_line_is_passed_over(caseworker: Caseworker) -> None:
    [answer] = told(caseworker("exec", stdin=b"\xef\xbb\xbf" + as_lines(new_case())).stdout)
    assert answer["ok"]


class Endless(BytesIO):
    """A line far too long to hold, then another line."""

    def __init__(self, length: int, after: bytes) -> None:
        super().__init__(after)
        self._left = length
        self.most = 0

    def readline(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0, "a line is read without a limit"
        self.most = max(self.most, size)
        if self._left == 0:
            return super().readline(size)
        self._left -= (length := min(self._left, size))
        return b"x" * length if self._left else b"x" * (length - 1) + b"\n"


def test_a_line_that_is_too_long_is_skipped_without_holding_it(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_lines, "LONGEST_LINE", 1024)
    stream = Endless(10_000_000, as_lines(new_case()))
    with CaseStore.open(database) as store:
        too_long, good = command_lines.answers(store, stream, actor="ana.ruiz")
    assert too_long["error"] == "line_too_long"
    assert too_long["message"].startswith("Line 1 is longer than")
    assert good["ok"]
    assert stream.most <= 64 * 1024


def test_a_line_of_just_the_longest_length_is_read(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = as_lines(new_case())
    monkeypatch.setattr(command_lines, "LONGEST_LINE", len(line) - 1)
    with CaseStore.open(database) as store:
        answers = list(command_lines.answers(store, BytesIO(line + line[:-1]), actor="ana.ruiz"))
    assert [answer["ok"] for answer in answers] == [True, True]


def test_each_line_is_answered_before_the_next_is_sent(start: Start) -> None:
    process = start("exec")
    assert process.stdin
    assert process.stdout
    for number in range(3):
        process.stdin.write(as_lines(new_case(number)))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["command_id"] == f"new-{number}"
    process.stdin.close()
    assert process.wait() == 0


def test_what_was_acknowledged_before_a_kill_is_there_afterwards(start: Start, database: Path) -> None:
    process = start("exec")
    commands = as_lines(*(new_case(number) for number in range(5_000)))
    writer = Thread(target=_write, args=(process, commands))
    writer.start()
    assert process.stdout
    acknowledged = [process.stdout.readline() for _ in range(100)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [line for line in process.stdout.readlines() if line.endswith(b"\n")]
    writer.join()
    assert len(acknowledged) < 5_000, "it was over before it was killed"
    with CaseStore.open(database, create=False) as store:
        assert not store.query(lambda connection: list(verify(connection, lambda done, total: None)))
        commits = store.query(lambda connection: dict(connection.execute("SELECT commit_id, command_id FROM commits")))
    for answer in map(json.loads, acknowledged):
        assert commits[answer["commit_id"]] == answer["command_id"]


def _write(process: "subprocess.Popen[bytes]", data: bytes) -> None:
    assert process.stdin
    with suppress(BrokenPipeError):
        process.stdin.write(data)
    with suppress(BrokenPipeError):
        process.stdin.close()


def test_the_schema_of_a_line_knows_every_command(caseworker: Caseworker) -> None:
    schema = json.loads(caseworker("exec", "--schema").stdout)
    assert schema["required"] == ["command", "data"]
    assert {choice["properties"]["command"]["const"] for choice in schema["oneOf"]} == COMMANDS.keys()
    assert schema["$defs"].keys() >= COMMANDS.keys()


def test_every_form_that_a_command_asks_for_has_words(caseworker: Caseworker) -> None:
    patterns = set(re.findall(r'"pattern": (".*")', caseworker("exec", "--schema").stdout))
    assert {json.loads(pattern) for pattern in patterns} == FORMS.keys()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_schema_of_a_command_names_its_fields(command: str, caseworker: Caseworker, database: Path) -> None:
    schema = json.loads(caseworker("exec", "--schema", command).stdout)
    assert schema["properties"].keys() == COMMANDS[command].model_fields.keys()
    assert not database.exists()
