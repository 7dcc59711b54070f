"""The people, companies and cases that the tests speak of. All of them are made up."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from store.domain import commands as c
from store.domain.case_file import CaseFile
from store.domain.commands import CreateCase
from store.domain.decider import INITIAL, decide, fold
from store.domain.identifiers import derive_id
from store.domain.operation import Command, Context, Payload
from store.domain.rules import Rules
from store.domain.screening import ListedCandidate, Screening
from store.domain.statuses import (
    CLOSED,
    IN_WORK,
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

T = TypeVar("T")

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


@dataclass(frozen=True)
class Choices:
    """What an example of a command is made with. `which` picks from what the case has; 0 picks the first of it."""

    person: PersonData
    owner: BeneficialOwnerData
    profile: CompanyProfileData
    word: str
    which: int = 0

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.which % len(choices)]

    def entity_id(self, case: CaseFile) -> str:
        return self.one_of([*case.entities, "nobody"])

    def owner_id(self, case: CaseFile) -> str:
        return self.one_of([*case.owners, "nobody"])

    def document_id(self, case: CaseFile) -> str:
        return self.one_of([*case.documents, "none"])


@dataclass(frozen=True)
class Entry:
    """A command in the catalogue: the statuses of a case in which it can be given, and an example for a case."""

    statuses: Set[CaseStatus]
    example: Callable[[CaseFile, Choices], Command]


def against(list_name: str, entry_id: str) -> Screening:
    candidate = ListedCandidate(entry_id=entry_id, entry_digest="ab" * 32, name="Ana", score=75, matched=("the name",))
    return Screening(list_name=list_name, list_version="1", party_digest="cd" * 32, candidate=candidate)


def _corrected(case: CaseFile, choices: Choices) -> BeneficialOwnerData:
    """The same owner with another share, another owner altogether, or the same with its share begun or ended."""
    before = case.owners.get(choices.owner_id(case))
    if before is None or choices.which % 3 == 1:
        return choices.owner
    if choices.which % 3:
        return before.model_copy(update={"ended_on": None if before.ended_on else "2020"})
    return before.model_copy(update={"ownership_percentage": 40, "share": None})


def _check(case: CaseFile, choices: Choices) -> c.RecordCheck:
    """A check of the case, of a party, or of a party against a list."""
    entity_id = choices.entity_id(case)
    nobody = Screening(list_name="peps", list_version="1", party_digest="cd" * 32)
    outcome = choices.one_of([CheckOutcome.HIT, *CheckOutcome])
    fields: dict[str, Any] = choices.one_of(
        [
            {"entity_id": entity_id, "screening": against("peps", choices.word), "outcome": outcome},
            {"entity_id": entity_id, "screening": nobody, "outcome": CheckOutcome.CLEAR},
            {"entity_id": choices.one_of([*case.owners, entity_id]), "outcome": outcome},
            {"entity_id": entity_id, "outcome": outcome},
            {"outcome": outcome},
        ]
    )
    kind = choices.one_of([CheckKind.PEP, CheckKind.SANCTIONS])
    return c.RecordCheck(case_id=case.case_id, kind=kind, evidence="a list", **fields)


_ALWAYS: Final = frozenset(CaseStatus)
_NOT_CLOSED: Final = IN_WORK | {CaseStatus.PENDING_APPROVAL}
_PENDING: Final = frozenset({CaseStatus.PENDING_APPROVAL})

CATALOGUE: Final[Mapping[type[Command], Entry]] = {
    c.CreateCase: Entry(frozenset(), lambda _, its: kyb(its.person)),
    c.DetermineInitialDocumentRequirements: Entry(
        IN_WORK, lambda case, _: c.DetermineInitialDocumentRequirements(case_id=case.case_id)
    ),
    c.UpdateDocumentStatus: Entry(
        IN_WORK,
        lambda case, its: c.UpdateDocumentStatus(
            document_requirement_id=its.document_id(case), new_status=DocumentStatus.UPLOADED
        ),
    ),
    c.AddPersonToCase: Entry(IN_WORK, lambda case, its: c.AddPersonToCase(case_id=case.case_id, person=its.person)),
    c.LinkPersonToCompany: Entry(
        IN_WORK,
        lambda case, its: c.LinkPersonToCompany(
            case_id=case.case_id, person=its.person.model_copy(update={"role_in_company": "Director"})
        ),
    ),
    c.AddBeneficialOwner: Entry(IN_WORK, lambda case, its: c.AddBeneficialOwner(case_id=case.case_id, owner=its.owner)),
    c.CorrectBeneficialOwner: Entry(
        IN_WORK,
        lambda case, its: c.CorrectBeneficialOwner(
            case_id=case.case_id, owner_id=its.owner_id(case), owner=_corrected(case, its)
        ),
    ),
    c.RemoveBeneficialOwner: Entry(
        IN_WORK,
        lambda case, its: c.RemoveBeneficialOwner(
            case_id=case.case_id, owner_id=its.owner_id(case), reason="sold in May"
        ),
    ),
    c.ConfirmBeneficialOwners: Entry(
        IN_WORK,
        lambda case, its: c.ConfirmBeneficialOwners(
            case_id=case.case_id,
            owner_ids=its.one_of([(its.owner_id(case),), tuple(case.owners), ()]),
            senior_managing_official=its.one_of([None, its.entity_id(case)]),
            reason=its.one_of(["because", None]),
        ),
    ),
    c.UpdateCompanyProfile: Entry(
        IN_WORK,
        lambda case, its: c.UpdateCompanyProfile(case_id=case.case_id, company_profile=its.profile, seen=case.profile),
    ),
    c.RequestDocument: Entry(
        IN_WORK,
        lambda case, its: c.RequestDocument(
            case_id=case.case_id,
            entity_id=its.entity_id(case),
            document_type=its.word.upper(),
            reason="odd accounts",
        ),
    ),
    c.WaiveDocument: Entry(
        IN_WORK,
        lambda case, its: c.WaiveDocument(document_requirement_id=its.document_id(case), reason="seen in person"),
    ),
    c.AttachFile: Entry(
        IN_WORK,
        lambda case, its: c.AttachFile(
            document_requirement_id=its.document_id(case),
            sha256=its.one_of(["ab", "cd", "ef"]) * 32,
            size=its.which + 1,
            media_type="application/pdf",
            file_name=f"{its.word}.pdf",
            expires_on=its.one_of(["2031-05-02", None, "2020-02-29"]),
        ),
    ),
    c.SetDocumentExpiry: Entry(
        IN_WORK,
        lambda case, its: c.SetDocumentExpiry(
            document_requirement_id=its.document_id(case),
            expires_on=its.one_of(["2031-05-02", None, "2020-02-29", None]),
        ),
    ),
    c.AssignCase: Entry(_ALWAYS, lambda case, its: c.AssignCase(case_id=case.case_id, assignee=its.word)),
    c.UnassignCase: Entry(_ALWAYS, lambda case, _: c.UnassignCase(case_id=case.case_id)),
    c.SetDueDate: Entry(
        _NOT_CLOSED,
        lambda case, its: c.SetDueDate(case_id=case.case_id, due_date=its.one_of(["2026-12-24", "2028-02-29", None])),
    ),
    c.TagCase: Entry(_ALWAYS, lambda case, its: c.TagCase(case_id=case.case_id, tag=its.word)),
    c.UntagCase: Entry(
        _ALWAYS,
        lambda case, its: c.UntagCase(case_id=case.case_id, tag=its.one_of([*sorted(case.tags), "old-client"])),
    ),
    c.PinCase: Entry(_ALWAYS, lambda case, _: c.PinCase(case_id=case.case_id)),
    c.UnpinCase: Entry(_ALWAYS, lambda case, _: c.UnpinCase(case_id=case.case_id)),
    c.AddNote: Entry(_ALWAYS, lambda case, its: c.AddNote(case_id=case.case_id, text=f"{its.word}\n\tand more")),
    c.RecordCheck: Entry(IN_WORK, _check),
    c.RateRisk: Entry(
        IN_WORK,
        lambda case, its: c.RateRisk(case_id=case.case_id, level=its.one_of(list(RiskLevel)), reason="new to us"),
    ),
    c.AwaitClient: Entry(
        frozenset({CaseStatus.OPEN}),
        lambda case, _: c.AwaitClient(case_id=case.case_id, reason="the passport has expired"),
    ),
    c.ResumeCase: Entry(frozenset({CaseStatus.AWAITING_CLIENT}), lambda case, _: c.ResumeCase(case_id=case.case_id)),
    c.WithdrawCase: Entry(
        _NOT_CLOSED, lambda case, _: c.WithdrawCase(case_id=case.case_id, reason="the client went elsewhere")
    ),
    c.ReopenCase: Entry(CLOSED, lambda case, _: c.ReopenCase(case_id=case.case_id, reason="the client came back")),
    c.ProposeDecision: Entry(
        IN_WORK,
        lambda case, its: c.ProposeDecision(
            case_id=case.case_id,
            decision=its.one_of([Decision.REJECT, Decision.APPROVE]),
            reason="nothing adds up here",
        ),
    ),
    c.ApproveDecision: Entry(_PENDING, lambda case, _: c.ApproveDecision(case_id=case.case_id)),
    c.ReturnDecision: Entry(
        _PENDING, lambda case, _: c.ReturnDecision(case_id=case.case_id, reason="say more about the owner")
    ),
}
"""Every command, with the statuses said once more as a person would: a new command needs its line here and no other."""


def one_of_each(case: CaseFile) -> dict[type[Command], Command]:
    """An example of every command for `a_company_s_case`: in the right status, each of them holds."""
    renamed = ACME.model_copy(update={"registered_name": "Acme Works Ltd"})
    choices = Choices(person=BEN, owner=HOLDING, profile=renamed, word="vip")
    return {model: entry.example(case, choices) for model, entry in CATALOGUE.items()}


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
