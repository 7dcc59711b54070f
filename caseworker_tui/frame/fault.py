"""Faults of the app itself: what is told of them, where they are recorded, and how the app goes on.

Textual ends an app at the first error that nothing caught, and prints the local variables of each step: the data of a
client, into the terminal and whatever keeps what the terminal shows. Here only files, lines and functions are told, and
the app is built anew. The words of an error are left out too, for they may quote what was shown.
"""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from traceback import extract_tb
from typing import Final, NamedTuple

_MOST_STEPS: Final = 12
_LARGEST_RECORD: Final = 256 * 1024
"""In bytes: then the file of faults begins anew."""


class Fault(NamedTuple):
    """An error that nothing caught: its type, the newest steps on the way to it, and the case that was in sight."""

    kind: str
    steps: tuple[str, ...]
    case_id: str | None = None


def fault_of(error: BaseException, case_id: str | None) -> Fault:
    steps = (
        f"{'/'.join(Path(step.filename).parts[-3:])}, line {step.lineno}, in {step.name}"
        for step in extract_tb(error.__traceback__)[-_MOST_STEPS:]
    )
    return Fault(type(error).__name__, tuple(steps), case_id)


def record_of(database: Path) -> Path:
    """The file where the faults of the app on this database are recorded."""
    return database.with_name(f"{database.name}.faults.txt")


def record(fault: Fault, database: Path, now: datetime) -> None:
    """Add it to the file of faults, where that can be written to. Nothing of any case is in there."""
    path = record_of(database)
    flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    lines = "".join(f"{line}\n" for line in (f"{now.isoformat(timespec='seconds')} {fault.kind}", *fault.steps, ""))
    with suppress(OSError):
        if path.exists() and path.stat().st_size > _LARGEST_RECORD:
            path.unlink()
        with os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8") as file:
            file.write(lines)
