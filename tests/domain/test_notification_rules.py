"""The triggers of notifications: which there are, and which one somebody meant who wrote another."""

import pytest

from store.domain import commands as c
from store.domain.decider import fold
from store.domain.events import NotificationRequired
from store.domain.notification_rules import NotificationRule, is_trigger, nearest_trigger, triggers_of
from store.domain.rules import Rules
from store.domain.statuses import Decision, TraitementType
from tests.domain.examples import after, all_waived, events_of, kyb, kyc
from tests.domain.specification import given


@pytest.mark.parametrize(
    ("opening", "kind"),
    [(kyc(case_type="a-b c"), TraitementType.KYC), (kyb(case_type="enhanced-due-diligence"), TraitementType.KYB)],
)
def test_are_all_those_to_which_commands_come(opening: c.CreateCase, kind: TraitementType) -> None:
    triggers = list(triggers_of(kind, opening.case_type))
    rules = Rules(
        notifications=tuple(
            NotificationRule(rule_id=trigger, event_trigger=trigger, notification_type="SMS") for trigger in triggers
        )
    )
    told = [given().when(opening, rules=rules)]
    case_id = fold(events_of(opening)).case_id
    for decision in Decision:
        propose = c.ProposeDecision(case_id=case_id, decision=decision, reason="all of it fits together")
        proposed = after(all_waived(events_of(opening)), propose)
        told.append(given(*proposed).when(c.ApproveDecision(case_id=case_id), by="ben", rules=rules))
    assert [outcome.the(NotificationRequired).event_trigger for outcome in told] == triggers
    assert all(map(is_trigger, triggers))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CASE_CREATE_KYC_STANDARD", "CASE_CREATED_KYC_STANDARD"),
        ("case_created_kyc_standard", "CASE_CREATED_KYC_STANDARD"),
        ("CASE-APPROVED-KYB-ENHANCED-DUE-DILIGENCE", "CASE_APPROVED_KYB_ENHANCED_DUE_DILIGENCE"),
        ("CASE_REJECT_KYC_A_B", "CASE_REJECTED_KYC_A_B"),
        ("CASE_CREATED_KYD_STANDARD", "CASE_CREATED_KYC_STANDARD"),
        ("CREATED_KYC_STANDARD", None),
        ("CASE_CREATED_KYC_", None),
        ("CASE_CREATED_KYC", None),
        ("NOTE_ADDED", None),
        ("_", None),
    ],
)
def test_a_word_that_is_none_may_be_near_to_one(written: str, meant: str | None) -> None:
    assert not is_trigger(written)
    assert nearest_trigger(written) == meant
