"""What the queue asks: the name of a view, what to change about one, what to do to many cases."""

from collections.abc import Callable, Sequence

from caseworker_tui.dialogs.ask import AskScreen
from caseworker_tui.dialogs.questions import Answers, Choice, Line, Question, in_order
from caseworker_tui.frame.session import Session
from caseworker_tui.queue.bulk_actions import ask_about_many, command_on, said
from store.domain.operation import OfCase
from store.preferences import View, remove_view, rename_view, save_view


def name_for_view(session: Session, query: str) -> AskScreen:
    async def save(answers: Answers) -> None:
        await session.change(save_view, session.actor, View(name=answers["name"], query=query))

    question = Line("name", "What do you call it?", "a word or two")
    return AskScreen(session, f"A view of your own: {query}", in_order(question), save)


def change_of_view(session: Session, own: Sequence[View]) -> AskScreen:
    which = Choice("view", "Which?", tuple((str(at), f"{view.name}: {view.query}") for at, view in enumerate(own)))
    what = Choice("change", "What now?", (("rename", "call it something else …"), ("remove", "remove it")))

    def ask(answers: Answers) -> Question | None:
        if answers.get("change") != "rename":
            return in_order(which, what)(answers)
        return in_order(Line("name", "What do you call it?", value=own[int(answers["view"])].name))(answers)

    async def change(answers: Answers) -> None:
        view = own[int(answers["view"])]
        if answers["change"] == "rename":
            await session.change(rename_view, session.actor, view, answers["name"])
        else:
            await session.change(remove_view, session.actor, view)

    return AskScreen(session, "Your own views", ask, change)


Batch = tuple[str, OfCase]
"""A title, and the command as it is for one of the cases."""


def about_many(session: Session, number: int, case_id: str) -> tuple[AskScreen, Callable[[Answers], Batch]]:
    """The dialog, and what comes of its answers."""
    cases = f"{number:,} case{'' if number == 1 else 's'}"

    async def check(answers: Answers) -> None:
        command_on(case_id, answers)

    def batch(answers: Answers) -> Batch:
        return f"{cases}: {said(answers)}", command_on(case_id, answers)

    return AskScreen(session, cases, ask_about_many, check), batch
