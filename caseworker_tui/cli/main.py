"""The command line: `caseworker` itself, which opens the app, and its subcommands (`caseworker_tui/cli/commands/`).

Data goes to stdout, narration to stderr. What only the app needs is imported where it opens: `caseworker cases`
answers without loading Textual or Rich.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from caseworker_tui.cli.printing import is_terminal, say
from caseworker_tui.cli.program import (
    UNUSABLE,
    Program,
    Settings,
    actor_option,
    configuration_option,
    database_option,
    pass_settings,
    version_option,
)

if TYPE_CHECKING:
    from caseworker_tui.frame.fault import Fault
    from caseworker_tui.sync.background import Cluster


@click.group(
    "caseworker",
    cls=Program,
    elsewhere={
        name: f"caseworker_tui.cli.commands.{place}"
        for name, place in {
            "attach": "documents:attach",
            "attachment": "documents:attachment",
            "cases": "cases:cases",
            "config": "configuration:config",
            "conflicts": "conflicts:conflicts_",
            "dead-letters": "dead_letters:dead_letters_",
            "doctor": "database:doctor",
            "exec": "execute:execute",
            "expiring": "documents:expiring",
            "import": "cases:import_",
            "lists": "screening:lists",
            "log": "log:log",
            "notifications": "notifications:notifications",
            "rebuild": "database:rebuild",
            "rules": "rules:rules",
            "screen": "screening:screen",
            "show": "cases:show",
            "sync": "sync:sync",
            "team": "cases:team",
            "verify": "database:verify",
        }.items()
    },
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
    130 stopped by ctrl+c, 143 by SIGTERM, 129 by SIGHUP.
    """
    if context.invoked_subcommand is not None:
        return None
    if not _has_terminal():
        say("caseworker opens an app, which needs a terminal: `caseworker --help` lists what works without one.")
        return UNUSABLE
    settings.make_ready()  # what is wrong with the database is told here, not by the app
    return _run_app(settings.path, settings)


def _has_terminal() -> bool:
    """Textual reads keys from stdin and draws on stderr."""
    return all(map(is_terminal, (sys.stdin, sys.stdout, sys.stderr)))


def _run_app(database: Path, settings: Settings, *, made_up: bool = False) -> int:
    from caseworker_tui.frame.preload import collector_paused

    with collector_paused() as resume_collector:
        from caseworker_tui.app import CaseworkerApp
        from caseworker_tui.cli.in_terminal import InTerminal

        configured = settings.configured
        terminal = InTerminal()

        def build(after: "Fault | None") -> CaseworkerApp:
            return CaseworkerApp(
                database,
                actor=settings.person,
                rules=configured.rules if configured else None,
                config_service=None if made_up or not configured else configured.notifications.service,
                cluster=None if made_up or not configured else _cluster(database, settings),
                on_loaded=resume_collector,
                on_restored=terminal.end_at_once,
                after=after,
            )

        return terminal.run(build)


def _cluster(database: Path, settings: Settings) -> "Cluster | None":
    from caseworker_tui.sync.background import Cluster, sync_command

    if not (kafka := settings.configuration.kafka):
        return None
    command = sync_command(database, settings.person, settings.configuration_file)
    return Cluster(kafka["bootstrap.servers"], kafka.get("topic_prefix", ""), command)


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
    from caseworker_tui.cli.commands.cases import write_cases
    from caseworker_tui.cli.sample import attach_specimens, build_sample
    from store.engine.case_store import CaseStore

    with TemporaryDirectory(prefix="caseworker-demo-") as folder:
        database, now = Path(folder) / "cases.sqlite3", datetime.now(UTC)
        build_sample(database, now)
        attach_specimens(database, now)
        if _has_terminal():
            return _run_app(database, settings, made_up=True)
        with CaseStore.open(database) as store:
            write_cases(store, as_json=False)
    return 0
