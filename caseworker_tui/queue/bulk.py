"""Many cases under way: how far it is, a way to stop, and at the end what was refused and why."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, ProgressBar, Static
from textual.widgets.option_list import Option

from caseworker_tui.frame.keys import Action, Keys, bindings
from caseworker_tui.frame.lines import Lines
from caseworker_tui.frame.screen import DialogScreen
from caseworker_tui.frame.session import Session
from store.domain.operation import OfCase
from store.domain.refusals import Refusal
from store.engine.bulk import InBulk, Outcome, execute_on_many
from store.engine.case_store import new_command_id
from store.errors import StoreError
from store.queries.queue import QueueRow, queue_row

_SHOWN: Final = 200
"""So many refused cases are listed; the others are counted."""

_WHAT_TO_DO: Final = {
    "nothing_changes": "Nothing is to be done.",
    "document_exists": "Open the case and move that document on.",
}


class ManyScreen(DialogScreen[str]):
    """Ends with the id of a refused case that is to be opened, or with None.

    What was stopped can go on: it is the same batch then, in which nothing is done twice.
    """

    CSS_PATH = "bulk.tcss"
    KEYS: ClassVar = Keys(
        "Many at once",
        (
            Action(
                "back",
                ("escape",),
                "Back",
                "Stop after the case that is at hand; or back to the queue.",
                in_footer=True,
            ),
            Action("go_on", ("r",), "Go on", "Go on with what was stopped.", in_footer=True),
        ),
    )
    BINDINGS = bindings(KEYS)

    def __init__(
        self,
        session: Session,
        title: str,
        command_on: Callable[[InBulk], OfCase],
        case_ids: Callable[[], Awaitable[Sequence[str]]],
    ) -> None:
        super().__init__()
        self._session = session
        self._title_line = title
        self._command_on = command_on
        self._case_ids = case_ids
        self._batch_id = new_command_id(session.now())
        self._left: list[str] | None = None
        self._total = 0
        self._refused: dict[tuple[str, str], list[QueueRow]] = {}
        self._number_refused: Counter[tuple[str, str]] = Counter()
        self.refused_ids: list[str] = []
        self._at_work = self._stopping = False
        self._bar = ProgressBar(show_eta=False)
        self._told = Static(id="told", markup=False)
        self._refusals = Lines(markup=False)
        self._hint = Static(id="hint", markup=False)

    @property
    def is_whole(self) -> bool:
        """Whether every case had its turn."""
        return self._left == []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._title_line, id="title", markup=False)
            yield self._bar
            yield self._told
            yield self._refusals
            yield self._hint

    def on_mount(self) -> None:
        self._refusals.display = False
        self.action_go_on()

    def action_go_on(self) -> None:
        if not self._at_work and not self.is_whole:
            self._go()

    @work
    async def _go(self) -> None:
        self._at_work, self._stopping = True, False
        self._hint.update("esc stops after the case that is at hand")
        trouble = ""
        try:
            if self._left is None:
                self._left = [*await self._case_ids()][::-1]
                self._total = len(self._left)
            await self._take_turns(self._left)
        except (Refusal, StoreError) as error:
            trouble = str(error)
        self._at_work = False
        self._show_end(trouble)

    async def _take_turns(self, left: list[str]) -> None:
        """Each case is taken off the list when its turn is over."""
        self._show_progress(left)
        outcomes = self._session.in_turn(
            lambda store: execute_on_many(
                store, self._command_on, left[::-1], batch_id=self._batch_id, actor=self._session.actor
            )
        )
        async for some in outcomes:
            del left[len(left) - len(some) :]
            for outcome in some:
                await self._take_down(outcome)
            self._show_progress(left)
            if self._stopping:
                break

    async def _take_down(self, outcome: Outcome) -> None:
        if (refusal := outcome.refusal) is None:
            return
        group = refusal.code, str(refusal)
        self._number_refused[group] += 1
        self.refused_ids.append(outcome.case_id)
        if len(self.refused_ids) <= _SHOWN:
            row = await self._session.query(queue_row, outcome.case_id)
            if row is not None:
                self._refused.setdefault(group, []).append(row)

    def _show_progress(self, left: Sequence[str]) -> None:
        tried = self._total - len(left)
        self._bar.update(total=max(1, self._total), progress=tried if self._total else 1)
        refused = len(self.refused_ids)
        self._told.update(f"{tried - refused:,} of {self._total:,} done{f', {refused:,} refused' if refused else ''}")

    def _show_end(self, trouble: str) -> None:
        waiting = len(self._left or ())
        told = [str(self._told.content)]
        if waiting:
            told.append(f"{waiting:,} had no turn yet")
        self._told.update("; ".join(told) + f".{f' {trouble}' if trouble else ''}")
        self._refusals.set_options(self._options())
        self._refusals.display = bool(self.refused_ids)
        if self.refused_ids:
            self._refusals.focus()
            self._refusals.action_first()
        hints = [
            "r goes on" if waiting else "",
            "Enter opens the case" if self.refused_ids else "",
            f"esc goes back{', where the refused ones stay marked' if self.refused_ids else ''}",
        ]
        self._hint.update(" · ".join(filter(None, hints)))

    def _options(self) -> list[Option]:
        """The refused cases, under what they were refused for."""
        options: list[Option] = []
        for group, number in self._number_refused.most_common():
            code, sentence = group
            rows = self._refused.get(group, [])
            heading = f"{number:,} refused: {sentence} {_WHAT_TO_DO.get(code, '')}".strip()
            options.append(Option(Content.styled(heading, "bold"), disabled=True))
            options += [Option(f"  {row.reference} {row.name}", id=row.case_id) for row in rows]
            if more := number - len(rows):
                options.append(Option(f"  and {more:,} more", disabled=True))
        return options

    @on(OptionList.OptionSelected)
    def open_case(self, selected: OptionList.OptionSelected) -> None:
        self.dismiss(selected.option_id)

    def action_back(self) -> None:
        """Stop, or go back when it stands still."""
        if self._at_work:
            self._stopping = True
            self._hint.update("Stopping …")
        else:
            self.dismiss(None)
