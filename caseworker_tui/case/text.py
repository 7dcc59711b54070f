"""A case file as text, for the preview and the panes alike."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Final

from textual.content import Content

from caseworker_tui.case.blocks import heading, joined, table
from caseworker_tui.case.party_text import company, confirmation_line, not_yet
from caseworker_tui.text.ownership import proposal
from caseworker_tui.text.wording import (
    CHECK_SIGNS,
    CHECK_STYLES,
    DOCUMENT_SIGNS,
    DOCUMENT_STYLES,
    PINNED_SIGN,
    UNKNOWN,
    ago,
    expiry,
    local_time,
    shortened,
)
from store.attachments import spoken_size
from store.clock import days_until
from store.domain.likeness import Certainty
from store.domain.statuses import ADVERSE, DONE, HELD, REJECTION_SENTENCES, label
from store.queries.as_of import CaseThen
from store.queries.assessment import AssessedCase
from store.queries.case_file import AttachmentRow, CaseFileView, DocumentRow
from store.queries.related import Related, RelatedCase
from store.queries.timeline import TimelineEntry
from store.queries.undo import UndoOffer

CERTAINTY_SIGNS: Final[Mapping[Certainty, str]] = {Certainty.SAME: "●", Certainty.LIKELY: "◐", Certainty.MAYBE: "○"}
"""The marks of how certain it is that two parties are the same. The reason stands beside in words."""

SOON: Final = 30
"""If a document expires within so many days, this is said wherever the document is named."""


def title(view: CaseFileView) -> Content:
    """One line that names the case."""
    case = view.case
    return Content.assemble(
        (case.reference, "bold"),
        f" {PINNED_SIGN} " if case.pinned else "  ",
        (case.name, "bold"),
        (f"  {case.traitement_type} · {label(case.case_type)} · {label(case.status)}", "dim"),
    )


def preview(view: CaseFileView, now: datetime, others: Related) -> Content:
    """A case at a glance. Documents that are not done come before the others."""
    case = view.case
    today = now.astimezone(UTC).date()
    people = ", ".join(f"{person.firstname} {person.lastname}" for person in view.persons)
    owners = ", ".join(owner.name for owner in view.beneficial_owners if owner.ended_on is None)
    return joined(
        Content.assemble((case.name, "bold")),
        Content.assemble((f"{case.reference} · {case.traitement_type} · {label(case.case_type)}", "dim")),
        *([Content(others.summary.capitalize())] if others.cases else []),
        Content(f"Documents {case.documents_done} of {case.documents_required} done"),
        *(_dated_line(document, today, of=case.name) for document in sorted(view.documents, key=_is_done)),
        *([Content(f"People: {people}")] if people else []),
        *([Content(f"Owners: {owners}")] if owners else []),
        Content(f"With {case.assignee or 'nobody'}{f', due {case.due_date}' if case.due_date else ''}"),
        Content.assemble((f"Opened {ago(case.created_at, now)} for client {case.client_id}", "dim")),
    )


def overview(view: CaseFileView, now: datetime, others: Related | None) -> Content:
    case = view.case
    today = now.astimezone(UTC).date()
    dated = [(document, _days_left(document, today)) for document in view.documents]
    waiting = [document for document, days in dated if not _is_done(document) or (days is not None and days < 0)]
    soon = [document for document, days in dated if days is not None and 0 <= days <= SOON and _is_done(document)]
    return joined(
        *table(
            ("Client", case.client_id),
            ("Case type", label(case.case_type)),
            ("Status", label(case.status)),
            ("With", case.assignee or "nobody"),
            ("Due", case.due_date),
            ("Risk", label(case.risk) if case.risk else "not rated"),
            ("Next review", case.next_review_on),
            ("Tags", ", ".join(view.tags) or None),
            ("Related", f"{others.summary}{': R lists them' if others.cases else ''}" if others else None),
            ("Opened", f"{local_time(case.created_at)} ({ago(case.created_at, now)})"),
            ("Last change", f"{local_time(case.updated_at)} by {case.updated_by}"),
            ("Documents", f"{case.documents_done} of {case.documents_required} done"),
            ("Source", case.source),
            ("Case id", case.case_id),
        ),
        *heading("Still to do"),
        *([_dated_line(document, today, of=case.name) for document in waiting] or [Content("No document is waiting.")]),
        *(heading("Expires soon") if soon else ()),
        *(_dated_line(document, today, of=case.name) for document in soon),
        *(company(view.company, others) if view.company else ()),
    )


def review(stands: AssessedCase, *, past: bool) -> Content:
    """The basis of a decision: a proposal that waits, the missing conditions, the risk and the checks."""
    view, assessed = stands.view, stands.assessed
    case = view.case
    lines: list[Content] = []
    if case.proposed_decision:
        lines += heading("Proposed", first=True)
        lines.append(Content(f"{case.proposed_by} proposes to {label(case.proposed_decision)}: {case.proposal_reason}"))
        if not past:
            lines.append(Content.styled("v answers it; whoever proposed it can't approve it.", "dim"))
    lines += heading("For an approval", first=not lines)
    if assessed is None:
        lines.append(Content("This case holds events of a newer version of caseworker: upgrade to assess it."))
    else:
        lines += [Content(f"✗ {missing}") for missing in assessed.missing] or [Content("● Nothing is missing.")]
        if assessed.ownership:
            lines += heading("Beneficial owners")
            lines.append(confirmation_line(assessed.ownership, past=past))
            lines += map(Content, proposal(assessed.ownership))
        lines += heading("Risk")
        lines.append(
            Content(f"Rated {label(case.risk)}") if case.risk else not_yet("Not rated", "r rates it", past=past)
        )
        lines.append(Content(f"The rules propose {label(assessed.risk.level)}:"))
        lines += [Content(f"  {reason}") for reason in assessed.risk.reasons] or [
            Content("  nothing speaks against it")
        ]
    lines += heading(f"Checks ({len(view.checks)})")
    for check in reversed(view.checks):
        lines.append(
            Content.assemble(
                (
                    f"{CHECK_SIGNS.get(check.outcome, UNKNOWN)} {label(check.outcome)}",
                    CHECK_STYLES.get(check.outcome, ""),
                ),
                f"  {label(check.kind)} of {check.entity_name or 'the case'}",
                (f"  {local_time(check.recorded_at)} by {check.recorded_by}", "dim"),
            )
        )
        if check.screening:
            lines.append(Content.styled(f"  against {check.screening.spoken}", "dim"))
        lines.append(Content.styled(f"  {check.evidence}", "dim"))
    if not view.checks:
        lines.append(not_yet("Nothing is checked", "c records a check, S screens against lists", past=past))
    return joined(*lines)


def related_case(other: RelatedCase) -> Content:
    """Another case in the list of related ones, with its status and each party that links it."""
    case = other.case
    return joined(
        Content.assemble(f"{CERTAINTY_SIGNS[other.certainty]} ", (f"{case.reference}  {case.name}", "bold")),
        Content.styled(
            f"  {case.traitement_type} · {label(case.case_type)} · {label(case.status)}"
            f" · {f'risk {label(case.risk)}' if case.risk else 'risk not rated'}",
            "dim",
        ),
        *(Content(f"  {link.who}\n    {link.likeness.sentence}") for link in other.links),
    )


def notes(view: CaseFileView, *, past: bool) -> Content:
    """The notes, newest first."""
    lines: list[Content] = []
    for note in reversed(view.notes):
        lines.append(Content.assemble((f"{local_time(note.written_at)}  ", "dim"), (note.written_by, "bold")))
        lines += [Content(f"  {line}") for line in note.text.splitlines()]
    return joined(*(lines or [not_yet("No note", "n adds one", past=past)]))


def document_line(document: DocumentRow, *, of: str = "") -> Content:
    """The status of a document. Its party is left out if that is `of`."""
    whose = "" if document.entity_name == of else f" of {document.entity_name}"
    return Content.assemble(
        (
            f"{DOCUMENT_SIGNS.get(document.status, UNKNOWN)} {label(document.status)}",
            DOCUMENT_STYLES.get(document.status, ""),
        ),
        f"  {label(document.document_type)}{whose}",
    )


def _dated_line(document: DocumentRow, today: date, *, of: str) -> Content:
    """The same, with its expiry if the document expires soon or has expired."""
    line, days = document_line(document, of=of), _days_left(document, today)
    if document.expires_on is None or days is None or days > SOON:
        return line
    return Content.assemble(line, "  ", _expiry(document.expires_on, days, today))


def document_entry(document: DocumentRow, files: Iterable[AttachmentRow], today: date) -> Content:
    """A document in the list of documents: its line, and below it why it stands there, its expiry and its files."""
    below = f"since {local_time(document.updated_at)} by {document.updated_by}"
    why, last_day = document_reason(document), document.expires_on
    return joined(
        document_line(document),
        Content.assemble((f"  {below}{': ' + why if why else ''}", "dim")),
        *(
            [Content.assemble("  ", _expiry(last_day, _days_left(document, today), today), (f", on {last_day}", "dim"))]
            if last_day
            else []
        ),
        *(Content.assemble(("  ▪ ", "dim"), file_line(file)) for file in files),
    )


def file_line(file: AttachmentRow) -> str:
    return f"{file.file_name}  {spoken_size(file.size)}"


def _days_left(document: DocumentRow, today: date) -> int | None:
    """The days until a document at hand expires. It is None for other documents, and if no last day is known."""
    if document.expires_on is None or document.status not in HELD:
        return None
    return days_until(document.expires_on, today)


def _expiry(last_day: str, days: int | None, today: date) -> tuple[str, str]:
    """The expiry in words, with its style. The fewer `days` are left of a document at hand, the louder it is."""
    said = expiry(last_day, today)
    if days is not None and days < 0:
        return f"✗ {said}", "bold $text-error"
    return said, "$text-warning" if days is not None and days <= SOON else "dim"


def document_reason(document: DocumentRow) -> str:
    """The reason why the document was last rejected, waived or moved back, or an empty text."""
    parts = []
    if document.reason_code:
        why = REJECTION_SENTENCES.get(document.reason_code) or label(document.reason_code)
        parts.append(f"{why}{' (adverse)' if document.reason_code in ADVERSE else ''}")
    if document.reason:
        parts.append(document.reason)
    return "; ".join(parts)


def timeline_entry(entry: TimelineEntry) -> Content:
    """One change of the case: its time, person and version, and below them a line for each thing that was done."""
    return joined(
        Content.assemble(
            (f"{local_time(entry.recorded_at)}  ", "dim"),
            (entry.actor, "bold"),
            (f"  version {entry.version}", "dim"),
            ("  ~ not accepted yet" if entry.pending else "", "bold $warning"),
        ),
        *(Content(f"  {shortened(sentence)}") for sentence in entry.sentences),
    )


def as_it_stood(then: CaseThen) -> Content:
    """The banner over a past version: its time and number, and the change that led to it."""
    entry = then.entry
    more = f", and {len(entry.sentences) - 1} more" if len(entry.sentences) > 1 else ""
    return joined(
        Content.assemble(
            (f"As it stood on {local_time(entry.recorded_at)}", "bold"),
            f" · version {entry.version} of {then.versions} · esc back to today",
        ),
        Content(f"after {entry.actor} {shortened(entry.sentences[0])}{more}"),
    )


def undo_question(offer: UndoOffer) -> str:
    when, what = local_time(offer.entry.recorded_at), shortened(offer.entry.sentences[0])
    but = f"\n\nNot all comes back: {offer.undo.but}." if offer.undo.but else ""
    return f"Undo what you did on {when}?\n\nYou {what}{but}"


def _is_done(document: DocumentRow) -> bool:
    return document.status in DONE
