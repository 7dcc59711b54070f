"""The people, companies and cases that the tests speak of. All of them are made up."""

from typing import Any

from store.domain import commands as c
from store.domain.case_file import CaseFile
from store.domain.commands import CreateCase
from store.domain.decider import INITIAL, decide, fold
from store.domain.identifiers import derive_id
from store.domain.operation import Command, Context, Payload
from store.domain.rules import Rules
from store.domain.statuses import (
    CaseStatus,
    CheckKind,
    CheckOutcome,
    Decision,
    DocumentStatus,
    RiskLevel,
    TraitementType,
)
from store.domain.values import (
    AddressData,
    BeneficialOwnerData,
    CompanyProfileData,
    EntityData,
    OwnerKind,
    PersonData,
    UnspecifiedReason,
)
from tests.domain.specification import ACTOR, COMMAND_ID, TODAY

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
    return [
        new_event.payload for new_event in decide(INITIAL, command, Context(COMMAND_ID, rules or Rules(), ACTOR, TODAY))
    ]


def after(payloads: list[Payload], *commands: Command, by: str = ACTOR, rules: Rules | None = None) -> list[Payload]:
    """The events with those that these commands lead to, each under an id of its own."""
    for command in commands:
        command_id = derive_id(COMMAND_ID, f"{len(payloads)} {command!r}")
        new_events = decide(fold(payloads), command, Context(command_id, rules or Rules(), by, TODAY))
        payloads = [*payloads, *(new_event.payload for new_event in new_events)]
    return payloads


def a_company_s_case() -> list[Payload]:
    """A KYB case with a director and an owner of 30 %, in which all kinds of things have been done."""
    payloads = events_of(kyb(DIRECTOR, owners=(owner(ANA, ownership_percentage=30),)))
    case_id = fold(payloads).case_id
    return after(payloads, c.AssignCase(case_id=case_id, assignee="ana"), c.TagCase(case_id=case_id, tag="old-client"))


def one_of_each(case: CaseFile) -> dict[type[Command], Command]:
    """An example of every command for `a_company_s_case`: in the right status, each of them holds."""
    case_id, owner_id = case.case_id, next(iter(case.owners))
    document = next(iter(case.documents.values()), None)
    document_id = document.document_requirement_id if document else "none"
    assert case.profile is not None
    examples: list[Command] = [
        kyb(BEN),
        c.DetermineInitialDocumentRequirements(case_id=case_id),
        c.UpdateDocumentStatus(document_requirement_id=document_id, new_status=DocumentStatus.UPLOADED),
        c.AddPersonToCase(case_id=case_id, person=BEN),
        c.LinkPersonToCompany(case_id=case_id, person=BEN.model_copy(update={"role_in_company": "Director"})),
        c.AddBeneficialOwner(case_id=case_id, owner=HOLDING),
        c.CorrectBeneficialOwner(case_id=case_id, owner_id=owner_id, owner=owner(ANA, ownership_percentage=40)),
        c.RemoveBeneficialOwner(case_id=case_id, owner_id=owner_id, reason="sold in May"),
        c.ConfirmBeneficialOwners(case_id=case_id, owner_ids=(owner_id,)),
        c.UpdateCompanyProfile(
            case_id=case_id, company_profile=case.profile.model_copy(update={"registered_name": "Acme Works Ltd"})
        ),
        c.RequestDocument(
            case_id=case_id, entity_id=case.company_id or "", document_type="TAX_RETURN", reason="odd accounts"
        ),
        c.WaiveDocument(document_requirement_id=document_id, reason="seen in person"),
        c.AttachFile(
            document_requirement_id=document_id,
            sha256="ab" * 32,
            size=1200,
            media_type="application/pdf",
            file_name="scan.pdf",
            expires_on="2031-05-02",
        ),
        c.SetDocumentExpiry(document_requirement_id=document_id, expires_on="2031-05-02"),
        c.AssignCase(case_id=case_id, assignee="ben"),
        c.UnassignCase(case_id=case_id),
        c.SetDueDate(case_id=case_id, due_date="2026-12-24"),
        c.TagCase(case_id=case_id, tag="vip"),
        c.UntagCase(case_id=case_id, tag="old-client"),
        c.AddNote(case_id=case_id, text="They called twice.\nThey will write."),
        c.RecordCheck(case_id=case_id, kind=CheckKind.PEP, outcome=CheckOutcome.CLEAR, evidence="no match"),
        c.RateRisk(case_id=case_id, level=RiskLevel.MEDIUM, reason="new to us"),
        c.AwaitClient(case_id=case_id, reason="the passport has expired"),
        c.ResumeCase(case_id=case_id),
        c.WithdrawCase(case_id=case_id, reason="the client went elsewhere"),
        c.ReopenCase(case_id=case_id, reason="the client came back"),
        c.ProposeDecision(case_id=case_id, decision=Decision.REJECT, reason="nothing adds up here"),
        c.ApproveDecision(case_id=case_id),
        c.ReturnDecision(case_id=case_id, reason="say more about the owner"),
    ]
    return {type(example): example for example in examples}


def all_waived(payloads: list[Payload]) -> list[Payload]:
    """Every document of the case is done without."""
    waived = (
        c.WaiveDocument(document_requirement_id=document_id, reason="seen in person")
        for document_id, document in fold(payloads).documents.items()
        if document.status is not DocumentStatus.NOT_APPLICABLE
    )
    return after(payloads, *waived)


def in_status(payloads: list[Payload], status: CaseStatus) -> list[Payload]:
    """The case, led from OPEN to this status; an approval does without every document."""
    of = {"case_id": fold(payloads).case_id}
    reject = c.ProposeDecision(decision=Decision.REJECT, reason="nothing adds up here", **of)
    match status:
        case CaseStatus.OPEN:
            return payloads
        case CaseStatus.AWAITING_CLIENT:
            return after(payloads, c.AwaitClient(reason="the passport has expired", **of))
        case CaseStatus.PENDING_APPROVAL:
            return after(payloads, reject)
        case CaseStatus.REJECTED:
            return after(after(payloads, reject), c.ApproveDecision(case_id=of["case_id"]), by="ben")
        case CaseStatus.WITHDRAWN:
            return after(payloads, c.WithdrawCase(reason="the client went elsewhere", **of))
        case CaseStatus.APPROVED:
            approve = c.ProposeDecision(decision=Decision.APPROVE, reason="all of it fits", **of)
            return after(after(all_waived(payloads), approve), c.ApproveDecision(case_id=of["case_id"]), by="ben")
