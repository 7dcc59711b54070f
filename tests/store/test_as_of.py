"""A case as it stood, what a change made of it, and who may take a change back. See also test_agreement.py."""

from datetime import datetime, timedelta

import pytest

from store.domain import commands as c
from store.domain.refusals import Refusal
from store.domain.statuses import DocumentStatus, RejectionReason
from store.engine.case_store import CaseStore
from store.queries.as_of import as_of
from store.queries.case_file import case_file
from store.queries.timeline import timeline
from store.queries.undo import UndoOffer, undo_offer
from store.queries.what_changed import FieldChange, Kind, RowChange, what_changed
from tests.domain.examples import ANA, kyc
from tests.store.stores import START, Clock, a_case_with_everything, connection_of, documents, everything, take_in


@pytest.fixture
def case_id(store: CaseStore) -> str:
    """A case with three changes: opened, taken in, rejected by Ben."""
    case_id = store.execute(kyc(), actor="ana").case_id
    take_in(store, case_id)
    store.execute(rejected(store, case_id), actor="ben")
    return case_id


def rejected(store: CaseStore, case_id: str) -> c.UpdateDocumentStatus:
    return c.UpdateDocumentStatus(
        document_requirement_id=documents(store, case_id)[0].document_requirement_id,
        new_status=DocumentStatus.REJECTED,
        reason_code=RejectionReason.BAD_IMAGE,
    )


class TestAsOf:
    def test_a_version_shows_the_case_after_so_many_changes(self, store: CaseStore, case_id: str) -> None:
        shown = [store.query(as_of, case_id, version, store.rules) for version in (1, 2, 3)]
        assert [then.stood.view.documents[0].status for then in shown] == ["AWAITING_UPLOAD", "UPLOADED", "REJECTED"]
        assert [then.stood.view.case.documents_rejected for then in shown] == [0, 0, 1]
        assert [then.stood.view.head for then in shown] == [then.entry.commit_id for then in shown]
        assert [(then.entry.version, then.versions, len(then.timeline)) for then in shown] == [
            (1, 3, 1),
            (2, 3, 2),
            (3, 3, 3),
        ]
        assert shown[1].entry.sentences == ("took in the passport of Ana Ruiz",)
        assert shown[2].stood.assessed is not None
        assert shown[2].stood.assessed.missing[0] == "the passport of Ana Ruiz is REJECTED"
        assert shown[2].stood.view == store.query(case_file, case_id)

    def test_the_newest_version_of_a_case_with_everything_is_the_case_of_today(self, store: CaseStore) -> None:
        case_id = a_case_with_everything(store)
        versions = len(store.query(timeline, case_id))
        assert store.query(as_of, case_id, versions, store.rules).stood.view == store.query(case_file, case_id)

    def test_nothing_is_written(self, store: CaseStore, case_id: str) -> None:
        before = everything(store)
        store.query(as_of, case_id, 2, store.rules)
        assert everything(store) == before
        assert not connection_of(store).in_transaction

    @pytest.mark.parametrize("version", [-1, 0, 4])
    def test_refused_with_unknown_version(self, store: CaseStore, case_id: str, version: int) -> None:
        with pytest.raises(Refusal, match="from 1 to 3") as refused:
            store.query(as_of, case_id, version, store.rules)
        assert refused.value.code == "unknown_version"

    def test_refused_with_unknown_case(self, store: CaseStore) -> None:
        with pytest.raises(Refusal) as refused:
            store.query(as_of, "x", 1, store.rules)
        assert refused.value.code == "unknown_case"


class TestAsOfAMoment:
    def test_is_the_newest_version_that_was_recorded_by_then(self, store: CaseStore, case_id: str) -> None:
        times = [datetime.fromisoformat(entry.recorded_at) for entry in reversed(store.query(timeline, case_id))]
        a_moment = timedelta(microseconds=1)
        for version, time in enumerate(times, start=1):
            assert self.version_at(store, case_id, time) == version
            assert self.version_at(store, case_id, time.astimezone() + a_moment) == version
        assert self.version_at(store, case_id, times[1] - a_moment) == 1
        assert self.version_at(store, case_id, times[2] + timedelta(days=9)) == 3

    @staticmethod
    def version_at(store: CaseStore, case_id: str, moment: datetime) -> int:
        return store.query(as_of, case_id, moment, store.rules).entry.version

    def test_refused_with_not_yet_opened(self, store: CaseStore, case_id: str) -> None:
        with pytest.raises(Refusal, match="was opened at 2026-01-02T09:00:00") as refused:
            store.query(as_of, case_id, START - timedelta(seconds=1), store.rules)
        assert refused.value.code == "not_yet_opened"

    def test_a_clock_that_was_set_back_hides_nothing(self, store: CaseStore, case_id: str, clock: Clock) -> None:
        clock.time = START + timedelta(milliseconds=500)
        store.execute(c.AddNote(case_id=case_id, text="written by a slow clock"))
        assert self.version_at(store, case_id, START + timedelta(seconds=1)) == 4


class TestWhatChanged:
    def test_names_rows_and_fields(self, store: CaseStore, case_id: str) -> None:
        then = store.query(as_of, case_id, 3, store.rules)
        document_id = then.stood.view.documents[0].document_requirement_id
        assert then.changes == (
            RowChange(
                "case",
                case_id,
                Kind.CHANGED,
                (FieldChange("documents_rejected", 0, 1), FieldChange("documents_uploaded", 1, 0)),
            ),
            RowChange(
                "documents",
                document_id,
                Kind.CHANGED,
                (FieldChange("status", "UPLOADED", "REJECTED"), FieldChange("reason_code", None, "BAD_IMAGE")),
            ),
        )

    def test_what_comes_and_goes(self, store: CaseStore, case_id: str) -> None:
        before = store.query(case_file, case_id)
        store.execute(c.TagCase(case_id=case_id, tag="vip"), actor="ana")
        after = store.query(case_file, case_id)
        added = RowChange("tags", "vip", Kind.ADDED, (FieldChange("tag", None, "vip"),))
        removed = RowChange("tags", "vip", Kind.REMOVED, (FieldChange("tag", "vip", None),))
        assert what_changed(before, after) == (added,)
        assert what_changed(after, before) == (removed,)

    def test_of_the_first_version_is_everything(self, store: CaseStore, case_id: str) -> None:
        changes = store.query(as_of, case_id, 1, store.rules).changes
        assert {change.kind for change in changes} == {Kind.ADDED}
        assert [change.part for change in changes] == ["case", "persons", "documents", "documents"]
        assert FieldChange("firstname", None, ANA.firstname) in changes[1].fields


class TestUndo:
    def test_is_offered_to_whoever_made_the_newest_change(self, store: CaseStore, case_id: str) -> None:
        offer = store.query(undo_offer, case_id, "ben")
        assert isinstance(offer, UndoOffer)
        assert offer.entry == store.query(timeline, case_id)[0]
        store.execute(offer.undo.command, actor="ben", expected_head=offer.entry.commit_id)
        assert documents(store, case_id)[0].status == "UPLOADED"
        again = store.query(undo_offer, case_id, "ben")
        assert isinstance(again, UndoOffer), "an undo is undone in its turn"
        store.execute(again.undo.command, actor="ben", expected_head=again.entry.commit_id)
        assert documents(store, case_id)[0].status == "REJECTED"

    def test_of_somebody_else_s_change_says_whose_it_is(self, store: CaseStore, case_id: str) -> None:
        said = store.query(undo_offer, case_id, "ana")
        assert said == "The newest change of the case is by ben, and only they can undo it."

    def test_says_what_to_do_instead(self, store: CaseStore, case_id: str) -> None:
        store.execute(c.AddNote(case_id=case_id, text="They called."), actor="ben")
        said = store.query(undo_offer, case_id, "ben")
        assert said == "A note stays as it was written: add another that puts it right."

    def test_holds_as_long_as_nothing_newer_comes(self, store: CaseStore, case_id: str) -> None:
        offer = store.query(undo_offer, case_id, "ben")
        assert isinstance(offer, UndoOffer)
        store.execute(c.AddNote(case_id=case_id, text="They called."), actor="ana")
        with pytest.raises(Refusal, match="has changed since you looked") as refused:
            store.execute(offer.undo.command, actor="ben", expected_head=offer.entry.commit_id)
        assert refused.value.code == "stale"

    def test_of_no_case(self, store: CaseStore) -> None:
        with pytest.raises(Refusal) as refused:
            store.query(undo_offer, "x", "ana")
        assert refused.value.code == "unknown_case"
