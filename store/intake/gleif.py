"""Level 1 records of the Global LEI Foundation (who is who) to a KYB `CreateCase`.

Two layouts of the same data: the golden copy's JSON (`LEI`, `Entity`, `Registration`; names after LEI-CDF 3.1)
and the attributes of the LEI look-up API (`lei`, `entity`, `registration`). Level 2 records (who owns whom) hold
no more than two identifiers and are no cases: see `store.intake.formats`.
"""

from typing import Annotated, Any, Final

from pydantic import AliasChoices, AliasPath, BeforeValidator, Field

from store.domain.commands import CreateCase
from store.domain.identifiers import content_id
from store.domain.statuses import TraitementType
from store.domain.values import AddressData, CompanyProfileData, Lei, Text
from store.intake.fields import Country, NullIsEmpty, OptionalCountry, OptionalDay, OptionalText, Outside

TRADING_NAME: Final = "TRADING_OR_OPERATING_NAME"


def _either(golden: str, api: str) -> AliasChoices:
    """Where a field is, below `Entity` in the golden copy and below `entity` in the API."""
    return AliasChoices(AliasPath("Entity", *golden.split(".")), AliasPath("entity", *api.split(".")))


_Lines = Annotated[
    tuple[OptionalText, ...],
    NullIsEmpty,
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
]


class OtherName(Outside):
    name: OptionalText = Field(None, validation_alias=AliasChoices("OtherEntityName", "name"))
    type: OptionalText = None


class LeiRecord(Outside):
    """What we read of an LEI record, and where it stands in either layout."""

    lei: Lei = Field(validation_alias=AliasChoices("LEI", "lei"))
    name: Text = Field(validation_alias=_either("LegalName", "legalName.name"))
    other_names: Annotated[tuple[OtherName, ...], NullIsEmpty] = Field(
        (), validation_alias=_either("OtherEntityNames", "otherNames")
    )
    registered_as: OptionalText = Field(
        None, validation_alias=_either("RegistrationAuthority.RegistrationAuthorityEntityID", "registeredAs")
    )
    created_on: OptionalDay = Field(None, validation_alias=_either("EntityCreationDate", "creationDate"))
    jurisdiction: OptionalCountry = Field(None, validation_alias=_either("LegalJurisdiction", "jurisdiction"))
    category: OptionalText = Field(None, validation_alias=_either("EntityCategory", "category"))
    legal_form: OptionalText = Field(None, validation_alias=_either("LegalForm.EntityLegalFormCode", "legalForm.id"))
    other_legal_form: OptionalText = Field(
        None, validation_alias=_either("LegalForm.OtherLegalForm", "legalForm.other")
    )
    first_lines: _Lines = Field(
        (), validation_alias=_either("LegalAddress.FirstAddressLine", "legalAddress.addressLines")
    )
    more_lines: _Lines = Field((), validation_alias=AliasPath("Entity", "LegalAddress", "AdditionalAddressLine"))
    mail_routing: OptionalText = Field(
        None, validation_alias=_either("LegalAddress.MailRouting", "legalAddress.mailRouting")
    )
    city: OptionalText = Field(None, validation_alias=_either("LegalAddress.City", "legalAddress.city"))
    region: OptionalText = Field(None, validation_alias=_either("LegalAddress.Region", "legalAddress.region"))
    postal_code: OptionalText = Field(
        None, validation_alias=_either("LegalAddress.PostalCode", "legalAddress.postalCode")
    )
    country: Country = Field(validation_alias=_either("LegalAddress.Country", "legalAddress.country"))


def read_lei_record(value: Any) -> tuple[str, CreateCase]:
    """The command of an LEI record (of the API: its attributes), and its command id, which derives from the LEI.

    A record without a legal jurisdiction counts as incorporated in the country of its legal address.
    Raises `pydantic.ValidationError` when it can't be read; its paths are those of the record.
    """
    record = LeiRecord.model_validate(value)
    trading_names = (other.name for other in record.other_names if other.type == TRADING_NAME)
    profile = CompanyProfileData(
        registered_name=record.name,
        trading_name=next(trading_names, None),
        registration_number=record.registered_as,
        registration_date=record.created_on,
        country_of_incorporation=record.jurisdiction or record.country,
        registered_address=AddressData(
            street=_street(record),
            city=record.city,
            state_province=record.region,
            postal_code=record.postal_code,
            country=record.country,
        ),
        business_type=record.category,
        lei=record.lei,
        legal_form=record.other_legal_form or record.legal_form,
    )
    command = CreateCase(
        client_id=record.lei,
        traitement_type=TraitementType.KYB,
        case_type="STANDARD",
        company_profile=profile,
        source=f"GLEIF LEI record {record.lei}",
    )
    return content_id("lei", record.lei), command


def _street(record: LeiRecord) -> str | None:
    """All lines of the address once: a mail routing often repeats the first line."""
    lines = dict.fromkeys((*record.first_lines, *record.more_lines, record.mail_routing))
    return ", ".join(line for line in lines if line) or None
