"""Cases that rest: a record can't be read or a commit can't be shown, what follows waits, and other cases go on."""

import sqlite3

from store import unsettled
from store.clock import stamp
from store.domain.refusals import Code, Refusal
from store.domain.rules import Rules
from store.engine.case_store import CaseStore
from store.log.read import get_events_for_case
from store.projections import project, project_what_can_be, remove_case
from store.projections.fresh_tables import fresh_tables, history_in
from store.sync.pull import Ingest, Tally, reject
from store.sync.shared_log import Record
from store.sync.wire import Unreadable, decode
from store.unsettled import StoredQuarantined


def resume_readable(connection: sqlite3.Connection, *, device: str, rules: Rules, now: str, tally: Tally) -> None:
    """Let each case go on whose record was of a newer version of caseworker, if this version can read it."""
    for case_id in sorted(unsettled.quarantined_cases(connection)):
        first = unsettled.first_quarantined(connection, case_id)
        if first.problem == "newer" and _is_readable(_record(first)):
            _go_on(connection, case_id, device=device, rules=rules, now=now, tally=tally)


def renew_rows(connection: sqlite3.Connection, case_id: str) -> None:
    """Make the rows of a case that wait, if this version can do so by now."""
    events = get_events_for_case(connection, case_id)
    with fresh_tables() as side:
        project_what_can_be(side, events, history_in(connection))
        if unsettled.waiting_rows(side):
            return
    remove_case(connection, case_id)
    project(connection, events)


def release(store: CaseStore, case_id: str) -> Tally:
    """Let a case go on without the record that can't be read, which is kept among the rejected ones.

    Each laptop of the team has to do so: a person on each of them says that nothing is lost. Raises `Refusal` if
    something would be lost.
    """
    return store.change(_release, store, case_id)


def release_at(store: CaseStore, partition: int, offset: int) -> Tally:
    """Pass over the record at this place, which is kept among the rejected ones: as `release`, if it names a case.

    Raises `Refusal` if no such record is quarantined, or if it only waits for an earlier one.
    """
    return store.change(_release_at, store, partition, offset)


def _release_at(connection: sqlite3.Connection, store: CaseStore, partition: int, offset: int) -> Tally:
    record = unsettled.quarantined_at(connection, partition, offset)
    if record is None:
        raise Refusal(Code.CASE_NOT_FROZEN, f"No case rests because of record {offset} of partition {partition}.")
    if record.case_id is not None:
        first = unsettled.first_quarantined(connection, record.case_id)
        if first != record:
            raise Refusal(
                Code.CASE_NOT_FROZEN,
                f"Record {offset} of partition {partition} waits for record {first.log_offset}: pass over that one"
                f" (`caseworker sync --release {partition}:{first.log_offset}`).",
            )
        return _release(connection, store, record.case_id)
    unsettled.release_record(connection, record)
    reject(connection, _record(record), None, "unreadable")
    return Tally(rejected=1)


def _release(connection: sqlite3.Connection, store: CaseStore, case_id: str) -> Tally:
    if case_id not in unsettled.quarantined_cases(connection):
        raise Refusal(Code.CASE_NOT_FROZEN, f"The case {case_id} does not rest.")
    first = unsettled.first_quarantined(connection, case_id)
    if first.problem == "newer":
        raise Refusal(
            Code.NEWER_RECORD,
            "The record was written by a newer version of caseworker, and others have taken it in: upgrade caseworker.",
        )
    unsettled.release_record(connection, first)
    reject(connection, _record(first), case_id, "unreadable")
    tally = Tally(rejected=1)
    now = stamp(store.clock())
    _go_on(connection, case_id, device=store.device, rules=store.rules_in_force(), now=now, tally=tally)
    return tally


def _go_on(connection: sqlite3.Connection, case_id: str, *, device: str, rules: Rules, now: str, tally: Tally) -> None:
    """Take in the records that wait, in order. Another record that can't be read quarantines the case again."""
    released = unsettled.release_case(connection, case_id)
    (partitions,) = connection.execute("SELECT partitions FROM team").fetchone()
    ingest = Ingest(connection, partitions, device, rules, now, tally)
    for each in released:
        ingest.take(_record(each))
    ingest.rebase_pending()


def _record(stored: StoredQuarantined) -> Record:
    return Record(stored.log_partition, stored.log_offset, stored.key, stored.value)


def _is_readable(record: Record) -> bool:
    try:
        decode(record.value)
    except Unreadable:
        return False
    return True
