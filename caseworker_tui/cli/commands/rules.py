"""The subcommand about document rules: those in force, and what others would change."""

from pathlib import Path
from typing import Any

import click

from caseworker_tui.cli.printing import progress_bar, say, write_json, write_json_array, write_table
from caseworker_tui.cli.program import FAILED, Settings, database_option, json_option, pass_settings
from caseworker_tui.configuration.document_rules import read_team_rules
from store.domain.document_rules import DOCUMENT_RULES, RULES_VERSION
from store.domain.rules import Rules
from store.domain.team_rules import TeamRules
from store.engine.case_store import CaseStore
from store.queries.rows import fields_of
from store.queries.rule_changes import Change, RuleChange, rule_changes


@click.command()
@click.option(
    "--check",
    "candidate",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Tell what the rules in FILE would change for the cases that are being worked on, and change nothing.",
)
@click.option("--schema", "as_schema", is_flag=True, help="Print the JSON Schema of a rules file, and stop.")
@database_option()
@json_option
@pass_settings
def rules(settings: Settings, candidate: Path | None, as_schema: bool, as_json: bool) -> int | None:
    """List the document rules in force: the built-in ones, and those of the team.

    The team's rules are in a file that the configuration names: `rules_file` under [documents]. With --check, each line
    is a document that the rules in FILE would ask of a case beyond what it has, or would no longer ask for.

    \b
    caseworker rules
    caseworker rules --check new-rules.toml --json
    caseworker rules --schema

    Exit codes: 0 done; 1 some case could not be looked at; 2 a rules file can't be read or understood.
    """
    if as_schema:
        write_json(TeamRules.model_json_schema())
        return None
    if candidate is None:
        _write_rules(settings.configuration.team_rules, as_json=as_json)
        return None
    wanted = settings.configuration.rules_with(read_team_rules(candidate))
    with settings.open_store(create=False) as store:
        return _write_changes(store, wanted, as_json=as_json)


def _write_rules(team: TeamRules | None, *, as_json: bool) -> None:
    off = {each.id: each.reason for each in team.switched_off} if team else {}
    listed: list[dict[str, Any]] = [
        fields_of(rule) | {"source": source, "switched_off": off.get(rule.rule_id)}
        for source, some in (
            ("built in", DOCUMENT_RULES),
            ("team", [rule.as_rule for rule in team.rules] if team else []),
        )
        for rule in some
    ]
    if as_json:
        write_json({"version": team.full_version if team else RULES_VERSION, "rules": listed})
        return
    say(f"Version {team.full_version if team else RULES_VERSION}")
    write_table([("RULE", "FROM", "ASKS FOR", "OF", "WHY"), *map(_rule_cells, listed)])


def _rule_cells(rule: dict[str, Any]) -> tuple[str, ...]:
    of = f"{rule['entity_type']} in {rule['traitement_type']}{' ' + rule['case_type'] if rule['case_type'] else ''}"
    asks = rule["document_type"] + ("" if rule["is_required"] else " (not required)")
    why = f"switched off: {rule['switched_off']}" if rule["switched_off"] else rule["sentence"]
    return rule["rule_id"], rule["source"], asks, of, why


def _write_changes(store: CaseStore, wanted: Rules, *, as_json: bool) -> int | None:
    with progress_bar("Looking at cases") as progress:
        changes = store.query(lambda connection: list(rule_changes(connection, wanted, progress)))
    known = [change for change in changes if change.change is not Change.UNKNOWN]
    if as_json:
        write_json_array(known)
    else:
        write_table([("WOULD", "CASE", "NAME", "DOCUMENT", "OF", "RULE"), *map(_change_cells, known)])
    asks = sum(change.change is Change.ASKS for change in known)
    say(f"Documents that these rules would ask for: {asks}; that they would no longer ask for: {len(known) - asks}.")
    if unknown := len(changes) - len(known):
        say(f"Left out, for they hold events of a newer version of caseworker: {unknown}. Upgrade to see these cases.")
        return FAILED
    return None


def _change_cells(change: RuleChange) -> tuple[str, ...]:
    status = f" ({change.status})" if change.status else ""
    return (
        "ask" if change.change is Change.ASKS else "no longer ask",
        change.reference,
        change.name,
        f"{change.document_type}{status}",
        change.entity_name or "",
        change.rule_id or "",
    )
