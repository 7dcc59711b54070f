"""messages.jsonl: what comes on the topic `kyc_events`, a case a line."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

from sample_data.names import KYB_CLIENTS, KYC_CLIENTS, Address, Body, Company, Owner, Person
from sample_data.parts import Json, day, known, latin, lei, register_number, share_as_bods
from store.domain.values import OwnerKind

KYC_CASE_TYPES: Final = ("STANDARD",) * 18 + ("ONBOARDING",) * 9 + ("ENHANCED_DUE_DILIGENCE",) * 3
_LENGTH_WHEN_KNOWN_TO: Final = {"day": 10, "month": 7, "year": 4, "": 0}


def messages(rng: random.Random, seed: int) -> list[Json]:
    """The clients of both kinds in one queue. The seed is in the message ids: other seeds, other cases."""
    kyc_types = rng.sample(KYC_CASE_TYPES, len(KYC_CLIENTS))
    clients = [_kyc(rng, *client) for client in zip(KYC_CLIENTS, kyc_types, strict=True)]
    clients += [_kyb(rng, company) for company in KYB_CLIENTS]
    rng.shuffle(clients)
    numbers = sorted(rng.sample(range(10_000, 100_000), len(clients)))
    return [
        {"message_id": f"sample-{seed}-{index:03}", "client_id": f"C-{number}", "version": "1.0"} | client
        for index, (number, client) in enumerate(zip(numbers, clients, strict=True), start=1)
    ]


def _kyc(rng: random.Random, persons: Sequence[Person], case_type: str) -> Json:
    return {
        "type": case_type,
        "traitement_type": "KYC",
        "persons": [_person(person, _birthdate(rng, person, 1940, 2006)) | _contact(rng, person) for person in persons],
    }


def _kyb(rng: random.Random, company: Company) -> Json:
    owners = [owner.who for owner in company.owners if isinstance(owner.who, Person)]
    born = {person: _birthdate(rng, person, 1946, 1989) for person in dict.fromkeys([*company.persons, *owners])}
    return {
        "type": company.case_type,
        "traitement_type": "KYB",
        "persons": [_person(person, born[person]) | known(role_in_company=person.role) for person in company.persons],
        "company_profile": known(
            registered_name=company.name,
            trading_name=company.trading_name,
            registration_number=register_number(rng) if company.numbered else "",
            registration_date=company.founded,
            country_of_incorporation=company.address.country,
            registered_address=_address(company.address),
            industry_sector=company.industry,
            lei=lei(company.lei_base) if company.lei_base else "",
            legal_form=company.legal_form,
        ),
        "beneficial_owners": [_owner(owner, born) for owner in company.owners],
    }


def _birthdate(rng: random.Random, person: Person, first_year: int, last_year: int) -> str:
    drawn = day(rng, first_year, last_year)
    return (person.birthdate or drawn)[: _LENGTH_WHEN_KNOWN_TO[person.born]]


def _person(person: Person, birthdate: str) -> Json:
    return known(
        firstname=person.firstname,
        lastname=person.lastname,
        birthdate=birthdate,
        nationality=person.nationality,
        country_of_residence=person.residence or person.nationality,
    )


def _contact(rng: random.Random, person: Person) -> Json:
    """Most leave an address: a first name and the last part of the family name, if these can be written."""
    first, last = latin(person.firstname.split()[0]), latin(person.lastname.split()[-1])
    host = rng.choice(("example.org", "example.com", ""))
    return {"email": f"{first}.{last}@{host}"} if first and last and host else {}


def _owner(owner: Owner, born: Mapping[Person, str]) -> Json:
    who = owner.who
    details: Json
    if isinstance(who, Person):
        details = {"kind": OwnerKind.PERSON.value, "person_details": _person(who, born[who])}
    elif isinstance(who, Body):
        body = known(name=who.name, entity_type=who.entity_type, registration_number=who.number, country=who.country)
        details = {"kind": OwnerKind.ENTITY.value, "entity_details": body}
    else:
        details = {"kind": OwnerKind.UNSPECIFIED.value, "unspecified_reason": who.value}
    return details | known(
        unspecified_details=owner.details,
        **_share(owner.share),
        directness="indirect" if owner.held_in else "direct",
        types_of_control=list(owner.control),
        is_ubo=owner.is_ubo,
        party=owner.party,
        held_in=owner.held_in,
        source="Declaration of the client",
        as_of="2025-12",
    )


def _share(text: str) -> Json:
    """The wire has a field for an exact share; a band is ours, and says with a flag that an end is left out."""
    share = share_as_bods(text)
    if "exact" in share:
        return {"ownership_percentage": share["exact"]}
    band: Json = {}
    for key, value in share.items():
        end = key.removeprefix("exclusive").lower()
        band |= {end: value} if key == end else {end: value, f"exclusive_{end}": True}
    return known(share=band)


def _address(address: Address) -> Json:
    return known(
        street=address.street,
        city=address.city,
        state_province=address.region,
        postal_code=address.postal_code,
        country=address.country,
    )
