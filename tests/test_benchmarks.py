"""The benchmarks run, on next to nothing; how fast they are is not asked here."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import BEGIN, BENCHMARKS, DOCUMENT, END, NoMarks, write_table
from benchmarks.__main__ import main as measure
from benchmarks.ceiling import open_raw
from benchmarks.figures import TINY, Figure, at_least, line, ratio_at_most
from benchmarks.generate import LIGHT, ORDINARY, Shape, generate, main
from benchmarks.queue import asker_of, counts_by_hand, counts_of_views
from store.engine.case_store import CaseStore
from store.queries.audit import log_digest, verify
from store.queries.query_language import Asker, select
from store.queries.queue import queue_length

UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)


def generated(path: Path, *, seed: int = 1, shape: Shape = ORDINARY) -> str:
    """The digest of the log of a generated database, which is found whole."""
    generate(path, cases=50, seed=seed, until=UNTIL, shape=shape)
    with CaseStore.open(path, create=False) as store:
        assert list(store.query(verify, lambda done, total: None)) == []
        return store.query(log_digest)


def test_a_seed_gives_the_same_log_each_time(tmp_path: Path) -> None:
    once, again = generated(tmp_path / "once.sqlite3"), generated(tmp_path / "again.sqlite3")
    assert once == again
    assert generated(tmp_path / "other.sqlite3", seed=2) != once
    assert generated(tmp_path / "light.sqlite3", shape=LIGHT) != once


@pytest.mark.parametrize(
    "query",
    [
        *("type:kyc", "type:kyb", "case:onboarding", "country:gb", "status:active", "status:closed", "decided:>30d"),
        *("assignee:none", "assignee:ana.ruiz", "risk:high", "risk:none", "due:any", "overdue", "tag:reminded"),
        *("doc:rejected", "doc:missing", "needs:passport", "created:<60d", "review:any", "σταμ", "小"),
    ],
)
def test_each_field_of_the_queue_finds_some_cases_and_not_all(query: str, cases: CaseStore) -> None:
    found = cases.query(queue_length, select(query, Asker("ana.ruiz", UNTIL)))
    assert 0 < found < 200


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseStore]:
    path = tmp_path_factory.mktemp("generated") / "cases.sqlite3"
    generate(path, cases=200, seed=1, until=UNTIL)
    with CaseStore.open(path) as store:
        yield store


def test_a_database_that_holds_cases_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cases.sqlite3"
    made = CliRunner().invoke(main, [str(path), "--cases", "3", "--until", "2026-11-01"])
    assert (made.exit_code, made.stderr.split()[:2]) == (0, ["3", "cases"])
    before = path.read_bytes()
    refused = CliRunner().invoke(main, [str(path), "--cases", "3"])
    assert refused.exit_code == 1
    assert refused.stderr == f"{path} holds cases already: name a file that does not exist yet.\n"
    assert path.read_bytes() == before


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear client, " * 100)
    refused = CliRunner().invoke(main, [str(path)])
    assert refused.exit_code == 1
    assert f"{path} is not a caseworker database" in refused.stderr


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        (Figure("page", 0.182, "ms"), "page: 0.182 ms"),
        (
            Figure("start", 420, "ms", 300, "an empty app", ratio_at_most(1.3), "warm"),
            "start: 420 ms; 300 ms: an empty app; ratio 1.4 ×; target ≤ 1.3 ×: missed by 8 %; warm",
        ),
        (
            Figure("import", 15_000.4, "events/s", target=at_least(15_000)),
            "import: 15,000 events/s; target ≥ 15,000: yes",
        ),
    ],
)
def test_a_figure_says_whether_its_target_is_reached(figure: Figure, told: str) -> None:
    assert line(figure) == told


BY_HAND = {"commands": "by-hand.sqlite3", "rebuild": "by-sql.sqlite3"}
"""The databases on which a reference does the same work as ours: they have to be as right as ours."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.kafka if name == "kafka" else ()) for name in BENCHMARKS]
)
def test_every_benchmark_runs_and_its_reference_does_the_same_work(name: str, tmp_path: Path) -> None:
    if name == "peer" and find_spec("eventsourcing") is None:
        pytest.skip("the library eventsourcing is missing (`make bench` installs it): that benchmark was not run")
    figures = list(BENCHMARKS[name](TINY, tmp_path))
    if name == "kafka" and not figures:
        pytest.skip("Apache Kafka can't be had here: that benchmark was not run")
    assert figures
    assert all(figure.ours > 0 and line(figure) for figure in figures)
    assert len({figure.what for figure in figures}) == len(figures)
    if name in BY_HAND:
        with CaseStore.open(tmp_path / BY_HAND[name], create=False) as store:
            assert list(store.query(verify, lambda done, total: None)) == []


def test_views_are_counted_alike_by_hand(cases: CaseStore) -> None:
    with closing(open_raw(cases.path)) as raw:
        asker = asker_of(raw)
        assert counts_by_hand(raw, asker) == counts_of_views(cases, asker)


def test_new_figures_take_the_place_of_old_ones_and_leave_the_rest() -> None:
    document = f"# Before\n\n{BEGIN}\n{END}\n\nAfter, by hand.\n"
    first = write_table(document, [Figure("a", 1, "ms"), Figure("b", 2, "ms")], "Yesterday.")
    second = write_table(first, [Figure("b", 3, "ms", note="again"), Figure("c", 4, "ms")], "Today.")
    head, rows, foot = second.partition(BEGIN)[0], second.splitlines(), second.partition(END)[2]
    assert (head, foot) == ("# Before\n\n", "\n\nAfter, by hand.\n")
    assert [row.split(" | ")[:2] for row in rows if row.startswith("| ")] == [
        ["| what", "ours"],
        ["| a", "1 ms"],
        ["| b", "3 ms"],
        ["| c", "4 ms"],
    ]
    assert "Today." in second
    assert "Yesterday." not in second
    assert write_table(second, [], "Today.") == second


def test_figures_are_printed_and_written_beside_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text(write_table(f"By hand.\n{BEGIN}\n{END}\n", [Figure("old", 1, "ms")], ""), encoding="utf-8")
    monkeypatch.setattr("benchmarks.__main__.DOCUMENT", document)
    monkeypatch.setattr("benchmarks.__main__.SHORT", TINY)
    run = CliRunner().invoke(measure, ["intake", "--write", "--folder", str(tmp_path / "new" / "folder")])
    assert (run.exit_code, run.stdout.partition(":")[0]) == (0, "import of intake messages")
    written = document.read_text(encoding="utf-8")
    assert written.startswith("By hand.\n")
    assert "\n| old | 1 ms |" in written
    assert "\n| import of intake messages | " in written
    assert list((tmp_path / "new" / "folder").iterdir()) == []


def test_the_document_has_a_place_for_the_table() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert BEGIN in text.partition(END)[0]
    with pytest.raises(NoMarks, match="no place for the table"):
        write_table(text.replace(END, ""), [], "")
