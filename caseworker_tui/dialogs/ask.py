"""The dialog that asks one question after the other, and does what follows from the answers."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import ClassVar, Final

from pydantic import ValidationError
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from caseworker_tui.dialogs.drafts import Draft, Place
from caseworker_tui.dialogs.line_input import LineInput, PathSuggester
from caseworker_tui.dialogs.questions import Answers, Choice, FileLine, Line, Question, Several
from caseworker_tui.frame.keys import DIALOG_KEYS, bindings
from caseworker_tui.frame.screen import DialogScreen
from caseworker_tui.frame.session import Session
from store.domain.refusals import Refusal
from store.errors import StoreError
from store.validation import by_location


class NotDone(Exception):
    """What follows from the answers was not done: `str()` says why."""


_AS_LEFT: Final = "As you left it · ctrl+u clears it"
_LOOK_FIRST: Final = "You wrote this before: enter once more if it is what you mean."


class AskScreen(DialogScreen[bool]):
    """`ask` gives the next question for the answers so far, None when there are enough for `then`.

    Ends with True when `then` went well. What it says is wrong is said in place, and nothing typed is lost: what was
    not given is a draft, which is filled in when this place is come to again. A person has to have seen it before it is
    given.
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
        *,
        place: Place,
    ) -> None:
        super().__init__()
        self._session = session
        self._title_line = title
        self._ask = ask
        self._then = then
        self._answers: dict[str, str] = {}
        self._draft = Draft(session, place)
        self._unseen = dict(self._draft.texts)
        """What the draft holds from before, by name, until it was looked at."""
        self._written = dict(self._draft.texts)
        self._marked: dict[str, set[str]] = {}
        self._asked: list[Question] = []
        self._finishing = self._is_done = self._is_left = False
        self._prompt = Static(id="prompt", markup=False)
        self._options = OptionList(markup=False)
        self._input = LineInput(max_length=10_000, select_on_focus=False)
        self._as_left = Static(_AS_LEFT, id="as-left", markup=False)
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
            yield self._as_left
            yield self._refusal
            yield self._hint

    def on_mount(self) -> None:
        self._go_on()

    def on_unmount(self) -> None:
        """However it ends: by escape, with the app, or by an error."""
        self._keep_draft()

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
        self._as_left.display = False
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
            self._input.value = self._written.get(self._name_of(question), question.value)
            self._as_left.display = self._is_as_left
            self._input.placeholder = question.hint
            self._input.cursor_position = len(self._input.value)
            if len(self._asked) == 1:
                back = "esc leaves it as a draft"
            self._hint.update(f"Enter goes on · {'tab completes · ' if is_path else ''}{back}")
            self._input.focus()

    def _option(self, question: Several, index: int) -> str:
        value, words = question.options[index]
        return f"{'[x]' if value in self._marked[question.name] else '[ ]'} {index + 1}  {words}"

    def on_key(self, event: events.Key) -> None:
        if self.focused is not self._options or self._is_left:
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
        shown = self._options.options[index : index + 1]
        if self._is_left or shown != [selected.option]:
            return  # a key that was pressed twice: the first has led on from the question that the second was for
        if isinstance(question, Choice):
            self._answer(question, question.options[index][0])
        elif isinstance(question, Several):
            self._marked[question.name] ^= {question.options[index][0]}
            self._options.replace_option_prompt_at_index(index, self._option(question, index))

    def _name_of(self, line: Line) -> str:
        """Of its text in the draft. What was chosen before is part of it: a reason to approve is none to reject."""
        chosen = [each.name for each in self._asked if not isinstance(each, Line)]
        return " ".join([*(f"{name}={self._answers.get(name, '')}" for name in chosen), line.name])

    @on(Input.Changed)
    def typed(self) -> None:
        self._take_down()
        self._as_left.display = self._is_as_left
        self._draft.keep_soon(self)

    def _take_down(self) -> None:
        """What stands in the field now, for the draft and for who comes back to the question."""
        if self._asked and isinstance(line := self._asked[-1], Line) and not self._is_done:
            name, text = self._name_of(line), self._input.value
            self._written[name] = text
            self._draft.put(name, "" if text == line.value else text)

    def _keep_draft(self) -> None:
        self._take_down()
        with suppress(OSError):  # who typed it was told
            self._draft.keep()

    @property
    def _is_as_left(self) -> bool:
        """Whether the text is a draft from before that nobody has looked at, or begins with it."""
        line = self._asked[-1]
        before = self._unseen.get(self._name_of(line)) if isinstance(line, Line) else None
        return before is not None and self._input.value.startswith(before)

    def _have_it_looked_at(self, line: Line) -> None:
        """Keys that were typed ahead give nothing: they are over when the sentence is in sight."""
        self._refuse(_LOOK_FIRST)
        self.call_after_refresh(self._was_looked_at, self._name_of(line))

    def _was_looked_at(self, name: str) -> None:
        self._unseen.pop(name, None)

    @on(Input.Submitted)
    def write(self, submitted: Input.Submitted) -> None:
        question = self._asked[-1]
        if self._is_left or submitted.value != self._input.value:
            return  # as in `choose`
        self._take_down()
        if isinstance(question, Line) and self._is_as_left:
            self._have_it_looked_at(question)
        elif isinstance(question, Line) and (question.optional or submitted.value.strip()):
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
            self._is_done = True
            self._draft.discard()
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
        if self._is_left:
            return
        if self._finishing:  # too late to leave everything as it is
            self._stop()
            return
        self._take_down()
        if len(self._asked) <= 1:  # none before the first is in sight
            self._keep_draft()  # now, for who comes back at once
            self._is_left = True
            self.dismiss(False)
            return
        self._asked.pop()
        self._answers.pop(self._asked[-1].name, None)
        self._show(self._asked[-1])


def _sentence(location: tuple[str | int, ...], why: str) -> str:
    """`birthdate: … is not a date`: the last name of a field is enough in a dialog that asks for a few."""
    names = [step for step in location if isinstance(step, str)]
    return f"{names[-1].replace('_', ' ')}: {why}" if names else why
