"""What people type and write by hand, on the command line, in dialogs and in files: taken, or refused in a sentence."""

import json
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from random import Random
from threading import Event
from typing import Any, Final

import click
import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from caseworker_tui.cli.main import main
from caseworker_tui.configuration.document_rules import read_team_rules
from caseworker_tui.configuration.settings import read_configuration
from caseworker_tui.dialogs.drafts import Draft, drafts_folder
from caseworker_tui.dialogs.questions import document_type
from caseworker_tui.dialogs.typed_paths import completed, path_typed
from caseworker_tui.frame.session import Session
from caseworker_tui.new_case.form import command_from, knows, owner_data, share_data
from caseworker_tui.queue.layout import laid_out, next_order
from caseworker_tui.text.moments import read_moment
from store.domain.document_rules import DOCUMENT_RULES
from store.domain.refusals import Refusal
from store.domain.values import BeneficialOwnerData
from store.engine.case_store import CaseStore
from store.errors import BadFile
from store.notifications import config_service
from store.notifications.answers import keep as keep_answers
from store.notifications.answers import rules_in_force
from store.notifications.config_service import ConfigService, Question, ServiceTrouble, ask
from store.notifications.rules_file import read_rules
from store.preferences import Preferences, View, preferences_of, save_preferences, save_view, views_of
from store.queries.case_file import find_case
from store.queries.documents import find_document, find_file
from store.queries.query_language import Asker, NotAQuery, select
from store.queries.query_language.completion import completions
from store.queries.queue import queue_length, queue_page
from store.validation import explain
from tests.hostile.spoiling import a_showable_text, a_text, damaged, hostile_json, spoilt
from tests.hostile.test_ways_in import a_sentence, in_shares, refused_in_a_sentence
from tests.store.stores import START, a_case_with_everything, findings, findings_in, open_store, put_empty_database
from tests.trials import trials

pytestmark = pytest.mark.deep

ASKER: Final = Asker("ana", START)

QUERIES: Final = (
    'vega type:kyb status:open,waiting assignee:me,none due:<7d -tag:vip "acme holding" sort:-updated',
    "created:2026-11-01..2026-11-30 updated:>2w decided:2026-11 review:2026 overdue is:pinned country:fr",
    'needs:proof* doc:missing client:"C 1",none by:ana proposed:me risk:none,low case:stand* -overdue sort:due',
)


@pytest.fixture
def everything(store: CaseStore) -> Iterator[str]:
    yield a_case_with_everything(store)
    assert findings(store) == []


def typed_text(random: Random) -> str:
    """A terminal hands over no half of a character."""
    return a_text(random).encode(errors="replace").decode()


def a_query(random: Random) -> str:
    if random.random() < 0.3:
        return typed_text(random)
    text = random.choice(QUERIES)
    for _ in range(random.randint(1, 3)):
        place = random.randint(0, len(text))
        text = (
            text[:place] + random.choice((typed_text(random)[:200], *'",:-<>.*')) + text[place + random.randint(0, 3) :]
        )
    return text


class TestQueries:
    @in_shares
    def test_of_the_queue(self, share: int, store: CaseStore, everything: str) -> None:
        for random in trials(little=100, much=3_000):
            query = a_query(random)
            with refused_in_a_sentence(NotAQuery):
                selection = select(query, ASKER)
                assert store.query(queue_length, selection) >= len(store.query(queue_page, selection)) >= 0
            store.query(completions, query)

    def test_that_are_kept_and_columns(self, store: CaseStore, everything: str) -> None:
        """Those who wrote them had another version, or an editor."""
        for random in trials(little=50, much=800):
            written = tuple(a_text(random) for _ in range(random.randint(0, 3)))
            with suppress(ValidationError, UnicodeEncodeError):
                store.change(save_view, "ana", View(a_text(random), a_query(random)))
            with suppress(UnicodeEncodeError):
                store.change(save_preferences, "ana", Preferences(a_query(random), a_text(random), written))
            kept = store.query(preferences_of, "ana")
            laid_out(kept.columns, random.choice((0, 1, 80)))
            next_order(random.choice(written or ("",)), 1, ("reference", *kept.columns))
            for query in (kept.query, *(view.query for view in store.query(views_of, "ana")[-2:])):
                with refused_in_a_sentence(NotAQuery):
                    store.query(queue_page, select(query, ASKER))


CONFIGURATION: Final = b"""
actor = "ana"
database = "cases.sqlite3"
[review]
low = 5
high = 1
[notifications]
service_url = "https://config.example.org/api"
timeout_seconds = 2.5
token_env = "TOKEN"
[documents]
rules_file = "rules.toml"
[kafka]
"bootstrap.servers" = "localhost:9092"
security.protocol = "ssl"
[ownership]
threshold = 25.0
or_more = true
"""

TEAM_RULES: Final = {
    "version": "2026-11",
    "rules": [
        {
            "id": "funds",
            "sentence": "We ask for the source of funds.",
            "traitement_type": "KYC",
            "entity_type": "PERSON",
            "document_type": "SOURCE_OF_FUNDS",
            "case_type": "STANDARD",
            "is_required": True,
        }
    ],
    "switched_off": [{"id": DOCUMENT_RULES[0].rule_id, "reason": "not here"}],
}
NOTIFICATION_RULES: Final = [
    {"rule_id": "w", "event_trigger": "CASE_CREATED_KYC_STANDARD", "notification_type": "EMAIL", "is_active": True},
    {"rule_id": "v", "event_trigger": "CASE_APPROVED_KYB_STANDARD", "notification_type": "SMS", "template_id": "t"},
]


def as_toml(random: Random, rules: Any) -> bytes:
    """TOML for what JSON writes the same: inline tables in an array."""
    lines = []
    for name, value in rules.items() if isinstance(rules, dict) else ():
        inline = json.dumps(value, ensure_ascii=random.random() < 0.5).replace('": ', '" = ')
        lines.append(f"{json.dumps(name)} = {inline}")
    return "\n".join(lines).encode(errors="surrogatepass")


class TestFilesWrittenByHand:
    def test_are_understood_as_they_are_meant(self, tmp_path: Path) -> None:
        """Or else nothing would be tried of them but their first lines."""
        (tmp_path / "rules.toml").write_bytes(as_toml(Random(1), TEAM_RULES))
        (tmp_path / "config.toml").write_bytes(CONFIGURATION)
        (tmp_path / "rules.json").write_text(json.dumps(NOTIFICATION_RULES))
        assert len(read_configuration(tmp_path / "config.toml").rules.documents) == len(DOCUMENT_RULES)
        assert len(read_rules(tmp_path / "rules.json")) == 2

    @in_shares
    def test_the_configuration(self, share: int, tmp_path: Path) -> None:
        (tmp_path / "rules.toml").write_bytes(as_toml(Random(1), TEAM_RULES))
        path = tmp_path / "config.toml"
        for random in trials(little=100, much=3_000):
            path.write_bytes(damaged(random, CONFIGURATION))
            with refused_in_a_sentence(BadFile):
                read_configuration(path).rules  # noqa: B018 (reading it is what is tried)

    @in_shares
    def test_document_rules(self, share: int, tmp_path: Path) -> None:
        for random in trials(little=100, much=3_000):
            written = as_toml(random, spoilt(random, TEAM_RULES))
            json_file, toml_file = tmp_path / "rules.json", tmp_path / "rules.toml"
            json_file.write_bytes(hostile_json(random, [TEAM_RULES]))
            toml_file.write_bytes(damaged(random, written) if random.random() < 0.5 else written)
            for path in (json_file, toml_file):
                with refused_in_a_sentence(BadFile):
                    read_team_rules(path)

    @in_shares
    def test_notification_rules(self, share: int, tmp_path: Path) -> None:
        path = tmp_path / "rules.json"
        for random in trials(little=100, much=3_000):
            path.write_bytes(hostile_json(random, [NOTIFICATION_RULES]))
            with refused_in_a_sentence(BadFile):
                read_rules(path)

    @in_shares
    def test_a_draft(self, share: int, database: Path) -> None:
        """One that can't be read is none."""

        def read() -> Draft:
            return Draft(session, ("new case",))

        session = Session(database, actor="ana", clock=lambda: START)
        database.parent.mkdir(exist_ok=True)
        draft = read()
        draft.put("persons.0.firstname", "Ada")
        draft.keep()
        (file,) = drafts_folder(database).iterdir()
        kept = json.loads(file.read_bytes())
        for random in trials(little=80, much=2_000):
            file.write_bytes(hostile_json(random, [kept]))
            found = read()
            command, wrong = command_from("KYB", {path: text for path, text in found.texts.items() if knows(path)})
            assert (command is None) is bool(wrong)
            found.put("client_id", "C")
            found.keep()
            assert read().texts == found.texts
        read().discard()


class TestTheConfigService:
    @in_shares
    def test_whatever_it_answers(self, share: int, store: CaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = (200, b"")
        monkeypatch.setattr(config_service._Line, "_exchange", lambda *_: answer)
        monkeypatch.setattr(config_service._Line, "_opened", lambda _: BytesIO())  # something to close
        monkeypatch.setattr(config_service, "WAITS", ())
        question = Question("CASE_CREATED_KYC_STANDARD", {})
        service = ConfigService("https://config.example.org")
        rules = store.rules.__class__(notification_service=service.url)
        rule = NOTIFICATION_RULES[0]
        lists = [[rule], [rule] * 3]
        for random in trials(little=100, much=3_000):
            answer = (
                random.choice((200, 200, 200, 204, 302, 404, 503, 0, 999)),
                hostile_json(random, lists),
            )
            with refused_in_a_sentence(ServiceTrouble):
                for asked, found in ask(service, [question], Event()):
                    store.change(keep_answers, service.url, {asked.event_trigger: found}, at="now", trouble=None)
            store.query(rules_in_force, rules)


class TestDialogs:
    @in_shares
    def test_what_is_typed_into_them(self, share: int, store: CaseStore, everything: str, tmp_path: Path) -> None:
        for random in trials(little=60, much=700):
            typed = typed_text(random)
            with refused_in_a_sentence(ValueError):
                read_moment(typed)
            path_typed(typed, tmp_path)
            completed(typed, tmp_path)
            document_type(typed)
            for find in (find_case, find_document, find_file):
                with refused_in_a_sentence(Refusal):
                    store.query(
                        find, random.choice((typed, f"{everything}/{typed}", f"{everything[:8]}/passport/{typed}"))
                    )

    @in_shares
    def test_a_new_case_and_its_owners(self, share: int) -> None:
        paths = ("client_id", "case_type", "persons.0.firstname", "persons.0.birthdate", "persons.7.nationality")
        more = ("company_profile.country_of_incorporation", "company_profile.lei", "beneficial_owners.0.share")
        for random in trials(little=100, much=3_000):
            texts = {path: typed_text(random) for path in (*paths, *more) if random.random() < 0.7}
            command, wrong = command_from(random.choice(("KYC", "KYB")), texts)
            assert (command is None) is bool(wrong)
            for sentence in wrong.values():
                a_sentence(sentence)
            typed = {
                "share": typed_text(random),
                "person_details.firstname": typed_text(random),
                "entity_details.name": "",
            }
            try:
                BeneficialOwnerData.model_validate(owner_data(typed))
            except ValidationError as error:
                a_sentence(explain(error, BeneficialOwnerData))
            assert isinstance(share_data(typed_text(random)), dict)


def subcommands() -> dict[str, click.Command]:
    """All subcommands that need no terminal, those within others too."""
    found: dict[str, click.Command] = {}
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {within}": each for within, each in command.commands.items()}
    del found["demo"]
    return found


SUBCOMMANDS: Final = subcommands()


def typed_for(random: Random, parameter: click.Parameter, known: list[str]) -> list[str]:
    """What somebody types for a parameter: something that may be known, a number, or anything."""
    text = random.choice(
        (random.choice(known), random.choice(known) + a_showable_text(random)[:3], a_showable_text(random))
    )
    text = random.choice((text, str(random.choice((0, 1, -1, 2**63, 10**30)))))
    if isinstance(parameter, click.Option):
        if parameter.is_flag and not parameter.is_bool_flag and parameter.name == "mode":
            return []  # to sync needs a cluster
        if random.random() < 0.6 and not parameter.required:
            return []
        name = parameter.opts[0]
        return [name] if parameter.is_flag else [f"{name}={text}"] if random.random() < 0.5 else [name, text]
    return [] if random.random() < 0.1 else [text]


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_arguments(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "data" / "cases.sqlite3"
    put_empty_database(database)
    with open_store(database) as store:
        case_id = a_case_with_everything(store)
    monkeypatch.chdir(tmp_path)
    known = [case_id, "list", "2026-03-31", "cases.sqlite3", ".", "here.json", "1:1", "AddNote", f"{case_id}/passport"]
    (tmp_path / "here.json").write_bytes(b'{"command": "AddNote", "data": {}}')
    runner = CliRunner()
    for random in trials(little=4, much=60):
        environment = {"CASEWORKER_DB": str(database), "CASEWORKER_ACTOR": "ana", "XDG_CONFIG_HOME": str(tmp_path)}
        arguments = [
            word
            for parameter in SUBCOMMANDS[name].params
            for word in typed_for(random, parameter, known)
            if len(word) < 5_000
        ]
        arguments = [word.replace("/", "⁄") if word.startswith("/") else word for word in arguments]
        random.shuffle(arguments)
        given = hostile_json(random, [{"command": "AddNote", "data": {"case_id": case_id, "text": "x"}}])
        result = runner.invoke(main, [*name.split(), *arguments], input=given, env=environment)
        assert isinstance(result.exception, SystemExit | None), (arguments, result.exception)
        assert result.exit_code in (0, 1, 2), arguments
        for fault in ("Traceback", "A fault in caseworker", "pydantic"):
            assert fault not in result.output, arguments
        if result.exit_code:
            assert result.output, arguments
    assert findings_in(database) == []


VARIABLES: Final = (
    "CASEWORKER_DB",
    "CASEWORKER_ACTOR",
    "CASEWORKER_CONFIG",
    "HOME",
    "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
)


@pytest.mark.parametrize("name", ["cases", "config", "doctor", "verify", "rules", "team"])
def test_the_environment(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = put_empty_database(tmp_path / "cases.sqlite3")
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    for random in trials(little=8, much=150):
        environment = {"CASEWORKER_DB": str(database), "CASEWORKER_ACTOR": "ana", "XDG_CONFIG_HOME": str(tmp_path)}
        for variable in random.sample(VARIABLES, k=random.randint(1, 2)):
            environment[variable] = a_showable_text(random)[:5_000].lstrip("/")
        result = runner.invoke(main, [name, "--json"], env=environment)
        assert isinstance(result.exception, SystemExit | None), (environment, result.exception)
        assert result.exit_code in (0, 1, 2), environment
        for fault in ("Traceback", "A fault in caseworker", "pydantic"):
            assert fault not in result.output, environment
    assert findings_in(database) == []
