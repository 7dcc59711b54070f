"""Five laptops on Apache Kafka, at work at random, and all that may befall them: kills of laptops and of the broker in
the middle of anything, a backup that is restored, a copy on another machine, and a producer that writes what it likes.

In the end all sync, and they and a new laptop have the same log and the same rows; each command that was acknowledged
is in its place; and nobody but who was restored or copied is told to be older than what was sent.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import sleep
from typing import Any, Final

import pytest

from store.domain.identifiers import content_id
from store.domain.operation import Command
from store.sync.connection import Connection
from store.sync.partition import partition_of
from store.sync.settings import COMMITS_TOPIC
from store.sync.topic_log import TopicLog, ToSend
from store.sync.wire import encode
from tests.domain.examples import kyc
from tests.kafka.apache_kafka import ApacheKafka
from tests.kafka.conftest import PARTITIONS, connection_to, make_topics, new_prefix
from tests.kafka.kafka_laptop import Laptop, order_to
from tests.store.stores import Rows, rows
from tests.sync.forged import an_event, forged
from tests.sync.test_invariants import an_action
from tests.trials import trials

pytestmark = [pytest.mark.kafka, pytest.mark.deep]

NAMES: Final = ("ana", "ben", "cleo", "dan", "eva")
NONSENSE: Final = (b"nonsense", b"", b"\xff\xfe\x00", b"[" * 5_000, b'{"format": 1}', b'{"format": 1, "commit_id": 2}')
PLACES: Final = ("commits", "pending_commits", "conflicts", "discarded_commands")


def ask(database: Path, sql: str, *values: object) -> Rows:
    """What a database holds, whatever its laptop does meanwhile."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return rows(connection, sql, values)


@dataclass
class Member:
    """A laptop, what it acknowledged, and whether its database was restored from a backup or copied to another."""

    laptop: Laptop
    acknowledged: set[str] = field(default_factory=set)
    has_a_double: bool = False

    @property
    def name(self) -> str:
        return self.laptop.name

    def cases(self) -> list[str]:
        return [case_id for (case_id,) in ask(self.laptop.path, "SELECT case_id FROM cases ORDER BY case_id")]

    def places_of(self, command_id: str) -> int:
        """In how many places a command is."""
        counted = (f"SELECT count(*) FROM {table} WHERE command_id = ?1" for table in PLACES)
        return sum(ask(self.laptop.path, sql, command_id)[0][0] for sql in counted)


@dataclass
class Backup:
    """A copy of a database, made while its laptop was at work, and what that had acknowledged by then."""

    of: Member
    file: Path
    acknowledged: set[str]


@dataclass
class Trial:
    """One team on topics of its own. Everything that happens is printed, which pytest shows where it fails."""

    random: Random
    broker: ApacheKafka
    connection: Connection
    folder: Path
    opened: ExitStack
    log: TopicLog
    members: list[Member] = field(default_factory=list)
    backups: list[Backup] = field(default_factory=list)
    commands: int = 0

    def joins(self, name: str, database: Path | None = None) -> Member:
        laptop = Laptop(database or self.folder / f"{name}.sqlite3", self.connection, name)
        return Member(self.opened.enter_context(laptop))

    def begin(self) -> None:
        """A case in each partition, so that a record in a wrong one is no sign of partitions that were added."""
        self.members = [self.joins(name) for name in NAMES]
        first = self.members[0]
        while {partition_of(case_id, PARTITIONS) for case_id in first.cases()} != set(range(PARTITIONS)):
            self.gives(first, kyc())
        for each in self.members:
            self.syncs(each)
        self.back_up()

    def gives(self, member: Member, command: Command, command_id: str | None = None) -> None:
        command_id = command_id or self.new_command_id(member)
        answer = member.laptop.tries(command, command_id)
        if "case_id" in answer:
            member.acknowledged.add(command_id)

    def new_command_id(self, member: Member) -> str:
        self.commands += 1
        return f"{member.name}-{self.commands}"

    def syncs(self, member: Member) -> dict[str, Any]:
        came_to = member.laptop.syncs()
        assert "stopped" not in came_to, came_to
        return came_to

    def some(self) -> list[Member]:
        return self.random.sample(self.members, self.random.randint(1, len(self.members)))

    def one(self) -> Member:
        return self.random.choice(self.members)

    def something_to_do(self, member: Member) -> Command:
        random = self.random
        if random.random() < 0.15:
            return kyc(client_id=f"{member.name}-{self.commands}")
        return an_action(random.choice(member.cases()), random.randrange(12), random.randrange(3))

    def work(self) -> str:
        """Offline, as everybody always is for a while."""
        at_work = self.some()
        for member in at_work:
            for _ in range(self.random.randint(1, 6)):
                self.gives(member, self.something_to_do(member))
        return ", ".join(each.name for each in at_work)

    def import_the_same(self) -> str:
        """The same record, wherever it is imported, is the same case."""
        number, at_work = self.random.randrange(4), self.some()
        for member in at_work:
            self.gives(member, kyc(client_id=f"record {number}"), content_id("record", str(number)))
        return f"record {number} by {len(at_work)}"

    def sync(self) -> str:
        """At the same time."""
        some = self.some()
        for member in some:
            member.laptop.begins(sync=self.random.randint(1, 3))
        answers = [member.laptop.answers() for member in some]
        assert not [answer for answer in answers if "stopped" in answer], answers
        return ", ".join(each.name for each in some)

    def kill_a_laptop_at_sync(self) -> str:
        member, seconds = self.one(), self.random.choice((0, 0.01, 0.03, 0.06, 0.1, 0.2, 0.4))
        member.laptop.begins(sync=5)
        sleep(seconds)
        member.laptop.restart()
        return f"{member.name} after {seconds} s"

    def kill_a_laptop_at_work(self) -> str:
        """A command that was not acknowledged was carried out or not; it is given again, as a script would."""
        member = self.one()
        orders = [(self.new_command_id(member), self.something_to_do(member)) for _ in range(4)]
        for command_id, command in orders:
            member.laptop.begins(do=order_to(command, command_id))
        sleep(self.random.choice((0, 0.005, 0.01, 0.02)))
        member.laptop.restart()
        for command_id, command in orders:
            self.gives(member, command, command_id)
        return member.name

    def kill_the_broker(self) -> str:
        """While some sync. Who was killed at the same time comes back to a broker that may not be there yet."""
        some = self.some()
        for member in some:
            member.laptop.begins(sync=3)
        sleep(self.random.choice((0, 0.02, 0.05, 0.1)))
        in_order = self.random.random() < 0.25
        self.broker.stop() if in_order else self.broker.kill()
        if self.random.random() < 0.5:
            killed = some.pop()
            killed.laptop.restart()
        self.broker.start()
        answers = [member.laptop.answers() for member in some]
        assert not [answer for answer in answers if "stopped" in answer], answers
        return f"{'in order' if in_order else 'at once'}, of {len(some)} at sync"

    def back_up(self) -> str:
        member = self.one()
        file = self.folder / f"backup-{len(self.backups)}-of-{member.laptop.path.name}"
        with closing(sqlite3.connect(member.laptop.path)) as live, closing(sqlite3.connect(file)) as copy:
            live.backup(copy)
        self.backups.append(Backup(member, file, set(member.acknowledged)))
        return member.name

    def restore_a_backup(self) -> str:
        """Its laptop dies for it. What it had acknowledged since is lost here; what it had sent is the team's."""
        if not self.backups:
            return self.back_up()
        backup = self.backups.pop(self.random.randrange(len(self.backups)))
        member = backup.of
        member.laptop.kill()
        for journal in ("-wal", "-shm"):
            member.laptop.path.with_name(member.laptop.path.name + journal).unlink(missing_ok=True)
        shutil.move(backup.file, member.laptop.path)
        member.laptop.restart()
        member.acknowledged, member.has_a_double = backup.acknowledged, True
        return member.name

    def clone(self) -> str:
        """A backup that is worked with on another machine, while its original goes on."""
        if not self.backups:
            return self.back_up()
        backup = self.backups.pop()
        member = self.joins(f"{backup.of.name} again", backup.file)
        member.acknowledged = backup.acknowledged
        member.has_a_double = backup.of.has_a_double = True
        self.members.append(member)
        return member.name

    def forge(self) -> str:
        """A producer of somebody's own, who knows the log of one laptop."""
        member = self.one()
        case_id = self.random.choice(member.cases())
        home = partition_of(case_id, PARTITIONS)
        heads = ask(member.laptop.path, "SELECT commit_id FROM commits WHERE case_id = ? ORDER BY position", case_id)
        head = heads[-1][0] if heads else None
        name = f"forged-{self.commands}-{self.random.getrandbits(32)}"
        payload = f'{{"case_id": "{case_id}", "note_id": "{name}", "text": "Forged."}}'
        event = an_event("NoteAdded", payload, event_id=name, aggregate_id=name)
        good = encode(forged(case_id, head, name, event))
        stale = encode(forged(case_id, "0" * 64, name, event))
        unknown = encode(forged(case_id, head, name, event._replace(event_type="X", payload_model_name="X.v1")))
        what, key, value, partition = self.random.choice(
            [
                ("nonsense", case_id.encode(), self.random.choice(NONSENSE), home),
                ("a tombstone", case_id.encode(), None, home),
                ("no key", None, good, home),
                ("a key that is no text", b"\xff", good, home),
                ("another id", case_id.encode(), good.replace(b"Forged", b"Forgot"), home),
                ("half a record", case_id.encode(), good[: len(good) // 2], home),
                ("a stale commit", case_id.encode(), stale, home),
                ("a commit", case_id.encode(), good, home),
                ("a commit of a newer kind", case_id.encode(), unknown, home),
                ("a commit in a wrong partition", case_id.encode(), good, (home + 1) % PARTITIONS),
                ("another case's key", member.cases()[0].encode(), good, home),
            ]
        )
        self.log.append([ToSend(key, value, (), partition)])  # type: ignore[arg-type] # a tombstone has no value
        return what

    def end(self) -> None:
        """Everybody syncs, and passes over what can't be read, until nothing moves; then a new laptop joins."""
        self.settle(self.members)
        everybody = [*self.members, self.joins("a new one")]
        self.settle(everybody)
        told = [member.laptop.tells() for member in everybody]
        verified = [member.laptop.told(verify=True) for member in everybody]
        print("in the end", told[0], "acknowledged", [len(each.acknowledged) for each in everybody])  # noqa: T201
        assert [each["findings"] for each in verified] == [[]] * len(everybody)
        assert len({each["log_digest"] for each in verified}) == 1, verified
        assert [each for each in told if each != told[0]] == [], told
        for member in everybody:
            lost = [command_id for command_id in member.acknowledged if member.places_of(command_id) != 1]
            assert lost == [], (member.name, lost)
            noticed = ask(member.laptop.path, "SELECT commit_id FROM unknown_own_commits")
            assert not noticed or member.has_a_double, (member.name, noticed)

    def settle(self, everybody: list[Member]) -> None:
        for _ in range(40):
            moved = [self.is_moved(member) for member in everybody]
            if not any(moved):
                return
        pytest.fail(f"it never comes to rest: {moved}")

    def is_moved(self, member: Member) -> bool:
        """Whether a laptop took anything in, passed over anything, or has anything left to do."""
        came_to = self.syncs(member)
        if "unreachable" in came_to:
            sleep(0.5)
            return True
        released = member.laptop.told(release=True)["released"]
        return bool(came_to["accepted"] or came_to["pending"] or released)


WHAT_HAPPENS: Final = [
    *[Trial.work] * 10,
    *[Trial.sync] * 8,
    *[Trial.import_the_same] * 2,
    *[Trial.kill_a_laptop_at_sync] * 4,
    *[Trial.kill_a_laptop_at_work] * 2,
    *[Trial.kill_the_broker] * 2,
    *[Trial.back_up] * 3,
    *[Trial.restore_a_backup] * 2,
    Trial.clone,
    *[Trial.forge] * 6,
]
"""All of it in each trial, in an order by chance."""


@pytest.fixture
def broker(own_broker: ApacheKafka) -> Iterator[ApacheKafka]:
    """Running again for the next test, whatever became of this one."""
    yield own_broker
    if not own_broker.is_running:
        own_broker.start()


def test_five_laptops_come_to_one_history_whatever_befalls_them(broker: ApacheKafka, tmp_path: Path) -> None:
    for number, random in enumerate(trials(little=1, much=7)):
        connection = connection_to(broker.bootstrap, topic_prefix=new_prefix())
        make_topics(connection, COMMITS_TOPIC)
        folder = tmp_path / str(number)
        folder.mkdir()
        with ExitStack() as opened:
            log = opened.enter_context(TopicLog(connection, COMMITS_TOPIC))
            trial = Trial(random, broker, connection, folder, opened, log)
            trial.begin()
            for happens in random.sample(WHAT_HAPPENS, len(WHAT_HAPPENS)):
                print(happens.__name__, "…", end=" ", flush=True)  # noqa: T201
                print(happens(trial))  # noqa: T201
            trial.end()
