"""The catalogue of commands: all of them by name, and as the log keeps them.

A command says what the person saw where that matters (`old_status`), so that it can tell when that no longer holds.
"""

import json
from collections.abc import Mapping
from typing import Final

from pydantic_core import from_json

from store.domain import casework
from store.domain.casework import *
from store.domain.operation import Command as Command
from store.domain.operation import OfCase as OfCase
from store.domain.operation import OfDocument as OfDocument
from store.domain.values import FROM_THE_LOG

COMMANDS: Final[Mapping[str, type[Command]]] = {
    name: model
    for name, model in sorted(vars(casework).items())
    if isinstance(model, type) and issubclass(model, Command)
}


def as_text(command: Command) -> str:
    """A command as the log keeps it: the same text for the same command, on every machine."""
    data = command.model_dump(mode="json", exclude_defaults=True)
    return _AS_TEXT({"command": type(command).__name__, "data": data})


_AS_TEXT: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def from_text(text: str) -> Command:
    """The command that the log keeps as `text`. Raises `ValueError` if this version of the program has none such."""
    kept = from_json(text)
    model = COMMANDS.get(kept["command"])
    if model is None:
        raise ValueError(f"there is no command {kept['command']}")
    return model.model_validate(kept["data"], context=FROM_THE_LOG)
