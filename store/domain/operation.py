"""What every operation is made of: the command that asks for it, the events that it leads to, and the way back.

An operation is one slice of `store.domain.casework`: the command says in which statuses of a case it can be given, and
decides; each event says what it does to the state, what it tells a person, and which command leads back from it.
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, NamedTuple

from pydantic import ConfigDict

from store.domain.case_file import CaseFile
from store.domain.identifiers import derive_id
from store.domain.rules import Rules
from store.domain.statuses import IN_WORK, CaseStatus
from store.domain.values import Value, form

Id = Annotated[
    str, form(r"^[!-~]+$", "letters, digits and signs without spaces or accents", min_length=1, max_length=200)
]
"""An id as it is written: 1 to 200 printable ASCII characters without spaces."""


class Payload(Value):
    """An event's content. Its event type is the class name; `VERSION` counts the shapes it has had, from 1."""

    VERSION: ClassVar[int] = 1

    case_id: str

    @abstractmethod
    def applied_to(self, case: CaseFile) -> CaseFile:
        """The case file after this event. An event that no decision looks at changes nothing."""

    @abstractmethod
    def sentence(self) -> str:
        """What the event says to a person, without who and when: it begins small and has no full stop."""

    @abstractmethod
    def way_back(self, before: CaseFile) -> "Undo | str":
        """How to take this event back, given the case before it; or a sentence that says why not and what to do."""


class NewEvent(NamedTuple):
    """An event that a decision leads to: its payload, and the aggregate to whose stream it belongs."""

    aggregate_id: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision needs beside state and command: the rules, the person who asks, and the day (UTC).

    Ids of what the command creates derive from `command_id`.
    """

    command_id: str
    rules: Rules
    actor: str
    today: date

    @classmethod
    def of(
        cls, command: "Command", *, command_id: str, case_id: str, rules: Rules, actor: str, today: date
    ) -> "Context":
        """The context of a command as it was given.

        The case takes part in the ids of what the command creates. Scripts on two laptops may give commands on two
        cases the same command id, and those create two things.
        """
        within = command_id if command.opens_a_case else derive_id(case_id, f"command/{command_id}")
        return cls(within, rules, actor, today)


class Command(Value):
    """What somebody wants, checked: its fields are known, and each holds what it may hold."""

    model_config = ConfigDict(populate_by_name=True, allow_inf_nan=False)

    opens_a_case: ClassVar[bool] = False
    statuses: ClassVar[frozenset[CaseStatus]] = IN_WORK
    """The statuses of a case in which the command can be given."""

    @abstractmethod
    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        """The events that the command leads to, in order; none if there is nothing to change.

        Raises `Refusal` when the command does not hold for this case. Its status was looked at before.
        """


class OfCase(Command):
    """A command on a case that exists."""

    case_id: Id


class OfDocument(Command):
    """A command on a document that a case asks for.

    `case_id` says which case. Without it the document has to be one that a single case asks for: so it is in commands
    that were stored before there was a `case_id`, and in scripts that know the document alone.
    """

    document_requirement_id: Id
    case_id: Id | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """`command` leads back to how the case was; `but` says what does not come back with it."""

    command: Command
    but: str = ""


def undone(done: str) -> str:
    """The reason that an undo gives for its command."""
    return f"undone: {done}"
