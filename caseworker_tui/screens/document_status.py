"""The dialog that moves a document to another status: pick by number, then give the reason that the move asks for."""

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import ContentSwitcher, Input, OptionList, Static
from textual.widgets.option_list import Option

from caseworker_tui.actions import Place, bindings
from caseworker_tui.case_text import document_line
from caseworker_tui.session import Session
from caseworker_tui.wording import DOCUMENT_MOVES_SPOKEN
from store.domain.commands import UpdateDocumentStatus
from store.domain.refusals import Refusal
from store.domain.statuses import (
    ADVERSE,
    DOCUMENT_MOVES,
    REJECTION_SENTENCES,
    DocumentStatus,
    Reason,
    RejectionReason,
    label,
)
from store.errors import StoreError
from store.queries.case_file import DocumentRow

_HINTS = {
    "moves-step": "A number or enter picks · esc leaves it as it is",
    "codes-step": "Why? A number or enter rejects it · esc goes back",
    "text-step": "Why? Enter saves · esc goes back",
}


class DocumentStatusScreen(ModalScreen[str | None]):
    """Ends with a sentence of what was done, or None if nothing was. A refusal is shown in place."""

    CSS_PATH = "document_status.tcss"
    BINDINGS = bindings(Place.DIALOG)

    def __init__(self, session: Session, document: DocumentRow) -> None:
        super().__init__()
        self._session = session
        self._document = document
        self._moves = [
            (status, reason)
            for status, reason in DOCUMENT_MOVES[DocumentStatus(document.status)].items()
            if status in DOCUMENT_MOVES_SPOKEN
        ]
        self._codes = list(RejectionReason)
        self._new_status: DocumentStatus | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(document_line(self._document), id="document")
            with ContentSwitcher(initial="moves-step"):
                yield OptionList(
                    *(
                        Option(f"{n}  {DOCUMENT_MOVES_SPOKEN[status]}{'' if reason is Reason.NONE else ' …'}")
                        for n, (status, reason) in enumerate(self._moves, start=1)
                    ),
                    id="moves-step",
                    markup=False,
                )
                yield OptionList(
                    *(
                        Option(f"{n}  {REJECTION_SENTENCES[code]}{'  (adverse)' if code in ADVERSE else ''}")
                        for n, code in enumerate(self._codes, start=1)
                    ),
                    id="codes-step",
                    markup=False,
                )
                with Vertical(id="text-step"):
                    yield Input(placeholder="The reason, in a sentence", max_length=500)
            yield Static(id="refusal", markup=False)
            yield Static(id="hint", markup=False)

    def on_mount(self) -> None:
        self._step("moves-step")

    def _step(self, name: str) -> None:
        self.query_one(ContentSwitcher).current = name
        self.query_one("#hint", Static).update(_HINTS[name])
        self.query_one("#refusal").display = False
        (self.query_one(Input) if name == "text-step" else self.query_one(f"#{name}")).focus()

    def on_key(self, event: events.Key) -> None:
        listing = self.focused
        if isinstance(listing, OptionList) and event.character and event.character.isdecimal():
            index = int(event.character) - 1
            if 0 <= index < listing.option_count:
                listing.highlighted = index
                listing.action_select()

    @on(OptionList.OptionSelected, "#moves-step")
    def choose_status(self, selected: OptionList.OptionSelected) -> None:
        self._new_status, reason = self._moves[selected.option_index]
        if reason is Reason.CODE:
            self._step("codes-step")
        elif reason is Reason.TEXT:
            self._step("text-step")
        else:
            self.save()

    @on(OptionList.OptionSelected, "#codes-step")
    def choose_code(self, selected: OptionList.OptionSelected) -> None:
        self.save(code=self._codes[selected.option_index])

    @on(Input.Submitted)
    def give_reason(self, submitted: Input.Submitted) -> None:
        if submitted.value.strip():
            self.save(reason=submitted.value)
        else:
            self._refuse("Give the reason first.")

    @work(exclusive=True)
    async def save(self, *, code: RejectionReason | None = None, reason: str | None = None) -> None:
        document = self._document
        try:
            command = UpdateDocumentStatus.model_validate(
                {
                    "document_requirement_id": document.document_requirement_id,
                    "new_status": self._new_status,
                    "old_status": document.status,
                    "reason": reason,
                    "reason_code": code,
                }
            )
            await self._session.execute(command)
        except Refusal as refusal:
            self._refuse(refusal.sentence)
        except StoreError as error:
            self._refuse(str(error))
        else:
            self.dismiss(
                f"The {label(document.document_type)} of {document.entity_name} is {label(command.new_status)}."
            )

    def _refuse(self, sentence: str) -> None:
        refusal = self.query_one("#refusal", Static)
        refusal.update(sentence)
        refusal.display = True

    def action_back(self) -> None:
        if self.query_one(ContentSwitcher).current == "moves-step":
            self.dismiss(None)
        else:
            self._step("moves-step")
