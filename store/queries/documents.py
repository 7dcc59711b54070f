"""Documents across cases: one that a person names, an attached file, and all that expire soon."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from store.domain.refusals import Code, Refusal, unknown_document
from store.domain.statuses import HELD, CaseStatus, DocumentStatus, document_name, label
from store.queries.case_file import AttachmentRow, find_case
from store.queries.rows import maker, names_of
from store.validation import echo

LEAST_DIGITS: Final = 6
"""A file can be named by so many digits of its SHA-256, or more."""

_DIGITS: Final = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},64}}")
_FILE: Final = ", ".join(names_of(AttachmentRow))


@dataclass(frozen=True, slots=True)
class ExpiringRow:
    """A document that has expired or soon will. `status` is the document's, `case_status` the case's."""

    expires_on: str
    document_requirement_id: str
    document_type: str
    entity_id: str
    entity_name: str
    status: DocumentStatus
    case_id: str
    reference: str
    name: str
    case_status: CaseStatus
    assignee: str | None
    is_required: bool


_EXPIRING: Final = f"""
SELECT d.expires_on, d.document_requirement_id, d.document_type, d.entity_id, d.entity_name, d.status,
       c.case_id, c.reference, c.name, c.status, c.assignee, d.is_required
FROM required_documents AS d JOIN cases AS c ON c.case_id = d.case_id
WHERE d.expires_on IS NOT NULL AND d.expires_on <= ? AND d.status IN ({", ".join(f"'{each}'" for each in sorted(HELD))})
      AND c.status NOT IN ('{CaseStatus.REJECTED}', '{CaseStatus.WITHDRAWN}')
ORDER BY d.expires_on, d.document_requirement_id
"""

_expiring_row: Final = maker(ExpiringRow)


def expiring(connection: sqlite3.Connection, until: date) -> Iterator[ExpiringRow]:
    """The documents at hand whose last day is `until` or earlier, the earliest first. Cases that were rejected or
    withdrawn are left out."""
    return map(_expiring_row, connection.execute(_EXPIRING, (until.isoformat(),)))


class FoundDocument(NamedTuple):
    """A document that a person named, and its case."""

    case_id: str
    document_requirement_id: str


def find_document(connection: sqlite3.Connection, named: str) -> FoundDocument:
    """The document that a person names by its id, as `CASE/TYPE`, or as `CASE/TYPE/NAME`, where more than one party of
    the case is asked for it. Raises `Refusal` when that is none, or more than one."""
    case, slash, rest = named.strip().partition("/")
    if not slash:
        known = connection.execute(
            "SELECT case_id, document_requirement_id FROM required_documents WHERE document_requirement_id = ?"
            " ORDER BY case_id",
            (case.lower(),),
        ).fetchall()
        if not known:
            raise unknown_document(echo(named))
        if len(known) > 1:
            cases = " and ".join(case_id for case_id, _ in known)
            raise Refusal(
                Code.AMBIGUOUS_DOCUMENT, f"{echo(named)} is a document of the cases {cases}: name it as CASE/TYPE."
            )
        return FoundDocument(*known[0])
    case_id = find_case(connection, case)
    kind, _, name = (part.strip().replace("_", " ").casefold() for part in rest.partition("/"))
    documents = connection.execute(
        "SELECT document_requirement_id, document_type, entity_name FROM required_documents"
        " WHERE case_id = ? ORDER BY rowid",
        (case_id,),
    ).fetchall()
    found = [
        (document_id, document_name(document_type, entity_name), entity_name.casefold())
        for document_id, document_type, entity_name in documents
        if kind in (document_type.replace("_", " ").casefold(), label(document_type).casefold())
        and name in entity_name.casefold()
    ]
    found = [each for each in found if each[2] == name] or found
    if not found:
        asked = "; ".join(f"{document_type} of {entity_name}" for _, document_type, entity_name in documents)
        raise Refusal(Code.UNKNOWN_DOCUMENT, f"The case asks for no {echo(rest)}; it asks for {asked or 'nothing'}.")
    if len(found) > 1:
        meant = " and ".join(what for _, what, _ in found)
        raise Refusal(
            Code.AMBIGUOUS_DOCUMENT,
            f"{echo(named)} stands for {meant}: add a name, as {case}/{kind}/NAME, or give the id.",
        )
    return FoundDocument(case_id, str(found[0][0]))


def find_file(connection: sqlite3.Connection, named: str) -> AttachmentRow:
    """The file that a person names: by the first digits of its SHA-256, or by its document, of which it is the newest
    file. Raises `Refusal` if no file has that name, or more than one."""
    if _DIGITS.fullmatch(named.strip().lower()):
        found = _files(connection, "sha256 GLOB ?", (f"{named.strip().lower()}*",))
        if len({file.sha256 for file in found}) > 1:
            raise Refusal(
                Code.AMBIGUOUS_FILE, f"More than one file begins with {named}: give more digits of the SHA-256."
            )
    else:
        found = _files(connection, "case_id = ? AND document_requirement_id = ?", find_document(connection, named))
    if not found:
        raise Refusal(
            Code.UNKNOWN_FILE, f"No file is attached as {echo(named)}: `caseworker show CASE` lists a case's files."
        )
    return found[-1]


def _files(connection: sqlite3.Connection, condition: str, values: tuple[str, ...]) -> list[AttachmentRow]:
    query = f"SELECT {_FILE} FROM attachments WHERE {condition} ORDER BY rowid"
    return [AttachmentRow(*row) for row in connection.execute(query, values)]
