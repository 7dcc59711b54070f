"""The dialog that asks one question after the other, and does what follows from the answers."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from pydantic import ValidationError
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from caseworker_tui.dialogs.line_input import LineInput, PathSuggester
from caseworker_tui.dialogs.questions import Answers, Choice, FileLine, Line, Question, Several
from caseworker_tui.frame.keys import DIALOG_KEYS, bindings
from caseworker_tui.frame.session import Session
from store.domain.refusals import Refusal
from store.errors import StoreError
from store.validation import by_location


class NotDone(Exception):
    """What follows from the answers was not done: `str()` says why."""


class AskScreen(ModalScreen[bool]):
    """`ask` gives the next question for the answers so far, None when there are enough for `then`.

    Ends with True when `then` went well. What it says is wrong is said in place, and nothing typed is lost.
    """

    CSS_PATH = "ask.tcss"
    KEYS: ClassVar = DIALOG_KEYS
    BINDINGS = bindings(DIALOG_KEYS)

    def __init__(
        self,
        session: Session,
        title: str,
        ask: Callable[[Answers], Question | None],
        then: Callable[[Answers], Awaitable[object]],
    ) -> None:
        super().__init__()
        self._session = session
        self._title_line = title
        self._ask = ask
        self._then = then
        self._answers: dict[str, str] = {}
        self._written: dict[str, str] = {}
        self._marked: dict[str, set[str]] = {}
        self._asked: list[Question] = []
        self._finishing = False
        self._prompt = Static(id="prompt", markup=False)
        self._options = OptionList(markup=False)
        self._input = LineInput(max_length=10_000, select_on_focus=False)
        self._refusal = Static(id="refusal", markup=False)
        self._hint = Static(id="hint", markup=False)

    @property
    def answers(self) -> Answers:
        return self._answers

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._title_line, id="title", markup=False)
            yield self._prompt
            yield self._options
            yield self._input
            yield self._refusal
            yield self._hint

    def on_mount(self) -> None:
        self._go_on()

    def _go_on(self) -> None:
        """Ask the next question, or do what follows when there is none."""
        question = self._ask(self._answers)
        if question is None:
            self._finish()
        else:
            self._asked.append(question)
            self._show(question)

    def _show(self, question: Question) -> None:
        self._prompt.update(question.prompt)
        self._refusal.display = False
        self._options.display = isinstance(question, Choice | Several)
        self._input.display = isinstance(question, Line)
        back = "esc goes back" if len(self._asked) > 1 else "esc leaves everything as it is"
        if isinstance(question, Choice):
            self._options.set_options(
                Option(f"{number}  {words}") for number, (_, words) in enumerate(question.options, start=1)
            )
            self._options.highlighted = 0
            self._hint.update(f"A number or enter picks · {back}")
            self._options.focus()
        elif isinstance(question, Several):
            self._marked.setdefault(question.name, set(question.marked))
            self._options.set_options(self._option(question, index) for index in range(len(question.options)))
            self._options.highlighted = 0
            self._hint.update(f"A number or space marks, enter goes on · {back}")
            self._options.focus()
        else:
            is_path = isinstance(question, FileLine)
            self._input.suggester = PathSuggester(self._session.folder) if is_path else None
            self._input.value = self._written.get(question.name, question.value)
            self._input.placeholder = question.hint
            self._input.cursor_position = len(self._input.value)
            self._hint.update(f"Enter goes on · {'tab completes · ' if is_path else ''}{back}")
            self._input.focus()

    def _option(self, question: Several, index: int) -> str:
        value, words = question.options[index]
        return f"{'[x]' if value in self._marked[question.name] else '[ ]'} {index + 1}  {words}"

    def on_key(self, event: events.Key) -> None:
        if self.focused is not self._options:
            return
        question = self._asked[-1]
        if event.character and event.character.isdecimal():
            index = int(event.character) - 1
            if 0 <= index < self._options.option_count:
                self._options.highlighted = index
                self._options.action_select()
        elif isinstance(question, Several) and event.key == "space":
            self._options.action_select()
        elif isinstance(question, Several) and event.key == "enter":
            event.stop()  # the list would mark what is under the cursor
            marked = self._marked[question.name]
            self._answer(question, " ".join(value for value, _ in question.options if value in marked))

    @on(OptionList.OptionSelected)
    def choose(self, selected: OptionList.OptionSelected) -> None:
        question, index = self._asked[-1], selected.option_index
        if isinstance(question, Choice):
            self._answer(question, question.options[index][0])
        elif isinstance(question, Several):
            self._marked[question.name] ^= {question.options[index][0]}
            self._options.replace_option_prompt_at_index(index, self._option(question, index))

    @on(Input.Submitted)
    def write(self, submitted: Input.Submitted) -> None:
        question = self._asked[-1]
        self._written[question.name] = submitted.value
        if isinstance(question, Line) and (question.optional or submitted.value.strip()):
            self._answer(question, submitted.value)
        else:
            self._refuse("Write something first.")

    def _answer(self, question: Question, answer: str) -> None:
        self._answers[question.name] = answer
        self._go_on()

    @work(exclusive=True)
    async def _finish(self) -> None:
        self._finishing = self._options.disabled = self._input.disabled = True
        self._hint.update("Saving …")
        try:
            await self._then(self._answers)
        except ValidationError as error:
            self._refuse("; ".join(_sentence(location, why) for location, why in by_location(error).items()))
        except (Refusal, StoreError, NotDone) as error:
            self._refuse(str(error))
        else:
            self.dismiss(True)

    def _refuse(self, sentence: str) -> None:
        """Say what is wrong, under the last question, so that it can be answered again."""
        self._finishing = self._options.disabled = self._input.disabled = False
        self._answers.pop(self._asked[-1].name, None)
        self._show(self._asked[-1])
        self._refusal.update(sentence)
        self._refusal.display = True

    def _stop(self) -> None:
        """Escape while `then` is under way: there is nothing to stop unless somebody says so."""

    def action_back(self) -> None:
        if self._finishing:  # too late to leave everything as it is
            self._stop()
            return
        self._asked.pop()
        if not self._asked:
            self.dismiss(False)
            return
        self._answers.pop(self._asked[-1].name, None)
        self._show(self._asked[-1])


def _sentence(location: tuple[str | int, ...], why: str) -> str:
    """`birthdate: … is not a date`: the last name of a field is enough in a dialog that asks for a few."""
    names = [step for step in location if isinstance(step, str)]
    return f"{names[-1].replace('_', ' ')}: {why}" if names else why
