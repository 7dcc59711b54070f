"""The subcommands about the database itself: whether it is whole and usable, and making its read tables anew."""

from contextlib import suppress

import click

from caseworker_tui.cli.doctor import examine
from caseworker_tui.cli.printing import progress_bar, say, write_json, write_line, write_table
from caseworker_tui.cli.program import FAILED, Settings, database_option, json_option, pass_settings
from caseworker_tui.text.numbers import number_of
from store.errors import DatabaseDamaged
from store.projections import PROJECTIONS
from store.queries.audit import verify_database


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
    with progress_bar("Verifying") as progress:
        found = verify_database(settings.path, progress)
    if as_json:
        numbers = {name: getattr(found, name) for name in ("commits", "events", "files", "log_digest")}
        write_json({"ok": not found.findings, "findings": found.findings, "remarks": found.remarks, **numbers})
    elif found.findings:
        for finding in found.findings:
            write_line(f"{finding.where}: {finding.sentence}")
    else:
        write_line(
            f"All is well: {number_of(found.commits, 'commit')} with {number_of(found.events, 'event')} are as they"
            f" were recorded, and {len(PROJECTIONS)} read tables follow from them."
        )
        if found.files:
            write_line(f"Attached here: {number_of(found.files, 'file')}, as on the day they were attached.")
        write_line(f"Log digest: {found.log_digest}")
        for remark in found.remarks:
            say(remark)
    return FAILED if found.findings else None


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
        write_table([("ok" if check.ok else "WRONG", check.name, check.found) for check in checks])
        for check in wrong:
            write_line()
            write_line(f"{check.name}: {check.advice}")
    return FAILED if wrong else None
