"""An entry of a list of sanctioned or politically exposed people and organisations."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import Final

from pydantic import TypeAdapter
from pydantic_core import to_json

LONGEST_TEXT: Final = 500
"""What `store.domain.values.Text` takes: an entry's name is to fit into a recorded check."""


class Nature(StrEnum):
    """What a party or an entry is. Some lists leave open whether an entry is a person."""

    PERSON = "person"
    ORGANISATION = "organisation"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Entry:
    """`checks` are the kinds of check that the entry is for, like SANCTIONS; by `weak_aliases` nobody is matched.

    All tuples are sorted, so that the order in which a publisher writes them changes nothing.
    """

    entry_id: str
    nature: Nature
    checks: tuple[str, ...]
    name: str
    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Those to match by."""
        return (self.name, *self.aliases)

    def digest(self) -> str:
        """Another one whenever the entry says something else; where it was found is not what it says."""
        said = (
            self.entry_id,
            self.nature,
            self.checks,
            sorted(self.names),
            self.weak_aliases,
            self.birth_dates,
            self.countries,
            self.identifiers,
            self.programmes,
            self.addresses,
            self.topics,
        )
        return sha256(to_json(said)).hexdigest()

    def as_json(self) -> str:
        return to_json(self).decode()

    @staticmethod
    def from_json(text: str) -> "Entry":
        return _adapter().validate_json(text)


@cache
def _adapter() -> TypeAdapter[Entry]:
    return TypeAdapter(Entry)


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry, where it stands, and how many bytes of the file are read with it."""

    where: str
    entry: Entry
    done: int


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something that is in the file and no entry, and why."""

    why: str
    done: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that can't be read, with the reason as a sentence about "it"."""

    where: str
    reason: str
    done: int


Outcome = Listed | PassedOver | Unread


def comparable(identifier: str) -> str:
    """An identifier as it compares: HRB 12345 and hrb-12345 are one."""
    return "".join(letter for letter in identifier.upper() if letter.isalnum())


def texts(values: Iterable[str]) -> tuple[str, ...]:
    """Texts as they can be shown and recorded: each once, none empty, sorted."""
    return tuple(sorted({text for value in values if (text := shown(value))}))


def country_codes(values: Iterable[str]) -> tuple[str, ...]:
    """ISO 3166-1 codes in capitals; of a subdivision, that of its country."""
    return texts(value.partition("-")[0].upper() for value in values)


def shown(text: str) -> str:
    """A text in one line, with nothing in it that can't be shown, and no longer than can be recorded."""
    text = " ".join(text.split())
    if not text.isprintable():
        text = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Cn", "Co"})
        text = " ".join(text.split())
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
