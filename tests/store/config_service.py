"""A config service on this machine that answers as it is told to: rightly, slowly, wrongly or not at all."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Final

import pytest

LONGEST: Final = 20.0
"""Seconds after which a server that makes its client wait gives up by itself."""

STEP: Final = 0.02
"""Seconds between the bytes of a trickle: far less than any timeout."""


@dataclass(frozen=True)
class Asked:
    """A question as it came in."""

    path: str
    authorization: str | None
    question: Any

    @property
    def trigger(self) -> str:
        return str(self.question["event_trigger"])


class Service(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.gave_up = 0
        self.released = Event()
        self.behave: Behaviour = rules()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api"

    def handle_error(self, *_: object) -> None:
        """Clients leave in the middle of an answer here; anything else is told as usual."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*_)  # type: ignore[arg-type]

    def triggers(self) -> list[str]:
        return [asked.trigger for asked in self.asked]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Service
    asked: Asked

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked = Asked(self.path, self.headers["Authorization"], question)
        self.server.asked.append(self.asked)
        self.server.behave(self)

    def reply(self, body: bytes, *, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def trickle(self, before: bytes) -> None:
        """Bytes one by one, until the client has gone."""
        self.close_connection = True
        with suppress(OSError):
            self.wfile.write(before)
            for _ in range(int(LONGEST / STEP)):
                self.wfile.write(b"x")
                if self.server.released.wait(STEP):
                    return
            self.server.gave_up += 1

    def log_message(self, *_: object) -> None:
        """Nothing is told of requests."""


Behaviour = Callable[[_Handler], None]


def rules(**by_trigger: Any) -> Behaviour:
    """The rules of each trigger, and none for every other."""
    return lambda handler: handler.reply(json.dumps(by_trigger.get(handler.asked.trigger, [])).encode())


def says(body: bytes, *, status: int = 200, **headers: str) -> Behaviour:
    return lambda handler: handler.reply(body, status=status, **headers)


def trickling_body(handler: _Handler) -> None:
    handler.trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n[")


def trickling_headers(handler: _Handler) -> None:
    handler.trickle(b"HTTP/1.1 200 OK\r\nX-Slow: ")


def silent(handler: _Handler) -> None:
    handler.close_connection = True
    handler.server.gave_up += not handler.server.released.wait(LONGEST)


def breaking_off(handler: _Handler) -> None:
    handler.close_connection = True


def no_http(handler: _Handler) -> None:
    handler.close_connection = True
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """One for each question; the last one for all that follow."""
    turns = iter(behaviours[:-1])

    def behave(handler: _Handler) -> None:
        next(turns, behaviours[-1])(handler)

    return behave


@contextmanager
def a_service() -> Iterator[Service]:
    """A service at work, to which no proxy of whoever runs the tests stands in the way."""
    with Service() as service, pytest.MonkeyPatch.context() as environment:
        for name in ("NO_PROXY", "no_proxy"):
            environment.setenv(name, "127.0.0.1")
        thread = Thread(target=service.serve_forever, args=(STEP,), daemon=True)
        thread.start()
        try:
            yield service
        finally:
            service.released.set()
            service.shutdown()
            thread.join(LONGEST)
