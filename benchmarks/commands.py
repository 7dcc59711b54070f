"""How fast one command is carried out, and how fast the log takes an event, each in a transaction of its own that is
safe on disk: beside the same work written by hand (benchmarks/ceiling.py)."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from shutil import copyfile
from typing import Final

from benchmarks.ceiling import add_note, append_note, open_raw
from benchmarks.figures import Figure, Scale, alternating, number, p50, p95, per_second, ratio_at_most
from benchmarks.generate import generate
from store.domain.commands import AddNote, as_text
from store.domain.events import NoteAdded
from store.domain.identifiers import derive_id
from store.domain.operation import NewEvent
from store.engine.case_store import CaseStore, new_command_id
from store.log import CommitHeader, save_events
from store.log.append import new_commit

EVENTS_OF_A_CASE: Final = (17, 23)
TEXT: Final = "Wrote to the client about the documents that are missing; reminder in a week."
BY_HAND: Final = "written by hand"


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    ours, by_hand = folder / "ours.sqlite3", folder / "by-hand.sqlite3"
    generate(ours, cases=max(50, scale.events // 20), seed=1, until=datetime.now(UTC))
    copyfile(ours, by_hand)
    with CaseStore.open(ours, device="benchmark") as store, closing(open_raw(by_hand)) as raw:
        cases = cases_of_that_size(store)
        ids, raw_ids = cycle(cases), cycle(cases)
        took, reference = alternating(
            lambda: store.execute(AddNote(case_id=next(ids), text=TEXT), actor="ana"),
            lambda: add_note(raw, {"case_id": next(raw_ids), "text": TEXT}, "ana"),
            rounds=scale.rounds,
        )
        note = f"95 %: {number(p95(took))} and {number(p95(reference))} ms; a note on a case of about 20 events"
        yield Figure("whole command", p50(took), "ms", p50(reference), BY_HAND, ratio_at_most(1.6), note)
    with CaseStore.open(folder / "ours-log.sqlite3") as store, closing(_new_raw(folder / "log.sqlite3")) as raw:
        took, reference = alternating(appends(store), _appends_by_hand(raw), rounds=scale.rounds)
    what = "append, an event a transaction"
    yield Figure(what, per_second(1, took), "events/s", per_second(1, reference), BY_HAND)


def _new_raw(path: Path) -> sqlite3.Connection:
    CaseStore.open(path).close()
    return open_raw(path)


def cases_of_that_size(store: CaseStore) -> list[str]:
    sql = "SELECT case_id FROM events GROUP BY case_id HAVING count(*) BETWEEN ? AND ? ORDER BY case_id"
    rows = store.query(lambda connection: connection.execute(sql, EVENTS_OF_A_CASE).fetchall())
    return [case_id for (case_id,) in rows]


def appends(store: CaseStore) -> Callable[[], None]:
    """Appends an event to a new case in the log alone, and the next one the next time."""
    case_id, head, version = new_command_id(datetime.now(UTC)), None, 0

    def append() -> None:
        nonlocal head, version
        now = datetime.now(UTC)
        command_id = new_command_id(now)
        header = CommitHeader(
            case_id=case_id,
            parent=head,
            command_id=command_id,
            command=as_text(AddNote(case_id=case_id, text=TEXT)),
            device="benchmark",
            actor="ana",
            rules_version="2026.1",
            recorded_at=now.isoformat(timespec="microseconds"),
        )
        payload = NoteAdded(case_id=case_id, note_id=derive_id(command_id, "note"), text=TEXT)
        commit = new_commit(header, [NewEvent(case_id, payload)], {case_id: version})
        store.change(save_events, [(commit, [payload])])
        head, version = commit.commit_id, version + 1

    return append


def _appends_by_hand(raw: sqlite3.Connection) -> Callable[[], None]:
    case_id, head, version = new_command_id(datetime.now(UTC)), None, 0

    def append() -> None:
        nonlocal head, version
        version += 1
        head = append_note(raw, case_id, head, version, TEXT)

    return append
