"""The work on a case as a whole: who has it, by when, tags, notes, and whether it waits, rests or goes on."""

from collections.abc import Callable, Iterator
from typing import Any

from store.domain.case_file import CaseFile
from store.domain.commands import (
    AddNote,
    AssignCase,
    AwaitClient,
    ReopenCase,
    ResumeCase,
    SetDueDate,
    TagCase,
    UnassignCase,
    UntagCase,
    WithdrawCase,
)
from store.domain.decisions.basis import Context, Fact
from store.domain.events import (
    CaseAssigned,
    CaseStatusChanged,
    CaseTagged,
    CaseUnassigned,
    CaseUntagged,
    DueDateSet,
    NoteAdded,
)
from store.domain.identifiers import derive_id
from store.domain.refusals import Refusal
from store.domain.statuses import CaseStatus


def assign(case: CaseFile, command: AssignCase, _: Context) -> Iterator[Fact]:
    if case.assignee == command.assignee:
        raise Refusal("nothing_changes", f"{command.assignee} has the case already.")
    yield Fact(case.case_id, CaseAssigned(case_id=case.case_id, assignee=command.assignee, previous=case.assignee))


def unassign(case: CaseFile, _: UnassignCase, __: Context) -> Iterator[Fact]:
    if case.assignee is None:
        raise Refusal("nothing_changes", "Nobody has the case.")
    yield Fact(case.case_id, CaseUnassigned(case_id=case.case_id, previous=case.assignee))


def set_due_date(case: CaseFile, command: SetDueDate, _: Context) -> Iterator[Fact]:
    if case.due_date == command.due_date:
        raise Refusal("nothing_changes", f"The case is due {command.due_date or 'on no day'} already.")
    yield Fact(case.case_id, DueDateSet(case_id=case.case_id, due_date=command.due_date))


def tag(case: CaseFile, command: TagCase, _: Context) -> Iterator[Fact]:
    if command.tag in case.tags:
        raise Refusal("nothing_changes", f"The case has the tag {command.tag} already.")
    yield Fact(case.case_id, CaseTagged(case_id=case.case_id, tag=command.tag))


def untag(case: CaseFile, command: UntagCase, _: Context) -> Iterator[Fact]:
    if command.tag not in case.tags:
        raise Refusal("nothing_changes", f"The case does not have the tag {command.tag}.")
    yield Fact(case.case_id, CaseUntagged(case_id=case.case_id, tag=command.tag))


def add_note(case: CaseFile, command: AddNote, context: Context) -> Iterator[Fact]:
    note_id = derive_id(context.command_id, "note")
    yield Fact(case.case_id, NoteAdded(case_id=case.case_id, note_id=note_id, text=command.text))


StatusCommand = AwaitClient | ResumeCase | WithdrawCase | ReopenCase


def change_to(new_status: CaseStatus) -> Callable[[CaseFile, Any, Context], Iterator[Fact]]:
    """The decision of a command that does no more than change the status, with its reason."""

    def decision(case: CaseFile, command: StatusCommand, _: Context) -> Iterator[Fact]:
        yield status_changed(case, new_status, command.reason)

    return decision


def status_changed(case: CaseFile, new_status: CaseStatus, reason: str | None) -> Fact:
    assert case.status is not None  # decide() refuses all but CreateCase on a case that does not exist
    return Fact(
        case.case_id,
        CaseStatusChanged(case_id=case.case_id, old_status=case.status, new_status=new_status, reason=reason),
    )
