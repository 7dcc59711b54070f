"""docs/commands.md names everything that there is: what is added and not documented fails here."""

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from click import Context

from caseworker_tui.cli.main import main
from caseworker_tui.text.command_lines import CommandLine
from store.domain.commands import COMMANDS, CreateCase
from store.domain.events import PAYLOADS
from store.domain.likeness import Certainty
from store.domain.refusals import Code
from store.domain.risk import RISK_RULES, RiskRule
from store.domain.statuses import (
    DOCUMENT_MOVES,
    CaseStatus,
    CheckKind,
    CheckOutcome,
    Decision,
    RejectionReason,
    RiskLevel,
)
from store.errors import StoreError
from store.projections import PROJECTIONS
from store.queries.case_file import CheckRow, CompanyRow, DocumentRow, NoteRow, OwnerRow, PersonRow
from store.queries.notification_rules import RuleInForce, ServiceState
from store.queries.query_language.fields import FIELDS, SORTS
from store.queries.queue import QueueRow
from store.queries.related import More
from store.queries.what_changed import FieldChange, RowChange
from tests.cli.conftest import PROJECT, Caseworker

DOCUMENT = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")
IN_CODE_SPANS = set(re.findall(r"[\w]+", " ".join(re.findall(r"`([^`\n]+)`", DOCUMENT))))


@pytest.mark.parametrize("code", Code)
def test_every_code_of_a_refusal_is_given_somewhere(code: Code) -> None:
    sources = (*PROJECT.glob("store/**/*.py"), *PROJECT.glob("caseworker_tui/**/*.py"))
    assert any(f"Code.{code.name}," in path.read_text(encoding="utf-8") for path in sources)


def error_codes(error: type[StoreError] = StoreError) -> Iterator[str]:
    yield error.code
    for kind in error.__subclasses__():
        yield from error_codes(kind)


@pytest.mark.parametrize("code", sorted({*Code, *error_codes()}))
def test_every_code_is_in_the_table(code: str) -> None:
    assert f"\n| `{code}` |" in DOCUMENT


def test_no_code_in_the_table_is_made_up() -> None:
    table = DOCUMENT.partition("## Error codes")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) - {"error"} == {*Code, *error_codes()}


@pytest.mark.parametrize("name", main.list_commands(Context(main)))
def test_every_subcommand_is_listed(name: str) -> None:
    assert re.search(rf"^\| `{name}\b", DOCUMENT, re.MULTILINE)


@pytest.mark.parametrize("name", main.list_commands(Context(main)))
def test_every_subcommand_explains_itself(name: str, caseworker: Caseworker) -> None:
    help_text = caseworker(name, "--help").stdout
    assert f"caseworker {name}" in help_text.partition("\n")[2], "no example"
    assert "Exit codes: 0" in help_text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_with_its_fields_and_events(name: str) -> None:
    if row := re.search(rf"^\| `{name}` \| (.*?) \| .*? \| (.*?) \| (.*)\|$", DOCUMENT, re.MULTILINE):
        assert set(re.findall(r"`(\w+)`", row[3])) <= set(Code)
        fields = re.findall(r"`(\w+)`", row[1])
        events = re.findall(r"\b[A-Z]\w+[a-z][A-Z]\w+", row[2])
    else:
        chapter = DOCUMENT.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
        fields = re.findall(r"^\| `(\w+)` \|", chapter, re.MULTILINE)
        events = re.findall(r"\b[A-Z]\w+[a-z][A-Z]\w+", chapter.partition("Event")[2].partition("\n\n")[0])
    assert set(COMMANDS[name].model_fields) <= set(fields)
    assert events
    assert set(events) <= PAYLOADS.keys()


def test_every_status_in_which_a_command_can_be_given_is_in_the_table() -> None:
    heading, _, *rows = DOCUMENT.partition("\n| command | `OPEN` |")[2].partition("\n\n")[0].splitlines()
    statuses = ["OPEN", *re.findall(r"`(\w+)`", heading)]
    assert statuses == list(CaseStatus)
    given: dict[str, set[str]] = {}
    for row in rows:
        commands, *cells = (cell.strip() for cell in row.strip("|").split("|"))
        for command in re.findall(r"`(\w+)`", commands):
            given[command] = {status for status, cell in zip(statuses, cells, strict=True) if cell}
    assert given == {name: set(model.statuses) for name, model in COMMANDS.items() if model is not CreateCase}


@pytest.mark.parametrize("rule", RISK_RULES, ids=lambda rule: rule.rule_id)
def test_every_risk_rule_is_in_the_table(rule: RiskRule) -> None:
    assert f"\n| `{rule.rule_id}` | `{rule.level}` |" in DOCUMENT


@pytest.mark.parametrize("codes", [CaseStatus, CheckKind, CheckOutcome, Decision, RejectionReason, RiskLevel])
def test_every_value_is_named(codes: type[StrEnum]) -> None:
    assert set(codes) <= IN_CODE_SPANS


@pytest.mark.parametrize("event", PAYLOADS)
def test_every_event_is_listed(event: str) -> None:
    table = DOCUMENT.partition("\n| event | aggregate |")[2].partition("\n\n")[0]
    assert event in re.findall(r"\w+", " ".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE)))


def test_every_field_of_the_json_is_named() -> None:
    rows = (
        *(QueueRow, CompanyRow, PersonRow, OwnerRow, DocumentRow, CheckRow, NoteRow),
        *(RowChange, FieldChange, RuleInForce, ServiceState),
    )
    fields = {name for row in rows for name in row.__dataclass_fields__} | CommandLine.model_fields.keys()
    assert fields <= IN_CODE_SPANS


def test_every_field_of_a_related_case_is_named(caseworker: Caseworker, sample: Path) -> None:
    (case,) = [case for case in json.loads(caseworker("cases", "--json").stdout) if case["name"] == "Fjeldbro Vind AB"]
    shown = json.loads(caseworker("show", case["case_id"], "--json").stdout)
    fields = {field for other in shown["related"] for each in (other, *other["links"]) for field in each}
    assert fields
    assert fields | More.__dataclass_fields__.keys() - {"party"} | set(Certainty) <= IN_CODE_SPANS


def test_as_many_read_tables_as_there_are_follow_in_the_example() -> None:
    assert re.findall(r"(\d+) read tables", DOCUMENT) == [str(len(PROJECTIONS))]


def test_every_field_and_order_of_the_query_language_is_in_the_table() -> None:
    table = DOCUMENT.partition("## The query language")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))))
    assert named == {*FIELDS, "sort"}
    [orders] = re.findall(r"^\| `sort` \| (.*?);", table, re.MULTILINE)
    assert re.findall(r"`(\w+)`", orders) == list(SORTS)


def test_every_move_of_a_document_is_in_the_table() -> None:
    moves: dict[str, dict[str, str]] = {}
    start = ""
    for named, ends, reason in re.findall(
        r"^\| (?:`([A-Z_]+)` )?\| (`[A-Z_`, ]+) \| ?(.*?) ?\|$", DOCUMENT, re.MULTILINE
    ):
        start = named or start
        moves.setdefault(start, {}).update(dict.fromkeys(re.findall("[A-Z_]+", ends), reason))
    asks = {"none": "", "text": "`reason`", "code": "`reason_code`"}
    assert moves == {
        begin: {end: asks[reason.value] for end, reason in ends.items()} for begin, ends in DOCUMENT_MOVES.items()
    }
