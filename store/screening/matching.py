"""How much an entry of a list is like a party of a case, from 0 to 100, and why, in words.

A name says little: many people share one. So the most that it can give is `possible`; `strong` takes a date of birth or
an identifier that agrees. What contradicts counts as well, and is said.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from store.screening.entries import Entry, Nature, comparable
from store.screening.parties import LEI, Party
from store.screening.spelling import spelt, words_of

SHOWN_FROM: Final = 40
"""Below this an entry is no candidate."""

_POSSIBLE_FROM: Final = 60
_STRONG_FROM: Final = 85

_NAME_FROM: Final = 80
"""From this likeness on a name may be the same. Below it only an identifier makes a candidate."""

_BY_NAME: Final = 0.75
"""What a name gives of the score: one that is the same, 75."""


class Strength(StrEnum):
    STRONG = "strong"
    POSSIBLE = "possible"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Reason:
    """`points` are what it gives to the score: more than 0 speaks for, less than 0 against, 0 says nothing."""

    points: int
    sentence: str
    confirms: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    score: int
    reasons: tuple[Reason, ...]

    @property
    def strength(self) -> Strength:
        if self.score >= _STRONG_FROM:
            return Strength.STRONG
        return Strength.POSSIBLE if self.score >= _POSSIBLE_FROM else Strength.WEAK


def compare(party: Party, entry: Entry) -> Match | None:
    """The match of an entry that may be this party, None if it is no candidate."""
    if Nature.UNKNOWN is not entry.nature is not party.nature:
        return None
    likeness, name = max(_names(party, entry), default=(0, ""))
    identifiers = list(_identifiers(party, entry, alike=likeness >= _NAME_FROM))
    identified = any(reason.confirms for reason in identifiers)
    if likeness < _NAME_FROM and not identified:
        return None
    reasons = [
        _name_reason(likeness, name, entry),
        *([_birth(party, entry)] if party.nature is Nature.PERSON else []),
        _country(party, entry),
        *identifiers,
    ]
    score = max(0, min(100, sum(reason.points for reason in reasons)))
    if not any(reason.confirms for reason in reasons):
        score = min(score, _STRONG_FROM - 1)
    return Match(score, tuple(reasons)) if score >= SHOWN_FROM or identified else None


def _names(party: Party, entry: Entry) -> Iterable[tuple[int, str]]:
    person = party.nature is Nature.PERSON
    ours = [words_of(name, person=person) for name in party.names]
    for name in entry.names:
        theirs = words_of(name, person=person)
        yield max(likeness(words, theirs, person=person) for words in ours), name


def likeness(ours: Sequence[str], theirs: Sequence[str], *, person: bool) -> int:
    """How alike two names are in per cent: their words in any order, each as it is or as it is spelt here.

    That one name has words which the other lacks counts a little against people, more against organisations. A name of
    one word is like another only as a whole.
    """
    from rapidfuzz.distance import Indel

    if not ours or not theirs:
        return 0
    if sorted(ours) == sorted(theirs):
        return 100
    turned = ((ours, theirs), (ours[::-1], theirs), (ours, theirs[::-1]))
    together = max(Indel.normalized_similarity("".join(one), "".join(other)) for one, other in turned)
    few, many = sorted((list(ours), list(theirs)), key=len)
    if len(few) == 1:
        alone = _alike(few[0], many[0]) if len(many) == 1 else together
        return round(100 * alone)
    found = weight = 0.0
    for word in sorted(few, key=len, reverse=True):
        alike, other = max((_alike(word, other), other) for other in many)
        if alike >= _SAME_WORD:
            many.remove(other)
            found += alike * max(len(word), len(other))
            weight += max(len(word), len(other))
        else:
            weight += len(word)
    lacking = min(len(many), 4) * (3 if person else 8)
    return round(max(100 * found / weight - lacking, 97 * together if together >= 0.9 else 0))


_SAME_WORD: Final = 0.7
_SPELT: Final = 0.95
_INITIAL: Final = 0.85


def _alike(ours: str, theirs: str) -> float:
    from rapidfuzz.distance import Indel

    if ours[0] == theirs[0] and 1 in (len(ours), len(theirs)):
        return 1.0 if ours == theirs else _INITIAL
    as_spelt = Indel.normalized_similarity(spelt(ours), spelt(theirs))
    return max(Indel.normalized_similarity(ours, theirs), _SPELT * as_spelt)


def _name_reason(likeness: int, name: str, entry: Entry) -> Reason:
    kind = "name" if name == entry.name else "alias"
    shown = name if len(name) <= 100 else f"{name[:99]}…"
    how = "is the same" if likeness == 100 else f"is {likeness} % alike"
    if likeness < _NAME_FROM:
        return Reason(0, f"no name is alike; the likest is ‘{shown}’, {likeness} %")
    return Reason(round(_BY_NAME * likeness), f"the {kind} ‘{shown}’ {how}")


_DATE: Final = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


def _birth(party: Party, entry: Entry) -> Reason:
    theirs = [date for date in entry.birth_dates if _DATE.fullmatch(date)]
    if not party.birthdate:
        return Reason(
            0, f"not known when they were born; the entry says {theirs[0]}" if theirs else "no dates of birth"
        )
    if not theirs:
        return Reason(0, f"born {party.birthdate}; the entry does not say when")
    return max((_dates(party.birthdate, date) for date in theirs), key=lambda reason: reason.points)


_AGREES: Final = {10: 20, 7: 17, 4: 12}
"""What a date of birth gives that agrees to the day, the month or the year."""


def _dates(ours: str, theirs: str) -> Reason:
    known = theirs.removesuffix("-01-01")  # how lists write a year of which no more is known
    length = min(len(ours), len(known))
    if ours[:length] == known[:length]:
        far = "" if ours == theirs else f", the entry says {theirs}: agrees as far as it is known"
        return Reason(_AGREES[length], f"born {ours}{far or ', as the entry says'}", confirms=True)
    if ours[:4] == theirs[:4]:
        swapped = len(ours) == len(theirs) == 10 and (ours[5:7], ours[8:]) == (theirs[8:], theirs[5:7])
        if swapped:
            return Reason(5, f"born {ours}, the entry says {theirs}: day and month may have changed places")
        return Reason(-10, f"born {ours}, the entry says {theirs}: the same year only")
    if abs(int(ours[:4]) - int(theirs[:4])) == 1:
        return Reason(-15, f"born {ours}, but the entry says {theirs}: a year apart")
    return Reason(-30, f"born {ours}, but the entry says {theirs}: contradicts")


def _country(party: Party, entry: Entry) -> Reason:
    ours, theirs = set(party.countries), set(entry.countries)
    if not ours or not theirs:
        return Reason(0, "no country to compare")
    if both := ours & theirs:
        return Reason(5, f"{', '.join(sorted(both))} is a country of both")
    return Reason(-10, f"{', '.join(sorted(ours))}, but the entry names {', '.join(sorted(theirs)[:5])}")


def _identifiers(party: Party, entry: Entry, *, alike: bool) -> Iterable[Reason]:
    theirs = {comparable(identifier) for identifier in entry.identifiers}
    strangers = bool(party.countries and entry.countries) and not set(party.countries) & set(entry.countries)
    for kind, identifier in party.identifiers:
        if comparable(identifier) in theirs:
            if kind == LEI:
                yield Reason(90, f"the same LEI, {identifier}", confirms=True)
            elif len(comparable(identifier)) >= _TELLING and not strangers:
                yield Reason(25 if alike else 55, f"the same {kind}, {identifier}", confirms=True)
        elif kind == LEI and (other := next((each for each in theirs if _is_lei(each)), None)):
            yield Reason(-20, f"the LEI is {identifier}, but the entry's is {other}")


_TELLING: Final = 5
"""Registers share numbers that are shorter than this."""


def _is_lei(identifier: str) -> bool:
    from stdnum import lei

    return len(identifier) == 20 and bool(lei.is_valid(identifier))
