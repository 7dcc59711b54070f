"""The decision on a case, and its second pair of eyes."""

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator

from store.domain.case_file import CaseFile, Proposal
from store.domain.casework.case_status import status_changed, will_be_open
from store.domain.casework.notifications import notification
from store.domain.notification_rules import case_decided_trigger
from store.domain.operation import Context, NewEvent, OfCase, Payload, Undo, undone
from store.domain.refusals import Code, Refusal
from store.domain.risk import propose_risk
from store.domain.statuses import DECIDED, DONE, VERIFIED, CaseStatus, Decision, RiskLevel, label
from store.domain.values import Text

__all__ = [
    "ApproveDecision",
    "DecisionApproved",
    "DecisionProposed",
    "DecisionReturned",
    "ProposeDecision",
    "ReturnDecision",
]

_PENDING: Final = frozenset({CaseStatus.PENDING_APPROVAL})


def missing_for_approval(case: CaseFile, today: date) -> list[str]:
    """What stands between the case and an approval on this day, a sentence without its full stop each."""
    required = [document for document in case.documents.values() if document.is_required]
    documents = (f"{document.name} is {document.status}" for document in required if document.status not in DONE)
    expired = (
        f"{document.name} expired on {document.expires_on}"
        for document in required
        if document.status in VERIFIED and document.expired(today)
    )
    hits = (f"{hit.spoken(name)} is a hit that nobody settled" for hit, name in case.hits.items())
    return [*documents, *expired, *hits]


def _refuse_what_is_not_ready(case: CaseFile, context: Context) -> None:
    if missing := missing_for_approval(case, context.today):
        raise Refusal(Code.NOT_READY, f"The case can't be approved yet: {'; '.join(missing)}.")


def _long_enough(reason: str) -> str:
    if len(reason) < 10:
        raise ValueError("must have at least 10 characters: somebody else has to understand it")
    return reason


class ProposeDecision(OfCase):
    """Propose to approve or reject; somebody else approves the decision or returns it."""

    decision: Decision
    reason: Annotated[Text, AfterValidator(_long_enough)]

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        if self.decision is Decision.APPROVE:
            _refuse_what_is_not_ready(case, context)
        proposed = DecisionProposed(
            case_id=case.case_id, decision=self.decision, reason=self.reason, proposed_by=context.actor
        )
        yield NewEvent(case.case_id, proposed)


class DecisionProposed(Payload):
    """The case is PENDING_APPROVAL from here on."""

    decision: Decision
    reason: str
    proposed_by: str

    def applied_to(self, case: CaseFile) -> CaseFile:
        proposal = Proposal(self.decision, self.reason, self.proposed_by)
        return case._replace(status=CaseStatus.PENDING_APPROVAL, proposal=proposal)

    def sentence(self) -> str:
        return f"proposed to {label(self.decision)} the case: {self.reason}"

    def way_back(self, before: CaseFile) -> Undo:
        assert before.status is not None  # a decision is proposed on a case that is there
        reason = undone(f"proposed to {label(self.decision)}")
        return Undo(ReturnDecision(case_id=self.case_id, reason=reason), will_be_open(before.status))


class ApproveDecision(OfCase):
    """Approve what was proposed. `decision` is what the person saw."""

    statuses: ClassVar = _PENDING

    decision: Decision | None = None

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        proposal = _proposal(case)
        if self.decision not in (None, proposal.decision):
            raise Refusal(
                Code.STALE,
                f"The proposal is to {proposal.decision} now, not to {self.decision} as you saw it: look at it again.",
            )
        if _person(proposal.proposed_by) == _person(context.actor):
            raise Refusal(
                Code.FOUR_EYES,
                f"{context.actor} proposed this decision, so somebody else has to approve it; there is no way around"
                " that.",
            )
        if proposal.decision is Decision.APPROVE:  # a document may have expired since it was proposed
            _refuse_what_is_not_ready(case, context)
        risk = case.risk or propose_risk(case).level
        next_review_on = None
        if proposal.decision is Decision.APPROVE:
            next_review_on = _years_on(context.today, context.rules.review_years[risk]).isoformat()
        approved = DecisionApproved(
            case_id=case.case_id,
            decision=proposal.decision,
            reason=proposal.reason,
            proposed_by=proposal.proposed_by,
            approved_by=context.actor,
            risk=risk,
            next_review_on=next_review_on,
        )
        new_status = DECIDED[proposal.decision]
        yield NewEvent(case.case_id, approved)
        yield status_changed(case, new_status, proposal.reason)
        yield from notification(case, case_decided_trigger(new_status, case.traitement_type, case.case_type), context)


class DecisionApproved(Payload):
    """`next_review_on` is there for an approved case: when it is due again, by its `risk`."""

    decision: Decision
    reason: str
    proposed_by: str
    approved_by: str
    risk: RiskLevel
    next_review_on: str | None = None

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case  # the CaseStatusChanged that follows closes it

    def sentence(self) -> str:
        text = f"approved the proposal of {self.proposed_by} to {label(self.decision)}"
        return f"{text}; next review on {self.next_review_on}" if self.next_review_on else text

    def way_back(self, before: CaseFile) -> str:
        return "A decision that two people made stays: reopen the case instead."


class ReturnDecision(OfCase):
    """Give a proposed decision back to work."""

    statuses: ClassVar = _PENDING

    reason: Text

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        proposal = _proposal(case)
        returned = DecisionReturned(
            case_id=case.case_id,
            decision=proposal.decision,
            reason=self.reason,
            proposed_by=proposal.proposed_by,
            returned_by=context.actor,
        )
        yield NewEvent(case.case_id, returned)
        yield status_changed(case, CaseStatus.OPEN, self.reason)


class DecisionReturned(Payload):
    decision: Decision
    reason: str
    proposed_by: str
    returned_by: str

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case  # the CaseStatusChanged that follows opens it

    def sentence(self) -> str:
        return f"returned the proposal of {self.proposed_by} to {label(self.decision)}: {self.reason}"

    def way_back(self, before: CaseFile) -> Undo | str:
        if self.proposed_by != self.returned_by or before.proposal is None:
            return f"The proposal was {self.proposed_by}'s, who can make it again; or propose a decision yourself."
        back = ProposeDecision(case_id=self.case_id, decision=self.decision, reason=before.proposal.reason)
        return Undo(back)


def _person(actor: str) -> str:
    """An actor's name without what does not tell people apart: capitals, space around it, ways to compose a letter."""
    return unicodedata.normalize("NFKC", actor).casefold().strip()


def _proposal(case: CaseFile) -> Proposal:
    assert case.proposal is not None  # there is one whenever the case is PENDING_APPROVAL
    return case.proposal


def _years_on(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes 28 February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
