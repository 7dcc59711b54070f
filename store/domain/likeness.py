"""When two parties are one: what speaks for it, and how certain that makes it.

A company is known by its LEI, or by its registration number in a country; a person by name and date of birth. A name
alone is never more than a maybe, and what contradicts it, such as another date of birth, makes it nothing.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from store.domain.names import company_key, folded, name_key
from store.domain.values import BeneficialOwnerData, CompanyProfileData, OwnerKind, PersonData


class Certainty(StrEnum):
    """From the most to the least certain."""

    SAME = "same"
    LIKELY = "likely"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Likeness:
    """`reason` goes on from the certainty: `same name only`, `same LEI`."""

    certainty: Certainty
    reason: str

    @property
    def sentence(self) -> str:
        return self.reason if self.certainty is Certainty.SAME else f"{self.certainty}: {self.reason}"


@dataclass(frozen=True, slots=True)
class MatchKeys:
    """By what a party is told from others. What is not known is None and compares with nothing."""

    kind: OwnerKind
    name_key: str | None = None
    birthdate: str | None = None
    lei: str | None = None
    registration_key: str | None = None
    country: str | None = None


def match_keys_of_person(person: PersonData) -> MatchKeys:
    return MatchKeys(OwnerKind.PERSON, name_key(person.full_name) or None, person.birthdate)


def match_keys_of_company(profile: CompanyProfileData) -> MatchKeys:
    return _match_keys_of_entity(
        profile.registered_name, profile.lei, profile.registration_number, profile.country_of_incorporation
    )


def match_keys_of_owner(owner: BeneficialOwnerData) -> MatchKeys:
    """An owner who is not named has no marks."""
    if owner.person_details is not None:
        return match_keys_of_person(owner.person_details)
    if (entity := owner.entity_details) is not None:
        return _match_keys_of_entity(entity.name, entity.lei, entity.registration_number, entity.country)
    return MatchKeys(owner.kind)


def _match_keys_of_entity(name: str, lei: str | None, number: str | None, country: str | None) -> MatchKeys:
    return MatchKeys(
        OwnerKind.ENTITY,
        company_key(name) or None,
        lei=lei,
        registration_key=registration_key(number, country),
        country=country,
    )


_PADDING: Final = re.compile(r"^([^0-9]*)0+(?=[0-9])")


def registration_key(number: str | None, country: str | None) -> str | None:
    """A registration number with its country, alike however it is written: `0123 4567`, `GB01234567` and `1234567`
    are all `GB 1234567` in Great Britain. None without a country, and for what is no number, such as `n/a`."""
    written = "".join(sign for sign in folded(number or "").upper() if sign.isalnum())
    if country is None or not re.search(r"[1-9]", written):
        return None
    unpadded = _PADDING.sub(r"\1", written.removeprefix(country))
    return f"{country} {unpadded}"


def likeness(one: MatchKeys, other: MatchKeys) -> Likeness | None:
    """None if they are not one party, as far as is known. It is the same whichever of the two is named first."""
    if one.kind is not other.kind:
        return None
    return _likeness_of_people(one, other) if one.kind is OwnerKind.PERSON else _likeness_of_entities(one, other)


def _likeness_of_people(one: MatchKeys, other: MatchKeys) -> Likeness | None:
    if not _agree(one.name_key, other.name_key):
        return None
    if one.birthdate is None or other.birthdate is None:
        return Likeness(Certainty.MAYBE, "same name only")
    vaguer, closer = sorted((one.birthdate, other.birthdate), key=len)
    if not closer.startswith(vaguer):
        return None
    match len(vaguer):
        case 10:
            return Likeness(Certainty.SAME, f"same name, born {vaguer}")
        case 7:
            return Likeness(Certainty.LIKELY, f"same name, born in {vaguer}")
    return Likeness(Certainty.MAYBE, f"same name, born in {vaguer}")


def _likeness_of_entities(one: MatchKeys, other: MatchKeys) -> Likeness | None:
    if _agree(one.lei, other.lei):
        return Likeness(Certainty.SAME, "same LEI")
    same_name, another_lei = _agree(one.name_key, other.name_key), _differ(one.lei, other.lei)
    if _agree(one.registration_key, other.registration_key):
        reason = f"same registration number in {one.country}"
        if another_lei:
            return Likeness(Certainty.MAYBE, f"{reason}, but another LEI")
        return Likeness(Certainty.SAME, reason) if same_name else Likeness(Certainty.LIKELY, f"{reason}, another name")
    if not same_name or another_lei or _differ(one.country, other.country):
        return None
    if _differ(one.registration_key, other.registration_key):
        return None
    both_in = _agree(one.country, other.country)
    return Likeness(Certainty.MAYBE, f"same name, both in {one.country}" if both_in else "same name only")


def _agree(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other
