"""A commit as a record of the shared log, and back.

`command`, `payload` and `metadata` travel as the JSON text that is stored: the commit id is a hash over those bytes.
"""

from operator import attrgetter
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from store.domain.operation import Payload
from store.log.commit import COMMIT_FIELDS, EVENT_FIELDS, Commit, CommitHeader, EventFields, commit_id
from store.log.upcast import UnknownPayload, typed_payload
from store.sync.shared_log import Record
from store.validation import explain

FORMAT: Final = 1

Id = Annotated[str, Field(min_length=1, max_length=200)]
Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$")]


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


def _is_newer(value: bytes) -> bool:
    try:
        found = from_json(value)
    except ValueError:
        return False
    number = found.get("format") if isinstance(found, dict) else None
    return type(number) is int and number > FORMAT
