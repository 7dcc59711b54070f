"""A dry run of other document rules: the changes that they would make to the cases that are being worked on."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from store.domain.casework.documents import missing_documents, no_longer_asked
from store.domain.events import DocumentRequirementDetermined
from store.domain.rules import Rules
from store.domain.statuses import IN_WORK, DocumentStatus
from store.log.loaded_case import case_after
from store.log.read import get_events_for_case
from store.progress import Progress
from store.sqlite.transactions import read_transaction


class Change(StrEnum):
    """`unknown`: this version can't tell how the case stands, as with an event of a newer one."""

    ASKS = "asks"
    NO_LONGER_ASKS = "no longer asks"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A document that these rules would ask of a case, or no longer ask. `status` is None if the case lacks it."""

    change: Change
    case_id: str
    reference: str
    name: str
    document_type: str | None = None
    entity_id: str | None = None
    entity_name: str | None = None
    rule_id: str | None = None
    rule: str | None = None
    status: DocumentStatus | None = None


_IN_WORK: Final = ", ".join(f"'{status}'" for status in sorted(IN_WORK))


def rule_changes(connection: sqlite3.Connection, rules: Rules, progress: Progress) -> Iterator[RuleChange]:
    """The documents that the rules would ask for and a case lacks, and those that it has and the rules would not ask
    for. The oldest case comes first. Cases that are proposed or closed are left out, because nothing can be asked of
    them. `progress` counts cases."""
    with read_transaction(connection):
        (total,) = connection.execute(f"SELECT count(*) FROM cases WHERE status IN ({_IN_WORK})").fetchone()
        cases = connection.execute(
            f"SELECT case_id, reference, name FROM cases WHERE status IN ({_IN_WORK}) ORDER BY created_at, case_id"
        )
        for done, case in enumerate(cases, start=1):
            yield from _of_case(connection, case, rules)
            progress(done, total)


def _of_case(connection: sqlite3.Connection, row: tuple[str, str, str], rules: Rules) -> Iterator[RuleChange]:
    events = get_events_for_case(connection, row[0])
    case = case_after(events)
    if case is None:
        yield RuleChange(Change.UNKNOWN, *row)
        return
    asked_before = (it.payload for it in events if isinstance(it.payload, DocumentRequirementDetermined))
    sentences = {it.document_requirement_id: it.rule for it in asked_before}
    for new_event in missing_documents(case, rules):
        asked = new_event.payload
        assert isinstance(asked, DocumentRequirementDetermined)
        yield RuleChange(
            Change.ASKS, *row, asked.document_type, asked.entity_id, asked.entity_name, asked.rule_id, asked.rule
        )
    for document in no_longer_asked(case, rules):
        entity = document.entity
        yield RuleChange(
            Change.NO_LONGER_ASKS,
            *row,
            document.document_type,
            entity.entity_id,
            entity.name,
            document.rule_id,
            sentences[document.document_requirement_id],
            document.status,
        )
