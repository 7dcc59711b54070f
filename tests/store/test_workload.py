"""The team at a glance: every number is that of the cases to which its bar leads."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from caseworker_tui.cli.sample import build_sample
from store.domain import commands as c
from store.engine.case_store import CaseStore
from store.queries.query_language import Asker, select
from store.queries.queue import whole_queue
from store.queries.workload import Bar, counted_charts
from tests.domain.examples import kyc

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ME = Asker("ana.ruiz", NOW)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseStore]:
    path = tmp_path_factory.mktemp("team") / "cases.sqlite3"
    build_sample(path, NOW)
    with CaseStore.open(path, clock=lambda: NOW) as store:
        for number, assignee in enumerate(['Grace "Amazing" Hopper', "O'Neil, Ann", "Zoë  Ü"]):
            case_id = store.execute(kyc(client_id=f"X-{number}")).case_id
            store.execute(c.AssignCase(case_id=case_id, assignee=assignee))
            if number:
                store.execute(c.SetDueDate(case_id=case_id, due_date=f"2026-11-{18 + number}"))
        yield store


def _bars(store: CaseStore, name: str) -> list[Bar]:
    [bars] = [bars for chart, bars in store.query(counted_charts, ME) if chart.name == name]
    return bars


def test_a_bar_is_as_long_as_the_list_to_which_it_leads(sample: CaseStore) -> None:
    for chart, bars in sample.query(counted_charts, ME):
        assert bars, chart.name
        assert any(bar.cases for bar in bars), chart.name
        for bar in bars:
            assert len(list(sample.query(whole_queue, select(bar.query, ME)))) == bar.cases, bar.query


@pytest.mark.parametrize("name", ["due", "risk", "age", "assignee"])
def test_what_is_in_work_is_in_one_bar_of_a_chart(sample: CaseStore, name: str) -> None:
    found = [row.case_id for bar in _bars(sample, name) for row in sample.query(whole_queue, select(bar.query, ME))]
    in_work = [row.case_id for row in sample.query(whole_queue, select("status:active", ME))]
    assert sorted(found) == sorted(in_work)


def test_people_are_there_whatever_their_names(sample: CaseStore) -> None:
    cases = {bar.label: bar.cases for bar in _bars(sample, "assignee")}
    assert cases['grace "amazing" hopper'] == cases["o'neil, ann"] == cases["zoë Ü"] == 1
    assert list(cases.values()) == sorted(cases.values(), reverse=True)


def test_a_decision_counts_in_its_week_whatever_comes_later(sample: CaseStore) -> None:
    decided = list(sample.query(whole_queue, select("status:decided", ME)))
    by_week = [bar.cases for bar in _bars(sample, "decided")]
    assert sum(by_week) == len(list(sample.query(whole_queue, select("decided:<8w", ME)))) >= len(decided)
    sample.execute(c.AddNote(case_id=decided[0].case_id, text="Filed."), actor="ben")
    sample.execute(c.ReopenCase(case_id=decided[1].case_id, reason="one more look"), actor="ben")
    assert [bar.cases for bar in _bars(sample, "decided")] == by_week
