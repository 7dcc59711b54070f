"""The configuration file: what it says holds, what goes before it, and what a bad one gets."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from caseworker_tui.configuration.settings import Configuration
from store.handwritten_files import LARGEST
from tests.cli.conftest import PROJECT, Caseworker, as_lines, new_case

WHY = "All was seen and found in order."


@pytest.fixture
def default(tmp_path: Path) -> Path:
    """Where the configuration is looked for when nobody names one; the test may write it."""
    path = tmp_path / "config" / "caseworker" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_without_a_file_all_is_by_default(caseworker: Caseworker) -> None:
    told = json.loads(caseworker("config", "--json").stdout)
    assert told["configuration"] == Configuration().model_dump(mode="json")
    assert "is not there" in caseworker("config").stderr


def test_who_acts_comes_from_option_environment_file_and_system_in_this_order(
    caseworker: Caseworker, default: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "of-the-system")
    monkeypatch.delenv("CASEWORKER_ACTOR")
    caseworker("exec", stdin=as_lines(new_case(1)))
    default.write_text('actor = "of-the-file"', encoding="utf-8")
    caseworker("exec", stdin=as_lines(new_case(2)))
    monkeypatch.setenv("CASEWORKER_ACTOR", "of-the-environment")
    caseworker("exec", stdin=as_lines(new_case(3)))
    caseworker("exec", "--actor", "of-the-option", stdin=as_lines(new_case(4)))
    events = json.loads(caseworker("log", "--json").stdout)
    in_order = list(dict.fromkeys(event["metadata"]["actor"] for event in events))
    assert in_order == ["of-the-system", "of-the-file", "of-the-environment", "of-the-option"]


def test_the_database_is_beside_the_file_that_names_it(
    caseworker: Caseworker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASEWORKER_DB")
    team = tmp_path / "team" / "ours.toml"
    team.parent.mkdir()
    team.write_text('database = "cases/ours.sqlite3"', encoding="utf-8")
    monkeypatch.setenv("CASEWORKER_CONFIG", str(team))
    assert caseworker("exec", stdin=as_lines(new_case())).exit_code == 0
    assert (tmp_path / "team" / "cases" / "ours.sqlite3").exists()


def test_the_years_until_the_next_review_are_the_team_s(caseworker: Caseworker, default: Path) -> None:
    default.write_text("[review]\nlow = 2", encoding="utf-8")
    case_id = json.loads(caseworker("exec", stdin=as_lines(new_case())).stdout)["case_id"]
    documents = json.loads(caseworker("show", case_id, "--json").stdout)["documents"]
    waived = [
        {"command": "WaiveDocument", "data": {"document_requirement_id": id_, "reason": "seen in person"}}
        for id_ in (document["document_requirement_id"] for document in documents)
    ]
    proposed = {"command": "ProposeDecision", "data": {"case_id": case_id, "decision": "APPROVE", "reason": WHY}}
    approved = {"command": "ApproveDecision", "actor": "ben.osei", "data": {"case_id": case_id}}
    assert caseworker("exec", stdin=as_lines(*waived, proposed, approved)).exit_code == 0
    case = json.loads(caseworker("show", case_id, "--json").stdout)
    assert int(case["next_review_on"][:4]) == int(case["updated_at"][:4]) + 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('aktor = "ana"', "aktor is not a field I know: did you mean actor?"),
        ("[review]\nlo = 2", "review.lo is not a field I know: did you mean low?"),
        ("[review]\nlow = 0", "review.low must be at least 1, not 0."),
        ('[review]\nhigh = "one"', "review.high must be a whole number, not text."),
        ("actor = 5", "actor must be text, not a number."),
        ('actor = ""', "actor must not be empty."),
        ('database = " "', "database must be the path of a file."),
        (f'database = "{"x" * 5_000}"', "database must be the path of a file."),
        ("review = 5", "review must be an object, not a number."),
        ("kafka = 5", "kafka must be an object, not a number."),
        ("[kafka]\nclient.id = 'ana'", "kafka: bootstrap.servers is missing: name the brokers of your team"),
        ("[kafka]\nbootstrap.servers = ['a:1']", "kafka: bootstrap.servers must be text, a number, or true or false."),
        ("[kafka]\nbootstrap.servers = 'a:1'\nsasl.password = 'hush'", "kafka: sasl.password is a secret and is not"),
        (
            "[kafka]\nbootstrap.servers = 'a:1'\nsasl.password = 'hu${SH}'",
            "kafka: sasl.password is a secret and is not",
        ),
        ("[kafka]\nbootstrap.servers = 'a:1'\nacks = 1", "kafka: acks is set by caseworker itself (a commit counts"),
        ("[kafka]\nbootstrap.servers = 'a:1'\ntopic_prefix = '/'", "kafka: topic_prefix can only have letters"),
        ("actor = ana", "it is not TOML in UTF-8"),
        ("actor = 'ana'\nactor = 'ben'", "is not TOML in UTF-8"),
    ],
)
def test_a_bad_file_is_told_with_the_key_and_nothing_is_done(
    caseworker: Caseworker, default: Path, database: Path, text: str, words: str
) -> None:
    default.write_text(text, encoding="utf-8")
    result = caseworker("exec", stdin=as_lines(new_case()))
    assert result.exit_code == 2
    assert str(default) in result.stderr
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not result.stdout
    assert not database.exists()
    assert "hush" not in result.stderr


def test_a_file_that_is_named_has_to_be_there(caseworker: Caseworker, tmp_path: Path) -> None:
    result = caseworker("--config", tmp_path / "no.toml", "cases")
    assert result.exit_code == 2
    assert "no.toml can't be read: No such file or directory." in result.stderr


@pytest.mark.parametrize("content", [b"actor = '\xff'", b"#" * (LARGEST + 1), b"x = " + b"[" * 100_000])
def test_what_is_no_configuration_at_all_is_told(caseworker: Caseworker, default: Path, content: bytes) -> None:
    default.write_bytes(content)
    result = caseworker("config")
    assert result.exit_code == 2
    assert str(default) in result.stderr


def test_the_example_of_the_docs_names_every_key_and_holds() -> None:
    text = (PROJECT / "docs" / "configuration.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    data = tomllib.loads(example)
    Configuration.model_validate(data)
    assert _keys(data) | {"kafka": None} == _keys(Configuration().model_dump())  # whose keys are librdkafka's


def _keys(data: dict[str, object]) -> dict[str, object]:
    return {key: _keys(value) if isinstance(value, dict) else None for key, value in data.items()}


def test_the_schema_is_published(caseworker: Caseworker) -> None:
    schema = json.loads(caseworker("config", "--schema").stdout)
    assert set(schema["properties"]) == set(Configuration.model_fields)
    assert schema["additionalProperties"] is False


def test_the_threshold_of_ownership_is_the_team_s(caseworker: Caseworker, default: Path) -> None:
    person = {"firstname": "Ida", "lastname": "Roth", "birthdate": "1980-01-02"}
    data = {
        "client_id": "C-1",
        "traitement_type": "KYB",
        "case_type": "STANDARD",
        "company_profile": {
            "registered_name": "Acme",
            "country_of_incorporation": "FR",
            "registered_address": {"country": "FR"},
        },
        "beneficial_owners": [{"person_details": person, "ownership_percentage": 15}],
    }
    case_id = json.loads(caseworker("exec", stdin=as_lines({"command": "CreateCase", "data": data})).stdout)["case_id"]

    def over() -> tuple[str, float, bool]:
        ownership = json.loads(caseworker("show", case_id, "--json").stdout)["assessment"]["ownership"]
        return ownership["candidates"][0]["over"], ownership["threshold"], ownership["or_more"]

    assert over() == ("not", 25, True)
    default.write_text("[ownership]\nthreshold = 15", encoding="utf-8")
    assert over() == ("certainly", 15, True)
    default.write_text("[ownership]\nthreshold = 15\nor_more = false", encoding="utf-8")
    assert over() == ("not", 15, False)
    default.write_text("[ownership]\nthreshold = 0", encoding="utf-8")
    assert "ownership.threshold must be more than 0, not 0" in caseworker("cases").stderr
