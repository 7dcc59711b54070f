"""The configuration: a TOML file that says what a person or a team has decided once and for all.

It is checked whole when it is read, and the program goes no further on one that can't be understood. The engine never
reads it: `rules` is what decisions take from it.
"""

import re
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from caseworker_tui.configuration.document_rules import read_team_rules
from caseworker_tui.configuration.location import file_to_read
from store.domain.ownership import OwnershipRule
from store.domain.rules import Rules
from store.domain.statuses import RiskLevel
from store.domain.team_rules import TeamRules
from store.domain.values import Flag, Text
from store.handwritten_files import bad_file, read_handwritten_file
from store.notifications.config_service import ConfigService
from store.notifications.rules_file import read_rules
from store.sync.settings import flat_properties
from store.validation import explain, printable

LONGEST_PATH: Final = 4096
"""In characters: what systems take, in bytes. A path is quoted whole in sentences."""


def _from_its_folder(path: object, info: ValidationInfo) -> object:
    """A path as the file means it: `~` is the home folder, and what is relative begins where the file lies."""
    if not isinstance(path, str) or not path.strip() or len(path) > LONGEST_PATH:
        raise ValueError("must be the path of a file")
    folder: Path = (info.context or {}).get("folder", Path())
    try:
        return folder / Path(path).expanduser()
    except RuntimeError as error:  # ~ of nobody
        raise ValueError(f"‘{path}’ names a home folder that is not there") from error


FilePath = Annotated[Path, BeforeValidator(_from_its_folder)]


# What these two refuse is not told again: it may be a secret in the wrong place.
def _address_of_a_service(text: str) -> str:
    try:
        parts = urlsplit(text)
        complete = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        complete = False
    if not complete or not text.isprintable() or " " in text:
        raise ValueError("must be the address of a service, like https://config.example.org/api")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must be an address without name, password, ‘?’ and ‘#’: a token goes into the environment")
    return text.rstrip("/")


def _name_of_a_variable(text: str) -> str:
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", text):
        raise ValueError("must be the name of an environment variable, which holds the token")
    return text


Url = Annotated[str, AfterValidator(_address_of_a_service)]

VariableName = Annotated[str, AfterValidator(_name_of_a_variable)]

Seconds = Annotated[float, Field(strict=True, gt=0, le=60, allow_inf_nan=False)]

Years = Annotated[int, Field(strict=True, ge=1, le=100)]


class Section(BaseModel):
    """A part of the file: nothing in it that we do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Review(Section):
    """After how many years an approved case is due again, by its risk."""

    low: Years = 5
    medium: Years = 3
    high: Years = 1


class Notifications(Section):
    """Whom to notify of what: rules in a file, and behind them those of a config service."""

    rules_file: Annotated[FilePath | None, Field(description="Rules of one's own, JSON.")] = None
    service_url: Annotated[Url | None, Field(description="The config service, asked in the background.")] = None
    timeout_seconds: Annotated[Seconds, Field(description="How long one answer may take.")] = 5
    token_env: Annotated[VariableName | None, Field(description="The environment variable with its token.")] = None

    @model_validator(mode="after")
    def _tokens_are_not_overheard(self) -> Self:
        if self.token_env is None:
            return self
        if self.service_url is None:
            raise ValueError("token_env is for the service at service_url, which is not set")
        parts = urlsplit(self.service_url)
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("a token goes to https only: what is sent by http can be read on its way")
        return self

    @property
    def service(self) -> ConfigService | None:
        if self.service_url is None:
            return None
        return ConfigService(self.service_url, self.token_env, self.timeout_seconds)


class Documents(Section):
    """Which documents are asked for."""

    rules_file: Annotated[FilePath | None, Field(description="The team's document rules; see `caseworker rules`.")] = (
        None
    )


def _kafka(table: object) -> object:
    return flat_properties(table) if isinstance(table, dict) else table


class OwnershipThreshold(Section):
    """From which share on an owner is proposed as a beneficial owner."""

    threshold: Annotated[float, Field(strict=True, gt=0, le=100, allow_inf_nan=False)] = 25.0
    or_more: Annotated[Flag, Field(description="Whether the threshold itself is enough.")] = True


class Configuration(Section):
    """What the file says; what it leaves out is as here."""

    actor: Annotated[Text | None, Field(description="Who acts; the user of the system unless given.")] = None
    database: Annotated[FilePath | None, Field(description="The database; in the user's data folder unless given.")] = (
        None
    )
    review: Review = Review()
    notifications: Notifications = Notifications()
    documents: Documents = Documents()
    kafka: Annotated[
        dict[str, str] | None,
        BeforeValidator(_kafka),
        Field(description="How to reach the team's cluster: properties of librdkafka; alone unless given."),
    ] = None
    ownership: OwnershipThreshold = OwnershipThreshold()

    @cached_property
    def team_rules(self) -> TeamRules | None:
        """The team's document rules, if it has any. Raises `BadFile`."""
        return read_team_rules(self.documents.rules_file) if self.documents.rules_file else None

    @property
    def rules(self) -> Rules:
        """The rules by which commands are decided, those of both rules files with them. Raises `BadFile`."""
        return self.rules_with(self.team_rules)

    def rules_with(self, team: TeamRules | None) -> Rules:
        """The same with other document rules of the team. Raises `BadFile`."""
        years = {RiskLevel.LOW: self.review.low, RiskLevel.MEDIUM: self.review.medium, RiskLevel.HIGH: self.review.high}
        notifications = read_rules(self.notifications.rules_file) if self.notifications.rules_file else ()
        rules = Rules(
            review_years=years,
            ownership=OwnershipRule(self.ownership.threshold, or_more=self.ownership.or_more),
            notifications=notifications,
            notification_service=self.notifications.service_url,
        )
        return replace(rules, documents=team.in_force, version=team.full_version) if team else rules


def read_configuration(path: Path | None = None) -> Configuration:
    """The configuration in the file at `path`, which must be there; else in the default one, which need not be.

    Raises `BadFile`.
    """
    where = file_to_read(path)
    if where is None:
        return Configuration()
    named = f"The configuration {printable(str(where))}"
    data = read_handwritten_file(where, "TOML", named)
    try:
        return Configuration.model_validate(data, context={"folder": where.absolute().parent})
    except ValidationError as error:
        raise bad_file(named, explain(error, Configuration)) from error
