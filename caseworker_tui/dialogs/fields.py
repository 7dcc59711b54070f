"""The fields that people fill in, each with its label and how to write it: for the form and for the dialogs alike."""

from dataclasses import dataclass, replace
from typing import Final

from caseworker_tui.dialogs.questions import Line


@dataclass(frozen=True, slots=True)
class Field:
    """`path` within its block; `hint` says how to write it. A form asks for it `only_for` cases of this kind."""

    path: str
    label: str
    hint: str = ""
    only_for: str = ""

    def within(self, block: str) -> "Field":
        return replace(self, path=f"{block}.{self.path}")

    def line(self) -> Line:
        """The question for a field that has to be there."""
        return Line(self.path, self.label, self.hint)

    def optional(self) -> "Field":
        """The same, whose hint says that it may be left empty."""
        return replace(self, hint="; ".join(filter(None, [self.hint, "empty if not known"])))

    def optional_line(self) -> Line:
        return Line(self.path, self.label, self.optional().hint, optional=True)


_DATE: Final = "YYYY-MM-DD, or YYYY-MM, or YYYY"
_COUNTRY: Final = "two letters, like FR"

FIRSTNAME: Final = Field("firstname", "First name")
LASTNAME: Final = Field("lastname", "Last name")
BIRTHDATE: Final = Field("birthdate", "Born", _DATE)
NATIONALITY: Final = Field("nationality", "Nationality", _COUNTRY)
RESIDENCE: Final = Field("country_of_residence", "Lives in", _COUNTRY)
NUMBER: Final = Field("registration_number", "Number")
LEI: Final = Field("lei", "LEI", "20 letters and digits")
COUNTRY: Final = Field("country", "Country", _COUNTRY)
ENDED_ON: Final = Field("ended_on", "Ended on", _DATE)

CASE_FIELDS: Final = (
    Field("client_id", "Client"),
    Field("case_type", "Case type", "STANDARD, ENHANCED_DUE_DILIGENCE, …"),
)
COMPANY_FIELDS: Final = (
    Field("registered_name", "Name"),
    replace(NUMBER, hint="as its register writes it"),
    LEI,
    Field("registration_date", "Registered", _DATE),
    Field("country_of_incorporation", "Incorporated", _COUNTRY),
    Field("legal_form", "Legal form"),
    Field("registered_address.street", "Street"),
    Field("registered_address.city", "City"),
    Field("registered_address.postal_code", "Postal code"),
    COUNTRY.within("registered_address"),
)
PERSON_FIELDS: Final = (
    FIRSTNAME,
    LASTNAME,
    BIRTHDATE,
    NATIONALITY,
    RESIDENCE,
    Field("email", "E-mail"),
    Field("role_in_company", "Role", "Director, …", only_for="KYB"),
)
OWNER_FIELDS: Final = (
    Field("entity_details.name", "Company", "for a company; leave empty for a person"),
    NUMBER.within("entity_details"),
    FIRSTNAME.within("person_details"),
    LASTNAME.within("person_details"),
    BIRTHDATE.within("person_details"),
    Field("share", "Share %", "37.5, or 25-50 for a band, or empty where unknown"),
)
