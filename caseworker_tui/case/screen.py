"""A case file: overview, parties, documents, review, notes, timeline. One screen stays mounted for all cases."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer, Static

from caseworker_tui.case import text as case_text
from caseworker_tui.case.actions import CASE_DIALOGS, attach_file, document_expiry, document_status
from caseworker_tui.case.panes import CasePanes, Shown
from caseworker_tui.case.related import RelatedScreen
from caseworker_tui.dialogs.choice import ChoiceScreen
from caseworker_tui.dialogs.command import CommandScreen
from caseworker_tui.dialogs.confirm import ConfirmScreen
from caseworker_tui.dialogs.questions import Choice, Dialog
from caseworker_tui.frame.keys import Place, bindings
from caseworker_tui.frame.navigation import BackToQueue, OpenNeighbour, OpenSync, OpenVersion
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from caseworker_tui.frame.top_line import TopLine
from caseworker_tui.frame.viewer import NoViewer
from caseworker_tui.screening.screen import ScreeningScreen
from caseworker_tui.sync.text import case_signs
from store.domain.commands import AssignCase, DetermineInitialDocumentRequirements, UnassignCase
from store.domain.operation import Command
from store.domain.statuses import label
from store.queries.assessment import AssessedCase
from store.queries.case_file import AttachmentRow, CaseFileView, DocumentRow
from store.queries.queue import QueueRow
from store.queries.related import Related
from store.queries.undo import UndoOffer, undo_offer
from store.queries.whole_case import whole_case


class CaseScreen(Screen[None]):
    CSS_PATH = "screen.tcss"
    PLACES: ClassVar = (Place.CASE,)
    BINDINGS = bindings(Place.CASE)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._case_id = ""
        self._stands: AssessedCase | None = None
        self._others = Related()
        self._trail: tuple[QueueRow, ...] = ()
        self._top_line = TopLine(session)
        self._title = Static(id="title", markup=False)
        self._panes = CasePanes()

    def compose(self) -> ComposeResult:
        yield self._top_line
        yield self._title
        yield self._panes
        yield Footer()

    def open(self, case_id: str, *, trail: tuple[QueueRow, ...] = ()) -> None:
        """Show another case, from its overview on; `trail` leads back to the cases that led to it."""
        self._case_id, self._trail = case_id, trail
        self._top_line.show(f"Case file · related to {trail[-1].reference}" if trail else "Case file")
        self._stands, self._others = None, Related()
        self._panes.reset()
        self.reload()

    @work(exclusive=True, group="reload")
    async def reload(self) -> None:
        if not self._case_id:
            return
        with toast_errors(self):
            whole = await self._session.query(whole_case, self._case_id, self._session.rules, self._session.today())
            self._stands, self._others = whole.stands, whole.related
            self._title.update(case_text.title(whole.stands.view) + case_signs(whole.in_team))
            self._panes.show(Shown(whole.stands, whole.timeline, self._session.now(), whole.related))

    def _chosen_document(self) -> DocumentRow | None:
        """The document under the cursor. If the list of documents is not in sight, it is shown instead."""
        if self._panes.active != "documents":
            self.action_tab("documents")
        elif document := self._panes.document:
            return document
        else:
            self.notify("This case asks for no documents.")
        return None

    def action_tab(self, name: str) -> None:
        self._panes.show_tab(name)

    def action_next_tab(self, step: int) -> None:
        self._panes.show_next_tab(step)

    def action_line(self, step: int) -> None:
        self._panes.move_line(step)

    def action_choose(self) -> None:
        if not self._panes.choose():
            self.action_set_status()

    def action_set_status(self) -> None:
        self._ask_of_document(document_status, self._chosen_document())

    @on(CasePanes.DocumentChosen)
    def move_document(self, chosen: CasePanes.DocumentChosen) -> None:
        self._ask_of_document(document_status, chosen.document)

    def _ask_of_document(
        self, dialog: Callable[[CaseFileView, DocumentRow], Dialog | str], document: DocumentRow | None
    ) -> None:
        if document is not None and self._stands is not None:
            self._ask(dialog(self._stands.view, document))

    @on(CasePanes.VersionChosen)
    def open_version(self, chosen: CasePanes.VersionChosen) -> None:
        self.post_message(OpenVersion(self._case_id, chosen.version))

    def action_dialog(self, name: str) -> None:
        if self._stands is not None:
            self._ask(CASE_DIALOGS[name](self._stands.view, self._stands.assessed))

    def _ask(self, dialog: Dialog | str) -> None:
        """Show the dialog, or the sentence that says why there is nothing to ask."""
        if isinstance(dialog, Dialog):
            self.app.push_screen(CommandScreen(self._session, dialog), partial(self._was_given, dialog))
        else:
            self.notify(dialog)

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
            offer = await self._session.query(undo_offer, self._case_id, self._session.actor)
            if isinstance(offer, UndoOffer):
                question = ConfirmScreen(case_text.undo_question(offer))
                self.app.push_screen(question, partial(self._was_answered, offer))
            else:
                self.notify(offer)

    def _was_answered(self, offer: UndoOffer, yes: bool | None) -> None:
        if yes:
            self._give(offer.undo.command, "It is undone.", seen=offer.entry.commit_id)

    def action_attach_file(self) -> None:
        self._ask_of_document(attach_file, self._chosen_document())

    def action_set_expiry(self) -> None:
        self._ask_of_document(document_expiry, self._chosen_document())

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

    def action_determine_documents(self) -> None:
        self._give(
            DetermineInitialDocumentRequirements(case_id=self._case_id), "All that the rules require is asked for."
        )

    def action_take(self) -> None:
        self._give(AssignCase(case_id=self._case_id, assignee=self._session.actor), "The case is yours.")

    def action_unassign(self) -> None:
        self._give(UnassignCase(case_id=self._case_id), "Nobody has the case now.")

    @work
    async def _give(self, command: Command, done: str, *, seen: str | None = None) -> None:
        with toast_errors(self):
            await self._session.execute(command, expected_head=seen)
            self.notify(done)
            self.reload()

    def action_next_case(self, step: int) -> None:
        from_the_queue = self._trail[0].case_id if self._trail else self._case_id
        self.post_message(OpenNeighbour(from_the_queue, step))

    def action_screening(self) -> None:
        if self._stands is not None:
            self.app.push_screen(ScreeningScreen(self._session, self._case_id), self._was_screened)

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

    def action_copy_reference(self) -> None:
        self._panes.copy_reference()

    def action_leave(self) -> None:
        if self._trail:
            *trail, before = self._trail
            self.open(before.case_id, trail=tuple(trail))
        else:
            self.post_message(BackToQueue())
