"""The topics and their messages as an AsyncAPI 3 document, made from the models that write and read them.

python -m store.sync.asyncapi > docs/asyncapi.json
"""

import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from store.domain.events import PAYLOADS
from store.domain.operation import Payload
from store.intake.message import IntakeMessage
from store.log.upcast import payload_model_name
from store.sync.messages import DomainEvent, Notification
from store.sync.topics import COMMITS, DEAD_LETTERS, DOMAIN_EVENTS, KYC_EVENTS, NOTIFICATIONS, TOPICS, Topic
from store.sync.wire import WireCommit

Schema = dict[str, Any]

_WHAT_IT_IS: Final = """\
What a team's `caseworker` reads from and writes to Kafka. JSON in UTF-8, one object a record. Records that go out carry
the attributes of a CloudEvent 1.0 as headers (binary mode) and a `traceparent`; their ids follow from the log, so that
the same thing has the same id whoever sends it. Topics keep what they hold (`retention.ms=-1`); a team may put a prefix
before their names. docs/kafka.md says more."""

_HEADERS: Final[Schema] = {
    "type": "object",
    "properties": {
        "ce_id": {"type": "string", "description": "The same for the same thing, whenever and by whomever it is sent."},
        "ce_source": {"type": "string", "format": "uri-reference", "examples": ["/caseworker/cases/dd6c…"]},
        "ce_type": {"type": "string", "examples": ["caseworker.CaseCreated.v1"]},
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_subject": {"type": "string", "description": "The key of the record."},
        "ce_time": {"type": "string", "format": "date-time"},
        "content-type": {"type": "string", "const": "application/json"},
        "traceparent": {
            "type": "string",
            "description": "W3C Trace Context: one trace for all that comes of a request.",
        },
    },
    "required": [
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_specversion",
        "ce_subject",
        "ce_time",
        "content-type",
        "traceparent",
    ],
}
_DEAD_LETTER_HEADERS: Final[Schema] = {
    "type": "object",
    "description": "The headers of the message as it came, and these.",
    "properties": {
        "dlq_reason": {"type": "string", "description": "Why it can't become a case."},
        "dlq_topic": {"type": "string"},
        "dlq_partition": {"type": "string", "pattern": "^[0-9]+$"},
        "dlq_offset": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "required": ["dlq_reason", "dlq_topic", "dlq_partition", "dlq_offset"],
}


def document(version: str) -> Schema:
    """The document, for a version of caseworker."""
    models: list[type[BaseModel]] = [WireCommit, IntakeMessage, Notification, DomainEvent, *PAYLOADS.values()]
    _, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    schemas: Schema = definitions["$defs"]
    messages: dict[str, Schema] = {
        "Commit": {
            "name": "caseworker.commit.v1",
            "summary": "The events of one command on one case, and what it takes to judge and to run it again.",
            "headers": _ref("schemas", "Headers"),
            "payload": _ref("schemas", "WireCommit"),
        },
        "IntakeMessage": {
            "summary": "A client to examine.",
            "payload": _ref("schemas", "IntakeMessage"),
            "examples": [{"name": "one person", "payload": _INTAKE}],
        },
        "DeadLetter": {
            "summary": "A message that can't become a case, byte for byte as it came, and why.",
            "headers": _DEAD_LETTER_HEADERS,
            "contentType": "application/octet-stream",
            "payload": {"description": "Whatever it was: often no JSON at all."},
        },
        "Notification": {
            "summary": "Somebody is to be notified.",
            "headers": _ref("schemas", "Headers"),
            "payload": _ref("schemas", "Notification"),
            "examples": [{"name": "a new case", "payload": _NOTIFICATION}],
        },
        **{name: _message_of(model) for name, model in PAYLOADS.items()},
    }
    schemas["Headers"] = _HEADERS
    schemas |= {f"{name}Event": _event_schema(schemas["DomainEvent"], model) for name, model in PAYLOADS.items()}
    carried = {
        COMMITS.name: ["Commit"],
        KYC_EVENTS.name: ["IntakeMessage"],
        DEAD_LETTERS.name: ["DeadLetter"],
        NOTIFICATIONS.name: ["Notification"],
        DOMAIN_EVENTS.name: list(PAYLOADS),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "caseworker",
            "version": version,
            "description": _WHAT_IT_IS,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            _key(topic): {
                "address": topic.name,
                "description": f"{topic.purpose[:1].upper()}{topic.purpose[1:]}.",
                "messages": {name: _ref("messages", name) for name in carried[topic.name]},
                "bindings": {"kafka": {"topic": topic.name, "bindingVersion": "0.5.0"}},
            }
            for topic in TOPICS
        },
        "operations": {
            "share": _operation("send", COMMITS, "By laptops of the team only. Partition: SHA-256 of the case id."),
            "follow": _operation("receive", COMMITS, "Its order is the team's; not every commit in it is accepted."),
            "openCases": _operation("receive", KYC_EVENTS, "One case for each, whoever in the team reads it."),
            "setAside": _operation("send", DEAD_LETTERS, "At least once; source and offset tell them apart."),
            "notify": _operation("send", NOTIFICATIONS, "By the author's laptop once the commit is accepted, once."),
            "tell": _operation("send", DOMAIN_EVENTS, "By the relay, in order for each key, exactly once."),
        },
        "components": {"schemas": dict(sorted(schemas.items())), "messages": messages},
    }


def _message_of(model: type[Payload]) -> Schema:
    name = model.__name__
    summary = (model.__doc__ or "").strip().split("\n\n")[0]
    return {
        "name": f"caseworker.{payload_model_name(model)}",
        "title": name,
        **({"summary": " ".join(summary.split())} if summary else {}),
        "headers": _ref("schemas", "Headers"),
        "payload": _ref("schemas", f"{name}Event"),
    }


def _event_schema(envelope: Mapping[str, Any], model: type[Payload]) -> Schema:
    """The envelope of a domain event around the payload of one type."""
    name = model.__name__
    properties = envelope["properties"] | {
        "event_type": {"type": "string", "const": name},
        "payload_model_name": {"type": "string", "const": payload_model_name(model)},
        "payload": _ref("schemas", name),
    }
    return {**envelope, "title": f"{name}, as it is told", "properties": properties}


def _operation(action: str, topic: Topic, summary: str) -> Schema:
    return {"action": action, "channel": {"$ref": f"#/channels/{_key(topic)}"}, "summary": summary}


def _key(topic: Topic) -> str:
    """A topic's name as a key of the document, which can't have dots."""
    return topic.name.replace(".", "_")


def _ref(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


_INTAKE: Final = {
    "client_id": "C-1",
    "version": "1.0",
    "type": "STANDARD",
    "traitement_type": "KYC",
    "persons": [{"firstname": "Ada", "lastname": "Byron", "birthdate": "1990-12"}],
    "message_id": "crm-4711",
}
_NOTIFICATION: Final = {
    "notification_id": "019b7d7a-5f00-8c3e-9d7a-0d4b7f3c2e11",
    "case_id": "019b7d7a-5f00-8a52-b1f4-6a3c9e0d7b25",
    "client_id": "C-1",
    "event_trigger": "CASE_CREATED_KYC_STANDARD",
    "rule_id": "welcome",
    "notification_type": "EMAIL",
    "template_id": "welcome-en",
    "language_code": "en",
    "occurred_at": "2026-01-02T09:00:00.000000+00:00",
    "correlation_id": "crm-4711",
}


if __name__ == "__main__":
    from importlib.metadata import version as version_of

    sys.stdout.write(json.dumps(document(version_of("caseworker")), indent=1, ensure_ascii=False) + "\n")
