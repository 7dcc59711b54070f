"""A commit as a record of the shared log, and back.

`command`, `payload` and `metadata` travel as the JSON text that is stored: the commit id is a hash over those bytes.

Whether a record is a commit follows from its bytes alone. So nothing is asked here of the database or of SQLite, and
what SQLite would not store is found before it is tried.
"""

import re
from datetime import datetime
from math import isinf
from operator import attrgetter
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from store.actor import fault_of_actor
from store.domain.operation import Payload
from store.log.commit import COMMIT_FIELDS, EVENT_FIELDS, Commit, CommitHeader, EventFields, commit_id
from store.log.upcast import UnknownPayload, typed_payload
from store.sync.shared_log import Record
from store.validation import echo, explain, printable

FORMAT: Final = 1

SMALLEST_INTEGER: Final = -(2**63)
LARGEST_INTEGER: Final = 2**63 - 1
"""The integers that a column can hold."""

_MODEL_NAME: Final = re.compile(r"(.+)\.v[1-9][0-9]*")


def _existing_time(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a time that exists") from None
    return text


Id = Annotated[str, Field(min_length=1, max_length=200)]
Time = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$"),
    AfterValidator(_existing_time),
]


class WireEvent(BaseModel):
    """One event of a commit."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    event_id: Id
    event_type: Id
    aggregate_id: Id
    version: Annotated[int, Field(ge=1, lt=2**63)]
    timestamp: Time
    payload: Annotated[str, Field(description="JSON text, as the log keeps it")]
    payload_model_name: Id
    metadata: Annotated[str, Field(description="JSON text, as the log keeps it")]


class WireCommit(BaseModel):
    """The value of a record on `case_commits`."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    format: Literal[1]
    commit_id: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    command_id: Id
    case_id: Id
    parent: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None
    device: str
    actor: str
    rules_version: str
    recorded_at: Time
    command: Annotated[str, Field(description="JSON text, as the log keeps it")]
    events: tuple[WireEvent, ...]


_COMMIT_VALUES: Final = attrgetter(*COMMIT_FIELDS)
_EVENT_VALUES: Final = attrgetter(*EVENT_FIELDS)


class Unreadable(Exception):
    """A record that is no commit to this version of the program. `newer`: it may be one to a newer version."""

    def __init__(self, sentence: str, *, newer: bool = False) -> None:
        super().__init__(sentence)
        self.newer = newer


def encode(commit: Commit) -> bytes:
    header = commit.header
    return (
        WireCommit(
            format=FORMAT,
            commit_id=commit.commit_id,
            events=tuple(WireEvent(**event._asdict()) for event in commit.events),
            **{name: getattr(header, name) for name in COMMIT_FIELDS if name != "format"},
        )
        .model_dump_json()
        .encode()
    )


def decode(value: bytes | None) -> Commit:
    """The commit in a record's value. Raises `Unreadable`, with a sentence that says what is wrong with it."""
    if value is None:
        raise Unreadable("it is empty")
    commit = as_encoded(value)
    _check_content(commit)
    return commit


def as_encoded(value: bytes) -> Commit:
    """What is encoded there. Whether a team takes it for a commit is for `decode` to tell. Raises the same."""
    try:
        it = WireCommit.model_validate_json(value)
    except ValidationError as error:
        if _is_newer(value):
            raise Unreadable(
                "it was written by a newer version of caseworker: upgrade caseworker", newer=True
            ) from None
        raise Unreadable(explain(error, WireCommit)) from error
    header = CommitHeader(**dict(zip(COMMIT_FIELDS, _COMMIT_VALUES(it), strict=True)))
    events = tuple(EventFields._make(_EVENT_VALUES(event)) for event in it.events)
    if commit_id(header.fields(), events) != it.commit_id:
        raise Unreadable("its content does not give its commit_id")
    return Commit(it.commit_id, header, events)


def payloads_of(commit: Commit) -> list[Payload | UnknownPayload]:
    """The payloads of a commit's events. Raises `Unreadable` if one is not what its name says."""
    try:
        return [typed_payload(event.payload_model_name, event.payload) for event in commit.events]
    except ValueError as error:
        raise Unreadable(f"a payload is not what its name says: {str(error).splitlines()[0]}") from error


def case_of(record: Record) -> str | None:
    """The case that a record's key names, None if it names none."""
    try:
        return record.key.decode() if record.key else None
    except UnicodeDecodeError:
        return None


def _check_content(commit: Commit) -> None:
    """Raises `Unreadable` unless the parts of a commit agree with each other and can be stored.

    Event types that this version does not know are checked like those that it knows, so that every version comes to
    the same result.
    """
    header = commit.header
    if fault := fault_of_actor(header.actor):
        raise Unreadable(f"actor {fault}")
    if header.parent is None and not commit.events:
        raise Unreadable("it begins a case, and holds no event")
    _json_object(header.command, "command")
    metadata: str | None = None
    for number, event in enumerate(commit.events):
        where = f"events[{number}]"
        name = _MODEL_NAME.fullmatch(event.payload_model_name)
        if name is None or name[1] != event.event_type:
            raise Unreadable(
                f"{where}.payload_model_name is {echo(event.payload_model_name)}, which is no version of the event type"
                f" {echo(event.event_type)}"
            )
        payload = _json_object(event.payload, f"{where}.payload")
        if payload.get("case_id", header.case_id) != header.case_id:
            raise Unreadable(f"{where}.payload names the case {echo(payload['case_id'])}, and its commit another")
        for field, held in payload.items():
            if type(held) is str:  # most are, and this is done for every record of the log
                continue
            _check_numbers(held, f"{where}.payload.{printable(field)}", becomes_a_column=True)
        if event.metadata != metadata:  # it is the same in all events of a command
            _json_object(event.metadata, f"{where}.metadata")
            metadata = event.metadata


def _json_object(text: str, where: str) -> dict[str, Any]:
    """The object in `text`. What is read here, every SQLite takes for JSON."""
    try:
        found = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise Unreadable(f"{where} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Unreadable(f"{where} must be an object")
    return found


def _check_numbers(held: Any, where: str, *, becomes_a_column: bool = False) -> None:
    """Raises `Unreadable` if a number can't be stored.

    A field of the payload itself may become a column, which bounds its integers. What is deeper is stored as JSON
    text, in which an integer has any length.
    """
    match held:
        case int() if becomes_a_column and not SMALLEST_INTEGER <= held <= LARGEST_INTEGER:
            raise Unreadable(f"{where} is too large a number")
        case float() if isinf(held):
            raise Unreadable(f"{where} is too large a number")
        case dict() | list():
            for inner in held.values() if isinstance(held, dict) else held:
                _check_numbers(inner, where)


def _is_newer(value: bytes) -> bool:
    try:
        found = from_json(value)
    except ValueError:
        return False
    number = found.get("format") if isinstance(found, dict) else None
    return type(number) is int and number > FORMAT
