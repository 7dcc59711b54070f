"""The search line: a query as it is typed, and in a second line its completions or what is wrong with it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from caseworker_tui.frame.keys import Action, Keys, bindings
from caseworker_tui.frame.session import Session
from store.domain.refusals import Refusal
from store.errors import StoreError

if TYPE_CHECKING:
    from store.queries.query_language.completion import Completion

Complete = Callable[[str], Awaitable[list["Completion"]]]


class _First(Suggester):
    """Suggests the likeliest completion, which is shown behind the cursor."""

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        return next((each.text for each in await self._complete(value) if each.text.startswith(value)), None)


class SearchLine(Vertical):
    """The line is hidden until it is opened or holds a query.

    Its parts are mounted only then, so that the first picture does not wait for them.
    """

    DEFAULT_CSS = """
    SearchLine {
        height: auto;
        background: $surface;
        padding: 0 1;
        layout: grid;
        grid-size: 2;
        grid-columns: 2 1fr;
        grid-rows: 1;
        #slash { color: $primary; text-style: bold; }
        Input { height: 1; border: none; padding: 0; background: $surface; }
        Input:focus { border: none; }
        #hint { column-span: 2; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; display: none; }
        &.-typing #hint { display: block; }
        #hint.-wrong { color: $text-error; }
    }
    """
    KEYS: ClassVar = Keys(
        "Search line",
        (
            Action("leave", ("down",), "Cases", "To the cases that were found; so does enter.", in_footer=True),
            Action("complete", ("tab",), "Complete", "Take what is shown behind the cursor.", in_footer=True),
            Action("clear", ("escape",), "All", "Show all cases again.", in_footer=True),
        ),
        in_palette=False,
    )
    BINDINGS = bindings(KEYS)

    @dataclass
    class Changed(Message):
        """The line has another text."""

        text: str

    class Left(Message):
        """The person goes on to the cases."""

    @dataclass
    class CaseNamed(Message):
        """The person goes on to one case, whose reference is in the line."""

        case_id: str

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._input = Input(
            suggester=_First(self._complete), placeholder="words, a reference, or a field like status:open"
        )
        self._hint = Static(id="hint", markup=False)
        self.display = False

    @property
    def text(self) -> str:
        return self._input.value

    def open(self) -> None:
        self._show()
        self._input.focus()
        self.tell("")

    def write(self, text: str) -> None:
        """Put a query into the line."""
        if text:
            self._show()
        self._input.value = text
        self._input.cursor_position = len(text)
        self.display = bool(text) or self._input.has_focus

    def _show(self) -> None:
        self.display = True
        if not self.children:
            self.mount(Static("/ ", id="slash"), self._input, self._hint)

    def on_descendant_focus(self) -> None:
        self.add_class("-typing")

    def on_descendant_blur(self) -> None:
        self.remove_class("-typing")

    def tell(self, trouble: str) -> None:
        """Show in the second line what may come next, or else what is wrong with the query."""
        if self.display:
            self._tell(trouble)

    @work(exclusive=True)
    async def _tell(self, trouble: str) -> None:
        typed = self.text
        offers = [offer for offer in await self._complete(typed) if offer.text != typed]
        self._hint.set_class(bool(trouble and not offers), "-wrong")
        if offers:
            self._hint.update(self._as_fits(offers))
        else:
            self._hint.update(trouble or "enter goes to the cases, esc shows all of them")

    def _as_fits(self, offers: list["Completion"]) -> Content:
        """As many completions as fit into the line, each with its meaning."""
        parts: list[Content] = []
        room = self.size.width - 2
        for offer in offers:
            part = Content.assemble((offer.offered, "bold"), f" {offer.meaning}   " if offer.meaning else "   ")
            if (room := room - part.cell_length) < 0:
                break
            parts.append(part)
        return Content("").join(parts)

    @on(Input.Changed)
    def pass_on(self, changed: Input.Changed) -> None:
        changed.stop()
        self.post_message(self.Changed(changed.value))

    @on(Input.Submitted)
    def action_leave(self) -> None:
        self.display = bool(self.text)
        from store.domain.identifiers import is_reference

        if is_reference(self.text):
            self._find(self.text)
        else:
            self.post_message(self.Left())

    @work
    async def _find(self, reference: str) -> None:
        from store.queries.case_file import find_case

        try:
            case_id = await self._session.query(find_case, reference)
        except (Refusal, StoreError):  # a word that only looks like a reference
            self.post_message(self.Left())
        else:
            self.post_message(self.CaseNamed(case_id))

    async def _complete(self, text: str) -> list["Completion"]:
        from store.queries.query_language.completion import completions

        return await self._session.query(completions, text)

    def action_clear(self) -> None:
        self.write("")
        self.action_leave()

    def action_complete(self) -> None:
        """Take the completion that is shown behind the cursor."""
        self._input.action_cursor_right() if self._input.cursor_at_end else self._input.action_end()
