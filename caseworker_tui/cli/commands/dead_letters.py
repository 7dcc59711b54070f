"""`caseworker dead-letters`: messages of other services that could not become a case."""

from pathlib import Path

import click
from pydantic import JsonValue

from caseworker_tui.cli.printing import say, write_as_it_came, write_json, write_json_array, write_line, write_table
from caseworker_tui.cli.program import (
    FAILED,
    Settings,
    actor_option,
    database_option,
    json_option,
    pass_settings,
    read_given,
)
from store.sync.dead_letters import DeadLetter, LetterState, dead_letter, dead_letters, discard, replay


@click.group("dead-letters", invoke_without_command=True)
@click.option("--all", "also_resolved", is_flag=True, help="Also those that somebody has dealt with.")
@database_option()
@actor_option()
@json_option
@pass_settings
@click.pass_context
def dead_letters_(context: click.Context, settings: Settings, also_resolved: bool, as_json: bool) -> int | None:
    """List the messages on topic `kyc_events` that could not become a case and wait for somebody.

    NUMBER is that in the first column.

    \b
    caseworker dead-letters
    caseworker dead-letters show NUMBER > message.json
    caseworker dead-letters replay NUMBER message.json
    caseworker dead-letters discard NUMBER --reason "a test of theirs"

    Exit codes: 0 none waits; 1 some do, or the database can't be read.
    """
    if context.invoked_subcommand is not None:
        return None
    with settings.open_store(create=False) as store:
        letters = store.query(dead_letters, waiting_only=not also_resolved)
    if as_json:
        write_json_array(_as_json(letter) for letter in letters)
    else:
        write_table([(str(each.dead_letter_id), each.state, each.received_at, each.reason) for each in letters])
    waiting = sum(letter.state is LetterState.WAITING for letter in letters)
    say(f"{waiting} waiting." if waiting else "No dead letter waits.")
    return FAILED if waiting else None


@dead_letters_.command()
@click.argument("number", type=int)
@database_option()
@json_option
@pass_settings
def show(settings: Settings, number: int, as_json: bool) -> None:
    """Print a message byte for byte as it came, and on stderr why it is dead.

    On a terminal, what that would act on is written as an escape like \\u001b.

    \b
    caseworker dead-letters show NUMBER > message.json

    Exit codes: 0 done; 1 there is no such dead letter.
    """
    with settings.open_store(create=False) as store:
        letter = store.query(dead_letter, number)
    if as_json:
        write_json(_as_json(letter))
        return
    say(f"It can't become a case: {letter.reason}.")
    write_as_it_came(letter.original.value)


@dead_letters_.command("replay")
@click.argument("number", type=int)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), required=False)
@database_option()
@actor_option()
@pass_settings
def replay_(settings: Settings, number: int, file: Path | None) -> None:
    """Open the case of a message: as it came, or as it is corrected in FILE (- is standard input).

    \b
    caseworker dead-letters replay NUMBER message.json

    Exit codes: 0 the case is open; 1 it still can't become one, or the file can't be read.
    """
    corrected = None
    if file is not None:
        corrected = read_given(file)
    with settings.open_store(create=False) as store:
        receipt = replay(store, number, corrected=corrected, actor=settings.person)
    write_line(receipt.case_id)


@dead_letters_.command("discard")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; it is kept.")
@database_option()
@actor_option()
@pass_settings
def discard_(settings: Settings, number: int, reason: str) -> None:
    """Be done with a message that is no case, for a reason that is kept with it.

    \b
    caseworker dead-letters discard NUMBER --reason "a test of theirs"

    Exit codes: 0 done; 1 there is no such dead letter, or somebody has dealt with it.
    """
    with settings.open_store(create=False) as store:
        discard(store, number, reason=reason, actor=settings.person)
    say(f"Dead letter {number} is discarded.")


def _as_json(letter: DeadLetter) -> dict[str, JsonValue]:
    """`message` is text; bytes that are none show as escapes, and `show` without --json prints them as they came."""
    place = letter.original.place
    return {
        "dead_letter_id": letter.dead_letter_id,
        "state": letter.state,
        "reason": letter.reason,
        "received_at": letter.received_at,
        "topic": place.topic,
        "partition": place.partition,
        "offset": place.offset,
        "message": letter.original.value.decode(errors="backslashreplace"),
        "resolved_by": letter.resolved_by,
        "resolution": letter.resolution,
    }
