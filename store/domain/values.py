"""What people, companies, owners and shares look like: frozen models that check what comes in.

Field names without a note are the wire's own (docs/formats.md). A field that is absent is unknown to us; what
somebody withheld or what does not apply is said with a value of its own, never with an absence.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.types import Strict
from pydantic_core import ErrorDetails, InitErrorDetails

from store.domain.statuses import Over

_PARTIAL_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_PRINTABLE_SPACE: Final = re.compile(r"\s+")


JOINERS: Final = "\u200c\u200d"
"""Invisible, but part of how Persian, Indic scripts and some emoji are written."""

FROM_THE_LOG: Final = "from the log"
"""The validation context of what is read back: it was checked on the day it was written, by the rules of that day.
A country that ceases to exist does not make the past unreadable."""


def _on_the_way_in(check: Callable[[str], str]) -> AfterValidator:
    def checked(text: str, info: ValidationInfo) -> str:
        return text if info.context is FROM_THE_LOG else check(text)

    return AfterValidator(checked)


class Value(BaseModel):
    """A value: equal by content, never changed, and nothing in it that we do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # built at first use: a quicker start


ENOUGH_WRONG: Final = 100
"""Of a list with more wrong entries than these the rest is not looked at: to tell what is wrong with an entry takes a
hundred times as long as to read it, and nobody is told all of it."""


def _in_parts(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    if not isinstance(value, list | tuple) or len(value) <= ENOUGH_WRONG:
        return validate(value)
    found: list[Any] = []
    wrong: list[InitErrorDetails] = []
    for start in range(0, len(value), ENOUGH_WRONG):
        try:
            found += validate(value[start : start + ENOUGH_WRONG])
        except ValidationError as error:
            wrong += (_further_on(each, start) for each in error.errors(include_url=False))
        if len(wrong) > ENOUGH_WRONG:
            break
    if wrong:
        raise ValidationError.from_exception_data("a list", wrong)
    return tuple(found)


def _further_on(error: ErrorDetails, entries: int) -> InitErrorDetails:
    """What is wrong with an entry of a part of a list, in the list as a whole."""
    index, *within = error["loc"]
    location = (int(index) + entries, *within)
    return InitErrorDetails(type=error["type"], loc=location, input=error["input"], ctx=error.get("ctx", {}))


LongList = WrapValidator(_in_parts)
"""For a list that comes from outside."""


FORMS: Final[dict[str, str]] = {}
"""What each pattern of a field allows, in words: for the sentence that refuses what does not fit."""


def form(pattern: str, in_words: str, *, min_length: int | None = None, max_length: int | None = None) -> Any:
    """A field whose text has this form: a regular expression, and the same in words."""
    FORMS[pattern] = in_words
    return Field(pattern=pattern, min_length=min_length, max_length=max_length)


def _printable(text: str) -> str:
    text = _PRINTABLE_SPACE.sub(" ", text).strip()
    if not text:
        raise ValueError("must not be empty")
    _showable(text)
    return text


def _prose(text: str) -> str:
    """Line breaks and tabs are kept, trailing space is not."""
    text = "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
    if not text.strip():
        raise ValueError("must not be empty")
    _showable(text, allowed="\n\t")
    return text


def _showable(text: str, *, allowed: str = "") -> None:
    allowed += JOINERS
    if text.isprintable():
        return
    for character in text:
        if character not in allowed and unicodedata.category(character) in {"Cc", "Cf", "Cs"}:
            raise ValueError(f"holds a character that can't be shown (U+{ord(character):04X})")


def _full_date(text: str) -> str:
    if len(_existing_date(text)) != len("YYYY-MM-DD"):
        raise ValueError(f"‘{text}’ is not a day: write YYYY-MM-DD")
    return text


def _existing_date(text: str) -> str:
    match = _PARTIAL_DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"‘{text}’ is not a date: write YYYY-MM-DD, or YYYY-MM or YYYY where no more is known")
    year, month, day = (int(part) if part else None for part in match.groups())
    exists = (
        bool(year)
        and (month is None or 1 <= month <= 12)
        and (day is None or 1 <= day <= monthrange(year or 1, month or 1)[1])
    )
    if not exists:
        raise ValueError(f"‘{text}’ is not a date that exists")
    return text


@cache
def country_names() -> dict[str, str]:
    """ISO 3166-1 alpha-2 codes, with the English name of each, and XK."""
    import pycountry

    names = {country.alpha_2: getattr(country, "common_name", country.name) for country in pycountry.countries}
    return names | {"XK": "Kosovo"}


def _existing_country(text: str) -> str:
    code = text.upper()
    if not text.isascii() or code not in country_names():
        raise ValueError(f"‘{text}’ is not a country code (ISO 3166-1 alpha-2, like FR)")
    return code


def _valid_lei(text: str) -> str:
    from stdnum import lei

    code = text.upper()
    if not (len(code) == 20 and code.isascii() and code.isalnum() and lei.is_valid(code)):
        raise ValueError(f"‘{text}’ is not an LEI: 18 letters and digits and 2 check digits that fit (ISO 17442)")
    return str(code)


def _plausible_email(text: str) -> str:
    name, at, host = text.partition("@")
    if not (name and at and "." in host.strip(".")) or " " in text or "@" in host:
        raise ValueError(f"‘{text}’ is not an e-mail address, like name@example.org")
    return text


Text = Annotated[str, StringConstraints(max_length=500), _on_the_way_in(_printable)]
"""One line that can be shown: white space folded, never empty, nothing invisible, at most 500 characters."""

Prose = Annotated[str, StringConstraints(max_length=10_000), _on_the_way_in(_prose)]
"""Text of several lines, for notes and evidence: at most 10,000 characters, nothing invisible."""

Day = Annotated[str, _on_the_way_in(_full_date)]
"""An ISO 8601 date, complete."""

PartialDate = Annotated[str, _on_the_way_in(_existing_date)]
"""An ISO 8601 date of which registers may know only the year, or year and month."""

CountryCode = Annotated[str, _on_the_way_in(_existing_country)]
"""ISO 3166-1 alpha-2, in capitals."""

Lei = Annotated[str, _on_the_way_in(_valid_lei)]
"""A legal entity identifier with its check digits verified (ISO 17442)."""

Email = Annotated[str, StringConstraints(max_length=254), _on_the_way_in(_printable), _on_the_way_in(_plausible_email)]

Percent = Annotated[float, Strict(), Field(ge=0, le=100, allow_inf_nan=False)]
"""0 to 100."""

Flag = Annotated[bool, Strict()]

Sha256 = Annotated[str, form(r"^[0-9a-f]{64}$", "a SHA-256, 64 digits of 0-9 and a-f")]
"""A SHA-256 as 64 hexadecimal digits."""


class NameOfView(Value):
    """How a person calls a query that they keep."""

    name: Annotated[Text, Field(max_length=30)]


class PersonData(Value):
    firstname: Text
    lastname: Text
    birthdate: PartialDate | None = None
    role_in_company: Text | None = None
    nationality: CountryCode | None = None
    country_of_residence: CountryCode | None = None
    email: Email | None = None

    @property
    def full_name(self) -> str:
        return f"{self.firstname} {self.lastname}"


class AddressData(Value):
    street: Text | None = None
    city: Text | None = None
    state_province: Text | None = None
    postal_code: Text | None = None
    country: CountryCode


class CompanyProfileData(Value):
    registered_name: Text
    trading_name: Text | None = None
    registration_number: Text | None = None
    registration_date: PartialDate | None = None
    country_of_incorporation: CountryCode
    registered_address: AddressData
    business_type: Text | None = None
    industry_sector: Text | None = None
    lei: Lei | None = None
    legal_form: Text | None = None


class EntityData(Value):
    """An owner that is not a natural person: a company, a trust, a state body."""

    name: Text
    entity_type: Text | None = None
    registration_number: Text | None = None
    country: CountryCode | None = None
    lei: Lei | None = None


class OwnerKind(StrEnum):
    PERSON = "person"
    ENTITY = "entity"
    UNSPECIFIED = "unspecified"


class Directness(StrEnum):
    DIRECT = "direct"
    INDIRECT = "indirect"
    UNKNOWN = "unknown"


class UnspecifiedReason(StrEnum):
    """Why an owner is not named (BODS 0.4, code list unspecifiedReason)."""

    NO_BENEFICIAL_OWNERS = "noBeneficialOwners"
    SUBJECT_UNABLE = "subjectUnableToConfirmOrIdentifyBeneficialOwner"
    PARTY_SILENT = "interestedPartyHasNotProvidedInformation"
    SUBJECT_EXEMPT = "subjectExemptFromDisclosure"
    PARTY_EXEMPT = "interestedPartyExemptFromDisclosure"
    UNKNOWN = "unknown"
    UNKNOWN_TO_PUBLISHER = "informationUnknownToPublisher"


class Share(Value):
    """A part in per cent: exact, or a band of which either end may be unknown."""

    exact: Percent | None = None
    minimum: Percent | None = None
    maximum: Percent | None = None
    exclusive_minimum: Flag = False
    exclusive_maximum: Flag = False

    @model_validator(mode="after")
    def _one_way_of_saying_it(self) -> Self:
        if self.exact is not None and not (self.minimum is None and self.maximum is None):
            raise ValueError("a share is either exact or a band with a minimum and a maximum, not both")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"the minimum share ({self.minimum:g} %) is over the maximum ({self.maximum:g} %)")
        return self

    @property
    def lowest(self) -> float | None:
        return self.minimum if self.exact is None else self.exact

    @property
    def highest(self) -> float | None:
        return self.maximum if self.exact is None else self.exact


class Interest(Value):
    """One way in which an owner holds a company, as its register states it (BODS 0.4, interestType)."""

    type: Text
    directness: Directness = Directness.UNKNOWN
    share: Share | None = None
    started_on: PartialDate | None = None
    ended_on: PartialDate | None = None


class BeneficialOwnerData(Value):
    """Who owns or controls a company, as far as it is known.

    Beyond the wire: `kind`, `share` (for bands), `interests`, and `party` and `held_in`, which join owners into
    chains: a share is held in the company of the case, or in the owner whose `party` is `held_in`.
    """

    kind: OwnerKind = OwnerKind.PERSON
    person_details: PersonData | None = None
    entity_details: EntityData | None = None
    unspecified_reason: UnspecifiedReason | None = None
    unspecified_details: Text | None = None
    ownership_percentage: Percent | None = None
    share: Share | None = None
    directness: Directness = Directness.UNKNOWN
    types_of_control: Annotated[tuple[Text, ...], LongList] = ()
    is_ubo: Flag = False
    interests: Annotated[tuple[Interest, ...], LongList] = ()
    party: Text | None = None
    held_in: Text | None = None
    source: Text | None = None
    as_of: PartialDate | None = None
    ended_on: PartialDate | None = None

    @model_validator(mode="after")
    def _details_fit_the_kind(self) -> Self:
        given = {
            OwnerKind.PERSON: self.person_details,
            OwnerKind.ENTITY: self.entity_details,
            OwnerKind.UNSPECIFIED: self.unspecified_reason,
        }
        field = {
            OwnerKind.PERSON: "person_details",
            OwnerKind.ENTITY: "entity_details",
            OwnerKind.UNSPECIFIED: "unspecified_reason",
        }
        if given[self.kind] is None:
            raise ValueError(f"an owner of kind {self.kind} needs {field[self.kind]}")
        for kind, details in given.items():
            if kind is not self.kind and details is not None:
                raise ValueError(f"an owner of kind {self.kind} can't have {field[kind]}")
        if self.ownership_percentage is not None and self.share is not None:
            raise ValueError("give ownership_percentage for an exact share or share for a band, not both")
        return self

    @property
    def held_share(self) -> Share | None:
        """The share, however it was given; None where no figure is known."""
        return self.share if self.ownership_percentage is None else Share(exact=self.ownership_percentage)

    @property
    def name(self) -> str:
        """The owner's name, or why there is none."""
        if self.person_details is not None:
            return self.person_details.full_name
        if self.entity_details is not None:
            return self.entity_details.name
        return f"not named: {words(self.unspecified_reason or '')}"


class Candidate(Value):
    """A natural person who may be a beneficial owner, and what the rules find: `owner_ids` are all their entries among
    the owners, `minimum` and `maximum` their effective share in per cent, `reasons` how they control the company."""

    owner_ids: tuple[str, ...]
    person_id: str
    name: str
    minimum: float
    maximum: float
    ownership: Over
    control: Over
    reasons: tuple[str, ...] = ()

    @property
    def over(self) -> Over:
        """The better of the two prongs."""
        return min(self.ownership, self.control, key=list(Over).index)


WHOLE: Final = 100.000001
"""All of a company in per cent, with room for shares that are stated with a few decimals."""


def direct_minimum(owners: Iterable[BeneficialOwnerData]) -> float:
    """The least, in per cent, that these owners together hold directly in the company itself."""
    return sum(
        owner.held_share.lowest or 0.0
        for owner in owners
        if owner.held_share and not owner.held_in and not owner.ended_on and owner.directness is not Directness.INDIRECT
    )


def words(code: str) -> str:
    """A code of a code list as words: `subjectExemptFromDisclosure` is `subject exempt from disclosure`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", code).lower()
