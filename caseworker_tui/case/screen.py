"""A case file: overview, parties, documents, review, notes, timeline. One screen stays mounted for all cases."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.actions import parse
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from caseworker_tui.case import text as case_text
from caseworker_tui.case.actions import AS_KEYS, CASE_ACTIONS
from caseworker_tui.case.panes import CasePanes, Shown
from caseworker_tui.case.related import RelatedScreen
from caseworker_tui.case.subject import Subject
from caseworker_tui.dialogs.choice import ChoiceScreen
from caseworker_tui.dialogs.command import CommandScreen
from caseworker_tui.dialogs.confirm import ConfirmScreen
from caseworker_tui.dialogs.questions import Choice, Dialog
from caseworker_tui.frame.keys import Action, Keys, bindings
from caseworker_tui.frame.navigation import BackToQueue, OpenNeighbour, OpenSync, OpenVersion
from caseworker_tui.frame.screen import WorkScreen
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from caseworker_tui.frame.viewer import NoViewer
from caseworker_tui.screening.screen import ScreeningScreen
from caseworker_tui.sync.text import case_signs
from store.domain.operation import Command
from store.domain.statuses import label
from store.queries.assessment import AssessedCase
from store.queries.case_file import AttachmentRow, DocumentRow
from store.queries.queue import QueueRow
from store.queries.related import Related
from store.queries.undo import UndoOffer, undo_offer
from store.queries.whole_case import whole_case


class CaseScreen(WorkScreen):
    """One screen stays mounted and shows one case after another."""

    CSS_PATH = "screen.tcss"
    KEYS: ClassVar = Keys(
        "Case file",
        (
            Action(
                "leave",
                ("escape", "q"),
                "Back",
                "Back to the queue, or to the case that led to this one.",
                in_footer=True,
            ),
            *AS_KEYS,
            Action(
                "choose",
                ("enter",),
                "Choose",
                "Move the document under the cursor, or open the case as it stood at that point of the timeline.",
            ),
            Action("open_file", ("F",), "Open file", "Open a file that is attached to the document."),
            Action("why", ("w",), "Why", "Why the document under the cursor is required."),
            Action("undo", ("u",), "Undo", "Take back your last change of the case."),
            Action("screening", ("S",), "Screen", "Screen the parties against sanctions and PEP lists."),
            Action("related", ("R",), "Others", "Other cases of the same parties."),
            Action("sync", ("Y",), "Sync", "How it stands with the team, and what is to be settled."),
            Action("next_case(1)", ("right_square_bracket", "J"), "Next", "The next case of the queue."),
            Action(
                "next_case(-1)",
                ("left_square_bracket", "K"),
                "Before",
                "The case before in the queue.",
            ),
        ),
    )
    BINDINGS = [
        *bindings(KEYS),
        # The same keys once more: they have their turn where an action can't be given, and say why.
        *(Binding(",".join(each.keys), each.name.replace("do(", "say_why_not("), show=False) for each in AS_KEYS),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.case_id = ""
        self._stands: AssessedCase | None = None
        self._others = Related()
        self._trail: tuple[QueueRow, ...] = ()
        self._pressed_early: list[str] = []
        self._title = Static(id="title", markup=False)
        self._panes = CasePanes()

    def compose_body(self) -> ComposeResult:
        yield self._title
        yield self._panes

    def open(self, case_id: str, *, trail: tuple[QueueRow, ...] = ()) -> None:
        """Show another case, from its overview on; `trail` leads back to the cases that led to it."""
        self.case_id, self._trail = case_id, trail
        self._top_line.show(f"Case file · related to {trail[-1].reference}" if trail else "Case file")
        self._stands, self._others = None, Related()
        self._pressed_early.clear()
        self._panes.reset()
        self.reload()

    @work(exclusive=True, group="reload")
    async def reload(self) -> None:
        if not self.case_id:
            return
        with toast_errors(self):
            whole = await self._session.query(whole_case, self.case_id, self._session.rules, self._session.today())
            self._stands, self._others = whole.stands, whole.related
            self._title.update(case_text.title(whole.stands.view) + case_signs(whole.in_team))
            self._panes.show(Shown(whole.stands, whole.timeline, self._session.now(), whole.related))
            self.refresh_bindings()
            while self._pressed_early:
                self.action_do(self._pressed_early.pop(0))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An action that can't be given now is dimmed (None); what says why takes its keys then."""
        if action == "do":
            return None if self._why_not(str(parameters[0])) else True
        if action == "say_why_not":
            return bool(self._why_not(str(parameters[0])))
        return True

    def why_not(self, action: Action) -> str:
        """Why an action can't be given now; empty where it can."""
        _, name, parameters = parse(action.name)
        return self._why_not(str(parameters[0])) if name == "do" else ""

    def _why_not(self, name: str) -> str:
        subject = self._subject()
        return CASE_ACTIONS[name].why_not(subject) if subject else ""

    def _subject(self, document: DocumentRow | None = None) -> Subject | None:
        """What an action is about; None while the case is being read."""
        if self._stands is None:
            return None
        return Subject(self._stands.view, self._stands.assessed, self._session.actor, document or self._panes.document)

    def action_say_why_not(self, name: str) -> None:
        self.notify(self._why_not(name))

    def action_do(self, name: str) -> None:
        action, subject = CASE_ACTIONS[name], self._subject()
        if subject is None:
            self._pressed_early.append(name)
        elif not action.of_document or self._chosen_document():
            self._ask(name, subject)

    def _chosen_document(self) -> DocumentRow | None:
        """The document under the cursor. If the list of documents is not in sight, it is shown instead."""
        if self._panes.active != "documents":
            self._panes.show_tab("documents")
        elif document := self._panes.document:
            return document
        else:
            self.notify("This case asks for no documents.")
        return None

    def action_choose(self) -> None:
        if not self._panes.choose():
            self.action_do("move_document")

    @on(CasePanes.DocumentChosen)
    def move_document(self, chosen: CasePanes.DocumentChosen) -> None:
        if why := self._why_not("move_document"):
            self.notify(why)
        elif subject := self._subject(chosen.document):
            self._ask("move_document", subject)

    @on(CasePanes.VersionChosen)
    def open_version(self, chosen: CasePanes.VersionChosen) -> None:
        self.post_message(OpenVersion(self.case_id, chosen.version))

    def _ask(self, name: str, subject: Subject) -> None:
        """Show the dialog of an action; one that asks nothing gives its command at once."""
        action = CASE_ACTIONS[name]
        dialog = action.dialog(subject)
        if dialog.ask({}) is None:
            self._give(dialog.command({}), dialog.done)
        else:
            of_document = subject.document.document_requirement_id if action.of_document and subject.document else ""
            place = (name, subject.case_id, of_document)
            self.app.push_screen(CommandScreen(self._session, dialog, place), partial(self._was_given, dialog))

    def _was_given(self, dialog: Dialog, given: bool | None) -> None:
        if given:
            self.notify(dialog.done)
            if dialog.leads_on and self._trail:
                self.action_leave()
                return
            self.reload()
            if dialog.leads_on:
                self.action_next_case(1)

    @work(exclusive=True, group="undo")
    async def action_undo(self) -> None:
        with toast_errors(self):
            offer = await self._session.query(undo_offer, self.case_id, self._session.actor)
            if isinstance(offer, UndoOffer):
                question = ConfirmScreen(case_text.undo_question(offer))
                self.app.push_screen(question, partial(self._was_answered, offer))
            else:
                self.notify(offer)

    def _was_answered(self, offer: UndoOffer, yes: bool | None) -> None:
        if yes:
            self._give(offer.undo.command, "It is undone.", seen=offer.entry.commit_id)

    def action_open_file(self) -> None:
        document = self._chosen_document()
        if document is None or self._stands is None:
            return
        files = {file.attachment_id: file for file in self._stands.view.files_of(document)}
        if not files:
            self.notify(f"No file is attached to the {label(document.document_type)}: f attaches one.")
        elif len(files) == 1:
            self._open_file(*files.values())
        else:
            newest_first = tuple((key, case_text.file_line(file)) for key, file in reversed(files.items()))
            screen = ChoiceScreen(Choice("file", "Which file?", newest_first))
            self.app.push_screen(screen, partial(self._file_chosen, files))

    def _file_chosen(self, files: Mapping[str, AttachmentRow], chosen: str | None) -> None:
        if chosen is not None:
            self._open_file(files[chosen])

    @work
    async def _open_file(self, file: AttachmentRow) -> None:
        with toast_errors(self):
            self.notify(f"Opening {file.file_name} …")
            try:
                await self._session.view(file)
            except NoViewer as error:
                self.notify(str(error), severity="error", timeout=10)

    def action_sync(self) -> None:
        self.post_message(OpenSync())

    def action_why(self) -> None:
        if document := self._chosen_document():
            self.notify(
                f"{document.rule} (rule {document.rule_id})",
                title=f"Why the {label(document.document_type)}?",
                timeout=10,
            )

    @work
    async def _give(self, given: Command | Sequence[Command], done: str, *, seen: str | None = None) -> None:
        with toast_errors(self):
            for command in [given] if isinstance(given, Command) else given:
                await self._session.execute(command, expected_head=seen)
            self.notify(done)
            self.reload()

    def action_next_case(self, step: int) -> None:
        from_the_queue = self._trail[0].case_id if self._trail else self.case_id
        self.post_message(OpenNeighbour(from_the_queue, step))

    def action_screening(self) -> None:
        if self._stands is not None:
            self.app.push_screen(ScreeningScreen(self._session, self.case_id), self._was_screened)

    def _was_screened(self, _: None) -> None:
        self.reload()

    def action_related(self) -> None:
        if self._others.cases:
            self.app.push_screen(RelatedScreen(self._others), self._open_related)
        elif self._stands is not None:
            self.notify("No other case has the same parties.")

    def _open_related(self, case_id: str | None) -> None:
        if case_id is not None and self._stands is not None:
            self.open(case_id, trail=(*self._trail, self._stands.view.case))

    def action_leave(self) -> None:
        if self._trail:
            *trail, before = self._trail
            self.open(before.case_id, trail=tuple(trail))
        else:
            self.post_message(BackToQueue())
