"""How to reach the team's cluster: the `[kafka]` table of the configuration, with its secrets looked up.

Every property of librdkafka passes through, but for those on which the guarantees of sync stand, and those that load or
run a program or write to a file or the terminal: a file of settings is passed around, and is not to be a program. A
secret is never written down there: its value is `${NAME}`, from the environment, or `keyring:SERVICE/USER`, from the
keyring of the system. It is looked up when sync starts and never leaves this process but towards the cluster.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from store.sync.errors import SettingsWrong

SECRETS: Final = frozenset(
    {
        "sasl.password",
        "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.config",
        "sasl.oauthbearer.assertion.private.key.passphrase",
        "sasl.oauthbearer.assertion.private.key.pem",
        "ssl.key.password",
        "ssl.key.pem",
        "ssl.keystore.password",
    }
)
"""Properties whose value is a secret, all of it."""

OURS: Final[Mapping[str, str]] = {
    "acks": "a commit counts as sent when all replicas in sync have it",
    "auto.offset.reset": "a log that is cut off stops sync instead of being skipped",
    "enable.auto.commit": "what is read counts as read when it is in the database",
    "enable.auto.offset.store": "what is read counts as read when it is in the database",
    "enable.idempotence": "a record that is sent again must not be there twice",
    "enable.partition.eof": "reading goes up to a mark",
    "group.id": "it is part of the protocol of the team",
    "isolation.level": "what was called back must not be read",
    "transactional.id": "it is part of the protocol of the team",
}
"""Properties that caseworker sets by itself, and why."""

FORBIDDEN: Final[Mapping[str, str]] = {
    r"plugin\..*": "it loads a program",
    r"ssl[._]engine.*": "it loads a program",
    r"ssl\.providers": "it loads a program",
    r"sasl\.kerberos\.kinit\.cmd": "it runs a program",
    r"offset\.store\.(method|path|sync\.interval\.ms)": "it writes to a file",
    r"log.*|internal\..*": "what the library says goes to caseworker's own log, without secrets",
    r".*_cb|.*\.cb|opaque|default_topic_conf|interceptors?|on_\w+|logger": "it is for programs, and no setting",
}
"""Patterns of properties that are refused, and why."""

TOPIC_PREFIX: Final = "topic_prefix"
"""The one key that is ours and none of librdkafka's."""

COMMITS_TOPIC: Final = "case_commits"
"""The topic of the team's log, without the prefix. It is named here so that its name loads no Kafka."""

_FROM_ENVIRONMENT: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_FROM_KEYRING: Final = re.compile(r"keyring:([^/]+)/(.+)")
_REDACTED: Final = "•••"

Keyring = Callable[[str, str], str | None]
"""The secret of a user at a service, None if there is none."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What it takes to reach a cluster. `topic_prefix` is put before the name of every topic and group.

    `properties` holds secrets: never print, log or store it.
    """

    properties: Mapping[str, str] = field(repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    topic_prefix: str = ""

    @property
    def servers(self) -> str:
        return self.properties["bootstrap.servers"]

    def redacted(self, text: str) -> str:
        """`text` without any secret."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, _REDACTED)
        return text


def flat_properties(table: Mapping[str, Any]) -> dict[str, str]:
    """The properties in a `[kafka]` table, whose keys may be nested as TOML reads dots: `ssl.ca.location = "…"`.

    Raises `ValueError`, which names the property, where one can't stand in the file.
    """
    properties = {key: _as_text(key, value) for key, value in _leaves(table)}
    if not re.fullmatch(r"[A-Za-z0-9._-]{0,100}", properties.get(TOPIC_PREFIX, "")):
        raise ValueError(f"{TOPIC_PREFIX} can only have letters, digits, ‘.’, ‘_’ and ‘-’, 100 of them at most")
    if not properties.get("bootstrap.servers"):
        raise ValueError("bootstrap.servers is missing: name the brokers of your team, like kafka.example.org:9092")
    for key, value in properties.items():
        if key in OURS:
            raise ValueError(f"{key} is set by caseworker itself ({OURS[key]}): take it out")
        if reason := next((why for pattern, why in FORBIDDEN.items() if re.fullmatch(pattern, key)), None):
            raise ValueError(f"{key} can't be set here ({reason}): take it out")
        if key in SECRETS and not _is_reference(value):
            raise ValueError(
                f"{key} is a secret and is not to be written down: give it as ${{NAME}}, from the environment, or as"
                " keyring:SERVICE/USER"
            )
    return properties


def read_settings(
    properties: Mapping[str, str], *, environment: Mapping[str, str] = os.environ, keyring: Keyring | None = None
) -> Settings:
    """The settings with all that they refer to looked up.

    Raises `SettingsWrong` where something is not there.
    """
    found = {
        key: _looked_up(key, text, environment, keyring or _system_keyring)
        for key, text in properties.items()
        if key != TOPIC_PREFIX
    }
    secrets = frozenset(value for key, value in found.items() if key in SECRETS)
    return Settings(found, secrets, properties.get(TOPIC_PREFIX, ""))


def _leaves(table: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        path = f"{within}.{key}" if within else key
        if isinstance(value, Mapping):
            yield from _leaves(value, path)
        else:
            yield path, value


def _as_text(key: str, value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
    raise ValueError(f"{key} must be text, a number, or true or false")


def _is_reference(text: str) -> bool:
    return bool(_FROM_KEYRING.fullmatch(text) or _FROM_ENVIRONMENT.fullmatch(text))


def _looked_up(key: str, text: str, environment: Mapping[str, str], keyring: Keyring) -> str:
    """The value with what it refers to in place."""
    if match := _FROM_KEYRING.fullmatch(text):
        secret = keyring(match[1], match[2])
        if not secret:
            raise SettingsWrong(
                f"kafka.{key}: the keyring holds nothing for {match[1]}/{match[2]}: put it there with"
                f" `keyring set {match[1]} {match[2]}`."
            )
        return secret

    def from_environment(match: re.Match[str]) -> str:
        if not environment.get(match[1]):
            raise SettingsWrong(f"kafka.{key}: the environment variable {match[1]} is not set.")
        return environment[match[1]]

    return _FROM_ENVIRONMENT.sub(from_environment, text)


def _system_keyring(service: str, user: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise SettingsWrong(
            "The keyring of the system can be read once the package keyring is installed:"
            " pipx inject caseworker keyring, or name the secret as ${NAME}."
        ) from error
    try:
        secret: str | None = keyring.get_password(service, user)
        return secret
    except KeyringError as error:
        raise SettingsWrong(f"The keyring of the system can't be read: {error}.") from error
