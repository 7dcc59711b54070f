"""What happens between laptops of a team, told one story at a time."""

from pathlib import Path
from sqlite3 import IntegrityError

import pytest

from store.domain import commands as c
from store.domain.identifiers import content_id
from store.log.read import get_all_events, get_events_for_case, get_notifications_to_send, head_of, last_position
from store.projections import fresh_tables
from store.queries.case_file import case_file
from store.queries.team_state import pending_cases, team_state
from store.queries.timeline import timeline
from store.screening.case_screening import Disposition, decision
from store.sync.notifications import mark_sent
from store.sync.shared_log import Unreachable
from tests.domain.examples import BEN, kyc
from tests.screening.lists import bring_in, row, screened, simple_csv
from tests.store.stores import connection_of
from tests.sync.memory_team import Laptop, MemoryLog, a_laptop, all_sync, note


@pytest.fixture
def case_id(ana: Laptop, ben: Laptop) -> str:
    """A case that both know."""
    opened = ana.does(kyc())
    all_sync(ana, ben)
    return opened.case_id


def assert_alike(*laptops: Laptop) -> None:
    """All of it, byte for byte; nothing is wrong; and a laptop that is new to the team has the same."""
    fresh = a_laptop("fresh", laptops[0].line.log)
    fresh.syncs()
    for laptop in laptops:
        assert laptop.findings() == []
        assert laptop.everything() == fresh.everything()


class TestManyNewCasesAtOnce:
    """Cases that a batch brings first are projected beside; what follows on them, and what is ours, is not."""

    @pytest.fixture
    def log(self) -> MemoryLog:
        return MemoryLog(1)  # so that records come in the order in which they were made

    @pytest.fixture(autouse=True)
    def few_are_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fresh_tables, "REBUILD_IN_MEMORY_FROM", 1)

    def test_our_own_come_back_with_what_another_did_on_them(self, ana: Laptop, ben: Laptop) -> None:
        opened = ana.does(kyc())
        with pytest.raises(Unreachable):
            ana.syncs("ack lost")
        ben.syncs()
        ben.does(note(opened.case_id, "Of Ben."))
        ben.syncs()
        ana.syncs()
        assert_alike(ana, ben)

    def test_others_come_with_more_on_them_after_ours(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        opened = ben.does(kyc(BEN))
        ben.syncs()
        ben.does(note(case_id, "Of Ben, on what Ana works on as well."))
        ben.syncs()
        ben.does(note(opened.case_id, "Of Ben."))
        ben.syncs()
        ana.does(note(case_id, "Of Ana."))
        all_sync(ana, ben)
        assert_alike(ana, ben)


class TestWorkOfBoth:
    def test_what_one_does_the_other_sees(self, ana: Laptop, ben: Laptop) -> None:
        opened = ana.does(kyc())
        assert ana.ids("pending_commits") == {opened.command_id}
        ana.syncs()
        assert ana.ids("pending_commits") == set()
        assert ana.ids("commits") == {opened.command_id}
        ben.syncs()
        assert_alike(ana, ben)

    def test_on_two_cases_does_not_meet(self, ana: Laptop, ben: Laptop) -> None:
        ana.does(kyc())
        ben.does(kyc(BEN))
        all_sync(ana, ben)
        assert ana.rejected() == []
        assert_alike(ana, ben)

    def test_notes_on_one_case_are_both_kept(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        ana.does(note(case_id, "Of Ana."))
        ben.does(note(case_id, "Of Ben."))
        all_sync(ana, ben)
        assert [text for (text,) in ana.rows("SELECT text FROM notes ORDER BY rowid")] == ["Of Ana.", "Of Ben."]
        assert ana.ids("conflicts") == ben.ids("conflicts") == set()
        assert_alike(ana, ben)

    def test_what_was_run_again_has_the_same_id_actor_time_and_device(
        self, ana: Laptop, ben: Laptop, case_id: str
    ) -> None:
        issued = ben.does(note(case_id))
        named = "SELECT command, actor, device, recorded_at FROM"
        as_issued = ben.rows(f"{named} pending_commits")
        events = "SELECT event_id, aggregate_id, timestamp, payload, metadata FROM"
        ((event_id, *event),) = ben.rows(f"{events} pending_events")
        ana.does(c.TagCase(case_id=case_id, tag="vip"))
        ana.syncs()
        all_sync(ben)
        assert ben.rows(f"{named} commits WHERE command_id = ?", issued.command_id) == as_issued
        ((new_event_id, *new_event),) = ben.rows(f"{events} events WHERE event_type = 'NoteAdded'")
        assert new_event == event
        assert new_event_id != event_id
        assert issued.commit_id != ben.store.query(head_of, case_id)

    def test_a_check_against_a_list_is_run_again_and_settled_where_the_list_is_not(
        self, ana: Laptop, ben: Laptop, case_id: str, tmp_path: Path
    ) -> None:
        ben.store.path, ana.store.path = tmp_path / "ben.sqlite3", tmp_path / "ana.sqlite3"
        bring_in(ben.store.path, simple_csv(tmp_path / "eu-list.csv", row("NK-1", "Anna RUIS")), version="1")
        [candidate] = screened(ben.store, case_id).candidates
        [check] = decision(case_id, candidate, Disposition.TRUE_MATCH, "the same date of birth")
        hit = ben.does(check)
        ana.does(c.TagCase(case_id=case_id, tag="vip"))
        ana.syncs()
        assert ben.syncs().tally.run_again == 1
        ana.syncs()
        assert hit.command_id in ana.ids("commits")
        [found] = screened(ana.store, case_id).candidates
        assert (found.disposition, found.screening) == (Disposition.TRUE_MATCH, candidate.screening)
        [settled] = decision(case_id, found, Disposition.FALSE_POSITIVE, "born elsewhere")
        ana.does(settled)
        ben.does(note(case_id))
        all_sync(ben, ana)
        [again] = screened(ben.store, case_id).candidates
        assert again.disposition is Disposition.FALSE_POSITIVE
        assert_alike(ana, ben)

    def test_a_case_closed_meanwhile_is_a_conflict_and_nothing_behind_it_is(
        self, ana: Laptop, ben: Laptop, case_id: str
    ) -> None:
        ana.does(c.WithdrawCase(case_id=case_id, reason="they went elsewhere"))
        due = ben.does(c.SetDueDate(case_id=case_id, due_date="2026-12-24"))
        behind = ben.does(note(case_id))
        ana.syncs()
        assert ben.syncs().tally.conflicts == 1
        assert ben.ids("conflicts") == {due.command_id}
        assert behind.command_id in ben.ids("commits")
        all_sync(ana, ben)
        assert_alike(ana, ben)

    def test_who_is_overtaken_between_pull_and_push_pushes_again(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        ana.does(note(case_id, "Of Ana."))
        ben.does(note(case_id, "Of Ben."))
        ben.line.meanwhile = ana
        done = ben.syncs()
        assert (done.pushed, done.pending, done.tally.rejected) == (1, 1, 1)
        assert ben.syncs().pending == 0
        all_sync(ana, ben)
        assert [reason for (reason,) in ana.rows("SELECT reason FROM rejected_records")] == ["stale"]
        assert_alike(ana, ben)

    def test_the_same_record_imported_by_both_is_one_case(self, ana: Laptop, ben: Laptop) -> None:
        record = content_id("record", "4711")
        first = ana.does(kyc(), record)
        second = ben.does(kyc(), record)
        assert first.case_id == second.case_id
        ben.does(note(second.case_id))
        all_sync(ana, ben)
        assert ana.rows("SELECT case_id FROM cases") == [(first.case_id,)]
        assert ben.ids("conflicts") == set()
        assert_alike(ana, ben)

    def test_one_command_id_on_two_cases_makes_two_things(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        """As scripts do that number their commands."""
        other = ben.does(kyc(BEN)).case_id
        all_sync(ana, ben)
        ana.does(note(case_id), "1")
        ben.does(note(other), "1")
        all_sync(ana, ben)
        assert ana.rows("SELECT count(DISTINCT note_id), count(DISTINCT case_id) FROM notes") == [(2, 2)]
        assert_alike(ana, ben)

    def test_one_command_id_for_two_commands_on_a_case_is_a_conflict(
        self, ana: Laptop, ben: Laptop, case_id: str
    ) -> None:
        ana.does(note(case_id, "Of Ana."), "1")
        ben.does(note(case_id, "Of Ben."), "1")
        all_sync(ana, ben)
        assert ben.rows("SELECT command_id, code FROM conflicts") == [("1", "command_id_reused")]
        assert_alike(ana, ben)


class TestWhatGoesWrongOnTheWay:
    @pytest.mark.parametrize("fault", ["down", "read fails", "refused", "ack lost", "half", "late"])
    def test_loses_nothing_and_doubles_nothing(self, ana: Laptop, ben: Laptop, case_id: str, fault: str) -> None:
        ben.does(note(case_id, "Of Ben."))
        ben.syncs()
        for text in ("one", "two"):
            ana.does(note(case_id, text))
        before = ana.read_tables()["notes"]
        with pytest.raises(Unreachable):
            ana.syncs(fault)
        assert ana.findings() == []
        if fault in ("down", "read fails"):
            assert ana.read_tables()["notes"] == before
        ana.line.log.arrive()
        all_sync(ana, ben)
        texts = [text for (text,) in ben.rows("SELECT text FROM notes ORDER BY rowid")]
        assert texts == ["Of Ben.", "one", "two"]
        assert_alike(ana, ben)

    def test_what_arrives_late_has_been_run_again_by_then(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        ana.does(note(case_id, "Of Ana."))
        with pytest.raises(Unreachable):
            ana.syncs("late")
        ben.does(note(case_id, "Of Ben."))
        ben.syncs()
        ana.syncs()
        ana.line.log.arrive()
        all_sync(ana, ben)
        assert ana.rows("SELECT reason FROM rejected_records") == [("duplicate",)]
        assert_alike(ana, ben)

    def test_what_is_delivered_again_changes_nothing(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        ana.does(note(case_id))
        ana.syncs()
        ben.line.again = 10
        ben.syncs()
        assert_alike(ana, ben)

    @pytest.mark.parametrize("batch", [1, 2, 3, 500])
    def test_batches_of_any_size_give_the_same(self, ana: Laptop, ben: Laptop, case_id: str, batch: int) -> None:
        ana.does(kyc(BEN))
        for text in ("one", "two", "three"):
            ana.does(note(case_id, text))
        ben.does(note(case_id, "Of Ben."))
        assert ana.syncs(batch=batch).pending == 0
        ben.syncs(batch=batch)
        all_sync(ana, ben)
        assert_alike(ana, ben)


class TestWhatIsPending:
    def test_is_told_apart_wherever_it_is_shown(self, ana: Laptop, case_id: str) -> None:
        assert ana.store.query(pending_cases) == {}
        ana.does(note(case_id))
        ana.does(note(case_id))
        assert ana.store.query(pending_cases) == {case_id: 2}
        assert ana.store.query(team_state).pending == 2
        entries = ana.store.query(timeline, case_id)
        assert [entry.pending for entry in entries] == [True, True, False]
        ana.syncs()
        assert not any(entry.pending for entry in ana.store.query(timeline, case_id))

    def test_comes_after_what_is_accepted(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        ana.does(note(case_id, "Of Ana."))
        ben.does(kyc(BEN))
        ben.syncs()
        ana.line.faults = ["refused"]
        with pytest.raises(Unreachable):
            ana.syncs("refused")
        events = list(get_all_events(connection_of(ana.store)))
        positions = [event.position for event in events]
        assert positions == list(range(1, len(events) + 1))
        assert [event.pending for event in events] == [False] * (len(events) - 1) + [True]
        assert ana.store.query(last_position) == len(events)
        assert get_events_for_case(connection_of(ana.store), case_id)[-1] == events[-1]
        assert list(get_all_events(connection_of(ana.store), after=len(events) - 1)) == events[-1:]

    def test_is_what_the_next_command_stands_on(self, ana: Laptop, case_id: str) -> None:
        first = ana.does(c.TagCase(case_id=case_id, tag="vip"))
        assert ana.store.query(case_file, case_id).head == first.commit_id
        assert ana.tries(c.TagCase(case_id=case_id, tag="vip")) == "nothing_changes"
        ana.does(c.UntagCase(case_id=case_id, tag="vip"))
        assert ana.findings() == []

    def test_is_executed_once(self, ana: Laptop, case_id: str) -> None:
        first = ana.does(note(case_id), "one")
        again = ana.does(note(case_id), "one")
        assert (again.commit_id, again.events, again.repeated) == (first.commit_id, ("NoteAdded",), True)
        assert ana.tries(note(case_id, "Another."), "one") == "command_id_reused"

    def test_is_executed_once_when_it_is_accepted_too(self, ana: Laptop, case_id: str) -> None:
        ana.does(note(case_id), "one")
        ana.syncs()
        assert ana.does(note(case_id), "one").repeated


class TestNotifications:
    def test_go_out_when_accepted_and_from_one_laptop(self, ana: Laptop, ben: Laptop) -> None:
        opened = ana.does(kyc())
        assert ana.store.query(get_notifications_to_send) == []
        all_sync(ana, ben)
        (due,) = ana.store.query(get_notifications_to_send)
        assert (due.event_type, due.case_id) == ("NotificationRequired", opened.case_id)
        assert ben.store.query(get_notifications_to_send) == []
        mark_sent(ana.store, [due])
        assert ana.store.query(get_notifications_to_send) == []

    def test_of_a_record_that_both_imported_go_out_from_whoever_was_first(self, ana: Laptop, ben: Laptop) -> None:
        for laptop in (ana, ben):
            laptop.does(kyc(), content_id("record", "4711"))
        all_sync(ana, ben)
        assert len(ana.store.query(get_notifications_to_send)) == 1
        assert ben.store.query(get_notifications_to_send) == []


def test_without_a_team_a_commit_is_accepted_at_once(log: MemoryLog) -> None:
    alone = a_laptop("alone", log, joined=False)
    receipt = alone.does(kyc())
    assert alone.ids("commits") == {receipt.command_id}
    assert alone.ids("pending_commits") == set()
    assert alone.store.query(team_state).shared is False


class TestVerify:
    """What is pending is proven like what is accepted."""

    @pytest.fixture
    def pending(self, ana: Laptop, case_id: str) -> Laptop:
        for text in ("one", "two"):
            ana.does(note(case_id, text))
        connection_of(ana.store).execute("DROP TRIGGER pending_commits_no_update")
        connection_of(ana.store).execute("DROP TRIGGER pending_events_no_update")
        return ana

    @pytest.mark.parametrize(
        ("change", "found"),
        [
            ("UPDATE pending_commits SET actor = 'x' WHERE position = 1", "was changed: its content does not give"),
            ("UPDATE pending_events SET payload = '{}' WHERE position = 1", "was changed: its content does not give"),
            ("DELETE FROM pending_events WHERE position = 2", "Pending commit 2"),
            ("UPDATE pending_commits SET parent = NULL WHERE position = 1", "names none as its parent"),
        ],
    )
    def test_finds_what_was_changed(self, pending: Laptop, change: str, found: str) -> None:
        connection_of(pending.store).execute(change)
        assert [sentence for sentence in pending.findings() if found in sentence]

    def test_finds_a_row_that_does_not_follow(self, ana: Laptop, case_id: str) -> None:
        ana.does(note(case_id, "one"))
        connection_of(ana.store).execute("DELETE FROM notes")
        assert [sentence for sentence in ana.findings() if sentence.startswith("notes: the row")]

    def test_finds_a_command_in_two_places(self, ana: Laptop, case_id: str) -> None:
        ana.does(note(case_id), "one")
        connection_of(ana.store).execute(
            "INSERT INTO discarded_commands VALUES ('one', ?, '{}', 'because', NULL, 'ana', 'today')", [case_id]
        )
        assert ana.findings()[0] == "The command one is pending and discarded: it can only be one of these."

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE pending_commits SET actor = 'x'",
            "UPDATE pending_events SET payload = '{}'",
            "DELETE FROM commits",
            "DELETE FROM discarded_commands",
            "UPDATE rejected_records SET reason = 'x'",
        ],
    )
    def test_the_guards_refuse(self, ana: Laptop, case_id: str, statement: str) -> None:
        ana.does(note(case_id))
        connection = connection_of(ana.store)
        connection.execute("INSERT INTO discarded_commands VALUES ('x', 'x', '{}', 'x', NULL, 'x', 'x')")
        connection.execute("INSERT INTO rejected_records VALUES (0, 99, 'x', 'x', NULL, NULL)")
        with pytest.raises(IntegrityError, match="are never changed"):
            connection.execute(statement)
