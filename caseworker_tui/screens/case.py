"""A case file: overview, parties, documents, timeline. One screen stays mounted and shows one case after another."""

from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Footer, OptionList, Static, Tab, Tabs
from textual.widgets.option_list import Option

from caseworker_tui import case_text
from caseworker_tui.actions import Place, bindings
from caseworker_tui.case_dialogs import CASE_DIALOGS, document_status
from caseworker_tui.navigation import BackToQueue, OpenNeighbour
from caseworker_tui.questions import Dialog
from caseworker_tui.screens.command import CommandScreen
from caseworker_tui.screens.related import RelatedScreen
from caseworker_tui.session import Session
from caseworker_tui.telling import told
from caseworker_tui.widgets.top_line import TopLine
from store.domain.commands import AssignCase, Command, DetermineInitialDocumentRequirements, UnassignCase
from store.domain.statuses import label
from store.queries.assessment import Assessment, assessment
from store.queries.case_file import CaseFileView, DocumentRow, case_file
from store.queries.queue import QueueRow
from store.queries.related import Related, related
from store.queries.timeline import TimelineEntry, timeline

TABS = ("overview", "parties", "documents", "review", "notes", "timeline")


class CaseScreen(Screen[None]):
    CSS_PATH = "case.tcss"
    BINDINGS = bindings(Place.CASE)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._case_id = ""
        self._view: CaseFileView | None = None
        self._assessed: Assessment | None = None
        self._others = Related()
        self._trail: tuple[QueueRow, ...] = ()
        self._top_line = TopLine(session)
        self._title = Static(id="title", markup=False)
        self._tabs = Tabs(*(Tab(f"{n} {name.capitalize()}", id=name) for n, name in enumerate(TABS, start=1)))
        self._tabs.can_focus = False
        self._texts = {name: Static(markup=False) for name in TABS if name != "documents"}
        self._documents = OptionList(id="documents-pane", markup=False)

    def compose(self) -> ComposeResult:
        yield self._top_line
        yield self._title
        yield self._tabs
        with ContentSwitcher(initial=f"{TABS[0]}-pane"):
            for name in TABS:
                text = self._texts.get(name)
                yield VerticalScroll(text, id=f"{name}-pane") if text else self._documents
        yield Footer()

    def open(self, case_id: str, *, trail: tuple[QueueRow, ...] = ()) -> None:
        """Show another case, from its overview on; `trail` leads back to the cases that led to it."""
        self._case_id, self._trail = case_id, trail
        self._top_line.show(f"Case file · related to {trail[-1].reference}" if trail else "Case file")
        self._view, self._others = None, Related()
        self.action_tab(TABS[0])
        for pane in self.query("ContentSwitcher > *"):
            pane.scroll_home(animate=False)
        self.reload()

    @work(exclusive=True, group="reload")
    async def reload(self) -> None:
        if not self._case_id:
            return
        with told(self):
            view = await self._session.ask(case_file, self._case_id)
            assessed = await self._session.ask(assessment, self._case_id)
            entries = await self._session.ask(timeline, self._case_id)
            others = await self._session.ask(related, self._case_id)
            self._show(view, assessed, entries, others)

    def _show(
        self, view: CaseFileView, assessed: Assessment | None, entries: list[TimelineEntry], others: Related
    ) -> None:
        self._view, self._assessed, self._others = view, assessed, others
        now = self._session.now()
        self._title.update(case_text.title(view))
        self._texts["overview"].update(case_text.overview(view, now, others))
        self._texts["parties"].update(case_text.parties(view, others))
        self._texts["review"].update(case_text.review(view, assessed))
        self._texts["notes"].update(case_text.notes(view))
        self._texts["timeline"].update(case_text.timeline_lines(entries))
        self._show_documents(view.documents)

    def _show_documents(self, documents: tuple[DocumentRow, ...]) -> None:
        highlighted = self._documents.highlighted or 0
        self._documents.set_options(
            [Option(case_text.document_entry(document), id=document.document_requirement_id) for document in documents]
            or [Option(Content("This case asks for no documents."), disabled=True)]
        )
        self._documents.highlighted = min(highlighted, len(documents) - 1) if documents else None

    def _document(self) -> DocumentRow | None:
        """The document under the cursor, None when the list of documents is not in sight."""
        highlighted = self._documents.highlighted
        if self._view is None or highlighted is None or self._tabs.active != "documents":
            return None
        return self._view.documents[highlighted]

    @on(Tabs.TabActivated)
    def show_tab(self, activated: Tabs.TabActivated) -> None:
        name = activated.tab.id or TABS[0]
        self.query_one(ContentSwitcher).current = f"{name}-pane"
        self.query_one(f"#{name}-pane").focus()

    def action_tab(self, name: str) -> None:
        self._tabs.active = name

    def action_next_tab(self, step: int) -> None:
        self.action_tab(TABS[(TABS.index(self._tabs.active) + step) % len(TABS)])

    def action_line(self, step: int) -> None:
        """One line down or up, in whatever is in sight."""
        pane = self.focused
        if isinstance(pane, OptionList):
            (pane.action_cursor_down if step > 0 else pane.action_cursor_up)()
        elif pane is not None:
            pane.scroll_relative(y=step, animate=False)

    @on(OptionList.OptionSelected)
    def action_set_status(self) -> None:
        if self._tabs.active != "documents":
            self.action_tab("documents")
        elif document := self._document():
            self._ask(document_status(document))
        else:
            self.notify("This case asks for no documents.")

    def action_dialog(self, name: str) -> None:
        if self._view is not None:
            dialog = CASE_DIALOGS[name](self._view, self._assessed)
            if isinstance(dialog, Dialog):
                self._ask(dialog)
            else:
                self.notify(dialog)

    def _ask(self, dialog: Dialog) -> None:
        self.app.push_screen(CommandScreen(self._session, dialog), partial(self._was_given, dialog))

    def _was_given(self, dialog: Dialog, given: bool | None) -> None:
        if given:
            self.notify(dialog.done)
            if not dialog.leads_on:
                self.reload()
            elif self._trail:
                self.action_leave()
            else:
                self.post_message(OpenNeighbour(1))

    def action_why(self) -> None:
        if document := self._document():
            self.notify(
                f"{document.rule} (rule {document.rule_id})",
                title=f"Why the {label(document.document_type)}?",
                timeout=10,
            )
        else:
            self.action_tab("documents")

    def action_determine_documents(self) -> None:
        self._give(
            DetermineInitialDocumentRequirements(case_id=self._case_id), "All that the rules require is asked for."
        )

    def action_take(self) -> None:
        self._give(AssignCase(case_id=self._case_id, assignee=self._session.actor), "The case is yours.")

    def action_unassign(self) -> None:
        self._give(UnassignCase(case_id=self._case_id), "Nobody has the case now.")

    @work
    async def _give(self, command: Command, done: str) -> None:
        with told(self):
            await self._session.execute(command)
            self.notify(done)
            self.reload()

    def action_next_case(self, step: int) -> None:
        self.post_message(OpenNeighbour(step))

    def action_related(self) -> None:
        if self._others.cases:
            self.app.push_screen(RelatedScreen(self._others), self._open_related)
        elif self._view is not None:
            self.notify("No other case has the same parties.")

    def _open_related(self, case_id: str | None) -> None:
        if case_id is not None and self._view is not None:
            self.open(case_id, trail=(*self._trail, self._view.case))

    def action_copy_reference(self) -> None:
        if self._view:
            self.app.copy_to_clipboard(self._view.case.reference)
            self.notify(f"Copied {self._view.case.reference}.")

    def action_leave(self) -> None:
        if self._trail:
            *trail, before = self._trail
            self.open(before.case_id, trail=tuple(trail))
        else:
            self.post_message(BackToQueue())
