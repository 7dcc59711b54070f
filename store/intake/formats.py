"""Which format a record has, told by its fields, and what becomes of it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from store.domain.commands import CreateCase
from store.intake.gleif import LeiRecord, read_lei_record
from store.intake.message import IntakeMessage, read_message
from store.intake.outcomes import Opening, Refused
from store.intake.records import Record
from store.validation import echo, explain

FORMATS: Final = (
    "an intake message (client_id, traitement_type, …), a GLEIF LEI record (LEI, Entity, …), a page of the LEI"
    " look-up, or a BODS 0.4 statement (recordId, recordType, …)"
)


def is_bods(value: Any) -> bool:
    """Whether this is a BODS statement, of whatever version: these are read all together."""
    if not isinstance(value, dict):
        return False
    return "recordType" in value or "statementId" in value or ("statementID" in value and "statementType" in value)


def read_record(record: Record) -> Opening | Refused:
    """What becomes of a record that stands for itself, that is of anything but a BODS statement."""
    value = record.value
    if not isinstance(value, dict):
        return Refused(record.where, f"it is no JSON object; caseworker reads {FORMATS}", (record,))
    attributes = value.get("attributes")
    if isinstance(attributes, dict) and isinstance(value.get("type"), str):
        value = attributes
    if reason := _no_company(value):
        return Refused(record.where, reason, (record,))
    if ("LEI" in value and "Entity" in value) or ("lei" in value and "entity" in value):
        return _read(record, value, read_lei_record, LeiRecord)
    if "traitement_type" in value or "client_id" in value:
        return _read(record, value, read_message, IntakeMessage)
    return Refused(record.where, f"it is none of the formats that caseworker reads: {FORMATS}", (record,))


def _read(
    record: Record,
    value: Mapping[str, Any],
    read: Callable[[Any], tuple[str, CreateCase]],
    model: type[BaseModel],
) -> Opening | Refused:
    try:
        command_id, command = read(value)
    except ValidationError as error:
        return Refused(record.where, explain(error, model), (record,))
    profile = command.company_profile
    name = f"{profile.registered_name} ({profile.lei})" if model is LeiRecord and profile else None
    return Opening(record.where, command_id, command, name, (record,))


def _no_company(value: Mapping[str, Any]) -> str | None:
    """What a level 2 record of GLEIF is, in either layout, and why it is no case; None if it is not one."""
    relationship = value.get("Relationship", value.get("relationship"))
    if isinstance(relationship, dict):
        return (
            f"it is a GLEIF relationship record ({_nodes(relationship)}): it joins two companies without saying who"
            " they are, so there is no case to open; import the LEI records of the two"
        )
    if "ExceptionCategory" in value or ("category" in value and "reason" in value and "lei" in value):
        lei = echo(value.get("LEI", value.get("lei")))
        return (
            f"it is a GLEIF reporting exception of {lei}: it says why a company reports no parent, not who the"
            " company is, so there is no case to open; import its LEI record"
        )
    return None


def _nodes(relationship: Mapping[str, Any]) -> str:
    def node(golden: str, api: str) -> str:
        found = relationship.get(golden, relationship.get(api))
        found = found if isinstance(found, dict) else {}
        return echo(found.get("NodeID", found.get("id")))

    kind = relationship.get("RelationshipType", relationship.get("type"))
    return f"{node('StartNode', 'startNode')} {echo(kind)} {node('EndNode', 'endNode')}"
