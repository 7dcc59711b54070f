"""The app as a process of its own in a terminal of its own, up to its end."""

import os
import re
import signal
import termios
from collections.abc import Sequence
from time import sleep
from types import TracebackType
from typing import Final, NamedTuple

from benchmarks.terminal import Terminal

APP: Final = ("-m", "caseworker_tui")

_PATIENCE: Final = 30

RESTORED: Final = (
    b"\x1b[?1049l",
    b"\x1b[?2004l",
    b"\x1b[?25h",
    *(b"\x1b[?%dl" % mouse for mouse in (1000, 1003, 1006)),
)
"""The alternate screen left, the paste no longer in brackets, the cursor shown, the mouse off."""


class End(NamedTuple):
    code: int
    sent: bytes
    """All that was sent since the signal."""
    settings_as_before: bool

    @property
    def said(self) -> bytes:
        """What a person reads once the alternate screen is left."""
        return re.sub(rb"\x1b(\[[?<]?\d*[a-z]|\][^\x07]*\x07)", b"", self.sent.rpartition(b"\x1b[?1049l")[2])


class TerminalOfTheApp(Terminal):
    def __init__(self, arguments: Sequence[str] = APP) -> None:
        super().__init__(arguments)
        self._settings = termios.tcgetattr(self._program)
        self._code: int | None = None
        self._closed = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._code is None:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        if not self._closed:
            os.close(self._program)

    @property
    def process(self) -> int:
        return self._process

    @property
    def is_at_work(self) -> bool:
        if self._code is None:
            ended, status = os.waitpid(self._process, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if ended else None
        return self._code is None

    def type(self, keys: str) -> None:
        os.write(self._program, keys.encode())
        self.rest()

    def signal(self, *numbers: int) -> None:
        self.rest()
        for number in numbers:
            os.kill(self._process, number)

    def close(self) -> None:
        """As a person closes the window of a terminal: the system sends SIGHUP."""
        os.close(self._program)
        self._closed = True

    def sent_until(self, sequence: bytes) -> None:
        while all(sequence not in sent for _, sent in self._unseen):
            assert self._read(_PATIENCE), f"{sequence!r} was not sent"

    def end(self) -> End:
        while not self._closed and self._read(_PATIENCE):
            pass
        for _ in range(_PATIENCE * 20):
            if self.is_at_work:
                sleep(0.05)
        assert self._code is not None, "it has not ended"
        as_before = self._closed or termios.tcgetattr(self._program) == self._settings
        return End(self._code, b"".join(sent for _, sent in self._unseen), as_before)
