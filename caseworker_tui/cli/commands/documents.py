"""The subcommands about documents: attaching files and reading them, and what expires."""

import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import click
from pydantic import TypeAdapter, ValidationError

from caseworker_tui.cli.printing import (
    is_terminal,
    progress_bar,
    say,
    write_json,
    write_json_array,
    write_line,
    write_long_table,
)
from caseworker_tui.cli.program import (
    UNUSABLE,
    Settings,
    actor_option,
    database_option,
    json_option,
    pass_settings,
)
from store.attachments import content_of, copy_out, folder_of, showable_name, spoken_size
from store.clock import days_until
from store.domain.commands import AttachFile
from store.domain.statuses import label
from store.domain.values import Day
from store.queries.case_file import AttachmentRow
from store.queries.documents import ExpiringRow, find_document, find_file
from store.queries.documents import expiring as expiring_documents
from store.sqlite.database import Reader
from store.validation import explain


def _day(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    try:
        return text and TypeAdapter[str](Day).validate_python(text)
    except ValidationError as error:
        raise click.BadParameter(f"{explain(error)}.") from error


@click.command()
@click.argument("document")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--expires-on", metavar="DATE", callback=_day, help="The last day on which the document holds, YYYY-MM-DD."
)
@database_option()
@actor_option()
@json_option
@pass_settings
def attach(settings: Settings, document: str, file: Path, expires_on: str | None, as_json: bool) -> None:
    """Attach a file to a document: a copy of it is kept beside the database, by its content.

    DOCUMENT is the id of a document, or CASE/TYPE, or CASE/TYPE/NAME where more than one party is asked for it. A
    document that waits for a file, or was rejected, is uploaded with it.

    \b
    caseworker attach 7F3-QK2-M9X/passport scan.pdf --expires-on 2031-05-02
    caseworker attach 7f3qk2m9x/passport/ruiz scan.pdf --json

    Exit codes: 0 done; 1 refused, or the file can't be read or kept; 2 not understood.
    """
    with settings.open_store(create=False) as store:
        found = store.query(find_document, document)
        with progress_bar("Reading") as progress:
            kept = asdict(store.keep_attachment(file, progress))
        command = AttachFile(**found._asdict(), expires_on=expires_on, **kept)
        receipt = store.execute(command, actor=settings.person)
    answer = {"document_requirement_id": found.document_requirement_id, **kept}
    if as_json:
        done = {"case_id": receipt.case_id, "commit_id": receipt.commit_id, "events": receipt.events}
        write_json(answer | done, indent=None)
    else:
        write_line(f"Attached {kept['file_name']} ({kept['media_type']}, {spoken_size(kept['size'])}).")


@click.command()
@click.argument("named", metavar="FILE")
@click.option(
    "--to",
    "target",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Where to write it: a new file, or a folder, in which it gets its own name.",
)
@database_option()
@pass_settings
def attachment(settings: Settings, named: str, target: Path | None) -> int | None:
    """Write an attached file to standard output, or to a new file. It is compared with the day it was attached first.

    FILE is its SHA-256, or the first 6 digits or more of it, as `caseworker show` lists it; or a document like that of
    `caseworker attach`, which stands for its newest file.

    \b
    caseworker attachment 7F3-QK2-M9X/passport --to ~/Desktop
    caseworker attachment 5d41402abc4b > scan.pdf

    Exit codes: 0 done; 1 there is no such file, or it is missing or was changed; 2 standard output is a terminal.
    """
    with settings.open_store(create=False) as store:
        file, folder = store.query(find_file, named), store.query(folder_of)
    if target is not None:
        if target.is_dir():
            target /= showable_name(file.file_name)
        copy_out(folder, file.sha256, file.file_name, target)
        write_line(str(target))
        return None
    if is_terminal(sys.stdout):
        say(f"{file.file_name} ({file.media_type}) is not for a terminal: say where to write it with --to.")
        return UNUSABLE
    _write_content(folder, file)
    return None


def _write_content(folder: Path, file: AttachmentRow) -> None:
    """Read twice: nothing of a file that was changed is written."""
    for _ in content_of(folder, file.sha256, file.file_name):
        pass
    for chunk in content_of(folder, file.sha256, file.file_name):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


_SPAN: Final = re.compile(r"(\d{1,4})([dw]?)")


def _days(_: click.Context, __: click.Parameter, text: str) -> int:
    if match := _SPAN.fullmatch(text.strip().lower()):
        return int(match[1]) * (7 if match[2] == "w" else 1)
    raise click.BadParameter(f"{text!r} is no number of days or weeks, like 30d or 6w.")


@click.command()
@click.option(
    "--within", metavar="DAYS", default="30d", show_default=True, callback=_days, help="How soon, like 30d or 6w."
)
@database_option()
@json_option
@pass_settings
def expiring(settings: Settings, within: int, as_json: bool) -> None:
    """List the documents that have expired or will soon, the earliest first, across all cases.

    Only documents that are at hand (uploaded or verified), and no cases that were rejected or withdrawn. Days are UTC.

    \b
    caseworker expiring
    caseworker expiring --within 6w --json | jq -r '.[].reference'

    Exit codes: 0 done; 1 the database can't be read; 2 not understood.
    """
    today = datetime.now(UTC).date()
    with settings.open_store(create=False) as store:
        _write_expiring(store, today, today + timedelta(days=within), as_json=as_json)


_EXPIRING_HEADINGS: Final = ("EXPIRES", "DAYS", "DOCUMENT", "OF", "STATUS", "CASE", "NAME", "CASE STATUS", "ASSIGNEE")


def _write_expiring(store: Reader, today: date, until: date, *, as_json: bool) -> None:
    def rows() -> Iterator[tuple[str, ...]]:
        yield _EXPIRING_HEADINGS
        yield from (_expiring_cells(row, today) for row in store.query(expiring_documents, until))

    with store.snapshot():
        if as_json:
            write_json_array(store.query(expiring_documents, until))
        else:
            write_long_table(rows)


def _expiring_cells(row: ExpiringRow, today: date) -> tuple[str, ...]:
    return (
        row.expires_on,
        "" if (days := days_until(row.expires_on, today)) is None else str(days),
        label(row.document_type),
        row.entity_name,
        row.status,
        row.reference,
        row.name,
        row.case_status,
        row.assignee or "",
    )
