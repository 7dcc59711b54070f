"""What can become of a record: a case to open, or nothing, and why."""

from dataclasses import dataclass

from store.domain.commands import CreateCase
from store.intake.records import Broken, Record


@dataclass(frozen=True, slots=True)
class Opening:
    """A case to open, and the records that it was read from.

    `name` is what to call it in a sentence; None for a message, which names itself.
    """

    where: str
    command_id: str
    command: CreateCase
    name: str | None
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Records that lead to no case, with the reason as a sentence about "it"."""

    where: str
    reason: str
    records: tuple[Record | Broken, ...]
