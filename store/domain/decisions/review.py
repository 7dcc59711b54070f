"""Checks, risk, and the decision with its second pair of eyes."""

import unicodedata
from collections.abc import Iterator
from datetime import date

from store.domain.case_file import CaseFile, Hit, Proposal
from store.domain.commands import ApproveDecision, ProposeDecision, RateRisk, RecordCheck, ReturnDecision
from store.domain.decisions.basis import Context, Fact, document_name
from store.domain.decisions.casework import status_changed
from store.domain.decisions.documents import entity_of
from store.domain.decisions.opening import notification
from store.domain.events import CheckRecorded, DecisionApproved, DecisionProposed, DecisionReturned, RiskRated
from store.domain.identifiers import derive_id
from store.domain.notification_rules import case_decided_trigger
from store.domain.refusals import Refusal
from store.domain.risk import propose_risk
from store.domain.statuses import DECIDED, DONE, VERIFIED, CaseStatus, Decision
from store.domain.values import OwnerKind


def record_check(case: CaseFile, command: RecordCheck, context: Context) -> Iterator[Fact]:
    recorded = CheckRecorded(
        case_id=case.case_id,
        check_id=derive_id(context.command_id, "check"),
        kind=command.kind,
        outcome=command.outcome,
        evidence=command.evidence,
        entity_id=command.entity_id,
        entity_name=_party_name(case, command),
        screening=command.screening,
    )
    yield Fact(case.case_id, recorded)


def _party_name(case: CaseFile, command: RecordCheck) -> str | None:
    """Whom the check is of, None for the whole case. A hit can be settled when its party has left the case."""
    entity_id = command.entity_id
    if entity_id is None:
        return None
    owner = case.owners.get(entity_id)
    if owner is not None and owner.kind is OwnerKind.ENTITY:
        return owner.name
    entry = command.screening.entry if command.screening else None
    of_hit = case.hits.get(Hit(command.kind, entity_id, entry))
    return of_hit if of_hit and entity_id not in case.entities else entity_of(case, entity_id).name


def rate_risk(case: CaseFile, command: RateRisk, _: Context) -> Iterator[Fact]:
    proposal = propose_risk(case)
    rated = RiskRated(
        case_id=case.case_id,
        level=command.level,
        reason=command.reason,
        proposed=proposal.level,
        reasons=proposal.reasons,
    )
    yield Fact(case.case_id, rated)


def missing_for_approval(case: CaseFile, today: date) -> list[str]:
    """What stands between the case and an approval on this day, a sentence without its full stop each."""
    required = [document for document in case.documents.values() if document.is_required]
    documents = (
        f"{document_name(document)} is {document.status}" for document in required if document.status not in DONE
    )
    expired = (
        f"{document_name(document)} expired on {document.expires_on}"
        for document in required
        if document.status in VERIFIED and document.expired(today)
    )
    hits = (f"{hit.spoken(name)} is a hit that nobody settled" for hit, name in case.hits.items())
    return [*documents, *expired, *hits]


def _refuse_what_is_not_ready(case: CaseFile, context: Context) -> None:
    if missing := missing_for_approval(case, context.today):
        raise Refusal("not_ready", f"The case can't be approved yet: {'; '.join(missing)}.")


def propose_decision(case: CaseFile, command: ProposeDecision, context: Context) -> Iterator[Fact]:
    if command.decision is Decision.APPROVE:
        _refuse_what_is_not_ready(case, context)
    proposed = DecisionProposed(
        case_id=case.case_id, decision=command.decision, reason=command.reason, proposed_by=context.actor
    )
    yield Fact(case.case_id, proposed)


def approve_decision(case: CaseFile, command: ApproveDecision, context: Context) -> Iterator[Fact]:
    proposal = _proposal(case)
    if command.decision not in (None, proposal.decision):
        raise Refusal(
            "stale",
            f"The proposal is to {proposal.decision} now, not to {command.decision} as you saw it: look at it again.",
        )
    if _person(proposal.proposed_by) == _person(context.actor):
        raise Refusal(
            "four_eyes",
            f"{context.actor} proposed this decision, so somebody else has to approve it; there is no way around that.",
        )
    if proposal.decision is Decision.APPROVE:  # a document may have expired since it was proposed
        _refuse_what_is_not_ready(case, context)
    risk = case.risk or propose_risk(case).level
    next_review_on = None
    if proposal.decision is Decision.APPROVE:
        next_review_on = _years_on(context.today.isoformat(), context.rules.review_years[risk])
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
    yield Fact(case.case_id, approved)
    yield status_changed(case, new_status, proposal.reason)
    yield from notification(case, case_decided_trigger(new_status, case.traitement_type, case.case_type), context)


def return_decision(case: CaseFile, command: ReturnDecision, context: Context) -> Iterator[Fact]:
    proposal = _proposal(case)
    returned = DecisionReturned(
        case_id=case.case_id,
        decision=proposal.decision,
        reason=command.reason,
        proposed_by=proposal.proposed_by,
        returned_by=context.actor,
    )
    yield Fact(case.case_id, returned)
    yield status_changed(case, CaseStatus.OPEN, command.reason)


def _person(actor: str) -> str:
    """An actor's name without what does not tell people apart: capitals, space around it, ways to compose a letter."""
    return unicodedata.normalize("NFKC", actor).casefold().strip()


def _proposal(case: CaseFile) -> Proposal:
    assert case.proposal is not None  # there is one whenever the case is PENDING_APPROVAL
    return case.proposal


def _years_on(day: str, years: int) -> str:
    """The same day so many years on; 29 February becomes 28 February where there is none."""
    year, month_and_day = int(day[:4]) + years, day[4:]
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return f"{year}-02-28" if month_and_day == "-02-29" and not leap else f"{year}{month_and_day}"
