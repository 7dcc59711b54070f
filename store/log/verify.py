"""Proof that the log is whole: every commit id recomputed, every parent and version in its place.

The pending commits are proven like the accepted ones, as the continuation of the chain of each case.
"""

import sqlite3
from collections.abc import Container, Generator, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from store.log.commit import COMMIT_FIELDS, EVENT_FIELDS, FORMAT, commit_id
from store.log.upcast import typed_payload
from store.progress import Progress
from store.sqlite.append_only import APPEND_ONLY_TRIGGERS
from store.unsettled import COMMANDS_SET_ASIDE

_COMMIT = slice(2, 2 + len(COMMIT_FIELDS))
_EVENT = slice(3, 3 + len(EVENT_FIELDS))

_ONE_PLACE = f"""
SELECT command_id, group_concat(place, ' and ') FROM (
    SELECT command_id, 'accepted' AS place FROM pending_commits JOIN commits USING (command_id, case_id)
    UNION ALL SELECT command_id, 'pending' FROM pending_commits
    UNION ALL {COMMANDS_SET_ASIDE}
) GROUP BY command_id HAVING count(*) > 1
"""

Row = tuple[Any, ...]
Faults = Iterator[str]


def verify_log(connection: sqlite3.Connection, progress: Progress, *, other_triggers: Container[str] = ()) -> Faults:
    """A sentence for everything that is wrong with the log, each naming the place; nothing if it is whole.

    `progress` counts events. `other_triggers` are known and do not touch the log. Memory grows with the number of
    cases and aggregates, not of events.
    """
    yield from _missing_guards(connection, other_triggers)
    before = connection.text_factory
    connection.text_factory = bytes  # the bytes as stored: the hash is over them, and they may not be UTF-8
    try:
        yield from _verify_chains(connection, progress)
        for command_id, places in connection.execute(_ONE_PLACE):
            yield f"The command {_shown(command_id)} is {_shown(places)}: it can only be one of these."
    finally:
        connection.text_factory = before


def _missing_guards(connection: sqlite3.Connection, others: Container[str]) -> Faults:
    there = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
    for name, statement in APPEND_ONLY_TRIGGERS.items():
        if name not in there:
            yield f"The trigger {name}, which keeps the log from being changed, is missing."
        elif there[name] != statement:
            yield f"The trigger {name}, which keeps the log from being changed, is not as caseworker made it."
    for name in (name for name in there if name not in APPEND_ONLY_TRIGGERS and name not in others):
        yield f"The trigger {name} is none of caseworker's: nobody knows what it does to the log."


@dataclass(slots=True)
class _Chains:
    """How far each case and each aggregate of a case has come, and how many of all events were seen."""

    total: int
    heads: dict[bytes, bytes] = field(default_factory=dict)
    versions: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    seen: int = 0


def _verify_chains(connection: sqlite3.Connection, progress: Progress) -> Faults:
    (total,) = connection.execute(
        "SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM pending_events)"
    ).fetchone()
    chains = _Chains(total)
    nothing_missing = yield from _verify_part(connection, chains, progress)
    if nothing_missing:
        yield from _verify_part(connection, chains, progress, pending=True)


def _verify_part(
    connection: sqlite3.Connection, chains: _Chains, progress: Progress, *, pending: bool = False
) -> Generator[str, None, bool]:
    """Verify the accepted part of the log, or the pending part, whose positions may have gaps.

    Returns whether nothing is missing.
    """
    prefix, commit_called = ("pending_", "Pending commit") if pending else ("", "Commit")
    commits = connection.execute(
        f"SELECT position, commit_id, {', '.join(COMMIT_FIELDS)} FROM {prefix}commits ORDER BY position"
    )
    events = connection.execute(
        f"SELECT commit_position, position, case_id, {', '.join(EVENT_FIELDS)} FROM {prefix}events ORDER BY position"
    )
    groups = groupby(events, key=itemgetter(0))
    commit_position, group = next(groups, (None, iter(())))
    for expected_position, commit in enumerate(commits, start=1):
        position, stored_id = commit[0], commit[1]
        where = f"{commit_called} {position} ({_shown(stored_id)[:12]}…)"
        if position != expected_position and not pending:
            yield f"{where} should be number {expected_position}: a commit is missing before it."
            return False
        rows = list(group) if commit_position == position else []
        if rows:
            commit_position, group = next(groups, (None, iter(())))
        yield from _verify_commit(where, commit, rows, chains.heads)
        for row in rows:
            chains.seen += 1
            yield from _verify_event(row, row[1] if pending else chains.seen, commit, chains.versions)
        progress(chains.seen, chains.total)
    if commit_position is not None:
        (position, *_) = next(row[1:] for row in group)
        yield f"Event {position} belongs to commit {commit_position}, which is not there or comes earlier."
    return True


def _verify_commit(where: str, commit: Row, rows: list[Row], heads: dict[bytes, bytes]) -> Faults:
    stored_id, fields = commit[1], dict(zip(COMMIT_FIELDS, commit[_COMMIT], strict=True))
    if fields["format"] != FORMAT:
        yield f"{where} has format {fields['format']}, which this version of caseworker does not know."
        return
    if commit_id(commit[_COMMIT], [row[_EVENT] for row in rows]).encode() != stored_id:
        yield f"{where} of case {_shown(fields['case_id'])} was changed: its content does not give its id."
    if fields["parent"] != heads.get(fields["case_id"]):
        yield (
            f"{where} names {_shown(fields['parent'])} as its parent, but the commit before it of case"
            f" {_shown(fields['case_id'])} is {_shown(heads.get(fields['case_id']))}."
        )
    heads[fields["case_id"]] = stored_id


def _verify_event(row: Row, expected_position: int, commit: Row, versions: dict[tuple[bytes, bytes], int]) -> Faults:
    _, position, case_id, event_id, event_type, aggregate_id, version, _, payload, model_name, _ = row
    where = f"Event {position} ({_shown(event_type)}, {_shown(event_id)})"
    if position != expected_position:
        yield f"{where} should be number {expected_position} of the log."
    if case_id != commit[_COMMIT][COMMIT_FIELDS.index("case_id")]:
        yield f"{where} says it belongs to case {_shown(case_id)}, its commit to another."
    aggregate = case_id, aggregate_id
    if version != versions.get(aggregate, 0) + 1:
        yield f"{where} has version {version}, but version {versions.get(aggregate, 0)} comes before it."
    versions[aggregate] = version
    try:
        typed_payload(model_name.decode(), payload.decode())
    except ValueError as error:
        yield f"{where} can't be read: {str(error).splitlines()[0]}."


def _shown(value: bytes | int | None) -> str:
    if value is None:
        return "none"
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
