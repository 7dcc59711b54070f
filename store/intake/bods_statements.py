"""The statements of the Beneficial Ownership Data Standard 0.4 as far as we read them.

Field names and rules are those of its JSON schema (github.com/openownership/data-standard, schema/). What the
schema demands but we can do without may be absent; what is there has to be of the right type.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, AliasChoices, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from store.domain.values import Directness, Flag, Percent, Share, Text, UnspecifiedReason, country_names
from store.intake.fields import OptionalCountry, OptionalDay, OptionalText, Outside

VERSION: Final = "0.4"


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"‘{text}’ is not a date or date-time (ISO 8601, like 2024-05-31)") from None
    return text


class Part(Outside):
    """A part of a statement. In Python its fields are called as ever, in JSON like `recordId`."""

    model_config = ConfigDict(alias_generator=to_camel)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        return {key: part for key, part in value.items() if part is not None} if isinstance(value, dict) else value


class Publisher(Part):
    name: OptionalText = None
    url: OptionalText = None


class PublicationDetails(Part):
    publication_date: Annotated[str, AfterValidator(_moment)] | None = None
    bods_version: str | None = None
    publisher: Publisher | None = None


class Source(Part):
    type: tuple[str, ...] = ()


class Head(Part):
    """Of which record a statement is and when it was made, whatever its details."""

    record_id: Text
    record_type: Literal["entity", "person", "relationship"]
    record_status: Literal["new", "updated", "closed"] | None = None
    statement_date: Annotated[str, AfterValidator(_moment)] | None = None
    publication_details: PublicationDetails = PublicationDetails()
    source: Source | None = None

    @property
    def made(self) -> tuple[datetime, datetime]:
        """What orders the statements on one record: the statement's date, then that of its publication."""
        return _instant(self.statement_date), _instant(self.publication_details.publication_date)

    @property
    def day(self) -> str | None:
        stated = self.statement_date or self.publication_details.publication_date
        return datetime.fromisoformat(stated).date().isoformat() if stated else None

    @property
    def publisher(self) -> str:
        publisher = self.publication_details.publisher
        return (publisher and (publisher.name or publisher.url)) or ""


def _instant(text: str | None) -> datetime:
    """A date alone is its first moment, a time without a zone is in UTC, an absent one is before all others."""
    moment = datetime.fromisoformat(text or "0001-01-01")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Place(Part):
    """A country or jurisdiction: a name and, mostly, an ISO 3166 code, of which the country is kept."""

    code: OptionalCountry = None
    name: OptionalText = None

    @property
    def country(self) -> str | None:
        """Its code, given or found by its exact name."""
        if self.code or not self.name:
            return self.code
        return next((code for code, name in country_names().items() if name == self.name), None)


class Address(Part):
    type: OptionalText = None
    address: OptionalText = None
    post_code: OptionalText = None
    country: Place | None = None


class Unspecified(Part):
    reason: UnspecifiedReason
    description: OptionalText = None


class Identifier(Part):
    id: OptionalText = None
    scheme: OptionalText = None
    scheme_name: OptionalText = None


class EntityType(Part):
    type: Literal[
        "registeredEntity",
        "legalEntity",
        "arrangement",
        "anonymousEntity",
        "unknownEntity",
        "state",
        "stateBody",
    ]
    subtype: OptionalText = None
    details: OptionalText = None


class Entity(Part):
    entity_type: EntityType
    name: OptionalText = None
    jurisdiction: Place | None = Field(
        None, validation_alias=AliasChoices("jurisdiction", "incorporatedInJurisdiction")
    )
    identifiers: tuple[Identifier, ...] = ()
    founding_date: OptionalDay = None
    addresses: tuple[Address, ...] = ()
    unspecified_entity_details: Unspecified | None = None


class Name(Part):
    type: OptionalText = None
    full_name: OptionalText = None
    family_name: OptionalText = None
    given_name: OptionalText = None
    patronymic_name: OptionalText = None


class Person(Part):
    person_type: Literal["knownPerson", "anonymousPerson", "unknownPerson"]
    names: tuple[Name, ...] = ()
    birth_date: OptionalDay = None
    nationalities: tuple[Place, ...] = ()
    addresses: tuple[Address, ...] = ()
    unspecified_person_details: Unspecified | None = None


class StatedShare(Part):
    """Bounds are numbers in 0.4, the exclusive ones too; an exact share may repeat itself in both bounds."""

    exact: Percent | None = None
    minimum: Percent | None = None
    maximum: Percent | None = None
    exclusive_minimum: Percent | None = None
    exclusive_maximum: Percent | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self.as_share()
        return self

    def as_share(self) -> Share | None:
        """The exact share, or the narrowest of the bounds; None if nothing is said."""
        minimum, above = max(_stated(self.minimum, self.exclusive_minimum), default=(None, False))
        maximum, below = min(
            _stated(self.maximum, self.exclusive_maximum),
            key=lambda bound: (bound[0], not bound[1]),
            default=(None, False),
        )
        if self.exact is not None:
            if (minimum or 0) <= self.exact <= (100 if maximum is None else maximum):
                return Share(exact=self.exact)
            raise ValueError(f"the exact share ({self.exact:g} %) is outside its minimum and maximum")
        if minimum is None and maximum is None:
            return None
        return Share(minimum=minimum, maximum=maximum, exclusive_minimum=above, exclusive_maximum=below)


def _stated(inclusive: float | None, exclusive: float | None) -> list[tuple[float, bool]]:
    """The bounds that are given, each with whether it is exclusive."""
    return [(bound, flag) for bound, flag in ((inclusive, False), (exclusive, True)) if bound is not None]


class StatedInterest(Part):
    type: OptionalText = None
    direct_or_indirect: Directness = Directness.UNKNOWN
    beneficial_ownership_or_control: Flag = False
    share: StatedShare | None = None
    start_date: OptionalDay = None
    end_date: OptionalDay = None


class Party(Part):
    """Either end of a relationship: the id of a record, or why there is none."""

    record_id: OptionalText = None
    reason: UnspecifiedReason | None = None
    description: OptionalText = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.record_id and not self.reason:
            raise ValueError("must be the recordId of a record, or an object with a reason")
        return self


_PartyOrId = Annotated[Party, BeforeValidator(lambda value: {"recordId": value} if isinstance(value, str) else value)]


class Relationship(Part):
    subject: _PartyOrId
    interested_party: _PartyOrId
    interests: tuple[StatedInterest, ...] = ()
