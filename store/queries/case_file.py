"""One case file, from the read tables."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic_core import from_json

from store.domain.document_rules import EntityType
from store.domain.identifiers import read_reference
from store.domain.refusals import Code, Refusal, unknown_case
from store.domain.screening import Screening
from store.domain.statuses import CheckKind, CheckOutcome, DocumentStatus, RejectionReason
from store.domain.values import FROM_THE_LOG, Directness, OwnerKind, UnspecifiedReason
from store.log.read import head_of
from store.queries.queue import QueueRow, queue_row
from store.queries.rows import maker, names_of
from store.sqlite.transactions import read_transaction
from store.validation import echo

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class CompanyRow:
    company_id: str
    registered_name: str
    trading_name: str | None
    registration_number: str | None
    registration_date: str | None
    country_of_incorporation: str
    lei: str | None
    legal_form: str | None
    business_type: str | None
    industry_sector: str | None
    street: str | None
    city: str | None
    state_province: str | None
    postal_code: str | None
    country: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """`company_id` is None unless the person is linked to the company of the case."""

    person_id: str
    company_id: str | None
    firstname: str
    lastname: str
    birthdate: str | None
    role_in_company: str | None
    nationality: str | None
    country_of_residence: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """Shares are in per cent. The minimum and the maximum of an exact share are equal, and None if no figure is known.

    `held_in` is the `party` of the owner in which the share is held. It is None for the company itself.
    """

    owner_id: str
    person_id: str | None
    kind: OwnerKind
    name: str
    birthdate: str | None
    country: str | None
    registration_number: str | None
    lei: str | None
    unspecified_reason: UnspecifiedReason | None
    unspecified_details: str | None
    share_minimum: float | None
    share_maximum: float | None
    directness: Directness
    types_of_control: tuple[str, ...]
    interests: tuple[Mapping[str, Any], ...]
    is_ubo: bool
    party: str | None
    held_in: str | None
    source: str | None
    as_of: str | None
    ended_on: str | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    document_requirement_id: str
    document_type: str
    entity_type: EntityType
    entity_id: str
    entity_name: str
    is_required: bool
    status: DocumentStatus
    reason: str | None
    reason_code: RejectionReason | None
    metadata: Mapping[str, Any]
    rule_id: str
    rule: str
    updated_at: str
    updated_by: str
    expires_on: str | None


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A file that was attached to a document; `sha256` names its content."""

    attachment_id: str
    document_requirement_id: str
    sha256: str
    size: int
    media_type: str
    file_name: str
    attached_at: str
    attached_by: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """`entity_id` is None for a check of the case as a whole, `screening` for a check without a list."""

    check_id: str
    kind: CheckKind
    outcome: CheckOutcome
    entity_id: str | None
    entity_name: str | None
    evidence: str
    screening: Screening | None
    recorded_at: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    note_id: str
    text: str
    written_at: str
    written_by: str


@dataclass(frozen=True, slots=True)
class CaseFileView:
    """A case file as it stands; `head` is the id of its newest commit."""

    case: QueueRow
    head: str
    company: CompanyRow | None
    persons: tuple[PersonRow, ...]
    beneficial_owners: tuple[OwnerRow, ...]
    documents: tuple[DocumentRow, ...]
    attachments: tuple[AttachmentRow, ...]
    checks: tuple[CheckRow, ...]
    notes: tuple[NoteRow, ...]
    tags: tuple[str, ...]

    def files_of(self, document: DocumentRow) -> tuple[AttachmentRow, ...]:
        """What was attached to one of its documents, the oldest first."""
        wanted = document.document_requirement_id
        return tuple(each for each in self.attachments if each.document_requirement_id == wanted)


def find_case(connection: sqlite3.Connection, id_or_reference: str) -> str:
    """The id of the case that a person names by its id or its reference, typed in any way.

    Raises `Refusal` when there is none, or when two cases share the reference.
    """
    named = id_or_reference.strip().encode(errors="replace").decode()  # a terminal may hand over half a character
    rows = connection.execute(
        "SELECT case_id FROM cases WHERE case_id = ? UNION SELECT case_id FROM cases WHERE reference = ?",
        (named.lower(), read_reference(named)),
    ).fetchall()
    if not rows:
        raise unknown_case(f"with the id or reference {echo(named)}")
    if len(rows) > 1:
        ids = " and ".join(row[0] for row in rows)
        raise Refusal(Code.AMBIGUOUS_CASE, f"The reference {named} stands for {ids}: name the case by its id.")
    return str(rows[0][0])


def case_file(connection: sqlite3.Connection, case_id: str) -> CaseFileView:
    """Everything that belongs to a case. Raises `Refusal` when there is none with this id."""
    with read_transaction(connection):
        return case_file_in(connection, case_id, head_of(connection, case_id))


def case_file_in(tables: sqlite3.Connection, case_id: str, head: str | None) -> CaseFileView:
    """The same from read tables of today or of the past. `head` is the newest commit that they hold."""
    case = queue_row(tables, case_id)
    if case is None or head is None:
        raise unknown_case(f"with the id {case_id}")
    companies = _rows(tables, "companies", CompanyRow, case_id)
    return CaseFileView(
        case=case,
        head=head,
        company=companies[0] if companies else None,
        persons=_rows(tables, "persons", PersonRow, case_id),
        beneficial_owners=_rows(tables, "beneficial_owners", OwnerRow, case_id),
        documents=_rows(tables, "required_documents", DocumentRow, case_id),
        attachments=_rows(tables, "attachments", AttachmentRow, case_id),
        checks=_rows(tables, "checks", CheckRow, case_id),
        notes=_rows(tables, "notes", NoteRow, case_id),
        tags=case.tags,
    )


T = TypeVar("T", bound="DataclassInstance")

_FROM_SQLITE: Final[Mapping[str, Callable[[Any], Any]]] = {
    "metadata": from_json,
    "types_of_control": lambda text: tuple(from_json(text)),
    "interests": lambda text: tuple(from_json(text)),
    "screening": lambda text: text and Screening.model_validate_json(text, context=FROM_THE_LOG),
}


@cache
def _made(row_type: type[T]) -> Callable[[Iterable[Any]], T]:
    return maker(row_type, _FROM_SQLITE)


def _rows(connection: sqlite3.Connection, table: str, row_type: type[T], case_id: str) -> tuple[T, ...]:
    """A case's rows of a read table, in the order in which they came."""
    columns = ", ".join(names_of(row_type))
    rows = connection.execute(f"SELECT {columns} FROM {table} WHERE case_id = ? ORDER BY rowid", (case_id,))
    return tuple(map(_made(row_type), rows))
