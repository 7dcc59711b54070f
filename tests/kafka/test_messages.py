"""What goes out is as docs/asyncapi.json says, and that document is valid and up to date."""

import json
import re
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from jsonschema import Draft202012Validator

from store.domain.events import PAYLOADS, NotificationRequired
from store.domain.operation import Payload
from store.log import RecordedEvent
from store.log.upcast import payload_model_name, typed_payload
from store.sync.asyncapi import document
from store.sync.messages import domain_event, notification
from store.sync.topic_log import ToSend
from tests.cli.conftest import PROJECT
from tests.domain.examples import kyb
from tests.store.test_completeness import golden
from tests.sync.memory_team import MemoryLog, a_laptop

PUBLISHED = json.loads((PROJECT / "docs" / "asyncapi.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def events() -> list[RecordedEvent]:
    """One of each kind at least, whatever sense it makes."""
    return [
        RecordedEvent(
            position=position,
            event_id=f"event-{position}",
            event_type=type(payload).__name__,
            case_id=payload.case_id,
            aggregate_id=f"aggregate-{position}",
            version=1,
            timestamp="2026-01-02T09:00:00.000000+00:00",
            payload=payload,
            payload_model_name=payload_model_name(type(payload)),
            metadata=json.dumps({"correlation_id": f"request-{position % 2}", "actor": "ana", "device": "laptop"}),
            commit_id="abc",
            actor="ana",
        )
        for position, payload in enumerate((typed_payload(name, json.dumps(stored)) for name, stored in golden()), 1)
        if isinstance(payload, Payload)
    ]


def schema(name: str) -> Draft202012Validator:
    """A schema of the document, which may refer to others there."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": PUBLISHED["components"]})


def headers_of(message: ToSend) -> dict[str, bytes]:
    return {name: value for name, value in message.headers if value is not None}


def test_the_document_is_what_the_models_say_today() -> None:
    """`python -m store.sync.asyncapi > docs/asyncapi.json`"""
    assert document(version("caseworker")) == PUBLISHED


def test_the_document_is_asyncapi_3() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own classes, as it is loaded
        from asyncapi3.models.asyncapi import AsyncAPI3  # noqa: PLC0415
    AsyncAPI3.model_validate(PUBLISHED)


def test_all_that_the_document_refers_to_is_there() -> None:
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(PUBLISHED)):
        place: Any = PUBLISHED
        for step in reference.split("/"):
            place = place[step]


def test_its_examples_are_as_their_schemas_say() -> None:
    checked = 0
    for message in PUBLISHED["components"]["messages"].values():
        for example in message.get("examples", ()):
            schema(message["payload"]["$ref"].rpartition("/")[2]).validate(example["payload"])
            checked += 1
    assert checked == 2


def test_domain_events_are_as_their_schemas_say(events: list[RecordedEvent]) -> None:
    assert {event.event_type for event in events} == set(PAYLOADS)
    for event in events:
        message = domain_event(event)
        schema(f"{event.event_type}Event").validate(json.loads(message.value))
        schema("Headers").validate({name: value.decode() for name, value in headers_of(message).items()})
        assert message.key == event.aggregate_id.encode()


def test_commits_are_as_their_schema_says() -> None:
    log = MemoryLog()
    ana = a_laptop("ana", log)
    ana.does(kyb())
    ana.syncs()
    [record] = log.all()
    body = json.loads(record.value or b"")
    schema("WireCommit").validate(body)
    assert not schema("WireCommit").is_valid(body | {"format": 2})


def test_a_schema_tells_events_apart(events: list[RecordedEvent]) -> None:
    body = json.loads(domain_event(events[0]).value)
    assert not schema("NoteAddedEvent").is_valid(body)
    assert not schema(f"{events[0].event_type}Event").is_valid(body | {"payload": {}})


def test_a_domain_event_says_nothing_that_differs_from_laptop_to_laptop(events: list[RecordedEvent]) -> None:
    assert not {"position", "provisional"} & set(json.loads(domain_event(events[-1]).value))


def test_what_is_not_accepted_yet_is_not_told(events: list[RecordedEvent]) -> None:
    with pytest.raises(ValueError, match="is not accepted yet"):
        domain_event(events[-1]._replace(pending=True))


def test_a_notification_is_as_its_schema_says(events: list[RecordedEvent]) -> None:
    [event] = [event for event in events if isinstance(event.payload, NotificationRequired)]
    message = notification(event)
    body = json.loads(message.value)
    schema("Notification").validate(body)
    assert message.key == event.case_id.encode()
    assert body["case_id"] == event.case_id
    assert body["correlation_id"].startswith("request-")
    assert headers_of(message)["ce_id"].decode() == body["notification_id"]
    with pytest.raises(TypeError, match="asks nobody to be notified"):
        notification(events[0])


def test_headers_are_those_of_a_cloud_event(events: list[RecordedEvent]) -> None:
    for event, message in outgoing(events):
        headers = headers_of(message)
        del headers["traceparent"]
        read = from_binary(KafkaMessage(headers=headers, key=message.key, value=message.value), JSONFormat())
        assert (read.get_id(), read.get_type()) == (event.event_id, f"caseworker.{event.payload_model_name}")
        assert read.get_data() == json.loads(message.value)


def test_what_comes_of_one_request_shares_a_trace(events: list[RecordedEvent]) -> None:
    traces: dict[str, set[str]] = {}
    for event, message in outgoing(events):
        traceparent = headers_of(message)["traceparent"].decode()
        assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", traceparent)
        traces.setdefault(json.loads(event.metadata)["correlation_id"], set()).add(traceparent.split("-")[1])
    assert all(len(trace) == 1 for trace in traces.values())
    assert len(set.union(*traces.values())) == len(traces)


def outgoing(events: list[RecordedEvent]) -> Iterator[tuple[RecordedEvent, ToSend]]:
    return ((event, domain_event(event)) for event in events)


def test_a_time_that_does_not_exist_is_told_in_the_body_alone(events: list[RecordedEvent]) -> None:
    """An older version took it from the team's log, and other services are told of the event all the same."""
    never = "2026-99-99T09:00:00.000000+00:00"
    message = domain_event(events[0]._replace(timestamp=never))
    assert "ce_time" not in headers_of(message)
    assert json.loads(message.value)["timestamp"] == never
    assert "ce_time" in headers_of(domain_event(events[0]))
