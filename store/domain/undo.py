"""Taking back a change: for each event the command that leads back from it, or why there is none and what to do.

Nothing is taken out of the log: an undo is a command like any other, and undone in its turn.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from store.domain import commands as c
from store.domain import events as e
from store.domain.case_file import CaseFile
from store.domain.statuses import DOCUMENT_MOVES, CaseStatus, DocumentStatus, Reason, label


@dataclass(frozen=True, slots=True)
class Undo:
    """`command` leads back to how the case was; `but` says what does not come back with it."""

    command: c.Command
    but: str = ""


def undo_of(before: CaseFile, payloads: Sequence[e.Payload]) -> Undo | str:
    """How to take back the events of one command, given the case before it; or a sentence that says why not.

    The first event is what the command was for; the others follow from it, and follow it back.
    """
    if not payloads:
        return "It changed nothing, so there is nothing to undo."
    first, *followed = payloads
    way_back = WAYS_BACK[type(first)]
    undo = way_back if isinstance(way_back, str) else way_back(before, first)
    if isinstance(undo, Undo) and not undo.but and any(isinstance(it, _OF_DOCUMENTS) for it in followed):
        return replace(undo, but="documents that were asked for or moved with it do not go back")
    return undo


_OF_DOCUMENTS: Final = (e.DocumentRequirementDetermined, e.DocumentStatusUpdated)


def _reason(done: str) -> str:
    return f"undone: {done}"


def _owner_added(_: CaseFile, it: e.BeneficialOwnerAdded) -> Undo:
    return Undo(c.RemoveBeneficialOwner(case_id=it.case_id, owner_id=it.owner_id, reason=_reason("added")))


def _owner_corrected(before: CaseFile, it: e.BeneficialOwnerCorrected) -> Undo:
    owner = before.owners[it.owner_id]
    command = c.CorrectBeneficialOwner(case_id=it.case_id, owner_id=it.owner_id, owner=owner, seen=it.owner)
    same_person = before.person_of_owner.get(it.owner_id) == it.person_id
    return Undo(command, "" if same_person else "who comes back may count as somebody new, of whom documents are asked")


def _owner_removed(before: CaseFile, it: e.BeneficialOwnerRemoved) -> Undo:
    owner = before.owners[it.owner_id]
    command = c.AddBeneficialOwner(case_id=it.case_id, owner=owner)
    return Undo(command, "documents may be asked of them anew" if owner.person_details else "")


def _owners_confirmed(before: CaseFile, it: e.BeneficialOwnersConfirmed) -> Undo | str:
    confirmed = before.confirmation
    if confirmed is None:
        return "A confirmation stays until another takes its place: confirm anew."
    command = c.ConfirmBeneficialOwners(
        case_id=it.case_id,
        owner_ids=confirmed.owner_ids,
        senior_managing_official=confirmed.senior_managing_official,
        reason=_reason("confirmed"),
    )
    return Undo(command, "" if it.proposed == confirmed.proposed else "the rules propose somebody else than they did")


def _company_updated(before: CaseFile, it: e.CompanyProfileUpdated) -> Undo:
    assert before.profile is not None  # there is a profile before it is updated
    return Undo(c.UpdateCompanyProfile(case_id=it.case_id, company_profile=before.profile, seen=it.profile))


def _document_moved(before: CaseFile, it: e.DocumentStatusUpdated) -> Undo | str:
    old, new, moves = it.old_status, it.new_status, DOCUMENT_MOVES[it.new_status]
    to, but = old, ""
    if new is DocumentStatus.NOT_APPLICABLE and old is not DocumentStatus.AWAITING_UPLOAD:
        to = DocumentStatus.AWAITING_UPLOAD
        but = f"the document was {label(old)}, and will be {label(to)}"
    if to not in moves:
        return (
            f"A document that is {label(new)} does not go back to {label(old)}:"
            f" it can become {' or '.join(label(status) for status in moves)}."
        )
    code = before.documents[it.document_requirement_id].reason_code if moves[to] is Reason.CODE else None
    return Undo(
        c.UpdateDocumentStatus(
            document_requirement_id=it.document_requirement_id,
            old_status=new,
            new_status=to,
            reason=_reason(label(new)),
            reason_code=code,
        ),
        but,
    )


def _expiry_set(_: CaseFile, it: e.DocumentExpirySet) -> Undo:
    return Undo(
        c.SetDocumentExpiry(
            document_requirement_id=it.document_requirement_id,
            expires_on=it.previous,
            seen=it.expires_on or c.NO_DATE,
        )
    )


def _assigned(_: CaseFile, it: e.CaseAssigned) -> Undo:
    if it.previous is None:
        return Undo(c.UnassignCase(case_id=it.case_id))
    return Undo(c.AssignCase(case_id=it.case_id, assignee=it.previous))


def _unassigned(_: CaseFile, it: e.CaseUnassigned) -> Undo:
    return Undo(c.AssignCase(case_id=it.case_id, assignee=it.previous))


def _due_date_set(before: CaseFile, it: e.DueDateSet) -> Undo:
    return Undo(c.SetDueDate(case_id=it.case_id, due_date=before.due_date))


def _tagged(_: CaseFile, it: e.CaseTagged) -> Undo:
    return Undo(c.UntagCase(case_id=it.case_id, tag=it.tag))


def _untagged(_: CaseFile, it: e.CaseUntagged) -> Undo:
    return Undo(c.TagCase(case_id=it.case_id, tag=it.tag))


def _risk_rated(before: CaseFile, it: e.RiskRated) -> Undo | str:
    if before.risk is None:
        return "It was the first rating, so there is none to go back to: rate the risk again."
    return Undo(c.RateRisk(case_id=it.case_id, level=before.risk, reason=_reason(label(it.level))))


def _status_changed(_: CaseFile, it: e.CaseStatusChanged) -> Undo | str:
    case_id, reason = it.case_id, _reason(label(it.new_status))
    match it.old_status, it.new_status:
        case CaseStatus.OPEN, CaseStatus.AWAITING_CLIENT:
            return Undo(c.ResumeCase(case_id=case_id, reason=reason))
        case CaseStatus.AWAITING_CLIENT, CaseStatus.OPEN:
            return Undo(c.AwaitClient(case_id=case_id, reason=reason))
        case CaseStatus.WITHDRAWN, CaseStatus.OPEN:
            return Undo(c.WithdrawCase(case_id=case_id, reason=reason))
        case old, CaseStatus.WITHDRAWN:
            return Undo(c.ReopenCase(case_id=case_id, reason=reason), _will_be_open(old))
    return f"Only a decision makes a case {label(it.old_status)}: propose it again."


def _decision_proposed(before: CaseFile, it: e.DecisionProposed) -> Undo:
    assert before.status is not None  # a decision is proposed on a case that is there
    reason = _reason(f"proposed to {label(it.decision)}")
    return Undo(c.ReturnDecision(case_id=it.case_id, reason=reason), _will_be_open(before.status))


def _decision_returned(before: CaseFile, it: e.DecisionReturned) -> Undo | str:
    if it.proposed_by != it.returned_by or before.proposal is None:
        return f"The proposal was {it.proposed_by}'s, who can make it again; or propose a decision yourself."
    return Undo(c.ProposeDecision(case_id=it.case_id, decision=it.decision, reason=before.proposal.reason))


def _will_be_open(before: CaseStatus) -> str:
    return "" if before is CaseStatus.OPEN else f"the case was {label(before)}, and will be open"


WayBack = Callable[[CaseFile, Any], Undo | str]

WAYS_BACK: Final[Mapping[type[e.Payload], WayBack | str]] = {
    e.CompanyProfileCreated: "A case that was opened stays: withdraw it instead.",
    e.CaseCreated: "A case that was opened stays: withdraw it instead.",
    e.PersonLinkedToCompany: "A person stays in the case: waive what is asked of them, and say in a note why.",
    e.PersonAddedToCase: "A person stays in the case: waive what is asked of them, and say in a note why.",
    e.BeneficialOwnerAdded: _owner_added,
    e.DocumentRequirementDetermined: "A document that was asked for stays listed: waive it instead.",
    e.DocumentStatusUpdated: _document_moved,
    e.FileAttached: "A file stays attached: attach the right one too, and say in a note what is wrong with this one.",
    e.DocumentExpirySet: _expiry_set,
    e.NotificationRequired: "A notification is on its way and can't be called back.",
    e.CompanyProfileUpdated: _company_updated,
    e.BeneficialOwnerCorrected: _owner_corrected,
    e.BeneficialOwnerRemoved: _owner_removed,
    e.BeneficialOwnersConfirmed: _owners_confirmed,
    e.CaseAssigned: _assigned,
    e.CaseUnassigned: _unassigned,
    e.DueDateSet: _due_date_set,
    e.CaseTagged: _tagged,
    e.CaseUntagged: _untagged,
    e.NoteAdded: "A note stays as it was written: add another that puts it right.",
    e.CheckRecorded: "A check stays on record: record it again with what it comes to now.",
    e.RiskRated: _risk_rated,
    e.CaseStatusChanged: _status_changed,
    e.DecisionProposed: _decision_proposed,
    e.DecisionApproved: "A decision that two people made stays: reopen the case instead.",
    e.DecisionReturned: _decision_returned,
}
"""What leads back from each event. A new event needs its line here; a test says so."""
