"""What must hold, whatever laptops of a team do and whatever befalls them: schedules of all of it at random.

A referee, which knows nothing but the records of the shared log and the acceptance rule, says what each laptop has to
have accepted and rejected at its cursors. Five mutants of the engine are each caught.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.domain import commands as c
from store.domain.decider import decide
from store.domain.identifiers import content_id
from store.domain.operation import Command
from store.domain.refusals import Refusal
from store.engine.case_store import CaseStore, Receipt
from store.errors import StoreError
from store.log.commit import Commit
from store.log.loaded_case import LoadedCase, loaded_from
from store.log.read import RecordedEvent, get_notifications_to_send
from store.projections import project
from store.sync import pull, rebase
from store.sync.conflicts import discard, edit, keep_as_note, retry
from store.sync.judge import Verdict
from store.sync.notifications import mark_sent
from store.sync.rebase import Rebased, run_again
from store.sync.shared_log import Unreachable
from store.sync.wire import decode, encode
from store.unsettled import quarantined_cases
from tests.domain.examples import ANA, BEN, kyc
from tests.store.stores import connection_of
from tests.sync.memory_team import RULES, Laptop, MemoryLog, a_laptop, note
from tests.trials import examples, trial

SCRIPTED = "1"
"""A command id that scripts on several laptops use."""
NONSENSE = b"nonsense"
UNDER_FIRE: list[CaseStore] = []
"""The store that anything may befall just now."""
NOWHERE = loaded_from([], None)
FAULTS = ["down", "read fails", "refused", "ack lost", "half", "late"]
WORDS = ["vip", "old", "new"]


def an_action(case_id: str, number: int, word: int) -> Command:
    """Something that people do to a case; about half of it holds on any given one."""
    text = WORDS[word % 3]
    actions: list[Command] = [
        note(case_id, text),
        c.TagCase(case_id=case_id, tag=text),
        c.UntagCase(case_id=case_id, tag=text),
        c.AssignCase(case_id=case_id, assignee=text),
        c.UnassignCase(case_id=case_id),
        c.AddPersonToCase(case_id=case_id, person=BEN.model_copy(update={"lastname": text})),
        c.SetDueDate(case_id=case_id, due_date=f"2026-12-0{word % 3 + 1}"),
        c.AwaitClient(case_id=case_id, reason=text),
        c.ResumeCase(case_id=case_id),
        c.WithdrawCase(case_id=case_id, reason=text),
        c.ReopenCase(case_id=case_id, reason=text),
        c.DetermineInitialDocumentRequirements(case_id=case_id),
    ]
    return actions[number]


decoded = cache(decode)


@dataclass
class Referee:
    """What follows from the records alone, up to given cursors. `commits` has them by case, in order."""

    commits: dict[str, list[Commit]] = field(default_factory=dict)
    rejected: set[tuple[int, int]] = field(default_factory=set)
    held: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def at(cls, log: MemoryLog, cursors: Mapping[int, int]) -> "Referee":
        it, frozen = cls(), set[bytes | None]()
        for record in log.all():
            place = (record.partition, record.offset)
            if record.offset >= cursors[record.partition]:
                continue
            if record.key in frozen or record.value == NONSENSE:
                frozen.add(record.key)
                it.held.add(place)
                continue
            commit = decoded(record.value)
            accepted = it.commits.setdefault(commit.header.case_id, [])
            head = accepted[-1].commit_id if accepted else None
            known = {earlier.header.command_id for earlier in accepted}
            if commit.header.parent == head and commit.header.command_id not in known:
                accepted.append(commit)
            else:
                it.rejected.add(place)
        return it


def check_against_the_log(laptop: Laptop, log: MemoryLog) -> None:
    """Invariants 1, 2, 3 and 5: exactly what follows from the records up to the cursors, however they came."""
    referee = Referee.at(log, laptop.cursors())
    accepted: dict[str, list[str]] = {}
    for case_id, commit_id in laptop.rows("SELECT case_id, commit_id FROM commits ORDER BY position"):
        accepted.setdefault(case_id, []).append(commit_id)
    expected = {case_id: [commit.commit_id for commit in commits] for case_id, commits in referee.commits.items()}
    assert accepted == {case_id: ids for case_id, ids in expected.items() if ids}
    places = "SELECT log_partition, log_offset FROM"
    assert set(laptop.rows(f"{places} rejected_records")) == referee.rejected
    assert set(laptop.rows(f"{places} quarantined_records")) == referee.held


def check_the_rules_held(laptop: Laptop) -> None:
    """Invariant 10: every accepted commit is what the domain decides on the state that it names as its parent."""
    for case_id, commits in Referee.at(laptop.line.log, laptop.cursors()).commits.items():
        loaded = NOWHERE
        for commit in commits:
            assert run_again(loaded, commit, RULES) == commit, case_id
            loaded = loaded.followed_by(commit)


def checked_rebase(original: Callable[..., Rebased]) -> Callable[..., Rebased]:
    """Invariant 9: what is refused by the domain, and nothing else, becomes a conflict."""

    def checked(*arguments: Any) -> Rebased:
        said_no: list[Refusal] = []

        def listening(*of: Any) -> Any:
            try:
                return decide(*of)
            except Refusal as refusal:
                said_no.append(refusal)
                raise

        rebase.decide = listening  # type: ignore[assignment, attr-defined]
        try:
            result = original(*arguments)
        finally:
            rebase.decide = decide  # type: ignore[attr-defined]
        assert [refused.refusal for refused in result.refused if refused.refusal.code != "command_id_reused"] == said_no
        return result

    return checked


Draw = Callable[[int], int]
"""A number below the one that is given."""


class Schedule:
    """Laptops that share a log, with some cases that all of them know, and what happens to them step by step."""

    def __init__(self, start: int) -> None:
        draw = Random(start).randrange
        self.log = MemoryLog(partitions=1 + draw(3))
        self.team = [a_laptop(name, self.log) for name in ("ana", "ben", "cleo", "dan")[: 2 + draw(2) * (1 + draw(2))]]
        self.issued: dict[str, set[str]] = {laptop.name: set() for laptop in self.team}
        self.sent: list[tuple[str, str]] = []
        self.cases: list[str] = []
        for _ in range(1 + draw(2)):
            self.opens_a_case(self.team[0], draw)
        for laptop in self.team:
            laptop.syncs()

    def step(self, number: int) -> None:
        """What happens next depends on a number alone, so that a schedule is a list of numbers."""
        draw = Random(number).randrange
        what = WHAT_HAPPENS[draw(len(WHAT_HAPPENS))]
        what(self, self.team[draw(len(self.team))], draw)

    def opens_a_case(self, laptop: Laptop, draw: Draw) -> None:
        self.note_down(laptop, laptop.does(kyc((ANA, BEN)[draw(2)])))

    def imports_a_record(self, laptop: Laptop, draw: Draw) -> None:
        """The same record makes the same case on every laptop."""
        record = str(draw(2))
        self.note_down(laptop, laptop.tries(kyc(client_id=record), content_id("record", record)))

    def works(self, laptop: Laptop, draw: Draw) -> None:
        """A command; now and then under an id that a script on another laptop uses as well."""
        command = an_action(self.cases[draw(len(self.cases))], draw(12), draw(3))
        self.note_down(laptop, laptop.tries(command, SCRIPTED if draw(8) == 0 else None))

    def note_down(self, laptop: Laptop, receipt: Receipt | str) -> None:
        if isinstance(receipt, Receipt):
            self.issued[laptop.name].add(receipt.command_id)
            if receipt.case_id not in self.cases:
                self.cases.append(receipt.case_id)

    def syncs(self, laptop: Laptop, draw: Draw) -> None:
        """A round, in which about everything can go wrong; half of them are undisturbed."""
        faults = [FAULTS[draw(len(FAULTS))] for _ in range(draw(3))] if draw(2) else []
        laptop.line.again = draw(2) * draw(3)
        laptop.line.meanwhile = self.team[draw(len(self.team))] if draw(3) == 0 else None
        if draw(4) == 0:
            self.crashes_after(laptop, 1 + draw(150))
        UNDER_FIRE.append(laptop.store)
        with suppress(Unreachable, StoreError):
            laptop.syncs(*faults, batch=(1, 2, 5, 500)[draw(4)])
        UNDER_FIRE.clear()
        connection_of(laptop.store).set_progress_handler(None, 0)
        check_against_the_log(laptop, self.log)
        if draw(10) == 0:
            assert laptop.findings() == [], "at any moment"

    @staticmethod
    def crashes_after(laptop: Laptop, steps: int) -> None:
        """SQLite breaks off after so many hundred steps of its machine, and what is in progress with it."""
        left = [steps]

        def break_off() -> bool:
            left[0] -= 1
            return left[0] == 0

        connection_of(laptop.store).set_progress_handler(break_off, 100)

    def late_records_arrive(self, *_: object) -> None:
        self.log.arrive()

    def a_record_is_there_twice(self, _: Laptop, draw: Draw) -> None:
        records = list(self.log.all())
        twice = records[draw(len(records))]
        self.log.add(twice.partition, twice.key, twice.value)

    def a_careless_client_repeats_a_command(self, _: Laptop, draw: Draw) -> None:
        """It runs again on the newest state what was accepted before, and appends that."""
        chains = [commits for commits in Referee.at(self.log, self.ends()).commits.values() if commits]
        chain = chains[draw(len(chains))]
        loaded = NOWHERE
        for commit in chain:
            loaded = loaded.followed_by(commit)
        for commit in reversed(chain):
            with suppress(Refusal):
                again = run_again(loaded, commit, RULES)
                self.log.add_for(again.header.case_id, encode(again))
                return

    def nonsense_is_appended(self, _: Laptop, draw: Draw) -> None:
        if draw(6) == 0:
            self.log.add_for(self.cases[draw(len(self.cases))], NONSENSE)

    def settles_a_conflict(self, laptop: Laptop, draw: Draw) -> None:
        for command_id in sorted(laptop.ids("conflicts"))[:1]:
            ((case_id,),) = laptop.rows("SELECT case_id FROM conflicts WHERE command_id = ?", command_id)
            try:
                match draw(4):
                    case 0:
                        retry(laptop.store, command_id)
                    case 1:
                        command = note(case_id)
                        self.note_down(laptop, edit(laptop.store, command_id, command, actor="x", reason="wrong"))
                    case 2:
                        self.note_down(laptop, keep_as_note(laptop.store, command_id, "I wanted it.", actor="x"))
                    case _:
                        discard(laptop.store, command_id, actor=laptop.name, reason="no longer needed")
            except Refusal:
                assert command_id in laptop.ids("conflicts")

    def sends_notifications(self, laptop: Laptop, draw: Draw) -> None:
        """Or breaks off before it has noted what it sent: whoever receives it twice knows it by its id."""
        due = laptop.store.query(get_notifications_to_send)
        self.sent.extend((laptop.name, event.event_id) for event in due)
        if draw(2):
            mark_sent(laptop.store, due)

    def ends(self) -> dict[int, int]:
        return {partition: len(held) for partition, held in self.log.records.items()}

    def end(self) -> None:
        """Everything arrives, everybody syncs until nothing moves, and a new laptop joins."""
        while self.log.on_the_way:
            self.log.arrive()
        for _ in range(10):
            for laptop in self.team:
                laptop.line.again, laptop.line.meanwhile = 0, None
                laptop.syncs()
            if all(self.is_done(laptop) for laptop in self.team):
                break
        assert all(self.is_done(laptop) for laptop in self.team)
        fresh = a_laptop("fresh", self.log)
        fresh.syncs()
        check_against_the_log(fresh, self.log)
        assert fresh.findings() == [], "5 and 6: chains, versions, and read tables that follow from the log"
        self.check_that_all_are_alike(fresh)
        self.check_that_no_command_is_lost()
        self.check_the_notifications()
        check_the_rules_held(fresh)

    def is_done(self, laptop: Laptop) -> bool:
        quarantined = laptop.store.query(quarantined_cases)
        pending = {case_id for (case_id,) in laptop.rows("SELECT case_id FROM pending_commits")}
        return laptop.cursors() == self.ends() and pending <= quarantined.keys()

    def check_that_all_are_alike(self, fresh: Laptop) -> None:
        """Invariants 1, 6 and 7: byte for byte, but for what is pending on cases that rest."""
        accepted, rejected, rows = fresh.accepted(), fresh.rejected(), rows_without(set(), fresh)
        for laptop in self.team:
            assert laptop.accepted() == accepted
            assert laptop.rejected() == rejected
            own = {case_id for (case_id,) in laptop.rows("SELECT case_id FROM pending_commits")}
            assert not own or laptop.findings() == []
            assert laptop.rows("SELECT * FROM unknown_own_commits") == [], "all that came back was known"
            assert rows_without(own, laptop) == (rows_without(own, fresh) if own else rows)

    def check_that_no_command_is_lost(self) -> None:
        """Invariant 4: each that was issued is in exactly one place on the laptop that issued it."""
        for laptop in self.team:
            places = [laptop.ids(t) for t in ("commits", "pending_commits", "conflicts", "discarded_commands")]
            for command_id in self.issued[laptop.name] - {SCRIPTED}:
                assert sum(command_id in place for place in places) == 1
            assert self.issued[laptop.name] <= set().union(*places)

    def check_the_notifications(self) -> None:
        """Invariant 8: one of each accepted command that asks for one, by whoever gave it; none of any other."""
        for laptop in self.team:
            due = laptop.store.query(get_notifications_to_send)
            self.sent.extend((laptop.name, event.event_id) for event in due)
        asked = self.team[0].rows(
            "SELECT substr(device, 11), event_id FROM events AS e JOIN commits AS c ON c.position = e.commit_position"
            " WHERE event_type = 'NotificationRequired'"
        )
        assert set(self.sent) == set(asked)


def rows_without(cases: set[str], laptop: Laptop) -> list[str]:
    """The rows of all read tables, but for those of some cases."""
    rows = [f"{table}: {row}" for table, held in laptop.read_tables().items() for row in held]
    return [row for row in rows if not any(case_id in row for case_id in cases)]


WHAT_HAPPENS: list[Callable[[Schedule, Laptop, Draw], None]] = [
    *[Schedule.works] * 12,
    *[Schedule.syncs] * 7,
    *[Schedule.settles_a_conflict] * 2,
    Schedule.opens_a_case,
    Schedule.imports_a_record,
    Schedule.late_records_arrive,
    Schedule.a_record_is_there_twice,
    Schedule.a_careless_client_repeats_a_command,
    Schedule.nonsense_is_appended,
    Schedule.sends_notifications,
]

numbers = st.integers(0, 2**40)
schedules = st.lists(numbers, min_size=12, max_size=26)
PARTS = 4
"""So that as many processes can play them at a time."""

AT_RANDOM = settings(
    examples(little=300 // PARTS, much=8_000 // PARTS),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def play(start: int, steps: list[int]) -> None:
    schedule = Schedule(start)
    for number in steps:
        schedule.step(number)
    schedule.end()


def play_many(count: int) -> None:
    """The same schedules each time, which nothing shrinks."""
    for seed in range(count):
        number = Random(seed).getrandbits
        play(number(40), [number(40) for _ in range(30)])


@pytest.mark.deep
@pytest.mark.parametrize("part", range(PARTS))
def test_what_must_hold_does(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part plays schedules of its own, also where hypothesis draws the same numbers every time."""
    monkeypatch.setattr(pull, "rebase", checked_rebase(rebase.rebase))

    def play_in_this_part(start: int, steps: list[int]) -> None:
        with trial():
            play(start * PARTS + part, steps)

    AT_RANDOM(given(numbers, schedules)(play_in_this_part))()


def without_the_parent_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(*, parent: str | None, head: str | None, command_is_accepted: bool) -> Verdict:
        return Verdict.DUPLICATE if command_is_accepted else Verdict.ACCEPTED

    monkeypatch.setattr(pull, "judge", judge)


def without_the_duplicate_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(*, parent: str | None, head: str | None, command_is_accepted: bool) -> Verdict:
        return Verdict.ACCEPTED if parent == head else Verdict.STALE

    monkeypatch.setattr(pull, "judge", judge)


def with_cursors_in_a_transaction_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """And every now and then the process is killed between the two."""
    moved: list[Mapping[int, int]] = []
    kills = cycle([False, False, True])
    move_cursors, change = pull.move_cursors, CaseStore.change

    def later(_: sqlite3.Connection, positions: Mapping[int, int]) -> None:
        moved.append(positions)

    def change_then_move(self: CaseStore, what: Any, *args: Any, **kwargs: Any) -> Any:
        moved.clear()
        result = change(self, what, *args, **kwargs)
        for positions in list(moved):
            if self in UNDER_FIRE and next(kills):
                raise StoreError("killed")
            change(self, move_cursors, positions)
        return result

    monkeypatch.setattr(pull, "move_cursors", later)
    monkeypatch.setattr(CaseStore, "change", change_then_move)


def without_the_rebase(monkeypatch: pytest.MonkeyPatch) -> None:
    def rebase_nothing(_: LoadedCase, pending: Sequence[Commit], *__: object) -> Rebased:
        return Rebased(tuple(pending), ())

    monkeypatch.setattr(pull, "rebase", rebase_nothing)


def without_the_projection_on_rebase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull, "remove_case", lambda *_: None)

    def project_unless_pending(connection: sqlite3.Connection, events: Iterable[RecordedEvent], _: object) -> None:
        project(connection, [event for event in events if not event.pending])

    monkeypatch.setattr(pull, "project_what_can_be", project_unless_pending)


MUTANTS = [
    without_the_parent_check,
    without_the_duplicate_check,
    with_cursors_in_a_transaction_of_their_own,
    without_the_rebase,
    without_the_projection_on_rebase,
]


@pytest.mark.parametrize("mutate", MUTANTS)
def test_a_mutant_does_not_survive(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    with pytest.raises((AssertionError, StoreError)) as caught:
        play_many(300)
    assert "killed" not in str(caught.value), "it is caught by what it leaves behind"
