"""A database compared with the team's log: what somebody has taken out of it, or put into it, is found."""

import re

import pytest

from store.domain.identifiers import case_reference
from store.sqlite.append_only import APPEND_ONLY_TRIGGERS
from store.sync.comparison import compare
from store.sync.shared_log import SyncStopped
from tests.domain.examples import kyc
from tests.store.stores import connection_of, rows
from tests.sync.forged import an_event, forged, put
from tests.sync.memory_team import Laptop, MemoryLog, all_sync, note


@pytest.fixture
def log(log: MemoryLog, ana: Laptop, ben: Laptop) -> MemoryLog:
    """One with everything: accepted, overtaken and forged commits, a record that can't be read, and one behind it."""
    case_id = ana.does(kyc(), "shared").case_id
    all_sync(ana, ben)
    for laptop in (ben, ana):
        laptop.does(note(case_id, laptop.name), f"{laptop.name} notes")
        laptop.does(kyc(client_id=laptop.name), f"{laptop.name} opens")
    all_sync(ben, ana)
    payload = f'{{"case_id":"{case_id}","note_id":"n","text":"x"}}'
    put(ana, forged(case_id, None, "stale", an_event("NoteAdded", payload)))
    log.add(0, None, b"of no case")
    log.add_for(case_id, b"nonsense")
    log.add_for(case_id, b"behind it")
    ana.does(kyc(client_id="last"), "last")
    all_sync(ana, ben)
    ana.does(kyc(client_id="pending"), "pending")
    return log


def without_guards(laptop: Laptop) -> None:
    """Somebody takes them down."""
    for name in APPEND_ONLY_TRIGGERS:
        connection_of(laptop.store).execute(f"DROP TRIGGER {name}")


def with_guards(laptop: Laptop) -> None:
    """And puts them up again."""
    for guard in APPEND_ONLY_TRIGGERS.values():
        connection_of(laptop.store).execute(guard)


def test_all_that_was_read_is_here(log: MemoryLog, ana: Laptop, ben: Laptop) -> None:
    read = sum(ana.cursors().values())
    assert read == len(list(log.all())) > 8
    for laptop in (ana, ben):
        compared = compare(laptop.store, laptop.line)
        assert (compared.records, compared.missing, compared.sentences) == (read, [], [])


def test_what_is_not_read_yet_is_not_missed(log: MemoryLog, ana: Laptop, ben: Laptop) -> None:
    ben.does(kyc(client_id="later"))
    ben.syncs()
    assert compare(ana.store, ana.line).sentences == []


def test_a_case_that_is_gone_from_every_table_is_found(log: MemoryLog, ana: Laptop) -> None:
    """What is there is whole, so that verify does not miss it."""
    connection = connection_of(ana.store)
    ((gone,),) = rows(connection, "SELECT case_id FROM commits WHERE command_id = 'last'")
    without_guards(ana)
    connection.execute("PRAGMA foreign_keys = OFF")
    for (table,) in rows(
        connection,
        "SELECT t.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table' AND t.name NOT LIKE 'search_index%' AND c.name = 'case_id'",
    ):
        connection.execute(f"DELETE FROM {table} WHERE case_id = ?", (gone,))
    with_guards(ana)
    assert ana.findings() == []
    compared = compare(ana.store, ana.line)
    assert [(record.key or b"").decode() for record in compared.missing] == [gone]
    sentence = compared.sentences[0]
    assert f"(case {case_reference(gone)}; the first is record" in sentence


@pytest.mark.parametrize("table", ["rejected_records", "quarantined_records"])
def test_a_record_that_was_kept_and_is_gone_is_found(table: str, log: MemoryLog, ana: Laptop) -> None:
    """The one behind the record that can't be read would be a commit, of which nobody knew."""
    ((partition, offset),) = ana.rows(
        f"SELECT log_partition, log_offset FROM {table} ORDER BY log_partition DESC, log_offset DESC LIMIT 1"
    )
    without_guards(ana)
    ana.rows(f"DELETE FROM {table} WHERE log_partition = ? AND log_offset = ?", partition, offset)
    (missing,) = compare(ana.store, ana.line).missing
    assert (missing.partition, missing.offset) == (partition, offset)


def test_a_commit_that_the_team_never_had_is_found(log: MemoryLog, ana: Laptop) -> None:
    ana.rows(
        "INSERT INTO commits SELECT max(position) + 1, 'x', format, 'x', NULL, 'x', command, device, actor,"
        " rules_version, recorded_at FROM commits"
    )
    (sentence,) = compare(ana.store, ana.line).sentences
    assert re.match(r"There are 7 accepted commits in this database, and 6 of the records", sentence)


def test_another_log_is_not_compared_with(log: MemoryLog, ana: Laptop) -> None:
    log.topic_id = "another"
    with pytest.raises(SyncStopped):
        compare(ana.store, ana.line)
