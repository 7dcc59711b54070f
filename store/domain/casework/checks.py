"""What checks of a case and its parties came to, and how its risk is rated."""

from collections.abc import Iterator
from typing import ClassVar, Self

from pydantic import model_validator

from store.domain.case_file import CaseFile, Hit
from store.domain.identifiers import derive_id
from store.domain.operation import Context, Id, NewEvent, OfCase, Payload, Undo, undone
from store.domain.risk import propose_risk
from store.domain.screening import Screening
from store.domain.statuses import SETTLES_A_HIT, CheckKind, CheckOutcome, RiskLevel, label
from store.domain.values import OwnerKind, Prose, Text

__all__ = ["CheckRecorded", "RateRisk", "RecordCheck", "RiskRated"]


class RecordCheck(OfCase):
    """Record what a check of a person, of the company, of an owner, or (without `entity_id`) of the whole case came to.

    `screening` is what it compared, when it was made against a list.
    """

    kind: CheckKind
    outcome: CheckOutcome
    evidence: Prose
    entity_id: Id | None = None
    screening: Screening | None = None

    @model_validator(mode="after")
    def _screening_is_of_a_party(self) -> Self:
        if self.screening is None:
            return self
        if self.entity_id is None:
            raise ValueError("a check against a list is of one party: name it with entity_id")
        if self.screening.candidate is None and self.outcome is not CheckOutcome.CLEAR:
            raise ValueError(
                "a check against a list is CLEAR where there is no candidate: name the candidate otherwise"
            )
        return self

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        recorded = CheckRecorded(
            case_id=case.case_id,
            check_id=derive_id(context.command_id, "check"),
            kind=self.kind,
            outcome=self.outcome,
            evidence=self.evidence,
            entity_id=self.entity_id,
            entity_name=self._party_name(case),
            screening=self.screening,
        )
        yield NewEvent(case.case_id, recorded)

    def _party_name(self, case: CaseFile) -> str | None:
        """The name of the party, None for the whole case. A hit can be settled when its party has left the case."""
        if self.entity_id is None:
            return None
        owner = case.owners.get(self.entity_id)
        if owner is not None and owner.kind is OwnerKind.ENTITY:
            return owner.name
        entry = self.screening.entry if self.screening else None
        of_hit = case.hits.get(Hit(self.kind, self.entity_id, entry))
        return of_hit if of_hit and self.entity_id not in case.entities else case.entity(self.entity_id).name


class CheckRecorded(Payload):
    """`entity_id` is absent when the check was of the case as a whole; `screening` is there when it was made against a
    list."""

    VERSION: ClassVar[int] = 2

    check_id: str
    kind: CheckKind
    outcome: CheckOutcome
    evidence: str
    entity_id: str | None = None
    entity_name: str | None = None
    screening: Screening | None = None

    def applied_to(self, case: CaseFile) -> CaseFile:
        hit = Hit(self.kind, self.entity_id, self.screening.entry if self.screening else None)
        if self.outcome is CheckOutcome.HIT:
            return case._replace(hits={**case.hits, hit: self.entity_name or "the case"})
        nobody_found = self.screening is not None and self.screening.candidate is None
        if self.outcome in SETTLES_A_HIT and not nobody_found:
            # Where a list holds nobody, that says nothing of an earlier hit.
            return case._replace(hits={key: name for key, name in case.hits.items() if key != hit})
        return case

    def sentence(self) -> str:
        of = f" of {self.entity_name}" if self.entity_name else ""
        return f"recorded the {label(self.kind)} check{of}{_against(self.screening)}: {label(self.outcome)}"

    def way_back(self, before: CaseFile) -> str:
        return "A check stays on record: record it again with what it comes to now."


def _against(screening: Screening | None) -> str:
    if screening is None:
        return ""
    candidate, name = screening.candidate, screening.list_name
    return f" against {candidate.name} ({candidate.entry_id} of {name})" if candidate else f" against {name}"


class RateRisk(OfCase):
    """The person's own rating, whatever the proposal was."""

    level: RiskLevel
    reason: Text

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        proposal = propose_risk(case)
        rated = RiskRated(
            case_id=case.case_id,
            level=self.level,
            reason=self.reason,
            proposed=proposal.level,
            reasons=proposal.reasons,
        )
        yield NewEvent(case.case_id, rated)


class RiskRated(Payload):
    """`proposed` is what the rules proposed that day, with `reasons`."""

    level: RiskLevel
    reason: str
    proposed: RiskLevel
    reasons: tuple[str, ...] = ()

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case._replace(risk=self.level)

    def sentence(self) -> str:
        return f"rated the risk {label(self.level)}: {self.reason} (proposed: {label(self.proposed)})"

    def way_back(self, before: CaseFile) -> Undo | str:
        if before.risk is None:
            return "It was the first rating, so there is none to go back to: rate the risk again."
        return Undo(RateRisk(case_id=self.case_id, level=before.risk, reason=undone(label(self.level))))
