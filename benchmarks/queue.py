"""How fast the queue is at several sizes: pages, search as it is typed, what the views hold; as the app asks.

The references are SQL for just that, written by hand, without tags, sorting by choice or conditions.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Final

from benchmarks.ceiling import open_raw
from benchmarks.figures import Figure, Scale, alternating, at_most, number, p50, p95
from benchmarks.generate import STAFF, kept
from store.clock import stamp
from store.engine.case_store import CaseStore
from store.preferences import VIEWS
from store.queries.query_language import EVERYTHING, Asker, select
from store.queries.queue import STEP, Landmarks, landmarks, queue_length, queue_page

PAGE: Final = 50
SEARCHED: Final = 20
"""So many words are typed, a letter at a time."""
SLOW_ROUNDS: Final = 20
"""What goes through all cases is done so many times less often."""
A_MILLION: Final = 1_000_000

_PAGE_FROM: Final = (
    "SELECT * FROM cases WHERE created_at >= ?1 AND (created_at > ?1 OR case_id >= ?2)"
    " ORDER BY created_at, case_id LIMIT 50"
)
_FOUND: Final = """
    SELECT c.* FROM search_index AS i
    JOIN search_documents AS d ON d.document_id = i.rowid JOIN cases AS c ON c.case_id = d.case_id
    WHERE search_index MATCH ? ORDER BY i.rowid LIMIT 50
"""
_ALL_VIEWS: Final = """
    SELECT count(*),
        sum(lower(assignee) = ?1 AND status IN ('OPEN', 'AWAITING_CLIENT', 'PENDING_APPROVAL')),
        sum(assignee IS NULL AND status IN ('OPEN', 'AWAITING_CLIENT', 'PENDING_APPROVAL')),
        sum(due_date < ?2 AND status IN ('OPEN', 'AWAITING_CLIENT', 'PENDING_APPROVAL')),
        sum(status = 'PENDING_APPROVAL' AND lower(proposed_by) IS NOT ?1),
        sum(decided_at > ?3)
    FROM cases
"""


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    for cases in scale.cases:
        path = kept(folder, cases)
        with CaseStore.open(path) as store, closing(open_raw(path)) as raw:
            yield from _pages(store, raw, cases, scale.rounds)
            yield _search(store, raw, cases)
            yield from _whole(store, raw, cases, max(2, scale.rounds // SLOW_ROUNDS))


def _pages(store: CaseStore, raw: sqlite3.Connection, cases: int, rounds: int) -> Iterator[Figure]:
    known = store.query(landmarks, EVERYTHING)
    places = {"first page": 0, "page in the middle": cases // 2, "last page": max(0, cases - PAGE)}
    for what, place in places.items():
        (key,) = raw.execute(
            "SELECT created_at, case_id FROM cases ORDER BY created_at, case_id LIMIT 1 OFFSET ?", (place,)
        ).fetchall()
        reading = partial(_rows_from, raw, key)
        took, reference = alternating(_page(store, known, place), reading, rounds=rounds)
        note = f"95 %: {number(p95(took))} and {number(p95(reference))} ms"
        yield Figure(f"queue of {cases:,}: {what}", p50(took), "ms", p50(reference), "50 rows by keyset", note=note)


def _page(store: CaseStore, known: Landmarks, place: int) -> Callable[[], object]:
    mark, offset = divmod(place, STEP)
    return lambda: store.query(queue_page, EVERYTHING, start=known.keys[mark], offset=offset, limit=PAGE)


def _rows_from(raw: sqlite3.Connection, key: tuple[str, str]) -> object:
    return raw.execute(_PAGE_FROM, key).fetchall()


def _search(store: CaseStore, raw: sqlite3.Connection, cases: int) -> Figure:
    """The first page after each letter of some words that there are."""
    asker, typed = asker_of(raw), _typed(raw, cases)
    for text in typed:  # as on a file that is worked on: from the disk itself it takes ten times as long
        store.query(queue_page, select(text, asker), limit=PAGE)
    ours, theirs = cycle(typed), cycle(typed)
    took, reference = alternating(
        lambda: store.query(queue_page, select(next(ours), asker), limit=PAGE),
        lambda: raw.execute(_FOUND, (f'"{next(theirs)}"*',)).fetchall(),
        rounds=len(typed),
    )
    return Figure(
        f"queue of {cases:,}: search as typed, 95 %",
        p95(took),
        "ms",
        p95(reference),
        "50 rows by full text, in no order of choice",
        at_most(20) if cases >= A_MILLION else None,
        f"median {number(p50(took))} and {number(p50(reference))} ms; {len(typed)} letters of {SEARCHED} words",
    )


def _typed(raw: sqlite3.Connection, cases: int) -> list[str]:
    """The beginnings of a word of every so many cases, from the last of each case's words: a name."""
    rows = raw.execute(
        "SELECT words FROM search_documents WHERE document_id % ? = 1 LIMIT ?", (max(1, cases // SEARCHED), SEARCHED)
    )
    words = [words.split()[-1] for (words,) in rows]
    return [word[:length] for word in words for length in range(1, len(word) + 1)]


def _whole(store: CaseStore, raw: sqlite3.Connection, cases: int, rounds: int) -> Iterator[Figure]:
    asker = asker_of(raw)
    took, reference = alternating(
        lambda: counts_of_views(store, asker), lambda: counts_by_hand(raw, asker), rounds=rounds
    )
    against = "one pass that counts all of them"
    yield Figure(f"queue of {cases:,}: counts of all views", p50(took), "ms", p50(reference), against)
    took, reference = alternating(
        lambda: store.query(landmarks, EVERYTHING),
        lambda: raw.execute("SELECT count(*) FROM cases").fetchone(),
        rounds=rounds,
    )
    note = "beside the rows, once after each change: any page is near afterwards"
    yield Figure(f"queue of {cases:,}: landmarks", p50(took), "ms", p50(reference), "a mere count", note=note)


def counts_of_views(store: CaseStore, asker: Asker) -> list[int]:
    return [store.query(queue_length, select(view.query, asker)) for view in VIEWS]


def counts_by_hand(raw: sqlite3.Connection, asker: Asker) -> list[int]:
    """The same in one pass."""
    week = timedelta(days=7)
    week_ago = stamp(asker.now - week)
    return [*raw.execute(_ALL_VIEWS, (asker.person, (asker.today + week).isoformat(), week_ago)).fetchone()]


def asker_of(raw: sqlite3.Connection) -> Asker:
    """Somebody who asks when the last thing happened."""
    (at,) = raw.execute("SELECT max(updated_at) FROM cases").fetchone()
    return Asker(STAFF[0], datetime.fromisoformat(at))
