"""What is right and wrong with a cluster, and making its topics."""

from datetime import UTC, datetime
from time import monotonic

import pytest
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

from store.sync.connection import Connection
from store.sync.topic_log import TopicLog
from store.sync.topics import COMMITS, TOPICS, Finding, Verdict, check, create_topics
from tests.kafka.apache_kafka import USERS, ApacheKafka
from tests.kafka.conftest import administer, connection_to, delete_topic, impatience, make_topics
from tests.kafka.test_log import outgoing, secured


def allow(connection: Connection, user: str, topic: str, *operations: AclOperation) -> None:
    pattern = (ResourceType.TOPIC, connection.topic(topic), ResourcePatternType.LITERAL)
    rules = [AclBinding(*pattern, f"User:{user}", "*", each, AclPermissionType.ALLOW) for each in operations]
    administer(connection, lambda admin: admin.create_acls(rules))


def problems(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.verdict is not Verdict.GOOD]


def test_a_cluster_that_can_t_be_reached_is_one_finding() -> None:
    with impatience():
        [finding] = check(connection_to("127.0.0.1:1"))
    assert (finding.verdict, finding.about) == (Verdict.PROBLEM, "cluster")
    assert "can't be reached" in finding.sentence


@pytest.mark.kafka
class TestOnApacheKafka:
    def test_an_empty_cluster_lacks_its_topics(self, connection: Connection) -> None:
        found = problems(check(connection))
        assert [finding.about for finding in found] == [connection.topic(topic.name) for topic in TOPICS]
        assert [finding.verdict for finding in found] == [Verdict.PROBLEM, *[Verdict.WARNING] * 4]
        assert all("--create-topics" in finding.sentence for finding in found)

    def test_topics_are_made_once_and_then_nothing_is_wrong(self, connection: Connection) -> None:
        assert problems(create_topics(connection)) == []
        again = create_topics(connection)
        assert all("there already" in finding.sentence for finding in again)
        assert problems(check(connection, joined_partitions=6)) == []
        with TopicLog(connection, COMMITS.name) as log:
            assert log.identity().partitions == 6

    def test_a_log_that_forgets_is_a_problem(self, connection: Connection) -> None:
        make_topics(connection, COMMITS.name, settings={"retention.ms": "1000", "cleanup.policy": "compact"})
        create_topics(connection)
        first, second = problems(check(connection))
        assert first.verdict is Verdict.PROBLEM
        assert "retention.ms is 1000 and has to be -1" in first.sentence
        assert "cleanup.policy is compact" in second.sentence

    def test_another_number_of_partitions_is_a_problem(self, connection: Connection) -> None:
        create_topics(connection, partitions=2)
        [finding] = problems(check(connection, joined_partitions=3))
        assert "has 2 partitions and had 3" in finding.sentence

    def test_a_clock_that_is_behind_is_found(self, connection: Connection) -> None:
        create_topics(connection)
        with TopicLog(connection, COMMITS.name) as log:
            log.append(outgoing("a"))
        assert problems(check(connection)) == []
        [finding] = problems(check(connection, now=datetime(2020, 1, 1, tzinfo=UTC)))
        assert "2020-01-01 00:00 here: set this laptop's clock" in finding.sentence

    def test_what_we_may_not_do_is_found(
        self, own_broker: ApacheKafka, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create_topics(connection)
        monkeypatch.setenv("PASSWORD_OF_THE_TEST", USERS["eve"])
        eve = connection_to(**secured(own_broker, "eve", topic_prefix=connection.settings.topic_prefix))
        found = problems(check(eve))
        assert len(found) == len(TOPICS)
        assert all("does not allow us to describe" in finding.sentence for finding in found)
        assert {finding.verdict for finding in create_topics(eve)} == {Verdict.PROBLEM}

    def test_what_we_may_do_only_in_part_is_found(
        self, own_broker: ApacheKafka, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create_topics(connection)
        monkeypatch.setenv("PASSWORD_OF_THE_TEST", USERS["eve"])
        eve = connection_to(**secured(own_broker, "eve", topic_prefix=connection.settings.topic_prefix))
        allow(connection, "eve", COMMITS.name, AclOperation.READ, AclOperation.DESCRIBE_CONFIGS)
        deadline = monotonic() + 20
        while not (found := [finding for finding in check(eve) if "We may not" in finding.sentence]):
            assert monotonic() < deadline
        assert (found[0].verdict, found[0].about) == (Verdict.PROBLEM, connection.topic(COMMITS.name))
        assert "We may not WRITE here" in found[0].sentence

    def test_one_topic_that_is_missing_is_made(self, connection: Connection) -> None:
        create_topics(connection)
        delete_topic(connection, "kyc_events")
        [made] = [finding for finding in create_topics(connection) if finding.sentence.startswith("Made")]
        assert made.about == connection.topic("kyc_events")
