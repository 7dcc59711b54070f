"""Whoever adds an event or a command is told here what else it needs."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from inspect import isabstract
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Final

import pytest

from store.domain import casework, commands
from store.domain.case_file import CaseFile
from store.domain.commands import COMMANDS, CreateCase, DetermineInitialDocumentRequirements
from store.domain.decider import fold
from store.domain.events import PAYLOADS
from store.domain.operation import Command, Context, NewEvent, Payload
from store.engine.case_store import CaseStore
from store.log import get_events_for_case
from store.log.upcast import payload_model_name, typed_payload
from store.projections import EVENT_PROJECTORS, PROJECTIONS, digest
from store.projections.projection import Projection
from store.queries.query_language import Asker, select
from store.queries.timeline import sentence
from store.sqlite.digest import READ_TABLES
from store.sqlite.read_tables import digest_of, read_tables
from tests.domain.examples import ANA, DIRECTOR, a_company_s_case, kyb, kyc, one_of_each, owner
from tests.domain.specification import given
from tests.store.stores import START, connection_of, documents, findings, take_in, uploaded

GOLDEN: Final = Path(__file__).with_name("golden_events.jsonl")


def golden() -> list[tuple[str, Any]]:
    """Payloads as they were stored: the event's type with its version, and the JSON."""
    lines = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    return [(line["payload_model_name"], line["payload"]) for line in lines]


def defined_in_casework(base: type) -> set[type]:
    """All models of a kind that a module of casework defines, whether it offers them in its `__all__` or not."""
    modules = [import_module(f"{casework.__name__}.{each.name}") for each in iter_modules(casework.__path__)]
    models = {m for module in modules for m in vars(module).values() if isinstance(m, type) and issubclass(m, base)}
    return {model for model in models if not isabstract(model)}


class TestEveryEvent:
    def test_is_in_the_catalogue(self) -> None:
        assert set(PAYLOADS.values()) == defined_in_casework(Payload)

    @pytest.mark.parametrize("event", PAYLOADS.values(), ids=PAYLOADS)
    def test_is_a_change_of_its_case(self, event: type[Payload]) -> None:
        assert "cases" in [table for table, _ in EVENT_PROJECTORS[event]]

    def test_has_a_golden_payload_of_every_version_that_ever_was(self) -> None:
        """To raise a VERSION, leave the old line in the golden file and add one of the new shape."""
        every_version = {f"{name}.v{n}" for name, model in PAYLOADS.items() for n in range(1, model.VERSION + 1)}
        assert {name for name, _ in golden()} == every_version


class TestGoldenPayloads:
    """What was stored once must stay readable for ever."""

    @pytest.mark.parametrize(("name", "stored"), golden())
    def test_are_still_read(self, name: str, stored: Any) -> None:
        payload = typed_payload(name, json.dumps(stored))
        assert isinstance(payload, Payload)
        assert type(payload).__name__ == name.partition(".")[0]

    @pytest.mark.parametrize(("name", "stored"), golden())
    def test_are_still_written_like_this(self, name: str, stored: Any) -> None:
        """A shape that has changed needs a new VERSION, an upcaster, and a line in the golden file."""
        payload = typed_payload(name, json.dumps(stored))
        assert isinstance(payload, Payload)
        if name == payload_model_name(type(payload)):
            assert json.loads(payload.model_dump_json(exclude_none=True)) == stored

    @pytest.mark.parametrize("model", PAYLOADS.values(), ids=PAYLOADS)
    def test_show_every_field(self, model: type[Payload]) -> None:
        shown = {field for name, stored in golden() if name == payload_model_name(model) for field in stored}
        assert shown == set(model.model_fields)

    @pytest.mark.parametrize(("name", "stored"), golden())
    def test_survive_the_way_through_json(self, name: str, stored: Any) -> None:
        payload = typed_payload(name, json.dumps(stored))
        assert isinstance(payload, Payload)
        for text in (payload.model_dump_json(exclude_none=True), payload.model_dump_json()):
            assert type(payload).model_validate_json(text) == payload

    @pytest.mark.parametrize(("name", "stored"), golden())
    def test_have_a_sentence_without_a_full_stop(self, name: str, stored: Any) -> None:
        said = sentence(typed_payload(name, json.dumps(stored)))
        assert said[0].islower()
        assert not said.endswith(".")
        assert "None" not in said
        assert "_" not in said


class TestEveryCommand:
    def test_is_in_the_catalogue(self) -> None:
        assert set(COMMANDS.values()) == defined_in_casework(Command)
        assert all(name == model.__name__ for name, model in COMMANDS.items())

    @pytest.mark.parametrize("model", COMMANDS.values(), ids=COMMANDS)
    def test_finds_its_case(self, store: CaseStore, model: type[Command]) -> None:
        """Carried out, and once only, on a case to which all kinds of things have been done."""
        case_id = store.execute(kyb(DIRECTOR, owners=(owner(ANA, ownership_percentage=30),))).case_id
        examples = one_of_each(self.as_it_is(store, case_id))
        before: dict[type[Command], Command] = {
            commands.ResumeCase: examples[commands.AwaitClient],
            commands.ReopenCase: examples[commands.WithdrawCase],
            commands.ApproveDecision: examples[commands.ProposeDecision],
            commands.ReturnDecision: examples[commands.ProposeDecision],
            commands.UnassignCase: examples[commands.AssignCase],
            commands.UnpinCase: examples[commands.PinCase],
            commands.UntagCase: commands.TagCase(case_id=case_id, tag="old-client"),
        }
        if model in before:
            store.execute(before[model], actor="ana")
        receipt = store.execute(examples[model], command_id="this one", actor="ben")
        assert receipt.case_id == case_id or model is CreateCase
        assert receipt.events or model is DetermineInitialDocumentRequirements
        again = store.execute(examples[model], command_id="this one", actor="ben")
        assert again == replace(receipt, repeated=True)
        assert findings(store) == []

    @staticmethod
    def as_it_is(store: CaseStore, case_id: str) -> CaseFile:
        events_of_case = store.query(get_events_for_case, case_id)
        return fold(event.payload for event in events_of_case if isinstance(event.payload, Payload))

    @pytest.mark.parametrize(
        "command",
        [
            kyc(ANA),
            kyb(DIRECTOR, owners=(owner(ANA, ownership_percentage=30),)),
            uploaded("x"),
            *one_of_each(fold(a_company_s_case())).values(),
        ],
    )
    def test_can_be_run_again_from_what_the_commit_keeps(self, command: Command) -> None:
        text = json.dumps(command.model_dump(mode="json", exclude_defaults=True))
        assert type(command).model_validate_json(text) == command

    def test_another_kind_of_command_is_a_programmer_s_error(self, store: CaseStore) -> None:
        class Dance(Command):
            def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
                yield from ()

        with pytest.raises(TypeError, match="no case file is known for Dance"):
            store.execute(Dance())


class TestEveryReadTable:
    @pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.table)
    def test_knows_the_case_of_each_row(self, projection: Projection, store: CaseStore) -> None:
        """A case on which others worked too is projected anew: its rows are found by `case_id`, and by an index."""
        assert "case_id" in projection.columns
        plan = connection_of(store).execute(f"EXPLAIN QUERY PLAN DELETE FROM {projection.table} WHERE case_id = ?", "x")
        assert [step for *_, step in plan if step.startswith("SEARCH") and "(case_id=?" in step]

    def test_is_known_to_be_up_to_date_without_loading_any(self, store: CaseStore) -> None:
        assert digest.FILE.read_text(encoding="utf-8") == digest.text(), "run `make digest`"
        assert digest_of(store.query(read_tables)) == READ_TABLES

    def test_documents_that_wait_are_asked_for_as_they_are_indexed(self, store: CaseStore) -> None:
        (needed,) = select("needs:passport", Asker("ana", START)).conditions
        plan = connection_of(store).execute(f"EXPLAIN QUERY PLAN {needed.found}", needed.parameters)
        assert [step for *_, step in plan if "INDEX documents_that_wait (document_type" in step]


def test_commits_keep_the_command_so_that_it_can_be_run_again(store: CaseStore) -> None:
    opened = store.execute(kyb(DIRECTOR), command_id="one")
    take_in(store, opened.case_id)
    connection: sqlite3.Connection = store.query(lambda connection: connection)
    kept = [json.loads(text) for (text,) in connection.execute("SELECT command FROM commits ORDER BY position")]
    again = [COMMANDS[entry["command"]].model_validate(entry["data"]) for entry in kept]
    assert again == [kyb(DIRECTOR), uploaded(documents(store, opened.case_id)[0].document_requirement_id)]
    assert given().when(again[0], command_id="one").payloads
