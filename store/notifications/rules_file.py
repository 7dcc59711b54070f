"""The local file of notification rules: a JSON list, of which nothing is used unless all of it is understood."""

from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_core import from_json

from store.domain.notification_rules import HOW_A_TRIGGER_IS_WRITTEN, NotificationRule, is_trigger, nearest_trigger
from store.validation import echo, explain, printable

LARGEST: Final = 1024 * 1024
"""In bytes: more is no list of rules but some other file, named by mistake."""


class BadRulesFile(Exception):
    """A file of rules that can't be used. `str()` is a sentence that names the file, the rule and the field."""


def read_rules(path: Path) -> tuple[NotificationRule, ...]:
    """The rules in the file, in its order, the inactive ones too. Raises `BadRulesFile`."""
    file = f"The notification rules {printable(str(path))}"
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise BadRulesFile(f"{file} can't be read: {error.strerror}.") from error
    if len(content) > LARGEST:
        raise BadRulesFile(f"{file} have more than 1 MiB: name another file.")
    try:
        listed = from_json(content.decode("utf-8-sig"), allow_inf_nan=False)
    except ValueError as error:
        raise BadRulesFile(f"{file} are not JSON in UTF-8: {error}.") from error
    if not isinstance(listed, list):
        raise BadRulesFile(f'{file} are not a JSON list, like [{{"rule_id": …, "event_trigger": …}}].')
    rules: dict[str, NotificationRule] = {}
    for number, data in enumerate(listed, start=1):
        where = f"{file}: rule {number}{_named(data)}"
        rule = _rule(where, data)
        if rule.rule_id in rules:
            raise BadRulesFile(f"{where}: another rule before it has this rule_id; give each its own.")
        rules[rule.rule_id] = rule
    return tuple(rules.values())


def _named(data: object) -> str:
    rule_id = data.get("rule_id") if isinstance(data, dict) else None
    return f" ({echo(rule_id)})" if isinstance(rule_id, str) else ""


def _rule(where: str, data: object) -> NotificationRule:
    try:
        rule = NotificationRule.model_validate(data)
    except ValidationError as error:
        wrong = explain(error, NotificationRule) if isinstance(data, dict) else "must be an object"
        raise BadRulesFile(f"{where}: {wrong}{'' if wrong.endswith('?') else '.'}") from error
    if not is_trigger(rule.event_trigger):
        nearest = nearest_trigger(rule.event_trigger)
        meant = f" Did you mean {printable(nearest)}?" if nearest else ""
        raise BadRulesFile(
            f"{where}: event_trigger can't be {echo(rule.event_trigger)}: it is {HOW_A_TRIGGER_IS_WRITTEN}.{meant}"
        )
    return rule
