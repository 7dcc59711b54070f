"""Every action of the app, with its keys: bindings, footer, palette, help and docs/keys.md all come from this list."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from textual.binding import Binding, BindingType


class Place(StrEnum):
    """Where an action can be taken."""

    EVERYWHERE = "Everywhere"
    QUEUE = "Queue"
    SEARCH = "Search line"
    CASE = "Case file"
    CASE_THEN = "Case file as it stood"
    NEW_CASE = "New case"
    RELATED = "Other cases"
    SCREENING = "Screening"
    TEAM = "Team"
    MANY = "Many at once"
    COLUMNS = "Columns"
    SYNC = "Sync"
    CONFLICT = "Conflict"
    DIALOG = "Dialog"
    FIELD = "Field of a dialog"
    CONFIRM = "Question"


class Action(NamedTuple):
    """`name` is the screen's method `action_<name>`; `label` is for the footer, `sentence` for help and palette."""

    place: Place
    name: str
    keys: tuple[str, ...]
    label: str
    sentence: str
    in_footer: bool = True


_E, _Q, _C, _T, _N = Place.EVERYWHERE, Place.QUEUE, Place.CASE, Place.CASE_THEN, Place.NEW_CASE
_R, _S, _Y, _X = Place.RELATED, Place.SCREENING, Place.SYNC, Place.CONFLICT


def _in_the_panes(place: Place) -> tuple[Action, ...]:
    """What can be done in the panes of a case, that of today or of then."""
    return (
        Action(place, "tab('overview')", ("1",), "Overview", "What is known of the case at a glance.", in_footer=False),
        Action(
            place, "tab('parties')", ("2",), "Parties", "Who owns the company, and who is in the case.", in_footer=False
        ),
        Action(
            place, "tab('documents')", ("3",), "Documents", "The documents that the case asks for.", in_footer=False
        ),
        Action(
            place, "tab('review')", ("4",), "Review", "Checks, risk, and what a decision still needs.", in_footer=False
        ),
        Action(place, "tab('notes')", ("5",), "Notes", "What people wrote about the case.", in_footer=False),
        Action(
            place, "tab('timeline')", ("6",), "Timeline", "What happened in the case, newest first.", in_footer=False
        ),
        Action(place, "next_tab(1)", ("right", "l", "tab"), "Next tab", "To the tab on the right.", in_footer=False),
        Action(
            place, "next_tab(-1)", ("left", "h", "shift+tab"), "Tab before", "To the tab on the left.", in_footer=False
        ),
        Action(place, "line(1)", ("j",), "Down", "One line down.", in_footer=False),
        Action(place, "line(-1)", ("k",), "Up", "One line up.", in_footer=False),
        Action(place, "copy_reference", ("y",), "Copy", "Copy the reference of the case.", in_footer=False),
    )


def _views() -> Iterator[Action]:
    sentences = (
        "All cases.",
        "Your cases that are in work.",
        "Cases in work that nobody has.",
        "Cases in work due within a week, or past.",
        "Decisions of others that wait for approval.",
        "Cases that were decided within a week.",
        *["A view of your own."] * 4,
    )
    for number, sentence in enumerate(sentences):
        yield Action(Place.QUEUE, f"view({number})", (str(number),), f"View {number}", sentence, in_footer=False)


ACTIONS: Final = (
    Action(_Q, "open_case", ("enter",), "Open", "Open the case under the cursor."),
    Action(_Q, "search", ("slash",), "Search", "Search: words, a reference, or status:open."),
    Action(_Q, "new_case", ("n",), "New", "Enter a new case."),
    Action(_Q, "mark(1)", ("space", "shift+down"), "Mark", "Mark the case, or take its mark away."),
    Action(_Q, "many", ("b",), "Many", "Do something to all marked cases at once."),
    Action(_Q, "team", ("T",), "Team", "The team at a glance.", in_footer=False),
    Action(_Q, "show_all", ("escape",), "All", "Take the marks away, or show all cases.", in_footer=False),
    Action(_Q, "mark(-1)", ("shift+up",), "Mark", "Mark the case, and go up.", in_footer=False),
    Action(_Q, "mark_all", ("asterisk",), "Mark all", "Mark all cases that are shown, or none.", in_footer=False),
    Action(_Q, "mark_range", ("M",), "Mark up to here", "Mark all from the last mark to the cursor.", in_footer=False),
    *_views(),
    Action(_Q, "save_view", ("v",), "Save view", "Keep what is in the search line as a view.", in_footer=False),
    Action(_Q, "change_view", ("V",), "Views", "Rename or remove a view of your own.", in_footer=False),
    Action(_Q, "columns", ("C",), "Columns", "Choose the columns.", in_footer=False),
    Action(_Q, "order(1)", ("s",), "Order", "Order by the next column.", in_footer=False),
    Action(_Q, "order(-1)", ("S",), "Order", "Order by the column before.", in_footer=False),
    Action(_Q, "turn_order", ("r",), "Reverse", "Turn the order round.", in_footer=False),
    Action(_Q, "sync", ("Y",), "Sync", "How it stands with the team, and what is to be settled.", in_footer=False),
    Action(_Q, "cursor('down')", ("down", "j"), "Down", "One case down.", in_footer=False),
    Action(_Q, "cursor('up')", ("up", "k"), "Up", "One case up.", in_footer=False),
    Action(_Q, "cursor('page_down')", ("pagedown", "ctrl+d"), "Page down", "One page down.", in_footer=False),
    Action(_Q, "cursor('page_up')", ("pageup", "ctrl+u"), "Page up", "One page up.", in_footer=False),
    Action(_Q, "cursor('top')", ("home",), "Top", "To the first case.", in_footer=False),
    Action(_Q, "cursor('bottom')", ("end", "G"), "Bottom", "To the last case.", in_footer=False),
    Action(Place.SEARCH, "leave", ("down",), "Cases", "To the cases that were found; so does enter."),
    Action(Place.SEARCH, "complete", ("tab",), "Complete", "Take what is shown behind the cursor."),
    Action(Place.SEARCH, "clear", ("escape",), "All", "Show all cases again."),
    Action(_C, "leave", ("escape", "q"), "Back", "Back to the queue, or to the case that led to this one."),
    Action(_C, "set_status", ("s",), "Document", "Move the document under the cursor to another status."),
    Action(
        _C,
        "choose",
        ("enter",),
        "Choose",
        "Move the document under the cursor, or open the case as it stood at that point of the timeline.",
        in_footer=False,
    ),
    Action(_C, "dialog('check')", ("c",), "Check", "Record what a check came to."),
    Action(_C, "dialog('note')", ("n",), "Note", "Add a note."),
    Action(_C, "dialog('propose')", ("p",), "Propose", "Propose a decision."),
    Action(_C, "dialog('review')", ("v",), "Review", "Approve or return the proposed decision."),
    Action(_C, "next_case(1)", ("right_square_bracket", "J"), "Next", "The next case of the queue.", in_footer=False),
    Action(
        _C, "next_case(-1)", ("left_square_bracket", "K"), "Before", "The case before in the queue.", in_footer=False
    ),
    Action(_C, "dialog('confirm_owners')", ("b",), "UBOs", "Confirm who the beneficial owners are.", in_footer=False),
    Action(_C, "dialog('risk')", ("r",), "Risk", "Rate the risk.", in_footer=False),
    Action(_C, "take", ("a",), "Take", "Take the case yourself.", in_footer=False),
    Action(_C, "dialog('assign')", ("A",), "Give", "Give the case to somebody.", in_footer=False),
    Action(_C, "unassign", ("U",), "Leave", "Leave the case to nobody.", in_footer=False),
    Action(
        _C, "dialog('case_status')", ("m",), "Move", "Wait for the client, go on, withdraw or reopen.", in_footer=False
    ),
    Action(_C, "dialog('due_date')", ("d",), "Due", "Set the due date.", in_footer=False),
    Action(_C, "dialog('tag')", ("t",), "Tag", "Tag the case.", in_footer=False),
    Action(_C, "dialog('untag')", ("T",), "Untag", "Take a tag away.", in_footer=False),
    Action(_C, "attach_file", ("f",), "Attach", "Attach a file to the document under the cursor.", in_footer=False),
    Action(_C, "open_file", ("F",), "Open file", "Open a file that is attached to the document.", in_footer=False),
    Action(_C, "set_expiry", ("D",), "Expiry", "Set when the document under the cursor expires.", in_footer=False),
    Action(_C, "why", ("w",), "Why", "Why the document under the cursor is required.", in_footer=False),
    Action(_C, "dialog('request_document')", ("x",), "Ask", "Ask for a document beyond the rules.", in_footer=False),
    Action(
        _C, "determine_documents", ("X",), "Rules", "Ask for every document that the rules require.", in_footer=False
    ),
    Action(_C, "dialog('add_person')", ("i",), "Person", "Add a person.", in_footer=False),
    Action(_C, "dialog('add_owner')", ("o",), "Owner", "Add an owner of the company.", in_footer=False),
    Action(_C, "dialog('correct_owner')", ("E",), "Correct", "Correct an owner.", in_footer=False),
    Action(_C, "dialog('remove_owner')", ("O",), "Remove", "Remove an owner.", in_footer=False),
    Action(_C, "dialog('update_company')", ("e",), "Company", "Update the company's profile.", in_footer=False),
    Action(_C, "undo", ("u",), "Undo", "Take back your last change of the case.", in_footer=False),
    Action(_C, "screening", ("S",), "Screen", "Screen the parties against sanctions and PEP lists.", in_footer=False),
    Action(_C, "related", ("R",), "Others", "Other cases of the same parties.", in_footer=False),
    Action(_C, "sync", ("Y",), "Sync", "How it stands with the team, and what is to be settled.", in_footer=False),
    *_in_the_panes(_C),
    Action(_T, "leave", ("escape", "q"), "Today", "Back to the case as it stands today."),
    Action(_T, "version(-1)", ("left_square_bracket", "K"), "Older", "The version before."),
    Action(_T, "version(1)", ("right_square_bracket", "J"), "Newer", "The next version."),
    Action(_T, "choose", ("enter",), "Choose", "To the version under the cursor of the timeline.", in_footer=False),
    *_in_the_panes(_T),
    Action(_S, "leave", ("escape", "q"), "Back", "Back to the case."),
    Action(_S, "decide('false positive')", ("1",), "False match", "A false positive: the entry is somebody else."),
    Action(_S, "decide('true match')", ("2",), "True match", "The entry is this party."),
    Action(_S, "decide('unsure')", ("3",), "Unsure", "It can't be told yet."),
    Action(_S, "record_unlisted", ("N",), "Unlisted", "Record that all without a candidate are not listed."),
    Action(_S, "decide", ("enter",), "Decide", "Decide on the candidate under the cursor.", in_footer=False),
    Action(_S, "line(1)", ("j",), "Down", "One candidate down.", in_footer=False),
    Action(_S, "line(-1)", ("k",), "Up", "One candidate up.", in_footer=False),
    Action(_S, "details(1)", ("ctrl+d",), "More", "More of the entry under the cursor.", in_footer=False),
    Action(_S, "details(-1)", ("ctrl+u",), "Less", "Back up in the entry.", in_footer=False),
    Action(_N, "save", ("ctrl+s",), "Save", "Open the case that was entered."),
    Action(_N, "leave", ("escape",), "Back", "Back to the queue; what was typed is kept as a draft."),
    Action(_N, "other_kind", ("ctrl+t",), "Kind", "From a person (KYC) to a company (KYB), or back."),
    Action(_N, "add_person", ("ctrl+n",), "Person", "Another person."),
    Action(_N, "add_owner", ("ctrl+o",), "Owner", "Another owner, of a company."),
    Action(_N, "clear", ("ctrl+l",), "Clear", "Empty the form, after a question.", in_footer=False),
    Action(_R, "open_case", ("enter",), "Open", "Open the case under the cursor."),
    Action(_R, "line(1)", ("j",), "Down", "One case down.", in_footer=False),
    Action(_R, "line(-1)", ("k",), "Up", "One case up.", in_footer=False),
    Action(_R, "back", ("escape",), "Back", "Back to the case."),
    Action(Place.TEAM, "leave", ("escape", "q"), "Back", "Back to the queue."),
    Action(Place.TEAM, "open_cases", ("enter",), "Cases", "The cases of the bar under the cursor, in the queue."),
    Action(Place.TEAM, "line(1)", ("down", "j"), "Down", "One bar down.", in_footer=False),
    Action(Place.TEAM, "line(-1)", ("up", "k"), "Up", "One bar up.", in_footer=False),
    Action(Place.TEAM, "chart(1)", ("right", "l", "tab"), "Next", "To the next chart.", in_footer=False),
    Action(Place.TEAM, "chart(-1)", ("left", "h", "shift+tab"), "Before", "To the chart before.", in_footer=False),
    Action(Place.MANY, "back", ("escape",), "Back", "Stop after the case that is at hand; or back to the queue."),
    Action(Place.MANY, "go_on", ("r",), "Go on", "Go on with what was stopped."),
    Action(Place.MANY, "line(1)", ("j",), "Down", "One refused case down.", in_footer=False),
    Action(Place.MANY, "line(-1)", ("k",), "Up", "One refused case up.", in_footer=False),
    Action(Place.COLUMNS, "turn", ("space",), "Turn", "Turn the column under the cursor on or off; so does enter."),
    Action(Place.COLUMNS, "back", ("escape",), "Back", "Back to the queue."),
    Action(Place.COLUMNS, "line(1)", ("j",), "Down", "One column down.", in_footer=False),
    Action(Place.COLUMNS, "line(-1)", ("k",), "Up", "One column up.", in_footer=False),
    Action(_Y, "settle", ("enter",), "Settle", "Settle what is under the cursor: conflict, resting case, message."),
    Action(_Y, "retry", ("r",), "Try now", "Try to reach the cluster now."),
    Action(_Y, "line(1)", ("j",), "Down", "One line down.", in_footer=False),
    Action(_Y, "line(-1)", ("k",), "Up", "One line up.", in_footer=False),
    Action(_Y, "leave", ("escape", "q"), "Back", "Back to where one was."),
    Action(_X, "retry", ("r",), "Retry", "Run it again as it was given, on the case as it is now."),
    Action(_X, "edit", ("e",), "Edit", "Correct the command, and carry that out instead."),
    Action(_X, "keep_as_note", ("n",), "Note", "Give it up, and write down in the case what it was about."),
    Action(_X, "discard", ("x",), "Discard", "Give it up, for a reason that is kept."),
    Action(_X, "line(1)", ("down", "j"), "Down", "One line down.", in_footer=False),
    Action(_X, "line(-1)", ("up", "k"), "Up", "One line up.", in_footer=False),
    Action(_X, "leave", ("escape", "q"), "Back", "Back; the conflict stays."),
    Action(Place.DIALOG, "back", ("escape",), "Back", "One step back, or leave everything as it is."),
    Action(Place.FIELD, "complete", ("tab",), "Complete", "Take the path that is suggested.", in_footer=False),
    Action(Place.CONFIRM, "answer(True)", ("y",), "Yes", "Yes, do it."),
    Action(Place.CONFIRM, "answer(False)", ("n", "escape"), "No", "No, leave everything as it is."),
    Action(_E, "help", ("question_mark", "f1"), "Help", "All keys of this screen."),
    Action(_E, "command_palette", ("ctrl+p",), "Palette", "Every action by name.", in_footer=False),
    Action(_E, "refresh", ("f5",), "Refresh", "Read everything again.", in_footer=False),
    Action(_E, "help_quit", ("ctrl+c",), "How to quit", "How to leave caseworker.", in_footer=False),
    Action(_E, "quit", ("ctrl+q",), "Quit", "Leave caseworker; everything is saved already."),
)


def actions_at(*places: Place) -> Iterator[Action]:
    return (action for action in ACTIONS if action.place in places)


def bindings(place: Place) -> list[BindingType]:
    """The bindings of a screen. A key of one letter never fires while a person types in a field."""
    return [
        Binding(
            ",".join(action.keys),
            action.name,
            action.label,
            show=action.in_footer,
            tooltip=action.sentence,
            id=f"{place.name.lower()}.{action.name}",
        )
        for action in actions_at(place)
    ]


def other_keys(place: Place, *, than: Place, action: str) -> list[BindingType]:
    """The keys of a place that mean nothing in another one, bound there to an action that says why."""
    taken = {key for each in actions_at(than) for key in each.keys}
    return [Binding(key, action, show=False) for each in actions_at(place) for key in each.keys if key not in taken]


_KEY_NAMES: Final = {
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "question_mark": "?",
    "slash": "/",
    "asterisk": "*",
    "escape": "esc",
    "pagedown": "page down",
    "pageup": "page up",
}


def key_names(action: Action) -> str:
    """The keys of an action as people call them."""
    return " or ".join(_KEY_NAMES.get(key, key) for key in action.keys)


def key_sheet() -> str:
    """docs/keys.md, in Markdown."""
    lines = ["# Keys", ""]
    for place in Place:
        lines += [f"## {place.value}", "", "| key | action |", "|---|---|"]
        lines += [f"| {key_names(action)} | {action.sentence} |" for action in actions_at(place)]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(key_sheet())
