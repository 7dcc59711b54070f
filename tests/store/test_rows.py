"""Rows carry the enums of the domain, and what only a newer version of caseworker knows is read as a text."""

from datetime import date
from enum import StrEnum
from typing import get_args, get_type_hints

from pydantic_core import from_json, to_json

from store.domain import commands as c
from store.domain.statuses import CaseStatus, Decision, DocumentStatus, RejectionReason
from store.engine.case_store import CaseStore
from store.queries.case_file import case_file
from store.queries.documents import ExpiringRow, expiring
from store.queries.related import Related, related
from store.queries.rows import fields_of
from tests.domain.examples import ANA, DIRECTOR, NOBODY, kyb, owner
from tests.store.stores import a_case_with_everything, connection_of, documents, uploaded

COLUMNS = {
    "cases": ("traitement_type", "status", "risk", "proposed_decision"),
    "beneficial_owners": ("kind", "directness", "unspecified_reason"),
    "required_documents": ("status", "reason_code", "entity_type"),
    "checks": ("kind", "outcome"),
    "parties": ("kind",),
}
"""The columns that hold a value of an enum."""


def a_proposed_case(store: CaseStore) -> str:
    """The id of a case that holds what `a_case_with_everything` has no more."""
    case_id = store.execute(kyb(DIRECTOR, owners=(NOBODY, owner(ANA)))).case_id
    document = documents(store, case_id)[0].document_requirement_id
    store.execute(uploaded(document))
    rejected = c.UpdateDocumentStatus(
        document_requirement_id=document,
        new_status=DocumentStatus.REJECTED,
        reason_code=RejectionReason.BAD_IMAGE,
    )
    store.execute(rejected)
    store.execute(c.ProposeDecision(case_id=case_id, decision=Decision.REJECT, reason="nobody is named"))
    return case_id


def rows_of(store: CaseStore, case_id: str) -> list[object]:
    view = store.query(case_file, case_id)
    return [view.case, *view.beneficial_owners, *view.documents, *view.checks]


def enums_of(row: object) -> dict[str, type[StrEnum]]:
    """The fields of a row that hold a member of an enum."""
    hints = {name: (hint, *get_args(hint)) for name, hint in get_type_hints(type(row)).items()}
    return {
        name: each
        for name, types in hints.items()
        for each in types
        if isinstance(each, type) and issubclass(each, StrEnum)
    }


def test_every_field_that_is_typed_as_an_enum_holds_a_member_of_it(store: CaseStore) -> None:
    cases = (a_case_with_everything(store), a_proposed_case(store))
    found = set()
    for row in (row for case_id in cases for row in rows_of(store, case_id)):
        for name, enum in enums_of(row).items():
            value = getattr(row, name)
            assert value is None or isinstance(value, enum), f"{name} is {value!r}"
            found |= {name} if value else set()
    assert found == {name for table in COLUMNS if table != "parties" for name in COLUMNS[table]}


def test_a_document_that_expires_has_both_statuses(store: CaseStore) -> None:
    document = documents(store, store.execute(kyb(DIRECTOR)).case_id)[0].document_requirement_id
    store.execute(uploaded(document))
    store.execute(c.SetDocumentExpiry(document_requirement_id=document, expires_on="2026-02-01"))
    (row,) = store.query(lambda connection: list(expiring(connection, date(2026, 3, 1))))
    assert (type(row.status), type(row.case_status), row.is_required) == (DocumentStatus, CaseStatus, True)
    assert enums_of(row).keys() == {name for name in ExpiringRow.__annotations__ if name.endswith("status")}


def test_what_a_newer_version_wrote_is_read_as_the_text_that_it_is(store: CaseStore) -> None:
    cases = (a_case_with_everything(store), a_proposed_case(store))
    for table, columns in COLUMNS.items():
        for column in columns:
            connection_of(store).execute(f"UPDATE {table} SET {column} = 'NEWER'")
    for case_id in cases:
        for row in rows_of(store, case_id):
            assert {(type(getattr(row, name)), getattr(row, name)) for name in enums_of(row)} == {(str, "NEWER")}
        assert store.query(related, case_id) == Related()  # nobody is like a party of a kind that is not known


def test_the_fields_of_a_row_are_plain_texts_that_make_the_same_json(store: CaseStore) -> None:
    for row in rows_of(store, a_proposed_case(store)):
        fields = fields_of(row)  # type: ignore[arg-type]
        assert StrEnum not in {base for value in fields.values() for base in type(value).__mro__}
        assert to_json(fields) == to_json(row)
        assert list(from_json(to_json(row))) == list(fields)
