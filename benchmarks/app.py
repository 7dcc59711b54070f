"""How the app feels, in a terminal of its own: start, keys in the queue, memory; beside bare Textual apps."""

from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Final

from benchmarks.bare_app import TITLE
from benchmarks.figures import Figure, Scale, number, p50, p95, ratio_at_most
from benchmarks.generate import kept
from benchmarks.terminal import DOWN, ESCAPE, LINES, PAGE_DOWN, PAGE_UP, UP, Terminal
from store.queries.queue import QueueRow, queue_page
from store.sqlite.database import Reader, connect

OPTIONS: Final = 50
PAGE: Final = LINES - 5
"""How far page down goes: all but the lines above, below and at the top of the table, and one that stays in sight."""
SETTLED_AFTER: Final = 2.0
"""In seconds: what the first picture does without is loaded by then."""
STARTS: Final = 20
KEYS_A_ROUND: Final = 10
CASE_BY_CASE: Final = (b"\r", b"2", b"3", b"4", b"6", b"1", b"n", ESCAPE, b"?", ESCAPE, b"d", ESCAPE, ESCAPE, DOWN)
AFTER_A_KEY: Final = 0.03
AFTER_ESCAPE: Final = 0.12
"""In seconds; what comes sooner after the escape key is taken for alt and a key."""
KEYS: Final = 2
"""A start, and a key, are measured so many times less often than what is small."""

_BARE: Final = ("-m", "benchmarks.bare_app")


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    databases = {cases: kept(folder, cases) for cases in scale.cases}
    yield from _starts(databases, max(3, scale.rounds // STARTS))
    for cases, database in databases.items():
        yield from _keys(database, cases, max(3, scale.rounds // KEYS))
    yield from _memory(databases, scale.rounds)
    yield _memory_over_keys(databases[min(databases)], scale.rounds * KEYS_A_ROUND)


def _starts(databases: dict[int, Path], rounds: int) -> Iterator[Figure]:
    first = {cases: _rows(database, 1)[0].reference for cases, database in databases.items()}
    bare: list[float] = []
    ours: dict[int, list[float]] = {cases: [] for cases in databases}
    for _ in range(rounds):
        bare.append(_seconds_until(TITLE, *_BARE))
        for cases, database in databases.items():
            ours[cases].append(_seconds_until(first[cases], *_app(database)))
    for cases, took in ours.items():
        yield Figure(
            f"start of the app on {cases:,} cases, to its first rows",
            p50(took),
            "ms",
            p50(bare),
            "an empty Textual app to its first line",
            ratio_at_most(1.3),
        )


def _keys(database: Path, cases: int, rounds: int) -> Iterator[Figure]:
    rows = [row.reference for row in _rows(database, rounds * PAGE + 1)]
    for what, key, back, step in (("cursor down", DOWN, UP, 1), ("page down", PAGE_DOWN, PAGE_UP, PAGE)):
        with Terminal(_app(database)) as ours, Terminal((*_BARE, str(OPTIONS))) as bare:
            ours.until(f"{cases:,} case")
            bare.until(TITLE)
            sleep(SETTLED_AFTER)
            took, reference = [], []
            for turn, row in zip(range(rounds), rows[step::step], strict=False):
                took.append(ours.press(key, row))
                reference.append(bare.press(back if turn % 2 else key, ""))
        yield Figure(
            f"{what} in a queue of {cases:,}, from the key to the row",
            p50(took),
            "ms",
            p50(reference),
            f"down and up in an OptionList of {OPTIONS}",
            ratio_at_most(1.3),
            note=f"95 %: {number(p95(took))} and {number(p95(reference))} ms",
        )


def _memory(databases: dict[int, Path], pages: int) -> Iterator[Figure]:
    """The same way through all of them, there and back."""
    least: float | None = None
    way = min(databases) // PAGE
    for cases, database in databases.items():
        with Terminal(_app(database)) as ours:
            ours.until(_rows(database, 1)[0].reference)
            for turn in range(pages):
                ours.press(PAGE_UP if turn // way % 2 else PAGE_DOWN, "")
            took = ours.memory()
        yield Figure(
            f"memory of the app on {cases:,} cases, after {pages:,} pages",
            took,
            "MB",
            least,
            f"on {min(databases):,} cases",
            ratio_at_most(1.1) if least else None,
        )
        least = least or took


def _memory_over_keys(database: Path, keys: int) -> Figure:
    """Through one case after another, its tabs and dialogs. The first fifth of the keys fills what the app keeps."""
    with Terminal(_app(database)) as ours:
        ours.until(_rows(database, 1)[0].reference)
        pressed, early = 0, 0.0
        while pressed < keys:
            for key in CASE_BY_CASE:
                ours.send(key, AFTER_ESCAPE if key == ESCAPE else AFTER_A_KEY)
                pressed += 1
            if not early and pressed >= keys // 5:
                early = ours.memory()
        return Figure(
            f"memory of the app after {keys:,} keys through cases, tabs and dialogs",
            ours.memory(),
            "MB",
            early,
            "after a fifth of them",
            ratio_at_most(1.1),
        )


def _seconds_until(text: str, *arguments: str) -> float:
    with Terminal(arguments) as terminal:
        return terminal.until(text) - terminal.began


def _app(database: Path) -> tuple[str, ...]:
    return ("-m", "caseworker_tui", "--db", str(database))


def _rows(database: Path, number: int) -> list[QueueRow]:
    with Reader(connect(database), database) as reader:
        return reader.query(queue_page, limit=number)
