"""Commands that no longer hold: kept with what a person needs to decide, and the four ways out.

Whichever is taken, the command that was issued is pending again, or kept among the discarded with who and why.
"""

import sqlite3
from datetime import UTC
from typing import Any

from pydantic_core import to_json

from store.domain.commands import AddNote
from store.domain.operation import Command
from store.domain.refusals import Code, Refusal
from store.engine.case_store import CaseStore, Receipt, new_command_id
from store.log.append import PENDING, append
from store.log.commit import Commit
from store.log.loaded_case import load_case
from store.projections import project
from store.sync.rebase import id_reused, run_again
from store.sync.wire import decode, encode, payloads_of


def record_conflict(
    connection: sqlite3.Connection,
    commit: Commit,
    refusal: Refusal,
    *,
    base: str | None,
    seen: dict[str, list[dict[str, Any]]],
    now: str,
) -> None:
    """Keep a command that was refused: `base` is the accepted commit it stood on, `seen` the rows its person saw."""
    connection.execute(
        "INSERT INTO conflicts (command_id, case_id, record, base, seen, code, sentence, refused_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            commit.header.command_id,
            commit.header.case_id,
            encode(commit).decode(),
            base,
            to_json(seen).decode(),
            refusal.code,
            refusal.sentence,
            now,
        ),
    )


def forget_conflict_of(connection: sqlite3.Connection, commit: Commit) -> None:
    """Nothing is left to decide where the very command was carried out on another laptop and is accepted."""
    connection.execute(
        "DELETE FROM conflicts WHERE command_id = ? AND case_id = ? AND json_extract(record, '$.command') = ?",
        (commit.header.command_id, commit.header.case_id, commit.header.command),
    )


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
    """Give the command up, and write down in the case what it was about."""
    (case_id,) = store.query(_conflict, command_id, "case_id")
    note = AddNote(case_id=case_id, text=text)
    return edit(store, command_id, note, actor=actor, reason="kept as a note")


def discard(store: CaseStore, command_id: str, *, actor: str, reason: str) -> None:
    """Give the command up."""
    with store.batch():
        _discard(store, command_id, actor=actor, reason=reason, replaced_by=None)


def _retry(connection: sqlite3.Connection, store: CaseStore, command_id: str) -> Receipt:
    (record,) = _conflict(connection, command_id, "record")
    before = decode(record.encode())
    case_id = before.header.case_id
    if connection.execute(
        "SELECT 1 FROM commits WHERE command_id = ? AND case_id = ?", (command_id, case_id)
    ).fetchone():
        raise id_reused(command_id)
    commit = run_again(load_case(connection, case_id), before, store.rules_in_force())
    connection.execute("DELETE FROM conflicts WHERE command_id = ?", (command_id,))
    events = append(connection, [(commit, payloads_of(commit))], to=PENDING)
    project(connection, events)
    types = tuple(event.event_type for event in events)
    return Receipt(command_id, case_id, commit.commit_id, types, repeated=False)


def _discard(store: CaseStore, command_id: str, *, actor: str, reason: str, replaced_by: str | None) -> None:
    case_id, record = store.query(_conflict, command_id, "case_id", "record")
    now = store.clock().astimezone(UTC).isoformat(timespec="microseconds")
    store.change(_move_to_discarded, (command_id, case_id, record, reason, replaced_by, actor, now))


def _move_to_discarded(connection: sqlite3.Connection, row: tuple[str | None, ...]) -> None:
    connection.execute(
        "INSERT INTO discarded_commands (command_id, case_id, record, reason, replaced_by, discarded_by, discarded_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        row,
    )
    connection.execute("DELETE FROM conflicts WHERE command_id = ?", (row[0],))


def _conflict(connection: sqlite3.Connection, command_id: str, *columns: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT {', '.join(columns)} FROM conflicts WHERE command_id = ?", (command_id,)
    ).fetchone()
    if row is None:
        raise unknown_conflict(command_id)
    return row


def unknown_conflict(command_id: str) -> Refusal:
    return Refusal(
        Code.UNKNOWN_CONFLICT, f"There is no conflict of the command {command_id}: it may be settled already."
    )
