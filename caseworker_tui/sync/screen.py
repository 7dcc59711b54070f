"""How it stands with the team: the cluster, what is read and pending, and all that waits for a person."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from caseworker_tui.dialogs.ask import AskScreen
from caseworker_tui.dialogs.confirm import ConfirmScreen
from caseworker_tui.dialogs.questions import Answers, Choice, Line, Question
from caseworker_tui.frame.keys import Action, Keys, bindings
from caseworker_tui.frame.lines import Lines
from caseworker_tui.frame.screen import WorkScreen
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from caseworker_tui.sync import text as sync_text
from caseworker_tui.sync.background import BackgroundSync
from caseworker_tui.sync.conflict import ConflictScreen
from store.engine.case_store import CaseStore
from store.sync.dead_letters import DeadLetter, discard, replay
from store.sync.older import acknowledge_older
from store.sync.quarantine import release
from store.sync.to_settle import ToSettle, to_settle


class SyncScreen(WorkScreen):
    CSS_PATH = "screen.tcss"
    KEYS: ClassVar = Keys(
        "Sync",
        (
            Action(
                "settle",
                ("enter",),
                "Settle",
                "Settle what is under the cursor: conflict, resting case, message.",
                in_footer=True,
            ),
            Action("retry", ("r",), "Try now", "Try to reach the cluster now.", in_footer=True),
            Action("leave", ("escape", "q"), "Back", "Back to where one was.", in_footer=True),
        ),
    )
    BINDINGS = bindings(KEYS)
    FOLLOWS_SYNC: ClassVar = True
    AUTO_FOCUS = "OptionList"

    def __init__(self, session: Session, sync: BackgroundSync | None) -> None:
        super().__init__(session)
        self._sync = sync
        self._state = Static(id="state", markup=False)
        self._heading = Static(id="heading", markup=False)
        self._list = Lines(markup=False)
        self._settling: list[Callable[[], None]] = []

    def compose_body(self) -> ComposeResult:
        yield VerticalScroll(self._state, id="head", can_focus=False)
        yield self._heading
        yield self._list

    def on_mount(self) -> None:
        self._top_line.show("Sync")
        self.reload()

    @work(exclusive=True, group="reload")
    async def reload(self) -> None:
        with toast_errors(self):
            waiting = await self._session.query(to_settle)
            status = self._sync.status if self._sync else None
            servers, topic = (self._sync.cluster.servers, self._sync.cluster.topic) if self._sync else ("", "")
            self._state.update(sync_text.overview(status, servers, topic, waiting.team))
            self._show(waiting)

    def _show(self, waiting: ToSettle) -> None:
        older = waiting.older_than_sent
        entries: list[tuple[Content, Callable[[], None]]] = [
            *([(sync_text.older_line(older), self._ask_acknowledge)] if older else []),
            *(
                (
                    sync_text.conflict_line(waiting.names[row.case_id], row.command, row.sentence),
                    partial(self._open_conflict, row.command_id),
                )
                for row in waiting.conflicts
            ),
            *(
                (sync_text.resting_line(waiting.names[case_id], sentence), partial(self._ask_release, case_id))
                for case_id, sentence in waiting.quarantined.items()
            ),
            *(
                (
                    sync_text.not_shown_line(waiting.names[case_id], sentence),
                    partial(self.notify, sync_text.NOT_SHOWN),
                )
                for case_id, sentence in waiting.not_shown.items()
            ),
            *(
                (
                    sync_text.too_large_line(waiting.names[case_id], sentence),
                    partial(self.notify, sync_text.TOO_LARGE),
                )
                for case_id, sentence in waiting.too_large.items()
            ),
            *(
                (
                    sync_text.letter_line(letter.dead_letter_id, letter.received_at, letter.reason),
                    partial(self._settle_letter, letter),
                )
                for letter in waiting.letters
            ),
        ]
        at = self._list.highlighted or 0
        self._settling = [settle for _, settle in entries]
        self._list.set_options(Option(entry) for entry, _ in entries)
        self._list.display = bool(entries)
        self._heading.update(
            f"To be settled ({len(entries)}): enter opens" if entries else "Nothing has to be settled."
        )
        if entries:
            self._list.highlighted = min(at, len(entries) - 1)

    @on(OptionList.OptionSelected)
    def action_settle(self) -> None:
        if self._list.display and self._list.highlighted is not None:
            self._settling[self._list.highlighted]()

    def _open_conflict(self, command_id: str) -> None:
        self.app.push_screen(ConflictScreen(self._session, command_id), self._came_back)

    def _ask_acknowledge(self) -> None:
        question = (
            "Have this told no more? Look first for what is lost. This database is a device of its own from then on."
        )
        self.app.push_screen(ConfirmScreen(question), self._was_looked_for)

    @work
    async def _acknowledge(self) -> None:
        with toast_errors(self):
            await self._session.with_store(partial(acknowledge_older, actor=self._session.actor))
        self.reload()

    def _was_looked_for(self, yes: bool | None) -> None:
        if yes:
            self._acknowledge()

    def _ask_release(self, case_id: str) -> None:
        question = "Let the case go on without the record that can't be read? Everybody in the team has to."
        self.app.push_screen(ConfirmScreen(question), partial(self._was_answered, case_id))

    def _was_answered(self, case_id: str, yes: bool | None) -> None:
        if yes:
            self._release(case_id)

    @work
    async def _release(self, case_id: str) -> None:
        with toast_errors(self):
            await self._session.with_store(partial(release, case_id=case_id))
            self.notify("The case goes on.")
        self.reload()

    def _settle_letter(self, letter: DeadLetter) -> None:
        title = f"Dead letter {letter.dead_letter_id}"
        ask, then = partial(_ask_about, letter), partial(self._do_with, letter)
        asking = AskScreen(self._session, title, ask, then, place=("dead letter", str(letter.dead_letter_id)))
        self.app.push_screen(asking, self._came_back)

    async def _do_with(self, letter: DeadLetter, answers: Answers) -> None:
        await self._session.with_store(partial(_settle, letter, answers, self._session.actor))

    def _came_back(self, _: object) -> None:
        self.reload()

    def action_retry(self) -> None:
        if self._sync:
            self._sync.retry()
            self.notify("Trying now.")
        else:
            self.notify("No cluster is configured: docs/kafka.md says how.")

    def action_leave(self) -> None:
        self.dismiss()


def _ask_about(letter: DeadLetter, answers: Answers) -> Question | None:
    """Replay a message, corrected or not, or discard it."""
    if "way" not in answers:
        options = (("replay", "Correct it and open its case"), ("discard", "Discard it"))
        return Choice("way", f"It can't become a case: {letter.reason}.", options)
    if answers["way"] == "replay":
        text = letter.original.value.decode(errors="replace")
        return None if "message" in answers else Line("message", "The message, as JSON in one line", value=text)
    return None if "reason" in answers else Line("reason", "Why is it discarded?")


def _settle(letter: DeadLetter, answers: Answers, actor: str, store: CaseStore) -> None:
    if answers["way"] == "replay":
        replay(store, letter.dead_letter_id, corrected=answers["message"].encode(), actor=actor)
    else:
        discard(store, letter.dead_letter_id, reason=answers["reason"], actor=actor)
