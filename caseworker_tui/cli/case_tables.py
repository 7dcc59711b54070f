"""Cases, case files and the log as plain text, for reading in a terminal and for grep. Times are UTC, as stored."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from caseworker_tui.cli.printing import write_line, write_long_table, write_table
from caseworker_tui.text.ownership import confirmation, controls, party_names, proposal, share, tree_lines
from store.attachments import spoken_size
from store.domain.events import PAYLOADS
from store.domain.identifiers import case_reference
from store.domain.ownership import Branch, Ownership
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
from store.queries.rows import fields_of
from store.queries.timeline import sentence
from store.queries.workload import Bar, Chart

_LONGEST_EVENT_TYPE: Final = max(map(len, PAYLOADS))

Cells = tuple[str, ...]


def case_as_json(stands: AssessedCase, others: Related | None, then: CaseThen | None) -> dict[str, Any]:
    """A case file as `caseworker show --json` prints it: the fields of the case, and its parts below them."""
    view, assessed = stands.view, stands.assessed
    return {
        **fields_of(view.case),
        "head": view.head,
        "as_of": then and _then_as_json(then),
        "company": view.company and fields_of(view.company),
        "persons": [fields_of(person) for person in view.persons],
        "beneficial_owners": [fields_of(owner) for owner in view.beneficial_owners],
        "documents": [
            fields_of(document) | {"files": [_file_as_json(file) for file in view.files_of(document)]}
            for document in view.documents
        ],
        "checks": [fields_of(check) for check in view.checks],
        "notes": [fields_of(note) for note in view.notes],
        "assessment": assessed
        and {
            "missing": assessed.missing,
            "risk": fields_of(assessed.risk),
            "ownership": assessed.ownership and _ownership_as_json(assessed.ownership),
        },
        "related": others and [_related_as_json(other) for other in others.cases],
        "related_more": others
        and [{"name": more.party.name, "cases": more.cases, "at_least": more.at_least} for more in others.more],
    }


def _related_as_json(other: RelatedCase) -> dict[str, Any]:
    case = other.case
    return {
        "case_id": case.case_id,
        "reference": case.reference,
        "traitement_type": case.traitement_type,
        "case_type": case.case_type,
        "status": case.status,
        "name": case.name,
        "risk": case.risk,
        "certainty": other.certainty,
        "links": [
            {
                "name": link.ours.name,
                "roles": link.ours.roles,
                "name_there": link.theirs.name,
                "roles_there": link.theirs.roles,
                "certainty": link.likeness.certainty,
                "reason": link.likeness.reason,
            }
            for link in other.links
        ],
    }


def _then_as_json(then: CaseThen) -> dict[str, Any]:
    entry = then.entry
    return {
        "version": entry.version,
        "versions": then.versions,
        "commit_id": entry.commit_id,
        "recorded_at": entry.recorded_at,
        "actor": entry.actor,
        "changes": then.changes,
    }


def _ownership_as_json(ownership: Ownership) -> dict[str, Any]:
    confirmed = ownership.confirmation
    return {
        **fields_of(ownership.rule),
        "tree": [_branch_as_json(branch) for branch in ownership.branches],
        "candidates": [{**each.model_dump(mode="json"), "over": each.over} for each in ownership.candidates],
        "officials": [fields_of(official) for official in ownership.officials],
        "doubts": [fields_of(doubt) for doubt in ownership.doubts],
        "confirmed": confirmed
        and {
            "owner_ids": confirmed.owner_ids,
            "senior_managing_official": confirmed.senior_managing_official,
            "names": confirmed.names,
            "outdated": ownership.outdated,
        },
    }


def _branch_as_json(branch: Branch) -> dict[str, Any]:
    """The fields of a branch. A band becomes two fields, which are null if there is none."""
    fields = fields_of(branch)
    for name in ("share", "indirect", "effective"):
        band = fields.pop(name)
        fields |= {f"{name}_minimum": band and band.minimum, f"{name}_maximum": band and band.maximum}
    return fields


def _file_as_json(file: AttachmentRow) -> dict[str, Any]:
    fields = fields_of(file)
    del fields["document_requirement_id"]  # it stands within its document
    return fields


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
