"""The commands: what somebody wants, as checked models. `COMMANDS` is the list of them all.

A command says what the person saw where that matters (`old_status`), so that it can tell when that no longer holds.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import AfterValidator, AliasChoices, BeforeValidator, ConfigDict, Field, JsonValue, model_validator
from pydantic_core import from_json, to_json

from store.domain.screening import Screening
from store.domain.statuses import (
    CheckKind,
    CheckOutcome,
    Decision,
    DocumentStatus,
    RejectionReason,
    RiskLevel,
    TraitementType,
)
from store.domain.values import (
    FROM_THE_LOG,
    BeneficialOwnerData,
    CompanyProfileData,
    Day,
    PersonData,
    Prose,
    Sha256,
    Text,
    Value,
)

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
"""An id as it is written: 1 to 200 printable ASCII characters without spaces."""


def _storable(metadata: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    try:
        to_json(metadata)
    except ValueError as error:  # half of a surrogate pair is no text
        raise ValueError("holds text that can't be written as UTF-8") from error
    return metadata


MediaType = Annotated[str, Field(max_length=127, pattern=r"^[a-z0-9][a-z0-9.+_-]*/[a-z0-9][a-z0-9.+_-]*$")]
"""What kind of content a file has, like `application/pdf`."""


def _plain_name(name: str) -> str:
    if "/" in name or "\\" in name or name in (".", ".."):
        raise ValueError(f"‘{name}’ is not the name of a file: leave out its folders")
    return name


FileName = Annotated[Text, Field(max_length=255), AfterValidator(_plain_name)]
"""The name of a file, without its folders."""

NO_DATE: Final = "none"


SeenDay = Annotated[str, Field(pattern=r"^(none|[0-9]{4}-[0-9]{2}-[0-9]{2})$")]
"""A day as it was seen, or `NO_DATE` where none was."""


Metadata = Annotated[Mapping[str, JsonValue], AfterValidator(_storable)]
"""A JSON object that can be stored as it is."""


Tag = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
"""A word to find cases by: small letters, digits, `-`, `_` and `.`."""


def _long_enough(reason: str) -> str:
    if len(reason) < 10:
        raise ValueError("must have at least 10 characters: somebody else has to understand it")
    return reason


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


class OfDocument(Command):
    """A command on a document that a case asks for."""

    document_requirement_id: Id


class UpdateDocumentStatus(OfDocument):
    """Move a document to another status.

    `metadata` is merged into what is known of the document (JSON Merge Patch, RFC 7396): null takes a key away.
    """

    new_status: DocumentStatus = Field(validation_alias=AliasChoices("new_status", "status"))
    old_status: DocumentStatus | None = None
    reason: Text | None = None
    reason_code: RejectionReason | None = None
    metadata: Metadata = Field(default_factory=dict)


class OfCase(Command):
    """A command on a case that exists."""

    case_id: Id


class DetermineInitialDocumentRequirements(OfCase):
    """Ask for every document that the rules in force require and that the case does not list yet."""


class AddPersonToCase(OfCase):
    """Add a person who has no role in the company, or a further person of a KYC case."""

    person: PersonData


class LinkPersonToCompany(OfCase):
    """Add a person with their role in the company."""

    person: PersonData

    @model_validator(mode="after")
    def _has_a_role(self) -> Self:
        if not self.person.role_in_company:
            raise ValueError("a person who is linked to a company needs a role_in_company")
        return self


class AddBeneficialOwner(OfCase):
    owner: BeneficialOwnerData


class CorrectBeneficialOwner(OfCase):
    """Replace what is known of an owner. `seen` is the owner as the person saw it, if they want to be told when that
    no longer holds."""

    owner_id: Id
    owner: BeneficialOwnerData
    seen: BeneficialOwnerData | None = None


class RemoveBeneficialOwner(OfCase):
    owner_id: Id
    reason: Text


class ConfirmBeneficialOwners(OfCase):
    """Say who the beneficial owners are, by their entries among the owners; or, where nobody is one, which person of
    the case is the senior managing official. Whoever was one before and is not named is none any more."""

    owner_ids: tuple[Id, ...] = ()
    senior_managing_official: Id | None = None
    reason: Text | None = None


class UpdateCompanyProfile(OfCase):
    """Replace the company's profile. `seen` is the profile as the person saw it."""

    company_profile: CompanyProfileData
    seen: CompanyProfileData | None = None


class RequestDocument(OfCase):
    """Ask for a document beyond the rules, of the company or of a person of the case."""

    entity_id: Id
    document_type: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{2,79}$")]
    reason: Text


class WaiveDocument(OfDocument):
    """Do without a document."""

    reason: Text
    old_status: DocumentStatus | None = None


class AttachFile(OfDocument):
    """Attach a file, known by its content, to a document: a document that waits for one, or was rejected, is uploaded
    with it. `expires_on` absent says nothing about when the document expires."""

    sha256: Sha256
    size: Annotated[int, Field(ge=1)]
    media_type: MediaType
    file_name: FileName
    expires_on: Day | None = None
    old_status: DocumentStatus | None = None


class SetDocumentExpiry(OfDocument):
    """Set the last day on which a document holds; null takes it away. `seen` is the day as the person saw it."""

    expires_on: Day | None
    seen: SeenDay | None = None


class AssignCase(OfCase):
    assignee: Text


class UnassignCase(OfCase):
    pass


class SetDueDate(OfCase):
    """Set the day by which the case is to be decided; null takes it away."""

    due_date: Day | None


class TagCase(OfCase):
    tag: Tag


class UntagCase(OfCase):
    tag: Tag


class AddNote(OfCase):
    text: Prose


class RecordCheck(OfCase):
    """Record what a check of a person, of the company, of an owner, or (without `entity_id`) of the whole case came to.

    `screening` is what it compared, when it was made against a list.
    """

    kind: CheckKind
    outcome: CheckOutcome
    evidence: Prose
    entity_id: Id | None = None
    screening: Screening | None = None

    @model_validator(mode="after")
    def _screening_is_of_a_party(self) -> Self:
        if self.screening is None:
            return self
        if self.entity_id is None:
            raise ValueError("a check against a list is of one party: name it with entity_id")
        if self.screening.candidate is None and self.outcome is not CheckOutcome.CLEAR:
            raise ValueError(
                "a check against a list is CLEAR where there is no candidate: name the candidate otherwise"
            )
        return self


class RateRisk(OfCase):
    """The person's own rating, whatever the proposal was."""

    level: RiskLevel
    reason: Text


class AwaitClient(OfCase):
    """The next move is the client's."""

    reason: Text


class ResumeCase(OfCase):
    """The client has answered."""

    reason: Text | None = None


class WithdrawCase(OfCase):
    reason: Text


class ReopenCase(OfCase):
    reason: Text


class ProposeDecision(OfCase):
    """Propose to approve or reject; somebody else approves the decision or returns it."""

    decision: Decision
    reason: Annotated[Text, AfterValidator(_long_enough)]


class ApproveDecision(OfCase):
    """Approve what was proposed. `decision` is what the person saw."""

    decision: Decision | None = None


class ReturnDecision(OfCase):
    """Give a proposed decision back to work."""

    reason: Text


COMMANDS: Final[Mapping[str, type[Command]]] = {
    model.__name__: model
    for model in (
        CreateCase,
        DetermineInitialDocumentRequirements,
        UpdateDocumentStatus,
        AddPersonToCase,
        LinkPersonToCompany,
        AddBeneficialOwner,
        CorrectBeneficialOwner,
        RemoveBeneficialOwner,
        ConfirmBeneficialOwners,
        UpdateCompanyProfile,
        RequestDocument,
        WaiveDocument,
        AttachFile,
        SetDocumentExpiry,
        AssignCase,
        UnassignCase,
        SetDueDate,
        TagCase,
        UntagCase,
        AddNote,
        RecordCheck,
        RateRisk,
        AwaitClient,
        ResumeCase,
        WithdrawCase,
        ReopenCase,
        ProposeDecision,
        ApproveDecision,
        ReturnDecision,
    )
}


def as_text(command: Command) -> str:
    """A command as the log keeps it: the same text for the same command, on every machine."""
    data = command.model_dump(mode="json", exclude_defaults=True)
    return _AS_TEXT({"command": type(command).__name__, "data": data})


_AS_TEXT: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def from_text(text: str) -> Command:
    """The command that the log keeps as `text`. Raises `ValueError` if this version of the program has none such."""
    kept = from_json(text)
    model = COMMANDS.get(kept["command"])
    if model is None:
        raise ValueError(f"there is no command {kept['command']}")
    return model.model_validate(kept["data"], context=FROM_THE_LOG)
