"""`caseworker lists` and `caseworker screen`: sanctions and PEP lists, and who in a case may be on one."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from pydantic import TypeAdapter, ValidationError

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
    end_if_signalled,
    json_option,
    pass_settings,
)
from caseworker_tui.text.numbers import number_of
from store.domain.refusals import Refusal
from store.domain.statuses import CheckKind, label
from store.domain.values import Text
from store.engine.case_store import CaseStore
from store.errors import StoreError
from store.intake.sniffing import Unreadable
from store.passing import clear_away
from store.queries.case_file import find_case
from store.queries.rows import fields_of
from store.screening.list_files import ListInfo, WatchList, lists_folder, lists_in_force, open_lists, remove_list

if TYPE_CHECKING:
    from store.screening.list_import import ImportedList

NO_LIST: Final = "No list is in force: `caseworker lists import FILE` brings one in."

_HEADINGS: Final = ("NAME", "VERSION", "FOR", "ENTRIES", "IMPORTED (UTC)", "BY", "SHA-256")


def _one_line(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    try:
        return value and TypeAdapter[str](Text).validate_python(value)
    except ValidationError as error:
        raise click.BadParameter("it has to be one line of text that can be shown.") from error


@click.group("lists", invoke_without_command=True)
@database_option()
@json_option
@pass_settings
@click.pass_context
def lists(context: click.Context, settings: Settings, as_json: bool) -> None:
    """List the sanctions and PEP lists in force, that cases are screened against.

    \b
    caseworker lists
    caseworker lists import targets.simple.csv --name eu-list --version 2026-11-20
    caseworker lists remove eu-list

    Exit codes: 0 done; 1 a list can't be read.
    """
    if context.invoked_subcommand is not None:
        return
    in_force = lists_in_force(lists_folder(settings.path))
    if as_json:
        write_json_array(in_force)
    elif in_force:
        write_table([_HEADINGS, *map(_cells, in_force)])
    else:
        say(NO_LIST)


def _cells(info: ListInfo) -> tuple[str, ...]:
    at = info.imported_at[:16].replace("T", " ")
    kinds = ", ".join(map(label, info.checks))
    return info.name, info.version, kinds, f"{info.entries:,}", at, info.imported_by, info.digest[:16]


@lists.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", callback=_one_line, help="What the list is called; the file's name unless given.")
@click.option("--version", callback=_one_line, help="Its version; the file's day and digest unless given.")
@click.option(
    "--kind",
    type=click.Choice([CheckKind.SANCTIONS, CheckKind.PEP, CheckKind.ADVERSE_MEDIA]),
    help="What its entries are for where they do not say; SANCTIONS unless given.",
)
@database_option()
@actor_option()
@json_option
@pass_settings
def import_(
    settings: Settings, file: Path, *, name: str | None, version: str | None, kind: CheckKind | None, as_json: bool
) -> int | None:
    """Bring a list into force, in place of the one of the same name.

    OpenSanctions' simple CSV or FollowTheMoney as JSON Lines, told by content. The version before stays in force
    until the new one is whole. The same file twice changes nothing. A record that can't be read is told on stderr
    with its line and reason.

    \b
    caseworker lists import targets.simple.csv --name eu-list --version 2026-11-20
    caseworker lists import peps.csv --kind PEP

    Exit codes: 0 all of it is in force; 1 it is, but for records that could not be read; 2 the file is no list.
    """
    from store.screening.list_import import import_list

    clear_away(settings.path)
    try:
        with Capped(say_beside_bar) as unread, progress_bar("Importing") as progress:
            done = import_list(
                lists_folder(settings.path),
                file,
                now=datetime.now(UTC),
                actor=settings.person,
                name=name,
                version=version,
                kind=kind and CheckKind(kind),
                progress=progress,
                on_rejection=lambda each: unread.tell(f"{file}, {each.where}: {each.reason}"),
            )
    except Unreadable as error:
        say(f"{file}: {error}. Nothing was imported; what was in force stays so.")
        return UNUSABLE
    if as_json:
        write_json(_import_as_json(done), indent=None)
    else:
        write_table([_HEADINGS, _cells(done.info)])
    _tell(done)
    return FAILED if done.rejected else None


def _import_as_json(done: "ImportedList") -> dict[str, Any]:
    counts = fields_of(done)
    return fields_of(counts.pop("info")) | counts


def _tell(done: "ImportedList") -> None:
    if done.unchanged:
        say("This file is in force already; nothing was changed.")
        return
    say(f"Against what was in force: {done.added:,} new, {done.changed:,} changed, {done.gone:,} gone.")
    for why, count in done.passed_over.most_common():
        say(f"Passed over: {number_of(count, 'record')} {why}.")
    if done.rejected:
        say(f"{number_of(done.rejected, 'record')} could not be read: compare the file with what its publisher offers.")


@lists.command()
@click.argument("name")
@database_option()
@pass_settings
def remove(settings: Settings, name: str) -> None:
    """Take a list out of force. What was recorded against it stays.

    \b
    caseworker lists remove eu-list

    Exit codes: 0 done; 1 there is no such list.
    """
    remove_list(lists_folder(settings.path), name)
    say(f"The list {name} is no longer in force.")


@click.command()
@click.argument("case", required=False)
@click.option("--all-open", is_flag=True, help="All cases in work: those with candidates that nobody decided on.")
@database_option()
@json_option
@pass_settings
def screen(settings: Settings, case: str | None, all_open: bool, as_json: bool) -> int | None:
    """Screen the parties of a case against the lists in force, and print who may be on one.

    CASE is an id or a reference. Each candidate has a score of 0 to 100 and the reasons for it; a name alone is never a
    strong one. Nothing is recorded: with --json each candidate has in `record` what `caseworker exec` needs for a
    RecordCheck but for outcome and evidence, and `to_record` says in full of whom the lists hold nobody.

    \b
    caseworker screen 7F3-QK2-M9X
    caseworker screen --all-open
    caseworker screen 7f3qk2m9x --json | jq -c '.to_record[] | {command: "RecordCheck", data: .}' | caseworker exec

    A case that can't be screened is told on stderr, and the others are screened all the same.

    Exit codes: 0 done; 1 there is no such case, or a case or a list can't be read; 2 no list is in force.
    """
    if (case is None) is not all_open:
        raise click.UsageError("Name a case, or give --all-open.")
    from caseworker_tui.cli import screening_tables as tables
    from store.screening.case_screening import screen_case

    with settings.open_store(create=False) as store, open_lists(lists_folder(settings.path)) as in_force:
        if not in_force:
            say(NO_LIST)
            return UNUSABLE
        if case is not None:
            screening = store.query(screen_case, in_force, store.query(find_case, case))
            (tables.write_screening_as_json if as_json else tables.write_screening)(screening)
            with Capped(say) as troubles:
                for trouble in screening.troubles:
                    troubles.tell(trouble)
            return FAILED if screening.troubles else None
        with Capped(say_beside_bar) as troubles, progress_bar("Screening") as progress:
            found = list(_cases_to_decide(store, in_force, progress, troubles.tell))
    if as_json:
        write_json_array(found)
    else:
        tables.write_cases(found)
    return FAILED if troubles.number else None


def _cases_to_decide(
    store: CaseStore,
    in_force: Sequence[WatchList],
    progress: Callable[[int, int], None],
    on_trouble: Callable[[str], None],
) -> Iterator[dict[str, Any]]:
    """The cases in work with candidates that nobody decided on, or on an entry or party that has changed since.

    What keeps one case from being screened keeps no other.
    """
    from caseworker_tui.cli.screening_tables import candidate_as_json
    from store.screening.case_screening import cases_in_work, screen_case

    cases = store.query(cases_in_work)
    for number, case in enumerate(cases):
        progress(number, len(cases))
        end_if_signalled()
        try:
            screening = store.query(screen_case, in_force, case.case_id)
        except (Refusal, StoreError) as error:
            on_trouble(f"{case.reference} was not screened: {error}")
            continue
        except Exception as error:  # noqa: BLE001 (the other cases are screened all the same)
            on_trouble(f"{case.reference} was not screened: a fault in caseworker ({type(error).__name__}).")
            continue
        for trouble in screening.troubles:
            on_trouble(f"{case.reference}: {trouble}")
        if undecided := screening.undecided:
            yield {
                "case_id": case.case_id,
                "reference": case.reference,
                "name": case.name,
                "assignee": case.assignee,
                "undecided": len(undecided),
                "highest_score": max(candidate.listed.score for candidate in undecided),
                "candidates": [candidate_as_json(case.case_id, candidate) for candidate in undecided],
            }
    progress(len(cases), len(cases))
