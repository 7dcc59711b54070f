"""Cases that rest because of a record that can't be read: everything after it waits, and other cases go on."""

import sqlite3
from datetime import UTC

from store.domain.refusals import Code, Refusal
from store.domain.rules import Rules
from store.engine.case_store import CaseStore
from store.sync.pull import Ingest, Tally, reject
from store.sync.shared_log import Record
from store.sync.wire import Unreadable, decode


def quarantined_cases(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT DISTINCT case_id FROM quarantined_records WHERE case_id IS NOT NULL")
    return {case_id for (case_id,) in rows}


def resume_readable(connection: sqlite3.Connection, *, rules: Rules, now: str, tally: Tally) -> None:
    """Let the cases go on whose record was of a newer version of caseworker, which this one has become."""
    for case_id in sorted(quarantined_cases(connection)):
        problem, record = _first(connection, case_id)
        if problem == "newer" and _is_readable(record):
            _go_on(connection, case_id, rules=rules, now=now, tally=tally)


def release(store: CaseStore, case_id: str) -> Tally:
    """Let a case go on without the record that can't be read, which is kept among the rejected ones.

    Each laptop of the team has to: a person on each says that nothing is lost. Raises `Refusal` where something
    would be.
    """
    return store.change(_release, store, case_id)


def _release(connection: sqlite3.Connection, store: CaseStore, case_id: str) -> Tally:
    if case_id not in quarantined_cases(connection):
        raise Refusal(Code.CASE_NOT_FROZEN, f"The case {case_id} does not rest.")
    problem, record = _first(connection, case_id)
    if problem == "newer":
        raise Refusal(
            Code.NEWER_RECORD,
            "The record was written by a newer version of caseworker, and others have taken it in: upgrade caseworker.",
        )
    connection.execute(
        "DELETE FROM quarantined_records WHERE log_partition = ? AND log_offset = ?", (record.partition, record.offset)
    )
    reject(connection, record, case_id, "unreadable")
    tally = Tally(rejected=1)
    now = store.clock().astimezone(UTC).isoformat(timespec="microseconds")
    _go_on(connection, case_id, rules=store.rules_in_force(), now=now, tally=tally)
    return tally


def _go_on(connection: sqlite3.Connection, case_id: str, *, rules: Rules, now: str, tally: Tally) -> None:
    """Take in what waits for a case, in order; another record that can't be read stops it again."""
    rows = connection.execute(
        "SELECT log_partition, log_offset, key, value FROM quarantined_records WHERE case_id = ? ORDER BY log_offset",
        (case_id,),
    ).fetchall()
    connection.execute("DELETE FROM quarantined_records WHERE case_id = ?", (case_id,))
    (partitions,) = connection.execute("SELECT partitions FROM team").fetchone()
    ingest = Ingest(connection, partitions, rules, now, tally)
    for row in rows:
        ingest.take(Record(*row))
    ingest.rebase_pending()


def _first(connection: sqlite3.Connection, case_id: str) -> tuple[str, Record]:
    problem, *row = connection.execute(
        "SELECT problem, log_partition, log_offset, key, value FROM quarantined_records WHERE case_id = ?"
        " ORDER BY log_offset LIMIT 1",
        (case_id,),
    ).fetchone()
    return problem, Record(*row)


def _is_readable(record: Record) -> bool:
    try:
        decode(record.value)
    except Unreadable:
        return False
    return True
