"""The configuration: a TOML file that says what a person or a team has decided once and for all.

It is checked whole when it is read, and the program goes no further on one that can't be understood. The engine never
reads it: `rules` is what decisions take from it.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Final

from platformdirs import user_config_path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo

from store.domain.decisions import Rules
from store.domain.statuses import RiskLevel
from store.domain.values import Text
from store.validation import explain

LARGEST: Final = 1024 * 1024
"""In bytes: more is no configuration but some other file, named by mistake."""


class BadConfiguration(Exception):
    """A configuration file that can't be used. `str()` is a sentence that names the file, the key and what to do."""


def _from_its_folder(path: object, info: ValidationInfo) -> object:
    """A path as the file means it: `~` is the home folder, and what is relative begins where the file lies."""
    if not isinstance(path, str) or not path.strip():
        raise ValueError("must be the path of a file")
    folder: Path = (info.context or {}).get("folder", Path())
    try:
        return folder / Path(path).expanduser()
    except RuntimeError as error:  # ~ of nobody
        raise ValueError(f"‘{path}’ names a home folder that is not there") from error


FilePath = Annotated[Path, BeforeValidator(_from_its_folder)]

Years = Annotated[int, Field(strict=True, ge=1, le=100)]


class Section(BaseModel):
    """A part of the file: nothing in it that we do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Review(Section):
    """After how many years an approved case is due again, by its risk."""

    low: Years = 5
    medium: Years = 3
    high: Years = 1


class Configuration(Section):
    """What the file says; what it leaves out is as here."""

    actor: Annotated[Text | None, Field(description="Who acts; the user of the system unless given.")] = None
    database: Annotated[FilePath | None, Field(description="The database; in the user's data folder unless given.")] = (
        None
    )
    review: Review = Review()

    @property
    def rules(self) -> Rules:
        """The rules by which commands are decided."""
        years = {RiskLevel.LOW: self.review.low, RiskLevel.MEDIUM: self.review.medium, RiskLevel.HIGH: self.review.high}
        return Rules(review_years=years)


def default_path() -> Path | None:
    """Where the configuration is looked for when nobody names one; None for a user without a home folder."""
    try:
        return user_config_path("caseworker", appauthor=False) / "config.toml"
    except RuntimeError:
        return None


def read_configuration(path: Path | None = None) -> Configuration:
    """The configuration in the file at `path`, which must be there; else in the default one, which need not be.

    Raises `BadConfiguration`.
    """
    where = path or default_path()
    if where is None or (path is None and not os.path.exists(where)):  # noqa: PTH110 (False where nobody may look)
        return Configuration()
    try:
        with where.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise BadConfiguration(f"The configuration {where} can't be read: {error.strerror}.") from error
    if len(content) > LARGEST:
        raise BadConfiguration(f"The configuration {where} has more than 1 MiB: name another file with --config.")
    try:
        data = tomllib.loads(content.decode())
    except ValueError as error:  # neither UTF-8 nor TOML
        raise BadConfiguration(f"The configuration {where} is not TOML in UTF-8: {error}.") from error
    try:
        return Configuration.model_validate(data, context={"folder": where.absolute().parent})
    except ValidationError as error:
        wrong = explain(error, Configuration)
        raise BadConfiguration(f"The configuration {where}: {wrong}{'' if wrong.endswith('?') else '.'}") from error
