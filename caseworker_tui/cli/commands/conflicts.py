"""`caseworker conflicts`: commands that no longer hold since changes of the team came before them, and the ways out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic_core import to_json

from caseworker_tui.cli.printing import say, write_json, write_json_array, write_line, write_table
from caseworker_tui.cli.program import (
    FAILED,
    Settings,
    actor_option,
    database_option,
    json_option,
    pass_settings,
    read_given,
)
from caseworker_tui.text.command_lines import read_command
from store.engine.case_store import Receipt
from store.queries.team import Conflict, Difference, conflict, conflicts
from store.sync.conflicts import discard, edit, keep_as_note, retry, unknown_conflict

reason_option = click.option("--reason", required=True, help="Why; it is kept.")


@click.group("conflicts", invoke_without_command=True)
@database_option()
@actor_option()
@json_option
@pass_settings
@click.pass_context
def conflicts_(context: click.Context, settings: Settings, as_json: bool) -> int | None:
    """List the commands that were carried out here and no longer hold, for changes of the team came before them.

    Each waits for a person: run it again as it is or corrected, keep it as a note, or give it up. ID is the command
    id in the first column.

    \b
    caseworker conflicts
    caseworker conflicts show ID
    caseworker conflicts retry ID
    caseworker conflicts edit ID corrected.json --reason "the amount was of last year"
    caseworker conflicts keep-as-note ID "They called: the address is right."
    caseworker conflicts discard ID --reason "done by a colleague"

    Exit codes: 0 there is none; 1 there are some, or the database can't be read.
    """
    if context.invoked_subcommand is not None:
        return None
    with settings.open_store(create=False) as store:
        rows = store.query(conflicts)
    if as_json:
        write_json_array(rows)
    else:
        write_table([(row.command_id, row.command, row.actor, row.sentence) for row in rows])
    say(f"{len(rows)} in conflict." if rows else "Nothing is in conflict.")
    return FAILED if rows else None


@conflicts_.command()
@click.argument("command_id", metavar="ID")
@database_option()
@json_option
@pass_settings
def show(settings: Settings, command_id: str, as_json: bool) -> None:
    """Print what a person needs to decide: the command, why it no longer holds, what came before it.

    \b
    caseworker conflicts show ID

    Exit codes: 0 done; 1 there is no such conflict.
    """
    with settings.open_store(create=False) as store:
        found = store.query(conflict, command_id)
    if found is None:
        raise unknown_conflict(command_id)
    if as_json:
        write_json(found)
        return
    for line in _described(found):
        write_line(line)


@conflicts_.command("retry")
@click.argument("command_id", metavar="ID")
@database_option()
@json_option
@pass_settings
def retry_(settings: Settings, command_id: str, as_json: bool) -> None:
    """Run the command again as it was given, on the case as it is now.

    \b
    caseworker conflicts retry ID

    Exit codes: 0 it holds now; 1 it is still refused, and stays in conflict.
    """
    with settings.open_store(create=False) as store:
        _write_receipt(retry(store, command_id), as_json=as_json)


@conflicts_.command("edit")
@click.argument("command_id", metavar="ID")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@reason_option
@database_option()
@actor_option()
@json_option
@pass_settings
def edit_(settings: Settings, command_id: str, file: Path, reason: str, as_json: bool) -> None:
    """Carry out a corrected command instead: a line as `caseworker exec` takes it, from FILE or standard input.

    \b
    caseworker conflicts edit ID corrected.json --reason "another document"

    Exit codes: 0 done; 1 it is refused as well, and the conflict stays.
    """
    content = read_given(file)
    with settings.open_store(create=False) as store:
        new_id, command = read_command(content)
        receipt = edit(store, command_id, command, actor=settings.person, reason=reason, new_id=new_id)
        _write_receipt(receipt, as_json=as_json)


@conflicts_.command("keep-as-note")
@click.argument("command_id", metavar="ID")
@click.argument("text")
@database_option()
@actor_option()
@json_option
@pass_settings
def keep_as_note_(settings: Settings, command_id: str, text: str, as_json: bool) -> None:
    """Give the command up, and write down in its case what it was about.

    \b
    caseworker conflicts keep-as-note ID "They called: the address is right."

    Exit codes: 0 done; 1 the note is refused, and the conflict stays.
    """
    with settings.open_store(create=False) as store:
        _write_receipt(keep_as_note(store, command_id, text, actor=settings.person), as_json=as_json)


@conflicts_.command("discard")
@click.argument("command_id", metavar="ID")
@reason_option
@database_option()
@actor_option()
@pass_settings
def discard_(settings: Settings, command_id: str, reason: str) -> None:
    """Give the command up, for a reason that is kept with it.

    \b
    caseworker conflicts discard ID --reason "done by a colleague"

    Exit codes: 0 done; 1 there is no such conflict.
    """
    with settings.open_store(create=False) as store:
        discard(store, command_id, actor=settings.person, reason=reason)
    say(f"{command_id} is given up.")


def _write_receipt(receipt: Receipt, *, as_json: bool) -> None:
    if as_json:
        write_json(receipt, indent=None)
    else:
        write_line(f"{receipt.command_id}: {', '.join(receipt.events) or 'nothing to change'}.")


def _described(found: Conflict) -> Iterator[str]:
    row = found.row
    yield f"{row.command} by {row.actor} at {row.recorded_at}, on case {row.case_id}"
    yield f"It no longer holds: {row.sentence}"
    yield ""
    yield "As it was given:"
    yield f"  {to_json(found.data).decode()}"
    yield "It did:"
    yield from (f"  {sentence}" for sentence in found.did)
    yield "Since, in the case:"
    yield from (f"  {entry.actor} {'; '.join(entry.sentences)}" for entry in found.since)
    yield "What was seen, and what it is now:"
    yield from (f"  {told(each)}" for each in found.changed)


def told(difference: Difference) -> str:
    """`cases status: OPEN → WITHDRAWN`."""
    return f"{difference.table} {difference.column}: {_value(difference.seen)} → {_value(difference.now)}"


def _value(value: Any) -> str:
    return "nothing" if value is None else str(value)
