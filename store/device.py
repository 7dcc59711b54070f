"""Which database of the team this is, and commits of it that it did not make.

A commit tells its device: the machine, and the id of the database in which it was made. A pending commit of ours that
returns is known here. Where another commit of our device is accepted, this database is older than what was sent from
it: it was restored from a backup, or has lost what it wrote last; or another machine works with a copy of it. The team
has these commits, and so have we from then on. What was done at that time and not sent is gone, and only a person can
know what that was.

All reads and writes of the tables `device` and `unknown_own_commits` are here.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final, NamedTuple

from store.domain.identifiers import case_reference

_NAMED: Final = 5
"""The cases that a sentence names; of further ones, how many."""


class UnknownOwn(NamedTuple):
    """The commits of this device that the team's log brought and this database had not made, with their times.

    `still_made` says that some were made after the first was noticed, which no backup explains.
    """

    commits: int
    first: str
    last: str
    case_ids: Sequence[str]
    still_made: bool


def device_of(connection: sqlite3.Connection, machine: str) -> str:
    """The device that commits of this database tell."""
    (device_id,) = connection.execute("SELECT id FROM device").fetchone()
    return f"{machine}/{device_id}"


def is_same_device(one: str, other: str) -> bool:
    """Whether two commits tell the same database, on whatever machine its file lay: a backup may come to another."""
    return one.rpartition("/")[2] == other.rpartition("/")[2]


def note_unknown_own(
    connection: sqlite3.Connection, commit_id: str, case_id: str, *, recorded_at: str, now: str
) -> None:
    """Note a commit of this device that this database had not made."""
    connection.execute(
        "INSERT INTO unknown_own_commits (commit_id, case_id, recorded_at, noticed_at) VALUES (?, ?, ?, ?)",
        (commit_id, case_id, recorded_at, now),
    )


def unknown_own(connection: sqlite3.Connection) -> UnknownOwn | None:
    """Those that nobody has acknowledged, None if there are none."""
    commits, first, last, noticed = connection.execute(
        "SELECT count(*), min(recorded_at), max(recorded_at), min(noticed_at) FROM unknown_own_commits"
        " WHERE acknowledged_at IS NULL"
    ).fetchone()
    if not commits:
        return None
    cases = connection.execute(
        "SELECT case_id FROM unknown_own_commits WHERE acknowledged_at IS NULL GROUP BY case_id"
        " ORDER BY min(recorded_at), case_id"
    )
    return UnknownOwn(commits, first, last, [case_id for (case_id,) in cases], last > noticed)


def older_than_sent(connection: sqlite3.Connection) -> str:
    """What a person has to know of them, empty if there is nothing."""
    found = unknown_own(connection)
    if found is None:
        return ""
    came_back = (
        f"{_changes(found.commits)} of this database ({_days(found)}, {_cases(found.case_ids)}) came back from the"
        f" team's log, and it did not know {'it' if found.commits == 1 else 'them'}:"
    )
    if found.still_made:
        return (
            f"{came_back} another machine works with a copy of it, for some were made after the first had come. Both go"
            " on with all that was sent; give each machine a database of its own. If it was restored from a backup"
            " before, what was done since the backup and not sent is lost."
        )
    return (
        f"{came_back} it is older than what was sent from it. Possibly it was restored from a backup, or lost what it"
        " had written last; or another machine works with a copy of it. What was done here at that time and not sent is"
        " lost and can't come back: look for it in these cases, and for new ones."
    )


def older_and_what_to_do(connection: sqlite3.Connection) -> str:
    """The same, with the command that has it told no more."""
    sentence = older_than_sent(connection)
    return f"{sentence} {_WHAT_TO_DO}" if sentence else ""


_WHAT_TO_DO: Final = (
    "Then `caseworker sync --acknowledge` has this told no more, and makes this database a device of its own."
)


def acknowledge(connection: sqlite3.Connection, *, actor: str, now: str) -> int:
    """A person has seen it. Returns how many commits that were.

    The database is another device from now on, so that one which works with a copy of it is told from it.
    """
    changed = connection.execute(
        "UPDATE unknown_own_commits SET acknowledged_by = ?, acknowledged_at = ? WHERE acknowledged_at IS NULL",
        (actor, now),
    ).rowcount
    if changed:
        connection.execute("UPDATE device SET id = lower(hex(randomblob(8)))")
    return changed


def _changes(count: int) -> str:
    return "A change" if count == 1 else f"{count:,} changes"


def _days(found: UnknownOwn) -> str:
    first, last = found.first[:16].replace("T", " "), found.last[:16].replace("T", " ")
    return f"{first} UTC" if first == last else f"{first} to {last} UTC"


def _cases(case_ids: Sequence[str]) -> str:
    named = ", ".join(case_reference(case_id) for case_id in case_ids[:_NAMED])
    more = len(case_ids) - _NAMED
    return f"case{'' if len(case_ids) == 1 else 's'} {named}{f' and {more:,} more' if more > 0 else ''}"
