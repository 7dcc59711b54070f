"""Conflicts: commands that no longer hold, with what a person needs to decide, and the four ways out.

Afterwards the command is pending again, or it is kept among the discarded commands with the person and the reason.
"""

import sqlite3
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from store import unsettled
from store.actor import possible_actor
from store.clock import stamp
from store.domain.commands import AddNote
from store.domain.operation import Command
from store.domain.refusals import Code, Refusal
from store.engine.case_store import CaseStore, Receipt, new_command_id
from store.log.append import PENDING, append
from store.log.commit import Commit
from store.log.loaded_case import load_case
from store.projections import project
from store.sync.rebase import id_reused, run_again
from store.sync.wire import Unreadable, as_encoded, encode, payloads_of
from store.unsettled import StoredConflict, StoredDiscarded
from store.validation import explain


def record_conflict(
    connection: sqlite3.Connection,
    commit: Commit,
    refusal: Refusal,
    *,
    base: str | None,
    seen: dict[str, list[dict[str, Any]]],
    now: str,
) -> None:
    """Keep a refused command. `base` is the accepted commit it stood on, `seen` the rows that its person saw."""
    conflict = StoredConflict(
        command_id=commit.header.command_id,
        case_id=commit.header.case_id,
        record=encode(commit).decode(),
        base=base,
        seen=to_json(seen).decode(),
        code=refusal.code,
        sentence=refusal.sentence,
        refused_at=now,
    )
    unsettled.add_conflict(connection, conflict)


def forget_conflict_of(connection: sqlite3.Connection, commit: Commit) -> None:
    """Remove the conflict of a command that was carried out on another laptop as well, and that is accepted now."""
    header = commit.header
    unsettled.remove_conflict_of_same(connection, header.command_id, header.case_id, header.command)


def retry(store: CaseStore, command_id: str) -> Receipt:
    """Run the command again as it was issued, on the case as it is now. Raises `Refusal` while it does not hold."""
    return store.change(_retry, store, command_id)


def edit(
    store: CaseStore, command_id: str, command: Command, *, actor: str, reason: str, new_id: str | None = None
) -> Receipt:
    """Carry out a corrected command instead. Raises `Refusal`, and leaves the conflict, if that does not hold."""
    with store.batch():
        receipt = store.execute(command, command_id=new_id or new_command_id(store.clock()), actor=actor)
        _discard(store, command_id, actor=actor, reason=reason, replaced_by=receipt.command_id)
    return receipt


def keep_as_note(store: CaseStore, command_id: str, text: str, *, actor: str) -> Receipt:
    """Give the command up, and write down in the case what it was about.

    Raises `Refusal`, and leaves the conflict, if the text is none for a note.
    """
    case_id = store.query(_conflict, command_id).case_id
    try:
        note = AddNote(case_id=case_id, text=text)
    except ValidationError as error:
        raise Refusal(Code.INVALID_COMMAND, f"It can't be kept as a note: {explain(error, AddNote)}.") from error
    return edit(store, command_id, note, actor=actor, reason="kept as a note")


def discard(store: CaseStore, command_id: str, *, actor: str, reason: str) -> None:
    """Give the command up."""
    with store.batch():
        _discard(store, command_id, actor=actor, reason=reason, replaced_by=None)


def _retry(connection: sqlite3.Connection, store: CaseStore, command_id: str) -> Receipt:
    before = _as_given(_conflict(connection, command_id))
    case_id = before.header.case_id
    if connection.execute(
        "SELECT 1 FROM commits WHERE command_id = ? AND case_id = ?", (command_id, case_id)
    ).fetchone():
        raise id_reused(command_id)
    commit = run_again(load_case(connection, case_id), before, store.rules_in_force())
    unsettled.remove_conflict(connection, command_id)
    events = append(connection, [(commit, payloads_of(commit))], to=PENDING)
    project(connection, events)
    types = tuple(event.event_type for event in events)
    return Receipt(command_id, case_id, commit.commit_id, types, repeated=False)


def _as_given(conflict: StoredConflict) -> Commit:
    """The commit of a conflict. Earlier versions let people act under names that no commit can bear any more."""
    try:
        commit = as_encoded(conflict.record.encode())
    except Unreadable as error:
        raise Refusal(
            Code.INVALID_COMMAND,
            f"The command can't be given again as it is kept: {error}. Edit it, keep it as a note, or discard it.",
        ) from error
    header = commit.header
    return replace(commit, header=replace(header, actor=possible_actor(header.actor)))


def _discard(store: CaseStore, command_id: str, *, actor: str, reason: str, replaced_by: str | None) -> None:
    conflict = store.query(_conflict, command_id)
    discarded = StoredDiscarded(
        command_id=command_id,
        case_id=conflict.case_id,
        record=conflict.record,
        reason=reason,
        replaced_by=replaced_by,
        discarded_by=actor,
        discarded_at=stamp(store.clock()),
    )
    store.change(unsettled.discard, discarded)


def _conflict(connection: sqlite3.Connection, command_id: str) -> StoredConflict:
    conflict = unsettled.conflict_of(connection, command_id)
    if conflict is None:
        raise unknown_conflict(command_id)
    return conflict


def unknown_conflict(command_id: str) -> Refusal:
    return Refusal(
        Code.UNKNOWN_CONFLICT, f"There is no conflict of the command {command_id}: it may be settled already."
    )
