"""Cases, case files and the log as plain text, for reading in a terminal and for grep. Times are UTC, as stored."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, Final

from caseworker_tui.printing import write_line, write_table
from store.domain.events import PAYLOADS
from store.domain.identifiers import case_reference
from store.domain.statuses import label
from store.domain.values import words
from store.log.read import RecordedEvent
from store.queries.case_file import CaseFileView, CompanyRow, DocumentRow, OwnerRow, PersonRow
from store.queries.queue import QueueRow
from store.queries.timeline import sentence

_LONGEST_EVENT_TYPE: Final = max(map(len, PAYLOADS))

Cells = tuple[str, ...]


def fields_of(row: Any) -> dict[str, Any]:
    """The fields of a row, by name."""
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def case_as_json(view: CaseFileView) -> dict[str, Any]:
    """A case file as `caseworker show --json` prints it: the fields of the case, and its parts below them."""
    return {
        **fields_of(view.case),
        "head": view.head,
        "company": view.company and fields_of(view.company),
        "persons": [fields_of(person) for person in view.persons],
        "beneficial_owners": [fields_of(owner) for owner in view.beneficial_owners],
        "documents": [fields_of(document) for document in view.documents],
    }


def write_queue(cases: Callable[[], Iterable[QueueRow]]) -> None:
    headings = ("REFERENCE", "NAME", "TYPE", "CASE TYPE", "STATUS", "DONE", "CLIENT", "OPENED (UTC)", "CHANGED (UTC)")
    write_table(lambda: chain([headings], map(_queue_cells, cases())))


def _queue_cells(case: QueueRow) -> Cells:
    return (
        case.reference,
        case.name,
        case.traitement_type,
        case.case_type,
        case.status,
        f"{case.documents_done}/{case.documents_required}",
        case.client_id,
        _to_the_minute(case.created_at),
        _to_the_minute(case.updated_at),
    )


def _to_the_minute(timestamp: str) -> str:
    return timestamp[:16].replace("T", " ")


def write_case(view: CaseFileView) -> None:
    """A case file to read: what is not known is left out."""
    case = view.case
    write_line(f"{case.reference}  {case.name}")
    _write_known(
        ("Case", f"{case.traitement_type} {case.case_type}, {case.status}"),
        ("Case id", case.case_id),
        ("Client", case.client_id),
        ("Source", case.source),
        ("Opened", case.created_at),
        ("Last change", f"{case.updated_at} by {case.updated_by}"),
        ("Head", view.head),
    )
    if view.company:
        _write_heading("Company")
        _write_company(view.company)
    if view.persons:
        _write_heading("Persons")
        _write_rows(("NAME", "ROLE", "BORN", "NATIONALITY", "LIVES IN", "E-MAIL"), map(_person_cells, view.persons))
    if view.beneficial_owners:
        _write_heading("Owners")
        named = {owner.party: owner.name for owner in view.beneficial_owners if owner.party}
        _write_rows(
            ("NAME", "KIND", "SHARE", "HELD IN", "UBO", "CONTROL", "ENDED"),
            (_owner_cells(owner, named) for owner in view.beneficial_owners),
        )
    _write_heading(f"Documents ({case.documents_done} of {case.documents_required} required are done)")
    _write_rows(("STATUS", "DOCUMENT", "OF", "REQUIRED", "WHY", "ID"), map(_document_cells, view.documents))


def _write_company(company: CompanyRow) -> None:
    address = (company.street, company.postal_code, company.city, company.state_province, company.country)
    _write_known(
        ("Name", company.registered_name),
        ("Trading as", company.trading_name),
        ("Number", company.registration_number),
        ("LEI", company.lei),
        ("Registered on", company.registration_date),
        ("Incorporated in", company.country_of_incorporation),
        ("Address", ", ".join(filter(None, address))),
        ("Legal form", company.legal_form),
        ("Business", company.business_type),
        ("Sector", company.industry_sector),
    )


def _person_cells(person: PersonRow) -> Cells:
    return (
        f"{person.firstname} {person.lastname}",
        person.role_in_company or "",
        person.birthdate or "",
        person.nationality or "",
        person.country_of_residence or "",
        person.email or "",
    )


def _owner_cells(owner: OwnerRow, named: dict[str, str]) -> Cells:
    from caseworker_tui.wording import share  # noqa: PLC0415 (loads rich)

    name = f"{owner.name} ({owner.unspecified_details})" if owner.unspecified_details else owner.name
    return (
        name,
        owner.kind,
        share(owner),
        named.get(owner.held_in, owner.held_in) if owner.held_in else "",
        "yes" if owner.is_ubo else "",
        ", ".join(words(control) for control in owner.types_of_control),
        owner.ended_on or "",
    )


def _document_cells(document: DocumentRow) -> Cells:
    return (
        document.status,
        label(document.document_type),
        document.entity_name,
        "yes" if document.is_required else "no",
        ": ".join(filter(None, (document.reason_code, document.reason))),
        document.document_requirement_id,
    )


def write_log(events: Iterable[RecordedEvent], last_position: int) -> None:
    """One line an event: position, time, case, event type, who, and what they did."""
    for event in events:
        write_line(
            f"{event.position:>{len(str(last_position))}}  {event.timestamp}  {case_reference(event.case_id)}"
            f"  {event.event_type:<{_LONGEST_EVENT_TYPE}}  {event.actor} {sentence(event.payload)}"
        )


def _write_heading(text: str) -> None:
    write_line()
    write_line(text)


def _write_known(*pairs: tuple[str, str | None]) -> None:
    known = [(name, value) for name, value in pairs if value]
    write_table(lambda: known, indent="  ")


def _write_rows(headings: Cells, cells: Iterator[Cells]) -> None:
    rows = [headings, *cells]
    write_table(lambda: rows, indent="  ")
