"""SetDocumentExpiry, and what an expired document means for a decision."""

from datetime import date

import pytest
from pydantic import ValidationError

from store.domain.casework.attachments import NO_DATE
from store.domain.casework.review import missing_for_approval
from store.domain.commands import ApproveDecision, ProposeDecision, SetDocumentExpiry
from store.domain.decider import fold
from store.domain.events import DecisionApproved, DecisionProposed, DocumentExpirySet
from store.domain.operation import Payload
from store.domain.statuses import Decision, DocumentStatus
from tests.domain.examples import ANA, after, all_waived, events_of, kyc
from tests.domain.specification import TODAY, given
from tests.domain.test_document_files import expires
from tests.domain.test_document_status import ID, PASSPORT, a_passport


def set_to(day: str | None, seen: str | None = None) -> SetDocumentExpiry:
    return SetDocumentExpiry(document_requirement_id=ID, expires_on=day, seen=seen)


@pytest.mark.parametrize("status", DocumentStatus)
def test_is_set_in_any_status_and_moves_nothing(status: DocumentStatus) -> None:
    outcome = given(*a_passport(status)).when(set_to("2031-05-02"))
    outcome.then(expires("2031-05-02"))
    assert [new_event.aggregate_id for new_event in outcome.new_events] == [ID]
    document = fold([*a_passport(status), *outcome.payloads]).documents[ID]
    assert (document.expires_on, document.status) == ("2031-05-02", status)


def test_is_changed_and_taken_away() -> None:
    held = [*a_passport(DocumentStatus.UPLOADED), expires("2031-05-02")]
    given(*held).when(set_to("2032-05-02")).then(expires("2032-05-02", "2031-05-02"))
    given(*held).when(set_to(None, seen="2031-05-02")).then(expires(None, "2031-05-02"))
    given(*a_passport(DocumentStatus.UPLOADED)).when(set_to("2031-05-02", seen=NO_DATE)).then(expires("2031-05-02"))


class TestRefused:
    def test_with_unknown_document(self) -> None:
        given(*events_of(kyc(ANA))).when(SetDocumentExpiry(document_requirement_id="x", expires_on=None)).refused(
            "unknown_document"
        )

    def test_with_stale_when_another_date_was_seen(self) -> None:
        held = [*a_passport(DocumentStatus.UPLOADED), expires("2031-05-02")]
        given(*held).when(set_to("2032-05-02", seen="2030-05-02")).refused("stale", "2031-05-02 now, not 2030-05-02")
        given(*held).when(set_to("2032-05-02", seen=NO_DATE)).refused("stale", "2031-05-02 now, not none")
        given(*a_passport(DocumentStatus.UPLOADED)).when(set_to("2032-05-02", seen="2031-05-02")).refused("stale")

    def test_with_nothing_changes(self) -> None:
        bare = a_passport(DocumentStatus.UPLOADED)
        given(*bare).when(set_to(None)).refused("nothing_changes", "has no last day already")
        given(*bare, expires("2031-05-02")).when(set_to("2031-05-02")).refused("nothing_changes", "2031-05-02 already")


@pytest.mark.parametrize("seen", ["never", "2031", "2031-5-2"])
def test_a_date_cannot_have_been_seen_that_is_none(seen: str) -> None:
    with pytest.raises(ValidationError):
        set_to("2031-05-02", seen)


BEFORE, THE_DAY = "2026-11-19", TODAY.isoformat()
APPROVE = ProposeDecision(case_id=PASSPORT.case_id, decision=Decision.APPROVE, reason="all of it fits")


def verified(*, expires_on: str, status: DocumentStatus = DocumentStatus.VERIFIED_MANUAL) -> list[Payload]:
    """A case in which all else is done, and the passport has this status and last day."""
    others = all_waived([event for event in events_of(kyc(ANA)) if event != PASSPORT])
    return [*others, PASSPORT.model_copy(update={"status": status}), expires(expires_on)]


class TestADecision:
    def test_cannot_be_to_approve_on_an_expired_document(self) -> None:
        given(*verified(expires_on=BEFORE)).when(APPROVE).refused(
            "not_ready", "the passport of Ana Ruiz expired on 2026-11-19"
        )
        given(*verified(expires_on=BEFORE, status=DocumentStatus.VERIFIED_SYSTEM)).when(APPROVE).refused("not_ready")

    def test_can_be_on_the_last_day(self) -> None:
        given(*verified(expires_on=THE_DAY)).when(APPROVE).the(DecisionProposed)

    def test_does_not_look_at_what_is_waived_or_not_required(self) -> None:
        given(*verified(expires_on=BEFORE, status=DocumentStatus.NOT_APPLICABLE)).when(APPROVE).the(DecisionProposed)
        *begun, passport, expired = verified(expires_on=BEFORE)
        optional = passport.model_copy(update={"is_required": False})
        given(*begun, optional, expired).when(APPROVE).the(DecisionProposed)

    def test_names_a_document_once(self) -> None:
        uploaded = fold(verified(expires_on=BEFORE, status=DocumentStatus.UPLOADED))
        assert missing_for_approval(uploaded, TODAY) == ["the passport of Ana Ruiz is UPLOADED"]

    def test_cannot_be_approved_once_a_document_has_expired_meanwhile(self) -> None:
        proposed = after(verified(expires_on="2026-11-20"), APPROVE)
        approve = ApproveDecision(case_id=PASSPORT.case_id)
        given(*proposed).when(approve, by="ben").the(DecisionApproved)
        given(*proposed).when(approve, by="ben", today=date(2026, 11, 21)).refused("not_ready", "expired on 2026-11-20")

    def test_to_reject_waits_for_nothing(self) -> None:
        reject = ProposeDecision(case_id=PASSPORT.case_id, decision=Decision.REJECT, reason="nothing adds up here")
        proposed = after(verified(expires_on=BEFORE), reject)
        given(*proposed).when(ApproveDecision(case_id=PASSPORT.case_id), by="ben").the(DecisionApproved)


def test_the_event_keeps_what_was_before() -> None:
    held = [*a_passport(DocumentStatus.UPLOADED), expires("2031-05-02")]
    assert given(*held).when(set_to(None)).the(DocumentExpirySet).previous == "2031-05-02"
