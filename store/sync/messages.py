"""What goes out to other services: the bodies as models, and the headers of CloudEvents 1.0 in Kafka's binary mode.

Ids and bodies follow from the log alone, so that whoever publishes something publishes the same. docs/kafka.md
describes the topics, `store.sync.asyncapi` makes the document for tools.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Final

from cloudevents.core.bindings.kafka import to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic_core import from_json

from store.clock import moment
from store.domain.events import NotificationRequired
from store.log import RecordedEvent
from store.sync.topic_log import Headers, ToSend

_TRACE: Final = re.compile(r"(?!0{32})[0-9a-f]{32}")
_TRACEPARENT: Final = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DomainEvent(Body):
    """An event that the team has accepted, as it stands in the log."""

    event_id: str
    event_type: str
    aggregate_id: Annotated[str, Field(description="The key of the record: what the event belongs to.")]
    version: Annotated[int, Field(ge=1, description="Counts the events of the aggregate, without gaps.")]
    timestamp: Annotated[str, Field(description="UTC, ISO 8601, in microseconds.")]
    payload: Mapping[str, JsonValue]
    payload_model_name: Annotated[str, Field(description="The event's type and the version of its payload.")]
    metadata: Annotated[
        Mapping[str, JsonValue], Field(description="correlation_id, causation_id, actor and device, and what may come.")
    ]
    case_id: str
    commit_id: Annotated[str, Field(description="Of the commit that the event is part of: its events share the id.")]


class Notification(Body):
    """Somebody is to be notified: which rule says so, and of what."""

    notification_id: str
    case_id: Annotated[str, Field(description="The key of the record.")]
    client_id: str
    event_trigger: Annotated[str, Field(description="Such as CASE_CREATED_KYC_STANDARD.")]
    rule_id: str
    notification_type: str
    template_id: str | None = None
    language_code: str | None = None
    occurred_at: Annotated[str, Field(description="UTC, ISO 8601, in microseconds.")]
    correlation_id: str


def domain_event(event: RecordedEvent) -> ToSend:
    """An accepted event for topic `domain_events`."""
    told = event.as_json()
    if told.pop("provisional"):
        raise ValueError(f"event {event.event_id} is not accepted yet")
    del told["position"]  # differs from laptop to laptop
    return _message(
        DomainEvent.model_validate(told),
        event,
        identity=event.event_id,
        kind=f"caseworker.{event.payload_model_name}",
        key=event.aggregate_id,
    )


def notification(event: RecordedEvent) -> ToSend:
    """A `NotificationRequired` for topic `notification_events`."""
    payload = event.payload
    if not isinstance(payload, NotificationRequired):
        raise TypeError(f"{event.event_type} asks nobody to be notified")
    body = Notification(
        **payload.model_dump(mode="json"), occurred_at=event.timestamp, correlation_id=_correlation_id(event)
    )
    return _message(
        body, event, identity=payload.notification_id, kind="caseworker.NotificationRequired.v1", key=event.case_id
    )


def cloud_event_headers(
    *, identity: str, kind: str, case_id: str, subject: str, time: str, correlation_id: str
) -> Headers:
    """The attributes of a CloudEvent as headers, and `traceparent` (W3C Trace Context).

    All that comes of one request shares a trace, which is its correlation id or follows from that.
    """
    when = moment(time)
    event = CloudEvent(
        attributes={
            "id": identity,
            "source": f"/caseworker/cases/{case_id}",
            "type": kind,
            "specversion": "1.0",
            "datacontenttype": "application/json",
            "subject": subject,
            **({"time": when} if when else {}),
        },
        data=None,
    )
    trace = correlation_id if _TRACE.fullmatch(correlation_id) else sha256(correlation_id.encode()).hexdigest()[:32]
    span = sha256(identity.encode()).hexdigest()[:16]
    headers = to_binary(event, JSONFormat()).headers | {"traceparent": f"00-{trace}-{span}-01".encode()}
    if when is None:  # the library makes up another
        del headers["ce_time"]
    return tuple(headers.items())


def trace_of(headers: Headers) -> str | None:
    """The trace that a message from outside belongs to, for what comes of it."""
    for name, value in headers:
        if name.lower() == "traceparent" and (match := _TRACEPARENT.fullmatch(value or b"")):
            return match[1].decode()
    return None


def _message(body: Body, event: RecordedEvent, *, identity: str, kind: str, key: str) -> ToSend:
    headers = cloud_event_headers(
        identity=identity,
        kind=kind,
        case_id=event.case_id,
        subject=key,
        time=event.timestamp,
        correlation_id=_correlation_id(event),
    )
    return ToSend(key.encode(), body.model_dump_json(exclude_none=True).encode(), headers)


def _correlation_id(event: RecordedEvent) -> str:
    return str(from_json(event.metadata).get("correlation_id") or event.commit_id)
