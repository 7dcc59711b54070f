"""The dialogs of a case, one function for each action: what it asks, and the command that follows from the answers.

Those about owners are in `owners`. A dialog without a question gives its command at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from caseworker_tui.case.owners import UPGRADE
from caseworker_tui.case.subject import Subject
from caseworker_tui.dialogs.fields import BIRTHDATE, COMPANY_FIELDS, FIRSTNAME, LASTNAME, NATIONALITY
from caseworker_tui.dialogs.questions import (
    Answers,
    Choice,
    Dialog,
    FileLine,
    Line,
    Question,
    document_type,
    given,
    in_order,
)
from caseworker_tui.new_case.form import nested
from caseworker_tui.text.wording import DOCUMENT_MOVES_SPOKEN
from store.domain import commands as c
from store.domain.casework.attachments import NO_DATE
from store.domain.statuses import (
    ADVERSE,
    CLOSED,
    DOCUMENT_MOVES,
    REJECTION_SENTENCES,
    CaseStatus,
    CheckKind,
    CheckOutcome,
    Decision,
    DocumentStatus,
    Reason,
    RejectionReason,
    RiskLevel,
    document_name,
    label,
)
from store.domain.values import OwnerKind
from store.queries.case_file import CaseFileView, DocumentRow

WHOLE_CASE: Final = "-"


def why_not_move(subject: Subject) -> str:
    document = subject.document
    return "" if document is None or document.status in DOCUMENT_MOVES else UPGRADE


def move_document(subject: Subject) -> Dialog:
    """Move a document to another status; only systems say VERIFIED_SYSTEM."""
    document = _document(subject)
    moves = DOCUMENT_MOVES[document.status]
    statuses = tuple(
        (status.value, f"{DOCUMENT_MOVES_SPOKEN[status]}{'' if reason is Reason.NONE else ' …'}")
        for status, reason in moves.items()
        if status in DOCUMENT_MOVES_SPOKEN
    )
    codes = tuple(
        (code.value, f"{REJECTION_SENTENCES[code]}{'  (adverse)' if code in ADVERSE else ''}")
        for code in RejectionReason
    )

    def ask(answers: Answers) -> Question | None:
        if "new_status" not in answers:
            return Choice("new_status", "What becomes of it?", statuses)
        reason = moves[DocumentStatus(answers["new_status"])]
        if reason is Reason.CODE and "reason_code" not in answers:
            return Choice("reason_code", "Why is it rejected?", codes)
        if reason is Reason.TEXT and "reason" not in answers:
            return Line("reason", "Why?", "the reason, in a sentence")
        return None

    known = _seen(subject, document)
    name = _name(document)
    capitalised = f"{name[:1].upper()}{name[1:]}"
    return Dialog(
        f"{capitalised} is {label(document.status)}",
        ask,
        lambda answers: c.UpdateDocumentStatus.model_validate(known | dict(answers)),
        f"{capitalised} was moved.",
    )


def _document(subject: Subject) -> DocumentRow:
    assert subject.document is not None  # the action is `of_document`
    return subject.document


def _seen(subject: Subject, document: DocumentRow) -> dict[str, str]:
    """What a command says of the document that the person saw."""
    return {
        "case_id": subject.case_id,
        "document_requirement_id": document.document_requirement_id,
        "old_status": document.status,
    }


def _name(document: DocumentRow) -> str:
    return document_name(document.document_type, document.entity_name)


def attach_file(subject: Subject) -> Dialog:
    document = _document(subject)
    known = _seen(subject, document)
    return Dialog(
        f"Attach a file to {_name(document)}",
        in_order(FileLine("file", "Which file?", "type its path, or drop it here")),
        lambda answers: c.AttachFile.model_validate(known | {k: v for k, v in answers.items() if k != "file"}),
        "The file is attached: F opens it, D sets when the document expires.",
    )


def document_expiry(subject: Subject) -> Dialog:
    """Set the last day on which a document holds."""
    document = _document(subject)

    def command(answers: Answers) -> c.Command:
        return c.SetDocumentExpiry(
            case_id=subject.case_id,
            document_requirement_id=document.document_requirement_id,
            expires_on=answers["expires_on"].strip() or None,
            seen=document.expires_on or NO_DATE,
        )

    return Dialog(
        f"When does {_name(document)} expire?",
        in_order(
            Line("expires_on", "Last day", "YYYY-MM-DD; empty for none", document.expires_on or "", optional=True)
        ),
        command,
        "The expiry date is set.",
    )


def _dialog(title: str, model: type[c.OfCase], done: str, *questions: Question) -> Callable[[Subject], Dialog]:
    """A dialog whose answers are the fields of a command on the case."""
    return lambda subject: Dialog(
        title,
        in_order(*questions),
        lambda answers: model.model_validate({"case_id": subject.case_id, **given(answers)}),
        done,
    )


add_note = _dialog(
    "Add a note", c.AddNote, "The note is added.", Line("text", "Note", "what the next reader should know")
)
assign = _dialog("Give the case to somebody", c.AssignCase, "The case is given.", Line("assignee", "To whom?"))
unassign = _dialog("Leave the case to nobody", c.UnassignCase, "Nobody has the case now.")
tag = _dialog("Tag the case", c.TagCase, "The case is tagged.", Line("tag", "Tag", "a word in small letters"))
determine_documents = _dialog(
    "Ask for every document",
    c.DetermineInitialDocumentRequirements,
    "All that the rules require is asked for.",
)


def take(subject: Subject) -> Dialog:
    command = c.AssignCase(case_id=subject.case_id, assignee=subject.actor)
    return Dialog("Take the case", in_order(), lambda _: command, "The case is yours.")


def pin(subject: Subject) -> Dialog:
    if subject.view.case.pinned:
        return _dialog("Take the pin off", c.UnpinCase, "The pin is off.")(subject)
    return _dialog("Pin the case", c.PinCase, "The case is pinned.")(subject)


def _options(codes: Any) -> tuple[tuple[str, str], ...]:
    return tuple((code.value, label(code)) for code in codes)


def entities(view: CaseFileView) -> tuple[tuple[str, str], ...]:
    """The company and the people of a case, by id."""
    company = [(view.company.company_id, view.company.registered_name)] if view.company else []
    people = [(person.person_id, f"{person.firstname} {person.lastname}") for person in view.persons]
    owners = [(owner.person_id, owner.name) for owner in view.beneficial_owners if owner.person_id]
    return tuple(dict([*company, *owners, *people]).items())


def _companies_that_own(view: CaseFileView) -> tuple[tuple[str, str], ...]:
    """The owners that are companies, by id. They can be checked, and are asked for no documents."""
    return tuple((owner.owner_id, owner.name) for owner in view.beneficial_owners if owner.kind is OwnerKind.ENTITY)


def set_due_date(subject: Subject) -> Dialog:
    return Dialog(
        "By when is the case to be decided?",
        in_order(
            Line("due_date", "Day", "YYYY-MM-DD; empty for none", subject.view.case.due_date or "", optional=True)
        ),
        lambda answers: c.SetDueDate(case_id=subject.case_id, due_date=answers["due_date"].strip() or None),
        "The due date is set.",
    )


def untag(subject: Subject) -> Dialog:
    question = Choice("tag", "Which tag goes?", tuple((tag, tag) for tag in subject.view.tags))
    return Dialog(
        "Take a tag away",
        in_order(question),
        lambda answers: c.UntagCase(case_id=subject.case_id, tag=answers["tag"]),
        "The tag is gone.",
    )


def record_check(subject: Subject) -> Dialog:
    of = (*entities(subject.view), *_companies_that_own(subject.view), (WHOLE_CASE, "the case as a whole"))

    def command(answers: Answers) -> c.Command:
        fields = {"case_id": subject.case_id, **given(answers)}
        if fields["entity_id"] == WHOLE_CASE:
            del fields["entity_id"]
        return c.RecordCheck.model_validate(fields)

    return Dialog(
        "Record a check",
        in_order(
            Choice("kind", "What was checked?", _options(CheckKind)),
            Choice("entity_id", "Of whom?", of),
            Choice("outcome", "What did it come to?", _options(CheckOutcome)),
            Line("evidence", "Evidence", "where you looked, and what you found"),
        ),
        command,
        "The check is recorded.",
    )


def rate_risk(subject: Subject) -> Dialog:
    title = "Rate the risk"
    if subject.assessed:
        why = "; ".join(subject.assessed.risk.reasons) or "nothing speaks against it"
        title = f"Rate the risk. Proposed: {label(subject.assessed.risk.level)}: {why}"
    return Dialog(
        title,
        in_order(Choice("level", "Your rating", _options(RiskLevel)), Line("reason", "Why?", "the reason")),
        lambda answers: c.RateRisk.model_validate({"case_id": subject.case_id, **answers}),
        "The risk is rated.",
    )


def propose(subject: Subject) -> Dialog:
    missing = (
        f" Missing for an approval: {'; '.join(subject.assessed.missing)}."
        if subject.assessed and subject.assessed.missing
        else ""
    )
    return Dialog(
        f"Propose a decision.{missing}",
        in_order(
            Choice("decision", "Your proposal", _options(Decision)),
            Line("reason", "Why?", "at least 10 characters"),
        ),
        lambda answers: c.ProposeDecision.model_validate({"case_id": subject.case_id, **answers}),
        f"A decision on {subject.view.case.reference} is proposed; somebody else approves it.",
        leads_on=True,
    )


def review(subject: Subject) -> Dialog:
    case = subject.view.case
    assert case.proposed_decision is not None  # the action can't be given without a proposal

    def ask(answers: Answers) -> Question | None:
        if "answer" not in answers:
            return Choice("answer", "Your answer", (("approve", "approve the proposal"), ("return", "return it …")))
        if answers["answer"] == "return" and "reason" not in answers:
            return Line("reason", "Why?", "what is to be done")
        return None

    def command(answers: Answers) -> c.Command:
        if answers["answer"] == "approve":
            return c.ApproveDecision.model_validate({"case_id": case.case_id, "decision": case.proposed_decision})
        return c.ReturnDecision(case_id=case.case_id, reason=answers["reason"])

    return Dialog(
        f"{case.proposed_by} proposes to {label(case.proposed_decision)}: {case.proposal_reason}",
        ask,
        command,
        f"The proposal on {case.reference} is answered.",
        leads_on=True,
    )


_STATUS_COMMANDS: Final[Mapping[str, type[c.OfCase]]] = {
    "wait for the client": c.AwaitClient,
    "go on: the client has answered": c.ResumeCase,
    "withdraw": c.WithdrawCase,
    "reopen": c.ReopenCase,
}


def move_case(subject: Subject) -> Dialog:
    status = subject.view.case.status
    if status in CLOSED:
        possible = ["reopen"]
    else:
        change = {
            CaseStatus.OPEN: ["wait for the client"],
            CaseStatus.AWAITING_CLIENT: ["go on: the client has answered"],
        }
        possible = [*change.get(status, []), "withdraw"]
    return Dialog(
        f"The case is {label(status)}",
        in_order(
            Choice("change", "What now?", tuple((each, f"{each} …") for each in possible)),
            Line("reason", "Why?", "the reason, in a sentence"),
        ),
        lambda answers: _STATUS_COMMANDS[answers["change"]].model_validate(
            {"case_id": subject.case_id, "reason": answers["reason"]}
        ),
        "The case was moved.",
    )


def request_document(subject: Subject) -> Dialog:
    return Dialog(
        "Ask for a document beyond the rules",
        in_order(
            Choice("entity_id", "Of whom?", entities(subject.view)),
            Line("document_type", "Which document?", "like BANK_REFERENCE"),
            Line("reason", "Why?", "the reason, in a sentence"),
        ),
        lambda answers: c.RequestDocument.model_validate(
            {
                "case_id": subject.case_id,
                **answers,
                "document_type": document_type(answers["document_type"]),
            }
        ),
        "The document is asked for.",
    )


def add_person(subject: Subject) -> Dialog:
    role = (
        [Line("role_in_company", "Role", "Director, …; empty for none", optional=True)] if subject.view.company else []
    )

    def command(answers: Answers) -> c.Command:
        fields = {"case_id": subject.case_id, "person": given(answers)}
        linked = "role_in_company" in fields["person"]
        return (c.LinkPersonToCompany if linked else c.AddPersonToCase).model_validate(fields)

    return Dialog(
        "Add a person",
        in_order(
            FIRSTNAME.line(),
            LASTNAME.line(),
            BIRTHDATE.optional_line(),
            NATIONALITY.optional_line(),
            *role,
        ),
        command,
        "The person is in the case.",
    )


def update_company(subject: Subject) -> Dialog:
    company = subject.view.company
    assert company is not None  # the action can't be given without one
    row = asdict(company)
    texts = {field.path: row[field.path.removeprefix("registered_address.")] or "" for field in COMPANY_FIELDS}

    def ask(answers: Answers) -> Question | None:
        fields = tuple((field.path, f"{field.label}: {texts[field.path] or 'not known'}") for field in COMPANY_FIELDS)
        hints = {field.path: field.hint for field in COMPANY_FIELDS}
        path = answers.get("field", "")
        return in_order(
            Choice("field", "What changes?", fields),
            Line("value", "New value", hints.get(path, ""), texts.get(path, ""), optional=True),
        )(answers)

    def command(answers: Answers) -> c.Command:
        kept = {name: row[name] for name in ("trading_name", "business_type", "industry_sector") if row[name]}
        address = {"state_province": row["state_province"]} if row["state_province"] else {}
        profile = kept | nested(texts | {answers["field"]: answers["value"]})
        profile["registered_address"] = address | profile.get("registered_address", {})
        return c.UpdateCompanyProfile.model_validate({"case_id": subject.case_id, "company_profile": profile})

    return Dialog("Update the company's profile", ask, command, "The profile is updated.")
