"""Read table `beneficial_owners`: who owns or controls the company of a case.

`share_minimum` and `share_maximum` are per cent. They are equal for an exact share, and NULL where the register states
no figure. `types_of_control` and `interests` are JSON arrays. `is_ubo` is what a person confirmed,
and before that what the register or the client stated.
"""

from typing import Final

from pydantic_core import to_json

from store.domain.events import (
    BeneficialOwnerAdded,
    BeneficialOwnerCorrected,
    BeneficialOwnerRemoved,
    BeneficialOwnersConfirmed,
)
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert, replace


def _owner(_: RecordedEvent, e: BeneficialOwnerAdded | BeneficialOwnerCorrected) -> tuple[object, ...]:
    owner = e.owner
    person, entity, share = owner.person_details, owner.entity_details, owner.held_share
    return (
        e.owner_id,
        e.case_id,
        e.company_id,
        e.person_id,
        owner.kind,
        owner.name,
        person.birthdate if person else None,
        person.nationality if person else entity.country if entity else None,
        entity.registration_number if entity else None,
        entity.lei if entity else None,
        owner.unspecified_reason,
        owner.unspecified_details,
        share.lowest if share else None,
        share.highest if share else None,
        owner.directness,
        to_json(owner.types_of_control).decode(),
        to_json(owner.interests, exclude_none=True).decode(),
        owner.is_ubo,
        owner.party,
        owner.held_in,
        owner.source,
        owner.as_of,
        owner.ended_on,
    )


COLUMNS: Final = {
    "owner_id": "TEXT NOT NULL",
    "case_id": "TEXT NOT NULL",
    "company_id": "TEXT NOT NULL",
    "person_id": "TEXT",
    "kind": "TEXT NOT NULL",
    "name": "TEXT NOT NULL",
    "birthdate": "TEXT",
    "country": "TEXT",
    "registration_number": "TEXT",
    "lei": "TEXT",
    "unspecified_reason": "TEXT",
    "unspecified_details": "TEXT",
    "share_minimum": "REAL",
    "share_maximum": "REAL",
    "directness": "TEXT NOT NULL",
    "types_of_control": "TEXT NOT NULL",
    "interests": "TEXT NOT NULL",
    "is_ubo": "INTEGER NOT NULL",
    "party": "TEXT",
    "held_in": "TEXT",
    "source": "TEXT",
    "as_of": "TEXT",
    "ended_on": "TEXT",
}

KEY: Final = ("case_id", "owner_id")

PROJECTION: Final = Projection(
    table="beneficial_owners",
    version=1,
    columns=COLUMNS,
    key=KEY,
    event_projectors={
        BeneficialOwnerAdded: Change(insert("beneficial_owners", COLUMNS), _owner),
        BeneficialOwnerCorrected: Change(replace("beneficial_owners", COLUMNS, KEY), _owner),
        BeneficialOwnerRemoved: Change(
            "DELETE FROM beneficial_owners WHERE case_id = ? AND owner_id = ?", lambda _, e: (e.case_id, e.owner_id)
        ),
        BeneficialOwnersConfirmed: Change(
            "UPDATE beneficial_owners SET is_ubo = owner_id IN (SELECT value FROM json_each(?)) WHERE case_id = ?",
            lambda _, e: (to_json(e.owner_ids).decode(), e.case_id),
        ),
    },
)
