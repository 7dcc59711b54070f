"""Many commands in one transaction. Each is decided at once; their commits and rows are written together.

An imported case goes through many events at once. If each were written by itself, it would cost a statement for every
table, and would move index entries that the next event moves again.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from store.domain.events import DocumentRequirementDetermined
from store.domain.operation import NewEvent
from store.log.append import save_events
from store.log.commit import Commit
from store.log.loaded_case import LoadedCase, load_case
from store.projections import project
from store.projections.fresh_tables import project_new_cases

_COMMITS_AT_ONCE: Final = 2_000
"""After this many commits they are written while the batch goes on, so that memory does not grow with the batch."""


class Batch:
    """The commits that a transaction has added and not written yet, and the cases that it has added them to.

    Nobody else writes meanwhile. A caller that reads the database calls `write` first.
    """

    def __init__(self, connection: sqlite3.Connection, device: str) -> None:
        self.device = device
        self._connection = connection
        self._added: list[tuple[Commit, Sequence[NewEvent]]] = []
        self._commits_of: dict[str, list[Commit]] = {}
        self._loaded: dict[str, tuple[LoadedCase, Commit]] = {}
        self._cases_of_document: dict[str, set[str]] = {}

    def load_case(self, case_id: str) -> LoadedCase:
        """As `store.log.loaded_case.load_case`, with what was added."""
        if case_id not in self._loaded:
            return load_case(self._connection, case_id)
        before, commit = self._loaded[case_id]
        return before.followed_by(commit)

    def cases_of_document(self, document_requirement_id: str) -> set[str]:
        """The cases that ask for this document, by what was added and by the read table."""
        rows = self._connection.execute(
            "SELECT case_id FROM required_documents WHERE document_requirement_id = ?", (document_requirement_id,)
        )
        return {case_id for (case_id,) in rows} | self._cases_of_document.get(document_requirement_id, set())

    def commits_of(self, command_id: str) -> Sequence[Commit]:
        """The added commits of this command."""
        return self._commits_of.get(command_id, ())

    def add(self, before: LoadedCase, commit: Commit, new_events: Sequence[NewEvent]) -> None:
        """Add the next commit of a case, which was in the state `before`."""
        case_id = commit.header.case_id
        self._added.append((commit, new_events))
        self._commits_of.setdefault(commit.header.command_id, []).append(commit)
        self._loaded[case_id] = before, commit
        for new_event in new_events:
            if isinstance(new_event.payload, DocumentRequirementDetermined):
                self._cases_of_document.setdefault(new_event.payload.document_requirement_id, set()).add(case_id)
        if len(self._added) >= _COMMITS_AT_ONCE:
            self.write()

    def write(self) -> None:
        """Write all added commits into the log and the read tables.

        If that fails, the transaction has to be rolled back, because a part of the batch may be written.
        """
        if not self._added:
            return
        commits = [(commit, [new_event.payload for new_event in new_events]) for commit, new_events in self._added]
        new = {commit.header.case_id for commit, _ in self._added if commit.header.parent is None}
        events = save_events(self._connection, commits)
        project_new_cases(self._connection, [event for event in events if event.case_id in new])
        project(self._connection, [event for event in events if event.case_id not in new])
        self._added.clear()
        self._commits_of.clear()
        self._loaded.clear()
        self._cases_of_document.clear()
