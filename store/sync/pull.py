"""One batch of records, taken in: verdicts, events, rows, pending work and cursors change in one transaction.

So the pending commits of a case always follow its accepted head, and its rows show both. A round that is interrupted
leaves nothing to clean up.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from itertools import takewhile
from typing import Final

from pydantic_core import to_json

from store.device import is_same_device, note_unknown_own
from store.domain.events import NotificationRequired
from store.domain.refusals import Refusal
from store.domain.rules import Rules
from store.log.append import ACCEPTED, PENDING, Payloads, accepted_version_of, append
from store.log.commit import Commit
from store.log.loaded_case import loaded_from
from store.log.pending import pending_commits, take_away
from store.log.read import RecordedEvent, accepted_head_of, get_accepted_events_for_case, get_events_for_case
from store.projections import project_what_can_be, remove_case
from store.projections.fresh_tables import history_in, project_new_cases, rows_after
from store.sync.conflicts import forget_conflict_of, record_conflict
from store.sync.judge import Verdict, judge
from store.sync.partition import partition_of
from store.sync.rebase import Rebased, Refused, rebase
from store.sync.shared_log import Batch, Record, SyncStopped
from store.sync.wire import Unreadable, case_of, decode, payloads_of
from store.unsettled import StoredQuarantined, quarantine, unsettled_case


@dataclass(slots=True)
class Tally:
    """How many records had which fate, and how many pending commits were run again or became conflicts.

    `unknown_own` are those accepted that are of this device, and were not made in this database.
    """

    accepted: int = 0
    returned: int = 0
    rejected: int = 0
    quarantined: int = 0
    run_again: int = 0
    conflicts: int = 0
    unknown_own: int = 0

    def add(self, other: "Tally") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(slots=True)
class _Case:
    """A case that the batch has records of. `base` is the accepted head on which its pending commits were made.

    The case keeps what the batch has brought, so that the database is asked only for what was there before: `commands`
    are the command ids that the batch accepted, `event_ids` those of its events, `versions` those of the aggregates
    that it touched. Nothing of a `new` case is written yet.
    """

    case_id: str
    quarantined: bool
    base: str | None
    head: str | None
    pending: list[Commit]
    new: bool
    in_conflict: bool
    moved_on: bool = False
    commands: set[str] = field(default_factory=set)
    event_ids: set[str] = field(default_factory=set)
    versions: dict[str, int] = field(default_factory=dict)


_TAKEN: Final = """
SELECT (SELECT value FROM json_each(?2) JOIN events ON events.event_id = value AND events.case_id = ?1 LIMIT 1)
"""


class DoesNotFit(Exception):
    """A commit that its case has no place for. `str()` says why."""


def take_in(
    connection: sqlite3.Connection,
    batch: Batch,
    *,
    device: str,
    rules: Rules,
    now: str,
    tally: Tally,
    ends: Mapping[int, int],
) -> None:
    """Take in a batch, within the caller's transaction. `device` is that of this database, and `ends` are where the
    partitions of the log end.

    Raises `SyncStopped` when the log was made with fewer partitions than it has.
    """
    (partitions,) = connection.execute("SELECT partitions FROM team").fetchone()
    cursors = cursors_of(connection)
    ingest = Ingest(connection, partitions, device, rules, now, Tally(), ends)
    for record in batch.records:
        if record.offset >= cursors[record.partition]:  # otherwise it was delivered before
            ingest.take(record)
            cursors[record.partition] = record.offset + 1
    ingest.rebase_pending()
    move_cursors(connection, {p: max(offset, cursors[p]) for p, offset in batch.positions.items()})
    tally.add(ingest.tally)


def cursors_of(connection: sqlite3.Connection) -> dict[int, int]:
    """The next offset to read in each partition."""
    return dict(connection.execute("SELECT log_partition, next_offset FROM cursors").fetchall())


def move_cursors(connection: sqlite3.Connection, positions: Mapping[int, int]) -> None:
    connection.executemany("UPDATE cursors SET next_offset = ?2 WHERE log_partition = ?1", sorted(positions.items()))


@dataclass(slots=True)
class Ingest:
    """Records are taken in one by one; then `rebase_pending` puts pending commits on top of the accepted ones.

    Commits on cases without pending commits are written together: at the end, or before a commit that has to follow
    them.
    """

    connection: sqlite3.Connection
    partitions: int
    device: str
    rules: Rules
    now: str
    tally: Tally
    ends: Mapping[int, int] = field(default_factory=dict)
    cases: dict[str, _Case] = field(default_factory=dict)
    to_write: list[tuple[Commit, Payloads]] = field(default_factory=list)

    def take(self, record: Record) -> None:
        case_id = case_of(record)
        if case_id is None:
            self._quarantine(record, None, "damaged", f"{_where(record)} names no case in its key.")
        elif partition_of(case_id, self.partitions) != record.partition:
            self._stop_if_partitions_were_added(record, case_id)
            self._reject(record, case_id, "misplaced")
        elif (case := self._case(case_id)).quarantined:
            self._quarantine(record, case_id, "waiting", f"{_where(record)} comes after one that can't be read.")
        else:
            self._take_for(case, record)

    def _stop_if_partitions_were_added(self, record: Record, case_id: str) -> None:
        """Raises `SyncStopped` if all that is known of the log is as it would be with fewer partitions.

        A laptop that joins such a log would reject most of its history. One that joined before is stopped by the count
        itself. A record that somebody put into a wrong partition of a log that was never changed is no such sign:
        its last partitions hold records, and cases that were accepted lie in them.
        """
        last = max((partition for partition, end in self.ends.items() if end > 0), default=self.partitions)
        fewer = [n for n in range(last + 1, self.partitions) if partition_of(case_id, n) == record.partition]
        if not fewer:
            return
        accepted = {found for (found,) in self.connection.execute("SELECT DISTINCT case_id FROM commits")} | {
            found for found, case in self.cases.items() if case.head is not None
        }
        homes = {found: partition_of(found, self.partitions) for found in accepted}
        for before in fewer:
            if all(partition_of(found, before) == home for found, home in homes.items()):
                raise SyncStopped(
                    "partitions_added",
                    f"{_where(record)} of the team's log is where it belongs among {before} partitions, but the topic"
                    f" has {self.partitions}: partitions were added to it. Cases are found by that count, so it must"
                    " never change. Nothing more was read; ask whoever looks after the cluster to make the topic as it"
                    " was.",
                )

    def rebase_pending(self) -> None:
        self._write()
        for case in self.cases.values():
            if case.moved_on and case.pending:
                self._bring_along(case)

    def _case(self, case_id: str) -> _Case:
        if case_id not in self.cases:
            conflicts, quarantined, _ = unsettled_case(self.connection, case_id)
            head = accepted_head_of(self.connection, case_id)
            self.cases[case_id] = _Case(
                case_id,
                quarantined=quarantined is not None,
                base=head,
                head=head,
                pending=pending_commits(self.connection, case_id),
                new=head is None,
                in_conflict=conflicts > 0,
            )
        return self.cases[case_id]

    def _take_for(self, case: _Case, record: Record) -> None:
        try:
            commit = decode(record.value)
            if commit.header.case_id != case.case_id:
                raise Unreadable("its key names another case than its value")
            payloads = payloads_of(commit)
        except Unreadable as unreadable:
            self._quarantine_case(case, record, "newer" if unreadable.newer else "damaged", str(unreadable))
            return
        known = self._is_accepted(case, commit.header.command_id)
        verdict = judge(parent=commit.header.parent, head=case.head, command_is_accepted=known)
        if verdict is not Verdict.ACCEPTED:
            self._reject(record, case.case_id, verdict)
            return
        try:
            versions = self._versions_after(case, commit)
            event_ids = self._new_event_ids(case, commit)
        except DoesNotFit as error:
            self._quarantine_case(case, record, "damaged", f"it does not fit what is there: {error}")
            return
        self._accept(case, commit, payloads)
        case.versions |= versions
        case.event_ids |= event_ids

    def _is_accepted(self, case: _Case, command_id: str) -> bool:
        if command_id in case.commands:
            return True
        before = (
            None
            if case.new
            else self.connection.execute(
                "SELECT 1 FROM commits WHERE command_id = ? AND case_id = ?", (command_id, case.case_id)
            ).fetchone()
        )
        return before is not None

    def _accept(self, case: _Case, commit: Commit, payloads: Payloads) -> None:
        ours = bool(case.pending) and case.pending[0].commit_id == commit.commit_id
        if case.in_conflict and not ours:
            forget_conflict_of(self.connection, commit)
        if case.pending:
            self._write()
            self._accept_at_once(case, commit, payloads, ours=ours)
        else:
            self.to_write.append((commit, payloads))
        case.head = commit.commit_id
        case.commands.add(commit.header.command_id)
        self.tally.accepted += 1
        if ours:
            case.pending.pop(0)
            case.base = commit.commit_id
            self.tally.returned += 1
        else:
            case.moved_on = True
            self._note_if_own(commit)

    def _note_if_own(self, commit: Commit) -> None:
        """A commit of this device that is not the pending one that was expected: this database had not made it.

        It can't be one that was run again meanwhile: its parent would not be the head.
        """
        header = commit.header
        if is_same_device(header.device, self.device):
            self.tally.unknown_own += 1
            note_unknown_own(
                self.connection, commit.commit_id, header.case_id, recorded_at=header.recorded_at, now=self.now
            )

    def _accept_at_once(self, case: _Case, commit: Commit, payloads: Payloads, *, ours: bool) -> None:
        case.new = False
        if ours:
            take_away(self.connection, commit)
        events = append(self.connection, [(commit, payloads)], to=ACCEPTED)
        if ours:  # the rows show it already
            self._ask_for_notifications(events)
            return
        if case.pending and not case.moved_on:
            remove_case(self.connection, case.case_id)
            events = get_accepted_events_for_case(self.connection, case.case_id)
        self._project(events)

    def _project(self, events: Iterable[RecordedEvent]) -> None:
        project_what_can_be(self.connection, events, history_in(self.connection))

    def _write(self) -> None:
        if not self.to_write:
            return
        events = append(self.connection, self.to_write, to=ACCEPTED)
        new = [event for event in events if self.cases[event.case_id].new]
        project_new_cases(self.connection, new, as_far_as_can_be=True)
        self._project(event for event in events if not self.cases[event.case_id].new)
        for commit, _ in self.to_write:
            self.cases[commit.header.case_id].new = False
        self.to_write.clear()

    def _versions_after(self, case: _Case, commit: Commit) -> dict[str, int]:
        """The versions of the aggregates that a commit touches. Raises `DoesNotFit` if they don't follow."""
        versions: dict[str, int] = {}
        for event in commit.events:
            aggregate_id = event.aggregate_id
            if aggregate_id not in versions:
                versions[aggregate_id] = self._version(case, aggregate_id)
            versions[aggregate_id] += 1
            if event.version != versions[aggregate_id]:
                raise DoesNotFit(f"aggregate {aggregate_id} can't come to version {event.version}")
        return versions

    def _new_event_ids(self, case: _Case, commit: Commit) -> set[str]:
        """The ids of the events of a commit. Raises `DoesNotFit` if its case has one of them already.

        What other cases have decides nothing: they may lie in partitions that another laptop has not read as far.
        """
        ids = [event.event_id for event in commit.events]
        taken = next((event_id for place, event_id in enumerate(ids) if event_id in ids[:place]), None)
        taken = taken or next((event_id for event_id in ids if event_id in case.event_ids), None)
        if taken is None and not case.new:
            (taken,) = self.connection.execute(_TAKEN, (case.case_id, to_json(ids).decode())).fetchone()
        if taken is not None:
            raise DoesNotFit(f"the case has an event {taken} already")
        return set(ids)

    def _version(self, case: _Case, aggregate_id: str) -> int:
        known = case.versions.get(aggregate_id, 0 if case.new else None)
        return accepted_version_of(self.connection, case.case_id, aggregate_id) if known is None else known

    def _ask_for_notifications(self, events: Iterable[RecordedEvent]) -> None:
        self.connection.executemany(
            "INSERT INTO notifications_to_send (event_id, case_id) VALUES (?, ?)",
            [(event.event_id, event.case_id) for event in events if isinstance(event.payload, NotificationRequired)],
        )

    def _bring_along(self, case: _Case) -> None:
        """Put the pending commits of a case on top of what was accepted. Those that no longer hold become conflicts."""
        before = get_events_for_case(self.connection, case.case_id)
        rebased = self._rebased(case, [event for event in before if not event.pending])
        for commit in reversed(case.pending):
            take_away(self.connection, commit)
        for refused in rebased.refused:
            self._record_conflict(case, refused, before)
        for commit in rebased.pending:
            self._project(append(self.connection, [(commit, payloads_of(commit))], to=PENDING))
        self.tally.run_again += len(rebased.pending)
        self.tally.conflicts += len(rebased.refused)
        case.pending, case.base, case.moved_on = list(rebased.pending), case.head, False

    def _rebased(self, case: _Case, accepted: list[RecordedEvent]) -> Rebased:
        texts = self.connection.execute(
            "SELECT command_id, c.command FROM pending_commits AS p JOIN commits AS c USING (command_id, case_id)"
            " WHERE case_id = ?",
            (case.case_id,),
        )
        try:
            loaded = loaded_from(accepted, case.head)
        except Refusal as refusal:  # no command can be decided on a case that holds events of a newer version
            return Rebased((), tuple(Refused(commit, refusal) for commit in case.pending))
        return rebase(loaded, case.pending, self.rules, dict(texts.fetchall()))

    def _record_conflict(self, case: _Case, refused: Refused, before: list[RecordedEvent]) -> None:
        commit = refused.commit
        record_conflict(
            self.connection,
            commit,
            refused.refusal,
            base=case.base,
            seen=rows_after(_seen_by(commit, case.base, before)),
            now=self.now,
        )

    def _quarantine_case(self, case: _Case, record: Record, problem: str, what: str) -> None:
        case.quarantined = True
        self._quarantine(record, case.case_id, problem, f"{_where(record)} can't be read: {what}.")

    def _quarantine(self, record: Record, case_id: str | None, problem: str, sentence: str) -> None:
        stored = StoredQuarantined(
            record.partition, record.offset, case_id, problem, sentence, record.key, record.value
        )
        quarantine(self.connection, stored)
        self.tally.quarantined += 1

    def _reject(self, record: Record, case_id: str, reason: str) -> None:
        reject(self.connection, record, case_id, reason)
        self.tally.rejected += 1


def reject(connection: sqlite3.Connection, record: Record, case_id: str | None, reason: str) -> None:
    """Keep a record that the team does not accept. `case_id` is None where it names no case."""
    connection.execute(
        "INSERT INTO rejected_records (log_partition, log_offset, case_id, reason, key, value)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (record.partition, record.offset, case_id, reason, record.key, record.value),
    )


def _where(record: Record) -> str:
    return f"Record {record.offset} of partition {record.partition}"


def _seen_by(commit: Commit, base: str | None, events: Iterable[RecordedEvent]) -> list[RecordedEvent]:
    """The events that the author of a commit saw: those up to `base`, and their own pending ones before the commit."""
    events = list(events)
    accepted = [event for event in events if not event.pending]
    ids = [event.commit_id for event in accepted]
    up_to_base = accepted[: len(ids) - ids[::-1].index(base)] if base in ids else []
    pending = [event for event in events if event.pending]
    own = takewhile(lambda event: event.commit_id != commit.commit_id, pending)
    return [*up_to_base, *own]
