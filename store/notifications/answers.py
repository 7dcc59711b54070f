"""What the config service answered last, kept in the database: commands are decided by it, whatever the network does.

An answer stays in force until the service gives another one. Those of another service are kept and not used.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pydantic import ValidationError

from store.domain.notification_rules import NotificationRule
from store.domain.rules import Rules


def keep(
    connection: sqlite3.Connection,
    service_url: str,
    answers: Mapping[str, NotificationRule | None],
    *,
    at: str,
    trouble: str | None,
) -> None:
    """A round of questions: the rule of each trigger that was answered, or None, and what ended the round early."""
    connection.executemany(
        "INSERT INTO notification_answers (service_url, event_trigger, rule, answered_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET rule = excluded.rule, answered_at = excluded.answered_at",
        (
            (service_url, trigger, rule and rule.model_dump_json(exclude_none=True), at)
            for trigger, rule in answers.items()
        ),
    )
    connection.execute(
        "INSERT INTO notification_services (service_url, asked_at, answered_at, trouble) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT DO UPDATE SET asked_at = ?2, answered_at = coalesce(?3, answered_at), trouble = ?4",
        (service_url, at, None if trouble else at, trouble),
    )


def rules_in_force(connection: sqlite3.Connection, rules: Rules) -> Rules:
    """`rules` with those of the service behind the ones that they hold already: the first active match wins."""
    if rules.notification_service is None:
        return rules
    return replace(rules, notifications=(*rules.notifications, *_kept(connection, rules.notification_service)))


def _kept(connection: sqlite3.Connection, service_url: str) -> Iterator[NotificationRule]:
    rows = connection.execute(
        "SELECT rule FROM notification_answers WHERE service_url = ? AND rule IS NOT NULL ORDER BY event_trigger",
        (service_url,),
    )
    for (rule,) in rows:
        try:
            yield NotificationRule.model_validate_json(rule)
        except ValidationError:  # of a newer version, or changed by hand: the next round brings it again
            continue
