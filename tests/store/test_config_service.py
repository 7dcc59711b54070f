"""The client of the config service, against a real server that is right, slow, wrong or down."""

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from store.domain.notification_rules import NotificationRule
from store.notifications.config_service import (
    LARGEST,
    WAITS,
    ConfigService,
    Question,
    ServiceTrouble,
    ask,
)
from tests.store.config_service import (
    Behaviour,
    Service,
    a_service,
    breaking_off,
    in_turn,
    no_http,
    rules,
    says,
    silent,
    trickling_body,
    trickling_headers,
)

TRIGGER = "CASE_CREATED_KYC_STANDARD"
WELCOME = {"rule_id": "welcome", "is_active": True, "notification_type": "EMAIL", "template_id": "T1"}
QUESTION = Question(TRIGGER, {"traitement_type": "KYC", "case_type": "STANDARD"})


class Impatient(threading.Event):
    """Keeps what it was to wait for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0)
        return self.is_set()


@pytest.fixture
def service() -> Iterator[Service]:
    with a_service() as service:
        yield service


@pytest.fixture
def stopped() -> Impatient:
    return Impatient()


def rules_of(
    service: Service, stopped: threading.Event, *, within: float = 10, token_env: str | None = None, times: int = 1
) -> list[NotificationRule | None]:
    asked = ask(ConfigService(service.url, token_env, within), [QUESTION] * times, stopped)
    return [rule for _, rule in asked]


def trouble(service: Service, stopped: threading.Event, **how: Any) -> str:
    with pytest.raises(ServiceTrouble) as raised:
        rules_of(service, stopped, **how)
    assert str(raised.value).isprintable()
    return str(raised.value)


class TestARightAnswer:
    def test_is_the_first_active_rule(self, service: Service, stopped: Impatient) -> None:
        off = WELCOME | {"rule_id": "off", "is_active": False}
        service.behave = rules(**{TRIGGER: [off, WELCOME, WELCOME | {"rule_id": "third"}]})
        assert rules_of(service, stopped) == [
            NotificationRule(rule_id="welcome", event_trigger=TRIGGER, notification_type="EMAIL", template_id="T1")
        ]
        assert stopped.waits == []

    @pytest.mark.parametrize("none", [[], [WELCOME | {"is_active": False}]])
    def test_may_be_that_there_is_no_rule(self, service: Service, stopped: Impatient, none: list[Any]) -> None:
        service.behave = rules(**{TRIGGER: none})
        assert rules_of(service, stopped) == [None]

    def test_may_say_more_than_we_ask_for(self, service: Service, stopped: Impatient) -> None:
        service.behave = rules(**{TRIGGER: [WELCOME | {"priority": 3, "event_trigger": TRIGGER}]})
        (rule,) = rules_of(service, stopped)
        assert rule is not None
        assert rule.rule_id == "welcome"

    def test_is_to_a_question_without_personal_data(self, service: Service, stopped: Impatient) -> None:
        rules_of(service, stopped)
        (asked,) = service.asked
        assert asked.path == "/api/rules/match"
        assert asked.authorization is None
        assert asked.question == {
            "event_trigger": TRIGGER,
            "context": {"traitement_type": "KYC", "case_type": "STANDARD"},
        }


class TestAServiceThatIsSlow:
    @pytest.mark.parametrize("behave", [silent, trickling_body, trickling_headers])
    def test_is_given_up_on_three_times_and_no_thread_is_left(
        self, service: Service, stopped: Impatient, behave: Behaviour
    ) -> None:
        service.behave = behave
        said = trouble(service, stopped, within=0.4)
        assert said == f"The config service {service.url} did not answer within 0.4 s."
        assert len(service.asked) == 3
        for thread in threading.enumerate():
            if thread.name == "config-service":
                thread.join(10)
                assert not thread.is_alive()
        assert service.gave_up == 0

    def test_is_not_believed_after_its_time(self, service: Service, stopped: Impatient) -> None:
        """What a server sends at last belongs to a question that was given up, not to the next one."""

        def late(handler: Any) -> None:
            handler.server.released.wait(0.5)
            handler.reply(json.dumps([WELCOME | {"rule_id": "late"}]).encode())

        service.behave = in_turn(late, rules(**{TRIGGER: [WELCOME]}))
        (rule,) = rules_of(service, stopped, within=0.3)
        assert rule is not None
        assert rule.rule_id == "welcome"


class TestAServiceThatIsWrong:
    @pytest.mark.parametrize(
        ("behave", "said"),
        [
            (says(b"<html>Log in first</html>", Content_Type="text/html"), "something else than JSON"),
            (says(b"\xff\xfe"), "something else than JSON"),
            (says(b"[NaN]"), "something else than JSON"),
            (says(b"[" * 60_000), "something else than JSON"),
            (says(b""), "something else than JSON"),
            (says(gzip.compress(b"[]"), Content_Encoding="gzip"), "something else than JSON"),
            (says(b"null"), "something else than a list of rules"),
            (says(json.dumps(WELCOME).encode()), "something else than a list of rules"),
            (says(b"[7]"), f"for {TRIGGER} what can't be used: a rule must be an object, not a number."),
            (says(b'[{"rule_id": "x"}]'), "what can't be used: a rule.notification_type is missing."),
            (says(b'[{"rule_id": 7, "notification_type": "SMS"}]'), "a rule.rule_id must be text, not a number."),
            (
                says(b'[{"rule_id": "x", "notification_type": "SMS", "is_active": "yes"}]'),
                "a rule.is_active must be true or false, not text.",
            ),
            (says(b'[{"rule_id": "a\\u001bb", "notification_type": "SMS"}]'), "a character that can't be shown"),
            (
                says(json.dumps([WELCOME | {"event_trigger": "CASE_CREATED_KYB_STANDARD"}]).encode()),
                "with a rule for another trigger",
            ),
            (says(json.dumps([WELCOME] * 2_000).encode()), "more than 64 KiB"),
            (says(b"[]", status=302, Location="http://127.0.0.1:1/elsewhere"), "sends us elsewhere (HTTP status 302)"),
            (says(b"[]", status=307, Location="/api/rules/there"), "sends us elsewhere (HTTP status 307)"),
            (says(b"[]", status=400), "does not answer the question (HTTP status 400)"),
            (says(b"[]", status=401), "does not let us in (HTTP status 401)"),
            (says(b"[]", status=404), "has nothing at /rules/match (HTTP status 404)"),
            (says(b"[]", status=429), "does not answer the question (HTTP status 429)"),
            (says(b"[]", status=202), "does not answer the question (HTTP status 202)"),
        ],
    )
    def test_is_told_so_and_not_asked_again(
        self, service: Service, stopped: Impatient, behave: Behaviour, said: str
    ) -> None:
        service.behave = behave
        assert said in trouble(service, stopped)
        assert len(service.asked) == 1
        assert stopped.waits == []

    @pytest.mark.parametrize(
        ("behave", "said"),
        [
            (says(b"oh dear", status=500), "failed (HTTP status 500)"),
            (says(b"[]", status=503), "failed (HTTP status 503)"),
            (breaking_off, "broke off, or what answers there is no HTTP"),
            (no_http, "broke off, or what answers there is no HTTP"),
        ],
    )
    def test_is_asked_again_where_that_may_help(
        self, service: Service, stopped: Impatient, behave: Behaviour, said: str
    ) -> None:
        service.behave = behave
        assert said in trouble(service, stopped)
        assert len(service.asked) == 3
        assert len(stopped.waits) == len(WAITS)
        for wait, waited in zip(WAITS, stopped.waits, strict=True):
            assert wait * 0.5 <= waited <= wait * 1.5

    def test_is_asked_again_only_until_it_answers(self, service: Service, stopped: Impatient) -> None:
        service.behave = in_turn(says(b"", status=500), breaking_off, rules(**{TRIGGER: [WELCOME]}))
        (rule, none) = rules_of(service, stopped, times=2)
        assert rule == none
        assert len(service.asked) == 4

    def test_is_read_no_further_than_a_list_of_rules_can_be(self, service: Service, stopped: Impatient) -> None:
        sent = 0

        def endless(handler: Any) -> None:
            nonlocal sent
            handler.close_connection = True
            handler.send_response(200)
            handler.end_headers()
            try:
                while sent < 1_000 * LARGEST:
                    sent += handler.wfile.write(b" " * LARGEST)
            except OSError:
                return

        service.behave = endless
        assert "more than 64 KiB" in trouble(service, stopped)
        assert sent < 1_000 * LARGEST

    def test_is_not_followed_anywhere(self, service: Service, stopped: Impatient) -> None:
        with a_service() as other:
            service.behave = says(b"[]", status=308, Location=f"{other.url}/rules/match")
            trouble(service, stopped)
            assert other.asked == []


class TestAServiceThatIsDown:
    @pytest.mark.usefixtures("service")  # which keeps proxies out of the way
    def test_can_not_be_reached(self, stopped: Impatient) -> None:
        with socket.socket() as taken:  # bound and not listening: whoever connects is refused
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
            with pytest.raises(ServiceTrouble) as raised:
                list(ask(ConfigService(url), [QUESTION], stopped))
        assert str(raised.value) == f"The config service {url} can't be reached: Connection refused."
        assert len(stopped.waits) == len(WAITS)

    @pytest.mark.usefixtures("service")
    @pytest.mark.parametrize("url", ["http://nobody.invalid", "http://" + "a" * 70 + ".invalid"])
    def test_has_a_name_that_is_not_known(self, stopped: Impatient, url: str) -> None:
        with pytest.raises(ServiceTrouble, match=r"can't be (reached|asked): "):
            list(ask(ConfigService(url), [QUESTION], stopped))

    def test_speaks_no_tls(self, service: Service, stopped: Impatient) -> None:
        url = service.url.replace("http://", "https://")
        with pytest.raises(ServiceTrouble, match=r"can't be reached: .*[^)]\.$"):
            list(ask(ConfigService(url), [QUESTION], stopped))

    def test_is_behind_a_proxy_that_can_not_be_used(
        self, service: Service, stopped: Impatient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "gopher://127.0.0.1:70")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert "can't be asked: " in trouble(service, stopped)
        assert service.asked == []

    def test_is_left_alone_once_the_work_is_stopped(self, service: Service, stopped: Impatient) -> None:
        service.behave = in_turn(rules(), says(b"", status=500))
        stopped.set()
        assert rules_of(service, stopped) == []
        assert service.asked == []

    def test_is_not_waited_for_once_the_work_is_stopped(self, service: Service, stopped: Impatient) -> None:
        def stop_and_fail(handler: Any) -> None:
            stopped.set()
            handler.reply(b"", status=500)

        service.behave = stop_and_fail
        trouble(service, stopped)
        assert len(service.asked) == 1


class TestTheToken:
    def test_comes_from_the_environment(
        self, service: Service, stopped: Impatient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("THE_TOKEN", "s3cret\n")
        rules_of(service, stopped, token_env="THE_TOKEN")
        assert service.asked[0].authorization == "Bearer s3cret"

    def test_goes_through_no_proxy_in_the_clear(
        self, service: Service, stopped: Impatient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("THE_TOKEN", "s3cret")
        with a_service() as proxy:
            for name in ("NO_PROXY", "no_proxy"):
                monkeypatch.delenv(name)
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            rules_of(service, stopped, token_env="THE_TOKEN")
            assert proxy.asked == []
            assert len(service.asked) == 1
            rules_of(service, stopped)
            assert len(proxy.asked) == 1

    @pytest.mark.parametrize(
        ("value", "said"), [(None, "is not set"), ("  ", "is not set"), ("s3cret\x00ä", "can't be")]
    )
    def test_is_never_told(
        self, service: Service, stopped: Impatient, monkeypatch: pytest.MonkeyPatch, value: str | None, said: str
    ) -> None:
        monkeypatch.delenv("THE_TOKEN", raising=False)
        if value:
            monkeypatch.setattr("os.environ", {"THE_TOKEN": value})  # the system would not take a zero byte
        told = trouble(service, stopped, token_env="THE_TOKEN")
        assert "THE_TOKEN" in told
        assert said in told
        assert "s3cret" not in told
        assert service.asked == []
