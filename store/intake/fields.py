"""Field types for reading other people's records: lenient about absence, strict about what is there."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from store.domain.values import CountryCode, PartialDate, Text


class Outside(BaseModel):
    """A part of an outside record. Fields that nobody asks for are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _only_for_text(change: Callable[[str], Any]) -> BeforeValidator:
    return BeforeValidator(lambda value: change(value) if isinstance(value, str) else value)


_blank_is_absent = _only_for_text(lambda text: text if text.strip() else None)
_null_is_empty = BeforeValidator(lambda value: () if value is None else value)

OptionalText = Annotated[Text | None, _blank_is_absent]

Day = Annotated[PartialDate, _only_for_text(lambda text: text.partition("T")[0])]
"""The date of a date-time, as written: no time zone moves it to another day."""

OptionalDay = Annotated[Day | None, _blank_is_absent]

Country = Annotated[CountryCode, _only_for_text(lambda text: text.partition("-")[0])]
"""The country of a country or subdivision code: `US-MA` is `US` (ISO 3166-2 begins with ISO 3166-1)."""

OptionalCountry = Annotated[Country | None, _blank_is_absent]


def at_most(entries: int) -> BeforeValidator:
    """For lists: one that is longer is refused before anything in it is looked at."""

    def not_longer(value: Any) -> Any:
        if isinstance(value, list | tuple) and len(value) > entries:
            raise ValueError(f"must have at most {entries} entries, not {len(value)}")
        return value

    return BeforeValidator(not_longer)


NullIsEmpty = _null_is_empty
"""For lists: many programs write `null` where there is nothing to list."""
