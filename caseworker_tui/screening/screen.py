"""Screening a case: its parties with those who may be them on the lists in force, and what was decided."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from caseworker_tui.dialogs.command import CommandScreen
from caseworker_tui.frame.keys import Action, Keys, bindings
from caseworker_tui.frame.lines import Lines
from caseworker_tui.frame.screen import WorkScreen
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from caseworker_tui.screening import text as screening_text
from caseworker_tui.text.numbers import number_of
from store.domain.refusals import Refusal
from store.errors import StoreError
from store.screening.case_screening import (
    Candidate,
    CaseScreening,
    Disposition,
    ScreenedParty,
    clearance,
    screen_against_folder,
)
from store.screening.list_files import lists_folder


class ScreeningScreen(WorkScreen):
    """Nothing is recorded before a person decides. After a decision the cursor is on the next candidate without one."""

    CSS_PATH = "screen.tcss"
    KEYS: ClassVar = Keys(
        "Screening",
        (
            Action("leave", ("escape", "q"), "Back", "Back to the case.", in_footer=True),
            Action(
                "decide('false positive')",
                ("1",),
                "False match",
                "A false positive: the entry is somebody else.",
                in_footer=True,
            ),
            Action("decide('true match')", ("2",), "True match", "The entry is this party.", in_footer=True),
            Action("decide('unsure')", ("3",), "Unsure", "It can't be told yet.", in_footer=True),
            Action(
                "record_unlisted",
                ("N",),
                "Unlisted",
                "Record that all without a candidate are not listed.",
                in_footer=True,
            ),
            Action("decide", ("enter",), "Decide", "Decide on the candidate under the cursor."),
            Action("details(1)", ("ctrl+d",), "More", "More of the entry under the cursor."),
            Action("details(-1)", ("ctrl+u",), "Less", "Back up in the entry."),
        ),
    )
    BINDINGS = bindings(KEYS)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (118, "-wide")]

    def __init__(self, session: Session, case_id: str) -> None:
        super().__init__(session)
        self._case_id = case_id
        self._screening: CaseScreening | None = None
        self._rows: list[Candidate | None] = []
        self._detailed: Candidate | None = None
        self._recording = False
        self._headline = Static("Screening …", id="headline", markup=False)
        self._candidates = Lines(markup=False)
        self._details = Static(markup=False)

    def compose_body(self) -> ComposeResult:
        yield self._headline
        with Container(id="body"):
            yield self._candidates
            yield VerticalScroll(self._details, id="details", can_focus=False)

    def on_mount(self) -> None:
        self._top_line.show("Screening")
        self._candidates.focus()
        self.reload()

    @work(exclusive=True, group="reload")
    async def reload(self) -> None:
        try:
            folder = lists_folder(self._session.database)
            self._show(await self._session.query(screen_against_folder, folder, self._case_id))
        except (Refusal, StoreError) as error:
            self._headline.update(str(error))

    def _show(self, screening: CaseScreening) -> None:
        before = self._candidate()
        self._screening = screening
        case = screening.view.case
        self._top_line.show(f"Screening · {case.reference} {case.name}")
        self._headline.update(screening_text.headline(screening))
        self._list(screening)
        self._candidates.highlighted = self._place_after(before)
        self._show_details()

    def _list(self, screening: CaseScreening) -> None:
        """Parties in groups: first those with somebody to decide on, last those who are on no list."""
        options: list[Option] = []
        self._rows = []

        def add(line: Content, candidate: Candidate | None = None) -> None:
            options.append(Option(line, disabled=candidate is None))
            self._rows.append(candidate)

        for party in sorted(screening.parties, key=_most_to_decide_first):
            add(screening_text.party_line(party.party))
            for candidate in party.candidates:
                add(screening_text.candidate_line(candidate), candidate)
            for line in screening_text.unlisted_lines(party):
                add(line)
        if screening.others:
            add(Content.styled("Decided before, on no list now", "bold"))
            for candidate in screening.others:
                add(screening_text.candidate_line(candidate), candidate)
        self._candidates.set_options(options)

    def _place_after(self, before: Candidate | None) -> int | None:
        """The row of the candidate before, unless it was decided meanwhile: then the next that is undecided."""
        rows = [index for index, candidate in enumerate(self._rows) if candidate]
        undecided = [index for index in rows if _is_undecided(self._rows[index])]
        same = next((index for index in rows if before and _is_same(self._rows[index], before)), None)
        if before and same is not None:
            now = self._rows[same]
            if same in undecided or not undecided or (now and now.disposition == before.disposition):
                return same
        later = (index for index in undecided if same is None or index > same)
        return next(later, next(iter(undecided or rows), None))

    def _candidate(self) -> Candidate | None:
        """The one under the cursor."""
        highlighted = self._candidates.highlighted
        return None if highlighted is None or highlighted >= len(self._rows) else self._rows[highlighted]

    @on(OptionList.OptionHighlighted)
    def _show_details(self) -> None:
        if self._screening is None:
            return
        candidate = self._candidate()
        if candidate:
            self._details.update(screening_text.details(candidate))
        elif self._screening.lists:
            self._details.update("Nobody in the case is like an entry of these lists.")
        else:
            self._details.update(screening_text.NO_LIST)
        if not (candidate and _is_same(self._detailed, candidate)):  # who reads on is left where they are
            self.query_one("#details").scroll_home(animate=False)
        self._detailed = candidate

    @on(OptionList.OptionSelected)
    def choose(self) -> None:
        self.action_decide()

    def action_decide(self, disposition: str = "") -> None:
        if candidate := self._candidate():
            dialog = screening_text.decide(self._case_id, candidate, Disposition(disposition) if disposition else None)
            of_entry = candidate.screening.entry or ()
            place = ("screening", disposition, self._case_id, candidate.party_id, *of_entry)
            self.app.push_screen(CommandScreen(self._session, dialog, place), self._was_decided)
        else:
            self.notify("There is nobody to decide on.")

    def _was_decided(self, given: bool | None) -> None:
        if given:  # the list says it: a toast would cover the next candidate
            self.reload()

    @work(group="record")
    async def action_record_unlisted(self) -> None:
        """Record, party by party, that the lists hold nobody like them."""
        if self._screening is None or self._recording:
            return
        to_record = self._screening.to_record
        if not to_record:
            self.notify("Nothing is left to record: each party has a candidate, or is recorded as not listed.")
            return
        self._recording = True
        try:
            with toast_errors(self):
                for unlisted in to_record:
                    await self._session.execute(clearance(self._case_id, unlisted))
                self.notify(f"{number_of(len(to_record), 'check')} recorded: not listed.")
        finally:
            self._recording = False
            self.reload()

    def action_details(self, step: int) -> None:
        """A page of the details down or up."""
        pane = self.query_one("#details")
        (pane.scroll_page_down if step > 0 else pane.scroll_page_up)(animate=False)

    def action_leave(self) -> None:
        self.dismiss(None)


def _most_to_decide_first(party: ScreenedParty) -> tuple[int, int]:
    undecided = [each.listed.score for each in party.candidates if _is_undecided(each)]
    return -max(undecided, default=0), -len(party.candidates)


def _is_undecided(candidate: Candidate | None) -> bool:
    return candidate is not None and candidate.disposition is Disposition.UNDECIDED


def _is_same(candidate: Candidate | None, other: Candidate) -> bool:
    return candidate is not None and (candidate.party_id, candidate.screening.entry) == (
        other.party_id,
        other.screening.entry,
    )
