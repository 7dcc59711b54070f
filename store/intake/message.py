"""The intake message (topic `kyc_events`; docs/formats.md) to a `CreateCase`."""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict

from store.domain.commands import CreateCase
from store.domain.identifiers import content_id
from store.domain.statuses import TraitementType
from store.domain.values import BeneficialOwnerData, CompanyProfileData, LongList, PersonData, Text, Value
from store.intake.fields import NullIsEmpty, OptionalText, at_most

MOST_PARTIES: Final = 10_000
"""Of a kind, in one case. A list that is longer is not looked at any further."""


class IntakeMessage(Value):
    """One client to examine, as another service announces it. Version 1.0 is the only one there is."""

    model_config = ConfigDict(title="Intake message 1.0")

    client_id: Text
    version: Literal["1.0"]
    type: Text
    traitement_type: Annotated[
        TraitementType, BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)
    ]
    persons: Annotated[tuple[PersonData, ...], LongList, NullIsEmpty, at_most(MOST_PARTIES)] = ()
    company_profile: CompanyProfileData | None = None
    beneficial_owners: Annotated[tuple[BeneficialOwnerData, ...], LongList, NullIsEmpty, at_most(MOST_PARTIES)] = ()
    message_id: OptionalText = None


def read_message(value: Any, *, place: str | None = None) -> tuple[str, CreateCase]:
    """The command of a message, and its command id.

    The id derives from the message's own `message_id`, else from the `place` where it stands in a topic, else from
    its content: the order of its fields and the white space between them make no difference, so that a file that
    grew adds only what is new in it.
    Raises `pydantic.ValidationError` when it is not a message of version 1.0.
    """
    message = IntakeMessage.model_validate(value)
    command = CreateCase(
        client_id=message.client_id,
        traitement_type=message.traitement_type,
        case_type=message.type,
        persons=message.persons,
        company_profile=message.company_profile,
        beneficial_owners=message.beneficial_owners,
    )
    if message.message_id is None and place is not None:
        return content_id("place", place), command
    return content_id("message", message.message_id or _canonical(value)), command


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
