"""The new-case form without its widgets: which fields there are, and what they say together.

A form is a mapping of paths to text, like `{"persons.0.firstname": "Ana"}`. `command_from` makes the command of it, or
says for each path what is wrong.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from caseworker_tui.dialogs.fields import CASE_FIELDS, COMPANY_FIELDS, OWNER_FIELDS, PERSON_FIELDS, Field
from store.domain.commands import CreateCase
from store.validation import by_location

Texts = Mapping[str, str]


_KNOWN: Final = re.compile(
    "|".join(
        [
            *(re.escape(field.path) for field in CASE_FIELDS),
            *(re.escape(f"company_profile.{field.path}") for field in COMPANY_FIELDS),
            *(rf"persons\.\d{{1,3}}\.{re.escape(field.path)}" for field in PERSON_FIELDS),
            *(rf"beneficial_owners\.\d{{1,3}}\.{re.escape(field.path)}" for field in OWNER_FIELDS),
        ]
    )
)

_BAND: Final = re.compile(r"(\d+(?:\.\d+)?)\s*[-–]\s*(\d+(?:\.\d+)?)")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def knows(path: str) -> bool:
    """Whether the form has a field with this path."""
    return _KNOWN.fullmatch(path) is not None


def command_from(kind: str, texts: Texts) -> tuple[CreateCase | None, dict[str, str]]:
    """The command that the form stands for, or None and what is wrong, by path (`""` for the form as a whole)."""
    try:
        return CreateCase.model_validate(_data(kind, texts)), {}
    except ValidationError as error:
        return None, {_path_of(location, texts): sentence for location, sentence in by_location(error).items()}


def blocks(texts: Texts, name: str) -> list[int]:
    """The numbers of the person or owner blocks in which something was typed."""
    return sorted({int(path.split(".")[1]) for path, text in texts.items() if path.startswith(f"{name}.") and text})


def _data(kind: str, texts: Texts) -> dict[str, Any]:
    kyb = kind == "KYB"
    data: dict[str, Any] = {"traitement_type": kind, **nested({f.path: texts.get(f.path, "") for f in CASE_FIELDS})}
    data["persons"] = [
        _block(texts, f"persons.{n}", [field for field in PERSON_FIELDS if kyb or not field.only_for])
        for n in blocks(texts, "persons")
    ]
    if kyb:
        data["company_profile"] = {"registered_address": {}} | _block(texts, "company_profile", COMPANY_FIELDS)
        data["beneficial_owners"] = [
            _owner(texts, f"beneficial_owners.{n}") for n in blocks(texts, "beneficial_owners")
        ]
    return data


def _block(texts: Texts, prefix: str, fields: Iterable[Field]) -> dict[str, Any]:
    return nested({field.path: texts.get(f"{prefix}.{field.path}", "") for field in fields})


def nested(texts: Texts) -> dict[str, Any]:
    """What was typed, by dotted path, as objects within objects; what is empty is left out."""
    data: dict[str, Any] = {}
    for path, typed in texts.items():
        if text := typed.strip():
            *parents, name = path.split(".")
            target = data
            for parent in parents:
                target = target.setdefault(parent, {})
            target[name] = text
    return data


def _owner(texts: Texts, prefix: str) -> dict[str, Any]:
    return owner_data({field.path: texts.get(f"{prefix}.{field.path}", "") for field in OWNER_FIELDS})


def owner_data(texts: Texts) -> dict[str, Any]:
    """An owner from the texts of `OWNER_FIELDS`, by path; a company if it has a name of a company. What is entered is
    what they hold themselves."""
    owner = nested(texts) | {"directness": "direct"}
    owner["kind"] = "entity" if "entity_details" in owner else "person"
    if owner["kind"] == "person":
        owner.setdefault("person_details", {})
    return owner | share_data(owner.pop("share", ""))


def share_data(text: str) -> dict[str, Any]:
    """The share of an owner as it was typed: exact, a band, or nothing where it is not known."""
    share = text.strip().rstrip("% ").replace(",", ".")
    if band := _BAND.fullmatch(share):
        return {"share": {"minimum": float(band[1]), "maximum": float(band[2])}}
    if not share:
        return {}
    return {"ownership_percentage": float(share) if _NUMBER.fullmatch(share) else share}


def _path_of(location: tuple[str | int, ...], texts: Texts) -> str:
    """The form's path for a place in the command, which counts only the blocks in which something was typed."""
    steps = list(location)
    if len(steps) > 1 and isinstance(steps[0], str) and isinstance(steps[1], int):
        steps[1] = blocks(texts, steps[0])[steps[1]]
    path = ".".join(str(step) for step in steps)
    if path.startswith("beneficial_owners."):
        path = re.sub(r"\.(ownership_percentage|share)(\..*)?$", ".share", path)
    return path
