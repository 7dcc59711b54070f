"""One round with the team: pull, push, pull until it returns. Never push before pull."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from store.clock import stamp
from store.engine.case_store import CaseStore
from store.log.commit import Commit
from store.log.pending import all_pending_commits
from store.progress import Progress
from store.sqlite.transactions import use_for_bulk_work
from store.sync.partition import partition_of
from store.sync.pull import DoesNotFit, Tally, take_in
from store.sync.quarantine import resume_readable
from store.sync.shared_log import Batch, Outgoing, SharedLog
from store.sync.team import check_same_log, team_of
from store.sync.wire import encode
from store.unsettled import quarantined_cases

BATCH: Final = 1_000
"""Records in one transaction: about a fifth of a second in which no command can be carried out."""

ROUNDS: Final = 20
"""As often others may come first until what is left is left for later."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round came to. `pending` commits are left when others' work came first, or the log was out of reach.

    `ends` is where the partitions ended when it began.
    """

    tally: Tally
    pushed: int
    pending: int
    ends: Mapping[int, int]

    @property
    def overtaken(self) -> bool:
        """Others' work came first: what was pushed has been run again on top of it, and is to be pushed again."""
        return self.pushed > self.tally.returned


def sync_round(
    store: CaseStore, log: SharedLog, *, progress: Progress = lambda done, total: None, batch: int = BATCH
) -> Round:
    """One round. Raises `Unreachable` or `SyncStopped`, with all that was done until then kept."""
    spans = log.spans()
    check_same_log(team_of(store), log.identity(), spans)
    tally = Tally()
    store.change(resume_readable, rules=store.rules_in_force(), now=stamp(store.clock()), tally=tally)
    ends = {partition: span.end for partition, span in spans.items()}
    pull(store, log, ends, tally=tally, progress=progress, batch=batch)
    pushed = 0
    for outgoing in _to_push(store, batch):
        acknowledged = log.append(outgoing)
        pushed += len(outgoing)
        pull(store, log, acknowledged, tally=tally, progress=lambda done, total: None, batch=batch)
    return Round(tally, pushed, store.query(_pending), ends)


def until_settled(store: CaseStore, log: SharedLog, *, progress: Progress = lambda done, total: None) -> Round:
    """Rounds until nothing is left that others overtook; the numbers of all of them together."""
    rounds = [sync_round(store, log, progress=progress)]
    while rounds[-1].overtaken and len(rounds) < ROUNDS:
        rounds.append(sync_round(store, log))
    tally = Tally()
    for each in rounds:
        tally.add(each.tally)
    return replace(rounds[-1], tally=tally, pushed=sum(each.pushed for each in rounds))


def pull(
    store: CaseStore, log: SharedLog, until: Mapping[int, int], *, tally: Tally, progress: Progress, batch: int
) -> None:
    """Take in what the log holds up to these offsets, or as far as it gives it now."""
    cursors = team_of(store).cursors
    total = sum(max(0, end - cursors[partition]) for partition, end in until.items())
    left = total
    if left > batch:
        store.change(use_for_bulk_work)
    while left:
        found = log.read(cursors, until, batch)
        try:
            _take_in(store, found, tally, careful=False)
        except DoesNotFit:  # hardly ever
            _take_in(store, found, tally, careful=True)
        cursors = team_of(store).cursors
        before, left = left, sum(max(0, end - cursors[partition]) for partition, end in until.items())
        progress(total - left, total)
        if left == before:
            return


def _take_in(store: CaseStore, found: Batch, tally: Tally, *, careful: bool) -> None:
    store.change(take_in, found, rules=store.rules_in_force(), now=stamp(store.clock()), tally=tally, careful=careful)


def _to_push(store: CaseStore, batch: int) -> Iterator[list[Outgoing]]:
    """The pending commits in order, without those of quarantined cases.

    Each batch is looked up when the batch before has returned.
    """
    partitions, last, place = team_of(store).identity.partitions, store.query(_last_place), 0
    while place < last:
        commits, place = store.query(all_pending_commits, after=place, limit=batch)
        if not commits:
            return
        quarantined = store.query(quarantined_cases)
        outgoing = [_outgoing(commit, partitions) for commit in commits if commit.header.case_id not in quarantined]
        if outgoing:
            yield outgoing


def _outgoing(commit: Commit, partitions: int) -> Outgoing:
    case_id = commit.header.case_id
    return Outgoing(partition_of(case_id, partitions), case_id.encode(), encode(commit), commit)


def _last_place(connection: sqlite3.Connection) -> int:
    (place,) = connection.execute("SELECT coalesce(max(position), 0) FROM pending_commits").fetchone()
    return int(place)


def _pending(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM pending_commits").fetchone()
    return int(count)
