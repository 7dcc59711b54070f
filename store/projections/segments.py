"""The log in segments, each projected by a process of its own, because Python gives a process only one processor.

A segment has all events of its case files, so one process makes the rows of a case, in order.
"""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Final, NamedTuple

from store.log.read import get_accepted_events
from store.progress import Progress
from store.projections.fresh_tables import project_all, without_journal
from store.sqlite.database import connect, file_of

WORTH_A_PROCESS: Final = 40_000
"""The projection of this many events takes longer than the start of a process, which takes some 300 milliseconds."""
MOST_PROCESSES: Final = 4
"""With more processes, the work after the projection takes longer than the projection, and one process does it."""

_SAMPLE: Final = 1_000
_TOLD_EVERY: Final = 0.05
"""Seconds between two calls of `progress`."""
_ROOT: Final = Path(__file__).parents[2]
"""The folder in which Python finds `store`, whatever the working folder is."""


class Segment(NamedTuple):
    """The case files with ids from `first` on and before `end`. The last segment has no end (empty)."""

    first: str
    end: str

    def holds(self, case_id: str) -> bool:
        return self.first <= case_id and (not self.end or case_id < self.end)


WHOLE: Final = Segment("", "")


@dataclass(frozen=True, slots=True)
class Side:
    """A file of fresh tables for one segment, and a connection to it."""

    segment: Segment
    file: Path
    tables: sqlite3.Connection


class SegmentFailed(Exception):
    """A process did not do its part."""


def segments_of(connection: sqlite3.Connection, upto: int) -> list[Segment]:
    """The accepted log up to a position, in segments of about equal length. Each is worth a process."""
    number = min(os.cpu_count() or 1, MOST_PROCESSES, upto // WORTH_A_PROCESS)
    if number < 2:
        return [WHOLE]
    positions = [upto - upto * each // _SAMPLE for each in range(_SAMPLE)]
    case_at = "SELECT case_id FROM events WHERE position = ?"
    sample = sorted(case_id for position in positions for (case_id,) in connection.execute(case_at, (position,)))
    cuts = [sample[len(sample) * each // number] for each in range(1, number)]
    return [Segment(*bounds) for bounds in pairwise(["", *cuts, ""])]


def project_segments(
    connection: sqlite3.Connection, sides: Sequence[Side], upto: int, total: int, progress: Progress
) -> None:
    """Project the accepted events up to a position, each into the fresh tables of its segment.

    This process does the first segment. Raises `SegmentFailed` when another process fails, whatever the reason.
    """
    here, *others = sides
    with ExitStack() as running:
        processes = [running.enter_context(_process(file_of(connection), side, upto)) for side in others]

        def tell(done: int, _: int) -> None:
            progress(done + sum(process.done for process in processes), total)

        events = get_accepted_events(connection, upto=upto, cases=here.segment)
        done = project_all(here.tables, events, 0, total, tell, log=connection)
        while any(process.is_running() for process in processes):
            sleep(_TOLD_EVERY)
            tell(done, total)


class _Process:
    """Another process that projects a segment. `done` is the number of events that it has reported."""

    def __init__(self, database: Path, side: Side, upto: int) -> None:
        self.done = 0
        self._process = subprocess.Popen(  # noqa: S603 (ourselves, and no shell between)
            [sys.executable, "-m", __name__, str(database), str(side.file), *side.segment, str(upto)],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # the work is done again here, and fails here with its error
            text=True,
        )
        self._hearing = Thread(target=self._hear, daemon=True)
        self._hearing.start()

    def is_running(self) -> bool:
        """Raises `SegmentFailed` when the process has failed."""
        if self._process.poll():
            raise SegmentFailed
        return self._process.returncode is None

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._hearing.join()

    def _hear(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                self.done = int(line)


@contextmanager
def _process(database: Path, side: Side, upto: int) -> Iterator[_Process]:
    try:
        process = _Process(database, side, upto)
    except OSError as error:
        raise SegmentFailed from error
    try:
        yield process
    finally:
        process.end()


def main(database: str, file: str, first: str, end: str, upto: str) -> None:
    """Project a segment, and write the number of events done after each step. Ends when nobody reads that any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the parent process, which ends this one
    with closing(connect(Path(database), create=False)) as log, closing(without_journal(file)) as tables:
        events = get_accepted_events(log, upto=int(upto), cases=(first, end))
        project_all(tables, events, 0, int(upto), _tell, log=log)


def _tell(done: int, _: int) -> None:
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
