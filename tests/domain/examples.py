"""The people, companies and cases that the tests speak of. All of them are made up."""

from typing import Any

from store.domain.case_file import EMPTY
from store.domain.commands import CreateCase
from store.domain.decisions import Context, Rules, decide
from store.domain.events import Payload
from store.domain.statuses import TraitementType
from store.domain.values import (
    AddressData,
    BeneficialOwnerData,
    CompanyProfileData,
    EntityData,
    OwnerKind,
    PersonData,
    UnspecifiedReason,
)
from tests.domain.specification import COMMAND_ID

ANA = PersonData(firstname="Ana", lastname="Ruiz", birthdate="1980-02-29", nationality="ES")
BEN = PersonData(firstname="Ben", lastname="Okoro", birthdate="1975-11-03")
DIRECTOR = PersonData(firstname="Dora", lastname="Lind", birthdate="1969-07", role_in_company="Director")

ACME = CompanyProfileData(
    registered_name="Acme Werke GmbH",
    registration_number="HRB 12345",
    country_of_incorporation="DE",
    registered_address=AddressData(city="Köln", country="DE"),
)

HOLDING = BeneficialOwnerData(kind=OwnerKind.ENTITY, entity_details=EntityData(name="Acme Holding BV"))
NOBODY = BeneficialOwnerData(kind=OwnerKind.UNSPECIFIED, unspecified_reason=UnspecifiedReason.SUBJECT_EXEMPT)


def owner(person: PersonData, **more: Any) -> BeneficialOwnerData:
    """A natural person as an owner; their role in the company is not the register's to tell."""
    return BeneficialOwnerData(person_details=person.model_copy(update={"role_in_company": None}), **more)


def kyc(*persons: PersonData, case_type: str = "standard", client_id: str = "C-1") -> CreateCase:
    return CreateCase(
        client_id=client_id,
        traitement_type=TraitementType.KYC,
        case_type=case_type,
        persons=persons or (ANA,),
    )


def kyb(*persons: PersonData, owners: tuple[BeneficialOwnerData, ...] = (), case_type: str = "standard") -> CreateCase:
    return CreateCase(
        client_id="C-2",
        traitement_type=TraitementType.KYB,
        case_type=case_type,
        persons=persons,
        company_profile=ACME,
        beneficial_owners=owners,
    )


def events_of(command: CreateCase, *, rules: Rules | None = None) -> list[Payload]:
    """The events with which a case begins."""
    return [fact.payload for fact in decide(EMPTY, command, Context(COMMAND_ID, rules or Rules()))]
