"""The team's config service over HTTP: which rule a trigger has.

    POST {url}/rules/match
    {"event_trigger": "CASE_CREATED_KYC_STANDARD", "context": {"traitement_type": "KYC", "case_type": "STANDARD"}}

It answers with a JSON list of rules, of which the first active one counts. Anything else is a `ServiceTrouble`, and so
is an answer that does not come in time.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from random import uniform
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from store.domain.notification_rules import NotificationRule
from store.domain.values import Flag, Text
from store.validation import explain, printable

if TYPE_CHECKING:
    from httpx2 import Client

LARGEST: Final = 64 * 1024
"""In bytes: more is no list of rules."""

WAITS: Final = (0.5, 1.5)
"""Seconds between the tries of a question, give or take half: laptops that lost the service at once come back apart."""

T = TypeVar("T")


class ServiceTrouble(Exception):
    """Why there is no answer. `str()` is a sentence for people; what is `passing` is worth another try at once."""

    def __init__(self, sentence: str, *, passing: bool = False) -> None:
        super().__init__(printable(sentence))
        self.passing = passing


@dataclass(frozen=True, slots=True)
class ConfigService:
    """Where the service is and how it is asked. The environment variable `token_env`, if any, holds its token."""

    url: str
    token_env: str | None = None
    timeout_seconds: float = 5.0


class Question(NamedTuple):
    event_trigger: str
    context: Mapping[str, str]


class _Rule(BaseModel):
    """A rule as the service tells it. What else it says of it is the service's own."""

    model_config = ConfigDict(extra="ignore", defer_build=True)

    rule_id: Text
    event_trigger: Text | None = None
    is_active: Flag = True
    notification_type: Text
    template_id: Text | None = None
    language_code: Text | None = None


def ask(
    service: ConfigService, questions: Iterable[Question], stopped: Event
) -> Iterator[tuple[Question, NotificationRule | None]]:
    """Each question with the rule that it has, or None. Raises `ServiceTrouble` at the first that gets no answer.

    A question is asked three times at most, and each time may take no longer than the service's `timeout_seconds`.
    """
    with closing(_Line(service)) as line:
        for question in questions:
            if stopped.is_set():
                return
            yield question, _answer(line, question, stopped)


def _answer(line: "_Line", question: Question, stopped: Event) -> NotificationRule | None:
    for wait in WAITS:
        try:
            return line.ask(question)
        except ServiceTrouble as trouble:
            if not trouble.passing or stopped.wait(wait * uniform(0.5, 1.5)):  # noqa: S311 (spreads load, hides nothing)
                raise
    return line.ask(question)


class _Line:
    """A connection to the service that is used for one question after the other, until one goes wrong."""

    def __init__(self, service: ConfigService) -> None:
        self._service = service
        self._client: Client | None = None

    def ask(self, question: Question) -> NotificationRule | None:
        import httpx2

        service = f"The config service {self._service.url}"
        try:
            client = self._client = self._client or self._opened()
            status, body = _within(self._service.timeout_seconds, lambda: self._exchange(client, question))
            _check_status(service, status)
            return _first_active(service, question, body)
        except (TimeoutError, httpx2.TimeoutException) as error:
            self.close()
            late = f"{service} did not answer within {self._service.timeout_seconds:g} s."
            raise ServiceTrouble(late, passing=True) from error
        except (httpx2.NetworkError, httpx2.ProxyError) as error:
            self.close()
            raise ServiceTrouble(f"{service} can't be reached: {_reason(error)}.", passing=True) from error
        except httpx2.RemoteProtocolError as error:
            self.close()
            raise ServiceTrouble(f"{service} broke off, or what answers there is no HTTP.", passing=True) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ImportError, ValueError) as error:
            self.close()  # such as a proxy in the environment that can't be used
            raise ServiceTrouble(f"{service} can't be asked: {_reason(error)}.") from error

    def close(self) -> None:
        """Whatever still waits for an answer fails at its next byte."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _opened(self) -> "Client":
        import httpx2

        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "caseworker"}
        if token := self._token():
            headers["Authorization"] = f"Bearer {token}"
        # A token in the clear is for this machine alone, and for no proxy that the environment names.
        through_proxies = not token or self._service.url.startswith("https:")
        seconds = self._service.timeout_seconds
        return httpx2.Client(headers=headers, timeout=seconds, follow_redirects=False, trust_env=through_proxies)

    def _token(self) -> str:
        name = self._service.token_env
        if name is None:
            return ""
        token = os.environ.get(name, "").strip()
        wrong = "is not set" if not token else "" if re.fullmatch("[!-~]+", token) else "can't be one"
        if wrong:
            raise ServiceTrouble(f"The token of the config service, environment variable {name}, {wrong}.")
        return token

    def _exchange(self, client: "Client", question: Question) -> tuple[int, bytes]:
        with client.stream("POST", f"{self._service.url}/rules/match", json=question._asdict()) as response:
            body = b""
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > LARGEST:
                    break
            return response.status_code, body


def _within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns or raises; `TimeoutError` once the time is over, whatever it hangs on: a name server, a
    handshake, a server that sends a byte now and then. (The timeouts of an HTTP client begin anew with each byte.)
    The thread that is left behind keeps nobody from leaving the program."""
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 (raised below, where it is waited for)
            outcome.set_exception(error)

    Thread(target=run, name="config-service", daemon=True).start()
    return outcome.result(timeout=seconds)


def _check_status(service: str, status: int) -> None:
    if status == 200:
        return
    if status >= 500:
        raise ServiceTrouble(f"{service} failed (HTTP status {status}).", passing=True)
    if status in (401, 403):
        raise ServiceTrouble(f"{service} does not let us in (HTTP status {status}): look at its token.")
    if status == 404:
        raise ServiceTrouble(f"{service} has nothing at /rules/match (HTTP status 404): look at its address.")
    if 300 <= status < 400:
        raise ServiceTrouble(f"{service} sends us elsewhere (HTTP status {status}): name that address instead.")
    raise ServiceTrouble(f"{service} does not answer the question (HTTP status {status}).")


def _first_active(service: str, question: Question, body: bytes) -> NotificationRule | None:
    if len(body) > LARGEST:
        raise ServiceTrouble(f"{service} answers with more than {LARGEST // 1024} KiB.")
    try:
        data = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise ServiceTrouble(f"{service} answers with something else than JSON.") from error
    if not isinstance(data, list):
        raise ServiceTrouble(f"{service} answers with something else than a list of rules.")
    try:
        rules = [_Rule.model_validate(rule) for rule in data]
    except ValidationError as error:
        unfit = f"{service} answers for {question.event_trigger} what can't be used"
        raise ServiceTrouble(f"{unfit}: {explain(error, within='a rule')}.") from error
    for rule in rules:
        if rule.event_trigger not in (None, question.event_trigger):
            raise ServiceTrouble(f"{service} answers for {question.event_trigger} with a rule for another trigger.")
    return next((_as_ours(rule, question) for rule in rules if rule.is_active), None)


def _as_ours(rule: _Rule, question: Question) -> NotificationRule:
    return NotificationRule.model_validate(rule.model_dump() | {"event_trigger": question.event_trigger})


def _reason(error: Exception) -> str:
    """What the system says, without numbers and places in its source: `Connection refused`."""
    text = re.sub(r"^\[[^]]*\] *| *\(_ssl\.c:\d+\)|\.$", "", str(error))
    return text or type(error).__name__
