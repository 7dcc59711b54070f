"""Whom to notify of what, as data: the first active rule whose trigger matches wins."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

from store.domain.document_rules import normalised
from store.domain.statuses import DECIDED, CaseStatus, TraitementType
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


def triggers_of(traitement_type: TraitementType, case_type: str) -> Iterator[str]:
    """Every trigger that a case of this kind and type can come to."""
    yield case_created_trigger(traitement_type, case_type)
    for status in DECIDED.values():
        yield case_decided_trigger(status, traitement_type, case_type)


_FORMS: Final = tuple(trigger.removesuffix("X") for kind in TraitementType for trigger in triggers_of(kind, "x"))
"""How triggers begin; the case type follows."""

HOW_A_TRIGGER_IS_WRITTEN: Final = (
    "CASE_CREATED_, CASE_APPROVED_ or CASE_REJECTED_, then KYC_ or KYB_, then the case type in capitals with ‘_’"
)


def is_trigger(text: str) -> bool:
    """Whether any case could ever come to this trigger."""
    return any(text.startswith(form) and text != form for form in _FORMS) and text == normalised(text)


def nearest_trigger(text: str) -> str | None:
    """The trigger that somebody may have meant by a text that is none."""
    meant = normalised(text)
    if is_trigger(meant):
        return meant
    *beginning, case_type = meant.split("_", 3)
    close = get_close_matches(f"{'_'.join(beginning)}_", _FORMS, n=1) if len(beginning) == 3 else ()
    return f"{close[0]}{case_type}" if close and case_type else None


def first_match(rules: Iterable[NotificationRule], event_trigger: str) -> NotificationRule | None:
    return next((rule for rule in rules if rule.is_active and rule.event_trigger == event_trigger), None)
