"""`caseworker notifications`: the rules in force, and how the config service is."""

from threading import Event

import click

from caseworker_tui.cli.case_tables import write_rules
from caseworker_tui.cli.printing import progress_bar, say, write_json
from caseworker_tui.cli.program import FAILED, UNUSABLE, Settings, database_option, json_option, pass_settings
from store.clock import system_clock
from store.notifications.refresh import refresh
from store.queries.notification_rules import notification_rules, notification_service_state


@click.command()
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
    configured = settings.configuration.notifications
    rules = settings.configuration.rules
    if anew and configured.service is None:
        say("There is no config service to ask: the configuration names one as service_url under [notifications].")
        return UNUSABLE
    with settings.open_store(create=False) as store:
        if anew and configured.service:
            with progress_bar("Asking") as progress:
                refresh(settings.path, configured.service, clock=system_clock, stopped=Event(), progress=progress)
        in_force = store.query(notification_rules, rules)
        state = store.query(notification_service_state, configured.service_url) if configured.service_url else None
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
