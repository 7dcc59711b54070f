"""The commands: what somebody wants, as checked models. `COMMANDS` is the list of them all.

A command says what the person saw where that matters (`old_status`), so that it can tell when that no longer holds.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import AfterValidator, AliasChoices, BeforeValidator, ConfigDict, Field, JsonValue, model_validator
from pydantic_core import to_json

from store.domain.statuses import DocumentStatus, RejectionReason, TraitementType
from store.domain.values import BeneficialOwnerData, CompanyProfileData, PersonData, Text, Value

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
"""An id as it is written: 1 to 200 printable ASCII characters without spaces."""


def _storable(metadata: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    try:
        to_json(metadata)
    except ValueError as error:  # half of a surrogate pair is no text
        raise ValueError("holds text that can't be written as UTF-8") from error
    return metadata


Metadata = Annotated[Mapping[str, JsonValue], AfterValidator(_storable)]
"""A JSON object that can be stored as it is."""


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


class Command(Value):
    """What every command has in common: nothing but that its fields are checked and known."""

    model_config = ConfigDict(populate_by_name=True, allow_inf_nan=False)


class CreateCase(Command):
    """Open a case file on a person (KYC) or on a company with its people and owners (KYB)."""

    client_id: Text
    traitement_type: Annotated[TraitementType, BeforeValidator(_upper)]
    case_type: Text
    persons: tuple[PersonData, ...] = ()
    company_profile: CompanyProfileData | None = None
    beneficial_owners: tuple[BeneficialOwnerData, ...] = ()
    source: Text | None = None

    @model_validator(mode="after")
    def _fits_its_traitement_type(self) -> Self:
        if self.traitement_type is TraitementType.KYB:
            if self.company_profile is None:
                raise ValueError("a KYB case needs a company_profile")
            return self
        if not self.persons:
            raise ValueError("a KYC case needs at least one person in persons")
        if self.beneficial_owners:
            raise ValueError("a KYC case can't have beneficial_owners: they belong to a company (KYB)")
        if self.company_profile is not None:
            raise ValueError("a KYC case can't have a company_profile: use KYB for a company")
        return self


class DetermineInitialDocumentRequirements(Command):
    """Ask for every document that the rules in force require and that the case does not list yet."""

    case_id: Id


class UpdateDocumentStatus(Command):
    """Move a document to another status.

    `metadata` is merged into what is known of the document (JSON Merge Patch, RFC 7396): null takes a key away.
    """

    document_requirement_id: Id
    new_status: DocumentStatus = Field(validation_alias=AliasChoices("new_status", "status"))
    old_status: DocumentStatus | None = None
    reason: Text | None = None
    reason_code: RejectionReason | None = None
    metadata: Metadata = Field(default_factory=dict)


COMMANDS: Final[Mapping[str, type[Command]]] = {
    model.__name__: model for model in (CreateCase, DetermineInitialDocumentRequirements, UpdateDocumentStatus)
}
