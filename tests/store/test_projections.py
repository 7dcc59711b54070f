"""Projections: what each event changes, read tables of one's own, and two cases that hold the same ids."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from store.domain.commands import AddNote, SetDocumentExpiry, TagCase
from store.domain.events import CaseTagged, CompanyProfileCreated, NoteAdded
from store.domain.operation import Payload
from store.domain.refusals import Code, Refusal
from store.engine.case_store import CaseStore
from store.log import CommitHeader, get_all_events, get_commits_for_case, head_of, save_events
from store.log.commit import Commit, EventFields, commit_id
from store.projections import EVENT_PROJECTORS, PROJECTIONS, project, remove_case, replay
from store.projections.projection import Change, Projection
from tests.conftest import NewCase
from tests.store.stores import (
    APPROVALS_ARE_TOLD,
    Rows,
    a_case_with_everything,
    a_store,
    connection_of,
    documents,
    findings,
    quiet,
    read_tables,
    rows,
)

NOTES_OF_PEOPLE = Projection(
    table="notes_of_people",
    version=1,
    columns={"person": "TEXT NOT NULL", "notes": "INTEGER NOT NULL"},
    key=("person",),
    event_projectors={
        NoteAdded: Change(
            "INSERT INTO notes_of_people VALUES (?, 1) ON CONFLICT DO UPDATE SET notes = notes + 1",
            lambda event, _: (event.actor,),
        )
    },
    indexes=("CREATE INDEX people_by_notes ON notes_of_people (notes)",),
)

(CASES,) = [projection for projection in PROJECTIONS if projection.table == "cases"]


@pytest.fixture(scope="module")
def worked() -> Iterator[CaseStore]:
    """A store with a case to which about all has been done that can be. Nobody writes to it."""
    with a_store(rules=APPROVALS_ARE_TOLD) as store:
        a_case_with_everything(store)
        yield store


class TestWhatAnEventChanges:
    def test_can_be_looked_up(self) -> None:
        assert [table for table, _ in EVENT_PROJECTORS[CompanyProfileCreated]] == [
            "cases",
            "companies",
            "parties",
            "search_documents",
        ]
        assert dict(EVENT_PROJECTORS[NoteAdded])["notes"].sql.startswith("INSERT INTO notes ")

    def test_is_a_touch_of_the_case_where_the_case_table_does_not_name_it(
        self, store: CaseStore, new_case: NewCase
    ) -> None:
        assert CaseTagged not in CASES.event_projectors
        case_id = new_case().case_id
        store.execute(TagCase(case_id=case_id, tag="vip"), actor="ben")
        ((at,),) = rows(connection_of(store), "SELECT timestamp FROM events ORDER BY position DESC LIMIT 1")
        assert rows(connection_of(store), "SELECT updated_at, updated_by, last_event_type FROM cases") == [
            (at, "ben", "CaseTagged")
        ]

    def test_otherwise_is_part_of_the_fingerprint(self) -> None:
        assert CASES.otherwise
        others = [
            replace(CASES, otherwise=None),
            replace(CASES, otherwise=Change("UPDATE cases SET name = ?", CASES.otherwise.values)),
        ]
        assert len({projection.fingerprint for projection in (CASES, *others)}) == 3

    def test_a_new_version_of_an_event_that_is_not_named_is_another_fingerprint(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What an older version of the program skipped as unknown may now be known."""
        before = CASES.fingerprint
        monkeypatch.setattr(CaseTagged, "VERSION", 2)
        assert CASES.fingerprint != before


class TestReplay:
    @pytest.fixture
    def mine(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(":memory:")) as connection:
            yield connection

    def test_makes_a_read_table_of_one_s_own(
        self, store: CaseStore, new_case: NewCase, mine: sqlite3.Connection
    ) -> None:
        case_id = new_case().case_id
        for person in ("ana", "ben", "ana"):
            store.execute(AddNote(case_id=case_id, text="They called."), actor=person)
        replay(NOTES_OF_PEOPLE, store.query(get_all_events), mine)
        assert rows(mine, "SELECT * FROM notes_of_people ORDER BY person") == [("ana", 2), ("ben", 1)]
        assert rows(mine, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql > ''") == [("people_by_notes",)]
        assert not mine.in_transaction

    @pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.table)
    def test_gives_the_rows_that_the_live_table_has(
        self, worked: CaseStore, mine: sqlite3.Connection, projection: Projection
    ) -> None:
        replay(projection, worked.query(get_all_events), mine)
        query = f"SELECT {', '.join(projection.columns)} FROM {projection.table} ORDER BY rowid"
        assert rows(mine, query) == rows(connection_of(worked), query) != []

    def test_leaves_nothing_if_it_fails(self, worked: CaseStore, mine: sqlite3.Connection) -> None:
        broken = replace(NOTES_OF_PEOPLE, indexes=("CREATE INDEX by_mood ON notes_of_people (mood)",))
        with pytest.raises(sqlite3.OperationalError, match="no such column: mood"):
            replay(broken, worked.query(get_all_events), mine)
        assert rows(mine, "SELECT name FROM sqlite_schema") == []


def append_copy(log: sqlite3.Connection, case_id: str, other: str, upto: int | None = None) -> None:
    """Append the commits of a case once more, all or the first, as another case.

    All ids in the payloads are the same but the case's.
    """
    for commit in get_commits_for_case(log, case_id)[:upto]:
        header = CommitHeader(
            case_id=other,
            parent=head_of(log, other),
            command_id=f"copy {commit.version}",
            command='{"command":"Copy","data":{}}',
            device="laptop",
            actor=commit.actor,
            rules_version="1",
            recorded_at=commit.recorded_at,
        )
        payloads: list[Payload] = []
        fields: list[EventFields] = []
        for event in commit.events:
            assert isinstance(event.payload, Payload)
            payload = event.payload.model_copy(update={"case_id": other})
            payloads.append(payload)
            fields.append(
                EventFields(
                    event_id=f"{other} {event.event_id}",
                    event_type=event.event_type,
                    aggregate_id=f"{other} {event.aggregate_id}",
                    version=event.version,
                    timestamp=event.timestamp,
                    payload=payload.model_dump_json(exclude_none=True),
                    payload_model_name=event.payload_model_name,
                    metadata=event.metadata,
                )
            )
        copy = Commit(commit_id(header.fields(), fields), header, tuple(fields))
        project(log, save_events(log, [(copy, payloads)]))


def rows_of(store: CaseStore, case_id: str) -> dict[str, Rows]:
    """The rows of a case in each read table, without the id of the case."""
    found = {}
    for p in PROJECTIONS:
        columns = ", ".join(column for column in p.columns if column != "case_id")
        query = f"SELECT {columns} FROM {p.table} WHERE case_id = ? ORDER BY rowid"
        found[p.table] = rows(connection_of(store), query, [case_id])
    return found


class TestTwoCasesThatHoldTheSameIds:
    """Each keeps its own rows, whatever is done in the other."""

    OTHER = "0"

    @pytest.fixture
    def store(self) -> Iterator[CaseStore]:
        with a_store(rules=APPROVALS_ARE_TOLD) as store:
            yield store

    @pytest.fixture
    def case_id(self, store: CaseStore) -> str:
        return a_case_with_everything(store)

    def test_have_the_same_rows_when_the_same_happens_in_both(self, store: CaseStore, case_id: str) -> None:
        before = rows_of(store, case_id)
        assert all(before.values()), "every table has rows"
        append_copy(connection_of(store), case_id, self.OTHER)
        assert rows_of(store, self.OTHER) == before
        assert rows_of(store, case_id) == before

    def test_keep_what_the_other_one_changes_or_removes(self, store: CaseStore, case_id: str) -> None:
        log = connection_of(store)
        before: dict[str, dict[str, Rows]] = {}
        for version in range(1, len(get_commits_for_case(log, case_id)) + 1):
            append_copy(log, case_id, str(version), upto=version)
            before[str(version)] = rows_of(store, str(version))
        assert {copy: rows_of(store, copy) for copy in before} == before
        assert findings(store) == []

    def test_are_whole_to_verify_and_to_a_rebuild(self, store: CaseStore, case_id: str) -> None:
        append_copy(connection_of(store), case_id, self.OTHER)
        assert findings(store) == []
        before = read_tables(connection_of(store))
        store.rebuild(quiet)
        assert read_tables(connection_of(store)) == before

    def test_are_removed_one_by_one(self, store: CaseStore, case_id: str) -> None:
        append_copy(connection_of(store), case_id, self.OTHER)
        before = rows_of(store, case_id)
        store.change(remove_case, self.OTHER)
        assert rows_of(store, case_id) == before
        assert not any(rows_of(store, self.OTHER).values())

    def test_a_command_on_a_document_says_which_of_them_it_means(self, store: CaseStore, case_id: str) -> None:
        append_copy(connection_of(store), case_id, self.OTHER)
        before = rows_of(store, self.OTHER)
        named = documents(store, case_id)[0].document_requirement_id
        command = SetDocumentExpiry(document_requirement_id=named, expires_on="2033-05-02")
        with pytest.raises(Refusal, match=f"is one of the cases {self.OTHER} and {case_id}: say in case_id") as caught:
            store.execute(command, actor="ana")
        assert caught.value.code is Code.AMBIGUOUS_DOCUMENT
        store.execute(command.model_copy(update={"case_id": case_id}), actor="ana")
        assert documents(store, case_id)[0].expires_on == "2033-05-02"
        assert rows_of(store, self.OTHER) == before

    def test_a_command_that_was_given_without_its_case_is_known_again(self, store: CaseStore, case_id: str) -> None:
        named = documents(store, case_id)[0].document_requirement_id
        command = SetDocumentExpiry(document_requirement_id=named, expires_on="2033-05-02")
        receipt = store.execute(command, actor="ana")
        append_copy(connection_of(store), case_id, self.OTHER)
        assert store.execute(command, command_id=receipt.command_id, actor="ana") == replace(receipt, repeated=True)
