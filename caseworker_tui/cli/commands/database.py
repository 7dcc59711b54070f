"""The subcommands about the database itself: whether it is whole and usable, and making its read tables anew."""

from contextlib import closing, suppress
from sqlite3 import Connection

import click

from caseworker_tui.cli.doctor import examine
from caseworker_tui.cli.printing import progress_bar, say, write_json, write_line, write_table
from caseworker_tui.cli.program import FAILED, Settings, database_option, json_option, pass_settings
from caseworker_tui.text.wording import number_of
from store.errors import DatabaseDamaged
from store.projections import PROJECTIONS
from store.queries.audit import Finding, files_here, log_digest, log_size, remarks
from store.queries.audit import verify as find_faults
from store.sqlite.database import connect, translated


@click.command()
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


@click.command()
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


@click.command()
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
