"""What a dialog asks before it gives a command, without its widgets: questions in an order, and what follows from them.

Choice  one of several, picked by its number
Line    a text in one line
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from store.domain.commands import Command

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """`options` are values, each with what it is called."""

    name: str
    prompt: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """`value` is there to begin with; an optional one may be left empty."""

    name: str
    prompt: str
    hint: str = ""
    value: str = ""
    optional: bool = False


Question = Choice | Line


@dataclass(frozen=True, slots=True)
class Dialog:
    """`ask` gives the next question for the answers so far, None when there are enough for `command`.

    `done` is the sentence that says what was done. With `leads_on` the next case of the queue opens after it.
    """

    title: str
    ask: Callable[[Answers], Question | None]
    command: Callable[[Answers], Command]
    done: str
    leads_on: bool = False


def in_order(*questions: Question) -> Callable[[Answers], Question | None]:
    """These questions, one after the other."""
    return lambda answers: next((question for question in questions if question.name not in answers), None)


def given(answers: Answers) -> dict[str, str]:
    """The answers that are not empty."""
    return {name: answer for name, answer in answers.items() if answer.strip()}
