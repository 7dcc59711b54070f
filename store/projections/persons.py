"""Read table `persons`: the people of each case, each with the company that they are linked to, if any."""

from typing import Final

from store.domain.events import PersonAddedToCase, PersonLinkedToCompany
from store.domain.values import PersonData
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection, insert


def _person_added(_: RecordedEvent, e: PersonAddedToCase) -> tuple[object, ...]:
    return (e.person_id, e.case_id, None, *_details(e.person))


def _person_linked(_: RecordedEvent, e: PersonLinkedToCompany) -> tuple[object, ...]:
    return (e.person_id, e.case_id, e.company_id, *_details(e.person))


def _details(person: PersonData) -> tuple[object, ...]:
    return (
        person.firstname,
        person.lastname,
        person.birthdate,
        person.role_in_company,
        person.nationality,
        person.country_of_residence,
        person.email,
    )


COLUMNS: Final = {
    "person_id": "TEXT NOT NULL",
    "case_id": "TEXT NOT NULL",
    "company_id": "TEXT",
    "firstname": "TEXT NOT NULL",
    "lastname": "TEXT NOT NULL",
    "birthdate": "TEXT",
    "role_in_company": "TEXT",
    "nationality": "TEXT",
    "country_of_residence": "TEXT",
    "email": "TEXT",
}

_INSERT: Final = insert("persons", COLUMNS)

PROJECTION: Final = Projection(
    table="persons",
    version=1,
    columns=COLUMNS,
    key=("case_id", "person_id"),
    indexes=(
        "CREATE INDEX persons_by_nationality ON persons (nationality, case_id) WHERE nationality IS NOT NULL",
        "CREATE INDEX persons_by_residence ON persons (country_of_residence, case_id)"
        " WHERE country_of_residence IS NOT NULL",
    ),
    event_projectors={
        PersonAddedToCase: Change(_INSERT, _person_added),
        PersonLinkedToCompany: Change(_INSERT, _person_linked),
    },
)
