"""The parties of a case as they are compared with lists: the company, its people, and its owners."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pydantic_core import to_json

from store.domain.values import OwnerKind
from store.queries.case_file import CaseFileView, CompanyRow, OwnerRow, PersonRow
from store.screening.entries import Nature

LEI: Final = "LEI"
REGISTRATION_NUMBER: Final = "registration number"


@dataclass(frozen=True, slots=True)
class Party:
    """`identifiers` are pairs of a kind and a value; the first of `names` is what the party is called."""

    entity_id: str
    nature: Nature
    names: tuple[str, ...]
    birthdate: str | None = None
    countries: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return self.names[0]

    def digest(self) -> str:
        """Another one whenever anything changes that is compared."""
        compared = (self.nature, sorted(self.names), self.birthdate, sorted(self.countries), sorted(self.identifiers))
        return sha256(to_json(compared)).hexdigest()


def parties_of(view: CaseFileView) -> list[Party]:
    """Everybody in a case who is to be screened, each once: owners of the past and those who are not named are not."""
    owners = [owner for owner in view.beneficial_owners if owner.ended_on is None]
    people = {person.person_id for person in view.persons}
    parties = [_company(view.company)] if view.company else []
    parties += [_person(person, owners) for person in view.persons]
    for owner in owners:
        if owner.kind is OwnerKind.ENTITY:
            parties.append(_owning_company(owner))
        elif owner.person_id is not None and owner.person_id not in people:
            people.add(owner.person_id)
            parties.append(_owning_person(owner))
    return parties


def _company(company: CompanyRow) -> Party:
    return Party(
        company.company_id,
        Nature.ORGANISATION,
        _known(company.registered_name, company.trading_name),
        countries=_known(company.country_of_incorporation, company.country),
        identifiers=_identifiers(company.lei, company.registration_number),
    )


def _person(person: PersonRow, owners: list[OwnerRow]) -> Party:
    """With what is known of them as an owner, too."""
    as_owner = [owner for owner in owners if owner.person_id == person.person_id]
    full_name, reversed_name = f"{person.firstname} {person.lastname}", f"{person.lastname}{person.firstname}"
    return Party(
        person.person_id,
        Nature.PERSON,
        _known(full_name, *_unspaced(full_name, reversed_name), *(owner.name for owner in as_owner)),
        birthdate=person.birthdate or next((owner.birthdate for owner in as_owner if owner.birthdate), None),
        countries=_known(person.nationality, person.country_of_residence, *(owner.country for owner in as_owner)),
    )


def _owning_person(owner: OwnerRow) -> Party:
    assert owner.person_id is not None
    return Party(
        owner.person_id, Nature.PERSON, (owner.name,), birthdate=owner.birthdate, countries=_known(owner.country)
    )


def _owning_company(owner: OwnerRow) -> Party:
    return Party(
        owner.owner_id,
        Nature.ORGANISATION,
        (owner.name,),
        countries=_known(owner.country),
        identifiers=_identifiers(owner.lei, owner.registration_number),
    )


def _unspaced(full_name: str, reversed_name: str) -> Iterator[str]:
    """小林美咲, as lists write 美咲 小林: in scripts without capitals the family name comes first, often unparted."""
    if full_name.upper() == full_name.lower():
        yield reversed_name


def _identifiers(lei: str | None, registration_number: str | None) -> tuple[tuple[str, str], ...]:
    pairs = ((LEI, lei), (REGISTRATION_NUMBER, registration_number))
    return tuple((kind, value) for kind, value in pairs if value)


def _known(*values: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
