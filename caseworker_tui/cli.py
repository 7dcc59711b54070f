"""The command line: `caseworker` itself, which opens the app, and its subcommands (`caseworker_tui/commands/`).

Data goes to stdout, narration to stderr. What only the app needs is imported where it opens: `caseworker cases`
answers without loading Textual or Rich.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from caseworker_tui.commands.cases import cases, import_, show, team, write_cases
from caseworker_tui.commands.configuration import config
from caseworker_tui.commands.conflicts import conflicts_
from caseworker_tui.commands.database import doctor, rebuild, verify
from caseworker_tui.commands.dead_letters import dead_letters_
from caseworker_tui.commands.documents import attach, attachment, expiring
from caseworker_tui.commands.execute import execute
from caseworker_tui.commands.log import log
from caseworker_tui.commands.notifications import notifications
from caseworker_tui.commands.rules import rules
from caseworker_tui.commands.screening import lists, screen
from caseworker_tui.commands.sync import sync
from caseworker_tui.printing import is_terminal, say
from caseworker_tui.program import (
    UNUSABLE,
    Program,
    Settings,
    actor_option,
    configuration_option,
    database_option,
    pass_settings,
    version_option,
)
from store.engine import CaseStore


@click.group(
    "caseworker",
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@database_option(envvar="CASEWORKER_DB", show_envvar=True)
@actor_option(envvar="CASEWORKER_ACTOR", show_envvar=True)
@configuration_option(envvar="CASEWORKER_CONFIG", show_envvar=True)
@version_option
@pass_settings
@click.pass_context
def main(context: click.Context, settings: Settings) -> int | None:
    """A workplace for KYC and KYB cases. Without a subcommand it opens the app.

    \b
    caseworker demo                 look around in made-up cases
    caseworker import FILE          take cases in
    caseworker                      work on them

    --db and --actor go before or after the subcommand, --config before it. The database is in your user data
    folder unless you choose another file.

    Exit codes: 0 done; 1 something was refused, rejected or is wrong; 2 not understood, or nothing to work with;
    130 stopped by ctrl+c.
    """
    if context.invoked_subcommand is not None:
        return None
    if not _has_terminal():
        say("caseworker opens an app, which needs a terminal: `caseworker --help` lists what works without one.")
        return UNUSABLE
    settings.open_store(create=True).close()  # what is wrong with the database is told here, not by the app
    return _run_app(settings.path, settings)


def _has_terminal() -> bool:
    """Textual reads keys from stdin and draws on stderr."""
    return all(map(is_terminal, (sys.stdin, sys.stdout, sys.stderr)))


def _run_app(database: Path, settings: Settings, *, made_up: bool = False) -> int:
    from caseworker_tui.app import CaseworkerApp  # noqa: PLC0415 (Textual: 275 ms)
    from caseworker_tui.background_sync import Cluster, sync_command  # noqa: PLC0415 (asyncio: only with a screen)

    configuration = settings.configuration
    kafka = configuration.kafka
    command = sync_command(database, settings.person, settings.configuration_file)
    cluster = Cluster(kafka["bootstrap.servers"], kafka.get("topic_prefix", ""), command) if kafka else None
    app = CaseworkerApp(
        database,
        actor=settings.person,
        rules=configuration.rules,
        config_service=None if made_up else configuration.notifications.service,
        cluster=None if made_up else cluster,
    )
    app.run()
    return app.return_code or 0


@main.command()
@actor_option()
@pass_settings
def demo(settings: Settings) -> int:
    """Open the app on a throw-away copy of made-up cases.

    Nothing you do there is kept. Without a terminal it prints the queue.

    \b
    caseworker demo

    Exit codes: 0 done.
    """
    from caseworker_tui.sample import attach_specimens, build_sample  # noqa: PLC0415 (the readers of every format)

    with TemporaryDirectory(prefix="caseworker-demo-") as folder:
        database, now = Path(folder) / "cases.sqlite3", datetime.now(UTC)
        build_sample(database, now)
        attach_specimens(database, now)
        if _has_terminal():
            return _run_app(database, settings, made_up=True)
        with CaseStore.open(database) as store:
            store.ask(write_cases, as_json=False)
    return 0


for _command in (
    *(import_, cases, team, show, attach, attachment, expiring, rules, notifications, lists, screen, log, execute),
    *(sync, conflicts_, dead_letters_, config, verify, rebuild, doctor),
):
    main.add_command(_command)
