"""The rules of casework: `decide(case, command, context) -> facts`, or a `Refusal` that says why not.

basis      rules in force, context, facts
opening    opening a case
documents  asking for documents, moving them through their statuses, their files and expiry
parties    people, owners, the company's profile
owners     who the beneficial owners are
casework   assignment, due date, tags, notes, waiting, withdrawing, reopening
review     checks, risk, decision and approval
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from store.domain import commands as c
from store.domain.case_file import CaseFile
from store.domain.decisions.basis import Context, Fact, Rules, document_name, either, unknown_case, unknown_document
from store.domain.decisions.casework import add_note, assign, change_to, set_due_date, tag, unassign, untag
from store.domain.decisions.documents import (
    attach_file,
    determine_documents,
    missing_documents,
    no_longer_asked,
    request_document,
    set_document_expiry,
    update_document_status,
    waive_document,
)
from store.domain.decisions.opening import case_id_of_new_case, create_case
from store.domain.decisions.owners import confirm_owners
from store.domain.decisions.parties import (
    add_owner,
    add_person,
    correct_owner,
    link_person,
    remove_owner,
    update_company,
)
from store.domain.decisions.review import (
    approve_decision,
    missing_for_approval,
    propose_decision,
    rate_risk,
    record_check,
    return_decision,
)
from store.domain.refusals import Refusal
from store.domain.statuses import CLOSED, IN_WORK, CaseStatus
from store.domain.values import words

__all__ = [
    "Context",
    "Fact",
    "Rules",
    "case_id_of_new_case",
    "decide",
    "document_name",
    "missing_documents",
    "missing_for_approval",
    "no_longer_asked",
    "unknown_case",
    "unknown_document",
]

Decision = Callable[[CaseFile, Any, Context], Iterator[Fact]]

_ANY: Final = frozenset(CaseStatus)
_PENDING: Final = frozenset({CaseStatus.PENDING_APPROVAL})

DECISIONS: Final[Mapping[type[c.Command], tuple[Decision, frozenset[CaseStatus]]]] = {
    c.CreateCase: (create_case, frozenset()),
    c.DetermineInitialDocumentRequirements: (determine_documents, IN_WORK),
    c.UpdateDocumentStatus: (update_document_status, IN_WORK),
    c.AddPersonToCase: (add_person, IN_WORK),
    c.LinkPersonToCompany: (link_person, IN_WORK),
    c.AddBeneficialOwner: (add_owner, IN_WORK),
    c.CorrectBeneficialOwner: (correct_owner, IN_WORK),
    c.RemoveBeneficialOwner: (remove_owner, IN_WORK),
    c.ConfirmBeneficialOwners: (confirm_owners, IN_WORK),
    c.UpdateCompanyProfile: (update_company, IN_WORK),
    c.RequestDocument: (request_document, IN_WORK),
    c.WaiveDocument: (waive_document, IN_WORK),
    c.AttachFile: (attach_file, IN_WORK),
    c.SetDocumentExpiry: (set_document_expiry, IN_WORK),
    c.AssignCase: (assign, _ANY),
    c.UnassignCase: (unassign, _ANY),
    c.SetDueDate: (set_due_date, _ANY - CLOSED),
    c.TagCase: (tag, _ANY),
    c.UntagCase: (untag, _ANY),
    c.AddNote: (add_note, _ANY),
    c.RecordCheck: (record_check, IN_WORK),
    c.RateRisk: (rate_risk, IN_WORK),
    c.AwaitClient: (change_to(CaseStatus.AWAITING_CLIENT), frozenset({CaseStatus.OPEN})),
    c.ResumeCase: (change_to(CaseStatus.OPEN), frozenset({CaseStatus.AWAITING_CLIENT})),
    c.WithdrawCase: (change_to(CaseStatus.WITHDRAWN), _ANY - CLOSED),
    c.ReopenCase: (change_to(CaseStatus.OPEN), CLOSED),
    c.ProposeDecision: (propose_decision, IN_WORK),
    c.ApproveDecision: (approve_decision, _PENDING),
    c.ReturnDecision: (return_decision, _PENDING),
}
"""What decides each command, and in which statuses of a case it can be given. A new command needs its line here."""

# How the case gets to OPEN: said where the command is for open cases.
_WAY_OUT: Final[Mapping[CaseStatus, str]] = {
    CaseStatus.OPEN: "",
    CaseStatus.AWAITING_CLIENT: "",
    CaseStatus.PENDING_APPROVAL: "; return the proposed decision first",
    CaseStatus.APPROVED: "; reopen it first",
    CaseStatus.REJECTED: "; reopen it first",
    CaseStatus.WITHDRAWN: "; reopen it first",
}


def decide(case: CaseFile, command: c.Command, context: Context) -> list[Fact]:
    """The events that the command leads to, in order; none if there is nothing to change.

    Raises `Refusal` when the command does not hold for this case file.
    """
    decision, statuses = DECISIONS[type(command)]
    if not isinstance(command, c.CreateCase):
        if case.status is None:
            raise unknown_case("with this id")
        if case.status not in statuses:
            raise Refusal(
                "forbidden_in_status",
                f"The case is {case.status}; ‘{words(type(command).__name__)}’ is for cases that are"
                f" {either(status for status in CaseStatus if status in statuses)}"
                f"{_WAY_OUT[case.status] if CaseStatus.OPEN in statuses else ''}.",
            )
    return list(decision(case, command, context))
