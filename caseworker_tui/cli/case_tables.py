"""Cases, case files and the log as plain text, for reading in a terminal and for grep. Times are UTC, as stored."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from caseworker_tui.cli.printing import write_line, write_long_table, write_table
from caseworker_tui.text.ownership import confirmation, controls, party_names, proposal, share, tree_lines
from store.attachments import spoken_size
from store.domain.events import PAYLOADS
from store.domain.identifiers import case_reference
from store.domain.ownership import Ownership
from store.domain.statuses import label
from store.domain.values import words
from store.log.read import RecordedEvent
from store.queries.as_of import CaseThen
from store.queries.assessment import AssessedCase, Assessment
from store.queries.case_file import (
    AttachmentRow,
    CheckRow,
    CompanyRow,
    DocumentRow,
    NoteRow,
    OwnerRow,
    PersonRow,
)
from store.queries.notification_rules import RuleInForce
from store.queries.queue import QueueRow
from store.queries.related import Related, RelatedCase
from store.queries.timeline import sentence
from store.queries.workload import Bar, Chart

_LONGEST_EVENT_TYPE: Final = max(map(len, PAYLOADS))

Cells = tuple[str, ...]


_QUEUE_HEADINGS: Final = (
    "REFERENCE",
    "NAME",
    "TYPE",
    "CASE TYPE",
    "STATUS",
    "DONE",
    "ASSIGNEE",
    "DUE",
    "CLIENT",
    "OPENED (UTC)",
    "CHANGED (UTC)",
)


def write_queue(cases: Callable[[], Iterable[QueueRow]]) -> None:
    """The cases as a table. `cases` is called twice: see `write_long_table`."""
    write_long_table(lambda: chain([_QUEUE_HEADINGS], map(_queue_cells, cases())))


def _queue_cells(case: QueueRow) -> Cells:
    return (
        case.reference,
        case.name,
        case.traitement_type,
        case.case_type,
        case.status,
        f"{case.documents_done}/{case.documents_required}",
        case.assignee or "",
        case.due_date or "",
        case.client_id,
        _to_the_minute(case.created_at),
        _to_the_minute(case.updated_at),
    )


def write_charts(charts: Sequence[tuple[Chart, Sequence[Bar]]]) -> None:
    for chart, bars in charts:
        _write_heading(chart.title)
        _write_rows(("CASES", "OF", "QUERY"), ((f"{bar.cases:,}", bar.label, bar.query) for bar in bars))


def _to_the_minute(timestamp: str) -> str:
    return timestamp[:16].replace("T", " ")


def write_case(stands: AssessedCase, others: Related | None, then: CaseThen | None) -> None:
    """A case file to read. Values that are not known are left out."""
    view, case = stands.view, stands.view.case
    if then:
        _write_when(then)
    write_line(f"{case.reference}  {case.name}")
    _write_known(
        ("Case", f"{case.traitement_type} {case.case_type}, {case.status}"),
        ("Case id", case.case_id),
        ("Client", case.client_id),
        ("Source", case.source),
        ("Assignee", case.assignee),
        ("Due", case.due_date),
        ("Tags", ", ".join(view.tags)),
        ("Risk", case.risk),
        ("Next review", case.next_review_on),
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
        named = party_names(view.beneficial_owners)
        _write_rows(
            ("NAME", "KIND", "SHARE", "HELD IN", "UBO", "CONTROL", "ENDED"),
            (_owner_cells(owner, named) for owner in view.beneficial_owners),
        )
    if stands.assessed and stands.assessed.ownership:
        _write_ownership(stands.assessed.ownership, view.beneficial_owners)
    _write_heading(f"Documents ({case.documents_done} of {case.documents_required} required are done)")
    _write_rows(("STATUS", "DOCUMENT", "OF", "REQUIRED", "EXPIRES", "WHY", "ID"), map(_document_cells, view.documents))
    if view.attachments:
        _write_heading("Files")
        files = ((document, file) for document in view.documents for file in view.files_of(document))
        _write_rows(
            ("NAME", "SIZE", "DOCUMENT", "OF", "BY", "AT (UTC)", "SHA-256"), (_file_cells(*each) for each in files)
        )
    if view.checks:
        _write_heading("Checks")
        _write_rows(("OUTCOME", "CHECK", "OF", "BY", "AT (UTC)", "EVIDENCE", "AGAINST"), map(_check_cells, view.checks))
    if view.notes:
        _write_heading("Notes")
        for note in view.notes:
            _write_note(note)
    if others:
        _write_related(others)
    _write_decision(case, stands.assessed)


def _write_when(then: CaseThen) -> None:
    """The heading of a past version: its time and number, and the change that led to it."""
    entry = then.entry
    write_line(f"AS IT STOOD at {entry.recorded_at}: version {entry.version} of {then.versions}")
    for done in entry.sentences:
        write_line(f"  {entry.actor} {done}")
    write_line()


def _write_related(others: Related) -> None:
    """The related cases, a line for each party that links one, or a heading that there are none."""
    _write_heading(f"Related cases: {others.summary}")
    if others.cases:
        _write_rows(("REFERENCE", "NAME", "TYPE", "STATUS", "RISK", "WHY"), chain(*map(_related_rows, others.cases)))
    for more in others.more:
        write_line(f"  {more.sentence}")


def _related_rows(other: RelatedCase) -> Iterator[Cells]:
    case = other.case
    for link in other.links:
        yield case.reference, case.name, case.traitement_type, case.status, case.risk or "", link.sentence


def _write_ownership(ownership: Ownership, owners: tuple[OwnerRow, ...]) -> None:
    """The tree of owners, the beneficial owners, and the doubts."""
    if ownership.branches:
        _write_heading("Ownership")
        beneficial = {owner.owner_id for owner in owners if owner.is_ubo}
        _write_rows(
            ("SHARE", "IN ALL", "OWNER"),
            (
                (line.share, line.in_all, f"{line.lines}{line.name}{f'  ({line.remark})' if line.remark else ''}")
                for line in tree_lines(ownership, beneficial, controls(owners))
            ),
        )
    _write_heading(f"Beneficial owners ({ownership.rule}, or control)")
    for line in (*proposal(ownership), confirmation(ownership)):
        write_line(f"  {line}")
    if ownership.doubts:
        _write_heading("In doubt")
        for doubt in ownership.doubts:
            write_line(f"  {doubt.sentence}")


def _write_decision(case: QueueRow, assessed: Assessment | None) -> None:
    """The proposal that waits for a second person, and the assessment of the case by the rules."""
    _write_heading("Decision")
    if case.proposed_decision:
        write_line(f"  Proposed by {case.proposed_by}: {case.proposed_decision}, {case.proposal_reason}")
    if assessed is None:
        write_line("  The case holds an event of a newer version of caseworker: upgrade to have it assessed.")
        return
    for missing in assessed.missing:
        write_line(f"  Missing for an approval: {missing}")
    if not assessed.missing:
        write_line("  Nothing is missing for an approval.")
    reasons = "; ".join(assessed.risk.reasons) or "no rule finds more"
    write_line(f"  The rules propose the risk {assessed.risk.level}: {reasons}")


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
        document.expires_on or "",
        ": ".join(filter(None, (document.reason_code, document.reason))),
        document.document_requirement_id,
    )


def _file_cells(document: DocumentRow, file: AttachmentRow) -> Cells:
    return (
        file.file_name,
        spoken_size(file.size),
        label(document.document_type),
        document.entity_name,
        file.attached_by,
        _to_the_minute(file.attached_at),
        file.sha256,
    )


def _check_cells(check: CheckRow) -> Cells:
    return (
        check.outcome,
        label(check.kind),
        check.entity_name or "the case",
        check.recorded_by,
        _to_the_minute(check.recorded_at),
        " ".join(check.evidence.split()),
        check.screening.spoken if check.screening else "",
    )


def _write_note(note: NoteRow) -> None:
    write_line(f"  {_to_the_minute(note.written_at)} {note.written_by}")
    for line in note.text.splitlines():
        write_line(f"    {line.expandtabs()}".rstrip())


def write_log(events: Iterable[tuple[RecordedEvent, int]], last_position: int) -> None:
    """A line for each event: position, time, case with its version, event type, person, and what they did."""
    for event, version in events:
        write_line(
            f"{event.position:>{len(str(last_position))}}  {event.timestamp}  {case_reference(event.case_id)}"
            f" v{version:<3}  {event.event_type:<{_LONGEST_EVENT_TYPE}}  {event.actor} {sentence(event.payload)}"
        )


def write_rules(rules: Iterable[RuleInForce]) -> None:
    """The notification rules in force, one line each."""
    headings = ("TRIGGER", "RULE", "NOTIFICATION", "TEMPLATE", "LANGUAGE", "FROM")
    cells = [
        (
            rule.event_trigger,
            rule.rule_id,
            rule.notification_type,
            rule.template_id or "",
            rule.language_code or "",
            rule.source,
        )
        for rule in rules
    ]
    write_table([headings, *cells])


def _write_heading(text: str) -> None:
    write_line()
    write_line(text)


def _write_known(*pairs: tuple[str, str | None]) -> None:
    write_table(((name, value) for name, value in pairs if value), indent="  ")


def _write_rows(headings: Cells, cells: Iterator[Cells]) -> None:
    write_table([headings, *cells], indent="  ")
