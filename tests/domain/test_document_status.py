"""UpdateDocumentStatus: every move that is allowed, every one that is not, and the reasons that they ask for."""

from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from store.domain.commands import UpdateDocumentStatus
from store.domain.decider import fold
from store.domain.events import DocumentRequirementDetermined, DocumentStatusUpdated
from store.domain.operation import Payload
from store.domain.statuses import (
    ADVERSE,
    DOCUMENT_MOVES,
    DONE,
    REJECTION_SENTENCES,
    DocumentStatus,
    Reason,
    RejectionReason,
)
from tests.domain.examples import ANA, events_of, kyc
from tests.domain.specification import given

PASSPORT = next(event for event in events_of(kyc(ANA)) if isinstance(event, DocumentRequirementDetermined))
ID = PASSPORT.document_requirement_id

ALL_PAIRS = list(product(DocumentStatus, DocumentStatus))
ALLOWED = [(old, new) for old, new in ALL_PAIRS if new in DOCUMENT_MOVES[old]]
FORBIDDEN = [(old, new) for old, new in ALL_PAIRS if new not in DOCUMENT_MOVES[old]]


def a_passport(status: DocumentStatus) -> list[Payload]:
    """A case whose passport is in this status, however it got there."""
    begun = [event for event in events_of(kyc(ANA)) if event != PASSPORT]
    return [*begun, PASSPORT.model_copy(update={"status": status})]


def asking(old: DocumentStatus, new: DocumentStatus, **more: Any) -> UpdateDocumentStatus:
    """The command for a move, with the reason that the move asks for."""
    reasons: dict[Reason, dict[str, Any]] = {
        Reason.NONE: {},
        Reason.TEXT: {"reason": "the client said so"},
        Reason.CODE: {"reason_code": RejectionReason.BAD_IMAGE},
    }
    reason = reasons[DOCUMENT_MOVES[old].get(new, Reason.NONE)]
    return UpdateDocumentStatus(document_requirement_id=ID, new_status=new, **{**reason, **more})


def moves_that_ask_for(reason: Reason) -> list[tuple[DocumentStatus, DocumentStatus]]:
    return [(old, new) for old, new in ALLOWED if DOCUMENT_MOVES[old][new] is reason]


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_allowed_moves(old: DocumentStatus, new: DocumentStatus) -> None:
    command = asking(old, new, old_status=old, metadata={"pages": 2})
    outcome = given(*a_passport(old)).when(command)
    outcome.then(
        DocumentStatusUpdated(
            case_id=PASSPORT.case_id,
            document_requirement_id=ID,
            document_type="PASSPORT",
            entity_id=PASSPORT.entity_id,
            entity_name="Ana Ruiz",
            is_required=True,
            old_status=old,
            new_status=new,
            reason=command.reason,
            reason_code=command.reason_code,
            metadata={"pages": 2},
        )
    )
    assert [new_event.aggregate_id for new_event in outcome.new_events] == [ID]
    assert fold([*a_passport(old), *outcome.payloads]).documents[ID].status is new


@pytest.mark.parametrize(("old", "new"), FORBIDDEN)
def test_refused_with_forbidden_move(old: DocumentStatus, new: DocumentStatus) -> None:
    outcome = given(*a_passport(old)).when(asking(old, new, reason="please", reason_code=RejectionReason.EXPIRED))
    if old is new:
        outcome.refused("forbidden_move", f"The passport of Ana Ruiz is {old} already")
    else:
        outcome.refused("forbidden_move", f"The passport of Ana Ruiz is {old} and can't become {new}")
        outcome.refused("forbidden_move", *DOCUMENT_MOVES[old])


def test_every_status_can_be_left_and_reached() -> None:
    assert set(DOCUMENT_MOVES) == set(DocumentStatus)
    assert all(DOCUMENT_MOVES.values())
    assert {new for _, new in ALLOWED} == set(DocumentStatus)


@pytest.mark.parametrize(("old", "new"), moves_that_ask_for(Reason.TEXT))
def test_refused_with_reason_needed_when_a_move_asks_for_a_text(old: DocumentStatus, new: DocumentStatus) -> None:
    given(*a_passport(old)).when(asking(old, new, reason=None)).refused("reason_needed", f"from {old} to {new}")


@pytest.mark.parametrize(("old", "new"), moves_that_ask_for(Reason.CODE))
def test_refused_with_reason_needed_when_a_rejection_has_no_code(old: DocumentStatus, new: DocumentStatus) -> None:
    outcome = given(*a_passport(old)).when(asking(old, new, reason="blurred", reason_code=None))
    outcome.refused("reason_needed", *RejectionReason)


@pytest.mark.parametrize(("old", "new"), [*moves_that_ask_for(Reason.NONE), *moves_that_ask_for(Reason.TEXT)])
def test_refused_with_reason_not_needed_when_a_code_comes_without_a_rejection(
    old: DocumentStatus, new: DocumentStatus
) -> None:
    outcome = given(*a_passport(old)).when(asking(old, new, reason_code=RejectionReason.ALTERED))
    outcome.refused("reason_not_needed", "ALTERED", str(new))


@pytest.mark.parametrize(("old", "new"), [*moves_that_ask_for(Reason.NONE), *moves_that_ask_for(Reason.CODE)])
def test_a_text_may_always_be_given(old: DocumentStatus, new: DocumentStatus) -> None:
    outcome = given(*a_passport(old)).when(asking(old, new, reason="seen in person"))
    assert outcome.the(DocumentStatusUpdated).reason == "seen in person"


@pytest.mark.parametrize("code", RejectionReason)
def test_every_rejection_reason_is_kept_in_the_event(code: RejectionReason) -> None:
    outcome = given(*a_passport(DocumentStatus.UPLOADED)).when(
        UpdateDocumentStatus(document_requirement_id=ID, new_status=DocumentStatus.REJECTED, reason_code=code)
    )
    assert outcome.the(DocumentStatusUpdated).reason_code is code


def test_every_rejection_reason_has_words_and_some_are_adverse() -> None:
    assert set(REJECTION_SENTENCES) == set(RejectionReason)
    assert {RejectionReason.ALTERED, RejectionReason.WATCH_LISTED} == ADVERSE


def test_done_is_verified_or_not_applicable() -> None:
    assert {"VERIFIED_SYSTEM", "VERIFIED_MANUAL", "NOT_APPLICABLE"} == DONE


def test_refused_with_unknown_case_when_there_is_none() -> None:
    given().when(asking(DocumentStatus.AWAITING_UPLOAD, DocumentStatus.UPLOADED)).refused("unknown_case")


def test_refused_with_unknown_document_when_the_case_does_not_ask_for_it() -> None:
    command = UpdateDocumentStatus(document_requirement_id="another", new_status=DocumentStatus.UPLOADED)
    given(*events_of(kyc())).when(command).refused("unknown_document", "another", "caseworker show")


@pytest.mark.parametrize("seen", [s for s in DocumentStatus if s is not DocumentStatus.UPLOADED])
def test_refused_with_stale_when_the_status_is_no_longer_what_the_person_saw(seen: DocumentStatus) -> None:
    command = asking(DocumentStatus.UPLOADED, DocumentStatus.VERIFIED_MANUAL, old_status=seen)
    given(*a_passport(DocumentStatus.UPLOADED)).when(command).refused("stale", "is UPLOADED now", str(seen))


def test_stale_comes_before_forbidden() -> None:
    """Who saw something else is told so, and not that the move which they saw as possible is forbidden."""
    command = asking(DocumentStatus.AWAITING_UPLOAD, DocumentStatus.UPLOADED, old_status=DocumentStatus.AWAITING_UPLOAD)
    given(*a_passport(DocumentStatus.VERIFIED_SYSTEM)).when(command).refused("stale")
    given(*a_passport(DocumentStatus.UPLOADED)).when(command).refused("stale")


class TestWhatACommandMustHold:
    """What UpdateDocumentStatus checks before any rule is asked."""

    def test_the_new_status_may_be_called_status(self) -> None:
        command = UpdateDocumentStatus.model_validate({"document_requirement_id": ID, "status": "UPLOADED"})
        assert command.new_status is DocumentStatus.UPLOADED

    @pytest.mark.parametrize("wrong", ["uploaded", "LOST", "", None, 1])
    def test_an_unknown_status_is_refused(self, wrong: object) -> None:
        with pytest.raises(ValidationError, match="status"):
            UpdateDocumentStatus.model_validate({"document_requirement_id": ID, "new_status": wrong})

    @pytest.mark.parametrize("wrong", ["", " ", "a b", "a\n", "é", "x" * 201, 7, None])
    def test_an_id_is_printable_ascii_without_spaces(self, wrong: object) -> None:
        with pytest.raises(ValidationError, match="document_requirement_id"):
            UpdateDocumentStatus.model_validate({"document_requirement_id": wrong, "new_status": "UPLOADED"})

    def test_an_unknown_rejection_reason_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="reason_code"):
            UpdateDocumentStatus.model_validate(
                {"document_requirement_id": ID, "new_status": "REJECTED", "reason_code": "UGLY"}
            )

    @pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
    def test_metadata_holds_only_numbers_that_json_has(self, number: float) -> None:
        with pytest.raises(ValidationError, match="finite"):
            UpdateDocumentStatus.model_validate(
                {"document_requirement_id": ID, "new_status": "UPLOADED", "metadata": {"pages": [number]}}
            )

    @pytest.mark.parametrize("metadata", [{"note": "\ud800"}, {"\udcff": 1}, {"a": [{"b": "\udfff"}]}])
    def test_metadata_holds_no_half_of_a_surrogate_pair(self, metadata: object) -> None:
        with pytest.raises(ValidationError, match="can't be written as UTF-8"):
            UpdateDocumentStatus.model_validate(
                {"document_requirement_id": ID, "new_status": "UPLOADED", "metadata": metadata}
            )

    @pytest.mark.parametrize("metadata", [[], "text", 1, {"when": {1, 2}}, {"who": object()}])
    def test_metadata_is_a_json_object(self, metadata: object) -> None:
        with pytest.raises(ValidationError, match="metadata"):
            UpdateDocumentStatus.model_validate(
                {"document_requirement_id": ID, "new_status": "UPLOADED", "metadata": metadata}
            )
