"""That somebody outside is to be notified, by the rules in force."""

from collections.abc import Iterator

from store.domain.case_file import CaseFile
from store.domain.identifiers import derive_id
from store.domain.notification_rules import first_match
from store.domain.operation import Context, NewEvent, Payload
from store.domain.statuses import label

__all__ = ["NotificationRequired"]


def notification(case: CaseFile, event_trigger: str, context: Context) -> Iterator[NewEvent]:
    rule = first_match(context.rules.notifications, event_trigger)
    if rule is None:
        return
    yield NewEvent(
        case.case_id,
        NotificationRequired(
            case_id=case.case_id,
            notification_id=derive_id(context.command_id, f"notification/{event_trigger}"),
            event_trigger=event_trigger,
            rule_id=rule.rule_id,
            notification_type=rule.notification_type,
            template_id=rule.template_id,
            language_code=rule.language_code,
            client_id=case.client_id,
        ),
    )


class NotificationRequired(Payload):
    notification_id: str
    event_trigger: str
    rule_id: str
    notification_type: str
    template_id: str | None = None
    language_code: str | None = None
    client_id: str

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case

    def sentence(self) -> str:
        return f"set off a notification ({label(self.notification_type)})"

    def way_back(self, before: CaseFile) -> str:
        return "A notification is on its way and can't be called back."
