"""What the queue reads, without a screen: pages and places, the course of reading, and changes in between."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from caseworker_tui.frame.session import Session
from caseworker_tui.queue.pages import PAGE_ROWS, NoNeighbour, RangeTooLong, counted
from caseworker_tui.queue.reading import Reading, Whole
from store.domain import commands as c
from store.engine.case_store import CaseStore
from store.queries.query_language import Asker, NotAQuery, Selection, select
from store.queries.queue import QueueRow, landmarks, queue_page
from store.unsettled import StoredQuarantined, quarantine
from tests.screens.conftest import NOW

ACTOR = "ana.ruiz"


class RecordingSession(Session):
    """A session that keeps the names of its surveys, and lets a test do something before or after one of them."""

    def __init__(self, database: Path) -> None:
        super().__init__(database, actor=ACTOR, clock=lambda: NOW)
        self.surveys: list[str] = []
        self.pages: list[Mapping[str, Any]] = []
        self.before_survey: Callable[[], None] = lambda: None
        self.after_survey: Callable[[], None] = lambda: None
        self.before_page: Callable[[], None] = lambda: None

    async def survey(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        self.before_survey()
        self.surveys.append(query.__name__)
        answer = await super().survey(query, *args, **kwargs)
        self.after_survey()
        return answer

    async def query(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        if query is queue_page:
            self.before_page()
            self.pages.append(kwargs)
        return await super().query(query, *args, **kwargs)


class FakeTable:
    """A table of five lines in place of the real one, and in place of the screen around it."""

    def __init__(self) -> None:
        self.cursor = 0
        self.rows: dict[int, QueueRow] = {}
        self.length: int | None = None
        self.signs: Mapping[str, str] = {}
        self.counts: dict[str, int] = {}
        self.shown: list[str] = []

    @property
    def current(self) -> QueueRow | None:
        return self.rows.get(self.cursor)

    def pages_around(self, cursor: int) -> set[int]:
        return {cursor // PAGE_ROWS, (cursor + 5) // PAGE_ROWS}

    def show_first(self, rows: Sequence[QueueRow]) -> None:
        self.shown.append("first")
        self.cursor, self.rows = 0, dict(enumerate(rows))

    def show_whole(self, whole: Whole) -> None:
        self.shown.append("whole")
        self.length, self.signs = whole.length, whole.signs
        self.cursor = max(0, min(self.cursor + whole.moved, whole.length - 1))
        self.rows = {
            page * PAGE_ROWS + index: row for page, rows in whole.pages.items() for index, row in enumerate(rows)
        }

    def show_count(self, query: str, number: int) -> None:
        self.shown.append(f"count of {query}")
        self.counts[query] = number

    @property
    def names(self) -> list[str]:
        return [self.rows[place].name for place in sorted(self.rows)]


@pytest.fixture
def session(sample: Path) -> Iterator[RecordingSession]:
    session = RecordingSession(sample)
    yield session
    session.close()


@pytest.fixture
def table() -> FakeTable:
    return FakeTable()


@pytest.fixture
def reading(session: RecordingSession, table: FakeTable) -> Reading:
    return Reading(session, table, table)


def _selection(query: str) -> Selection:
    return select(query, Asker(ACTOR, NOW))


def _cases(database: Path, query: str = "") -> list[QueueRow]:
    with CaseStore.open(database) as store:
        return store.query(queue_page, _selection(query))


def _names(database: Path, query: str = "") -> list[str]:
    return [row.name for row in _cases(database, query)]


def _execute(database: Path, *commands: Any) -> None:
    with CaseStore.open(database, clock=lambda: NOW) as store:
        for command in commands:
            store.execute(command, actor=ACTOR)


def _make_pending(connection: sqlite3.Connection, case_id: str) -> None:
    sql = "INSERT INTO pending_commits SELECT * FROM commits WHERE case_id = ? LIMIT 1"
    connection.execute(sql, (case_id,))


def _set_landmarks_apart(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    for module in ("store.queries.queue", "caseworker_tui.queue.pages"):
        monkeypatch.setattr(f"{module}.STEP", step)


def _do(*steps: Callable[[], Awaitable[None]]) -> None:
    async def one_after_the_other() -> None:
        for step in steps:
            await step()

    asyncio.run(one_after_the_other())


class TestReading:
    def test_first_rows_come_before_the_number_and_that_before_the_counts(
        self, reading: Reading, table: FakeTable, sample: Path
    ) -> None:
        reading.count_views(["", "type:kyb", "status:open"])
        reading.look_at("type:kyb")
        _do(reading.read)
        assert table.shown == ["first", "count of type:kyb", "whole", "count of ", "count of status:open"]
        assert table.names == _names(sample, "type:kyb")
        assert table.counts == {query: len(_cases(sample, query)) for query in ("", "type:kyb", "status:open")}
        assert table.length == table.counts["type:kyb"]

    def test_the_first_rows_may_begin_with_a_case_whose_place_is_not_known_yet(
        self, reading: Reading, session: RecordingSession, table: FakeTable, sample: Path
    ) -> None:
        cases, first = _cases(sample), []
        session.before_survey = lambda: first.extend(table.names)
        reading.look_at("", cases[40].case_id)
        _do(reading.read)
        assert first == [row.name for row in cases[40:]]
        assert table.cursor == 40
        assert table.current == cases[40]
        assert table.names == [row.name for row in cases]

    def test_the_cursor_stays_on_its_case_when_cases_come_in_above(
        self, reading: Reading, table: FakeTable, sample: Path
    ) -> None:
        reading.look_at("sort:-updated")
        _do(reading.read)
        table.cursor = 7
        case = table.current
        last = _cases(sample, "sort:updated")[:3]
        _execute(sample, *(c.AddNote(case_id=row.case_id, text="Called.") for row in last))
        reading.note_change()
        _do(reading.read)
        assert table.shown.count("first") == 1
        assert table.cursor == 10
        assert table.current == case

    def test_the_cursor_stays_on_its_line_when_its_case_is_gone(
        self, reading: Reading, table: FakeTable, sample: Path
    ) -> None:
        free = _cases(sample, "assignee:none")
        reading.look_at("assignee:none")
        _do(reading.read)
        table.cursor = 2
        _execute(sample, c.AssignCase(case_id=free[2].case_id, assignee=ACTOR))
        reading.note_change()
        _do(reading.read)
        assert table.cursor == 2
        assert table.current == free[3]
        assert table.length == len(free) - 1

    def test_a_query_that_can_t_be_read_changes_nothing(self, reading: Reading, table: FakeTable, sample: Path) -> None:
        reading.look_at("type:kyb")
        with pytest.raises(NotAQuery):
            reading.look_at("typ:kyb")
        _do(reading.read)
        assert reading.query == "type:kyb"
        assert table.names == _names(sample, "type:kyb")

    def test_signs_of_cases(self, reading: Reading, table: FakeTable, sample: Path) -> None:
        pending, both, quarantined, *_ = (row.case_id for row in _cases(sample))
        with CaseStore.open(sample) as store:
            for case_id in (pending, both):
                store.change(_make_pending, case_id)
            for offset, case_id in enumerate((both, quarantined)):
                store.change(quarantine, StoredQuarantined(0, offset, case_id, "unreadable", "It is torn.", None, None))
        reading.look_at("")
        _do(reading.read)
        assert table.signs == {pending: "~", both: "!", quarantined: "!"}


class TestHalfAField:
    def test_it_is_passed_over_while_a_person_types(self, reading: Reading, table: FakeTable, sample: Path) -> None:
        reading.is_typing = True
        reading.look_at("status:open countr")
        _do(reading.read)
        assert reading.query == "status:open"
        assert table.names == _names(sample, "status:open") != []
        assert table.shown.count("first") == 1

    def test_so_are_two(self, reading: Reading, table: FakeTable, sample: Path) -> None:
        reading.is_typing = True
        reading.look_at("salt assigne countr")
        _do(reading.read)
        assert reading.query == "salt"
        assert table.names == _names(sample, "salt") != []

    def test_it_is_a_word_once_nobody_types(self, reading: Reading, table: FakeTable) -> None:
        reading.look_at("status:open countr")
        _do(reading.read)
        assert reading.query == "status:open countr"
        assert table.length == 0

    def test_it_is_a_word_if_the_person_leaves_while_it_is_read(
        self, reading: Reading, session: RecordingSession, table: FakeTable
    ) -> None:
        def leave() -> None:
            reading.is_typing = False

        reading.is_typing = True
        session.before_page = leave
        reading.look_at("countr")
        _do(reading.read)
        assert reading.query == "countr"
        assert table.length == 0

    def test_it_is_a_word_if_cases_hold_it(self, reading: Reading, table: FakeTable, sample: Path) -> None:
        reading.is_typing = True
        reading.look_at("c")
        _do(reading.read)
        assert reading.query == "c"
        assert table.names == _names(sample, "c") != _names(sample)

    def test_a_word_that_no_case_holds_is_no_field(self, reading: Reading, table: FakeTable) -> None:
        reading.is_typing = True
        reading.look_at("xyzzy")
        _do(reading.read)
        assert reading.query == "xyzzy"
        assert table.length == 0


class TestCounts:
    def test_the_query_that_is_shown_is_counted_once(self, reading: Reading, session: RecordingSession) -> None:
        reading.count_views(["", "type:kyb"])
        reading.look_at("type:kyb")
        _do(reading.read)
        assert session.surveys == ["landmarks", "queue_length"]

    def test_another_query_counts_no_view_again(self, reading: Reading, session: RecordingSession) -> None:
        reading.count_views(["", "type:kyb", "status:open"])
        reading.look_at("")
        _do(reading.read)
        reading.look_at("type:kyb")
        _do(reading.read)
        assert session.surveys == ["landmarks", "queue_length", "queue_length", "landmarks"]

    def test_a_view_that_can_t_be_read_has_no_number(self, reading: Reading, table: FakeTable) -> None:
        reading.count_views(["", "tomorrow:x", "type:kyb"])
        reading.look_at("")
        _do(reading.read)
        assert set(table.counts) == {"", "type:kyb"}

    def test_a_change_has_all_views_counted_again(self, reading: Reading, table: FakeTable, sample: Path) -> None:
        reading.count_views(["", "assignee:none"])
        reading.look_at("")
        _do(reading.read)
        free = _cases(sample, "assignee:none")
        assert table.counts["assignee:none"] == len(free)
        _execute(sample, c.AssignCase(case_id=free[0].case_id, assignee=ACTOR))
        reading.note_change()
        _do(reading.read)
        assert table.counts["assignee:none"] == len(free) - 1

    def test_changes_while_it_counts_have_it_done_once_more(
        self, reading: Reading, session: RecordingSession, table: FakeTable, sample: Path
    ) -> None:
        free = _cases(sample, "assignee:none")

        def change() -> None:
            if session.surveys == ["landmarks", "queue_length"]:  # both are counted, and are not shown yet
                _execute(sample, c.AssignCase(case_id=free[0].case_id, assignee=ACTOR))
                for _ in range(10):
                    reading.note_change()

        session.after_survey = change
        reading.count_views(["assignee:none", "type:kyb"])
        reading.look_at("")
        _do(reading.read)
        assert session.surveys == ["landmarks", "queue_length", "queue_length", "landmarks", "queue_length"]
        assert table.shown.count("first") == 1
        assert table.counts["assignee:none"] == len(free) - 1

    def test_a_change_of_what_is_shown_while_it_is_counted(
        self, reading: Reading, session: RecordingSession, table: FakeTable, sample: Path
    ) -> None:
        free = _cases(sample, "assignee:none")

        def change() -> None:
            if session.surveys == ["landmarks"]:
                _execute(sample, c.AssignCase(case_id=free[0].case_id, assignee=ACTOR))
                reading.note_change()

        session.after_survey = change
        reading.look_at("assignee:none")
        _do(reading.read)
        assert table.names == [row.name for row in free[1:]]
        assert table.length == len(free) - 1


class TestPages:
    def test_a_page_is_read_from_the_landmark_before_it(
        self, session: RecordingSession, sample: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _set_landmarks_apart(monkeypatch, 20)
        monkeypatch.setattr("caseworker_tui.queue.pages.PAGE_ROWS", 7)
        cases = _cases(sample, "sort:-name")

        async def all_pages() -> None:
            pages = await counted(session, _selection("sort:-name"))
            shown = [row for number in range(9) for row in await pages.page(number)]
            assert shown == cases
            assert await pages.page(9) == []

        _do(all_pages)
        with CaseStore.open(sample) as store:
            keys = store.query(landmarks, _selection("sort:-name")).keys
        assert [(keys.index(read["start"]), read["offset"]) for read in session.pages] == [
            divmod(number * 7, 20) for number in range(9)
        ]

    def test_pages_before_the_count_begin_with_the_first_rows(
        self, reading: Reading, session: RecordingSession, sample: Path
    ) -> None:
        cases, found = _cases(sample), []

        async def page() -> None:
            found.extend(await reading.pages.page(0))

        session.before_survey = lambda: pages.append(reading.pages)
        pages: list[Any] = []
        reading.look_at("", cases[20].case_id)
        _do(reading.read, page)
        assert found == cases
        assert pages[0] is not reading.pages
        assert asyncio.run(pages[0].page(0)) == cases[20:]

    @pytest.mark.parametrize(("place", "step", "expected"), [(5, 1, 6), (5, -1, 4), (58, 1, 59), (1, -1, 0)])
    def test_a_neighbour(self, session: RecordingSession, sample: Path, place: int, step: int, expected: int) -> None:
        cases = _cases(sample)

        async def look() -> None:
            pages = await counted(session, _selection(""))
            # The cursor may be elsewhere: the case counts.
            assert await pages.neighbour(cases[place].case_id, step, cursor=30) == (expected, cases[expected].case_id)

        _do(look)

    def test_no_neighbour_at_both_ends(
        self, session: RecordingSession, sample: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _set_landmarks_apart(monkeypatch, 20)  # the place before the first is not the last one
        cases = _cases(sample)

        async def look() -> None:
            pages = await counted(session, _selection(""))
            with pytest.raises(NoNeighbour, match=r"^This is the last case of the queue\.$"):
                await pages.neighbour(cases[59].case_id, 1, cursor=59)
            with pytest.raises(NoNeighbour, match=r"^This is the first case of the queue\.$"):
                await pages.neighbour(cases[0].case_id, -1, cursor=0)

        _do(look)

    def test_the_neighbours_of_a_case_that_has_left_the_selection(
        self, session: RecordingSession, sample: Path
    ) -> None:
        free = _cases(sample, "assignee:none status:active")
        left, last = free[3], len(free) - 1

        async def look() -> None:
            _execute(sample, c.AssignCase(case_id=left.case_id, assignee=ACTOR))
            pages = await counted(session, _selection("assignee:none status:active"))
            assert await pages.neighbour(left.case_id, 1, cursor=3) == (3, free[4].case_id)
            assert await pages.neighbour(left.case_id, -1, cursor=3) == (2, free[2].case_id)
            for step, cursor in ((1, last), (-1, 0)):
                with pytest.raises(NoNeighbour, match=r"^There is no further case in the queue\.$"):
                    await pages.neighbour(left.case_id, step, cursor=cursor)

        _do(look)

    def test_a_range_goes_either_way(self, session: RecordingSession, sample: Path) -> None:
        ids = [row.case_id for row in _cases(sample, "sort:name")]
        elsewhere = "00000000-0000-4000-8000-000000000000"

        async def look() -> None:
            pages = await counted(session, _selection("sort:name"))
            assert await pages.case_ids_between(ids[3], 8) == ids[3:9]
            assert await pages.case_ids_between(ids[8], 3) == ids[3:9]
            assert await pages.case_ids_between(elsewhere, 3) == [ids[3]]
            assert await pages.case_ids() == ids

        _do(look)

    def test_a_range_has_an_end(self, session: RecordingSession, sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("caseworker_tui.queue.pages.LONGEST_RANGE", 5)
        ids = [row.case_id for row in _cases(sample)]

        async def look() -> None:
            pages = await counted(session, _selection(""))
            assert await pages.case_ids_between(ids[0], 4) == ids[:5]
            with pytest.raises(RangeTooLong, match="at most 5 cases"):
                await pages.case_ids_between(ids[0], 5)

        _do(look)
