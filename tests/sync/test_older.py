"""A database that is older than what was sent from it: a backup that was restored, and a copy on another machine.

What the team has comes back, as anybody's. That it does is noticed and told, and nothing else is taken for it.
"""

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from store.device import is_same_device, older_and_what_to_do, older_than_sent
from store.domain.identifiers import case_reference
from store.engine.case_store import CaseStore
from store.queries.audit import remarks, verify
from store.queries.team_state import team_state
from store.sync.older import acknowledge_older
from store.sync.quarantine import release
from store.sync.round import sync_round
from store.sync.shared_log import Outgoing, Unreachable
from store.sync.team import join
from tests.domain.examples import kyc
from tests.store.stores import connection_of, quiet, rows
from tests.sync.memory_team import Laptop, Line, MemoryLog, a_laptop, all_sync, copy_of, note
from tests.sync.test_invariants import an_action
from tests.trials import trials

A_BYTE_OF_THE_FIRST_PAGE = 32 + 24 + 1_000
"""Behind the header of a write-ahead log and that of its first frame."""


def told(laptop: Laptop) -> str:
    return laptop.store.query(older_than_sent)


def unknown(laptop: Laptop) -> set[str]:
    return {commit_id for (commit_id,) in laptop.rows("SELECT commit_id FROM unknown_own_commits")}


def assert_alike(*laptops: Laptop) -> None:
    first, *others = [laptop.everything() for laptop in laptops]
    assert all(other == first for other in others)
    assert [laptop.findings() for laptop in laptops] == [[]] * len(laptops)


class TestARestoredBackup:
    def test_has_all_that_was_sent_and_says_what_came_back(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        backup = copy_of(ana)
        opened = ana.does(kyc(client_id="later"))
        ana.does(note(case_id))
        ana.syncs()
        assert backup.syncs().tally.unknown_own == 2
        ben.syncs()
        assert_alike(backup, ben)
        sentence = told(backup)
        assert sentence.startswith("2 changes of this database (2026-01-02 09:00 UTC, cases ")
        assert f"cases {case_reference(opened.case_id)}, {case_reference(case_id)}) came back" in sentence
        assert "--acknowledge" in backup.store.query(older_and_what_to_do)
        assert "Possibly it was restored from a backup" in sentence
        assert "is lost and can't come back" in sentence
        assert told(copy_of(backup)) == sentence, "it is kept"
        assert next(remarks(connection_of(backup.store))).startswith(sentence)
        assert backup.store.query(team_state).unknown_own == 2
        assert told(ana) == told(ben) == "", "only where it was lost"

    def test_goes_on_with_what_was_done_on_it_since(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        backup = copy_of(ana)
        ana.does(note(case_id, "Before it broke."))
        ana.syncs()
        assert backup.tries(note(case_id, "After."), "after")
        all_sync(backup, ben)
        assert_alike(backup, ben)
        assert "after" in ben.ids("commits")
        assert told(backup).startswith("A change of this database (2026-01-02 09:00 UTC, case ")

    def test_where_nothing_was_sent_since_has_nothing_to_tell(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        ana.does(note(case_id, "Sent later."))
        backup = copy_of(ana)
        ana.syncs()
        ben.syncs()
        ben.does(note(case_id, "Ben's."))
        ben.syncs()
        backup.syncs()
        assert_alike(backup, ben)
        assert told(backup) == ""

    def test_with_pending_work_that_was_run_again_before_it_was_sent(
        self, ana: Laptop, ben: Laptop, case_id: str
    ) -> None:
        """The command is known, and is carried out once. The commit is not known."""
        ana.does(note(case_id, "Overtaken."), "overtaken")
        backup = copy_of(ana)
        ben.syncs()
        ben.does(note(case_id, "First."))
        all_sync(ben, ana)
        came_to = backup.syncs()
        assert (came_to.tally.unknown_own, came_to.tally.conflicts, came_to.pending) == (1, 0, 0)
        assert_alike(ana, ben, backup)

    def test_is_noticed_also_where_a_case_rested_meanwhile(self, ana: Laptop, log: MemoryLog, case_id: str) -> None:
        backup = copy_of(ana)
        log.add_for(case_id, b"nonsense")
        ana.does(note(case_id))
        ana.syncs()
        backup.syncs()
        assert told(backup) == ""
        assert release(backup.store, case_id).unknown_own == 0
        ana_s = release(ana.store, case_id)
        assert (ana_s.rejected, ana.syncs().pending, told(ana)) == (1, 0, "")
        assert backup.syncs().tally.unknown_own == 1

    def test_on_another_machine_is_the_same_device(self, log: MemoryLog) -> None:
        ana = a_laptop("ana", log, device="old-laptop/1f")
        case_id = ana.does(kyc()).case_id
        backup = copy_of(ana, device="new-laptop/1f")
        ana.does(note(case_id))
        ana.syncs()
        backup.syncs()
        assert told(backup) != ""

    def test_names_a_few_cases_and_counts_the_others(self, ana: Laptop) -> None:
        backup = copy_of(ana)
        for number in range(7):
            ana.does(kyc(client_id=str(number)))
        ana.syncs()
        backup.syncs()
        assert len(re.findall(r"\b\w{3}-\w{3}-\w{3}\b", told(backup))) == 5
        assert " and 2 more)" in told(backup)

    def test_is_told_no_more_once_a_person_has_seen_it(self, ana: Laptop, case_id: str) -> None:
        backup = copy_of(ana)
        ana.does(note(case_id))
        ana.syncs()
        backup.syncs()
        assert acknowledge_older(backup.store, actor="ana.ruiz") == 1
        assert told(backup) == ""
        assert backup.store.query(team_state).unknown_own == 0
        assert acknowledge_older(backup.store, actor="ana.ruiz") == 0
        assert backup.rows("SELECT acknowledged_by FROM unknown_own_commits") == [("ana.ruiz",)]


def test_a_write_ahead_log_that_was_cut_off_is_noticed(
    database: Path, tmp_path: Path, log: MemoryLog, case_id: str, ben: Laptop
) -> None:
    """One changed byte, and what a program had written last before it was killed is gone from a file that is whole."""
    line, survivor = Line(log), tmp_path / "survivor.sqlite3"
    with CaseStore.open(database) as store:
        join(store, line)
        sync_round(store, line)
        store.checkpoint()
        store.execute(note(case_id, "Sent."), actor="ana")
        sync_round(store, line)
        store.execute(note(case_id, "Not sent."), actor="ana")
        for journal in ("", "-wal"):
            shutil.copy(f"{database}{journal}", f"{survivor}{journal}")
    with Path(f"{survivor}-wal").open("r+b") as wal:
        wal.seek(A_BYTE_OF_THE_FIRST_PAGE)
        changed = bytes([wal.read(1)[0] ^ 1])
        wal.seek(A_BYTE_OF_THE_FIRST_PAGE)
        wal.write(changed)
    with CaseStore.open(survivor, create=False) as store:
        connection = connection_of(store)
        assert list(verify(connection, quiet)) == [], "it can't tell"
        assert store.query(older_than_sent) == ""
        sync_round(store, line)
        assert store.query(older_than_sent).startswith("A change of this database (")
        ben.syncs()
        assert rows(connection, "SELECT commit_id FROM commits") == ben.rows("SELECT commit_id FROM commits")


class TestACopyOnAnotherMachine:
    def test_and_its_original_stay_alike_and_it_is_told_on_both(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        copy = copy_of(ana)
        ana.does(note(case_id, "On the one."))
        ana.syncs()
        copy.does(note(case_id, "On the other."))
        copy.syncs()
        ana.syncs()
        all_sync(ana, copy, ben)
        assert_alike(ana, copy, ben)
        assert [len(unknown(each)) for each in (ana, copy, ben)] == [1, 1, 0]
        assert "Possibly" in told(copy)

    def test_is_certain_once_more_keeps_coming(self, ana: Laptop, case_id: str) -> None:
        copy = copy_of(ana)
        for _ in range(2):
            ana.does(note(case_id))
            ana.syncs()
            copy.syncs()
        assert "another machine works with a copy of it" in told(copy)
        assert "Possibly" not in told(copy)

    def test_is_another_device_once_a_person_has_seen_it(self, log: MemoryLog) -> None:
        ana = a_laptop("ana", log, device="")
        case_id = ana.does(kyc()).case_id
        ana.syncs()
        copy = copy_of(ana, device="")
        assert copy.store.device == ana.store.device
        ana.does(note(case_id))
        ana.syncs()
        copy.syncs()
        acknowledge_older(copy.store, actor="ana")
        assert copy.store.device != ana.store.device
        copy.does(note(case_id, "By another device."))
        all_sync(copy, ana)
        ana.does(note(case_id, "By the first."))
        all_sync(ana, copy)
        assert told(ana) == told(copy) == ""
        assert_alike(ana, copy)

    def test_that_sends_the_same_pending_work_has_it_accepted_once(self, ana: Laptop, ben: Laptop) -> None:
        ana.does(kyc(), "once")
        copy = copy_of(ana)
        all_sync(ana, copy, ben)
        assert_alike(ana, copy, ben)
        assert told(ana) == told(copy) == ""


class TestWhatIsNotTakenForIt:
    def test_a_commit_whose_acknowledgement_was_lost(self, ana: Laptop, ben: Laptop, case_id: str) -> None:
        for fault in ("ack lost", "half", "late"):
            for number in range(3):
                ana.does(note(case_id, f"{fault} {number}"))
            with pytest.raises(Unreachable):
                ana.syncs(fault)
        ana.line.log.arrive()
        all_sync(ana, ben)
        assert_alike(ana, ben)
        assert unknown(ana) == set()

    def test_another_database_on_the_same_machine(self, log: MemoryLog) -> None:
        one, other = a_laptop("ana", log, device=""), a_laptop("ben", log, device="")
        one.does(kyc())
        all_sync(one, other)
        assert one.store.device.partition("/")[0] == other.store.device.partition("/")[0]
        assert unknown(other) == set()

    def test_the_same_import_on_two_laptops(self, ana: Laptop, ben: Laptop) -> None:
        for laptop in (ana, ben):
            laptop.does(kyc(), "the-same-record")
        all_sync(ana, ben)
        assert_alike(ana, ben)
        assert unknown(ana) == unknown(ben) == set()

    def test_what_was_done_before_joining(self, log: MemoryLog) -> None:
        ana = a_laptop("ana", log, joined=False)
        ana.does(kyc())
        join(ana.store, ana.line)
        all_sync(ana)
        assert len(ana.accepted()) == 1
        assert unknown(ana) == set()


Append = Callable[[Sequence[Outgoing]], Mapping[int, int]]


@dataclass
class Incarnation:
    """A laptop from a moment on; what it made or had, and what was noticed before, kept apart from its database."""

    laptop: Laptop
    known: set[str] = field(default_factory=set)
    noticed: set[str] = field(default_factory=set)

    def look(self) -> None:
        self.known |= {commit_id for (commit_id,) in self.laptop.rows("SELECT commit_id FROM pending_commits")}

    def copied(self) -> "Incarnation":
        copy = Incarnation(copy_of(self.laptop), noticed=unknown(self.laptop))
        copy.known = {commit_id for (commit_id,) in copy.laptop.rows("SELECT commit_id FROM commits")}
        copy.look()
        return copy

    def syncs(self, *faults: str) -> None:
        line = self.laptop.line
        with pytest.MonkeyPatch.context() as patch, suppress(Unreachable):
            patch.setattr(line, "append", self._noting(line.append))
            self.laptop.syncs(*faults)
        self.look()

    def _noting(self, append: Append) -> Append:
        def noting(commits: Sequence[Outgoing]) -> Mapping[int, int]:
            self.known |= {outgoing.commit.commit_id for outgoing in commits}
            return append(commits)

        return noting

    def own(self) -> set[str]:
        device = self.laptop.store.device
        accepted = self.laptop.rows("SELECT commit_id, device FROM commits")
        return {commit_id for commit_id, theirs in accepted if is_same_device(theirs, device)}


@pytest.mark.deep
def test_just_what_a_database_had_not_made_is_noticed() -> None:
    for random in trials(little=25, much=1_000):
        play(random)


def play(random: Random) -> None:
    """Two laptops work, are copied, restored from their copies, and go on beside them; then all of them sync."""
    log = MemoryLog(partitions=random.randint(1, 3))
    at_work = [Incarnation(a_laptop(name, log)) for name in ("ana", "ben")]
    cases = [at_work[0].laptop.does(kyc(client_id=str(number))).case_id for number in range(2)]
    backups: list[Incarnation] = []
    for each in at_work:
        each.syncs()
    for _ in range(random.randint(10, 30)):
        place = random.randrange(len(at_work))
        it = at_work[place]
        match random.choice(("works", "works", "works", "syncs", "syncs", "faulty", "backup", "restored", "cloned")):
            case "works":
                it.laptop.tries(an_action(random.choice(cases), random.randrange(12), random.randrange(3)))
                it.look()
            case "syncs":
                it.syncs()
            case "faulty":
                it.syncs(random.choice(("ack lost", "half", "late", "refused", "down")))
            case "backup":
                backups.append(it.copied())
            case "restored" if backups:
                at_work[place] = backups.pop(random.randrange(len(backups)))
            case "cloned" if len(at_work) < 4:
                at_work.append(it.copied())
            case _:
                log.arrive()
    while log.on_the_way:
        log.arrive()
    for _ in range(6):
        for each in at_work:
            each.syncs()
    assert_alike(*(each.laptop for each in at_work))
    for each in at_work:
        assert unknown(each.laptop) == each.noticed | (each.own() - each.known)
        assert bool(told(each.laptop)) == bool(unknown(each.laptop))
