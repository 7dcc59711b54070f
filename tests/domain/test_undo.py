"""Taking back a change: what leads back from each event, or why nothing does and what to do instead."""

import pytest

from store.domain import commands as c
from store.domain.case_file import CaseFile
from store.domain.decider import fold, undo_of
from store.domain.operation import Command, Payload, Undo
from store.domain.statuses import (
    DOCUMENT_MOVES,
    CaseStatus,
    CheckKind,
    CheckOutcome,
    Decision,
    DocumentStatus,
    Reason,
    RejectionReason,
    RiskLevel,
)
from tests.domain.examples import (
    ANA,
    BEN,
    HOLDING,
    NOBODY,
    a_company_s_case,
    after,
    events_of,
    in_status,
    kyb,
    kyc,
    one_of_each,
    owner,
)

CASE = a_company_s_case()
ID = fold(CASE).case_id
EXAMPLES = one_of_each(fold(CASE))
(OF_ANA,) = fold(CASE).owners
PASSPORT = next(iter(fold(CASE).documents))


def undone(given: list[Payload], command: Command) -> tuple[CaseFile, Undo | str]:
    """The case after a command was given and taken back, and the way back."""
    done = after(given, command)
    undo = undo_of(fold(given), done[len(given) :])
    return (fold(after(done, undo.command)) if isinstance(undo, Undo) else fold(done)), undo


@pytest.mark.parametrize(
    "model",
    [
        c.AssignCase,
        c.UnassignCase,
        c.SetDueDate,
        c.TagCase,
        c.UntagCase,
        c.UpdateDocumentStatus,
        c.WaiveDocument,
        c.SetDocumentExpiry,
        c.UpdateCompanyProfile,
        c.AddBeneficialOwner,
        c.CorrectBeneficialOwner,
        c.AwaitClient,
        c.WithdrawCase,
        c.ProposeDecision,
    ],
)
def test_leads_back_to_the_state_before(model: type[Command]) -> None:
    case, undo = undone(CASE, EXAMPLES[model])
    assert case == fold(CASE)
    assert isinstance(undo, Undo)
    assert undo.but == ""


@pytest.mark.parametrize(
    ("given", "command"),
    [
        (after(CASE, c.UnassignCase(case_id=ID)), c.AssignCase(case_id=ID, assignee="ben")),
        (after(CASE, c.SetDueDate(case_id=ID, due_date="2026-12-24")), c.SetDueDate(case_id=ID, due_date=None)),
        (
            after(CASE, c.RateRisk(case_id=ID, level=RiskLevel.LOW, reason="known")),
            c.RateRisk(case_id=ID, level=RiskLevel.HIGH, reason="no longer"),
        ),
        (in_status(CASE, CaseStatus.AWAITING_CLIENT), c.ResumeCase(case_id=ID)),
        (in_status(CASE, CaseStatus.WITHDRAWN), c.ReopenCase(case_id=ID, reason="the client came back")),
        (in_status(CASE, CaseStatus.PENDING_APPROVAL), c.ReturnDecision(case_id=ID, reason="say more")),
    ],
    ids=["assigned anew", "no due date", "rated anew", "resumed", "reopened", "own proposal returned"],
)
def test_leads_back_to_what_was_there(given: list[Payload], command: Command) -> None:
    case, undo = undone(given, command)
    assert case == fold(given)
    assert isinstance(undo, Undo)
    assert undo.but == ""


@pytest.mark.parametrize(
    "model", [c.TagCase, c.AssignCase, c.UpdateDocumentStatus, c.SetDocumentExpiry, c.AwaitClient, c.ProposeDecision]
)
def test_an_undo_is_undone_like_any_other_command(model: type[Command]) -> None:
    done = after(CASE, EXAMPLES[model])
    undo = undo_of(fold(CASE), done[len(CASE) :])
    assert isinstance(undo, Undo)
    gone_back = after(done, undo.command)
    redo = undo_of(fold(done), gone_back[len(done) :])
    assert isinstance(redo, Undo)
    assert fold(after(gone_back, redo.command)) == fold(done)


class TestADocument:
    @pytest.mark.parametrize(
        ("old", "new"), [(old, new) for old, moves in DOCUMENT_MOVES.items() for new in moves], ids=str
    )
    def test_goes_back_where_its_statuses_allow_it(self, old: DocumentStatus, new: DocumentStatus) -> None:
        given = at(old)
        case, undo = undone(given, move(old, new))
        if old in DOCUMENT_MOVES[new]:
            assert isinstance(undo, Undo)
            assert (case, undo.but) == (fold(given), "")
        elif new is DocumentStatus.NOT_APPLICABLE:
            assert isinstance(undo, Undo)
            assert "will be awaiting upload" in undo.but
            assert case.documents[PASSPORT].status is DocumentStatus.AWAITING_UPLOAD
        else:
            assert isinstance(undo, str)
            assert "it can become" in undo

    def test_comes_back_to_its_rejection_with_the_code_it_had(self) -> None:
        given = at(DocumentStatus.REJECTED)
        _, undo = undone(given, move(DocumentStatus.REJECTED, DocumentStatus.UPLOADED))
        assert isinstance(undo, Undo)
        assert undo.command == c.UpdateDocumentStatus(
            case_id=ID,
            document_requirement_id=PASSPORT,
            old_status=DocumentStatus.UPLOADED,
            new_status=DocumentStatus.REJECTED,
            reason="undone: uploaded",
            reason_code=RejectionReason.EXPIRED,
        )


def move(old: DocumentStatus, new: DocumentStatus) -> Command:
    reason = DOCUMENT_MOVES[old][new]
    return c.UpdateDocumentStatus(
        document_requirement_id=PASSPORT,
        new_status=new,
        reason="because" if reason is Reason.TEXT else None,
        reason_code=RejectionReason.EXPIRED if reason is Reason.CODE else None,
    )


def at(status: DocumentStatus) -> list[Payload]:
    """The case with its first document in this status."""
    way = {
        DocumentStatus.AWAITING_UPLOAD: [],
        DocumentStatus.UPLOADED: [DocumentStatus.UPLOADED],
        DocumentStatus.REJECTED: [DocumentStatus.UPLOADED, DocumentStatus.REJECTED],
        DocumentStatus.NOT_APPLICABLE: [DocumentStatus.NOT_APPLICABLE],
        DocumentStatus.VERIFIED_SYSTEM: [DocumentStatus.UPLOADED, DocumentStatus.VERIFIED_SYSTEM],
        DocumentStatus.VERIFIED_MANUAL: [DocumentStatus.UPLOADED, DocumentStatus.VERIFIED_MANUAL],
    }[status]
    payloads = CASE
    for old, new in zip([DocumentStatus.AWAITING_UPLOAD, *way], way, strict=False):
        payloads = after(payloads, move(old, new))
    return payloads


class TestWhatDoesNotComeBackIsSaid:
    def test_documents_of_a_new_owner(self) -> None:
        case, undo = undone(CASE, c.AddBeneficialOwner(case_id=ID, owner=owner(BEN)))
        assert isinstance(undo, Undo)
        assert "documents that were asked for" in undo.but
        assert (case.owners, case.entities) == (fold(CASE).owners, fold(CASE).entities)
        (left,) = set(case.documents) - set(fold(CASE).documents)
        assert case.documents[left].status is DocumentStatus.NOT_APPLICABLE

    def test_verified_documents_of_an_owner_who_was_renamed(self) -> None:
        verified = [
            c.UpdateDocumentStatus(document_requirement_id=key, new_status=status)
            for key, document in fold(CASE).documents.items()
            if document.entity.name == ANA.full_name
            for status in (DocumentStatus.UPLOADED, DocumentStatus.VERIFIED_MANUAL)
        ]
        given = after(CASE, *verified)
        renamed = owner(ANA.model_copy(update={"lastname": "Ruiz Soto"}), ownership_percentage=30)
        case, undo = undone(given, c.CorrectBeneficialOwner(case_id=ID, owner_id=OF_ANA, owner=renamed))
        assert isinstance(undo, Undo)
        assert "do not go back" in undo.but
        assert case.owners == fold(given).owners

    def test_a_person_whom_a_correction_made_another(self) -> None:
        """Nothing was asked of an owner who has ended, so no document tells."""
        given = events_of(kyb(owners=(owner(ANA, ended_on="1968"),)))
        case_id, (owner_id,) = fold(given).case_id, fold(given).owners
        command = c.CorrectBeneficialOwner(case_id=case_id, owner_id=owner_id, owner=HOLDING)
        case, undo = undone(given, command)
        assert isinstance(undo, Undo)
        assert "somebody new" in undo.but
        assert case.owners == fold(given).owners
        assert case.person_of_owner != fold(given).person_of_owner

    def test_a_removed_person_s_documents(self) -> None:
        case, undo = undone(CASE, EXAMPLES[c.RemoveBeneficialOwner])
        assert isinstance(undo, Undo)
        assert "documents may be asked of them anew" in undo.but
        assert list(case.owners.values()) == list(fold(CASE).owners.values())

    @pytest.mark.parametrize("anybody_else", [HOLDING, NOBODY])
    def test_anybody_else_comes_back_whole(self, anybody_else: object) -> None:
        given = events_of(kyb(owners=(anybody_else,)))  # type: ignore[arg-type]
        case_id, (owner_id,) = fold(given).case_id, fold(given).owners
        case, undo = undone(given, c.RemoveBeneficialOwner(case_id=case_id, owner_id=owner_id, reason="sold"))
        assert isinstance(undo, Undo)
        assert (list(case.owners.values()), undo.but) == ([anybody_else], "")

    @pytest.mark.parametrize("status", [CaseStatus.AWAITING_CLIENT, CaseStatus.PENDING_APPROVAL])
    def test_that_a_withdrawn_case_waited(self, status: CaseStatus) -> None:
        case, undo = undone(in_status(CASE, status), EXAMPLES[c.WithdrawCase])
        assert isinstance(undo, Undo)
        assert undo.but.endswith("and will be open")
        assert case.status is CaseStatus.OPEN

    def test_that_a_proposed_case_waited(self) -> None:
        case, undo = undone(in_status(CASE, CaseStatus.AWAITING_CLIENT), EXAMPLES[c.ProposeDecision])
        assert isinstance(undo, Undo)
        assert undo.but == "the case was awaiting client, and will be open"
        assert (case.status, case.proposal) == (CaseStatus.OPEN, None)


@pytest.mark.parametrize(
    ("given", "command", "instead"),
    [
        (CASE, EXAMPLES[c.AddNote], "add another"),
        (CASE, EXAMPLES[c.RecordCheck], "record it again"),
        (CASE, EXAMPLES[c.RateRisk], "rate the risk again"),
        (CASE, EXAMPLES[c.AddPersonToCase], "waive what is asked of them"),
        (CASE, EXAMPLES[c.LinkPersonToCompany], "waive what is asked of them"),
        (CASE, EXAMPLES[c.RequestDocument], "waive it"),
        (CASE, EXAMPLES[c.AttachFile], "attach the right one too"),
        (in_status(CASE, CaseStatus.APPROVED), EXAMPLES[c.ReopenCase], "propose it again"),
        (in_status(CASE, CaseStatus.REJECTED), EXAMPLES[c.ReopenCase], "propose it again"),
        (CASE, EXAMPLES[c.DetermineInitialDocumentRequirements], "nothing to undo"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Command) else "",
)
def test_says_what_to_do_where_nothing_leads_back(given: list[Payload], command: Command, instead: str) -> None:
    _, undo = undone(given, command)
    assert isinstance(undo, str)
    assert instead in undo
    assert undo.endswith(".")


@pytest.mark.parametrize(("opening", "model"), [(kyc(), "KYC"), (kyb(), "KYB")])
def test_a_case_that_was_opened_stays(opening: c.CreateCase, model: str) -> None:
    undo = undo_of(CaseFile(), events_of(opening))
    assert undo == "A case that was opened stays: withdraw it instead.", model


def test_a_decision_of_two_people_stays() -> None:
    pending = in_status(CASE, CaseStatus.PENDING_APPROVAL)
    approved = after(pending, c.ApproveDecision(case_id=ID, decision=Decision.REJECT), by="ben")
    undo = undo_of(fold(pending), approved[len(pending) :])
    assert undo == "A decision that two people made stays: reopen the case instead."


def test_somebody_else_s_proposal_is_theirs_to_make_again() -> None:
    pending = in_status(CASE, CaseStatus.PENDING_APPROVAL)
    returned = after(pending, c.ReturnDecision(case_id=ID, reason="say more"), by="ben")
    undo = undo_of(fold(pending), returned[len(pending) :])
    assert isinstance(undo, str)
    assert undo.startswith("The proposal was ana.ruiz's")


def test_a_hit_stays() -> None:
    hit = c.RecordCheck(case_id=ID, kind=CheckKind.PEP, outcome=CheckOutcome.HIT, evidence="a list")
    case, undo = undone(CASE, hit)
    assert isinstance(undo, str)
    assert case.hits


def test_a_confirmation_goes_back_to_the_one_before_it() -> None:
    case_id = fold(CASE).case_id
    first = c.ConfirmBeneficialOwners(case_id=case_id, owner_ids=(OF_ANA,))
    assert undone(CASE, first)[1] == "A confirmation stays until another takes its place: confirm anew."
    dora = next(iter(fold(CASE).persons))
    other = c.ConfirmBeneficialOwners(case_id=case_id, senior_managing_official=dora, reason="she decides alone")
    case, undo = undone(after(CASE, first), other)
    assert isinstance(undo, Undo)
    assert case.confirmation is not None
    assert (case.confirmation.owner_ids, case.confirmation.senior_managing_official) == ((OF_ANA,), None)
    assert case.owners[OF_ANA].is_ubo
