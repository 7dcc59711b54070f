"""Read table `search_documents`: the words by which each case is found, and the full-text index over them.

The words are names of people, owners and companies, references and identifiers. They are folded as names are for
comparison (store/domain/names.py) and separated by spaces. A corrected name stays in the words, so a person who
remembers only the old name finds the case.
"""

from collections.abc import Iterable
from typing import Final

from store.domain.events import (
    BeneficialOwnerAdded,
    BeneficialOwnerCorrected,
    CaseCreated,
    CompanyProfileCreated,
    CompanyProfileUpdated,
    PersonAddedToCase,
    PersonLinkedToCompany,
)
from store.domain.names import folded_words
from store.log.read import RecordedEvent
from store.projections.projection import Change, Projection


def _case(_: RecordedEvent, e: CaseCreated) -> tuple[object, ...]:
    return _words(e.case_id, (e.reference, e.reference.replace("-", ""), e.client_id))


def _company(_: RecordedEvent, e: CompanyProfileCreated | CompanyProfileUpdated) -> tuple[object, ...]:
    profile = e.profile
    return _words(e.case_id, (profile.registered_name, profile.trading_name, profile.registration_number, profile.lei))


def _person(_: RecordedEvent, e: PersonAddedToCase | PersonLinkedToCompany) -> tuple[object, ...]:
    return _words(e.case_id, (e.person.full_name,))


def _owner(_: RecordedEvent, e: BeneficialOwnerAdded | BeneficialOwnerCorrected) -> tuple[object, ...]:
    person, entity = e.owner.person_details, e.owner.entity_details
    if person:
        return _words(e.case_id, (person.full_name,))
    return _words(e.case_id, (entity.name, entity.registration_number, entity.lei) if entity else ())


def _words(case_id: str, texts: Iterable[str | None]) -> tuple[object, ...]:
    return case_id, " ".join(word for text in texts if text for word in folded_words(text))


_ADD: Final = (
    "INSERT INTO search_documents (case_id, words) VALUES (?, ?)"
    " ON CONFLICT (case_id) DO UPDATE SET words = words || ' ' || excluded.words WHERE excluded.words > ''"
)

_FORGET: Final = "INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.document_id, old.words)"
_LEARN: Final = "INSERT INTO search_index (rowid, words) VALUES (new.document_id, new.words)"

PROJECTION: Final = Projection(
    table="search_documents",
    version=1,
    local_id="document_id",
    full_text_index="search_index",
    columns={"case_id": "TEXT NOT NULL", "words": "TEXT NOT NULL"},
    key=("case_id",),
    indexes=(
        "DROP TABLE IF EXISTS search_index",
        "CREATE VIRTUAL TABLE search_index USING fts5"
        " (words, content='search_documents', content_rowid='document_id', prefix='1 2 3')",
        "INSERT INTO search_index (search_index) VALUES ('rebuild')",
        f"CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN {_LEARN}; END",
        f"CREATE TRIGGER search_documents_gone AFTER DELETE ON search_documents BEGIN {_FORGET}; END",
        f"CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN {_FORGET}; {_LEARN}; END",
    ),
    event_projectors={
        CompanyProfileCreated: Change(_ADD, _company),
        CaseCreated: Change(_ADD, _case),
        PersonLinkedToCompany: Change(_ADD, _person),
        PersonAddedToCase: Change(_ADD, _person),
        BeneficialOwnerAdded: Change(_ADD, _owner),
        CompanyProfileUpdated: Change(_ADD, _company),
        BeneficialOwnerCorrected: Change(_ADD, _owner),
    },
)
