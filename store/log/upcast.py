"""From a stored payload to a typed one: old shapes are brought up to date, newer ones are named and left alone.

To change an event's payload: change the model, raise its `VERSION`, and add the step from the old version here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from pydantic_core import from_json

from store.domain.events import PAYLOADS
from store.domain.operation import Payload
from store.domain.values import FROM_THE_LOG

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: Final[dict[tuple[str, int], Upcaster]] = {
    ("CheckRecorded", 1): lambda data: data,  # version 2 adds `screening`, which no check had
}
"""(event type, version) to the function that turns a payload of that version into one of the next."""


@dataclass(frozen=True, slots=True)
class UnknownPayload:
    """A payload that a newer version of the program wrote, as it is stored."""

    payload_model_name: str
    text: str


def payload_model_name(model: type[Payload]) -> str:
    """The name under which a payload is stored: event type and version, as `CaseCreated.v1`."""
    return f"{model.__name__}.v{model.VERSION}"


_CURRENT: Final[Mapping[str, type[Payload]]] = {payload_model_name(model): model for model in PAYLOADS.values()}


@cache
def _decoder(model: type[Payload]) -> Callable[[str], Payload]:
    """`model_validate_json`, bound once: half the time for a small payload."""
    return partial(model.__pydantic_validator__.validate_json, context=FROM_THE_LOG)


def typed_payload(model_name: str, text: str) -> Payload | UnknownPayload:
    """The payload stored as `text` under `model_name`.

    Raises `pydantic.ValidationError` or `ValueError` if the text is not what its name says.
    """
    if model := _CURRENT.get(model_name):
        return _decoder(model)(text)
    event_type, _, digits = model_name.rpartition(".v")
    current = PAYLOADS.get(event_type)
    if current is None or not digits.isdecimal() or int(digits) > current.VERSION:
        return UnknownPayload(model_name, text)
    data = from_json(text)
    for version in range(int(digits), current.VERSION):
        upcast = UPCASTERS.get((event_type, version))
        if upcast is None:
            raise ValueError(f"there is no version {version} of {event_type}")
        data = upcast(data)
    return current.model_validate(data, context=FROM_THE_LOG)
