"""A case with all that is known of it is of one version, whatever another process writes meanwhile."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from store.domain.commands import AddBeneficialOwner
from store.domain.refusals import Refusal
from store.domain.rules import Rules
from store.domain.values import PersonData
from store.engine.case_store import CaseStore, Receipt
from store.queries.assessment import AssessedCase
from store.queries.case_file import CaseFileView
from store.queries.related import Related
from store.queries.whole_case import case_and_related, case_now, whole_case
from tests.domain.examples import DIRECTOR, kyb, kyc, owner
from tests.store.stores import Clock, connection_of, open_store

TODAY = date(2026, 1, 2)


@pytest.fixture
def busy_case(
    store: CaseStore, database: Path, clock: Clock, new_case: Callable[..., Receipt]
) -> Iterator[tuple[str, list[str]]]:
    """A company's case, and the names of the owners that another process has added to it so far: one before each
    statement that the store runs, each of whom has a case of their own."""
    case_id, added = new_case(kyb(DIRECTOR)).case_id, list[str]()
    with open_store(database, create=False, clock=clock) as another:

        def add_an_owner(_: str) -> None:
            person = PersonData(firstname="Ana", lastname="Ruiz" + "z" * len(added), birthdate="1980-02-29")
            with another.batch():
                another.execute(kyc(person), actor="ben")
                another.execute(AddBeneficialOwner(case_id=case_id, owner=owner(person)), actor="ben")
            added.append(person.full_name)

        connection_of(store).set_trace_callback(add_an_owner)
        yield case_id, added
        connection_of(store).set_trace_callback(None)
    assert len(added) > 10, "nothing was written meanwhile"


def owners(view: CaseFileView) -> list[str]:
    return [each.name for each in view.beneficial_owners]


def assert_is_of_one_version(stands: AssessedCase, others: Related) -> None:
    assert stands.assessed is not None
    assert [each.name for each in stands.assessed.owners.values()] == owners(stands.view)
    assert sorted(other.case.name for other in others.cases) == sorted(owners(stands.view))


def test_the_whole_of_a_case(store: CaseStore, busy_case: tuple[str, list[str]]) -> None:
    case_id, added = busy_case
    whole = store.query(whole_case, case_id, Rules(), TODAY)
    assert 0 < len(owners(whole.stands.view)) < len(added)
    assert_is_of_one_version(whole.stands, whole.related)
    assert whole.timeline[0].commit_id == whole.stands.view.head
    assert len(whole.timeline) == 1 + len(owners(whole.stands.view))


def test_what_show_prints(store: CaseStore, busy_case: tuple[str, list[str]]) -> None:
    case_id, added = busy_case
    now = store.query(case_now, case_id, Rules(), TODAY)
    assert 0 < len(owners(now.stands.view)) < len(added)
    assert_is_of_one_version(now.stands, now.related)


def test_what_the_preview_shows(store: CaseStore, busy_case: tuple[str, list[str]]) -> None:
    case_id, added = busy_case
    view, others = store.query(case_and_related, case_id)
    assert 0 < len(owners(view)) < len(added)
    assert sorted(other.case.name for other in others.cases) == sorted(owners(view))


def test_there_is_no_such_case(store: CaseStore) -> None:
    for query in (whole_case, case_now):
        with pytest.raises(Refusal, match="There is no case with the id 0"):
            store.query(query, "0", Rules(), TODAY)
