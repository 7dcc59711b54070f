"""Who has a case, by when, its tags and notes; documents beyond the rules and documents done without."""

import pytest
from pydantic import ValidationError

from store.domain import commands as c
from store.domain.decider import fold
from store.domain.events import (
    CaseAssigned,
    CasePinned,
    CaseTagged,
    CaseUnassigned,
    CaseUnpinned,
    CaseUntagged,
    DocumentRequirementDetermined,
    DocumentStatusUpdated,
    DueDateSet,
    NoteAdded,
)
from store.domain.identifiers import derive_id
from store.domain.statuses import CaseStatus, DocumentStatus
from tests.domain.examples import after, events_of, in_status, kyc
from tests.domain.specification import COMMAND_ID, given

CASE = events_of(kyc())
ID = fold(CASE).case_id
(PASSPORT, ADDRESS) = fold(CASE).documents.values()
ANA_S_ID = PASSPORT.entity.entity_id


class TestAssigning:
    def test_a_case_that_nobody_has(self) -> None:
        given(*CASE).when(c.AssignCase(case_id=ID, assignee="ben")).then(CaseAssigned(case_id=ID, assignee="ben"))

    def test_a_case_that_somebody_else_has(self) -> None:
        taken = after(CASE, c.AssignCase(case_id=ID, assignee="ana"))
        given(*taken).when(c.AssignCase(case_id=ID, assignee="ben")).then(
            CaseAssigned(case_id=ID, assignee="ben", previous="ana")
        )

    def test_refused_with_nothing_changes_when_they_have_it(self) -> None:
        taken = after(CASE, c.AssignCase(case_id=ID, assignee="ana"))
        given(*taken).when(c.AssignCase(case_id=ID, assignee="ana")).refused("nothing_changes", "ana has the case")

    def test_taking_it_away(self) -> None:
        taken = after(CASE, c.AssignCase(case_id=ID, assignee="ana"))
        outcome = given(*taken).when(c.UnassignCase(case_id=ID))
        outcome.then(CaseUnassigned(case_id=ID, previous="ana"))
        assert fold([*taken, *outcome.payloads]).assignee is None

    def test_refused_with_nothing_changes_when_nobody_has_it(self) -> None:
        given(*CASE).when(c.UnassignCase(case_id=ID)).refused("nothing_changes", "Nobody has the case")

    @pytest.mark.parametrize("wrong", ["", " ", "a\x00b", "x" * 501])
    def test_an_assignee_is_a_name(self, wrong: str) -> None:
        with pytest.raises(ValidationError, match="assignee"):
            c.AssignCase(case_id=ID, assignee=wrong)


class TestPinning:
    def test_a_case_of_any_status_and_taking_the_pin_off(self) -> None:
        pin, unpin = c.PinCase(case_id=ID), c.UnpinCase(case_id=ID)
        for status in CaseStatus:
            before = in_status(CASE, status)
            given(*before).when(pin).then(CasePinned(case_id=ID))
            pinned = after(before, pin)
            assert fold(pinned).pinned
            given(*pinned).when(unpin).then(CaseUnpinned(case_id=ID))
            assert fold(after(pinned, unpin)) == fold(before)

    def test_refused_with_nothing_changes(self) -> None:
        pinned = after(CASE, c.PinCase(case_id=ID))
        given(*pinned).when(c.PinCase(case_id=ID)).refused("nothing_changes", "pinned already")
        given(*CASE).when(c.UnpinCase(case_id=ID)).refused("nothing_changes", "is not pinned")


class TestDueDate:
    def test_is_set_changed_and_taken_away(self) -> None:
        payloads = CASE
        for day in ("2026-12-24", "2027-01-31", None):
            given(*payloads).when(c.SetDueDate(case_id=ID, due_date=day)).then(DueDateSet(case_id=ID, due_date=day))
            payloads = after(payloads, c.SetDueDate(case_id=ID, due_date=day))
            assert fold(payloads).due_date == day

    def test_refused_with_nothing_changes(self) -> None:
        given(*CASE).when(c.SetDueDate(case_id=ID, due_date=None)).refused("nothing_changes", "on no day")
        due = after(CASE, c.SetDueDate(case_id=ID, due_date="2026-12-24"))
        given(*due).when(c.SetDueDate(case_id=ID, due_date="2026-12-24")).refused("nothing_changes", "2026-12-24")

    @pytest.mark.parametrize("wrong", ["2026-02-30", "2026-02", "2026", "tomorrow", "24.12.2026", ""])
    def test_is_a_day_that_exists(self, wrong: str) -> None:
        with pytest.raises(ValidationError, match="due_date"):
            c.SetDueDate(case_id=ID, due_date=wrong)


class TestTags:
    def test_are_put_on_and_taken_off(self) -> None:
        tagged = after(CASE, c.TagCase(case_id=ID, tag="vip"), c.TagCase(case_id=ID, tag="old"))
        assert fold(tagged).tags == {"vip", "old"}
        assert tagged[-1] == CaseTagged(case_id=ID, tag="old")
        given(*tagged).when(c.UntagCase(case_id=ID, tag="vip")).then(CaseUntagged(case_id=ID, tag="vip"))
        assert fold(after(tagged, c.UntagCase(case_id=ID, tag="vip"))).tags == {"old"}

    def test_a_tag_that_was_taken_off_can_be_put_on_again(self) -> None:
        tag, untag = c.TagCase(case_id=ID, tag="vip"), c.UntagCase(case_id=ID, tag="vip")
        assert fold(after(CASE, tag, untag, tag)).tags == {"vip"}

    def test_refused_with_nothing_changes(self) -> None:
        tagged = after(CASE, c.TagCase(case_id=ID, tag="vip"))
        given(*tagged).when(c.TagCase(case_id=ID, tag="vip")).refused("nothing_changes", "the tag vip already")
        given(*tagged).when(c.UntagCase(case_id=ID, tag="old")).refused("nothing_changes", "does not have the tag old")

    @pytest.mark.parametrize("tag", ["v", "7", "q3-2026", "a.b_c", "x" * 40])
    def test_a_tag_is_a_word(self, tag: str) -> None:
        assert c.TagCase(case_id=ID, tag=tag).tag == tag

    @pytest.mark.parametrize("wrong", ["", "VIP", "two words", "-x", "é", "a\n", "x" * 41])
    def test_anything_else_is_no_tag(self, wrong: str) -> None:
        with pytest.raises(ValidationError, match="tag"):
            c.TagCase(case_id=ID, tag=wrong)


class TestNotes:
    def test_are_kept_with_their_lines(self) -> None:
        outcome = given(*CASE).when(c.AddNote(case_id=ID, text="They called.  \n\n\tTwice.\n\n"))
        note_id = derive_id(COMMAND_ID, "note")
        outcome.then(NoteAdded(case_id=ID, note_id=note_id, text="They called.\n\n\tTwice."))

    def test_the_same_note_may_be_written_twice(self) -> None:
        note = c.AddNote(case_id=ID, text="They called.")
        ids = {payload.note_id for payload in after(CASE, note, note) if isinstance(payload, NoteAdded)}
        assert len(ids) == 2

    @pytest.mark.parametrize("wrong", ["", " \n\t", "bell \x07", "x" * 10_001])
    def test_an_empty_or_unshowable_note_is_refused(self, wrong: str) -> None:
        with pytest.raises(ValidationError, match="text"):
            c.AddNote(case_id=ID, text=wrong)


class TestRequestingADocument:
    REQUEST = c.RequestDocument(
        case_id=ID, entity_id=ANA_S_ID, document_type="SOURCE_OF_FUNDS", reason="the sums are large"
    )

    def test_beyond_the_rules(self) -> None:
        asked = given(*CASE).when(self.REQUEST).the(DocumentRequirementDetermined)
        assert (asked.document_type, asked.entity_name, asked.is_required) == ("SOURCE_OF_FUNDS", "Ana Ruiz", True)
        assert (asked.rule_id, asked.rule, asked.status) == ("requested", "the sums are large", "AWAITING_UPLOAD")

    def test_two_laptops_that_ask_mean_the_same_document(self) -> None:
        one, other = (given(*CASE).when(self.REQUEST, command_id=command_id) for command_id in ("one", "other"))
        assert one.payloads == other.payloads

    def test_refused_with_document_exists(self) -> None:
        given(*after(CASE, self.REQUEST)).when(self.REQUEST).refused("document_exists", "source of funds of Ana Ruiz")
        again = self.REQUEST.model_copy(update={"document_type": "PASSPORT"})
        waived = after(CASE, c.WaiveDocument(document_requirement_id=PASSPORT.document_requirement_id, reason="none"))
        for payloads in (CASE, waived):
            given(*payloads).when(again).refused("document_exists", "the passport of Ana Ruiz already", "move")

    def test_refused_with_unknown_entity_and_a_list_of_those_that_there_are(self) -> None:
        nobody = self.REQUEST.model_copy(update={"entity_id": "nobody"})
        given(*CASE).when(nobody).refused("unknown_entity", "the id nobody", f"Ana Ruiz ({ANA_S_ID})")

    @pytest.mark.parametrize("wrong", ["", "passport", "AB", "A B C", "1ABC", "PASSPORT\n", "A" * 81])
    def test_a_document_type_is_a_code(self, wrong: str) -> None:
        with pytest.raises(ValidationError, match="document_type"):
            c.RequestDocument(case_id=ID, entity_id=ANA_S_ID, document_type=wrong, reason="because")


class TestWaivingADocument:
    WAIVE = c.WaiveDocument(document_requirement_id=PASSPORT.document_requirement_id, reason="seen in person")

    @pytest.mark.parametrize(
        "status", [DocumentStatus.AWAITING_UPLOAD, DocumentStatus.UPLOADED, DocumentStatus.REJECTED]
    )
    def test_with_its_reason(self, status: DocumentStatus) -> None:
        there = [
            payload.model_copy(update={"status": status})
            if isinstance(payload, DocumentRequirementDetermined) and payload.document_type == "PASSPORT"
            else payload
            for payload in CASE
        ]
        waived = given(*there).when(self.WAIVE).the(DocumentStatusUpdated)
        assert (waived.old_status, waived.new_status, waived.reason) == (status, "NOT_APPLICABLE", "seen in person")

    def test_refused_with_forbidden_move_once_it_is_waived(self) -> None:
        given(*after(CASE, self.WAIVE)).when(self.WAIVE).refused("forbidden_move", "NOT_APPLICABLE already")

    def test_refused_with_stale_when_somebody_was_quicker(self) -> None:
        seen = self.WAIVE.model_copy(update={"old_status": DocumentStatus.UPLOADED})
        given(*CASE).when(seen).refused("stale", f"{PASSPORT.name[1:]} is AWAITING_UPLOAD now", "UPLOADED")

    def test_refused_with_unknown_document(self) -> None:
        given(*CASE).when(self.WAIVE.model_copy(update={"document_requirement_id": "none"})).refused("unknown_document")
