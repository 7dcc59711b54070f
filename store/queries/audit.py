"""The proof that a database is whole: its file, the log, the read tables against the log, and the attached files."""

import hashlib
import sqlite3
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from store.attachments import content_of, folder_of, held, place_of
from store.device import older_and_what_to_do
from store.domain.events import FileAttached
from store.domain.identifiers import case_reference
from store.domain.statuses import document_name
from store.errors import DatabaseDamaged, FileChanged, FileMissing, StoreError, primary_code
from store.log.read import get_events_of_type
from store.log.verify import verify_log
from store.progress import Progress
from store.projections import TRIGGERS_OF_READ_TABLES
from store.projections.differences import differences
from store.sqlite.as_made import not_as_made
from store.sqlite.database import connect, translated
from store.sqlite.schema import MIGRATIONS
from store.sqlite.transactions import read_transaction
from store.unsettled import waiting_rows


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, told in a sentence. `where` is `file`, `log`, `read tables` or `files`."""

    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found in a database, and what it holds: None where its file can't be read to the end.

    The attached `files` are counted, and the `remarks` on them made, only where there are no findings.
    """

    findings: Sequence[Finding]
    commits: int | None = None
    events: int | None = None
    files: int | None = None
    log_digest: str | None = None
    remarks: Sequence[str] = ()


def verify_database(path: Path, progress: Progress) -> Verification:
    """Verify the database at `path` without bringing its read tables up to date first, as opening a store would."""
    try:
        with closing(connect(path, create=False)) as connection, translated(path):
            findings = list(verify(connection, progress))
            (commits, events), digest = log_size(connection), log_digest(connection)
            if findings:
                return Verification(findings, commits, events, log_digest=digest)
            files, remarked = files_here(connection), list(remarks(connection))
            return Verification((), commits, events, files, digest, remarked)
    except DatabaseDamaged as error:
        return Verification([Finding("file", str(error))])


def is_whole(path: Path) -> bool:
    """Whether the database at `path` can be opened and `verify` finds nothing."""
    try:
        return not verify_database(path, lambda done, total: None).findings
    except StoreError:
        return False


def verify(connection: sqlite3.Connection, progress: Progress) -> Iterator[Finding]:
    """All faults of a database. Read tables are compared only with a log that is whole."""
    with read_transaction(connection):  # all of it as of one moment, whatever others write meanwhile
        damaged = False
        log = verify_log(connection, progress, other_triggers=TRIGGERS_OF_READ_TABLES)
        for where, sentences in (("file", _integrity(connection)), ("file", _kept_tables(connection)), ("log", log)):
            for sentence in _as_far_as_it_goes(sentences):
                damaged = True
                yield Finding(where, sentence)
        if damaged:
            yield Finding("read tables", "Not compared, because the log itself is not whole.")
            return
        for sentence in differences(connection, progress):
            yield Finding("read tables", sentence)
        attached, kept = attached_files(connection), _kept(connection)
    for sentence in _faults_of_files(folder_of(connection), attached, kept, progress):
        yield Finding("files", sentence)


def attached_files(connection: sqlite3.Connection) -> dict[str, FileAttached]:
    """The attached files by SHA-256, as the log tells. A content that was attached twice is given as the first time."""
    attached: dict[str, FileAttached] = {}
    for event in get_events_of_type(connection, FileAttached.__name__):
        if isinstance(event.payload, FileAttached):
            attached.setdefault(event.payload.sha256, event.payload)
    return attached


def files_here(connection: sqlite3.Connection) -> int:
    """How many of the attached files, each content once, are on this machine."""
    folder = folder_of(connection)
    return sum(place_of(folder, sha256).exists() for sha256 in attached_files(connection))


def remarks(connection: sqlite3.Connection) -> Iterator[str]:
    """Sentences on a database that is whole and the files beside it, which are worth knowing and tell of no fault."""
    for case_id, sentence in waiting_rows(connection).items():
        yield f"Case {case_id}: {sentence}"
    if older := older_and_what_to_do(connection):
        yield older
    folder, attached = folder_of(connection), attached_files(connection)
    elsewhere = attached.keys() - _kept(connection)
    if absent := [sha256 for sha256 in elsewhere if not place_of(folder, sha256).exists()]:
        yield (
            f"{len(absent)} attached file{' was' if len(absent) == 1 else 's were'} never on this machine: only what"
            " the log says of them has come here."
        )
    for path in held(folder):
        if path != place_of(folder, path.name) or path.name not in attached:
            yield (
                f"{path} is no attached file: a caseworker at work has it in hand, or one that was broken off left it."
                " When none is at work, it can be deleted."
            )


def log_size(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many commits and events there are, accepted and pending."""
    commits, events = connection.execute(
        "SELECT (SELECT count(*) FROM commits) + (SELECT count(*) FROM pending_commits),"
        " (SELECT count(*) FROM events) + (SELECT count(*) FROM pending_events)"
    ).fetchone()
    return int(commits), int(events)


def log_digest(connection: sqlite3.Connection) -> str:
    """The SHA-256 of the ids of each case's newest accepted commit, by case id. A commit's id covers all commits before
    it: a digest that was written down shows any later change to the past. Laptops of a team that have read equally far
    have the same digest."""
    digest = hashlib.sha256()
    for commit_id, _ in connection.execute(
        "SELECT commit_id, max(position) FROM commits GROUP BY case_id ORDER BY case_id"
    ):
        digest.update(commit_id.encode())
    return digest.hexdigest()


def _kept(connection: sqlite3.Connection) -> set[str]:
    """The SHA-256 of every file that was ever kept here."""
    return {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM kept_files")}


def _faults_of_files(
    folder: Path, attached: Mapping[str, FileAttached], kept: Container[str], progress: Progress
) -> Iterator[str]:
    """Sentences on files that were here and are gone, or have another content now. `progress` counts bytes."""
    total, done = sum(file.size for file in attached.values()), 0
    for sha256, file in attached.items():
        try:
            for _ in content_of(folder, sha256, file.file_name):
                pass
        except FileMissing as error:
            if sha256 in kept:
                yield f"{error} {_whose(file)}"
        except FileChanged as error:
            yield f"{error} {_whose(file)}"
        done += file.size
        progress(done, total)


def _whose(file: FileAttached) -> str:
    document = document_name(file.document_type, file.entity_name)
    return f"It belongs to {document}, case {case_reference(file.case_id)}."


def _as_far_as_it_goes(sentences: Iterator[str]) -> Iterator[str]:
    """The sentences, and one more if the file can't be read on."""
    try:
        yield from sentences
    except sqlite3.DatabaseError as error:
        if primary_code(error) != sqlite3.SQLITE_CORRUPT:
            raise
        yield f"SQLite can't read on from here: {error}."


def _kept_tables(connection: sqlite3.Connection) -> Iterator[str]:
    """Sentences on the tables that can't be made again. Those on triggers are told with the log that they guard."""
    for what in not_as_made(connection, chain.from_iterable(MIGRATIONS.values())):
        if not what.startswith("trigger "):
            yield f"The {what}: restore the database from a backup."


def _integrity(connection: sqlite3.Connection) -> Iterator[str]:
    for (finding,) in connection.execute("PRAGMA integrity_check(20)"):
        if finding != "ok":
            yield f"SQLite finds the file damaged: {finding}."
