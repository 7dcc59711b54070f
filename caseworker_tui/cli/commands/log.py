"""`caseworker log`: what happened, in order."""

from sqlite3 import Connection

import click

from caseworker_tui.cli.case_tables import write_log
from caseworker_tui.cli.printing import write_json_array
from caseworker_tui.cli.program import Settings, database_option, json_option, pass_settings
from store.log.read import case_version, get_all_events, get_events_for_case, last_position
from store.queries.case_file import find_case


@click.command()
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
        store.query(_write_log, case, as_json=as_json)


def _write_log(connection: Connection, case: str | None, *, as_json: bool) -> None:
    events = get_events_for_case(connection, find_case(connection, case)) if case else get_all_events(connection)
    numbered = ((event, case_version(connection, event)) for event in events)
    if as_json:
        write_json_array(event.as_json() | {"case_version": version} for event, version in numbered)
    else:
        write_log(numbered, last_position(connection))
