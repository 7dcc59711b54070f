"""The local file of notification rules: a JSON list, of which nothing is used unless all of it is understood."""

from pathlib import Path

from pydantic import ValidationError

from store.domain.notification_rules import HOW_A_TRIGGER_IS_WRITTEN, NotificationRule, is_trigger, nearest_trigger
from store.errors import BadFile
from store.handwritten_files import bad_file, read_handwritten_file
from store.validation import echo, explain, printable


def read_rules(path: Path) -> tuple[NotificationRule, ...]:
    """The rules in the file, in its order, the inactive ones too. Raises `BadFile`."""
    file = f"The file of notification rules {printable(str(path))}"
    listed = read_handwritten_file(path, "JSON", file)
    if not isinstance(listed, list):
        raise BadFile(f'{file} is not a JSON list, like [{{"rule_id": …, "event_trigger": …}}].')
    rules: dict[str, NotificationRule] = {}
    for number, data in enumerate(listed, start=1):
        where = f"{file}: rule {number}{_named(data)}"
        rule = _rule(where, data)
        if rule.rule_id in rules:
            raise bad_file(where, "another rule before it has this rule_id; give each its own")
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
        raise bad_file(where, wrong) from error
    if not is_trigger(rule.event_trigger):
        nearest = nearest_trigger(rule.event_trigger)
        meant = f" Did you mean {printable(nearest)}?" if nearest else ""
        raise BadFile(
            f"{where}: event_trigger can't be {echo(rule.event_trigger)}: it is {HOW_A_TRIGGER_IS_WRITTEN}.{meant}"
        )
    return rule
