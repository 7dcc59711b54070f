"""`caseworker log`: what happened, in order."""

import click

from caseworker_tui.cli.case_tables import write_log
from caseworker_tui.cli.printing import write_json_array
from caseworker_tui.cli.program import Settings, database_option, json_option, pass_settings
from store.log.read import get_events_with_versions, last_position
from store.queries.case_file import find_case
from store.sqlite.database import Reader


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
        _write_log(store, case, as_json=as_json)


def _write_log(store: Reader, case: str | None, *, as_json: bool) -> None:
    with store.snapshot():
        events = store.query(get_events_with_versions, store.query(find_case, case) if case else None)
        if as_json:
            write_json_array(event.as_json() | {"case_version": version} for event, version in events)
        else:
            write_log(events, store.query(last_position))
