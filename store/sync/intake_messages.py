"""Messages of topic `kyc_events` as they come, and the command in each."""

from dataclasses import dataclass

from pydantic import ValidationError

from store.domain.commands import CreateCase
from store.intake.message import IntakeMessage, read_message
from store.intake.records import parsed, trouble
from store.validation import explain

Headers = tuple[tuple[str, bytes | None], ...]


class Unreadable(Exception):
    """A message that can't become a command. `str()` says why, about "it"."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands. `topic_id` tells the topic from one of the same name that was made anew."""

    topic: str
    topic_id: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic_id}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class Original:
    """A message as it came."""

    place: Place
    key: bytes | None
    value: bytes
    headers: Headers


def read(original: Original) -> tuple[str, CreateCase]:
    """The command of a message, and its command id. Raises `Unreadable`."""
    if not original.value:
        raise Unreadable("it is empty")
    try:
        content = parsed(original.value)
    except ValueError as error:
        raise Unreadable(trouble(original.value)) from error
    if not isinstance(content, dict):
        raise Unreadable("it is no JSON object")
    try:
        return read_message(content, place=str(original.place))
    except ValidationError as error:
        raise Unreadable(explain(error, IntakeMessage)) from error
