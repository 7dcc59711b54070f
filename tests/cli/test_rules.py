"""The document rules in force, the team's file, and the dry run of another one."""

import json
from pathlib import Path

import pytest

from store.engine.case_store import CaseStore
from tests.cli.conftest import Caseworker, as_lines, new_case, shown

RULES = """
version = "acme-1"

[[rules]]
id = "acme-funds"
sentence = "We ask everybody where their money comes from."
traitement_type = "KYC"
entity_type = "PERSON"
document_type = "SOURCE_OF_FUNDS"

[[switched_off]]
id = "kyc-person-address"
reason = "we ring at the door"
"""


class TestRules:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "rules.toml"
        path.write_text(RULES)
        return path

    @pytest.fixture
    def configuration(self, tmp_path: Path, file: Path) -> Path:
        path = tmp_path / "config.toml"
        path.write_text('[documents]\nrules_file = "rules.toml"\n')
        return path

    def test_lists_the_built_in_ones(self, caseworker: Caseworker) -> None:
        listed = json.loads(caseworker("rules", "--json").stdout)
        assert listed["version"] == "2026.1"
        assert {rule["source"] for rule in listed["rules"]} == {"built in"}
        assert "kyb-company-audited-accounts" in caseworker("rules").stdout

    def test_lists_those_of_the_team_and_what_is_switched_off(
        self, caseworker: Caseworker, configuration: Path
    ) -> None:
        listed = json.loads(caseworker("--config", configuration, "rules", "--json").stdout)
        assert listed["version"] == "2026.1+acme-1"
        by_id = {rule["rule_id"]: rule for rule in listed["rules"]}
        assert by_id["acme-funds"]["source"] == "team"
        assert by_id["kyc-person-address"]["switched_off"] == "we ring at the door"
        text = caseworker("--config", configuration, "rules")
        assert "switched off: we ring at the door" in text.stdout
        assert text.stderr == "Version 2026.1+acme-1\n"

    def test_those_of_the_team_decide_and_every_commit_says_so(
        self, caseworker: Caseworker, configuration: Path, database: Path
    ) -> None:
        caseworker("--config", configuration, "exec", stdin=as_lines(new_case()))
        (case,) = json.loads(caseworker("cases", "--json").stdout)
        documents = shown(caseworker, case["case_id"])["documents"]
        assert [(it["document_type"], it["rule_id"]) for it in documents] == [
            ("PASSPORT", "kyc-person-passport"),
            ("SOURCE_OF_FUNDS", "acme-funds"),
        ]
        with CaseStore.open(database) as store:
            versions = store.query(lambda db: db.execute("SELECT DISTINCT rules_version FROM commits").fetchall())
        assert versions == [("2026.1+acme-1",)]

    def test_check_is_a_dry_run(self, caseworker: Caseworker, case: str, file: Path) -> None:
        before = caseworker("log", "--json").stdout
        result = caseworker("rules", "--check", file, "--json")
        assert result.exit_code == 0
        changes = [(it["change"], it["reference"], it["document_type"]) for it in json.loads(result.stdout)]
        assert changes == [("asks", case, "SOURCE_OF_FUNDS"), ("no longer asks", case, "PROOF_OF_ADDRESS")]
        assert caseworker("log", "--json").stdout == before
        text = caseworker("rules", "--check", file)
        assert [line.split()[0] for line in text.stdout.splitlines()] == ["WOULD", "ask", "no"]
        assert text.stderr == ("Documents that these rules would ask for: 1; that they would no longer ask for: 1.\n")

    def test_json_of_the_same_shape_is_read(self, caseworker: Caseworker, tmp_path: Path, case: str) -> None:
        (tmp_path / "rules.json").write_text('{"version": "acme-2", "switched_off": []}')
        assert json.loads(caseworker("rules", "--check", tmp_path / "rules.json", "--json").stdout) == []

    def test_schema_is_that_of_the_file(self, caseworker: Caseworker) -> None:
        schema = json.loads(caseworker("rules", "--schema").stdout)
        assert schema["required"] == ["version"]
        assert "traitement_type" in schema["$defs"]["TeamRule"]["properties"]

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("rules.toml", "version = ", "it is not TOML in UTF-8"),
            ("rules.toml", "rules = []", "version is missing."),
            ("rules.json", '{"version": "1", "version": "2"}', "the key ‘version’ is there twice in one object."),
            ("rules.toml", RULES.replace("entity_type", "entity_typ"), "did you mean entity_type?"),
            (
                "rules.toml",
                RULES.replace('"SOURCE_OF_FUNDS"', '"funds"'),
                "rule 1 (acme-funds): document_type can't be ‘funds’: 3 to 80 capitals",
            ),
            ("rules.toml", RULES.replace("kyc-person-address", "kyc-adress"), "there is no built-in rule kyc-adress"),
            ("rules.toml", RULES + RULES.partition("\n\n")[2].partition("[[sw")[0], "acme-funds is there twice"),
            ("rules.toml", RULES.replace('"acme-funds"', f'"{"x" * 5_000}"'), f"rule 1 ({'x' * 59}…): id must have"),
            ("rules.toml", "x" * 1024**2 + "x", "more than 1 MiB"),
            ("rules.json", "[" * 100_000, "it is not JSON in UTF-8"),
            ("rules.toml", "x = " + "[" * 100_000, "it is not TOML in UTF-8"),
            ("rules.json", "[]", "must be an object"),
        ],
    )
    def test_a_file_that_cannot_be_used_is_refused_whole(
        self, caseworker: Caseworker, tmp_path: Path, *, name: str, content: str, words: str
    ) -> None:
        file = tmp_path / name
        file.write_text(content)
        result = caseworker("rules", "--check", file)
        assert (result.exit_code, result.stdout) == (2, "")
        assert str(file) in result.stderr
        assert words in result.stderr
        (tmp_path / "config.toml").write_text(f'[documents]\nrules_file = "{name}"\n')
        assert caseworker("--config", tmp_path / "config.toml", "exec", stdin=as_lines(new_case())).exit_code == 2

    def test_a_file_that_is_not_there(self, caseworker: Caseworker, tmp_path: Path) -> None:
        result = caseworker("rules", "--check", tmp_path / "none.toml")
        assert (result.exit_code, "can't be read: No such file" in result.stderr) == (2, True)
