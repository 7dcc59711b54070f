"""Conflicts, discarded commands, quarantined records and rows that wait: the obstacles to commands.

    conflict            a command that was carried out here, and that was refused when it was run again
    discarded command   such a command, which a person has given up
    quarantined record  a record of the team's log that can't be read, or that comes after one of the same case
    rows that wait      those of a case with an accepted commit that this version of the program can't project

All reads and writes of the tables `conflicts`, `discarded_commands`, `quarantined_records` and `waiting_rows` are here.
The first picture of the app needs some of them, so this module imports nothing that takes long.
"""

import sqlite3
from typing import Any, Final, NamedTuple


class Obstacles(NamedTuple):
    """The obstacles to a command on a case. Each is a sentence or a reason, or None."""

    conflict: str | None
    discarded: str | None
    quarantined: str | None


class UnsettledCase(NamedTuple):
    """How many conflicts a case has, and why it is quarantined or its rows wait, if that is so."""

    conflicts: int
    quarantined: str | None
    rows_wait: str | None


class Counts(NamedTuple):
    """The numbers of a whole database."""

    conflicts: int
    quarantined_cases: int


class StoredConflict(NamedTuple):
    """A conflict as it is stored. `record` is the commit as it goes over the wire, `code` and `sentence` the refusal.

    `base` is the accepted commit that the command stood on, `seen` the rows that its person saw, as JSON.
    """

    command_id: str
    case_id: str
    record: str
    base: str | None
    seen: str
    code: str
    sentence: str
    refused_at: str


class StoredDiscarded(NamedTuple):
    """A discarded command as it is stored. `replaced_by` is the command that was carried out instead, if any."""

    command_id: str
    case_id: str
    record: str
    reason: str
    replaced_by: str | None
    discarded_by: str
    discarded_at: str


class StoredQuarantined(NamedTuple):
    """A quarantined record as it is stored; `case_id` is None where the record names no case."""

    log_partition: int
    log_offset: int
    case_id: str | None
    problem: str
    sentence: str
    key: bytes | None
    value: bytes | None


_CONFLICTS: Final = f"SELECT {', '.join(StoredConflict._fields)} FROM conflicts"
_COMMAND: Final = """
command_id, case_id, json_extract(json_extract(record, '$.command'), '$.command'), json_extract(record, '$.actor'),
json_extract(record, '$.recorded_at') AS recorded_at
"""
_QUARANTINED: Final = f"SELECT {', '.join(StoredQuarantined._fields)} FROM quarantined_records"
_OBSTACLES: Final = """
SELECT (SELECT sentence FROM conflicts WHERE command_id = ?1),
    (SELECT reason FROM discarded_commands WHERE command_id = ?1),
    coalesce((SELECT sentence FROM quarantined_records WHERE case_id = ?2 ORDER BY log_offset LIMIT 1),
        (SELECT sentence FROM waiting_rows WHERE case_id = ?2))
"""
_UNSETTLED_CASE: Final = """
SELECT (SELECT count(*) FROM conflicts WHERE case_id = ?1),
    (SELECT sentence FROM quarantined_records WHERE case_id = ?1 ORDER BY log_offset LIMIT 1),
    (SELECT sentence FROM waiting_rows WHERE case_id = ?1)
"""

COMMANDS_SET_ASIDE: Final = """
SELECT command_id, 'in conflict' AS place FROM conflicts
UNION ALL SELECT command_id, 'discarded' FROM discarded_commands
"""
"""The commands that were carried out once and are not in the log, each with its place."""


def obstacles(connection: sqlite3.Connection, command_id: str, case_id: str) -> Obstacles:
    """The obstacles to this command on this case."""
    return Obstacles._make(connection.execute(_OBSTACLES, (command_id, case_id)).fetchone())


def unsettled_case(connection: sqlite3.Connection, case_id: str) -> UnsettledCase:
    """What is unsettled in one case."""
    return UnsettledCase._make(connection.execute(_UNSETTLED_CASE, (case_id,)).fetchone())


def counts(connection: sqlite3.Connection) -> Counts:
    """The number of conflicts, and of quarantined cases."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM conflicts), (SELECT count(DISTINCT case_id) FROM quarantined_records)"
    ).fetchone()
    return Counts._make(row)


def cases_to_be_settled(connection: sqlite3.Connection) -> set[str]:
    """The cases that are in conflict or quarantined, or whose rows wait."""
    rows = connection.execute(
        "SELECT case_id FROM conflicts UNION SELECT case_id FROM quarantined_records WHERE case_id IS NOT NULL"
        " UNION SELECT case_id FROM waiting_rows"
    )
    return {case_id for (case_id,) in rows}


def conflicts(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """All conflicts, the oldest command first.

    Of each: id, case, name, actor and time of the command; code, sentence and time of the refusal.
    """
    query = f"SELECT {_COMMAND}, code, sentence, refused_at FROM conflicts ORDER BY recorded_at, command_id"
    return connection.execute(query).fetchall()


def conflict_of(connection: sqlite3.Connection, command_id: str) -> StoredConflict | None:
    """The conflict of a command, None if it has none."""
    row = connection.execute(f"{_CONFLICTS} WHERE command_id = ?", (command_id,)).fetchone()
    return StoredConflict._make(row) if row else None


def add_conflict(connection: sqlite3.Connection, conflict: StoredConflict) -> None:
    connection.execute(f"INSERT INTO conflicts {_values(conflict)}", conflict)


def remove_conflict(connection: sqlite3.Connection, command_id: str) -> None:
    connection.execute("DELETE FROM conflicts WHERE command_id = ?", (command_id,))


def remove_conflict_of_same(connection: sqlite3.Connection, command_id: str, case_id: str, command: str) -> None:
    """Remove the conflict of this very command: of the same id, on the same case, with the same text."""
    connection.execute(
        "DELETE FROM conflicts WHERE command_id = ? AND case_id = ? AND json_extract(record, '$.command') = ?",
        (command_id, case_id, command),
    )


def discarded_commands(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """All commands that were given up, the newest decision first.

    Of each: id, case, name, actor and time of the command; why it was given up, what replaces it, who did so and when.
    """
    query = f"SELECT {_COMMAND}, reason, replaced_by, discarded_by, discarded_at FROM discarded_commands"
    return connection.execute(f"{query} ORDER BY discarded_at DESC, command_id").fetchall()


def discard(connection: sqlite3.Connection, discarded: StoredDiscarded) -> None:
    """Move a command from the conflicts to the discarded commands."""
    connection.execute(f"INSERT INTO discarded_commands {_values(discarded)}", discarded)
    remove_conflict(connection, discarded.command_id)


def quarantined_records(connection: sqlite3.Connection) -> list[tuple[int, int, str | None, str, str]]:
    """All quarantined records, those of each case in order: the place, case, problem and sentence of each."""
    return connection.execute(
        "SELECT log_partition, log_offset, case_id, problem, sentence FROM quarantined_records"
        " ORDER BY case_id, log_partition, log_offset"
    ).fetchall()


def quarantined_cases(connection: sqlite3.Connection) -> dict[str, str]:
    """The quarantined cases, each with the sentence that says why: that of its first record."""
    return dict(
        connection.execute(
            "SELECT case_id, sentence FROM quarantined_records WHERE case_id IS NOT NULL"
            " ORDER BY case_id DESC, log_partition DESC, log_offset DESC"
        ).fetchall()
    )


def first_quarantined(connection: sqlite3.Connection, case_id: str) -> StoredQuarantined:
    """The record because of which a case is quarantined."""
    row = connection.execute(f"{_QUARANTINED} WHERE case_id = ? ORDER BY log_offset LIMIT 1", (case_id,)).fetchone()
    return StoredQuarantined._make(row)


def quarantined_at(connection: sqlite3.Connection, partition: int, offset: int) -> StoredQuarantined | None:
    """The quarantined record at a place of the log, None if there is none."""
    row = connection.execute(
        f"{_QUARANTINED} WHERE log_partition = ? AND log_offset = ?", (partition, offset)
    ).fetchone()
    return StoredQuarantined._make(row) if row else None


def quarantine(connection: sqlite3.Connection, record: StoredQuarantined) -> None:
    connection.execute(f"INSERT INTO quarantined_records {_values(record)}", record)


def release_record(connection: sqlite3.Connection, record: StoredQuarantined) -> None:
    """Take one record out of the quarantine."""
    connection.execute(
        "DELETE FROM quarantined_records WHERE log_partition = ? AND log_offset = ?",
        (record.log_partition, record.log_offset),
    )


def release_case(connection: sqlite3.Connection, case_id: str) -> list[StoredQuarantined]:
    """Take all records of a case out of the quarantine; these records, in order."""
    rows = connection.execute(f"{_QUARANTINED} WHERE case_id = ? ORDER BY log_offset", (case_id,)).fetchall()
    connection.execute("DELETE FROM quarantined_records WHERE case_id = ?", (case_id,))
    return [StoredQuarantined._make(row) for row in rows]


def waiting_rows(connection: sqlite3.Connection) -> dict[str, str]:
    """The cases whose rows wait, each with the sentence that says why."""
    return dict(connection.execute("SELECT case_id, sentence FROM waiting_rows ORDER BY case_id").fetchall())


def let_rows_wait(connection: sqlite3.Connection, case_id: str, commit_id: str, sentence: str) -> None:
    connection.execute("INSERT INTO waiting_rows VALUES (?, ?, ?)", (case_id, commit_id, sentence))


def rows_wait_no_more(connection: sqlite3.Connection, case_id: str) -> None:
    connection.execute("DELETE FROM waiting_rows WHERE case_id = ?", (case_id,))


def _values(row: StoredConflict | StoredDiscarded | StoredQuarantined) -> str:
    return f"({', '.join(row._fields)}) VALUES ({', '.join('?' * len(row))})"
