"""A command that no longer holds: what a person is told, and the four ways out."""

from dataclasses import replace

import pytest

from store.actor import default_actor
from store.domain import commands as c
from store.domain.refusals import Refusal
from store.log.commit import commit_id
from store.queries.team import Difference, conflict, conflicts, discarded_commands
from store.queries.team_state import team_state
from store.sync.conflicts import discard, edit, keep_as_note, retry
from store.sync.wire import decode, encode
from tests.store.stores import connection_of
from tests.sync.memory_team import Laptop, MemoryLog, a_laptop, all_sync, note


@pytest.fixture
def ben(ana: Laptop, log: MemoryLog, case_id: str) -> Laptop:
    """He set a due date on a case that Ana withdrew meanwhile, between two notes of his."""
    ben = a_laptop("ben", log)
    ben.syncs()
    ben.does(note(case_id, "before"))
    ben.does(c.SetDueDate(case_id=case_id, due_date="2026-12-24"), "due")
    ben.does(note(case_id, "behind"))
    ana.does(c.WithdrawCase(case_id=case_id, reason="they went elsewhere"))
    ana.syncs()
    ben.syncs()
    return ben


def places(laptop: Laptop, command_id: str) -> list[str]:
    tables = ("commits", "pending_commits", "conflicts", "discarded_commands")
    return [table for table in tables if command_id in laptop.ids(table)]


class TestWhatAPersonIsTold:
    def test_the_command_the_refusal_and_what_came_between(self, ben: Laptop, case_id: str) -> None:
        (row,) = ben.store.query(conflicts)
        assert (row.command_id, row.case_id, row.command, row.actor) == ("due", case_id, "SetDueDate", "ben")
        assert row.code == "forbidden_in_status"
        assert row.sentence.startswith("The case is WITHDRAWN")
        told = ben.store.query(conflict, "due")
        assert told is not None
        assert told.row == row
        assert told.data == {"case_id": case_id, "due_date": "2026-12-24"}
        assert told.did == ("set the due date to 2026-12-24",)
        assert [(entry.actor, entry.sentences) for entry in told.since] == [
            ("ben", ("noted: behind",)),
            ("ben", ("noted: before",)),
            ("ana", ("moved the case from open to withdrawn: they went elsewhere",)),
        ]

    def test_what_they_saw_and_what_is_true_now(self, ben: Laptop, case_id: str) -> None:
        told = ben.store.query(conflict, "due")
        assert told is not None
        assert Difference("cases", case_id, "status", "OPEN", "WITHDRAWN") in told.changed
        texts = [(each.seen, each.now) for each in told.changed if each.column == "text"]
        assert texts == [(None, "behind")], "their note before it they had seen"
        assert not [each for each in told.changed if each.column == "due_date"]

    def test_the_status_line_counts_it(self, ben: Laptop) -> None:
        assert ben.store.query(team_state).conflicts == 1

    def test_nothing_when_it_is_settled(self, ben: Laptop) -> None:
        discard(ben.store, "due", actor="ben", reason="no longer needed")
        assert ben.store.query(conflict, "due") is None

    def test_executing_it_again_says_where_it_is(self, ben: Laptop, case_id: str) -> None:
        with pytest.raises(Refusal, match="Settle it among the conflicts") as refused:
            ben.does(c.SetDueDate(case_id=case_id, due_date="2026-12-24"), "due")
        assert refused.value.code == "command_in_conflict"
        assert "The case is WITHDRAWN" in refused.value.sentence


class TestRetry:
    def test_holds_when_the_way_is_free(self, ben: Laptop, ana: Laptop, case_id: str) -> None:
        ben.does(c.ReopenCase(case_id=case_id, reason="they came back"))
        receipt = retry(ben.store, "due")
        assert (receipt.command_id, receipt.case_id, receipt.events) == ("due", case_id, ("DueDateSet",))
        assert places(ben, "due") == ["pending_commits"]
        assert ben.rows("SELECT due_date FROM cases") == [("2026-12-24",)]
        assert ben.findings() == []
        all_sync(ana, ben)
        assert places(ben, "due") == ["commits"]
        assert ana.everything() == ben.everything()

    def test_stays_a_conflict_while_it_does_not(self, ben: Laptop) -> None:
        before = ben.everything()
        with pytest.raises(Refusal, match="The case is WITHDRAWN"):
            retry(ben.store, "due")
        assert places(ben, "due") == ["conflicts"]
        assert ben.everything() == before

    def test_of_an_id_that_stands_for_another_command_never_holds(self, ben: Laptop, ana: Laptop, case_id: str) -> None:
        ana.does(c.ReopenCase(case_id=case_id, reason="they came back"))
        ana.does(note(case_id), "due")
        all_sync(ana, ben)
        with pytest.raises(Refusal) as refused:
            retry(ben.store, "due")
        assert refused.value.code == "command_id_reused"


class TestEdit:
    def test_carries_out_the_corrected_command_and_gives_up_the_other(
        self, ben: Laptop, ana: Laptop, case_id: str
    ) -> None:
        better = c.ReopenCase(case_id=case_id, reason="it is due")
        receipt = edit(ben.store, "due", better, actor="ben", reason="reopened instead", new_id="new")
        assert (receipt.command_id, receipt.events) == ("new", ("CaseStatusChanged",))
        assert places(ben, "due") == ["discarded_commands"]
        assert places(ben, "new") == ["pending_commits"]
        (row,) = ben.store.query(discarded_commands)
        assert (row.command_id, row.command, row.actor) == ("due", "SetDueDate", "ben")
        assert (row.reason, row.replaced_by, row.discarded_by) == ("reopened instead", "new", "ben")
        all_sync(ana, ben)
        assert ana.everything() == ben.everything()

    def test_leaves_the_conflict_when_that_does_not_hold_either(self, ben: Laptop, case_id: str) -> None:
        wrong = c.SetDueDate(case_id=case_id, due_date="2026-12-31")
        with pytest.raises(Refusal, match="The case is WITHDRAWN"):
            edit(ben.store, "due", wrong, actor="ben", reason="later")
        assert places(ben, "due") == ["conflicts"]


class TestKeepAsNote:
    def test_writes_it_down(self, ben: Laptop) -> None:
        receipt = keep_as_note(ben.store, "due", "It was due on 24 December.", actor="ben")
        assert receipt.events == ("NoteAdded",)
        assert places(ben, "due") == ["discarded_commands"]
        assert ben.store.query(discarded_commands)[0].replaced_by == receipt.command_id
        assert ben.rows("SELECT text FROM notes ORDER BY rowid")[-1] == ("It was due on 24 December.",)


class TestDiscard:
    def test_gives_it_up_with_a_reason(self, ben: Laptop, case_id: str) -> None:
        discard(ben.store, "due", actor="ben", reason="no longer needed")
        assert places(ben, "due") == ["discarded_commands"]
        (row,) = ben.store.query(discarded_commands)
        assert (row.reason, row.replaced_by, row.discarded_by) == ("no longer needed", None, "ben")
        with pytest.raises(Refusal, match="no longer needed") as refused:
            ben.does(c.SetDueDate(case_id=case_id, due_date="2026-12-24"), "due")
        assert refused.value.code == "command_discarded"

    def test_of_what_is_no_conflict_is_refused(self, ben: Laptop) -> None:
        with pytest.raises(Refusal, match="There is no conflict") as refused:
            discard(ben.store, "nothing", actor="ben", reason="because")
        assert refused.value.code == "unknown_conflict"


class TestUnderANameThatNoCommitCanBear:
    """An earlier version let people act under it."""

    @pytest.fixture(params=["be\x1bn", "\x07", " "])
    def ben(self, ben: Laptop, case_id: str, request: pytest.FixtureRequest) -> Laptop:
        """The conflict as such a version has kept it; the way is free again."""
        ((record,),) = ben.rows("SELECT record FROM conflicts")
        commit = decode(record.encode())
        header = replace(commit.header, actor=request.param)
        given = replace(commit, header=header, commit_id=commit_id(header.fields(), commit.events))
        connection_of(ben.store).execute("UPDATE conflicts SET record = ?", [encode(given).decode()])
        ben.does(c.ReopenCase(case_id=case_id, reason="they came back"))
        return ben

    def test_it_is_given_again_under_one_that_can_be(self, ben: Laptop, ana: Laptop) -> None:
        ((given_by,),) = ben.rows("SELECT json_extract(record, '$.actor') FROM conflicts")
        retry(ben.store, "due")
        ((actor,),) = ben.rows("SELECT actor FROM pending_commits WHERE command_id = 'due'")
        assert actor == ("ben" if "n" in given_by else default_actor())
        all_sync(ana, ben)
        assert places(ana, "due") == ["commits"]
        assert ana.everything() == ben.everything()

    def test_all_other_ways_out_are_open(self, ben: Laptop) -> None:
        assert ben.store.query(conflict, "due") is not None
        edit(ben.store, "due", note(ben.store.query(conflicts)[0].case_id), actor="ben", reason="another")
        assert places(ben, "due") == ["discarded_commands"]

    def test_one_that_can_not_be_read_says_what_is_left_to_do(self, ben: Laptop) -> None:
        connection_of(ben.store).execute(
            "UPDATE conflicts SET record = json_set(record, '$.recorded_at', '2026-99-99')"
        )
        with pytest.raises(Refusal, match=r"recorded_at.*Edit it, keep it as a note, or discard it\."):
            retry(ben.store, "due")
        assert places(ben, "due") == ["conflicts"]


def test_a_text_that_is_no_note_is_refused_in_a_sentence(ben: Laptop) -> None:
    for text in ("", "\x1b[2J", "x" * 10_001):
        with pytest.raises(Refusal, match="It can't be kept as a note: text"):
            keep_as_note(ben.store, "due", text, actor="ben")
    assert places(ben, "due") == ["conflicts"]
