"""The catalogue of events: one payload model each, all of them by name.

A payload is written once and read for ever: to change one, raise its `VERSION` and add an upcaster
(store/log/upcast.py). Every id that a read table shows is in an event.
"""

from collections.abc import Mapping
from typing import Final

from store.domain import casework
from store.domain.casework import *
from store.domain.operation import Payload as Payload

PAYLOADS: Final[Mapping[str, type[Payload]]] = {
    name: model
    for name, model in sorted(vars(casework).items())
    if isinstance(model, type) and issubclass(model, Payload)
}
