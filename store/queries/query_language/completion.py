"""What may stand where a person types, for the search line."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from store.queries.query_language.fields import FIELDS, OVERDUE, SORTS
from store.queries.query_language.syntax import quoted

MOST: Final = 20

_BEGINNINGS: Final = {f"{field}:": FIELDS[field].meaning for field in FIELDS} | {
    "sort:": "the order",
    OVERDUE: "past its day and not closed",
}
"""How a term may begin that is not a word to search for, and what it then means."""


@dataclass(frozen=True, slots=True)
class Completion:
    """`text` is the whole query with what is offered in its place; `offered` and `meaning` are for the list."""

    text: str
    offered: str
    meaning: str = ""


def completions(connection: sqlite3.Connection, text: str) -> list[Completion]:
    """What the last term of the text may become, the likeliest first; nothing where nothing is begun."""
    before, last = _split(text)
    minus = "-" * last.startswith("-")
    begun = last.removeprefix("-")
    if not begun:
        return []
    name, colon, values = begun.partition(":")
    if not colon:
        return [Completion(f"{before}{minus}{offer}", offer, _BEGINNINGS[offer]) for offer in _beginnings(begun)]
    *chosen, value = values.split(",")
    kept = f"{before}{minus}{name.lower()}:{''.join(f'{each},' for each in chosen)}"
    offers = (
        offer for offer in _values(connection, name.lower()) if offer.lower().startswith(value.strip('"').lower())
    )
    return [Completion(kept + quoted(offer), offer) for offer in offers if offer not in chosen][:MOST]


def before_field(text: str) -> str | None:
    """What stands before the term at the end, if that begins the name of a field and is no whole term; else None."""
    before, last = _split(text)
    begun = last.removeprefix("-")
    return before.rstrip() if begun and any(offer != begun.lower() for offer in _beginnings(begun)) else None


def _beginnings(begun: str) -> list[str]:
    return [offer for offer in _BEGINNINGS if offer.startswith(begun.lower())]


def _split(text: str) -> tuple[str, str]:
    """What stands before the term at the end, and that term."""
    start, within_quotes = 0, False
    for place, letter in enumerate(text):
        if letter == '"':
            within_quotes = not within_quotes
        elif letter.isspace() and not within_quotes:
            start = place + 1
    return text[:start], text[start:]


def _values(connection: sqlite3.Connection, name: str) -> list[str]:
    if name == "sort":
        return [sign + sort for sort in SORTS for sign in ("", "-")]
    if name not in FIELDS:
        return []
    return [*FIELDS[name].values, *values_in_use(connection, name)]


def values_in_use(connection: sqlite3.Connection, name: str) -> list[str]:
    """The values of a field that stand in the database, in order; of a field that takes only a few, none."""
    source = FIELDS[name].source
    return [value for (value,) in connection.execute(f"{source} ORDER BY 1 LIMIT 1000")] if source else []
