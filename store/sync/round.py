"""One round with the team: pull, push, and pull until the pushed commits return. Never push before pull."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from store.clock import stamp
from store.engine.case_store import CaseStore
from store.log.commit import Commit
from store.log.pending import all_pending_commits, too_large
from store.progress import Progress
from store.sqlite.transactions import use_for_bulk_work
from store.sync.partition import partition_of
from store.sync.pull import Tally, take_in
from store.sync.quarantine import renew_rows, resume_readable
from store.sync.shared_log import Outgoing, SharedLog, stopped_by_the_machine
from store.sync.team import check_same_log, team_of
from store.sync.wire import encode
from store.unsettled import quarantined_cases, waiting_rows

BATCH: Final = 1_000
"""Records in one transaction. It takes about a fifth of a second, in which no command can be carried out."""

ROUNDS: Final = 20
"""Rounds in which others may come first. After these, the rest waits for a later call."""


@dataclass(frozen=True, slots=True)
class Round:
    """The result of a round. `pending` commits are left if others came first, or if the log could not be reached.

    `ends` are the ends of the partitions when the round began.
    """

    tally: Tally
    pushed: int
    pending: int
    ends: Mapping[int, int]

    @property
    def overtaken(self) -> bool:
        """Whether others came first. The pushed commits were run again on top of theirs, to be pushed again."""
        return self.pushed > self.tally.returned


def sync_round(
    store: CaseStore, log: SharedLog, *, progress: Progress = lambda done, total: None, batch: int = BATCH
) -> Round:
    """One round. Raises `Unreachable` or `SyncStopped`; what was done before is kept."""
    with stopped_by_the_machine():
        return _sync_round(store, log, progress, batch)


def _sync_round(store: CaseStore, log: SharedLog, progress: Progress, batch: int) -> Round:
    spans = log.spans()
    check_same_log(team_of(store), log.identity(), spans)
    tally = Tally()
    rules, now = store.rules_in_force(), stamp(store.clock())
    store.change(resume_readable, device=store.device, rules=rules, now=now, tally=tally)
    for case_id in store.query(waiting_rows):
        store.change(renew_rows, case_id)
    ends = {partition: span.end for partition, span in spans.items()}
    pull(store, log, ends, ends, tally=tally, progress=progress, batch=batch)
    pushed = 0
    for outgoing in _to_push(store, batch):
        acknowledged = log.append(outgoing)
        pushed += len(outgoing)
        pull(store, log, acknowledged, ends, tally=tally, progress=lambda done, total: None, batch=batch)
    if tally.accepted > batch:
        store.checkpoint()
    return Round(tally, pushed, store.query(_pending), ends)


def until_settled(store: CaseStore, log: SharedLog, *, progress: Progress = lambda done, total: None) -> Round:
    """Rounds until no commit is left that others overtook. The result has the numbers of all rounds together."""
    rounds = [sync_round(store, log, progress=progress)]
    while rounds[-1].overtaken and len(rounds) < ROUNDS:
        rounds.append(sync_round(store, log))
    tally = Tally()
    for each in rounds:
        tally.add(each.tally)
    return replace(rounds[-1], tally=tally, pushed=sum(each.pushed for each in rounds))


def pull(
    store: CaseStore,
    log: SharedLog,
    until: Mapping[int, int],
    ends: Mapping[int, int],
    *,
    tally: Tally,
    progress: Progress,
    batch: int,
) -> None:
    """Take in the records of the log up to the offsets `until`, or as many as it gives now.

    `ends` are where its partitions ended when the round began.
    """
    cursors = team_of(store).cursors
    total = sum(max(0, end - cursors[partition]) for partition, end in until.items())
    left = total
    if left > batch:
        store.change(use_for_bulk_work)
    while left:
        found = log.read(cursors, until, batch)
        now = stamp(store.clock())
        rules = store.rules_in_force()
        store.change(take_in, found, device=store.device, rules=rules, now=now, tally=tally, ends=ends)
        cursors = team_of(store).cursors
        before, left = left, sum(max(0, end - cursors[partition]) for partition, end in until.items())
        progress(total - left, total)
        if left == before:
            return


def _to_push(store: CaseStore, batch: int) -> Iterator[list[Outgoing]]:
    """The pending commits in order, without those of cases that are held back.

    Each batch is looked up when the batch before has returned.
    """
    partitions, last, place = team_of(store).identity.partitions, store.query(_last_place), 0
    while place < last:
        commits, place = store.query(all_pending_commits, after=place, limit=batch)
        if not commits:
            return
        held_back = store.query(cases_held_back)
        outgoing = [_outgoing(commit, partitions) for commit in commits if commit.header.case_id not in held_back]
        if outgoing:
            yield outgoing


def cases_held_back(connection: sqlite3.Connection) -> dict[str, str]:
    """The cases whose pending commits are not pushed, each with the sentence that says why.

    They are quarantined, or a commit of theirs is too large for the log.
    """
    return too_large(connection) | quarantined_cases(connection)


def _outgoing(commit: Commit, partitions: int) -> Outgoing:
    case_id = commit.header.case_id
    return Outgoing(partition_of(case_id, partitions), case_id.encode(), encode(commit), commit)


def _last_place(connection: sqlite3.Connection) -> int:
    (place,) = connection.execute("SELECT coalesce(max(position), 0) FROM pending_commits").fetchone()
    return int(place)


def _pending(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM pending_commits").fetchone()
    return int(count)
