"""verify: silent about a database that is whole, and not about any other."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from store.domain.commands import DetermineInitialDocumentRequirements
from store.domain.refusals import Refusal
from store.engine.case_store import CaseStore, Receipt
from store.log.commit import COMMIT_FIELDS, EVENT_FIELDS, commit_id
from store.log.verify import verify_log
from store.projections import PROJECTIONS, TRIGGERS_OF_READ_TABLES
from store.queries.audit import Finding, log_digest, verify, verify_database
from store.sqlite.append_only import APPEND_ONLY_TRIGGERS
from store.sqlite.transactions import read_transaction
from tests.domain.examples import ANA, BEN, DIRECTOR, kyb, kyc, owner
from tests.store.stores import (
    APPROVALS_ARE_TOLD,
    a_case_with_everything,
    by_hand,
    connection_of,
    findings,
    findings_in,
    open_store,
    quiet,
    rows,
    take_in,
    uploaded,
)

NewCase = Callable[..., Receipt]

COMMIT_COLUMNS = (
    "position",
    "commit_id",
    "format",
    "case_id",
    "parent",
    "command_id",
    "command",
    "device",
    "actor",
    "rules_version",
    "recorded_at",
)
EVENT_COLUMNS = (
    "position",
    "commit_position",
    "case_id",
    "event_id",
    "event_type",
    "aggregate_id",
    "version",
    "timestamp",
    "payload",
    "payload_model_name",
    "metadata",
)


def another(column: str, value: str | int | None) -> str | int:
    """What somebody makes of a value who changes a byte of it; JSON stays JSON."""
    if isinstance(value, int):
        return value + 100
    match column:
        case "command" | "payload":
            return str(value).replace('{"', '{ "', 1)
        case "metadata":
            return str(value).replace("laptop", "lapdog")
        case "payload_model_name":
            return str(value).replace(".v1", ".v0")
        case _:
            return (value or "")[:-1] + "~"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of three cases and six commits, closed."""
    path = tmp_path_factory.mktemp("whole") / "cases.sqlite3"
    with open_store(path) as store:
        one = store.execute(kyb(DIRECTOR, BEN, owners=(owner(ANA, ownership_percentage=30),)), actor="ana")
        two = store.execute(kyc(), actor="ana")
        take_in(store, one.case_id)
        take_in(store, two.case_id)
        store.execute(DetermineInitialDocumentRequirements(case_id=two.case_id), actor="ana")
        store.execute(kyc(BEN), actor="ana")
        assert findings(store) == []
    return path


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which every read table has rows, closed."""
    path = tmp_path_factory.mktemp("worked") / "cases.sqlite3"
    with open_store(path, rules=APPROVALS_ARE_TOLD) as store:
        a_case_with_everything(store)
        store.execute(kyc(), actor="ana")
        assert findings(store) == []
    return path


@pytest.fixture
def copy(whole: Path, database: Path) -> Path:
    """A copy of it, to be changed by hand."""
    shutil.copy(whole, database)
    return database


def where(found: Iterable[Finding]) -> set[str]:
    return {finding.where for finding in found}


class TestWhatIsWhole:
    def test_an_empty_database(self, store: CaseStore) -> None:
        assert findings(store) == []

    def test_after_commands_that_were_carried_out_repeated_and_refused(
        self, store: CaseStore, new_case: NewCase
    ) -> None:
        opened = new_case(kyb(DIRECTOR), command_id="one")
        new_case(kyb(DIRECTOR), command_id="one")
        take_in(store, opened.case_id)
        for wrong in (kyc(), DetermineInitialDocumentRequirements(case_id="nowhere"), uploaded("nothing")):
            with pytest.raises(Refusal):
                store.execute(wrong, command_id="one" if wrong == kyc() else None)
        assert findings(store) == []

    def test_taking_the_guards_down_and_up_again_is_no_change(self, copy: Path) -> None:
        with by_hand(copy):
            pass
        assert findings_in(copy) == []

    def test_progress_is_told(self, store: CaseStore, new_case: NewCase) -> None:
        new_case()
        told: list[tuple[int, int]] = []
        assert list(verify(connection_of(store), lambda done, total: told.append((done, total)))) == []
        assert (4, 4) in told
        assert all(done <= total for done, total in told)

    def test_the_connection_is_as_before(self, store: CaseStore, new_case: NewCase) -> None:
        opened = new_case()
        findings(store)
        assert connection_of(store).text_factory is str
        assert not connection_of(store).in_transaction
        take_in(store, opened.case_id)

    def test_what_others_write_meanwhile_does_not_disturb_it(self, store: CaseStore, database: Path) -> None:
        store.execute(kyc())
        with open_store(database) as other:
            assert list(verify(connection_of(store), lambda done, total: write_to(other))) == []
        assert findings(store) == []


def write_to(store: CaseStore) -> None:
    store.execute(kyc())


class TestEveryColumn:
    """One value of the log changed by hand, and everything put back in its place around it."""

    def test_all_columns_are_tried(self, whole: Path) -> None:
        with closing(sqlite3.connect(whole)) as connection:
            for table, columns in (("commits", COMMIT_COLUMNS), ("events", EVENT_COLUMNS)):
                assert rows(connection, f"SELECT name FROM pragma_table_info('{table}')") == [(c,) for c in columns]

    @pytest.mark.parametrize("row", ["first", "middle", "last"])
    @pytest.mark.parametrize(
        ("table", "column"),
        [*(("commits", column) for column in COMMIT_COLUMNS), *(("events", column) for column in EVENT_COLUMNS)],
    )
    def test_a_change_is_found(self, copy: Path, table: str, column: str, row: str) -> None:
        with by_hand(copy) as connection:
            ((last,),) = rows(connection, f"SELECT max(position) FROM {table}")
            position = {"first": 1, "middle": last // 2, "last": last}[row]
            ((before,),) = rows(connection, f"SELECT {column} FROM {table} WHERE position = ?", [position])
            after = another(column, before)
            assert after != before
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE position = ?", [after, position])
        found = findings_in(copy)
        assert "log" in where(found)
        assert found[-1].sentence == "Not compared, because the log itself is not whole."

    @pytest.mark.parametrize("mask", [0x01, 0x80])
    def test_every_byte_of_an_event(self, whole: Path, mask: int) -> None:
        """Also bytes that are no longer text, and text that is no longer JSON."""
        with closing(sqlite3.connect(whole, isolation_level=None)) as connection:
            assert list(verify_log(connection, quiet, other_triggers=TRIGGERS_OF_READ_TABLES)) == []
            connection.execute("BEGIN")
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute("DROP TRIGGER events_no_update")
            unguarded = list(verify_log(connection, quiet))
            for column in EVENT_FIELDS:
                if column == "version":
                    continue
                query = f"SELECT CAST({column} AS BLOB) FROM events WHERE position = 2"
                ((stored,),) = rows(connection, query)
                write = f"UPDATE events SET {column} = CAST(? AS TEXT) WHERE position = 2"
                for place in range(len(stored)):
                    changed = bytearray(stored)
                    changed[place] ^= mask
                    connection.execute(write, [bytes(changed)])
                    assert list(verify_log(connection, quiet)) != unguarded, f"{column}, byte {place}"
                connection.execute(write, [stored])
                assert list(verify_log(connection, quiet)) == unguarded
            connection.execute("ROLLBACK")

    def test_a_byte_that_is_no_text_added_to_a_value(self, copy: Path) -> None:
        with by_hand(copy) as connection:
            connection.execute("UPDATE commits SET actor = CAST(actor || x'ff' AS TEXT) WHERE position = 6")
        assert "log" in where(findings_in(copy))

    def test_a_commit_of_another_format_is_not_guessed_at(self, copy: Path) -> None:
        with by_hand(copy) as connection:
            connection.execute("UPDATE commits SET format = 2 WHERE position = 1")
        (first, *_) = findings_in(copy)
        assert "has format 2, which this version of caseworker does not know" in first.sentence

    def test_the_sentence_names_the_commit_and_the_case(self, copy: Path) -> None:
        with by_hand(copy) as connection:
            connection.execute("UPDATE commits SET actor = 'eve' WHERE position = 3")
            ((commit_id, case_id),) = rows(connection, "SELECT commit_id, case_id FROM commits WHERE position = 3")
        (finding, _) = findings_in(copy)
        assert finding.sentence == (
            f"Commit 3 ({commit_id[:12]}…) of case {case_id} was changed: its content does not give its id."
        )


def seal(connection: sqlite3.Connection, position: int) -> None:
    """What a forger does who knows how commit ids are made: a commit gets the id of its changed content."""
    header = f"SELECT {', '.join(COMMIT_FIELDS)} FROM commits WHERE position = ?"
    events = f"SELECT {', '.join(EVENT_FIELDS)} FROM events WHERE commit_position = ? ORDER BY position"
    identity = commit_id(rows(connection, header, [position])[0], rows(connection, events, [position]))
    connection.execute("UPDATE commits SET commit_id = ? WHERE position = ?", [identity, position])


class TestAForger:
    """Changes by somebody who then makes the commit's id fit."""

    def test_is_betrayed_by_the_next_commit_of_the_case(self, copy: Path) -> None:
        with by_hand(copy) as connection:
            connection.execute("UPDATE commits SET actor = 'eve' WHERE position = 1")
            seal(connection, 1)
        (finding, _) = findings_in(copy)
        assert "as its parent, but the commit before it of case" in finding.sentence

    @pytest.mark.parametrize("change", ["version = version + 1", "payload = '{}'"])
    def test_who_changes_the_last_commit_is_betrayed_by_what_must_hold_within_it(self, copy: Path, change: str) -> None:
        with by_hand(copy) as connection:
            connection.execute(f"UPDATE events SET {change} WHERE position = (SELECT max(position) FROM events)")
            seal(connection, 6)
        (finding, _) = findings_in(copy)
        assert "has version" in finding.sentence or "can't be read" in finding.sentence

    def test_who_changes_what_the_last_commit_says_is_betrayed_by_the_read_tables(self, copy: Path) -> None:
        with by_hand(copy) as connection:
            connection.execute("UPDATE events SET payload = replace(payload, 'Ben', 'Eve') WHERE commit_position = 6")
            seal(connection, 6)
        assert where(findings_in(copy)) == {"read tables"}


class TestRows:
    @pytest.mark.parametrize("position", range(1, 7))
    def test_a_commit_that_was_deleted(self, copy: Path, position: int) -> None:
        with by_hand(copy) as connection:
            connection.execute("DELETE FROM commits WHERE position = ?", [position])
        assert findings_in(copy) != []

    @pytest.mark.parametrize("position", [1, 2, 5])
    def test_a_commit_that_was_deleted_with_its_events(self, copy: Path, position: int) -> None:
        with by_hand(copy) as connection:
            connection.execute("DELETE FROM events WHERE commit_position = ?", [position])
            connection.execute("DELETE FROM commits WHERE position = ?", [position])
        assert "log" in where(findings_in(copy))

    def test_the_last_commit_deleted_with_its_events_shows_in_the_read_tables(self, copy: Path) -> None:
        with by_hand(copy) as connection:
            connection.execute("DELETE FROM events WHERE commit_position = 6")
            connection.execute("DELETE FROM commits WHERE position = 6")
        found = findings_in(copy)
        assert where(found) == {"read tables"}
        assert any("does not follow from the log" in finding.sentence for finding in found)

    def test_the_last_commit_deleted_everywhere_shows_in_the_digest(self, whole: Path, copy: Path) -> None:
        """What verify can't see: nothing in the file says that there was more. That is what the digest is for."""
        with open_store(whole) as store:
            digest = store.query(log_digest)
        with by_hand(copy) as connection:
            connection.execute("DELETE FROM events WHERE commit_position = 6")
            connection.execute("DELETE FROM commits WHERE position = 6")
        with open_store(copy) as store:
            store.rebuild(quiet)
            assert findings(store) == []
            assert store.query(log_digest) != digest

    @pytest.mark.parametrize("position", [1, 5, 12, 18])
    def test_an_event_that_was_deleted(self, copy: Path, position: int) -> None:
        with by_hand(copy) as connection:
            assert connection.execute("DELETE FROM events WHERE position = ?", [position]).rowcount == 1
        assert "log" in where(findings_in(copy))

    def test_an_event_that_was_added(self, copy: Path) -> None:
        with by_hand(copy) as connection:
            connection.execute(
                "INSERT INTO events SELECT position + 1, commit_position, case_id, 'new', event_type, aggregate_id,"
                " version + 1, timestamp, payload, payload_model_name, metadata FROM events"
                " ORDER BY position DESC LIMIT 1"
            )
        assert "log" in where(findings_in(copy))

    def test_an_event_that_was_added_to_a_commit_that_is_not_there(self, copy: Path) -> None:
        with by_hand(copy) as connection:
            connection.execute(
                "INSERT INTO events SELECT position + 1, 99, case_id, 'new', event_type, aggregate_id, version + 1,"
                " timestamp, payload, payload_model_name, metadata FROM events ORDER BY position DESC LIMIT 1"
            )
        assert any("belongs to commit 99, which is not there" in finding.sentence for finding in findings_in(copy))

    def test_two_payloads_that_were_swapped(self, copy: Path) -> None:
        with by_hand(copy) as connection:
            (a, b) = rows(
                connection, "SELECT position, payload FROM events WHERE event_type = 'PersonAddedToCase' LIMIT 2"
            )
            connection.execute("UPDATE events SET payload = ? WHERE position = ?", [b[1], a[0]])
            connection.execute("UPDATE events SET payload = ? WHERE position = ?", [a[1], b[0]])
        assert "log" in where(findings_in(copy))

    def test_two_commits_that_were_swapped(self, copy: Path) -> None:
        """With their events, so that each is sound in itself."""
        with by_hand(copy) as connection:
            for table, column in (("commits", "position"), ("events", "commit_position")):
                connection.execute(f"UPDATE {table} SET {column} = {column} - 4 WHERE {column} IN (1, 3)")
                connection.execute(f"UPDATE {table} SET {column} = -{column} WHERE {column} < 0")
        assert "log" in where(findings_in(copy))

    def test_an_event_moved_to_the_next_commit(self, copy: Path) -> None:
        with by_hand(copy) as connection:
            connection.execute(
                "UPDATE events SET commit_position = 2 WHERE position ="
                " (SELECT max(position) FROM events WHERE commit_position = 1)"
            )
        assert "log" in where(findings_in(copy))

    def test_a_row_that_was_replaced(self, copy: Path) -> None:
        """INSERT OR REPLACE is refused as well, and where the trigger is taken away the chain tells."""
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            replacement = (
                "INSERT OR REPLACE INTO events SELECT position, commit_position, case_id, event_id, event_type,"
                " aggregate_id, version, timestamp, replace(payload, 'Ana', 'Eve'), payload_model_name, metadata"
                " FROM events WHERE payload LIKE '%Ana%' LIMIT 1"
            )
            with pytest.raises(sqlite3.IntegrityError, match="never replaced"):
                connection.execute(replacement)
            connection.execute("DROP TRIGGER events_no_replace")
            connection.execute(replacement)
            connection.execute(APPEND_ONLY_TRIGGERS["events_no_replace"])
        assert "log" in where(findings_in(copy))


class TestGuards:
    @pytest.mark.parametrize("name", APPEND_ONLY_TRIGGERS)
    def test_a_missing_trigger_is_named(self, copy: Path, name: str) -> None:
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.execute(f"DROP TRIGGER {name}")
        (finding, _) = findings_in(copy)
        assert finding == Finding("log", f"The trigger {name}, which keeps the log from being changed, is missing.")

    def test_a_trigger_that_guards_nothing_is_named(self, copy: Path) -> None:
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.execute("DROP TRIGGER events_no_update")
            connection.execute("CREATE TRIGGER events_no_update BEFORE UPDATE ON events WHEN 0 BEGIN SELECT 1; END")
        (finding, _) = findings_in(copy)
        assert "events_no_update" in finding.sentence
        assert "is not as caseworker made it" in finding.sentence

    def test_all_triggers_of_the_schema_are_asked_for(self, store: CaseStore) -> None:
        there = rows(connection_of(store), "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        assert {name for (name,) in there} == APPEND_ONLY_TRIGGERS.keys() | TRIGGERS_OF_READ_TABLES


class TestWhatMadeThem:
    """A table keeps its rows, and an index its order, whatever becomes of what they promise of them."""

    @pytest.mark.parametrize(
        ("before", "after", "sentence"),
        [
            ("CHECK (version >= 1)", "CHECK (version >= 0)", "The table events is not as caseworker made it"),
            ("ON commits (case_id, position)", "ON commits (case_id)          ", "The index commits_of_case is not as"),
            ("person TEXT PRIMARY KEY", "person BLOB PRIMARY KEY", "The table desks is not as caseworker made it"),
        ],
    )
    def test_of_tables_that_are_kept(self, copy: Path, before: str, after: str, sentence: str) -> None:
        content = copy.read_bytes()
        assert before.encode() in content
        copy.write_bytes(content.replace(before.encode(), after.encode()))
        assert sentence in " ".join(finding.sentence for finding in verify_database(copy, quiet).findings)

    @pytest.mark.parametrize(
        ("statement", "what"),
        [
            ("DROP INDEX {index}", "is missing"),
            ("DROP INDEX {index}; CREATE INDEX {index} ON cases (case_id)", "is not as caseworker made it"),
        ],
        ids=["gone", "another"],
    )
    def test_of_an_index_of_a_read_table(self, copy: Path, statement: str, what: str) -> None:
        (index, *_) = (sql.split()[2] for sql in READ_TABLES["cases"].indexes)
        with closing(sqlite3.connect(copy)) as connection:
            connection.executescript(statement.format(index=index))
        again = "`caseworker rebuild` makes it again."
        assert findings_in(copy) == [Finding("read tables", f"The index {index} {what}: {again}")]
        with open_store(copy) as store:
            store.rebuild(quiet)
            assert findings(store) == []


def test_a_full_text_index_is_compared_in_all_its_parts(worked: Path, database: Path) -> None:
    """Also that by which the beginning of a word is found."""
    shutil.copy(worked, database)
    with open_store(database) as store:
        connection = connection_of(store)
        ((lengths,),) = rows(connection, "SELECT count(*) FROM search_index_docsize WHERE length(sz) > 0")
        assert lengths > 0
        connection.execute("UPDATE search_index_docsize SET sz = x'7f'")
        assert [finding.where for finding in findings(store)] == ["read tables"]
        store.rebuild(quiet)
        assert findings(store) == []


def test_a_text_that_is_no_utf_8_is_a_finding(copy: Path) -> None:
    """Also in what made a trigger; Python reports it, and SQLite does not."""
    content = copy.read_bytes()
    assert b"never changed or deleted" in content
    copy.write_bytes(content.replace(b"never changed or deleted", b"never changed or delete\xff"))
    assert "file" in where(verify_database(copy, quiet).findings)


READ_TABLES = {projection.table: projection for projection in PROJECTIONS}


def same_key(table: str) -> str:
    return " AND ".join(f"{column} = ?" for column in READ_TABLES[table].key)


def first_key(connection: sqlite3.Connection, table: str, order: str = "ASC") -> Sequence[str]:
    """The key of the first row, or of the last."""
    key = READ_TABLES[table].key
    by_key = ", ".join(f"{column} {order}" for column in key)
    ((*values,),) = rows(connection, f"SELECT {', '.join(key)} FROM {table} ORDER BY {by_key} LIMIT 1")
    return values


def named(key: Sequence[str]) -> str:
    return key[0] if len(key) == 1 else f"{key[1]} of case {key[0]}"


@pytest.mark.parametrize("table", READ_TABLES)
class TestReadTables:
    """A read table that does not follow from the log is found, row by row."""

    @pytest.fixture
    def copy(self, worked: Path, database: Path) -> Path:
        shutil.copy(worked, database)
        return database

    def test_each_value_that_was_changed(self, copy: Path, table: str) -> None:
        projection = READ_TABLES[table]
        with open_store(copy) as store:
            connection = connection_of(store)
            key = first_key(connection, table)
            for column, definition in projection.columns.items():
                if column in projection.key:
                    continue
                connection.execute("BEGIN")
                new = "'another'" if definition.startswith("TEXT") else f"coalesce({column}, 0) + 1"
                connection.execute(f"UPDATE {table} SET {column} = {new} WHERE {same_key(table)}", key)
                connection.execute("COMMIT")
                assert findings(store) == [
                    Finding("read tables", f"{table}: the row {named(key)} differs from the log in {column}.")
                ]
                store.rebuild(quiet)
                assert findings(store) == []

    @pytest.mark.parametrize("place", [0, -1], ids=["its case", "its id"])
    def test_a_key_that_was_changed(self, copy: Path, table: str, place: int) -> None:
        with open_store(copy) as store:
            connection = connection_of(store)
            column, key = READ_TABLES[table].key[place], first_key(connection, table)
            connection.execute(
                f"UPDATE {table} SET {column} = 'x' WHERE rowid = (SELECT rowid FROM {table} WHERE {same_key(table)})",
                key,
            )
            changed = [*key]
            changed[place] = "x"
            assert {finding.sentence for finding in findings(store)} == {
                f"{table}: the row {named(changed)} does not follow from the log.",
                f"{table}: the row {named(key)} is missing.",
            }

    @pytest.mark.parametrize("order", ["ASC", "DESC"])
    def test_a_row_that_was_deleted(self, copy: Path, table: str, order: str) -> None:
        with open_store(copy) as store:
            gone = first_key(connection_of(store), table, order)
            connection_of(store).execute(f"DELETE FROM {table} WHERE {same_key(table)}", gone)
            assert findings(store) == [Finding("read tables", f"{table}: the row {named(gone)} is missing.")]

    @pytest.mark.parametrize("new", ["", "~"])
    def test_a_row_that_was_added(self, copy: Path, table: str, new: str) -> None:
        projection = READ_TABLES[table]
        *_, own = projection.key
        others = ", ".join(column for column in projection.columns if column != own)
        with open_store(copy) as store:
            connection = connection_of(store)
            key = first_key(connection, table)
            connection.execute(
                f"INSERT INTO {table} ({own}, {others}) SELECT ?, {others} FROM {table} WHERE {same_key(table)}",
                [new, *key],
            )
            assert findings(store) == [
                Finding("read tables", f"{table}: the row {named([*key[:-1], new])} does not follow from the log.")
            ]

    def test_all_rows_deleted(self, copy: Path, table: str) -> None:
        with open_store(copy) as store:
            ((count,),) = rows(connection_of(store), f"SELECT count(*) FROM {table}")
            connection_of(store).execute(f"DELETE FROM {table}")
            assert len(findings(store)) == count

    def test_a_table_that_is_missing(self, copy: Path, table: str) -> None:
        with open_store(copy) as store:
            connection_of(store).execute(f"DROP TABLE {table}")
            assert findings(store) == [
                Finding("read tables", f"The read table {table} is missing: `caseworker rebuild` makes it again.")
            ]

    def test_a_table_with_another_column(self, copy: Path, table: str) -> None:
        with open_store(copy) as store:
            connection_of(store).execute(f"ALTER TABLE {table} ADD COLUMN mood TEXT")
            (finding,) = findings(store)
            assert "has other columns than it should" in finding.sentence

    def test_a_value_that_is_no_text(self, copy: Path, table: str) -> None:
        projection = READ_TABLES[table]
        *_, column = (name for name, kind in projection.columns.items() if kind.startswith("TEXT"))
        with open_store(copy) as store:
            connection = connection_of(store)
            key = first_key(connection, table)
            connection.execute(f"UPDATE {table} SET {column} = CAST(x'ff00fe' AS TEXT) WHERE {same_key(table)}", key)
            wrong = {finding.sentence for finding in findings(store)}
        if column in projection.key:
            assert f"{table}: the row {named(key)} is missing." in wrong
        else:
            assert wrong == {f"{table}: the row {named(key)} differs from the log in {column}."}


def hex_edits(path: Path, marker: bytes, number: int) -> Iterator[int]:
    """Places in the file within payloads that hold `marker`."""
    content, dice = path.read_bytes(), random.Random(7)
    starts = [i for i in range(len(content)) if content.startswith(marker, i)]
    assert starts
    for _ in range(number):
        yield dice.choice(starts) + dice.randrange(len(marker) + 100)


class TestBytesOfTheFile:
    def test_a_byte_changed_with_a_hex_editor_inside_a_payload(self, whole: Path, copy: Path) -> None:
        original = whole.read_bytes()
        for place in hex_edits(whole, b'{"case_id":', 40):
            content = bytearray(original)
            content[place] ^= 0x02
            copy.write_bytes(content)
            assert findings_in(copy) != [], f"byte {place}"

    def test_a_page_of_zeros(self, whole: Path, copy: Path) -> None:
        content = bytearray(whole.read_bytes())
        place = content.index(b'"Acme Werke GmbH"')
        start = place - place % 4096
        content[start : start + 4096] = bytes(4096)
        copy.write_bytes(content)
        assert "file" in where(findings_in(copy))


def test_it_reads_only(copy: Path) -> None:
    with open_store(copy) as store, read_transaction(connection_of(store)):
        before = log_digest(connection_of(store))
    content = copy.read_bytes()
    assert findings_in(copy) == []
    assert copy.read_bytes() == content
    with open_store(copy) as store:
        assert store.query(log_digest) == before
