"""How fast cases come in from a file of intake messages, with all read tables: beside the mere rows of the log."""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.ceiling import open_raw
from benchmarks.figures import Figure, Scale, at_least, seconds
from benchmarks.generate import ORDINARY, opening
from benchmarks.names import Names
from store.engine.case_store import CaseStore
from store.intake.importer import import_files
from store.sqlite.transactions import use_for_bulk_work

PARTS: Final = 5
EVENTS_OF_A_CASE: Final = 7


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """Files of the same length, one after the other into the same database."""
    names, rates, references, events = Names(random.Random(1)), [], [], 0
    raw_path = folder / "rows.sqlite3"
    CaseStore.open(raw_path).close()
    with CaseStore.open(folder / "cases.sqlite3") as store, closing(open_raw(raw_path)) as raw:
        use_for_bulk_work(raw)  # as ours does
        for part in range(PARTS):
            file = folder / f"messages-{part}.jsonl"
            _write_messages(file, names, scale.events // PARTS // EVENTS_OF_A_CASE)
            took = seconds(partial(import_files, store, [file], rejects_file=folder / "rejects", actor="ana"))
            rows = {table: store.query(_new_rows, raw, table) for table in ("commits", "events")}
            count = len(rows["events"])
            rates.append(count / took)
            references.append(count / seconds(_insert(raw, rows)))
            events += count
    note = f"{events:,} events from {PARTS} files; the reference is `executemany` of the same rows of the log, no more"
    yield Figure(
        "import of intake messages",
        median(rates),
        "events/s",
        median(references),
        "mere rows of the log",
        at_least(15_000),
        note,
    )


def _write_messages(path: Path, names: Names, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for _ in range(count):
            fields = opening(names, ORDINARY).model_dump(mode="json", exclude_defaults=True)
            fields |= {"message_id": names.chance.randbytes(8).hex(), "version": "1.0", "type": fields.pop("case_type")}
            file.write(json.dumps(fields, ensure_ascii=False) + "\n")


Rows = list[tuple[object, ...]]


def _new_rows(connection: sqlite3.Connection, raw: sqlite3.Connection, table: str) -> Rows:
    """Those that the other database does not have yet."""
    (known,) = raw.execute(f"SELECT coalesce(max(position), 0) FROM {table}").fetchone()
    return connection.execute(f"SELECT * FROM {table} WHERE position > ? ORDER BY position", (known,)).fetchall()


def _insert(raw: sqlite3.Connection, rows: dict[str, Rows]) -> Callable[[], None]:
    def insert() -> None:
        raw.execute("BEGIN IMMEDIATE")
        for table, those in rows.items():
            raw.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(those[0]))})", those)
        raw.execute("COMMIT")

    return insert
