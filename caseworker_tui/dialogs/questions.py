"""What a dialog asks before it gives a command, without its widgets: questions in an order, and what follows from them.

Choice    one of several, picked by its number
Several   any of several, each marked by its number
Line      a text in one line
FileLine  the path of a file
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from store.domain.operation import Command

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """`options` are values, each with what it is called."""

    name: str
    prompt: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Several:
    """`options` as those of a `Choice`, values without spaces; those in `marked` are marked to begin with. The answer
    is the marked values with spaces between them: `chosen` takes it apart."""

    name: str
    prompt: str
    options: tuple[tuple[str, str], ...]
    marked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """`value` is there to begin with; an optional one may be left empty."""

    name: str
    prompt: str
    hint: str = ""
    value: str = ""
    optional: bool = False


class FileLine(Line):
    """The path of a file. It is kept before the command is made; the answers are then the fields of `Attachment`."""


Question = Choice | Several | Line


@dataclass(frozen=True, slots=True)
class Dialog:
    """`ask` gives the next question for the answers so far, None when there are enough for `command`, or for
    several that are given one after the other.

    `done` is the sentence that says what was done. With `leads_on` the next case of the queue opens after it.
    """

    title: str
    ask: Callable[[Answers], Question | None]
    command: Callable[[Answers], Command | Sequence[Command]]
    done: str
    leads_on: bool = False


def in_order(*questions: Question) -> Callable[[Answers], Question | None]:
    """These questions, one after the other."""
    return lambda answers: next((question for question in questions if question.name not in answers), None)


def chosen(answers: Answers, name: str) -> tuple[str, ...]:
    """What was marked among `Several`."""
    return tuple(answers.get(name, "").split())


def given(answers: Answers) -> dict[str, str]:
    """The answers that are not empty."""
    return {name: answer for name, answer in answers.items() if answer.strip()}


def document_type(typed: str) -> str:
    """A type of document as commands have it: `proof of funds` is `PROOF_OF_FUNDS`."""
    return typed.strip().upper().replace(" ", "_")
