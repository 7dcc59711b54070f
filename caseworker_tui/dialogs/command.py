"""The dialog that asks what a command needs, and gives it."""

from dataclasses import asdict, dataclass
from threading import Event

from textual import on
from textual.message import Message

from caseworker_tui.dialogs.ask import AskScreen, NotDone
from caseworker_tui.dialogs.questions import Answers, Dialog, FileLine
from caseworker_tui.dialogs.typed_paths import path_typed
from caseworker_tui.frame.session import Session
from store.attachments import spoken_size
from store.domain.identifiers import derive_id
from store.domain.operation import Command
from store.engine.case_store import new_command_id


class CommandScreen(AskScreen):
    """Ends with True when the command was carried out."""

    @dataclass
    class Reading(Message):
        """How much of a file was read, in bytes."""

        done: int
        total: int

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, type(self))

    def __init__(self, session: Session, dialog: Dialog) -> None:
        super().__init__(session, dialog.title, dialog.ask, self._give)
        self._dialog = dialog
        self._reading = False
        self._stopped = Event()
        self._command_id = new_command_id(session.now())  # one for all attempts

    async def _give(self, answers: Answers) -> None:
        given = self._dialog.command(await self._with_files_kept(answers))
        for number, command in enumerate([given] if isinstance(given, Command) else given):
            command_id = derive_id(self._command_id, str(number)) if number else self._command_id
            await self._session.execute(command, command_id=command_id)

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
