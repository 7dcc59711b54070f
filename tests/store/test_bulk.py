"""One command on many cases: each its own commit, none stops another, and nothing is done twice."""

import json
from functools import partial
from itertools import islice

from store.domain import commands as c
from store.engine.bulk import InBulk, Outcome, execute_on_many
from store.engine.case_store import CaseStore
from store.log import get_all_events
from store.queries.case_file import case_file
from tests.domain.examples import ANA, DIRECTOR, kyb, kyc
from tests.store.stores import connection_of, findings, rows


def _cases(store: CaseStore, number: int) -> list[str]:
    return [store.execute(kyc(client_id=f"C-{n}"), actor="intake").case_id for n in range(number)]


def _on_case(model: type[c.OfCase], case: InBulk, **fields: str) -> c.OfCase:
    return model.model_validate({"case_id": case.case_id, **fields})


def _tag_all(store: CaseStore, case_ids: list[str], batch_id: str = "batch") -> list[Outcome]:
    tag = partial(_on_case, c.TagCase, tag="vip")
    return list(execute_on_many(store, tag, case_ids, batch_id=batch_id, actor="ana"))


def test_each_case_has_a_commit_of_its_own_and_all_the_same_correlation(store: CaseStore) -> None:
    case_ids = _cases(store, 3)
    assert _tag_all(store, case_ids) == [Outcome(case_id) for case_id in case_ids]
    tagged = [event for event in store.query(get_all_events) if event.event_type == "CaseTagged"]
    assert [event.case_id for event in tagged] == case_ids
    assert len({event.commit_id for event in tagged}) == 3
    assert {json.loads(event.metadata)["correlation_id"] for event in tagged} == {"batch"}
    assert {event.actor for event in tagged} == {"ana"}
    assert findings(store) == []


def test_a_refusal_stops_no_other_case(store: CaseStore) -> None:
    first, second, third = _cases(store, 3)
    store.execute(c.TagCase(case_id=second, tag="vip"))
    outcomes = _tag_all(store, [first, second, "nothing", third])
    assert [outcome.refusal and outcome.refusal.code for outcome in outcomes] == [
        None,
        "nothing_changes",
        "unknown_case",
        None,
    ]
    assert all(store.query(case_file, case_id).tags == ("vip",) for case_id in (first, second, third))


def test_what_was_stopped_goes_on_without_doing_anything_twice(store: CaseStore) -> None:
    case_ids = _cases(store, 4)
    note = partial(_on_case, c.AddNote, text="They moved.")
    outcomes = execute_on_many(store, note, case_ids, batch_id="batch", actor="ana")
    assert len(list(islice(outcomes, 2))) == 2
    assert [len(store.query(case_file, case_id).notes) for case_id in case_ids] == [1, 1, 0, 0]
    again = list(execute_on_many(store, note, case_ids, batch_id="batch", actor="ana"))
    assert again == [Outcome(case_id) for case_id in case_ids]
    assert [len(store.query(case_file, case_id).notes) for case_id in case_ids] == [1, 1, 1, 1]
    list(execute_on_many(store, note, case_ids, batch_id="another batch", actor="ana"))
    assert [len(store.query(case_file, case_id).notes) for case_id in case_ids] == [2, 2, 2, 2]


def test_a_document_is_asked_of_the_company_or_of_the_first_person(store: CaseStore) -> None:
    company = store.execute(kyb(DIRECTOR)).case_id
    person = store.execute(kyc(ANA, DIRECTOR)).case_id

    def ask(case: InBulk) -> c.OfCase:
        return c.RequestDocument(
            case_id=case.case_id, entity_id=case.party_id, document_type="BANK_REFERENCE", reason="new account"
        )

    outcomes = execute_on_many(store, ask, [company, person], batch_id="batch", actor="ana")
    assert list(outcomes) == [Outcome(company), Outcome(person)]
    asked = rows(
        connection_of(store),
        "SELECT case_id, entity_id FROM required_documents WHERE document_type = 'BANK_REFERENCE' ORDER BY rowid",
    )
    views = [store.query(case_file, case_id) for case_id in (company, person)]
    assert asked == [(company, views[0].case.company_id), (person, views[1].persons[0].person_id)]
