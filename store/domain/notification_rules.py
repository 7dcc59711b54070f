"""Whom to notify of what, as data: the first active rule whose trigger matches wins."""

from collections.abc import Iterable

from store.domain.document_rules import normalised
from store.domain.statuses import CaseStatus, TraitementType
from store.domain.values import Flag, Text, Value


class NotificationRule(Value):
    rule_id: Text
    event_trigger: Text
    is_active: Flag = True
    notification_type: Text
    template_id: Text | None = None
    language_code: Text | None = None


def case_created_trigger(traitement_type: TraitementType, case_type: str) -> str:
    """`CASE_CREATED_{traitement_type}_{case_type}` in capitals, with `_` for `-`."""
    return f"CASE_CREATED_{traitement_type}_{normalised(case_type)}"


def case_decided_trigger(status: CaseStatus, traitement_type: TraitementType, case_type: str) -> str:
    """`CASE_APPROVED_{traitement_type}_{case_type}` or `CASE_REJECTED_…`, written like the trigger above."""
    return f"CASE_{status}_{traitement_type}_{normalised(case_type)}"


def first_match(rules: Iterable[NotificationRule], event_trigger: str) -> NotificationRule | None:
    return next((rule for rule in rules if rule.is_active and rule.event_trigger == event_trigger), None)
