"""The notification rules in force, where each comes from, and how the config service is."""

import sqlite3
from dataclasses import dataclass

from store.domain.rules import Rules
from store.notifications.answers import rules_in_force
from store.sqlite.transactions import read_transaction


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """The rule that a trigger leads to; `source` is `file` or `service`."""

    event_trigger: str
    rule_id: str
    notification_type: str
    template_id: str | None
    language_code: str | None
    source: str


@dataclass(frozen=True, slots=True)
class ServiceState:
    """When the service was asked last, and when it last answered all. `trouble`, a sentence, is why it did not; what
    it answered before, for so many `triggers`, stays in force."""

    service_url: str
    asked_at: str | None
    answered_at: str | None
    trouble: str | None
    triggers: int

    @property
    def sentence(self) -> str:
        if self.trouble:
            meanwhile = "what it answered before stays" if self.triggers else "only the rules of the file are"
            return f"{self.trouble} Meanwhile {meanwhile} in force."
        if self.asked_at is None:
            return f"The config service {self.service_url} was not asked so far."
        return f"The config service {self.service_url} answered for {self.triggers} triggers."


def notification_rules(connection: sqlite3.Connection, rules: Rules) -> list[RuleInForce]:
    """The rule of each trigger that has one, by trigger. `rules` are those of the file, with the service's address."""
    first: dict[str, RuleInForce] = {}
    for number, rule in enumerate(rules_in_force(connection, rules).notifications):
        if rule.is_active:
            source = "file" if number < len(rules.notifications) else "service"
            found = RuleInForce(
                rule.event_trigger, rule.rule_id, rule.notification_type, rule.template_id, rule.language_code, source
            )
            first.setdefault(rule.event_trigger, found)
    return [first[trigger] for trigger in sorted(first)]


def notification_service_state(connection: sqlite3.Connection, service_url: str) -> ServiceState:
    with read_transaction(connection):
        known = connection.execute(
            "SELECT asked_at, answered_at, trouble FROM notification_services WHERE service_url = ?", (service_url,)
        ).fetchone()
        (triggers,) = connection.execute(
            "SELECT count(*) FROM notification_answers WHERE service_url = ?", (service_url,)
        ).fetchone()
    asked_at, answered_at, trouble = known or (None, None, None)
    return ServiceState(service_url, asked_at, answered_at, trouble, triggers)
