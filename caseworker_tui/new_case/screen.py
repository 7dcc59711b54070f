"""The form in which a case is entered: checked as one types, and kept as a draft meanwhile."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar, Final, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Label, Static, Tab, Tabs

from caseworker_tui.dialogs.confirm import ConfirmScreen
from caseworker_tui.dialogs.drafts import Draft
from caseworker_tui.dialogs.fields import CASE_FIELDS, COMPANY_FIELDS, OWNER_FIELDS, PERSON_FIELDS, Field
from caseworker_tui.frame.keys import Action, Keys, bindings
from caseworker_tui.frame.navigation import BackToQueue, OpenCase
from caseworker_tui.frame.screen import WorkScreen
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors
from caseworker_tui.new_case.form import blocks, command_from, knows
from store.domain.refusals import Code, Refusal

Kind = Literal["KYC", "KYB"]

_BLANK: Final = {"case_type": "STANDARD"}
_KIND: Final = "kind"
"""What the draft calls the kind of the case, which is no field."""


class FieldRow(Vertical):
    """A field with its label, and below it what is wrong with it."""

    def __init__(self, prefix: str, field: Field, value: str) -> None:
        super().__init__(classes="kyb-only" if field.only_for else None)
        self.path = f"{prefix}{field.path}"
        self._field = field
        self._value = value
        self._error = Static(classes="error", markup=False)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label(self._field.label, markup=False)
            yield Input(self._value, placeholder=self._field.hint, name=self.path, select_on_focus=False)
        yield self._error

    def tell(self, wrong: str | None) -> None:
        """Also before the row is in sight, as when a key adds it and the next ones are typed ahead."""
        self.set_class(wrong is not None, "-wrong")
        self._error.update(wrong or "")


def _places(texts: Mapping[str, str], name: str) -> range:
    """The blocks up to the last one in which something was typed, the empty ones between them included."""
    return range(max(blocks(texts, name), default=-1) + 1)


class NewCaseScreen(WorkScreen):
    """Leaves with the new case opened, or back to the queue with the draft kept."""

    CSS_PATH = "screen.tcss"
    KEYS: ClassVar = Keys(
        "New case",
        (
            Action("save", ("ctrl+s",), "Save", "Open the case that was entered.", in_footer=True),
            Action(
                "leave", ("escape",), "Back", "Back to the queue; what was typed is kept as a draft.", in_footer=True
            ),
            Action(
                "other_kind", ("ctrl+t",), "Kind", "From a person (KYC) to a company (KYB), or back.", in_footer=True
            ),
            Action("add_person", ("ctrl+n",), "Person", "Another person.", in_footer=True),
            Action("add_owner", ("ctrl+o",), "Owner", "Another owner, of a company.", in_footer=True),
            Action("clear", ("ctrl+l",), "Clear", "Empty the form, after a question."),
        ),
    )
    BINDINGS = bindings(KEYS)
    FOLLOWS_DATABASE: ClassVar = False

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._draft = Draft(session, ("new case",))
        self._kind: Kind = "KYB" if self._draft.texts.get(_KIND) == "KYB" else "KYC"
        left = {path: text for path, text in self._draft.texts.items() if knows(path)}
        self._texts = _BLANK | left
        self._from_draft = bool(left)
        self._was_looked_at = not left

    def compose_body(self) -> ComposeResult:
        tabs = Tabs(Tab("KYC, a person", id="KYC"), Tab("KYB, a company", id="KYB"), active=self._kind)
        tabs.can_focus = False
        yield tabs
        with VerticalScroll(id="form", can_focus=False):
            yield from self._rows("", CASE_FIELDS)
            with Container(classes="block kyb-only"):
                yield Static("Company", classes="heading", markup=False)
                yield from self._rows("company_profile.", COMPANY_FIELDS)
            with Container(id="persons", classes="block"):
                for number in _places(self._texts, "persons") or range(1):
                    yield from self._person(number)
            with Container(id="beneficial_owners", classes="block kyb-only"):
                for number in _places(self._texts, "beneficial_owners"):
                    yield from self._owner(number)
        yield Static(id="whole", markup=False)

    def on_mount(self) -> None:
        self.set_class(self._kind == "KYB", "-kyb")
        self._top_line.show("New case · your draft is back" if self._from_draft else "New case")
        self.query("FieldRow Input").first(Input).focus()
        self._check(everything=False)

    def on_unmount(self) -> None:
        """However it ends: with the app, or by an error."""
        if self._is_blank:
            self._draft.discard()
        else:
            with suppress(OSError):
                self._draft.keep()

    def _rows(self, prefix: str, fields: tuple[Field, ...]) -> ComposeResult:
        for field in fields:
            yield FieldRow(prefix, field, self._texts.get(f"{prefix}{field.path}", ""))

    def _person(self, number: int) -> ComposeResult:
        yield Static(f"Person {number + 1}", classes="heading", markup=False)
        yield from self._rows(f"persons.{number}.", PERSON_FIELDS)

    def _owner(self, number: int) -> ComposeResult:
        yield Static(f"Owner {number + 1}", classes="heading", markup=False)
        yield from self._rows(f"beneficial_owners.{number}.", OWNER_FIELDS)

    @on(Tabs.TabActivated)
    def choose_kind(self, activated: Tabs.TabActivated) -> None:
        kind: Kind = "KYB" if activated.tab.id == "KYB" else "KYC"
        if kind != self._kind:
            self._kind = kind
            self.set_class(kind == "KYB", "-kyb")
            self._check(everything=False)
            self._put(_KIND, kind)

    def action_other_kind(self) -> None:
        self.query_one(Tabs).active = "KYC" if self._kind == "KYB" else "KYB"

    @on(Input.Changed)
    def typed(self, changed: Input.Changed) -> None:
        path = changed.input.name or ""
        if self._texts.get(path, "") != changed.value:
            self._texts[path] = changed.value
            self._was_looked_at = True
            self._check(everything=False)
            self._put(path, changed.value)

    @on(Input.Submitted)
    def next_field(self) -> None:
        self.focus_next(Input)

    def _check(self, *, everything: bool) -> bool:
        """Show what is wrong: with fields that have content, or with `everything` also what is missing."""
        command, wrong = command_from(self._kind, self._texts)
        for row in self.query(FieldRow):
            sentence = wrong.pop(row.path, None)
            shown = sentence is not None and (everything or bool(self._texts.get(row.path, "").strip()))
            row.tell(sentence if shown else None)
        self.set_class(everything and bool(wrong), "-wrong")
        self.query_one("#whole", Static).update("; ".join(wrong.values()))
        return command is not None

    def _put(self, name: str, text: str) -> None:
        self._draft.put(name, text)
        self._draft.keep_soon(self)

    def _keep_now(self) -> bool:
        """Whether the draft is kept; if not, the person is told."""
        try:
            self._draft.keep()
        except OSError as error:
            self.notify(f"The draft can't be kept: {error.strerror}.", severity="error")
            return False
        return True

    @property
    def _is_blank(self) -> bool:
        return not any(text.strip() for path, text in self._texts.items() if path != "case_type")

    def action_add_person(self) -> None:
        self._add("persons", self._person)

    def action_add_owner(self) -> None:
        if self._kind == "KYB":
            self._add("beneficial_owners", self._owner)
        else:
            self.notify("Only a company has owners: choose KYB first.")

    @work(exclusive=True, group="add")
    async def _add(self, name: str, block: Any) -> None:
        container = self.query_one(f"#{name}", Container)
        rows = list(block(len(container.query(".heading"))))
        await container.mount(*rows)
        field = rows[1].query_one(Input)
        field.focus(scroll_visible=False)
        self.call_after_refresh(field.scroll_visible, animate=False, top=True)

    @work(exclusive=True, group="save")
    async def action_save(self) -> None:
        if not self._check(everything=True):
            wrong = self.query("FieldRow.-wrong Input")
            if wrong:
                wrong.first(Input).focus()
            return
        if not self._was_looked_at:  # ctrl+s may have been typed ahead
            self.notify("This is the draft that you left: ctrl+s once more opens the case.")
            self.call_after_refresh(setattr, self, "_was_looked_at", True)
            return
        command, _ = command_from(self._kind, self._texts)
        assert command is not None
        self._keep_now()
        with toast_errors(self):
            try:
                receipt = await self._session.execute(command, command_id=self._draft.command_id)
            except Refusal as refusal:
                if refusal.code is not Code.COMMAND_ID_REUSED:
                    raise
                self._draft.renew()
                self.notify("This draft was saved before, as another case. Save again to open one more.", timeout=10)
                return
            self._draft.discard()
            self.post_message(OpenCase(receipt.case_id))

    def action_clear(self) -> None:
        if self._is_blank:
            self.notify("The form is empty already.")
        else:
            self.app.push_screen(ConfirmScreen("Empty the form? What was typed is gone then."), self._clear)

    async def _clear(self, yes: bool | None) -> None:
        if yes:
            self._draft.discard()
            self._draft.renew()
            self._texts = dict(_BLANK)
            self._from_draft, self._was_looked_at = False, True
            await self.recompose()
            self.on_mount()

    @work(exclusive=True, group="save")
    async def action_leave(self) -> None:
        if self._is_blank:
            self._draft.discard()
        elif self._keep_now():
            self.notify("Kept as a draft: n brings it back.")
        elif not await self.app.push_screen_wait(ConfirmScreen("The draft can't be kept. Leave, and lose it?")):
            return
        self.post_message(BackToQueue())
