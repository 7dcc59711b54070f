"""The dialog that asks what a command needs, and gives it."""

from dataclasses import asdict, dataclass
from threading import Event

from textual import on
from textual.message import Message

from caseworker_tui.dialogs.ask import AskScreen, NotDone
from caseworker_tui.dialogs.drafts import Place
from caseworker_tui.dialogs.questions import Answers, Dialog, FileLine
from caseworker_tui.dialogs.typed_paths import path_typed
from caseworker_tui.frame.session import Session
from store.attachments import spoken_size
from store.domain.identifiers import derive_id
from store.domain.operation import Command
from store.domain.refusals import Code, Refusal


class CommandScreen(AskScreen):
    """Ends with True when the command was carried out."""

    @dataclass
    class Reading(Message):
        """How much of a file was read, in bytes."""

        done: int
        total: int

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, type(self))

    def __init__(self, session: Session, dialog: Dialog, place: Place) -> None:
        super().__init__(session, dialog.title, dialog.ask, self._give, place=place)
        self._dialog = dialog
        self._reading = False
        self._stopped = Event()

    async def _give(self, answers: Answers) -> None:
        given = self._dialog.command(await self._with_files_kept(answers))
        first_id = self._draft.command_id  # one for all attempts
        try:
            for number, command in enumerate([given] if isinstance(given, Command) else given):
                command_id = derive_id(first_id, str(number)) if number else first_id
                await self._session.execute(command, command_id=command_id)
        except Refusal as refusal:
            if refusal.code is not Code.COMMAND_ID_REUSED:
                raise
            self._draft.renew()
            raise NotDone("What you had left was given before, in other words. Enter gives this as well.") from refusal

    async def _with_files_kept(self, answers: Answers) -> Answers:
        """The answers with what is known of each file that is named in them."""
        known = dict(answers)
        for question in self._asked:
            if isinstance(question, FileLine):
                path = path_typed(answers[question.name], self._session.folder)
                self._reading = True
                try:
                    kept = await self._session.keep_attachment(path, self._progress)
                finally:
                    self._reading = False
                    self._stopped.clear()
                self._session.folder = path.parent
                known |= {name: str(value) for name, value in asdict(kept).items()}
        return known

    def _progress(self, done: int, total: int) -> None:
        """Called in the thread that reads the file."""
        if self._stopped.is_set():
            raise NotDone("Stopped: nothing was attached.")
        self.post_message(self.Reading(done, total))

    @on(Reading)
    def show_reading(self, reading: Reading) -> None:
        if self._reading:
            part = f"{100 * reading.done // reading.total} % of {spoken_size(reading.total)}"
            self._hint.update(f"Reading {part} … · esc stops")

    def _stop(self) -> None:
        if self._reading:
            self._stopped.set()
