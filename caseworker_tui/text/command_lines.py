"""Commands as JSON, one a line, and one answer a line out as soon as it is durable: `caseworker exec`."""

import codecs
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import count
from typing import Any, BinaryIO, Final

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError
from pydantic.json_schema import models_json_schema

from store.domain.commands import COMMANDS
from store.domain.operation import Command, Id
from store.domain.refusals import Code, Refusal
from store.domain.values import Text
from store.engine.case_store import CaseStore
from store.errors import StoreError
from store.intake.records import parsed, trouble
from store.validation import echo, explain, with_few_unknown

LONGEST_LINE: Final = 16 * 1024 * 1024
_CHUNK: Final = 64 * 1024

Answer = dict[str, Any]


class CommandLine(BaseModel):
    """A line of `caseworker exec`: one command, and who gives it."""

    model_config = ConfigDict(extra="forbid")

    command: str
    command_id: Id | None = None
    actor: Text | None = None
    correlation_id: Id | None = None
    expected_head: Id | None = None
    data: dict[str, JsonValue]


def answers(store: CaseStore, stream: BinaryIO, *, actor: str) -> Iterator[Answer]:
    """Each command of the stream executed in order, and what became of it. Ask for the next when this one is told."""
    for number, line in _lines(stream):
        yield _answer(store, number, line, actor)


def schema(command: str | None = None) -> dict[str, Any]:
    """The JSON Schema of the data of one command; without a name, that of a line with any of them."""
    if command is not None:
        return COMMANDS[command].model_json_schema()
    _, definitions = models_json_schema([(model, "validation") for model in COMMANDS.values()])
    any_of_them = [
        {"properties": {"command": {"const": name}, "data": {"$ref": f"#/$defs/{name}"}}} for name in COMMANDS
    ]
    return CommandLine.model_json_schema() | definitions | {"oneOf": any_of_them}


def read_command(content: bytes) -> tuple[str | None, Command]:
    """The command in a line of its own, and its id if it has one. Raises `Refusal`."""
    envelope, command = _command_in(1, _parsed(1, content))
    return envelope.command_id, command


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """The lines that are not blank, with their numbers; None stands for one that is too long to hold."""
    for number in count(1):
        line: bytes | None = _read(stream, LONGEST_LINE + 1)
        if not line:
            return
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := _read(stream, _CHUNK)) and not rest.endswith(b"\n"):
                pass
            line = None
        elif number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if line is None or (line := line.strip()):
            yield number, line


def _read(stream: BinaryIO, most: int) -> bytes:
    """A line, or as much of it. An error of a read does not say by itself of what it is."""
    try:
        return stream.readline(most)
    except OSError as error:
        raise OSError(error.errno, f"it can't be read on: {error.strerror or error}", "standard input") from error


def _answer(store: CaseStore, number: int, line: bytes | None, default_actor: str) -> Answer:
    command_id = None
    try:
        content = _parsed(number, line)
        command_id = _id_in(content)
        envelope, command = _command_in(number, content)
        receipt = store.execute(
            command,
            command_id=envelope.command_id,
            actor=envelope.actor or default_actor,
            correlation_id=envelope.correlation_id,
            expected_head=envelope.expected_head,
        )
    except (Refusal, StoreError) as error:
        return _failed(command_id, error)
    except Exception as error:  # noqa: BLE001 (every line has its answer, whatever one of them makes go wrong)
        sentence = f"Line {number} was not carried out, by a fault in caseworker ({type(error).__name__}): report it."
        return _failed(command_id, Refusal(Code.INTERNAL_ERROR, sentence))
    return {
        "ok": True,
        "command_id": receipt.command_id,
        "case_id": receipt.case_id,
        "commit_id": receipt.commit_id,
        "events": list(receipt.events),
        "repeated": receipt.repeated,
    }


def _failed(command_id: str | None, error: Refusal | StoreError) -> Answer:
    return {"ok": False, "command_id": command_id, "error": error.code, "message": str(error)}


def _parsed(number: int, line: bytes | None) -> dict[str, JsonValue]:
    if line is None:
        raise Refusal(Code.LINE_TOO_LONG, f"Line {number} is longer than {LONGEST_LINE // 1024**2} MiB.")
    try:
        content = parsed(line)
    except ValueError as error:
        raise Refusal(Code.INVALID_JSON, f"Line {number}: {trouble(line)}.") from error
    if not isinstance(content, dict):
        raise Refusal(Code.INVALID_JSON, f'Line {number} is not a JSON object like {{"command": …, "data": {{…}}}}.')
    return content


def _id_in(content: dict[str, JsonValue]) -> str | None:
    """The command id that a line gives, whatever else may be wrong with it."""
    try:
        return TypeAdapter[str](Id).validate_python(content.get("command_id"))
    except ValidationError:
        return None


def _command_in(number: int, content: dict[str, JsonValue]) -> tuple[CommandLine, Command]:
    try:
        envelope = CommandLine.model_validate(with_few_unknown(content, CommandLine))
    except ValidationError as error:
        raise _invalid(number, explain(error, CommandLine)) from error
    model = COMMANDS.get(envelope.command)
    if model is None:
        close = get_close_matches(envelope.command[:100], COMMANDS, n=1)
        meant = f"; did you mean {close[0]}?" if close else "."
        raise Refusal(
            Code.UNKNOWN_COMMAND,
            f"Line {number}: there is no command {echo(envelope.command)}{meant}"
            " `caseworker exec --schema` describes them all.",
        )
    try:
        return envelope, model.model_validate(with_few_unknown(envelope.data, model))
    except ValidationError as error:
        raise _invalid(number, explain(error, model, within="data")) from error


def _invalid(number: int, what: str) -> Refusal:
    return Refusal(Code.INVALID_COMMAND, f"Line {number}: {what}{'' if what.endswith('?') else '.'}")
