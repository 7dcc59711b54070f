"""Notifications by the rules in force: those of a file first, then those that the config service answered last.

The service is a real one on this machine. What is kept of its answers decides, whatever becomes of it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from store.domain import commands as c
from store.domain.notification_rules import NotificationRule, is_trigger
from store.domain.rules import Rules
from store.domain.statuses import Decision
from store.engine.case_store import CaseStore
from store.errors import DatabaseMissing
from store.notifications import refresh as refreshing
from store.notifications.config_service import ConfigService
from store.notifications.refresh import Refresher, refresh
from store.queries.notification_rules import ServiceState, notification_rules, notification_service_state
from store.sqlite.schema import SCHEMA_VERSION
from tests.domain.examples import kyb, kyc
from tests.store.config_service import Service, a_service, breaking_off, in_turn, rules, says, silent
from tests.store.stores import START, Clock, connection_of, findings, findings_in, open_store, rows
from tests.store.test_config_service import Impatient

CREATED = "CASE_CREATED_KYC_STANDARD"
REJECTED = "CASE_REJECTED_KYC_STANDARD"
OF_SERVICE = {"rule_id": "of-service", "notification_type": "EMAIL", "template_id": "T9", "language_code": "fr"}


def of_file(rule_id: str, trigger: str = CREATED, *, is_active: bool = True) -> NotificationRule:
    return NotificationRule(rule_id=rule_id, event_trigger=trigger, is_active=is_active, notification_type="SMS")


@pytest.fixture
def service() -> Iterator[Service]:
    with a_service() as service:
        yield service


@pytest.fixture
def asked_for(database: Path, service: Service) -> Iterator[CaseStore]:
    """A store whose commands are decided by what the service answered last, and by a file without rules."""
    with open_store(database, rules=Rules(notification_service=service.url)) as store:
        yield store


def ask_anew(store: CaseStore, service: Service, clock: Clock | None = None) -> ServiceState:
    refresh(store.path, ConfigService(service.url), clock=clock or Clock(), stopped=Impatient())
    return store.query(notification_service_state, service.url)


def told(store: CaseStore) -> list[str]:
    """The rules of the notifications that were asked for, the oldest first."""
    return [rule_id for (rule_id,) in rows(connection_of(store), "SELECT rule_id FROM notifications ORDER BY rowid")]


class TestTheServicesRules:
    def test_decide_once_they_were_answered(self, asked_for: CaseStore, service: Service) -> None:
        service.behave = rules(**{CREATED: [OF_SERVICE]})
        asked_for.execute(kyc())
        assert told(asked_for) == []
        state = ask_anew(asked_for, service)
        receipt = asked_for.execute(kyc(), actor="ana")
        assert receipt.events[-1] == "NotificationRequired"
        assert rows(
            connection_of(asked_for),
            "SELECT case_id, client_id, event_trigger, rule_id, notification_type, template_id, language_code,"
            " required_by FROM notifications",
        ) == [(receipt.case_id, "C-1", CREATED, "of-service", "EMAIL", "T9", "fr", "ana")]
        assert (state.trouble, state.triggers) == (None, len(service.asked))
        assert findings(asked_for) == []

    def test_decide_on_decisions_too(self, asked_for: CaseStore, service: Service) -> None:
        service.behave = rules(**{REJECTED: [OF_SERVICE]})
        ask_anew(asked_for, service)
        case_id = asked_for.execute(kyc()).case_id
        asked_for.execute(
            c.ProposeDecision(case_id=case_id, decision=Decision.REJECT, reason="nothing adds up here"), actor="ana"
        )
        assert told(asked_for) == []
        asked_for.execute(c.ApproveDecision(case_id=case_id), actor="ben")
        assert told(asked_for) == ["of-service"]

    def test_come_after_those_of_the_file(self, database: Path, service: Service) -> None:
        service.behave = rules(**{CREATED: [OF_SERVICE], REJECTED: [OF_SERVICE]})
        here = Rules(
            notifications=(
                of_file("off", is_active=False),
                of_file("on"),
                of_file("off-too", REJECTED, is_active=False),
            ),
            notification_service=service.url,
        )
        with open_store(database, rules=here) as store:
            ask_anew(store, service)
            store.execute(kyc())
            assert told(store) == ["on"]
            in_force = store.query(notification_rules, here)
        assert [(rule.event_trigger, rule.rule_id, rule.source) for rule in in_force] == [
            (CREATED, "on", "file"),
            (REJECTED, "of-service", "service"),
        ]

    def test_are_those_of_the_service_that_is_configured(self, database: Path, service: Service) -> None:
        service.behave = rules(**{CREATED: [OF_SERVICE]})
        with open_store(database) as store:
            ask_anew(store, service)
            store.execute(kyc())
            assert told(store) == []
        with open_store(database, rules=Rules(notification_service="https://another.example")) as store:
            store.execute(kyc())
            assert told(store) == []

    def test_make_one_notification_however_often_a_command_is_sent(
        self, asked_for: CaseStore, service: Service
    ) -> None:
        service.behave = rules(**{CREATED: [OF_SERVICE]})
        ask_anew(asked_for, service)
        first = asked_for.execute(kyc(), command_id="one")
        service.behave = rules(**{CREATED: [OF_SERVICE | {"rule_id": "another"}]})
        ask_anew(asked_for, service)
        assert asked_for.execute(kyc(), command_id="one").commit_id == first.commit_id
        assert told(asked_for) == ["of-service"]

    def test_that_were_changed_by_hand_are_passed_over(self, asked_for: CaseStore, service: Service) -> None:
        service.behave = rules(**{CREATED: [OF_SERVICE], REJECTED: [OF_SERVICE]})
        ask_anew(asked_for, service)
        connection_of(asked_for).execute(
            "UPDATE notification_answers SET rule = json_set(rule, '$.urgency', 9) WHERE event_trigger = ?", (CREATED,)
        )
        asked_for.execute(kyc())
        assert told(asked_for) == []
        in_force = asked_for.query(notification_rules, Rules(notification_service=service.url))
        assert [rule.event_trigger for rule in in_force] == [REJECTED]


class TestAnOutage:
    def test_changes_nothing_but_what_is_told_of_the_service(self, asked_for: CaseStore, service: Service) -> None:
        clock = Clock()
        service.behave = rules(**{CREATED: [OF_SERVICE]})
        well = ask_anew(asked_for, service, clock)
        service.behave = says(b"", status=500)
        ill = ask_anew(asked_for, service, clock)
        asked = len(service.asked)
        for number in range(3):
            asked_for.execute(kyc(client_id=f"C-{number}"))
        assert told(asked_for) == ["of-service"] * 3
        assert len(service.asked) == asked
        assert (ill.answered_at, ill.triggers) == (well.answered_at, well.triggers)
        assert ill.asked_at > well.asked_at  # type: ignore[operator]
        assert ill.sentence == (
            f"The config service {service.url} failed (HTTP status 500)."
            " Meanwhile what it answered before stays in force."
        )
        assert findings(asked_for) == []

    def test_ends_with_the_next_answer(self, asked_for: CaseStore, service: Service) -> None:
        service.behave = breaking_off
        ill = ask_anew(asked_for, service)
        assert ill.sentence.endswith(" Meanwhile only the rules of the file are in force.")
        service.behave = rules(**{CREATED: [OF_SERVICE]})
        well = ask_anew(asked_for, service)
        assert (well.trouble, well.answered_at) == (None, well.asked_at)
        asked_for.execute(kyc())
        assert told(asked_for) == ["of-service"]

    def test_in_the_middle_leaves_what_was_answered_until_then(self, asked_for: CaseStore, service: Service) -> None:
        service.behave = rules(**{CREATED: [OF_SERVICE], REJECTED: [OF_SERVICE]})
        ask_anew(asked_for, service)
        assert service.triggers()[:3] == [CREATED, "CASE_APPROVED_KYC_STANDARD", REJECTED]
        newer = rules(**{CREATED: [OF_SERVICE | {"rule_id": "newer"}]})
        service.behave = in_turn(newer, newer, says(b"no", status=400))
        state = ask_anew(asked_for, service)
        assert state.trouble
        in_force = asked_for.query(notification_rules, Rules(notification_service=service.url))
        assert [(rule.event_trigger, rule.rule_id) for rule in in_force] == [
            (CREATED, "newer"),
            (REJECTED, "of-service"),
        ]

    def test_a_rule_that_is_taken_back_is_no_longer_in_force(self, asked_for: CaseStore, service: Service) -> None:
        service.behave = rules(**{CREATED: [OF_SERVICE]})
        ask_anew(asked_for, service)
        service.behave = rules()
        ask_anew(asked_for, service)
        asked_for.execute(kyc())
        assert told(asked_for) == []


class TestWhatIsAsked:
    def test_is_every_trigger_of_the_usual_case_types(self, asked_for: CaseStore, service: Service) -> None:
        ask_anew(asked_for, service)
        assert len(service.asked) == len(set(service.triggers())) == 12
        assert all(map(is_trigger, service.triggers()))

    def test_is_every_trigger_of_the_case_types_that_are_known_here(
        self, asked_for: CaseStore, service: Service
    ) -> None:
        asked_for.execute(kyc(case_type="pocket money"))
        asked_for.execute(kyb(case_type="Pocket-Money"))
        ask_anew(asked_for, service)
        assert service.triggers()[:6] == [
            "CASE_CREATED_KYC_POCKET_MONEY",
            "CASE_APPROVED_KYC_POCKET_MONEY",
            "CASE_REJECTED_KYC_POCKET_MONEY",
            "CASE_CREATED_KYB_POCKET_MONEY",
            "CASE_APPROVED_KYB_POCKET_MONEY",
            "CASE_REJECTED_KYB_POCKET_MONEY",
        ]
        assert service.asked[3].question["context"] == {"traitement_type": "KYB", "case_type": "POCKET_MONEY"}
        assert len(service.asked) == 18

    def test_has_an_end(self, asked_for: CaseStore, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(refreshing, "MOST_CASE_TYPES", 2)
        for number in range(4):
            asked_for.execute(kyc(case_type=f"type {number}"))
        ask_anew(asked_for, service)
        types = dict.fromkeys(asked.question["context"]["case_type"] for asked in service.asked)
        assert list(types) == ["TYPE_3", "TYPE_2", "STANDARD", "ENHANCED_DUE_DILIGENCE"]

    def test_is_counted_for_whoever_watches(self, asked_for: CaseStore, service: Service) -> None:
        seen: list[tuple[int, int]] = []
        refresh(
            asked_for.path,
            ConfigService(service.url),
            clock=Clock(),
            stopped=Event(),
            progress=lambda done, total: seen.append((done, total)),
        )
        assert seen == [(number, 12) for number in range(1, 13)]

    def test_is_nothing_where_there_is_no_database(self, database: Path, service: Service) -> None:
        with pytest.raises(DatabaseMissing):
            refresh(database, ConfigService(service.url), clock=Clock(), stopped=Event())
        assert service.asked == []


class TestInTheBackground:
    def test_no_command_waits_for_an_answer(self, asked_for: CaseStore, service: Service) -> None:
        arrived = Event()

        def keep_waiting(handler: Any) -> None:
            arrived.set()
            silent(handler)

        service.behave = keep_waiting
        refresher = Refresher(asked_for.path, ConfigService(service.url, timeout_seconds=60), clock=Clock())
        refresher.start()
        try:
            assert arrived.wait(20)
            for number in range(3):
                asked_for.execute(kyc(client_id=f"C-{number}"))
        finally:
            refresher.stop()
        assert service.gave_up == 0
        assert len(service.asked) == 1

    def test_the_service_is_asked_again_and_again_until_that_is_stopped(
        self, asked_for: CaseStore, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refreshing, "EVERY_SECONDS", 0)
        rounds = Event()

        def count(handler: Any) -> None:
            if service.triggers().count(CREATED) == 3:
                rounds.set()
            rules()(handler)

        service.behave = count
        refresher = Refresher(asked_for.path, ConfigService(service.url), clock=Clock())
        refresher.start()
        assert rounds.wait(20)
        refresher.stop()
        refresher.join(20)
        assert not refresher.is_alive()

    def test_a_database_that_can_not_be_used_ends_nothing(
        self, database: Path, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refreshing, "EVERY_SECONDS", 0)
        arrived = Event()

        def note(handler: Any) -> None:
            arrived.set()
            rules()(handler)

        service.behave = note
        refresher = Refresher(database, ConfigService(service.url), clock=Clock())
        refresher.start()
        with open_store(database):
            assert arrived.wait(20)
        refresher.stop()
        refresher.join(20)

    def test_what_comes_after_the_end_is_not_kept(self, asked_for: CaseStore, service: Service) -> None:
        stopped = Event()

        def last_answer(handler: Any) -> None:
            stopped.set()
            rules(**{CREATED: [OF_SERVICE]})(handler)

        service.behave = last_answer
        refresh(asked_for.path, ConfigService(service.url), clock=Clock(), stopped=stopped)
        assert len(service.asked) == 1
        assert asked_for.query(notification_service_state, service.url).asked_at is None


class TestTheState:
    def test_of_a_service_that_was_never_asked(self, store: CaseStore) -> None:
        state = store.query(notification_service_state, "https://config.example")
        assert state == ServiceState("https://config.example", None, None, None, 0)
        assert state.sentence == "The config service https://config.example was not asked so far."

    def test_of_one_that_answered(self, asked_for: CaseStore, service: Service) -> None:
        state = ask_anew(asked_for, service)
        assert state == ServiceState(service.url, f"{START:%Y-%m-%dT%H:%M:%S}.000000+00:00", state.asked_at, None, 12)
        assert state.sentence == f"The config service {service.url} answered for 12 triggers."


def test_a_database_of_the_first_schema_is_brought_up_to_date(database: Path, service: Service) -> None:
    with open_store(database) as store:
        store.execute(kyc())
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        kept = ("commits", "events", "projections", "cases", "persons", "required_documents", "_sqlite_migrations")
        tables = rows(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for table in {name for (name,) in tables if not name.startswith("search_index_")} - set(kept):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name != 'the_log'")
        connection.execute("PRAGMA user_version = 1")
    with open_store(database, rules=Rules(notification_service=service.url)) as store:
        assert rows(connection_of(store), "PRAGMA user_version") == [(SCHEMA_VERSION,)]
        service.behave = rules(**{CREATED: [OF_SERVICE]})
        ask_anew(store, service)
        store.execute(kyc())
        assert told(store) == ["of-service"]
    assert findings_in(database) == []
