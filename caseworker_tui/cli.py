"""The command line: one function a subcommand, which returns the exit code (None is 0).

Data goes to stdout, narration to stderr. What only the app needs is imported where it opens: `caseworker cases`
answers without loading Textual or Rich.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from sqlite3 import Connection
from tempfile import TemporaryDirectory
from threading import Event

import click
from pydantic import JsonValue

from caseworker_tui.case_tables import (
    case_as_json,
    fields_of,
    write_case,
    write_charts,
    write_log,
    write_queue,
    write_rules,
)
from caseworker_tui.configuration import Configuration, default_path
from caseworker_tui.conflict_commands import conflicts_
from caseworker_tui.dead_letter_commands import dead_letters_
from caseworker_tui.doctor import examine
from caseworker_tui.document_commands import attach, attachment, expiring
from caseworker_tui.exec_commands import answers, schema
from caseworker_tui.moments import read_moment
from caseworker_tui.printing import (
    is_terminal,
    number_of,
    progress_bar,
    say,
    say_beside_bar,
    write_json,
    write_json_array,
    write_line,
    write_table,
)
from caseworker_tui.program import (
    FAILED,
    UNUSABLE,
    Program,
    Settings,
    actor_option,
    configuration_option,
    database_option,
    json_option,
    pass_settings,
    version_option,
)
from caseworker_tui.rule_commands import rules
from caseworker_tui.screening_commands import lists, screen
from caseworker_tui.sync_commands import sync
from store.database import connect, read_transaction, translated
from store.domain.commands import COMMANDS
from store.domain.decisions import Rules
from store.engine import CaseStore, system_clock
from store.errors import DatabaseDamaged
from store.log.read import case_version, get_all_events, get_events_for_case, last_position
from store.projections import PROJECTIONS
from store.queries.as_of import CaseThen, as_of
from store.queries.assessment import AssessedCase, assessment
from store.queries.audit import Finding, files_here, log_digest, log_size, remarks
from store.queries.audit import verify as find_faults
from store.queries.case_file import case_file, find_case
from store.queries.notification_rules import notification_rules, notification_service_state
from store.queries.query_language import EVERYTHING, Asker, NotAQuery, Selection, select
from store.queries.queue import whole_queue
from store.queries.related import Related, related
from store.queries.workload import counted_charts


@click.group(
    "caseworker",
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@database_option(envvar="CASEWORKER_DB", show_envvar=True)
@actor_option(envvar="CASEWORKER_ACTOR", show_envvar=True)
@configuration_option(envvar="CASEWORKER_CONFIG", show_envvar=True)
@version_option
@pass_settings
@click.pass_context
def main(context: click.Context, settings: Settings) -> int | None:
    """A workplace for KYC and KYB cases. Without a subcommand it opens the app.

    \b
    caseworker demo                 look around in made-up cases
    caseworker import FILE          take cases in
    caseworker                      work on them

    --db and --actor go before or after the subcommand, --config before it. The database is in your user data
    folder unless you choose another file.

    Exit codes: 0 done; 1 something was refused, rejected or is wrong; 2 not understood, or nothing to work with;
    130 stopped by ctrl+c.
    """
    if context.invoked_subcommand is not None:
        return None
    if not _has_terminal():
        say("caseworker opens an app, which needs a terminal: `caseworker --help` lists what works without one.")
        return UNUSABLE
    settings.open_store(create=True).close()  # what is wrong with the database is told here, not by the app
    return _run_app(settings.path, settings)


def _has_terminal() -> bool:
    """Textual reads keys from stdin and draws on stderr."""
    return all(map(is_terminal, (sys.stdin, sys.stdout, sys.stderr)))


def _run_app(database: Path, settings: Settings, *, made_up: bool = False) -> int:
    from caseworker_tui.app import CaseworkerApp  # noqa: PLC0415 (Textual: 275 ms)
    from caseworker_tui.background_sync import Cluster, sync_command  # noqa: PLC0415 (asyncio: only with a screen)

    configuration = settings.configuration
    kafka = configuration.kafka
    command = sync_command(database, settings.person, settings.configuration_file)
    cluster = Cluster(kafka["bootstrap.servers"], kafka.get("topic_prefix", ""), command) if kafka else None
    app = CaseworkerApp(
        database,
        actor=settings.person,
        rules=configuration.rules,
        config_service=None if made_up else configuration.notifications.service,
        cluster=None if made_up else cluster,
    )
    app.run()
    return app.return_code or 0


@main.command()
@actor_option()
@pass_settings
def demo(settings: Settings) -> int:
    """Open the app on a throw-away copy of made-up cases.

    Nothing you do there is kept. Without a terminal it prints the queue.

    \b
    caseworker demo

    Exit codes: 0 done.
    """
    from caseworker_tui.sample import attach_specimens, build_sample  # noqa: PLC0415 (the readers of every format)

    with TemporaryDirectory(prefix="caseworker-demo-") as folder:
        database, now = Path(folder) / "cases.sqlite3", datetime.now(UTC)
        build_sample(database, now)
        attach_specimens(database, now)
        if _has_terminal():
            return _run_app(database, settings, made_up=True)
        with CaseStore.open(database) as store:
            store.ask(_write_cases, as_json=False)
    return 0


@main.command("import")
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
    stderr with its reason, and written as it came to the rejects file, to be mended and imported again.

    \b
    caseworker import messages.jsonl owners.json
    caseworker import --json records.json | jq .rejected

    Exit codes: 0 all records are cases; 1 some were rejected; 2 no file could be read.
    """
    from store.intake.importer import import_files  # noqa: PLC0415 (the readers of every format)

    with settings.open_store(create=True) as store, progress_bar("Importing") as progress:
        report = import_files(
            store,
            files,
            rejects_file=rejects or _rejects_file(settings.path, files[0]),
            actor=settings.person,
            progress=lambda _, done, total: progress(done, total),
            on_rejection=lambda rejection: say_beside_bar(str(rejection)),
        )
    numbers = {"cases": report.cases, "already_known": report.already_known, "rejected": report.rejected}
    if as_json:
        write_json(numbers | {"rejects_file": report.rejects_file and str(report.rejects_file)}, indent=None)
    else:
        write_table(lambda: [(name.replace("_", " "), f"{number:,}") for name, number in numbers.items()])
    if not report.files_read:
        say("No file could be read; nothing was imported.")
        return UNUSABLE
    say(f"{number_of(report.cases, 'new case')} from {number_of(report.files_read, 'file')}.")
    if report.rejects_file:
        say(f"What was rejected is in {report.rejects_file}: mend it there and import that file.")
    return FAILED if report.rejected else None


def _rejects_file(database: Path, first: Path) -> Path:
    """Beside the database: what is rejected is personal data as well."""
    return database.parent / "rejects" / f"{first.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S}.jsonl"


@main.command()
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
        store.ask(_write_cases, selection, as_json=as_json)
    return None


@main.command()
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
        charts = store.ask(counted_charts, Asker(settings.person, datetime.now().astimezone()))
    if as_json:
        write_json_array({"chart": chart.name, "bars": [fields_of(bar) for bar in bars]} for chart, bars in charts)
    else:
        write_charts(charts)


def _write_cases(connection: Connection, selection: Selection = EVERYTHING, *, as_json: bool) -> None:
    if as_json:
        write_json_array(whole_queue(connection, selection))
        return
    with read_transaction(connection):
        write_queue(lambda: whole_queue(connection, selection))


def _as_moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    try:
        return read_moment(text) if text is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@main.command()
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
    with settings.open_store(create=False) as store:
        found = store.ask(_all_of_case, case, moment or version, store.rules, store.clock().astimezone(UTC).date())
    if as_json:
        write_json(case_as_json(*found))
    else:
        write_case(*found)


def _all_of_case(
    connection: Connection, id_or_reference: str, when: datetime | int | None, rules: Rules, today: date
) -> tuple[AssessedCase, Related | None, CaseThen | None]:
    """The case as it stands, or stood; all of it as of one moment, whatever others write meanwhile."""
    with read_transaction(connection):
        case_id = find_case(connection, id_or_reference)
        if when is not None:
            then = as_of(connection, case_id, when, rules)
            return then.stood, None, then
        stands = AssessedCase(case_file(connection, case_id), assessment(connection, case_id, rules, today))
        return stands, related(connection, case_id), None


@main.command()
@click.argument("case", required=False)
@database_option()
@json_option
@pass_settings
def log(settings: Settings, case: str | None, as_json: bool) -> None:
    """Print the events of a case, or of all cases, in the order in which they happened.

    CASE is an id or a reference. Times are UTC. The number behind a case's reference is its version after that
    change, which `show --at-version` takes.

    \b
    caseworker log 7F3-QK2-M9X
    caseworker log --json > events.json

    Exit codes: 0 done; 1 there is no such case, or the database can't be read.
    """
    with settings.open_store(create=False) as store:
        store.ask(_write_log, case, as_json=as_json)


def _write_log(connection: Connection, case: str | None, *, as_json: bool) -> None:
    events = get_events_for_case(connection, find_case(connection, case)) if case else get_all_events(connection)
    numbered = ((event, case_version(connection, event)) for event in events)
    if as_json:
        write_json_array(event.as_json() | {"case_version": version} for event, version in numbered)
    else:
        write_log(numbered, last_position(connection))


@main.command("exec")
@click.option(
    "--schema",
    "schema_of",
    metavar="[COMMAND]",
    is_flag=False,
    flag_value="any",
    type=click.Choice(["any", *COMMANDS]),
    help="Print the JSON Schema of a line, or of the data of one command, and stop.",
)
@database_option()
@actor_option()
@pass_settings
def execute(settings: Settings, schema_of: str | None) -> int | None:
    """Execute commands from standard input, JSON Lines, in order.

    Each line gets a line of JSON on standard output as soon as it is durable, with the events that it led to, or
    why it failed. A line that fails does not stop the others. A command_id makes a command safe to send twice.

    \b
    caseworker exec < commands.jsonl > answers.jsonl
    echo '{"command": "…", "command_id": "…", "data": {…}}' | caseworker exec
    caseworker exec --schema CreateCase

    Exit codes: 0 all were executed; 1 a line failed, or the database can't be opened.
    """
    if schema_of:
        write_json(schema(None if schema_of == "any" else schema_of))
        return None
    if is_terminal(sys.stdin):
        say("Enter one command as JSON a line, and ctrl+d at the end. `caseworker exec --schema` shows their form.")
    failed = False
    with settings.open_store(create=True) as store:
        for answer in answers(store, sys.stdin.buffer if sys.stdin else BytesIO(), actor=settings.person):
            failed |= not answer["ok"]
            write_json(answer, indent=None)
            sys.stdout.flush()
    return FAILED if failed else None


@main.command()
@database_option()
@pass_settings
def rebuild(settings: Settings) -> None:
    """Make the read tables anew from the log.

    Needed only when `caseworker verify` says so. Others can go on working meanwhile.

    \b
    caseworker rebuild

    Exit codes: 0 done; 1 the database can't be read or written to.
    """
    with settings.open_store(create=False) as store, progress_bar("Rebuilding") as progress:
        events = store.rebuild(progress)
    write_line(f"Made {len(PROJECTIONS)} read tables anew from {number_of(events, 'event')}.")


@main.command()
@database_option()
@json_option
@pass_settings
def verify(settings: Settings, as_json: bool) -> int | None:
    """Prove that nothing in the database was changed, dropped or moved.

    Recomputes every commit of the log, compares the read tables with the log row by row, and the attached files with
    the day they were attached. The digest names the whole log: write it down, and any later change to the past shows.

    \b
    caseworker verify

    Exit codes: 0 all is well; 1 something is wrong, each on a line.
    """
    with suppress(DatabaseDamaged):  # read tables of an older version are no finding; all else is one below
        settings.open_store(create=False).close()
    commits = events = files = digest = None
    remarked: list[str] = []
    try:
        with (
            closing(connect(settings.path, create=False)) as connection,
            translated(settings.path),
            progress_bar("Verifying") as progress,
        ):
            findings = list(find_faults(connection, progress))
            commits, events, digest = _log_counts(connection)
            if not findings:
                files, remarked = files_here(connection), list(remarks(connection))
    except DatabaseDamaged as error:
        findings = [Finding("file", str(error))]
    if as_json:
        numbers = {"commits": commits, "events": events, "files": files, "log_digest": digest}
        write_json({"ok": not findings, "findings": findings, "remarks": remarked, **numbers})
    elif findings:
        for finding in findings:
            write_line(f"{finding.where}: {finding.sentence}")
    else:
        write_line(
            f"All is well: {number_of(commits, 'commit')} with {number_of(events, 'event')} are as they were"
            f" recorded, and {len(PROJECTIONS)} read tables follow from them."
        )
        if files:
            write_line(f"Attached here: {number_of(files, 'file')}, as on the day they were attached.")
        write_line(f"Log digest: {digest}")
        for remark in remarked:
            say(remark)
    return FAILED if findings else None


def _log_counts(connection: Connection) -> tuple[int, int, str]:
    return *log_size(connection), log_digest(connection)


@main.command()
@click.option("--refresh", "anew", is_flag=True, help="Ask the config service first.")
@database_option()
@json_option
@pass_settings
def notifications(settings: Settings, anew: bool, as_json: bool) -> int | None:
    """List the notification rules in force, and tell how the config service is.

    The rules are those of the file and of the service that the configuration names; the file goes first. The app
    asks the service in the background, and commands are decided by what it answered last.

    \b
    caseworker notifications
    caseworker notifications --refresh
    caseworker notifications --json | jq .service.trouble

    Exit codes: 0 done; 1 the service gave no answer; 2 none is configured.
    """
    from store.notifications.refresh import refresh  # noqa: PLC0415 (only to ask)

    configured = settings.configuration.notifications
    rules = settings.configuration.rules
    if anew and configured.service is None:
        say("There is no config service to ask: the configuration names one as service_url under [notifications].")
        return UNUSABLE
    with settings.open_store(create=False) as store:
        if anew and configured.service:
            with progress_bar("Asking") as progress:
                refresh(settings.path, configured.service, clock=system_clock, stopped=Event(), progress=progress)
        in_force = store.ask(notification_rules, rules)
        state = store.ask(notification_service_state, configured.service_url) if configured.service_url else None
    if as_json:
        file = configured.rules_file and str(configured.rules_file)
        write_json({"rules": in_force, "rules_file": file, "service": state})
    else:
        write_rules(in_force)
        if state:
            say(state.sentence)
        if state and state.asked_at:
            say(f"Asked at {state.asked_at}; it last answered everything at {state.answered_at or 'no time'}.")
    return FAILED if anew and state and state.trouble else None


@main.command()
@click.option("--schema", "as_schema", is_flag=True, help="Print the JSON Schema of the file, and stop.")
@json_option
@pass_settings
def config(settings: Settings, as_schema: bool, as_json: bool) -> None:
    """Print the configuration in force: what the file says, and what holds where it says nothing.

    The file is TOML. `--config FILE` or CASEWORKER_CONFIG chooses one; else it is looked for in your user
    configuration folder, and need not be there.

    \b
    caseworker config
    caseworker --config team.toml config --json
    caseworker config --schema

    Exit codes: 0 done; 2 the file can't be read or understood.
    """
    if as_schema:
        write_json(Configuration.model_json_schema())
        return
    in_force = settings.configuration.model_dump(mode="json")
    file = settings.configuration_file or default_path()
    if as_json:
        write_json({"file": file and str(file), "configuration": in_force})
        return
    say(f"{file}{'' if file and file.exists() else ' is not there; all is as follows'}")
    write_table(lambda: _settings_in(in_force))


def _settings_in(values: Mapping[str, JsonValue], path: str = "") -> Iterator[tuple[str, str]]:
    """Each setting by its path in the file, like `review.low`."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _settings_in(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", "not set" if value is None else str(value)


@main.command()
@database_option()
@json_option
@pass_settings
def doctor(settings: Settings, as_json: bool) -> int | None:
    """Look for what keeps caseworker from working, and say what to do about it.

    \b
    caseworker doctor

    Exit codes: 0 all is well; 1 something is wrong.
    """
    checks = list(examine(settings.path, settings.configuration.rules))
    wrong = [check for check in checks if not check.ok]
    if as_json:
        write_json({"ok": not wrong, "checks": checks})
    else:
        write_table(lambda: [("ok" if check.ok else "WRONG", check.name, check.found) for check in checks])
        for check in wrong:
            write_line()
            write_line(f"{check.name}: {check.advice}")
    return FAILED if wrong else None


for _command in (attach, attachment, expiring, rules, lists, screen, sync, conflicts_, dead_letters_):
    main.add_command(_command)
