"""The `[kafka]` table: what it refers to is looked up, and what is secret is never told."""

import re
import sys
from types import ModuleType

import pytest

from store.sync.connection import Connection
from store.sync.errors import SettingsWrong
from store.sync.settings import flat_properties, read_settings

SERVERS = {"bootstrap.servers": "127.0.0.1:1"}


def test_keys_may_be_nested_as_toml_reads_dots() -> None:
    table = {"bootstrap": {"servers": "a:1"}, "ssl": {"ca": {"location": "ca.pem"}}, "linger.ms": 5, "check.crcs": True}
    assert flat_properties(table) == {
        "bootstrap.servers": "a:1",
        "ssl.ca.location": "ca.pem",
        "linger.ms": "5",
        "check.crcs": "true",
    }


@pytest.mark.parametrize(
    "key",
    [
        *("plugin.library.paths", "ssl.engine.location", "ssl.engine.id", "ssl_engine_callback_data", "ssl.providers"),
        *("sasl.kerberos.kinit.cmd", "offset.store.method", "offset.store.path", "log_level", "log.queue"),
        *("log_cb", "error_cb", "oauthbearer_token_refresh_cb", "on_delivery", "logger", "internal.termination.signal"),
    ],
)
def test_what_loads_or_runs_a_program_or_writes_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(key)} can't be set here \(.+\): take it out$"):
        flat_properties({**SERVERS, key: "x"})


@pytest.mark.parametrize(
    "key", ["ssl.ca.location", "sasl.kerberos.keytab", "client.id", "ssl.endpoint.identification.algorithm"]
)
def test_what_only_reads_or_says_how_passes(key: str) -> None:
    assert flat_properties({**SERVERS, key: "x"})[key] == "x"


def test_values_come_from_the_environment() -> None:
    settings = read_settings(
        flat_properties({**SERVERS, "client.id": "of ${WHO} at ${WHERE}", "sasl.password": "${WORD}"}),
        environment={"WHO": "ana", "WHERE": "home", "WORD": "sesame"},
    )
    assert settings.properties["client.id"] == "of ana at home"
    assert settings.properties["sasl.password"] == "sesame"
    assert settings.redacted("sesame of ana") == "••• of ana"
    assert "sesame" not in repr(settings)


def test_a_variable_that_is_not_set_is_told() -> None:
    with pytest.raises(SettingsWrong, match=r"^kafka\.sasl\.password: the environment variable WORD is not set\.$"):
        read_settings({**SERVERS, "sasl.password": "${WORD}"}, environment={})


def test_secrets_come_from_the_keyring() -> None:
    kept = {("caseworker", "ana/home"): "sesame"}
    properties = flat_properties({**SERVERS, "sasl.password": "keyring:caseworker/ana/home"})
    settings = read_settings(properties, keyring=lambda service, user: kept.get((service, user)))
    assert settings.properties["sasl.password"] == "sesame"
    with pytest.raises(SettingsWrong, match="the keyring holds nothing for caseworker/ana/home: put it there with"):
        read_settings(properties, keyring=lambda service, user: None)


def test_a_keyring_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SettingsWrong, match="once the package keyring is installed"):
        read_settings({**SERVERS, "sasl.password": "keyring:caseworker/ana"})


def test_the_system_s_keyring_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    vars(errors)["KeyringError"] = type("KeyringError", (Exception,), {})
    vars(keyring)["get_password"] = lambda service, user: f"{service}'s {user}"
    modules = sys.modules
    monkeypatch.setitem(modules, "keyring", keyring)
    monkeypatch.setitem(modules, "keyring.errors", errors)
    settings = read_settings({**SERVERS, "sasl.password": "keyring:caseworker/ana"})
    assert settings.properties["sasl.password"] == "caseworker's ana"

    def locked(service: str, user: str) -> str:
        raise vars(errors)["KeyringError"]("it is locked")

    vars(keyring)["get_password"] = locked
    with pytest.raises(SettingsWrong, match="can't be read: it is locked"):
        read_settings({**SERVERS, "sasl.password": "keyring:caseworker/ana"})


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("nonsense", "1", 'No such configuration property: "nonsense"'),
        ("security.protocol", "nah", 'Invalid value "nah" for configuration property "security.protocol"'),
    ],
)
def test_what_librdkafka_does_not_take_is_told(key: str, value: str, words: str) -> None:
    connection = Connection(read_settings({**SERVERS, key: value}))
    with pytest.raises(SettingsWrong, match=r"A setting in \[kafka\] is wrong: ") as raised:
        connection.admin()
    assert words in str(raised.value)
