"""A proposal of the risk of a case, which explains itself: each reason is from a named rule over recorded facts.

The person decides; what the rules proposed that day is kept beside their rating.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from store.domain.case_file import CaseFile
from store.domain.document_rules import normalised
from store.domain.ownership import circles_of
from store.domain.statuses import ADVERSE, REJECTION_SENTENCES, CheckKind, RiskLevel, label
from store.domain.values import WHOLE, OwnerKind, direct_minimum

Reasons = Iterable[str]


@dataclass(frozen=True, slots=True)
class RiskRule:
    rule_id: str
    level: RiskLevel
    reasons: Callable[[CaseFile], Reasons]


@dataclass(frozen=True, slots=True)
class RiskProposal:
    """The highest level that any rule gives, and every reason with its rule's id."""

    level: RiskLevel
    reasons: tuple[str, ...]


def _hits(*kinds: CheckKind) -> Callable[[CaseFile], Reasons]:
    return lambda case: (f"{hit.spoken(name)} is a hit" for hit, name in case.hits.items() if hit.kind in kinds)


def _enhanced(case: CaseFile) -> Reasons:
    if normalised(case.case_type) == "ENHANCED_DUE_DILIGENCE":
        yield "the case is under enhanced due diligence"


def _adverse_documents(case: CaseFile) -> Reasons:
    for document in case.documents.values():
        if document.reason_code in ADVERSE:
            why = REJECTION_SENTENCES[document.reason_code]
            yield f"the {label(document.document_type)} of {document.entity.name} was rejected: {why}"


def _unnamed_owners(case: CaseFile) -> Reasons:
    for owner in case.owners.values():
        if owner.kind is OwnerKind.UNSPECIFIED and owner.ended_on is None:
            yield f"an owner is {owner.name}"


def _shares_over_100(case: CaseFile) -> Reasons:
    if (total := direct_minimum(case.owners.values())) > WHOLE:
        yield f"its owners state at least {total:g} % of direct shares"


def _circles(case: CaseFile) -> Reasons:
    return circles_of(case)


RISK_RULES: Final = (
    RiskRule("sanctions-hit", RiskLevel.HIGH, _hits(CheckKind.SANCTIONS)),
    RiskRule("pep-hit", RiskLevel.HIGH, _hits(CheckKind.PEP)),
    RiskRule("adverse-document", RiskLevel.HIGH, _adverse_documents),
    RiskRule("enhanced-due-diligence", RiskLevel.HIGH, _enhanced),
    RiskRule("other-hit", RiskLevel.MEDIUM, _hits(CheckKind.IDENTITY, CheckKind.ADDRESS, CheckKind.ADVERSE_MEDIA)),
    RiskRule("unnamed-owner", RiskLevel.MEDIUM, _unnamed_owners),
    RiskRule("shares-over-100", RiskLevel.MEDIUM, _shares_over_100),
    RiskRule("ownership-circle", RiskLevel.MEDIUM, _circles),
)

_ORDER: Final = (RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH)


def propose_risk(case: CaseFile) -> RiskProposal:
    found = [(rule, reason) for rule in RISK_RULES for reason in rule.reasons(case)]
    level = max((rule.level for rule, _ in found), key=_ORDER.index, default=RiskLevel.LOW)
    return RiskProposal(level, tuple(f"{reason} ({rule.rule_id})" for rule, reason in found))
