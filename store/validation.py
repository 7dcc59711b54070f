"""Pydantic's findings as sentences for people, for files that are imported and commands that are typed.

Never pydantic's own words: no class names, no addresses of its documentation, no dumps of the input.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from store.domain.values import ENOUGH_WRONG, FORMS

MOST_SENTENCES: Final = 5
MOST_FINDINGS: Final = ENOUGH_WRONG
"""That are put into words, of which some are the same; of what is beyond them it is told that there is more."""

LONGEST_ECHO: Final = 60

_WANTED: Final[Mapping[str, str]] = {
    "string_type": "text",
    "string_sub_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "tuple_type": "a list",
    "list_type": "a list",
    "iterable_type": "a list",
    "dict_type": "an object",
    "mapping_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
_LIMITS: Final[Mapping[str, tuple[str, str]]] = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}
_LENGTHS: Final[Mapping[str, tuple[str, str, str]]] = {
    "string_too_long": ("at most", "max_length", "characters"),
    "string_too_short": ("at least", "min_length", "characters"),
    "too_long": ("at most", "max_length", "entries"),
    "too_short": ("at least", "min_length", "entries"),
}
_CONTINUES_A_PATH: Final = ("must ", "holds ", "is ", "can't ", "needs ", "has ")


def explain(error: ValidationError, model: type[BaseModel] | None = None, *, within: str = "") -> str:
    """What is wrong and where, in one line: at most 5 findings, joined with `; `, then how many more there are, as far
    as these were looked for.

    Each names its field, like `persons[0].birthdate`. `model` is what was validated: with it, an unknown field
    is followed by the known one that looks most like it. `within` is the path of what was validated, where
    that is part of something larger.
    """
    findings = error.errors(include_url=False)
    sentences = list(dict.fromkeys(_sentence(finding, model, within) for finding in findings[:MOST_FINDINGS]))
    shown = sentences[:MOST_SENTENCES]
    if len(findings) > MOST_FINDINGS:
        shown.append("and many more")
    elif more := len(sentences) - len(shown):
        shown.append(f"and {more} more")
    return "; ".join(shown)


def with_few_unknown(data: Mapping[str, Any], model: type[BaseModel]) -> Mapping[str, Any]:
    """An object without most of its fields that the model does not know, if these are very many: what is left of them
    says that they are, and takes less time to be told."""
    known = {name for field, info in model.model_fields.items() for name in (field, info.alias)}
    unknown = [name for name in data if name not in known]
    passed_over = set(unknown[MOST_FINDINGS + 1 :])
    return {name: value for name, value in data.items() if name not in passed_over} if passed_over else data


def echo(value: object) -> str:
    """Text from outside as it may stand in a sentence: quoted, printable, at most 60 characters."""
    text = str(value)
    if len(text) > LONGEST_ECHO:
        text = text[: LONGEST_ECHO - 1] + "…"
    return f"‘{printable(text)}’"


def shortened(text: str) -> str:
    """The same without the quotation marks."""
    return echo(text)[1:-1]


def printable(text: str) -> str:
    """`text` with what a terminal would act on, or not show, written as an escape like `\\x1b`."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _sentence(finding: ErrorDetails, model: type[BaseModel] | None, within: str) -> str:
    path = _path(finding["loc"], within)
    kind, given = finding["type"], finding["input"]
    context = finding.get("ctx", {})
    if kind == "missing":
        return f"{path} is missing"
    if kind == "extra_forbidden":
        return f"{path} is not a field I know{_suggestion(finding['loc'], model)}"
    if kind in _WANTED:
        return f"{path} must be {_WANTED[kind]}, not {_described(given, as_is=kind == 'finite_number')}"
    if kind in _LIMITS:
        words, limit = _LIMITS[kind]
        bound = context[limit]
        bound = f"{bound:g}" if isinstance(bound, float) else f"{bound}"
        return f"{path} must be {words} {bound}, not {_described(given, as_is=True)}"
    if kind in _LENGTHS:
        words, limit, unit = _LENGTHS[kind]
        count = context.get("actual_length") or len(given)
        return f"{path} must have {words} {context[limit]} {unit}, not {count}"
    if kind in ("enum", "literal_error"):
        choices = context["expected"].replace("'", "")
        return f"{path} must be {choices}, not {_described(given, as_is=True)}"
    if kind == "string_pattern_mismatch":
        return f"{path} can't be {echo(given)}: {FORMS.get(context['pattern'], 'it has another form')}"
    if kind in ("value_error", "assertion_error"):
        return _own_words(path, str(context["error"]))
    return _own_words(path, finding["msg"][:1].lower() + finding["msg"][1:])


def _own_words(path: str, message: str) -> str:
    """What one of our validators says, after the path; texts that it quotes are shortened."""
    message = printable(
        re.sub(rf"‘([^’]{{{LONGEST_ECHO},}})’", lambda match: f"‘{match[1][: LONGEST_ECHO - 1]}…’", message)
    )
    if not path:
        return message
    return f"{path} {message}" if message.startswith(_CONTINUES_A_PATH) else f"{path}: {message}"


def _path(location: Sequence[str | int], within: str = "") -> str:
    path = within
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f"{'.' if path else ''}{_short(step)}"
    return path


def _short(name: str) -> str:
    return printable(name if len(name) <= LONGEST_ECHO else name[: LONGEST_ECHO - 1] + "…")


def _described(value: object, *, as_is: bool = False) -> str:
    """A value by its JSON type; with `as_is`, numbers and texts as they are."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower() if as_is else "true or false"
        case int() | float():
            return _short(f"{value:g}" if isinstance(value, float) else str(value)) if as_is else "a number"
        case str():
            return echo(value) if as_is else "text"
        case list() | tuple():
            return "a list"
        case _:
            return "an object"


def _suggestion(location: Sequence[str | int], model: type[BaseModel] | None) -> str:
    for step in location[:-1]:
        if model is None:
            return ""
        if isinstance(step, str):
            field = model.model_fields.get(step)
            model = next(_models_in(field.annotation), None) if field else None
    if model is None:
        return ""
    close = get_close_matches(str(location[-1]), model.model_fields, n=1)
    return f": did you mean {close[0]}?" if close else ""


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation like `tuple[PersonData, ...] | None` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def by_location(error: ValidationError) -> dict[tuple[str | int, ...], str]:
    """What is wrong with each field, without its path, for a form that shows it beside the field."""
    sentences: dict[tuple[str | int, ...], str] = {}
    for finding in error.errors(include_url=False):
        location, finding["loc"] = finding["loc"], ()
        sentences.setdefault(location, _sentence(finding, None, "").strip())
    return sentences
