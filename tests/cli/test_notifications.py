"""`caseworker notifications`, and what exec and import make of the rules that the configuration names."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store.notifications.config_service import Question
from store.notifications.rules_file import read_rules
from tests.cli.conftest import PROJECT, Caseworker, as_lines, new_case
from tests.store.config_service import Service, a_service, rules, says

CREATED = "CASE_CREATED_KYC_STANDARD"
OF_SERVICE = {"rule_id": "of-service", "notification_type": "EMAIL"}
OF_FILE = {"rule_id": "of-file", "event_trigger": CREATED, "notification_type": "SMS", "language_code": "de"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the configuration lies, and what it names beside it."""
    folder = tmp_path / "config" / "caseworker"
    folder.mkdir(parents=True)
    return folder


def configure(folder: Path, **settings: Any) -> None:
    lines = (f"{name} = {json.dumps(value)}" for name, value in settings.items())
    (folder / "config.toml").write_text("\n".join(["[notifications]", *lines]), encoding="utf-8")


@pytest.fixture
def service(folder: Path) -> Iterator[Service]:
    """A service that the configuration names."""
    with a_service() as service:
        configure(folder, service_url=service.url)
        yield service


@pytest.fixture
def with_file(folder: Path) -> None:
    (folder / "rules.json").write_text(json.dumps([OF_FILE]), encoding="utf-8")
    configure(folder, rules_file="rules.json")


def told(caseworker: Caseworker) -> list[str]:
    """The rules of all notifications that were asked for."""
    events = json.loads(caseworker("log", "--json").stdout)
    return [event["payload"]["rule_id"] for event in events if event["event_type"] == "NotificationRequired"]


@pytest.mark.usefixtures("with_file")
class TestARulesFile:
    def test_is_followed_by_exec_and_import(self, caseworker: Caseworker, tmp_path: Path) -> None:
        person = {"firstname": "Ada", "lastname": "Byron"}
        message = {"client_id": "C-9", "version": "1.0", "type": "standard", "traitement_type": "kyc"}
        (tmp_path / "messages.jsonl").write_text(json.dumps(message | {"persons": [person]}), encoding="utf-8")
        answer = json.loads(caseworker("exec", stdin=as_lines(new_case())).stdout)
        assert answer["events"][-1] == "NotificationRequired"
        assert caseworker("import", tmp_path / "messages.jsonl").exit_code == 0
        assert told(caseworker) == ["of-file", "of-file"]
        assert caseworker("verify").exit_code == 0
        assert "set off a notification (sms)" in caseworker("log").stdout

    def test_is_listed(self, caseworker: Caseworker, sample: Path, folder: Path) -> None:
        listed = caseworker("notifications")
        assert listed.stdout.splitlines()[1].split() == [CREATED, "of-file", "SMS", "de", "file"]
        assert not listed.stderr
        as_json = json.loads(caseworker("notifications", "--json").stdout)
        assert as_json["rules"][0]["source"] == "file"
        assert (as_json["rules_file"], as_json["service"]) == (str(folder / "rules.json"), None)

    @pytest.mark.parametrize(
        "command", [("exec",), ("import", PROJECT / "sample_data" / "messages.jsonl"), ("doctor",)]
    )
    def test_that_can_not_be_used_stops_everything(
        self, caseworker: Caseworker, folder: Path, database: Path, command: tuple[str, ...]
    ) -> None:
        wrong = [OF_FILE | {"event_trigger": "CASE_CREATE_KYC_STANDARD"}]
        (folder / "rules.json").write_text(json.dumps(wrong), encoding="utf-8")
        result = caseworker(*command, stdin=as_lines(new_case()))
        assert result.exit_code == 2
        assert result.stderr.startswith(f"The file of notification rules {folder / 'rules.json'}: rule 1 (‘of-file’): ")
        assert "Did you mean CASE_CREATED_KYC_STANDARD?" in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert not result.stdout
        assert not database.exists()

    def test_can_not_be_refreshed(self, caseworker: Caseworker, sample: Path) -> None:
        result = caseworker("notifications", "--refresh")
        assert result.exit_code == 2
        assert "no config service" in result.stderr


class TestAService:
    def test_is_asked_only_when_that_is_said(self, caseworker: Caseworker, service: Service) -> None:
        service.behave = rules(**{CREATED: [OF_SERVICE]})
        caseworker("exec", stdin=as_lines(new_case(1)))
        never = caseworker("notifications")
        assert "was not asked so far" in never.stderr
        assert service.asked == []
        refreshed = caseworker("notifications", "--refresh")
        assert refreshed.exit_code == 0
        assert refreshed.stdout.splitlines()[1].split() == [CREATED, "of-service", "EMAIL", "service"]
        assert "answered for 12 triggers" in refreshed.stderr
        asked = len(service.asked)
        caseworker("exec", stdin=as_lines(new_case(2)))
        assert told(caseworker) == ["of-service"]
        assert len(service.asked) == asked

    def test_that_is_in_trouble_fails_the_refresh_and_no_command(
        self, caseworker: Caseworker, service: Service, folder: Path
    ) -> None:
        service.behave = rules(**{CREATED: [OF_SERVICE]})
        caseworker("exec", stdin=as_lines(new_case(1)))
        caseworker("notifications", "--refresh")
        service.behave = says(b"", status=404)
        refreshed = caseworker("notifications", "--refresh", "--json")
        assert refreshed.exit_code == 1
        state = json.loads(refreshed.stdout)["service"]
        assert state["trouble"].startswith(f"The config service {service.url} has nothing at /rules/match")
        assert state["answered_at"] < state["asked_at"]
        assert caseworker("notifications").exit_code == 0
        assert caseworker("exec", stdin=as_lines(new_case(2))).exit_code == 0
        assert told(caseworker) == ["of-service"]
        checks = json.loads(caseworker("doctor", "--json").stdout)["checks"]
        [wrong] = [check for check in checks if not check["ok"]]
        assert wrong["name"] == "Notification rules"
        assert wrong["found"].startswith("1 in force. The config service")
        assert state["answered_at"] in wrong["advice"]

    def test_gets_its_token_from_the_environment(
        self, caseworker: Caseworker, service: Service, folder: Path, sample: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        configure(folder, service_url=service.url, token_env="THE_TOKEN")
        result = caseworker("notifications", "--refresh")
        assert result.exit_code == 1
        assert "environment variable THE_TOKEN, is not set" in result.stderr
        monkeypatch.setenv("THE_TOKEN", "s3cret")
        assert caseworker("notifications", "--refresh").exit_code == 0
        assert {asked.authorization for asked in service.asked} == {"Bearer s3cret"}
        assert b"s3cret" not in sample.read_bytes()

    def test_without_a_database_is_not_asked(self, caseworker: Caseworker, service: Service) -> None:
        result = caseworker("notifications", "--refresh")
        assert result.exit_code == 1
        assert result.stderr.startswith("There is no database")
        assert service.asked == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"service_url": "config.example.org"}, "service_url must be the address of a service, like https://"),
        ({"service_url": "ftp://config.example.org"}, "service_url must be the address of a service, like https://"),
        ({"service_url": "https://"}, "service_url must be the address of a service"),
        ({"service_url": "https://config.example.org:port"}, "service_url must be the address of a service"),
        ({"service_url": "https://[::1"}, "service_url must be the address of a service"),
        (
            {"service_url": "https://ana:s3cret@config.example.org"},
            "service_url must be an address without name, password",
        ),
        ({"service_url": "https://ana:s3cret@config.example.org:port"}, "service_url must be the address of a service"),
        (
            {"service_url": "https://config.example.org?key=s3cret"},
            "service_url must be an address without name, password",
        ),
        ({"token_env": "TOKEN"}, "token_env is for the service at service_url, which is not set"),
        ({"service_url": "https://x.example", "token_env": "s3cret!"}, "must be the name of an environment variable"),
        ({"service_url": "http://x.example", "token_env": "TOKEN"}, "a token goes to https only"),
        ({"timeout_seconds": 0}, "timeout_seconds must be more than 0, not 0."),
        ({"timeout_seconds": 100}, "timeout_seconds must be at most 60, not 100."),
        ({"timeout_seconds": True}, "timeout_seconds must be a number, not true or false."),
        ({"rules": "rules.json"}, "notifications.rules is not a field I know: did you mean rules_file?"),
        ({"rules_file": "no.json"}, "no.json can't be read: No such file or directory."),
    ],
)
def test_settings_that_make_no_sense_are_told_and_no_secret_is(
    caseworker: Caseworker, folder: Path, settings: dict[str, Any], said: str
) -> None:
    configure(folder, **settings)
    result = caseworker("exec", stdin=as_lines(new_case()))
    assert result.exit_code == 2
    assert said in result.stderr
    assert "s3cret" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "url", ["http://localhost:8080/", "http://127.0.0.1:1/api", "http://[::1]:1", "https://x.example/"]
)
def test_a_token_goes_to_https_or_stays_on_this_machine(caseworker: Caseworker, folder: Path, url: str) -> None:
    configure(folder, service_url=url, token_env="TOKEN", timeout_seconds=3)
    in_force = json.loads(caseworker("config", "--json").stdout)["configuration"]["notifications"]
    assert in_force == {
        "rules_file": None,
        "service_url": url.rstrip("/"),
        "timeout_seconds": 3,
        "token_env": "TOKEN",
    }


def test_the_example_of_the_docs_holds(tmp_path: Path) -> None:
    text = (PROJECT / "docs" / "notifications.md").read_text(encoding="utf-8")
    example, question = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    (tmp_path / "rules.json").write_text(example, encoding="utf-8")
    assert len(read_rules(tmp_path / "rules.json")) == 2
    assert json.loads(question).keys() == set(Question._fields)
