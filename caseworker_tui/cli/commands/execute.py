"""`caseworker exec`: commands from standard input."""

import sys
from io import BytesIO

import click

from caseworker_tui.cli.printing import is_terminal, say, write_json
from caseworker_tui.cli.program import FAILED, Settings, actor_option, database_option, end_if_signalled, pass_settings
from caseworker_tui.text.command_lines import answers, schema
from store.domain.commands import COMMANDS


@click.command("exec")
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
            end_if_signalled()
            failed |= not answer["ok"]
            write_json(answer, indent=None)
            sys.stdout.flush()
    return FAILED if failed else None
