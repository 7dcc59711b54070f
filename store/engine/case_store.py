"""The embedded engine: one database file, commands in, read tables out.

    with CaseStore.open("cases.sqlite3") as store:
        receipt = store.execute(CreateCase(...), actor="ana.ruiz")
        case = store.query(case_file, receipt.case_id)

A store is for one thread; other threads and processes open the same file with a store of their own.
"""

import platform
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Final, ParamSpec, Self, TypeVar

from store.actor import default_actor, fault_of_actor
from store.attachments import Attachment, folder_of, keep
from store.clock import Clock, stamp, system_clock
from store.device import device_of
from store.domain.casework.opening import case_id_of_new_case
from store.domain.commands import CreateCase, as_text
from store.domain.decider import decide
from store.domain.identifiers import time_ordered_id
from store.domain.operation import Command, Context, OfCase, OfDocument
from store.domain.refusals import Code, Refusal, unknown_document
from store.domain.rules import Rules
from store.engine.batch import Batch
from store.log.append import new_commit
from store.log.commit import LARGEST_COMMIT, Commit, CommitHeader, is_too_large, size_of
from store.log.pending import is_shared
from store.notifications.answers import rules_in_force
from store.progress import Progress
from store.projections.rebuild import rebuild, stale_tables
from store.sqlite.checkpoint import checkpoint
from store.sqlite.database import Query, Reader, connect, translated
from store.sqlite.transactions import savepoint, use_for_bulk_work, write_transaction
from store.unsettled import obstacles

P = ParamSpec("P")
T = TypeVar("T")


def new_command_id(now: datetime) -> str:
    """A fresh UUIDv7. A command that gets its id when it is made can be sent twice without harm."""
    return time_ordered_id(now, token_bytes(10))


@dataclass(frozen=True, slots=True)
class Receipt:
    """The result of a command. `repeated` says that it was executed before; this is the first result then."""

    command_id: str
    case_id: str
    commit_id: str
    events: tuple[str, ...]
    repeated: bool


def _receipt(commit: Commit, *, repeated: bool) -> Receipt:
    header, types = commit.header, tuple(event.event_type for event in commit.events)
    return Receipt(header.command_id, header.case_id, commit.commit_id, types, repeated)


_EARLIER: Final = """
SELECT position, case_id, commit_id, command, 'events' FROM commits WHERE command_id = ?1
UNION ALL
SELECT position, case_id, commit_id, command, 'pending_events' FROM pending_commits WHERE command_id = ?1
"""


class CaseStore(Reader):
    """The engine on one database file. Made by `CaseStore.open`."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, clock: Clock, device: str, rules: Rules) -> None:
        super().__init__(connection, path)
        self.rules = rules
        self.clock = clock
        self._device = device
        self._batch: Batch | None = None

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        create: bool = True,
        clock: Clock = system_clock,
        device: str = "",
        rules: Rules | None = None,
        progress: Progress = lambda done, total: None,
    ) -> Self:
        """Open the database at `path`. Read tables that another version made are rebuilt, and `progress` is told.

        Commits tell their `device`: this machine and the id of the database, unless one is named.

        Raises a `store.errors.StoreError` when the file can't be used, and says why.
        """
        path = Path(path)
        connection = connect(path, create=create)
        try:
            with translated(path):
                if stale_tables(connection):
                    rebuild(connection, progress)
                    checkpoint(connection)
        except BaseException:
            connection.close()
            raise
        return cls(
            connection,
            path,
            clock=clock,
            device=device,
            rules=rules or Rules(),
        )

    def close(self) -> None:
        """Close it. What was written is moved out of the write-ahead log, unless somebody is in the way."""
        with suppress(sqlite3.ProgrammingError):  # it is closed already
            if self._connection.total_changes:
                checkpoint(self._connection)
        super().close()

    def checkpoint(self) -> None:
        """After bulk work: as `close` does, and go on. See store/sqlite/checkpoint.py."""
        checkpoint(self._connection)

    @property
    def device(self) -> str:
        """The device that the commits of this store tell."""
        machine = platform.node().encode(errors="replace").decode() or "unknown"
        return self._device or super().query(device_of, machine)

    def query(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Reader.query`. In a batch, the query sees all that was done before."""
        if self._batch:
            with translated(self.path):
                self._batch.write()
        return super().query(query, *args, **kwargs)

    def execute(
        self,
        command: Command,
        *,
        command_id: str | None = None,
        actor: str | None = None,
        correlation_id: str | None = None,
        expected_head: str | None = None,
    ) -> Receipt:
        """Carry out one command in one transaction: all of its events and their rows, or nothing.

        With a `command_id` that was executed before, nothing happens and the first result is returned. With
        `expected_head`, the commit id of the case that the person saw, a newer commit is a refusal.
        Raises `Refusal` (the domain's no) or `store.errors.StoreError` (the database's).
        """
        now = self.clock().astimezone(UTC)
        command_id = new_command_id(now) if command_id is None else command_id
        actor = actor or default_actor()
        if fault := fault_of_actor(actor):
            raise Refusal(Code.INVALID_COMMAND, f"The actor {fault}: name who acts. Nothing was changed.")
        with translated(self.path), self._as_batch() as batch:
            text = as_text(command)
            if earlier := self._earlier(batch, command_id, text):
                return earlier
            case_id = self._case_of(batch, command, command_id)
            self._refuse_unsettled(command_id, case_id)
            loaded, rules = batch.load_case(case_id), self.rules_in_force()
            if expected_head not in (None, loaded.head):
                raise Refusal(Code.STALE, "The case has changed since you looked at it: look at it again, then decide.")
            context = Context.of(
                command, command_id=command_id, case_id=case_id, rules=rules, actor=actor, today=now.date()
            )
            new_events = decide(loaded.case, command, context)
            header = CommitHeader(
                case_id=case_id,
                parent=loaded.head,
                command_id=command_id,
                command=text,
                device=batch.device,
                actor=actor,
                rules_version=rules.version,
                recorded_at=stamp(now),
            )
            commit = new_commit(header, new_events, loaded.versions, correlation_id=correlation_id)
            self._refuse_too_large(commit)
            batch.add(loaded, commit, new_events)
        return _receipt(commit, repeated=False)

    def rules_in_force(self) -> Rules:
        """The rules by which commands are decided at this moment."""
        return rules_in_force(self._connection, self.rules)

    def change(self, change: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that takes a connection first, in one transaction, and return its result."""
        with translated(self.path), self._transaction():
            return change(self._connection, *args, **kwargs)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Several commands in one transaction, for bulk work. They are durable together, when the batch ends.

        A command that is refused or fails within it changes nothing and does not end the batch.
        """
        with translated(self.path), self._as_batch() as batch:
            use_for_bulk_work(self._connection)
            before, self._batch = self._batch, batch
            try:
                yield
            finally:
                self._batch = before

    def keep_attachment(self, source: str | Path, progress: Progress = lambda done, total: None) -> Attachment:
        """Take a copy of a file into the folder beside the database, and say what `AttachFile` names it by.

        Raises `store.errors.UnusableFile`; what `progress` raises ends the work. Nothing is kept then. A file whose
        command never comes harms nothing: `verify` remarks on it.
        """
        with translated(self.path):
            kept = keep(folder_of(self._connection), Path(source), progress)
            with self._transaction():
                self._connection.execute(
                    "INSERT INTO kept_files (sha256, kept_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    (kept.sha256, stamp(self.clock())),
                )
        return kept

    def rebuild(self, progress: Progress) -> int:
        """Make all read tables again from the log. Returns the number of events read."""
        with translated(self.path):
            events = rebuild(self._connection, progress)
        self.checkpoint()
        return events

    @contextmanager
    def _as_batch(self) -> Iterator[Batch]:
        """The batch of the present transaction, or else a batch in a transaction of its own."""
        if self._batch:
            yield self._batch
            return
        with write_transaction(self._connection):
            batch = Batch(self._connection, self.device)
            yield batch
            batch.write()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """A transaction for a change that is no command. In a batch, it sees all that was done before."""
        if self._batch:
            self._batch.write()
            with savepoint(self._connection):
                yield
        else:
            with write_transaction(self._connection):
                yield

    def _earlier(self, batch: Batch, command_id: str, text: str) -> Receipt | None:
        in_batch = batch.commits_of(command_id)
        earlier = self._connection.execute(_EARLIER, (command_id,)).fetchall()
        if not in_batch and not earlier:
            return None
        if commit := next((commit for commit in in_batch if commit.header.command == text), None):
            return _receipt(commit, repeated=True)
        same = next((row for row in earlier if row[3] == text), None)
        if same is None:
            raise Refusal(
                Code.COMMAND_ID_REUSED,
                f"The command id {command_id} was already used for another command: give each command its own.",
            )
        position, case_id, commit_id, _, table = same
        types = self._connection.execute(
            f"SELECT event_type FROM {table} WHERE case_id = ? AND commit_position = ? ORDER BY position",
            (case_id, position),
        )
        return Receipt(command_id, case_id, commit_id, tuple(name for (name,) in types), repeated=True)

    def _refuse_unsettled(self, command_id: str, case_id: str) -> None:
        """Refuse a command that is in conflict or was discarded, and any command on a quarantined case."""
        conflict, discarded, quarantined = obstacles(self._connection, command_id, case_id)
        if conflict is not None:
            raise Refusal(
                Code.COMMAND_IN_CONFLICT,
                f"The command {command_id} was carried out here, and no longer holds since changes of the team came"
                f" before it: {conflict} Settle it among the conflicts.",
            )
        if discarded is not None:
            raise Refusal(
                Code.COMMAND_DISCARDED,
                f"The command {command_id} was carried out here, and discarded when changes of the team came before it:"
                f" {discarded}. Give it again under another id, if it is to hold.",
            )
        if quarantined is not None:
            raise Refusal(Code.CASE_FROZEN, f"The case rests: {quarantined} It can be read meanwhile.")

    def _refuse_too_large(self, commit: Commit) -> None:
        """Refuse what the team's log can't take, before work is built on it. Alone, a commit has any size."""
        if is_too_large(commit) and is_shared(self._connection):
            raise Refusal(
                Code.COMMIT_TOO_LARGE,
                f"The command comes to {size_of(commit):,} bytes, and the team's log takes {LARGEST_COMMIT:,} at most:"
                " give it in smaller parts. Nothing was changed.",
            )

    def _case_of(self, batch: Batch, command: Command, command_id: str) -> str:
        match command:
            case CreateCase():
                return case_id_of_new_case(command_id)
            case OfDocument():
                return command.case_id or _only_case_of(command.document_requirement_id, batch)
            case OfCase():
                return command.case_id
        raise TypeError(f"no case file is known for {type(command).__name__}")


def _only_case_of(document_requirement_id: str, batch: Batch) -> str:
    """The case of a document that a command names without its case.

    Here alone the write side reads a read table. The log has no index by the documents that its events ask for, and
    commands that name no case are stored and given again for ever. Raises `Refusal` unless there is one case.
    """
    cases = sorted(batch.cases_of_document(document_requirement_id))
    if not cases:
        raise unknown_document(document_requirement_id)
    if len(cases) > 1:
        raise Refusal(
            Code.AMBIGUOUS_DOCUMENT,
            f"The document requirement {document_requirement_id} is one of the cases {' and '.join(cases)}:"
            " say in case_id which of them is meant.",
        )
    return cases[0]
