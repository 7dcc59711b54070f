"""BODS statements as our values: the profile of an entity, and an owner for each relationship."""

from collections.abc import Sequence
from typing import Final

from store.domain.values import (
    AddressData,
    BeneficialOwnerData,
    CompanyProfileData,
    Directness,
    EntityData,
    Interest,
    OwnerKind,
    PersonData,
    Share,
    UnspecifiedReason,
    words,
)
from store.intake.bods_statements import (
    Entity,
    Head,
    Identifier,
    Name,
    Person,
    Relationship,
    StatedInterest,
    Unspecified,
)

LEI_SCHEME: Final = "XI-LEI"

NO_GIVEN_NAME: Final = "-"
"""Stands for the first name of somebody who has only one name, which is then the last name (as in ICAO 9303)."""

_NAMELESS: Final = {"anonymousEntity", "unknownEntity"}


def company_profile(entity: Entity) -> CompanyProfileData:
    """The profile of an entity. The country of incorporation is that of its jurisdiction, else of its registered
    address, else of the list that its identifier is from; where no address is known, its country is that one.

    Raises `ValueError` when it is unnamed or of no known country, or when the LEI is not one.
    """
    if entity.entity_type.type in _NAMELESS:
        raise ValueError(f"it is an {words(entity.entity_type.type)}")
    if entity.name is None:
        raise ValueError("it has no name")
    country = _country_of_incorporation(entity)
    if country is None:
        raise ValueError(
            "its country of incorporation is not stated: neither a jurisdiction, nor a country in its address,"
            " nor an identifier of a national register"
        )
    return CompanyProfileData(
        registered_name=entity.name,
        registration_number=_registration_number(entity, country),
        registration_date=entity.founding_date,
        country_of_incorporation=country,
        registered_address=_registered_address(entity, country),
        business_type=entity.entity_type.details or entity.entity_type.type,
        lei=_lei(entity),
    )


def owner(
    head: Head, relationship: Relationship, party: Person | Entity | None, held_in: str | None
) -> BeneficialOwnerData:
    """The owner that a relationship states; `party` is its interested party, None if not in the file.

    Share, directness and types of control are those of the interests that have not ended, or of all if every
    one has. Of several shareholdings the direct one counts, so that the shares in a company do not count twice
    what is held through another owner; if that leaves several, no share is given and the interests tell.
    An owner that has ended is no UBO. A relationship that is a component of an indirect one is an owner like
    any other, as it alone names the company in between: `directness` says which shares are not to be added.
    """
    ended_on = _ended_on(head, relationship)
    current = [interest for interest in relationship.interests if interest.end_date is None]
    counting = current or relationship.interests
    share = _share(counting)
    directions = {interest.direct_or_indirect for interest in counting}
    kind, person, entity, unspecified = _details(relationship, party)
    return BeneficialOwnerData(
        kind=kind,
        person_details=person,
        entity_details=entity,
        unspecified_reason=unspecified.reason if unspecified else None,
        unspecified_details=unspecified.description if unspecified else None,
        ownership_percentage=share.exact if share else None,
        share=share if share and share.exact is None else None,
        directness=directions.pop() if len(directions) == 1 else Directness.UNKNOWN,
        types_of_control=tuple(dict.fromkeys(interest.type or "unknownInterest" for interest in counting)),
        is_ubo=kind is OwnerKind.PERSON
        and ended_on is None
        and any(interest.beneficial_ownership_or_control for interest in current),
        interests=tuple(_interest(interest) for interest in relationship.interests),
        party=relationship.interested_party.record_id,
        held_in=held_in,
        source=source(head),
        as_of=head.day,
        ended_on=ended_on,
    )


def source(head: Head) -> str | None:
    """Who published a statement and from what, like "Open Ownership, official register"."""
    kinds = head.source.type if head.source else ()
    return ", ".join(filter(None, (head.publisher, *(words(kind) for kind in kinds)))) or None


def label(record_id: str, entity: Entity) -> str:
    """How to speak of an entity: by its name if it has one."""
    return f"{entity.name} ({record_id})" if entity.name else f"the entity {record_id}"


def _details(
    relationship: Relationship, party: Person | Entity | None
) -> tuple[OwnerKind, PersonData | None, EntityData | None, Unspecified | None]:
    stated = relationship.interested_party
    record_id = stated.record_id or ""
    if isinstance(party, Entity) and party.entity_type.type not in _NAMELESS:
        return OwnerKind.ENTITY, None, _entity(record_id, party), None
    if isinstance(party, Person) and party.person_type == "knownPerson" and (person := _person(party)):
        return OwnerKind.PERSON, person, None, None
    if isinstance(party, Entity):
        reason = party.unspecified_entity_details or Unspecified(reason=UnspecifiedReason.UNKNOWN)
    elif isinstance(party, Person) and party.person_type == "knownPerson":
        reason = Unspecified(
            reason=UnspecifiedReason.UNKNOWN_TO_PUBLISHER,
            description=f"the person {record_id} is known, but no name is stated",
        )
    elif isinstance(party, Person):
        reason = party.unspecified_person_details or Unspecified(reason=UnspecifiedReason.UNKNOWN)
    elif stated.reason:
        reason = Unspecified(reason=stated.reason, description=stated.description)
    else:
        reason = Unspecified(
            reason=UnspecifiedReason.UNKNOWN_TO_PUBLISHER,
            description=f"the record {record_id} is not in the file",
        )
    return OwnerKind.UNSPECIFIED, None, None, reason


def _entity(record_id: str, entity: Entity) -> EntityData:
    kind = entity.entity_type
    country = _country_of_incorporation(entity)
    return EntityData(
        name=entity.name or f"{words(kind.subtype or kind.type)} {record_id}",
        entity_type=kind.details or kind.subtype or kind.type,
        registration_number=_registration_number(entity, country),
        country=country,
        lei=_lei(entity),
    )


def _person(person: Person) -> PersonData | None:
    """None if no name is stated. The legal name is preferred, of nationalities the first."""
    names = sorted(person.names, key=lambda name: name.type not in ("legal", "individual"))
    split = next(filter(None, map(_first_and_last, names)), None)
    if split is None:
        return None
    homes = (address.country.country for address in person.addresses if address.type == "residence" and address.country)
    return PersonData(
        firstname=split[0],
        lastname=split[1],
        birthdate=person.birth_date,
        nationality=next((place.country for place in person.nationalities if place.country), None),
        country_of_residence=next(filter(None, homes), None),
    )


def _first_and_last(name: Name) -> tuple[str, str] | None:
    """Given and family name as stated, else the full name parted at its last space."""
    given = " ".join(filter(None, (name.given_name, name.patronymic_name)))
    if given and name.family_name:
        return given, name.family_name
    full = name.full_name or given or name.family_name
    if not full:
        return None
    first, _, last = full.rpartition(" ")
    return first or NO_GIVEN_NAME, last


def _interest(interest: StatedInterest) -> Interest:
    return Interest(
        type=interest.type or "unknownInterest",
        directness=interest.direct_or_indirect,
        share=interest.share.as_share() if interest.share else None,
        started_on=interest.start_date,
        ended_on=interest.end_date,
    )


def _share(interests: Sequence[StatedInterest]) -> Share | None:
    for wanted in ("shareholding", "votingRights"):
        stated = [each for each in interests if each.type == wanted and each.share]
        direct = [each for each in stated if each.direct_or_indirect is Directness.DIRECT]
        chosen = direct if len(stated) > 1 and len(direct) == 1 else stated
        if chosen:
            share = chosen[0].share
            return share.as_share() if share and len(chosen) == 1 else None
    return None


def _ended_on(head: Head, relationship: Relationship) -> str | None:
    """When the relationship ended: when all its interests had, or, closed without saying, when that was stated."""
    ends = [interest.end_date for interest in relationship.interests if interest.end_date]
    if head.record_status == "closed":
        if not ends and not head.day:
            raise ValueError("it is closed, but has no statementDate and no interest has an endDate")
        return max(ends, default=head.day)
    return max(ends) if ends and len(ends) == len(relationship.interests) else None


def _country_of_incorporation(entity: Entity) -> str | None:
    if entity.jurisdiction and entity.jurisdiction.country:
        return entity.jurisdiction.country
    addresses = sorted(entity.addresses, key=lambda address: address.type != "registered")
    stated = (address.country.country for address in addresses if address.country)
    listed = (_country_of_list(identifier) for identifier in entity.identifiers)
    return next(filter(None, stated), None) or next(filter(None, listed), None)


def _country_of_list(identifier: Identifier) -> str | None:
    """The country that an identifier list begins with: `GB-COH` (org-id.guide) or `IRL-TAXID` (BODS, Identifier)."""
    import pycountry

    prefix, dash, _ = (identifier.scheme or "").upper().partition("-")
    if not dash:
        return None
    country = pycountry.countries.get(alpha_2=prefix) or pycountry.countries.get(alpha_3=prefix)
    return country.alpha_2 if country else None


def _registration_number(entity: Entity, country: str | None) -> str | None:
    """The number in a register of that country if there is one, else any but the LEI."""
    numbers = [each for each in entity.identifiers if each.id and each.scheme != LEI_SCHEME]
    numbers.sort(key=lambda each: country is None or _country_of_list(each) != country)
    return numbers[0].id if numbers else None


def _lei(entity: Entity) -> str | None:
    return next((each.id for each in entity.identifiers if each.id and each.scheme == LEI_SCHEME), None)


def _registered_address(entity: Entity, incorporated_in: str) -> AddressData:
    addresses = sorted(entity.addresses, key=lambda address: address.type != "registered")
    if not addresses:
        return AddressData(country=incorporated_in)
    first = addresses[0]
    country = first.country.country if first.country else None
    # A country that we can't tell by its name stays readable.
    unread = first.country.name if first.country and not country else None
    return AddressData(
        street=", ".join(filter(None, (first.address, unread))) or None,
        postal_code=first.post_code,
        country=country or incorporated_in,
    )
