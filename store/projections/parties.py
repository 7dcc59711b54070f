"""Read table `parties`: the keys by which the companies and people of a case are recognised in other cases.

A party has one row for each part that it has in a case: as the company itself, as a person, as an owner. `party_id` is
the same in all parts of one party. So a person who is an owner as well counts once, and so does a company that is an
owner in several places of a chain. store/domain/likeness.py computes the keys (`name_key` to `country`): raise
`version` when likeness.py or names.py changes.
"""

from typing import Final

from store.domain.events import (
    BeneficialOwnerAdded,
    BeneficialOwnerCorrected,
    BeneficialOwnerRemoved,
    CompanyProfileCreated,
    CompanyProfileUpdated,
    PersonAddedToCase,
    PersonLinkedToCompany,
)
from store.domain.likeness import MatchKeys, match_keys_of_company, match_keys_of_owner, match_keys_of_person
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert, replace


def _company(_: RecordedEvent, e: CompanyProfileCreated | CompanyProfileUpdated) -> tuple[object, ...]:
    keys = match_keys_of_company(e.profile)
    return (e.company_id, e.case_id, e.company_id, "company", e.profile.registered_name, *_columns(keys))


def _person(_: RecordedEvent, e: PersonAddedToCase | PersonLinkedToCompany) -> tuple[object, ...]:
    role = e.person.role_in_company or "person"
    return (e.person_id, e.case_id, e.person_id, role, e.person.full_name, *_columns(match_keys_of_person(e.person)))


def _owner(_: RecordedEvent, e: BeneficialOwnerAdded | BeneficialOwnerCorrected) -> tuple[object, ...]:
    party_id = e.person_id or e.owner.party or e.owner_id
    role = "former owner" if e.owner.ended_on else "owner"
    return (e.owner_id, e.case_id, party_id, role, e.owner.name, *_columns(match_keys_of_owner(e.owner)))


def _columns(keys: MatchKeys) -> tuple[object, ...]:
    return keys.kind, keys.name_key, keys.birthdate, keys.lei, keys.registration_key, keys.country


COLUMNS: Final = {
    "part_id": "TEXT NOT NULL",
    "case_id": "TEXT NOT NULL",
    "party_id": "TEXT NOT NULL",
    "role": "TEXT NOT NULL",
    "name": "TEXT NOT NULL",
    "kind": "TEXT NOT NULL",
    "name_key": "TEXT",
    "birthdate": "TEXT",
    "lei": "TEXT",
    "registration_key": "TEXT",
    "country": "TEXT",
}

KEY: Final = ("case_id", "part_id")

_INSERT: Final = insert("parties", COLUMNS)
_REPLACE: Final = replace("parties", COLUMNS, KEY)

PROJECTION: Final = Projection(
    table="parties",
    version=2,
    columns=COLUMNS,
    key=KEY,
    indexes=(
        "CREATE INDEX parties_by_name ON parties (name_key, kind, birthdate) WHERE name_key IS NOT NULL",
        "CREATE INDEX parties_by_lei ON parties (lei) WHERE lei IS NOT NULL",
        "CREATE INDEX parties_by_number ON parties (registration_key) WHERE registration_key IS NOT NULL",
    ),
    event_projectors={
        CompanyProfileCreated: Change(_INSERT, _company),
        CompanyProfileUpdated: Change(_REPLACE, _company),
        PersonAddedToCase: Change(_INSERT, _person),
        PersonLinkedToCompany: Change(_INSERT, _person),
        BeneficialOwnerAdded: Change(_INSERT, _owner),
        BeneficialOwnerCorrected: Change(_REPLACE, _owner),
        BeneficialOwnerRemoved: Change(
            "DELETE FROM parties WHERE case_id = ? AND part_id = ?", lambda _, e: (e.case_id, e.owner_id)
        ),
    },
)
