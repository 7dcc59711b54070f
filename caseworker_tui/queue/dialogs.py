"""What the queue asks: the name of a view, what to change about one, what to do to many cases."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from caseworker_tui.case.actions import MANY
from caseworker_tui.dialogs.ask import AskScreen
from caseworker_tui.dialogs.questions import Answers, Choice, Line, Question, in_order
from caseworker_tui.frame.session import Session
from caseworker_tui.text.numbers import number_of
from store.domain.operation import OfCase
from store.engine.bulk import InBulk
from store.preferences import View, remove_view, rename_view, save_view


def name_for_view(session: Session, query: str) -> AskScreen:
    async def save(answers: Answers) -> None:
        await session.change(save_view, session.actor, View(name=answers["name"], query=query))

    question = Line("name", "What do you call it?", "a word or two")
    title = f"A view of your own: {query}"
    return AskScreen(session, title, in_order(question), save, place=("name view", query))


def change_of_view(session: Session, own: Sequence[View]) -> AskScreen:
    named = {view.name: view for view in own}
    which = Choice("view", "Which?", tuple((name, f"{name}: {view.query}") for name, view in named.items()))
    what = Choice("change", "What now?", (("rename", "call it something else …"), ("remove", "remove it")))

    def ask(answers: Answers) -> Question | None:
        if answers.get("change") != "rename":
            return in_order(which, what)(answers)
        return in_order(Line("name", "What do you call it?", value=answers["view"]))(answers)

    async def change(answers: Answers) -> None:
        view = named[answers["view"]]
        if answers["change"] == "rename":
            await session.change(rename_view, session.actor, view, answers["name"])
        else:
            await session.change(remove_view, session.actor, view)

    return AskScreen(session, "Your own views", ask, change, place=("change view",))


CommandOn = Callable[[InBulk], OfCase]
"""The command as it is for one of the cases."""

_ANY_CASE: Final = InBulk("case", "party")
"""The answers are checked on it, before the first case has its turn."""


def about_many(
    session: Session, number: int, which: Iterable[str]
) -> tuple[AskScreen, Callable[[Answers], tuple[str, CommandOn]]]:
    """The dialog about so many cases; and what its answers come to, a title and the command. `which` tells these cases
    from others."""
    cases = number_of(number, "case")

    async def check(answers: Answers) -> None:
        MANY[answers["what"]].command(_ANY_CASE, answers)

    def in_bulk(answers: Answers) -> tuple[str, CommandOn]:
        return f"{cases}: {_said(answers)}", lambda case: MANY[answers["what"]].command(case, answers)

    return AskScreen(session, cases, _ask_about_many, check, place=("many", *which)), in_bulk


def _ask_about_many(answers: Answers) -> Question | None:
    what = Choice("what", "What is to be done?", tuple((name, many.words) for name, many in MANY.items()))
    return in_order(what, *(MANY[answers["what"]].questions if "what" in answers else ()))(answers)


def _said(answers: Answers) -> str:
    """`tag · vip`: what was answered, in a line."""
    rest = dict(answers)
    return " · ".join([MANY[rest.pop("what")].words, *(answer.strip() or "none" for answer in rest.values())])
