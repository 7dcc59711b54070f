"""Proof that a database is whole: the file, the log, and the read tables against the log."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from store.database import read_transaction
from store.log.verify import Progress, verify_log
from store.projections import TRIGGERS_OF_READ_TABLES
from store.projections.rebuild import differences


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, as a sentence; `where` is `file`, `log` or `read tables`."""

    where: str
    sentence: str


def verify(connection: sqlite3.Connection, progress: Progress) -> Iterator[Finding]:
    """Everything that is wrong, nothing if all is well. Read tables are compared only with a log that is whole."""
    with read_transaction(connection):  # one view of all of it, whatever others write meanwhile
        damaged = False
        log = verify_log(connection, progress, other_triggers=TRIGGERS_OF_READ_TABLES)
        for where, sentences in (("file", _integrity(connection)), ("log", log)):
            for sentence in _as_far_as_it_goes(sentences):
                damaged = True
                yield Finding(where, sentence)
        if damaged:
            yield Finding("read tables", "Not compared, because the log itself is not whole.")
            return
        for sentence in differences(connection, progress):
            yield Finding("read tables", sentence)


def log_size(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many commits and events there are, accepted and pending."""
    commits, events = connection.execute(
        "SELECT (SELECT count(*) FROM commits) + (SELECT count(*) FROM pending_commits),"
        " (SELECT count(*) FROM events) + (SELECT count(*) FROM pending_events)"
    ).fetchone()
    return int(commits), int(events)


def log_digest(connection: sqlite3.Connection) -> str:
    """The SHA-256 of each case's newest accepted commit, by case id: write it down, and any later change to the past
    shows, for a commit's id covers all before it. Laptops of a team that have read as far have the same."""
    digest = sha256()
    for commit_id, _ in connection.execute(
        "SELECT commit_id, max(position) FROM commits GROUP BY case_id ORDER BY case_id"
    ):
        digest.update(commit_id.encode())
    return digest.hexdigest()


def _as_far_as_it_goes(sentences: Iterator[str]) -> Iterator[str]:
    """The sentences, and one more where the file can't be read on."""
    try:
        yield from sentences
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        yield f"SQLite can't read on from here: {error}."


def _integrity(connection: sqlite3.Connection) -> Iterator[str]:
    for (finding,) in connection.execute("PRAGMA integrity_check(20)"):
        if finding != "ok":
            yield f"SQLite finds the file damaged: {finding}."
