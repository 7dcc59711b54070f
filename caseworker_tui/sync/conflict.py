"""One command that no longer holds, with all that it takes to decide, and the four ways out."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from pydantic_core import to_json
from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from caseworker_tui.dialogs.ask import AskScreen
from caseworker_tui.dialogs.questions import Answers, Line, in_order
from caseworker_tui.frame.keys import Action, Keys, bindings
from caseworker_tui.frame.screen import WorkScreen
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from caseworker_tui.sync import text as sync_text
from caseworker_tui.text.command_lines import read_command
from store.engine.case_store import CaseStore
from store.queries.team import Conflict, case_names, conflict
from store.sync.conflicts import discard, edit, keep_as_note, retry


class ConflictScreen(WorkScreen):
    """Ends when the conflict is settled, here or elsewhere."""

    CSS_PATH = "conflict.tcss"
    KEYS: ClassVar = Keys(
        "Conflict",
        (
            Action("retry", ("r",), "Retry", "Run it again as it was given, on the case as it is now.", in_footer=True),
            Action("edit", ("e",), "Edit", "Correct the command, and carry that out instead.", in_footer=True),
            Action(
                "keep_as_note",
                ("n",),
                "Note",
                "Give it up, and write down in the case what it was about.",
                in_footer=True,
            ),
            Action("discard", ("x",), "Discard", "Give it up, for a reason that is kept.", in_footer=True),
            Action("line(1)", ("down", "j"), "Down", "One line down."),
            Action("line(-1)", ("up", "k"), "Up", "One line up."),
            Action("leave", ("escape", "q"), "Back", "Back; the conflict stays.", in_footer=True),
        ),
    )
    BINDINGS = bindings(KEYS)

    def __init__(self, session: Session, command_id: str) -> None:
        super().__init__(session)
        self._command_id = command_id
        self._conflict: Conflict | None = None
        self._text = Static(markup=False)

    def compose_body(self) -> ComposeResult:
        yield VerticalScroll(self._text, id="conflict", can_focus=False)

    def on_mount(self) -> None:
        self._top_line.show("Conflict")
        self.reload()

    @work(exclusive=True, group="reload")
    async def reload(self) -> None:
        with toast_errors(self):
            self._conflict = await self._session.query(conflict, self._command_id)
            if self._conflict is None:
                self.dismiss()
                return
            case_id = self._conflict.row.case_id
            names = await self._session.query(case_names, [case_id])
            self._text.update(sync_text.conflict(self._conflict, names[case_id]))

    @work(exclusive=True, group="retry")
    async def action_retry(self) -> None:
        with toast_errors(self):
            await self._session.with_store(partial(retry, command_id=self._command_id))
            self.notify("It holds again, and goes to the team.")
            self.reload()

    def action_edit(self) -> None:
        if self._conflict is None:
            return
        line = to_json({"command": self._conflict.row.command, "data": self._conflict.data}).decode()
        self._ask(
            "Edit and carry out",
            self._edit,
            Line("line", "The command, as caseworker exec takes it", value=line),
            Line("reason", "Why is it another one?"),
        )

    def action_keep_as_note(self) -> None:
        self._ask("Keep as a note", self._keep, Line("text", "What is to be remembered of it?"))

    def action_discard(self) -> None:
        self._ask("Discard", self._discard, Line("reason", "Why is it given up?"))

    def _ask(self, title: str, do: Callable[[Answers, CaseStore], object], *lines: Line) -> None:
        async def then(answers: Answers) -> None:
            await self._session.with_store(partial(do, answers))

        asking = AskScreen(self._session, title, in_order(*lines), then, place=("conflict", title, self._command_id))
        self.app.push_screen(asking, self._came_back)

    def _came_back(self, done: bool | None) -> None:
        if done:
            self.notify("It is settled.")
            self.reload()

    def _edit(self, answers: Answers, store: CaseStore) -> None:
        new_id, command = read_command(answers["line"].encode())
        edit(store, self._command_id, command, actor=self._session.actor, reason=answers["reason"], new_id=new_id)

    def _keep(self, answers: Answers, store: CaseStore) -> None:
        keep_as_note(store, self._command_id, answers["text"], actor=self._session.actor)

    def _discard(self, answers: Answers, store: CaseStore) -> None:
        discard(store, self._command_id, actor=self._session.actor, reason=answers["reason"])

    def action_line(self, step: int) -> None:
        self.query_one("#conflict").scroll_relative(y=step, animate=False)

    def action_leave(self) -> None:
        self.dismiss()
