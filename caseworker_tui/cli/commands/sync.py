"""`caseworker sync`: one history with the team, once or until it is stopped. Kafka is loaded only where it is asked."""

import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from caseworker_tui.cli.printing import progress_bar, say, say_beside_bar, write_json, write_line, write_table
from caseworker_tui.cli.program import (
    ENDING_SIGNALS,
    FAILED,
    UNUSABLE,
    Settings,
    actor_option,
    database_option,
    json_option,
    pass_settings,
)
from store.device import older_and_what_to_do
from store.engine.case_store import CaseStore
from store.log.pending import too_large
from store.queries.team import quarantined_records
from store.queries.team_state import TeamState, team_state
from store.sync.comparison import compare
from store.sync.errors import SettingsWrong
from store.sync.older import acknowledge_older
from store.sync.quarantine import release, release_at
from store.sync.round import until_settled
from store.sync.settings import read_settings
from store.sync.shared_log import SyncStopped, Unreachable
from store.sync.single_instance import single_instance
from store.sync.team import has_joined, join, team_of
from store.sync.watch import Chore, State, Status, Watch

if TYPE_CHECKING:
    from store.sync.connection import Connection
    from store.sync.kafka import KafkaLog
    from store.sync.topics import Finding


@click.command()
@click.option("--once", "mode", flag_value="once", default="once", help="Until all is sent and read; the default.")
@click.option("--watch", "mode", flag_value="watch", help="Until it is stopped, and intake and notifications with it.")
@click.option("--check", "mode", flag_value="check", help="Tell what is right and wrong with the cluster, and stop.")
@click.option("--create-topics", "mode", flag_value="create", help="Make the topics that are missing, and stop.")
@click.option(
    "--release",
    "to_release",
    metavar="CASE_ID|PARTITION:OFFSET",
    help="Let a case go on without the record that can't be read, or pass over the one at a place, and stop.",
)
@click.option("--compare", "mode", flag_value="compare", help="Compare the database with the team's log, and stop.")
@click.option(
    "--acknowledge",
    "mode",
    flag_value="acknowledge",
    help="Tell no more that the database is older than what was sent from it, and stop.",
)
@click.option("--relay", is_flag=True, help="With --watch: tell other services what the team has accepted.")
@click.option("--attached", is_flag=True, hidden=True, help="End with standard input; a line there means: try now.")
@database_option()
@actor_option()
@json_option
@pass_settings
def sync(
    settings: Settings, mode: str, *, to_release: str | None, relay: bool, attached: bool, as_json: bool
) -> int | None:
    """Share the cases with the team through the cluster that the configuration names under [kafka].

    The first time, the database joins the team: what is in it is sent, what the team has is read. The app does all
    this in the background. --relay is for one node of the team, which needs no screen.

    \b
    caseworker sync
    caseworker sync --check
    caseworker sync --watch --relay
    caseworker sync --json | jq .conflicts

    Exit codes: 0 up to date, or all is well; 1 something is in conflict, refused or wrong, the cluster can't be
    reached, or the database is older than what was sent from it; 2 no cluster is configured, or not understood.
    """
    if relay and mode != "watch":
        raise click.UsageError("--relay goes with --watch: it publishes for as long as it runs.")
    if to_release:
        return _release(settings, to_release, as_json=as_json)
    if mode == "acknowledge":
        return _acknowledge(settings, as_json=as_json)
    if settings.configuration.kafka is None:
        say("There is no cluster to sync with: the configuration names one under [kafka] (docs/kafka.md).")
        return UNUSABLE
    try:
        connection = _connection(settings.configuration.kafka)
        match mode:
            case "check":
                return _check(settings, connection, as_json=as_json)
            case "compare":
                return _compare(settings, connection, as_json=as_json)
            case "create":
                return _create_topics(connection, as_json=as_json)
            case "watch":
                return _watch(settings, connection, relay=relay, attached=attached, as_json=as_json)
            case _:
                return _once(settings, connection, as_json=as_json)
    except SettingsWrong as error:
        say(str(error))
        return UNUSABLE
    except (SyncStopped, Unreachable) as error:
        say(str(error))
        return FAILED


def _connection(kafka: dict[str, str]) -> "Connection":
    from store.sync.connection import Connection

    return Connection(read_settings(kafka))


def _once(settings: Settings, connection: "Connection", *, as_json: bool) -> int | None:
    from store.sync.kafka import KafkaLog
    from store.sync.notifications import Notifications

    with (
        settings.open_store(create=True) as store,
        single_instance(settings.path),
        KafkaLog(connection) as log,
        Notifications(connection, store) as notifications,
    ):
        _join(store, log)
        with progress_bar("Syncing") as progress:
            came_to = until_settled(store, log, progress=progress)
        trouble = ""
        try:
            notified = notifications.send()
        except (SyncStopped, Unreachable) as error:
            notified, trouble = 0, str(error)
        state = store.query(team_state)
        named_by_nobody = [
            f"{record.sentence} `caseworker sync --release {record.log_partition}:{record.log_offset}` passes over it."
            for record in store.query(quarantined_records)
            if record.case_id is None
        ]
        too_large_to_send = store.query(too_large).values()
        older = store.query(older_and_what_to_do)
    numbers = {
        "accepted": came_to.tally.accepted,
        "sent": came_to.pushed,
        "run_again": came_to.tally.run_again,
        "notifications_sent": notified,
        "pending": state.pending,
        "conflicts": state.conflicts,
        "resting_cases": state.quarantined_cases,
        "unknown_own": state.unknown_own,
    }
    if as_json:
        write_json(numbers, indent=None)
    else:
        write_table([(name.replace("_", " "), f"{number:,}") for name, number in numbers.items()])
    for sentence in filter(None, (*_to_be_done(state), *named_by_nobody, *too_large_to_send, older, trouble)):
        say(sentence)
    amiss = state.conflicts or state.quarantined_cases or state.pending or older or trouble
    return FAILED if amiss else None


def _join(store: CaseStore, log: "KafkaLog") -> None:
    """Say what joining means, the first time."""
    if not has_joined(store):
        join(store, log)
        say(f"The database {store.path} has joined the team of {log.name}: it belongs to this team from now on.")


def _to_be_done(state: TeamState) -> Iterator[str]:
    """What a person has to look at."""
    if state.conflicts:
        yield f"{state.conflicts} of your commands no longer hold: `caseworker conflicts` lists them."
    if state.quarantined_cases:
        yield f"{state.quarantined_cases} cases rest because of a record that can't be read: see the app's sync screen."


def _watch(settings: Settings, connection: "Connection", *, relay: bool, attached: bool, as_json: bool) -> int | None:
    from store.sync.intake import Intake
    from store.sync.kafka import KafkaLog
    from store.sync.notifications import Notifications
    from store.sync.relay import Relay

    stop, wake = Event(), Event()
    with ExitStack() as open_:
        store = open_.enter_context(settings.open_store(create=True))
        open_.enter_context(single_instance(settings.path))
        log = open_.enter_context(KafkaLog(connection))
        notifications = open_.enter_context(Notifications(connection, store))
        intake = open_.enter_context(Intake(connection, store, actor=settings.person))
        chores = [
            Chore("notifications", notifications.send),
            Chore("intake", lambda: intake.take(0)),
        ]
        if relay:
            chores.append(Chore("relay", open_.enter_context(Relay(connection, store)).publish_news))
        tell = open_.enter_context(_telling(as_json=as_json))
        if attached:
            Thread(target=_listen, args=(stop, wake), daemon=True).start()
        with _stopped_by_signals(stop, wake):
            Watch(store, log, tell, stop, wake, chores).run()
    return None


def _listen(stop: Event, wake: Event) -> None:
    """Whoever started this process has ended when standard input does."""
    for _ in sys.stdin:
        wake.set()
    stop.set()
    wake.set()


@contextmanager
def _stopped_by_signals(stop: Event, wake: Event) -> Iterator[None]:
    """The first signal ends what is under way in order, the second at once: nothing is lost by that either."""
    before = {each: signal.getsignal(each) for each in ENDING_SIGNALS}

    def end(number: int, _: object) -> None:
        stop.set()
        wake.set()
        signal.signal(number, signal.SIG_DFL)

    for each, handler in before.items():
        if handler is not signal.SIG_IGN:  # as nohup has it
            signal.signal(each, end)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def _telling(*, as_json: bool) -> Iterator[Callable[[Status], None]]:
    """How each change of the status is told: as a line of JSON, or to a person."""
    if as_json:

        def write(status: Status) -> None:
            write_json(status, indent=None)
            sys.stdout.flush()

        with suppress(BrokenPipeError):  # who reads it has ended
            yield write
        return
    said = ""
    with progress_bar("Syncing") as progress:

        def tell(status: Status) -> None:
            nonlocal said
            if status.total:
                progress(status.done, status.total)
            for sentence in (_IN_WORDS.get(status.state, status.sentence), *status.troubles.values()):
                if sentence and sentence != said:
                    say_beside_bar(sentence)
                    said = sentence

        yield tell


_IN_WORDS = {State.SYNCING: "", State.UP_TO_DATE: "Up to date."}


def _check(settings: Settings, connection: "Connection", *, as_json: bool) -> int | None:
    from store.sync.topics import check

    partitions = None
    if settings.path.exists():
        with settings.open_store(create=False) as store:
            partitions = team_of(store).identity.partitions if has_joined(store) else None
    return _write_findings(check(connection, joined_partitions=partitions), as_json=as_json)


def _compare(settings: Settings, connection: "Connection", *, as_json: bool) -> int | None:
    from store.sync.kafka import KafkaLog

    with (
        settings.open_store(create=False) as store,
        single_instance(settings.path),
        KafkaLog(connection) as log,
        progress_bar("Comparing") as progress,
    ):
        compared = compare(store, log, progress=progress)
    wrong = compared.sentences
    if as_json:
        write_json({"ok": not wrong, "records": compared.records, "findings": wrong}, indent=None)
    else:
        for sentence in wrong or (f"All is here: {compared.records:,} records of the team's log.",):
            write_line(sentence)
    return FAILED if wrong else None


def _create_topics(connection: "Connection", *, as_json: bool) -> int | None:
    from store.sync.topics import create_topics

    return _write_findings(create_topics(connection), as_json=as_json)


def _write_findings(findings: Sequence["Finding"], *, as_json: bool) -> int | None:
    from store.sync.topics import Verdict

    wrong = any(finding.verdict is Verdict.PROBLEM for finding in findings)
    if as_json:
        write_json({"ok": not wrong, "findings": findings})
    else:
        marks = {Verdict.GOOD: "ok", Verdict.WARNING: "warning", Verdict.PROBLEM: "WRONG"}
        write_table([(marks[each.verdict], each.about, each.sentence) for each in findings])
    return FAILED if wrong else None


def _acknowledge(settings: Settings, *, as_json: bool) -> int | None:
    with settings.open_store(create=False) as store:
        count = acknowledge_older(store, actor=settings.person)
    if as_json:
        write_json({"acknowledged": count}, indent=None)
    elif count:
        write_line(f"{count:,} changes that came back are told no more. This database is a device of its own now.")
    else:
        write_line("There is nothing to acknowledge.")
    return None


def _release(settings: Settings, to_release: str, *, as_json: bool) -> int | None:
    with settings.open_store(create=False) as store:
        place = re.fullmatch(r"(\d{1,18}):(\d{1,18})", to_release, re.ASCII)
        tally = release_at(store, int(place[1]), int(place[2])) if place else release(store, to_release)
    if as_json:
        write_json({"accepted": tally.accepted, "rejected": tally.rejected, "conflicts": tally.conflicts}, indent=None)
    else:
        what = "The record is passed over" if place else "The case goes on"
        write_line(f"{what}: {tally.accepted} commits that had waited are accepted.")
    return None
