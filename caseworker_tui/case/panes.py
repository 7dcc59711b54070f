"""The tabs of a case file and what is in each, whatever case it is given to show: that of today, or of then."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher, OptionList, Static, Tab, Tabs
from textual.widgets.option_list import Option

from caseworker_tui.case import party_text
from caseworker_tui.case import text as case_text
from caseworker_tui.case.diff import above_first_difference, diff
from caseworker_tui.frame.keys import Action, Keys, bindings
from store.queries.assessment import AssessedCase
from store.queries.case_file import DocumentRow
from store.queries.related import Related
from store.queries.timeline import TimelineEntry


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as the panes show it, with its changes, the newest first. Ages are as of `now`.

    `others` are known of a case of today only; in a case as it stood nothing can be done.
    """

    stands: AssessedCase
    entries: Sequence[TimelineEntry]
    now: datetime
    others: Related | None = None
    past: bool = False


def _documents(shown: Shown, _: int) -> dict[str, Content]:
    view, today = shown.stands.view, shown.now.astimezone(UTC).date()
    return {
        document.document_requirement_id: case_text.document_entry(document, view.files_of(document), today)
        for document in view.documents
    }


_PANES: Final[Mapping[str, Callable[[Shown, int], dict[str, Content]]]] = {
    "overview": lambda it, _: {"": case_text.overview(it.stands.view, it.now, it.others)},
    "parties": lambda it, width: {"": party_text.parties(it.stands, it.others, width, past=it.past)},
    "documents": _documents,
    "review": lambda it, _: {"": case_text.review(it.stands, past=it.past)},
    "notes": lambda it, _: {"": case_text.notes(it.stands.view, past=it.past)},
    "timeline": lambda it, _: {str(entry.version): case_text.timeline_entry(entry) for entry in it.entries},
}
"""What each pane says in lines of so many cells: a list its entries by their ids, a text one entry without an id."""

TABS: Final = tuple(_PANES)
_COMPARED: Final = frozenset(TABS) - {"timeline"}
"""The panes in which changes are marked; the timeline tells of nothing else."""
_LISTS: Final[Mapping[str, str]] = {"documents": "This case asks for no documents.", "timeline": "Nothing happened."}
"""The panes with a cursor, and what they say when they are empty."""


class CasePanes(Vertical):
    """One pane is in sight. The documents and the changes of the timeline can be chosen."""

    DEFAULT_CSS = """
    CasePanes {
        Tabs { height: 2; }
        ContentSwitcher { height: 1fr; }
        VerticalScroll, OptionList { scrollbar-size-vertical: 1; }
        VerticalScroll { padding: 0 1; }
        OptionList { border: none; padding: 0 1; height: 1fr; background: $background; }
        OptionList:focus { border: none; }
    }
    """

    KEYS: ClassVar = Keys(
        "Tabs of a case",
        (
            Action("tab('overview')", ("1",), "Overview", "What is known of the case at a glance."),
            Action("tab('parties')", ("2",), "Parties", "Who owns the company, and who is in the case."),
            Action("tab('documents')", ("3",), "Documents", "The documents that the case asks for."),
            Action("tab('review')", ("4",), "Review", "Checks, risk, and what a decision still needs."),
            Action("tab('notes')", ("5",), "Notes", "What people wrote about the case."),
            Action("tab('timeline')", ("6",), "Timeline", "What happened in the case, newest first."),
            Action("next_tab(1)", ("right", "l", "tab"), "Next tab", "To the tab on the right."),
            Action("next_tab(-1)", ("left", "h", "shift+tab"), "Tab before", "To the tab on the left."),
            Action("line(1)", ("j",), "Down", "One line down."),
            Action("line(-1)", ("k",), "Up", "One line up."),
            Action("copy_reference", ("y",), "Copy", "Copy the reference of the case."),
        ),
    )
    BINDINGS = bindings(KEYS)

    @dataclass
    class DocumentChosen(Message):
        document: DocumentRow

    @dataclass
    class VersionChosen(Message):
        version: int

    def __init__(self) -> None:
        super().__init__()
        self._shown: Shown | None = None
        self._before: Shown | None = None
        self._stale: set[str] = set()
        self.changed: list[str] = []
        """The names of the tabs in which something is marked."""
        self._labels = {name: Tab(f"{n} {name.capitalize()}", id=name) for n, name in enumerate(TABS, start=1)}
        self._tabs = Tabs(*self._labels.values())
        self._tabs.can_focus = False
        self._texts = {name: Static(markup=False) for name in TABS if name not in _LISTS}
        self._lists = {name: OptionList(id=f"{name}-pane", markup=False) for name in _LISTS}

    def compose(self) -> ComposeResult:
        yield self._tabs
        with ContentSwitcher(initial=f"{TABS[0]}-pane"):
            for name in TABS:
                text = self._texts.get(name)
                yield VerticalScroll(text, id=f"{name}-pane") if text else self._lists[name]

    @property
    def active(self) -> str:
        """The name of the tab in sight."""
        return self._tabs.active

    @property
    def document(self) -> DocumentRow | None:
        """The document under the cursor, None when the list of documents is not in sight."""
        option = self._lists["documents"].highlighted_option
        if self._shown is None or option is None or self.active != "documents":
            return None
        documents = self._shown.stands.view.documents
        return next((document for document in documents if document.document_requirement_id == option.id), None)

    def reset(self) -> None:
        """Another case comes: from its overview on, and every pane from its top."""
        self._shown = None
        self.show_tab(TABS[0])
        for pane in self.query_one(ContentSwitcher).children:
            pane.scroll_home(animate=False)
        for with_cursor in self._lists.values():
            with_cursor.highlighted = None

    def show(self, shown: Shown, before: Shown | None = None) -> None:
        """A case; given how it was before, what is other in it is marked."""
        self._shown, self._before = shown, before
        self._stale = set(TABS)
        self.changed = [
            name for name in TABS if before is not None and name in _COMPARED and self._says_other(name, before, shown)
        ]
        for number, name in enumerate(TABS, start=1):
            label = f"{number} {name.capitalize()}{'*' if name in self.changed else ''}"
            tab = self._labels[name]  # a case can be there before the tabs are
            if tab.label_text != label:
                tab.label = Content(label)
        self._fill(self.active)

    def on_resize(self) -> None:
        if self._shown is not None:
            self._stale = set(TABS)
            self._fill(self.active)

    @property
    def _width(self) -> int:
        """In cells: what padding and scrollbar leave of a line."""
        return self.app.size.width - 3

    def _says_other(self, name: str, before: Shown, shown: Shown) -> bool:
        was, says = _PANES[name](before, self._width), _PANES[name](shown, self._width)
        return {key: text.plain for key, text in was.items()} != {key: text.plain for key, text in says.items()}

    def _fill(self, name: str) -> None:
        """What the case says in this pane, once it is in sight."""
        if self._shown is None or name not in self._stale:
            return
        self._stale.discard(name)
        entries = _PANES[name](self._shown, self._width)
        if self._before is not None and name in _COMPARED:
            was = _PANES[name](self._before, self._width)
            entries = {key: diff(was.get(key, Content("")), entry) for key, entry in entries.items()}
        if name in self._texts:
            self._texts[name].update(entries[""])
        else:
            self._fill_list(name, entries)
        if name in self.changed:
            self.call_after_refresh(self._scroll_to_difference, name, entries)

    def _fill_list(self, name: str, entries: Mapping[str, Content]) -> None:
        pane, keys = self._lists[name], list(entries)
        highlighted = (pane.highlighted_option and pane.highlighted_option.id) or ""
        pane.set_options(
            [Option(entry, id=key) for key, entry in entries.items()] or [Option(_LISTS[name], disabled=True)]
        )
        if keys:
            pane.highlighted = keys.index(highlighted) if highlighted in keys else 0

    def _scroll_to_difference(self, name: str, entries: Mapping[str, Content]) -> None:
        """To the first mark, unless that is in sight already."""
        marks = ((key, above_first_difference(text)) for key, text in entries.items())
        key, above = next((mark for mark in marks if mark[1] is not None), ("", None))
        if above is None:
            return
        if name in self._lists:
            self._lists[name].highlighted = self._lists[name].get_option_index(key)
            return
        width = self._texts[name].size.width
        if not width:  # the person has left before the pane was laid out
            return
        pane, line = self._pane(name), above.get_height({}, width)
        if not pane.scroll_y <= line < pane.scroll_y + pane.size.height:
            pane.scroll_to(y=max(0, line - 2), animate=False)

    def show_tab(self, name: str) -> None:
        if not self._tabs.tab_count:  # typed ahead, before the tabs are there
            self.call_after_refresh(self.show_tab, name)
            return
        self._fill(name)
        self._tabs.active = name

    def action_tab(self, name: str) -> None:
        self.show_tab(name)

    def action_next_tab(self, step: int) -> None:
        self.show_tab(TABS[(TABS.index(self.active) + step) % len(TABS)])

    def action_line(self, step: int) -> None:
        """One line down or up, in whatever is in sight."""
        pane = self._pane(self.active)
        if isinstance(pane, OptionList):
            (pane.action_cursor_down if step > 0 else pane.action_cursor_up)()
        else:
            pane.scroll_relative(y=step, animate=False)

    def _pane(self, name: str) -> Widget:
        return self.query_one(f"#{name}-pane")

    def choose(self) -> bool:
        """Choose what is under the cursor, if there is a cursor in sight."""
        pane = self._lists.get(self.active)
        if pane is None:
            return False
        pane.action_select()
        return True

    def action_copy_reference(self) -> None:
        if self._shown:
            reference = self._shown.stands.view.case.reference
            self.app.copy_to_clipboard(reference)
            self.notify(f"Copied {reference}.")

    @on(Tabs.TabActivated)
    def switch(self, activated: Tabs.TabActivated) -> None:
        activated.stop()
        name = activated.tab.id or TABS[0]
        self.query_one(ContentSwitcher).current = f"{name}-pane"
        self._fill(name)
        self._pane(name).focus()

    @on(OptionList.OptionSelected)
    def tell_what_was_chosen(self, selected: OptionList.OptionSelected) -> None:
        selected.stop()
        if selected.option_list is self._lists["timeline"]:
            self.post_message(self.VersionChosen(int(selected.option_id or 0)))
        elif document := self.document:
            self.post_message(self.DocumentChosen(document))
