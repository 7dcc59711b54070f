"""Files to cases in a store: many records in one transaction, one bad record never in the way of the others."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from store.domain.casework.opening import case_id_of_new_case
from store.domain.identifiers import case_reference
from store.domain.refusals import Code, Refusal
from store.engine.case_store import CaseStore, Receipt
from store.intake.bods import read_statements
from store.intake.bods_index import Reading
from store.intake.formats import is_bods, read_record
from store.intake.outcomes import Opening, Refused
from store.intake.records import Broken, Piece, Record, read_records
from store.intake.rejects import RejectsFile
from store.intake.sniffing import Unreadable
from store.validation import printable

BATCH_RECORDS: Final = 1_000
"""In one transaction: about a second in which no command can be carried out. Ids of records are in no order of time, so
each transaction writes to pages all over the indexes, and smaller ones write more of them."""
BATCH_BYTES: Final = 16 * 1024 * 1024
MOST_REFUSED: Final = 10_000
"""Records one after the other that are none: the file is another than was meant, and to tell of each takes for ever."""
_TOLD_EVERY: Final = 200
"""Records."""

Progress = Callable[[Path, int, int], None]
"""Called with a file, how many of its bytes are done and how many it has; both are its size at the end."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that led to no case, or a file that can't be read, or not to its end, for which `where` is empty."""

    file: Path
    where: str
    reason: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, (printable(str(self.file)), self.where)))
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did. `already_known`: records whose case was opened before; nothing was done for them."""

    cases: int
    already_known: int
    rejected: int
    rejects_file: Path | None
    files_read: int


def import_files(
    store: CaseStore,
    paths: Iterable[Path],
    *,
    rejects_file: Path,
    actor: str | None = None,
    progress: Progress = lambda file, done, total: None,
    on_rejection: Callable[[Rejection], None] = lambda rejection: None,
) -> Report:
    """Open a case for each record of these files that has none yet; the same file twice opens none twice.

    Formats: see `store.intake.formats`. What is rejected is told to `on_rejection` and goes, as it came, to
    `rejects_file`, which is made only then and never overwritten: the report names the file that was written.
    A file that can't be read as a whole is one rejection, and leaves nothing there.
    Raises `store.errors.StoreError` when the database fails, `OSError` when the rejects file does; what was
    committed until then stays, and the same import may simply be run again.
    """
    cases = known = rejected = files = 0
    with RejectsFile(rejects_file) as rejects:
        for path in paths:
            try:
                for result in _results(store, path, actor, progress):
                    if isinstance(result, Receipt):
                        known += result.repeated
                        cases += not result.repeated
                    else:
                        rejected += 1
                        rejects.write(path, result.records)
                        on_rejection(Rejection(path, result.where, printable(result.reason)))
                files += 1
            except Unreadable as error:
                rejected += 1
                on_rejection(Rejection(path, "", str(error)))
    return Report(cases, known, rejected, rejects.path, files)


def _results(store: CaseStore, path: Path, actor: str | None, progress: Progress) -> Iterator[Receipt | Refused]:
    """What the store made of each record of a file, told when it is durable."""
    total = _size(path)
    progress(path, 0, total)
    for batch in _batches(read_outcomes(path, lambda done: progress(path, done, total))):
        yield from _execute(store, batch, actor)
    progress(path, total, total)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):  # reading the file says which, in a sentence
        return 0


def read_outcomes(path: Path, progress: Callable[[int], None] = lambda done: None) -> Iterator[Opening | Refused]:
    """What becomes of each record of a file, in order, BODS statements last. Raises `Unreadable`.

    A file of which `MOST_REFUSED` records in a row are none is not read on; the last outcome says so, for the file.
    """
    statements = Reading()
    refused = 0
    for number, record in enumerate(read_records(path), start=1):
        if isinstance(record, Record) and is_bods(record.value):
            statements.add(record)
            refused = 0
        else:
            outcome = (
                Refused(record.where, record.reason, (record,)) if isinstance(record, Broken) else read_record(record)
            )
            refused = refused + 1 if isinstance(outcome, Refused) else 0
            yield outcome
        if refused == MOST_REFUSED:
            yield Refused(
                "", f"its last {MOST_REFUSED:,} records were all rejected: what follows them was not read", ()
            )
            break
        if number % _TOLD_EVERY == 0:
            progress(record.done)
    yield from read_statements(statements.index())


def _batches(outcomes: Iterable[Opening | Refused]) -> Iterator[list[Opening | Refused]]:
    """The outcomes in groups of at most `BATCH_RECORDS`, or of fewer that are large."""
    batch: list[Opening | Refused] = []
    size = 0
    for outcome in outcomes:
        batch.append(outcome)
        size += sum(len(record.raw) for record in outcome.records if not isinstance(record.raw, Piece))
        if len(batch) >= BATCH_RECORDS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _execute(store: CaseStore, batch: Iterable[Opening | Refused], actor: str | None) -> list[Receipt | Refused]:
    results: list[Receipt | Refused] = []
    with store.batch():
        for outcome in batch:
            if isinstance(outcome, Refused):
                results.append(outcome)
                continue
            try:
                results.append(store.execute(outcome.command, command_id=outcome.command_id, actor=actor))
            except Refusal as refusal:
                reason = _why(store, outcome, refusal)
                results.append(Refused(outcome.where, reason, outcome.records))
    return results


def _why(store: CaseStore, opening: Opening, refusal: Refusal) -> str:
    if refusal.code is not Code.COMMAND_ID_REUSED:
        return refusal.sentence
    reference = case_reference(case_id_of_new_case(opening.command_id))
    if opening.name is None:
        return (
            f"its message_id was already used for a different message, which is case {reference}: give this one a"
            " message_id of its own, or change that case instead"
        )
    changed = store.query(_changed_fields, opening)
    named = f" ({', '.join(changed)})" if changed else ""
    return (
        f"{opening.name} is case {reference} already, and its record has changed since{named}: look at the case and"
        " bring it up to date there"
    )


def _changed_fields(connection: sqlite3.Connection, opening: Opening) -> list[str]:
    """The fields in which the first record of a case and this one differ, those of the profile by their names."""
    row = connection.execute("SELECT command FROM commits WHERE command_id = ?", (opening.command_id,)).fetchone()
    earlier = _flat(json.loads(row[0]).get("data", {}) if row else {})
    now = _flat(opening.command.model_dump(mode="json", exclude_defaults=True))
    return sorted(key for key in earlier.keys() | now.keys() if earlier.get(key) != now.get(key))


def _flat(data: dict[str, Any]) -> dict[str, Any]:
    profile: dict[str, Any] = data.get("company_profile", {})
    return {key: value for key, value in data.items() if key != "company_profile"} | profile
