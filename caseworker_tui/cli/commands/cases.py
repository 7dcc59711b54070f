"""The subcommands about cases: taking them in, listing and counting them, and one in full."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from caseworker_tui.cli.case_json import case_as_json
from caseworker_tui.cli.case_tables import write_case, write_charts, write_queue
from caseworker_tui.cli.printing import (
    Capped,
    progress_bar,
    say,
    say_beside_bar,
    write_json,
    write_json_array,
    write_table,
)
from caseworker_tui.cli.program import (
    FAILED,
    UNUSABLE,
    Settings,
    actor_option,
    database_option,
    json_option,
    pass_settings,
)
from caseworker_tui.text.moments import read_moment
from caseworker_tui.text.numbers import number_of
from store.engine.case_store import CaseStore
from store.queries.as_of import CaseThen, as_of
from store.queries.assessment import AssessedCase
from store.queries.case_file import find_case
from store.queries.query_language import EVERYTHING, Asker, NotAQuery, Selection, select
from store.queries.queue import whole_queue
from store.queries.related import Related
from store.queries.rows import fields_of
from store.queries.whole_case import case_now
from store.queries.workload import counted_charts
from store.sqlite.database import Reader

if TYPE_CHECKING:
    from store.intake.importer import Rejection


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--rejects",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where to write the records that are rejected; in the folder `rejects` beside the database unless given.",
)
@database_option()
@actor_option()
@json_option
@pass_settings
def import_(settings: Settings, files: Sequence[Path], rejects: Path | None, as_json: bool) -> int | None:
    """Take cases in from files: intake messages, BODS 0.4 statements, GLEIF LEI records.

    The format is told by content. The same file twice adds nothing. A record that can't be a case is told on
    stderr with its reason, and written as it came to the rejects file, to be mended and imported again. The first 100
    are told one by one, the others are counted.

    \b
    caseworker import messages.jsonl owners.json
    caseworker import --json records.json | jq .rejected

    Exit codes: 0 all records are cases; 1 some were rejected; 2 no file could be read.
    """
    from store.intake.importer import import_files

    with (
        settings.open_store(create=True) as store,
        Capped(say_beside_bar) as rejections,
        progress_bar("Importing") as progress,
    ):

        def tell(rejection: "Rejection") -> None:
            (rejections.tell if rejection.where else say_beside_bar)(str(rejection))

        report = import_files(
            store,
            files,
            rejects_file=rejects or _rejects_file(settings.path, files[0]),
            actor=settings.person,
            progress=lambda _, done, total: progress(done, total),
            on_rejection=tell,
        )
    numbers = {"cases": report.cases, "already_known": report.already_known, "rejected": report.rejected}
    if as_json:
        write_json(numbers | {"rejects_file": report.rejects_file and str(report.rejects_file)}, indent=None)
    else:
        write_table([(name.replace("_", " "), f"{number:,}") for name, number in numbers.items()])
    if not report.files_read:
        if report.cases or report.already_known:
            say(f"No file could be read to its end; {number_of(report.cases, 'new case')} until there.")
        else:
            say("No file could be read; nothing was imported.")
        return UNUSABLE
    say(f"{number_of(report.cases, 'new case')} from {number_of(report.files_read, 'file')}.")
    if report.rejects_file:
        say(f"What was rejected is in {report.rejects_file}: mend it there and import that file.")
    return FAILED if report.rejected else None


def _rejects_file(database: Path, first: Path) -> Path:
    """A file beside the database, because rejected records are personal data as well."""
    return database.parent / "rejects" / f"{first.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S}.jsonl"


@click.command()
@click.option("--query", metavar="QUERY", default="", help="Only the cases that this means, in its order.")
@database_option()
@actor_option()
@json_option
@pass_settings
def cases(settings: Settings, query: str, as_json: bool) -> int | None:
    """List all cases, or those that a query means; the oldest first unless it says otherwise.

    The query is that of the search line: words search names and numbers, fields say the rest. `me` is --actor.

    \b
    caseworker cases
    caseworker cases --query "vega status:open due:<7d -tag:vip sort:due"
    caseworker cases --json | jq '.[] | select(.documents_rejected > 0) | .reference'

    Exit codes: 0 done; 1 the database can't be read; 2 the query can't be read.
    """
    try:
        selection = select(query, Asker(settings.person, datetime.now().astimezone()))
    except NotAQuery as trouble:
        say(str(trouble))
        return UNUSABLE
    with settings.open_store(create=False) as store:
        write_cases(store, selection, as_json=as_json)
    return None


def write_cases(store: Reader, selection: Selection = EVERYTHING, *, as_json: bool) -> None:
    with store.snapshot():
        if as_json:
            write_json_array(map(fields_of, store.query(whole_queue, selection)))
        else:
            write_queue(lambda: store.query(whole_queue, selection))


@click.command()
@database_option()
@actor_option()
@json_option
@pass_settings
def team(settings: Settings, as_json: bool) -> None:
    """Print how many cases there are, by status, due date, risk, age, assignee, week of decision and missing document.

    Each number comes with the query that finds its cases.

    \b
    caseworker team
    caseworker team --json | jq '.[] | select(.chart == "due") | .bars[0].cases'

    Exit codes: 0 done; 1 the database can't be read.
    """
    with settings.open_store(create=False) as store:
        charts = store.query(counted_charts, Asker(settings.person, datetime.now().astimezone()))
    if as_json:
        write_json_array({"chart": chart.name, "bars": [fields_of(bar) for bar in bars]} for chart, bars in charts)
    else:
        write_charts(charts)


def _as_moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    try:
        return read_moment(text) if text is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.argument("case")
@click.option(
    "--at",
    "moment",
    metavar="MOMENT",
    callback=_as_moment,
    help="The case as it stood at a moment, like 2026-03-31T12:00.",
)
@click.option(
    "--at-version",
    "version",
    metavar="N",
    type=click.IntRange(1),
    help="The case as it stood after its first N changes, which `log` and the timeline count.",
)
@database_option()
@json_option
@pass_settings
def show(settings: Settings, case: str, moment: datetime | None, version: int | None, as_json: bool) -> None:
    """Print a case file: the case, its parties, documents, checks and notes, other cases of the same parties, and
    what a decision still needs.

    CASE is an id or a reference, typed in any way. MOMENT is local time unless Z or an offset like +02:00 follows;
    a day stands for its end, a minute for its last second.

    \b
    caseworker show 7F3-QK2-M9X
    caseworker show 7F3-QK2-M9X --at 2026-03-31
    caseworker show 7f3qk2m9x --json | jq '.documents[] | {document_requirement_id, status}'
    caseworker show 7f3qk2m9x --json | jq '.assessment.missing'
    caseworker show 7f3qk2m9x --json | jq '.related[] | {reference, certainty}'

    Exit codes: 0 done; 1 there is or was no such case, or the database can't be read.
    """
    if moment and version:
        raise click.UsageError("--at and --at-version both say when: give one of them.")
    with settings.open_store(create=False) as store, store.snapshot():
        found = _all_of_case(store, case, moment or version)
    if as_json:
        write_json(case_as_json(*found))
    else:
        write_case(*found)


def _all_of_case(
    store: CaseStore, id_or_reference: str, when: datetime | int | None
) -> tuple[AssessedCase, Related | None, CaseThen | None]:
    """The case as it stands, or as it stood at a moment or a version."""
    case_id = store.query(find_case, id_or_reference)
    if when is not None:
        then = store.query(as_of, case_id, when, store.rules)
        return then.stood, None, then
    now = store.query(case_now, case_id, store.rules, store.clock().astimezone(UTC).date())
    return now.stands, now.related, None
