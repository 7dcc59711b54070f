"""Checks, risk, and the decision that two people make."""

from datetime import date
from itertools import product

import pytest
from pydantic import ValidationError

from store.domain import commands as c
from store.domain.case_file import Hit
from store.domain.casework.review import missing_for_approval
from store.domain.decider import decide, fold
from store.domain.events import (
    CaseStatusChanged,
    CheckRecorded,
    DecisionApproved,
    DecisionProposed,
    DecisionReturned,
    NotificationRequired,
    RiskRated,
)
from store.domain.identifiers import derive_id
from store.domain.notification_rules import NotificationRule
from store.domain.operation import Context, Payload
from store.domain.risk import RISK_RULES, RiskProposal, propose_risk
from store.domain.rules import Rules
from store.domain.statuses import (
    CaseStatus,
    CheckKind,
    CheckOutcome,
    Decision,
    DocumentStatus,
    RejectionReason,
    RiskLevel,
)
from tests.domain.examples import (
    ANA,
    BEN,
    DIRECTOR,
    HOLDING,
    NOBODY,
    after,
    all_waived,
    events_of,
    in_status,
    kyb,
    kyc,
    owner,
)
from tests.domain.specification import COMMAND_ID, TODAY, given

CASE = events_of(kyb(DIRECTOR, owners=(owner(ANA, ownership_percentage=30),)))
ID = fold(CASE).case_id
COMPANY = fold(CASE).company_id or ""
(OWNER_ID,) = fold(CASE).owners
ANA_S_ID = fold(CASE).person_of_owner[OWNER_ID]
DORA_S_ID = next(iter(fold(CASE).persons))
EVERYTHING_SEEN = all_waived(CASE)


def check(outcome: CheckOutcome, kind: CheckKind = CheckKind.SANCTIONS, who: str | None = ANA_S_ID) -> c.RecordCheck:
    return c.RecordCheck(case_id=ID, kind=kind, outcome=outcome, evidence="list of 20 November", entity_id=who)


def propose(decision: Decision = Decision.APPROVE) -> c.ProposeDecision:
    return c.ProposeDecision(case_id=ID, decision=decision, reason="all of it fits together")


APPROVE = c.ApproveDecision(case_id=ID)
HIT = check(CheckOutcome.HIT)


class TestChecks:
    @pytest.mark.parametrize(("kind", "outcome"), product(CheckKind, CheckOutcome))
    def test_are_recorded_with_their_evidence(self, kind: CheckKind, outcome: CheckOutcome) -> None:
        given(*CASE).when(check(outcome, kind)).then(
            CheckRecorded(
                case_id=ID,
                check_id=derive_id(COMMAND_ID, "check"),
                kind=kind,
                outcome=outcome,
                evidence="list of 20 November",
                entity_id=ANA_S_ID,
                entity_name="Ana Ruiz",
            )
        )

    @pytest.mark.parametrize(("who", "name"), [(COMPANY, "Acme Werke GmbH"), (DORA_S_ID, "Dora Lind"), (None, None)])
    def test_are_of_the_company_a_person_or_the_whole_case(self, who: str | None, name: str | None) -> None:
        recorded = given(*CASE).when(check(CheckOutcome.CLEAR, who=who)).the(CheckRecorded)
        assert (recorded.entity_id, recorded.entity_name) == (who, name)

    def test_refused_with_unknown_entity(self) -> None:
        given(*CASE).when(check(CheckOutcome.CLEAR, who="nobody")).refused(
            "unknown_entity", "the id nobody", f"Acme Werke GmbH ({COMPANY})", f" or Ana Ruiz ({ANA_S_ID})"
        )

    @pytest.mark.parametrize("evidence", ["", "  \n "])
    def test_evidence_is_asked_for(self, evidence: str) -> None:
        with pytest.raises(ValidationError, match="evidence"):
            c.RecordCheck(case_id=ID, kind=CheckKind.PEP, outcome=CheckOutcome.CLEAR, evidence=evidence)


class TestAHit:
    @pytest.mark.parametrize("settling", [CheckOutcome.CLEAR, CheckOutcome.NOT_APPLICABLE])
    def test_is_settled_by_a_later_check_of_the_same_kind_and_party(self, settling: CheckOutcome) -> None:
        assert fold(after(CASE, HIT)).hits == {Hit(CheckKind.SANCTIONS, ANA_S_ID): "Ana Ruiz"}
        assert fold(after(CASE, HIT, check(settling))).hits == {}

    def test_is_not_settled_by_an_inconclusive_one(self) -> None:
        assert fold(after(CASE, HIT, check(CheckOutcome.INCONCLUSIVE))).hits

    def test_nor_by_one_of_another_kind(self) -> None:
        others = [check(CheckOutcome.CLEAR, kind) for kind in CheckKind if kind is not CheckKind.SANCTIONS]
        assert fold(after(CASE, HIT, *others)).hits

    def test_nor_by_one_of_another_party(self) -> None:
        others = [check(CheckOutcome.CLEAR, who=who) for who in (DORA_S_ID, COMPANY, None)]
        assert fold(after(CASE, HIT, *others)).hits

    def test_nor_by_an_earlier_one(self) -> None:
        assert fold(after(CASE, check(CheckOutcome.CLEAR), HIT)).hits

    def test_comes_back_with_the_next_hit(self) -> None:
        assert fold(after(CASE, HIT, check(CheckOutcome.CLEAR), HIT)).hits

    @pytest.mark.parametrize("settling", [CheckOutcome.CLEAR, CheckOutcome.NOT_APPLICABLE])
    def test_of_somebody_who_left_can_still_be_settled(self, settling: CheckOutcome) -> None:
        left = after(CASE, HIT, c.RemoveBeneficialOwner(case_id=ID, owner_id=OWNER_ID, reason="sold in May"))
        outcome = given(*left).when(check(settling))
        assert outcome.the(CheckRecorded).entity_name == "Ana Ruiz"
        assert fold([*left, *outcome.payloads]).hits == {}
        given(*left).when(check(settling, CheckKind.PEP)).refused("unknown_entity")


def raised(rule_id: str) -> list[Payload]:
    """A case in which this rule of the risk proposal finds something."""
    document = next(iter(fold(CASE).documents.values()))
    move = c.UpdateDocumentStatus(
        document_requirement_id=document.document_requirement_id, new_status=DocumentStatus.UPLOADED
    )
    altered = move.model_copy(update={"new_status": DocumentStatus.REJECTED, "reason_code": RejectionReason.ALTERED})
    match rule_id:
        case "sanctions-hit":
            return after(CASE, HIT)
        case "pep-hit":
            return after(CASE, check(CheckOutcome.HIT, CheckKind.PEP))
        case "other-hit":
            return after(CASE, check(CheckOutcome.HIT, CheckKind.ADVERSE_MEDIA, None))
        case "adverse-document":
            return after(CASE, move, altered)
        case "enhanced-due-diligence":
            return events_of(kyb(case_type="Enhanced due-diligence"))
        case "unnamed-owner":
            return events_of(kyb(owners=(NOBODY,)))
        case "shares-over-100":
            return events_of(kyb(owners=(owner(ANA, ownership_percentage=60), owner(BEN, ownership_percentage=60))))
        case "ownership-circle":
            return events_of(
                kyb(
                    owners=(
                        HOLDING.model_copy(update={"party": "h", "ownership_percentage": 40.0}),
                        HOLDING.model_copy(update={"party": "h", "held_in": "h", "ownership_percentage": 10.0}),
                    )
                )
            )
    raise AssertionError(rule_id)


REASONS = {
    "sanctions-hit": (RiskLevel.HIGH, "the sanctions check of Ana Ruiz is a hit"),
    "pep-hit": (RiskLevel.HIGH, "the PEP check of Ana Ruiz is a hit"),
    "adverse-document": (
        RiskLevel.HIGH,
        "the registration certificate of Acme Werke GmbH was rejected: the document was altered",
    ),
    "enhanced-due-diligence": (RiskLevel.HIGH, "the case is under enhanced due diligence"),
    "other-hit": (RiskLevel.MEDIUM, "the adverse media check of the case is a hit"),
    "unnamed-owner": (RiskLevel.MEDIUM, "an owner is not named: subject exempt from disclosure"),
    "ownership-circle": (RiskLevel.MEDIUM, "Acme Holding BV holds a part of itself"),
    "shares-over-100": (RiskLevel.MEDIUM, "its owners state at least 120 % of direct shares"),
}


class TestTheRiskProposal:
    def test_is_low_without_a_reason_for_more(self) -> None:
        assert propose_risk(fold(CASE)) == RiskProposal(RiskLevel.LOW, ())

    def test_every_rule_has_an_example_here(self) -> None:
        assert set(REASONS) == {rule.rule_id for rule in RISK_RULES}

    @pytest.mark.parametrize("rule_id", REASONS)
    def test_names_its_reasons_with_the_rule(self, rule_id: str) -> None:
        level, reason = REASONS[rule_id]
        assert propose_risk(fold(raised(rule_id))) == RiskProposal(level, (f"{reason} ({rule_id})",))

    def test_is_the_highest_of_all_reasons(self) -> None:
        case = fold(after(raised("other-hit"), HIT))
        proposal = propose_risk(case)
        assert proposal.level is RiskLevel.HIGH
        assert [reason.rpartition("(")[2] for reason in proposal.reasons] == ["sanctions-hit)", "other-hit)"]

    def test_forgets_what_was_settled(self) -> None:
        assert propose_risk(fold(after(CASE, HIT, check(CheckOutcome.CLEAR)))).level is RiskLevel.LOW

    @pytest.mark.parametrize("code", [code for code in RejectionReason if code not in {"ALTERED", "WATCH_LISTED"}])
    def test_does_not_count_what_can_be_mended(self, code: RejectionReason) -> None:
        *begun, rejected = raised("adverse-document")
        mendable = [*begun, rejected.model_copy(update={"reason_code": code})]
        assert propose_risk(fold(mendable)).level is RiskLevel.LOW

    def test_does_not_count_an_unnamed_owner_of_the_past(self) -> None:
        past = NOBODY.model_copy(update={"ended_on": "2020"})
        assert propose_risk(fold(events_of(kyb(owners=(past,))))).level is RiskLevel.LOW


class TestRatingTheRisk:
    @pytest.mark.parametrize("level", RiskLevel)
    def test_is_the_person_s_with_the_proposal_beside_it(self, level: RiskLevel) -> None:
        outcome = given(*after(CASE, HIT)).when(c.RateRisk(case_id=ID, level=level, reason="known for years"))
        outcome.then(
            RiskRated(
                case_id=ID,
                level=level,
                reason="known for years",
                proposed=RiskLevel.HIGH,
                reasons=("the sanctions check of Ana Ruiz is a hit (sanctions-hit)",),
            )
        )
        assert fold([*CASE, *outcome.payloads]).risk is level

    @pytest.mark.parametrize("reason", ["", " "])
    def test_needs_a_reason(self, reason: str) -> None:
        with pytest.raises(ValidationError, match="reason"):
            c.RateRisk(case_id=ID, level=RiskLevel.LOW, reason=reason)


class TestProposing:
    @pytest.mark.parametrize("decision", Decision)
    def test_names_the_proposer(self, decision: Decision) -> None:
        given(*EVERYTHING_SEEN).when(propose(decision), by="ana").then(
            DecisionProposed(case_id=ID, decision=decision, reason="all of it fits together", proposed_by="ana")
        )

    def test_refused_with_not_ready_and_all_that_is_missing(self) -> None:
        outcome = given(*after(CASE, HIT)).when(propose())
        outcome.refused("not_ready")
        assert outcome.refusal is not None
        assert outcome.refusal.sentence == (
            "The case can't be approved yet:"
            " the registration certificate of Acme Werke GmbH is AWAITING_UPLOAD;"
            " the articles of association of Acme Werke GmbH is AWAITING_UPLOAD;"
            " the passport of Dora Lind is AWAITING_UPLOAD;"
            " the passport of Ana Ruiz is AWAITING_UPLOAD;"
            " the sanctions check of Ana Ruiz is a hit that nobody settled."
        )

    @pytest.mark.parametrize("status", DocumentStatus)
    def test_every_document_is_verified_or_not_applicable(self, status: DocumentStatus) -> None:
        *begun, last = EVERYTHING_SEEN
        payloads = [*begun, last.model_copy(update={"new_status": status})]
        ready = status in {"VERIFIED_SYSTEM", "VERIFIED_MANUAL", "NOT_APPLICABLE"}
        assert (given(*payloads).when(propose()).refusal is None) is ready

    @pytest.mark.parametrize("kind", CheckKind)
    @pytest.mark.parametrize("who", [ANA_S_ID, None])
    def test_a_hit_of_any_kind_stands_in_the_way(self, kind: CheckKind, who: str | None) -> None:
        hit = after(EVERYTHING_SEEN, check(CheckOutcome.HIT, kind, who))
        given(*hit).when(propose()).refused("not_ready", "is a hit that nobody settled")
        assert len(missing_for_approval(fold(hit), TODAY)) == 1
        settled = after(hit, check(CheckOutcome.CLEAR, kind, who))
        given(*settled).when(propose()).the(DecisionProposed)

    def test_a_rejection_waits_for_nothing(self) -> None:
        given(*after(CASE, HIT)).when(propose(Decision.REJECT)).the(DecisionProposed)

    @pytest.mark.parametrize("reason", ["", "too short", "   nine     ", "a        b"])
    def test_the_reason_has_at_least_ten_characters(self, reason: str) -> None:
        with pytest.raises(ValidationError, match="reason"):
            c.ProposeDecision(case_id=ID, decision=Decision.REJECT, reason=reason)

    def test_ten_are_enough(self) -> None:
        assert c.ProposeDecision(case_id=ID, decision=Decision.REJECT, reason=" 1234567890 ").reason == "1234567890"


class TestFourEyes:
    PROPOSED = after(EVERYTHING_SEEN, propose(), by="ana.ruiz")

    @pytest.mark.parametrize("actor", ["ana.ruiz", "Ana.Ruiz", "ANA.RUIZ", " ana.ruiz ", "ａｎａ.ruiz"])
    def test_refused_with_four_eyes_however_the_proposer_spells_their_name(self, actor: str) -> None:
        given(*self.PROPOSED).when(APPROVE, by=actor).refused("four_eyes", "proposed this decision", "no way around")

    @pytest.mark.parametrize(("one", "other"), [("straße", "STRASSE"), ("zo\u00eb", "zoe\u0308")])
    def test_refused_with_four_eyes_in_every_script(self, one: str, other: str) -> None:
        given(*after(EVERYTHING_SEEN, propose(), by=one)).when(APPROVE, by=other).refused("four_eyes")

    def test_a_rejection_needs_them_too(self) -> None:
        rejected = after(CASE, propose(Decision.REJECT), by="ana.ruiz")
        given(*rejected).when(APPROVE, by="ana.ruiz").refused("four_eyes")

    def test_somebody_else_approves(self) -> None:
        given(*self.PROPOSED).when(APPROVE, by="ben").then(
            DecisionApproved(
                case_id=ID,
                decision=Decision.APPROVE,
                reason="all of it fits together",
                proposed_by="ana.ruiz",
                approved_by="ben",
                risk=RiskLevel.LOW,
                next_review_on="2031-11-20",
            ),
            CaseStatusChanged(
                case_id=ID,
                old_status=CaseStatus.PENDING_APPROVAL,
                new_status=CaseStatus.APPROVED,
                reason="all of it fits together",
            ),
        )

    def test_who_proposes_again_after_a_return_is_the_proposer(self) -> None:
        returned = after(self.PROPOSED, c.ReturnDecision(case_id=ID, reason="say more"), by="ben")
        again = after(returned, propose(), by="ben")
        given(*again).when(APPROVE, by="ben").refused("four_eyes")
        given(*again).when(APPROVE, by="ana.ruiz").the(DecisionApproved)

    @pytest.mark.parametrize("actor", ["ana.ruiz", "ben"])
    def test_anybody_may_return_a_proposal(self, actor: str) -> None:
        given(*self.PROPOSED).when(c.ReturnDecision(case_id=ID, reason="say more"), by=actor).then(
            DecisionReturned(
                case_id=ID, decision=Decision.APPROVE, reason="say more", proposed_by="ana.ruiz", returned_by=actor
            ),
            CaseStatusChanged(
                case_id=ID, old_status=CaseStatus.PENDING_APPROVAL, new_status=CaseStatus.OPEN, reason="say more"
            ),
        )

    def test_as_it_was_seen(self) -> None:
        seen = APPROVE.model_copy(update={"decision": Decision.APPROVE})
        given(*self.PROPOSED).when(seen, by="ben").the(DecisionApproved)

    def test_refused_with_stale_when_another_decision_was_seen(self) -> None:
        seen = APPROVE.model_copy(update={"decision": Decision.REJECT})
        given(*self.PROPOSED).when(seen, by="ben").refused("stale", "to APPROVE now, not to REJECT")


class TestTheNextReview:
    @pytest.mark.parametrize(
        ("level", "day", "next_review_on"),
        [
            (RiskLevel.LOW, date(2026, 11, 20), "2031-11-20"),
            (RiskLevel.MEDIUM, date(2026, 11, 20), "2029-11-20"),
            (RiskLevel.HIGH, date(2026, 11, 20), "2027-11-20"),
            (RiskLevel.HIGH, date(2026, 12, 31), "2027-12-31"),
            (RiskLevel.LOW, date(2028, 2, 29), "2033-02-28"),
            (RiskLevel.MEDIUM, date(2028, 2, 29), "2031-02-28"),
            (RiskLevel.HIGH, date(2028, 2, 29), "2029-02-28"),
            (RiskLevel.HIGH, date(2027, 2, 28), "2028-02-28"),
        ],
    )
    def test_depends_on_the_risk(self, level: RiskLevel, day: date, next_review_on: str) -> None:
        rated = after(EVERYTHING_SEEN, c.RateRisk(case_id=ID, level=level, reason="known for years"), propose())
        first, *_ = decide(fold(rated), APPROVE, Context(COMMAND_ID, Rules(), "ben", day))
        assert isinstance(first.payload, DecisionApproved)
        assert (first.payload.risk, first.payload.next_review_on) == (level, next_review_on)

    @pytest.mark.parametrize(("years", "next_review_on"), [(4, "2032-02-29"), (8, "2036-02-29"), (72, "2100-02-28")])
    def test_the_years_can_be_configured(self, years: int, next_review_on: str) -> None:
        rules = Rules(review_years=dict.fromkeys(RiskLevel, years))
        context = Context(COMMAND_ID, rules, "ben", date(2028, 2, 29))
        first, *_ = decide(fold(after(EVERYTHING_SEEN, propose())), APPROVE, context)
        assert isinstance(first.payload, DecisionApproved)
        assert first.payload.next_review_on == next_review_on

    def test_follows_the_proposal_where_nobody_rated(self) -> None:
        enhanced = in_status(events_of(kyb(case_type="enhanced-due-diligence")), CaseStatus.APPROVED)
        (approved,) = [payload for payload in enhanced if isinstance(payload, DecisionApproved)]
        assert (approved.risk, approved.next_review_on) == (RiskLevel.HIGH, f"{TODAY.year + 1}-11-20")

    def test_is_not_there_for_a_rejected_case(self) -> None:
        rejected = after(CASE, propose(Decision.REJECT))
        assert given(*rejected).when(APPROVE, by="ben").the(DecisionApproved).next_review_on is None


class TestNotifications:
    @pytest.mark.parametrize(
        ("decision", "command", "trigger"),
        [
            (Decision.APPROVE, kyc(), "CASE_APPROVED_KYC_STANDARD"),
            (Decision.REJECT, kyc(), "CASE_REJECTED_KYC_STANDARD"),
            (
                Decision.REJECT,
                kyb(case_type="enhanced-due diligence"),
                "CASE_REJECTED_KYB_ENHANCED_DUE_DILIGENCE",
            ),
        ],
    )
    def test_a_decision_asks_for_its_own(self, decision: Decision, command: c.CreateCase, trigger: str) -> None:
        rules = Rules(
            notifications=(
                NotificationRule(rule_id="other", event_trigger="CASE_CREATED_KYC_STANDARD", notification_type="SMS"),
                NotificationRule(rule_id="off", event_trigger=trigger, notification_type="SMS", is_active=False),
                NotificationRule(rule_id="on", event_trigger=trigger, notification_type="EMAIL", template_id="T"),
            )
        )
        of = {"case_id": fold(events_of(command)).case_id}
        seen = all_waived(events_of(command))
        proposed = after(seen, c.ProposeDecision(decision=decision, reason="all of it fits together", **of))
        outcome = given(*proposed).when(c.ApproveDecision(case_id=of["case_id"]), by="ben", rules=rules)
        asked = outcome.the(NotificationRequired)
        assert (asked.event_trigger, asked.rule_id, asked.template_id) == (trigger, "on", "T")
        assert asked.notification_id == derive_id(COMMAND_ID, f"notification/{trigger}")
        assert given(*proposed).when(c.ApproveDecision(case_id=of["case_id"]), by="ben").all(NotificationRequired) == []

    def test_a_proposal_asks_for_none(self) -> None:
        triggers = [f"CASE_{status}_KYB_STANDARD" for status in CaseStatus]
        rules = Rules(
            notifications=tuple(
                NotificationRule(rule_id=trigger, event_trigger=trigger, notification_type="SMS")
                for trigger in triggers
            )
        )
        assert given(*EVERYTHING_SEEN).when(propose(), rules=rules).all(NotificationRequired) == []
