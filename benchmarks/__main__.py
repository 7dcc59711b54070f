"""Measures, and writes docs/benchmarks.md: `python -m benchmarks [NAME…] [--full] [--write] [--folder FOLDER]`."""

import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks import app, commands, intake, queue, rebuild, screening, sync
from benchmarks.figures import FULL, HEADINGS, SHORT, Figure, Scale, line
from caseworker_tui.cli.printing import say

Benchmark = Callable[[Scale, Path], Iterator[Figure]]


def _peer(scale: Scale, folder: Path) -> Iterator[Figure]:
    if find_spec("eventsourcing") is None:
        say("peer: not measured, for the library eventsourcing is not installed; `make bench` installs it.")
        return
    from benchmarks import peer

    yield from peer.figures(scale, folder)


def _kafka(scale: Scale, folder: Path) -> Iterator[Figure]:
    from benchmarks import kafka
    from tests.kafka.apache_kafka import CantBeHad

    try:
        yield from kafka.figures(scale, folder)
    except CantBeHad as why:
        say(f"kafka: not measured. {why}.")


BENCHMARKS: Final[Mapping[str, Benchmark]] = {
    "commands": commands.figures,
    "intake": intake.figures,
    "rebuild": rebuild.figures,
    "peer": _peer,
    "queue": queue.figures,
    "app": app.figures,
    "screening": screening.figures,
    "sync": sync.figures,
    "kafka": _kafka,
}

KEPT: Final = frozenset({"queue", "app"})
"""These work on generated cases, which stay in the folder; the others leave nothing there."""

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN: Final = "<!-- What is between these marks is written by `python -m benchmarks --write`. -->"
END: Final = "<!-- From here on by hand. -->"


class NoMarks(Exception):
    """The document has no place for the table."""


def write_table(text: str, figures: Iterable[Figure], how: str) -> str:
    """The document with these figures as rows of its table. A row that says what is measured here again is replaced;
    the others, and all that is written by hand, stay as they are. Raises `NoMarks`."""
    before, begin, rest = text.partition(BEGIN)
    table, end, after = rest.partition(END)
    if not (begin and end):
        raise NoMarks(f"docs/benchmarks.md has no place for the table: put these lines there.\n{BEGIN}\n{END}")
    rows = {_key(row): row for row in table.splitlines() if row.startswith("| ")}
    heading = _row(HEADINGS)
    rows.pop(_key(heading), None)
    rows |= {figure.what: _row(figure.cells) for figure in figures}
    written = [BEGIN, "", how, "", heading, "|---" * len(HEADINGS) + "|", *rows.values(), "", END]
    return before + "\n".join(written) + after


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _key(row: str) -> str:
    return row.split("|")[1].strip()


def this_machine() -> str:
    """What the figures depend on, in a line; nothing that names the machine or who runs it."""
    parts = (
        f"{os.cpu_count()} cores ({platform.machine()})",
        platform.system(),
        f"{platform.python_implementation()} {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
    )
    return ", ".join(parts)


@click.command("python -m benchmarks")
@click.argument("names", metavar="[NAME]...", nargs=-1, type=click.Choice([*BENCHMARKS]))
@click.option("--full", is_flag=True, help="With a million cases and more rounds: an hour or so.")
@click.option("--write", is_flag=True, help="Put the figures into the table of docs/benchmarks.md.")
@click.option(
    "--folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where databases are made, and generated cases kept for the next run; a passing folder unless given.",
)
def main(names: Sequence[str], folder: Path | None, *, full: bool, write: bool) -> None:
    """Print figures beside their references, measured in the same run; of all benchmarks unless some are named.

    \b
    python -m benchmarks queue --folder ~/big
    python -m benchmarks --full --write
    """
    measured: list[Figure] = []
    try:
        if write:  # what can't be written is told before, not after an hour
            write_table(_document(), (), "")
        with TemporaryDirectory(prefix="benchmarks-") as passing:
            place = folder or Path(passing)
            place.mkdir(parents=True, exist_ok=True)
            for figure in _figures(names or [*BENCHMARKS], FULL if full else SHORT, place):
                click.echo(line(figure))
                measured.append(figure)
    except NoMarks as trouble:
        say(str(trouble))
        sys.exit(1)
    finally:  # what was measured before it was stopped is worth keeping
        if write and measured:
            how = (
                f"The last run was the {'full' if full else 'short'} form, on {datetime.now(UTC).date()}:"
                f" {this_machine()}. Rows that it did not measure are of earlier runs."
            )
            DOCUMENT.write_text(write_table(_document(), measured, how), encoding="utf-8")


def _document() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def _figures(names: Iterable[str], scale: Scale, folder: Path) -> Iterator[Figure]:
    for name in names:
        with TemporaryDirectory(prefix=f"{name}-", dir=folder) as passing:
            yield from BENCHMARKS[name](scale, folder if name in KEPT else Path(passing))


if __name__ == "__main__":
    main()
