"""What can be done to many cases at once: what the dialog asks, and the command that it makes for each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from caseworker_tui.dialogs.questions import Answers, Choice, Line, Question, given, in_order
from store.domain import commands as c


@dataclass(frozen=True, slots=True)
class _Deed:
    words: str
    model: type[c.OfCase]
    questions: tuple[Line, ...] = ()
    fields: Callable[[Answers], dict[str, str | None]] = lambda answers: dict(given(answers))


_DEEDS: Final[Mapping[str, _Deed]] = {
    "assign": _Deed("give to somebody", c.AssignCase, (Line("assignee", "To whom?"),)),
    "unassign": _Deed("leave to nobody", c.UnassignCase),
    "tag": _Deed("tag", c.TagCase, (Line("tag", "Tag", "a word in small letters"),)),
    "untag": _Deed("take a tag away", c.UntagCase, (Line("tag", "Which tag?"),)),
    "due_date": _Deed(
        "set the due date",
        c.SetDueDate,
        (Line("due_date", "Day", "YYYY-MM-DD; empty for none", optional=True),),
        lambda answers: {"due_date": answers["due_date"].strip() or None},
    ),
    "request_document": _Deed(
        "ask the company, or the first person, for a document",
        c.RequestDocument,
        (Line("document_type", "Which document?", "like BANK_REFERENCE"), Line("reason", "Why?", "for all of them")),
        lambda answers: {
            "entity_id": "of-each-case",
            "document_type": answers["document_type"].strip().upper().replace(" ", "_"),
            "reason": answers["reason"],
        },
    ),
    "withdraw": _Deed("withdraw", c.WithdrawCase, (Line("reason", "Why?", "for all of them"),)),
}


def ask_about_many(answers: Answers) -> Question | None:
    what = Choice("what", "What is to be done?", tuple((name, deed.words) for name, deed in _DEEDS.items()))
    return in_order(what, *(_DEEDS[answers["what"]].questions if "what" in answers else ()))(answers)


def command_on(case_id: str, answers: Answers) -> c.OfCase:
    """The command as it is for one of the cases."""
    rest = dict(answers)
    deed = _DEEDS[rest.pop("what")]
    return deed.model.model_validate({"case_id": case_id, **deed.fields(rest)})


def said(answers: Answers) -> str:
    """`tag · vip`: what was answered, in a line."""
    rest = dict(answers)
    return " · ".join([_DEEDS[rest.pop("what")].words, *(answer.strip() or "none" for answer in rest.values())])
