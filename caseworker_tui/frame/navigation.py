"""What screens ask of the app: messages that bubble up, so that no screen knows another."""

from dataclasses import dataclass

from textual.message import Message


@dataclass
class OpenCase(Message):
    case_id: str


@dataclass
class OpenNeighbour(Message):
    """The case `step` places on in the queue from this one."""

    case_id: str
    step: int


@dataclass
class OpenVersion(Message):
    """A case as it stood."""

    case_id: str
    version: int


class EnterCase(Message):
    """The form for a new case."""


class ShowTeam(Message):
    """The team at a glance."""


@dataclass
class ShowCases(Message):
    """The cases that a query finds, in the queue."""

    query: str


class OpenSync(Message):
    """How it stands with the team."""


class BackToQueue(Message):
    pass
