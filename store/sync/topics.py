"""The team's topics: what each is for, what it needs, what is wrong with it, and making what is missing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum
from time import monotonic, sleep
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AclOperation, AdminClient, ConfigResource, NewTopic, OffsetSpec, TopicDescription

from store.sync.connection import REQUEST_SECONDS, Connection
from store.sync.errors import FAILURES
from store.sync.settings import COMMITS_TOPIC

PARTITIONS: Final = 6
"""Of each new topic. It can't be changed later: a case's partition follows from it."""

LARGEST_RECORD: Final = 1024 * 1024
"""In bytes: what topics have to take at least, as they do unless somebody lowered it."""

CLOCK_SECONDS: Final = 300
"""How far in the future a record of a colleague may be before somebody's clock must be wrong."""

_NO_ID: Final = ("", "AAAAAAAAAAAAAAAAAAAAAA")
_WANTED: Final[Mapping[str, str]] = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}


@dataclass(frozen=True, slots=True)
class Topic:
    """`needed` is whether sync stops without it; `operations` are what everybody in the team does there."""

    name: str
    purpose: str
    operations: tuple[AclOperation, ...]
    needed: bool = False


COMMITS: Final = Topic(
    COMMITS_TOPIC, "the team's log", (AclOperation.DESCRIBE, AclOperation.READ, AclOperation.WRITE), needed=True
)
KYC_EVENTS: Final = Topic("kyc_events", "clients to examine, from other services", (AclOperation.READ,))
DEAD_LETTERS: Final = Topic("kyc_events.dlq", "messages that can't become a case", (AclOperation.WRITE,))
NOTIFICATIONS: Final = Topic(
    "notification_events", "whom to notify of what, for other services", (AclOperation.READ, AclOperation.WRITE)
)
DOMAIN_EVENTS: Final = Topic(
    "domain_events", "what the team has accepted, for other services", (AclOperation.READ, AclOperation.WRITE)
)

TOPICS: Final = (COMMITS, KYC_EVENTS, DEAD_LETTERS, NOTIFICATIONS, DOMAIN_EVENTS)


class Verdict(StrEnum):
    GOOD = "good"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was looked at. `about` is a topic or `cluster`; `sentence` says what is so and what to do."""

    verdict: Verdict
    about: str
    sentence: str


def check(
    connection: Connection, *, joined_partitions: int | None = None, now: datetime | None = None
) -> list[Finding]:
    """What is right and wrong with the cluster. `joined_partitions`: how many the log had when this laptop joined.

    Changes nothing. Raises nothing: what can't be asked is a finding.
    """
    admin = connection.admin()
    try:
        cluster = connection.metadata(admin, "to check it")
    except FAILURES as error:
        return [Finding(Verdict.PROBLEM, "cluster", str(error))]
    brokers = len(cluster.brokers)
    findings = [
        Finding(
            Verdict.GOOD,
            "cluster",
            f"{connection.settings.servers} lets us in: cluster {cluster.cluster_id}, {brokers} broker"
            f"{'s' if brokers != 1 else ''}.",
        )
    ]
    for topic in TOPICS:
        try:
            findings += _check_topic(connection, admin, topic, brokers)
        except FAILURES as error:
            findings.append(Finding(_missing(topic), connection.topic(topic.name), str(error)))
    if joined_partitions is not None:
        findings += _check_partitions(connection, cluster.topics, joined_partitions)
    return [*findings, *_check_clock(connection, admin, now or datetime.now(UTC))]


def create_topics(
    connection: Connection, *, partitions: int = PARTITIONS, replication: int | None = None
) -> list[Finding]:
    """Make the topics that are not there; a finding for each. Those that are there are left as they are.

    Each is kept on as many brokers as there are, at most three, unless `replication` says otherwise.
    Raises one of `store.sync.errors.FAILURES` when the cluster can't be asked.
    """
    admin = connection.admin()
    copies = replication or min(3, len(connection.metadata(admin, "to make topics").brokers))
    safe = {"min.insync.replicas": "2"} if copies > 2 else {}
    new = {
        connection.topic(topic.name): NewTopic(
            connection.topic(topic.name), partitions, replication_factor=copies, config={**_WANTED, **safe}
        )
        for topic in TOPICS
    }
    with connection.translated("to make topics", admin):
        answers = admin.create_topics(list(new.values()), request_timeout=REQUEST_SECONDS)
    findings = [_created(connection, name, answer, partitions, copies) for name, answer in answers.items()]
    _wait_for({finding.about for finding in findings if finding.verdict is Verdict.GOOD}, connection, admin)
    return findings


def _wait_for(names: set[str], connection: Connection, admin: AdminClient) -> None:
    """Brokers come to know of a new topic one after the other."""
    deadline = monotonic() + REQUEST_SECONDS
    while monotonic() < deadline:
        there = connection.metadata(admin, "to make topics").topics
        if all(name in there and there[name].error is None and there[name].partitions for name in names):
            return
        sleep(0.05)


def _created(connection: Connection, name: str, answer: Any, partitions: int, copies: int) -> Finding:
    try:
        with connection.translated(f"to make {name}"):
            try:
                answer.result(REQUEST_SECONDS)
            except KafkaException as error:
                if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
                    return Finding(Verdict.GOOD, name, "It was there already, and was left as it is.")
                raise
    except FAILURES as error:
        return Finding(Verdict.PROBLEM, name, str(error))
    return Finding(Verdict.GOOD, name, f"Made, with {partitions} partitions on {copies} of the brokers each.")


def _check_topic(connection: Connection, admin: AdminClient, topic: Topic, brokers: int) -> Iterator[Finding]:
    name = connection.topic(topic.name)
    doing = f"to describe {name}"
    with connection.translated(doing, admin):
        described: TopicDescription = admin.describe_topics(
            TopicCollection([name]), include_authorized_operations=True, request_timeout=REQUEST_SECONDS
        )[name].result(REQUEST_SECONDS)
    yield from _check_permissions(topic, name, described.authorized_operations)
    if str(described.topic_id) in _NO_ID:
        yield Finding(
            Verdict.PROBLEM,
            name,
            "Its broker gives topics no ids, so that one made anew could not be told from the old one: Apache Kafka 2.8"
            " or newer is needed.",
        )
    copies = min((len(each.replicas) for each in described.partitions), default=0)
    if copies < min(brokers, 2):
        yield Finding(Verdict.WARNING, name, "It is kept on one broker only: when that disk fails, it is lost.")
    with connection.translated(f"to read the settings of {name}", admin):
        resource = ConfigResource(ConfigResource.Type.TOPIC, name)
        settings = admin.describe_configs([resource], request_timeout=REQUEST_SECONDS)[resource].result(REQUEST_SECONDS)
    wrong = list(_wrong_settings(topic, name, {key: entry.value for key, entry in settings.items()}))
    yield from wrong or [
        Finding(Verdict.GOOD, name, f"Keeps everything, in {len(described.partitions)} partitions: {topic.purpose}.")
    ]


def _wrong_settings(topic: Topic, name: str, settings: Mapping[str, str]) -> Iterator[Finding]:
    verdict = Verdict.PROBLEM if topic.needed else Verdict.WARNING
    for key, wanted in _WANTED.items():
        if (value := settings.get(key)) != wanted:
            yield Finding(
                verdict, name, f"{key} is {value} and has to be {wanted}: else the cluster forgets {topic.purpose}."
            )
    if int(settings.get("max.message.bytes") or LARGEST_RECORD) < LARGEST_RECORD:
        yield Finding(
            verdict,
            name,
            f"max.message.bytes is {settings['max.message.bytes']} and has to be {LARGEST_RECORD} at least.",
        )


def _check_permissions(topic: Topic, name: str, allowed: Iterable[Enum] | None) -> Iterator[Finding]:
    if allowed is None:
        return
    granted = set(allowed)
    if lacking := [operation.name for operation in topic.operations if operation not in granted]:
        yield Finding(
            _missing(topic),
            name,
            f"We may not {' or '.join(lacking)} here: whoever runs the cluster has to allow it ({topic.purpose}).",
        )


def _missing(topic: Topic) -> Verdict:
    return Verdict.PROBLEM if topic.needed else Verdict.WARNING


def _check_partitions(connection: Connection, topics: Mapping[str, Any], joined: int) -> Iterator[Finding]:
    name = connection.topic(COMMITS.name)
    if name in topics and (now := len(topics[name].partitions)) != joined:
        yield Finding(
            Verdict.PROBLEM,
            name,
            f"It has {now} partitions and had {joined} when this laptop joined: the number can't change, for a case's"
            " partition follows from it. Make the topic as it was.",
        )


def _check_clock(connection: Connection, admin: AdminClient, now: datetime) -> Iterator[Finding]:
    """By the newest record of the log: if that is of tomorrow, its writer's clock is wrong, or ours is."""
    name = connection.topic(COMMITS.name)
    try:
        with connection.translated(f"to read {name}", admin):
            partitions = len(admin.list_topics(name, timeout=REQUEST_SECONDS).topics[name].partitions)
            newest_first = OffsetSpec.max_timestamp()  # type: ignore[no-untyped-call]
            asked = {TopicPartition(name, each): newest_first for each in range(partitions)}
            answers = admin.list_offsets(asked, request_timeout=REQUEST_SECONDS).values() if asked else ()
            newest = max((answer.result(REQUEST_SECONDS).timestamp for answer in answers), default=-1)
    except FAILURES:
        return  # that the log can't be read has been found above
    if newest / 1000 > now.timestamp() + CLOCK_SECONDS:
        there = datetime.fromtimestamp(newest / 1000, UTC)
        yield Finding(
            Verdict.WARNING,
            "cluster",
            f"The newest record of the log is of {there:%Y-%m-%d %H:%M} UTC, and it is {now:%Y-%m-%d %H:%M} here: set"
            " this laptop's clock, or that of whoever wrote it.",
        )
