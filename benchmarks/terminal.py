"""A program in a terminal of its own: what a person would wait for, from the key to what is seen."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
from collections.abc import Sequence
from time import perf_counter
from types import TracebackType
from typing import Final, NoReturn, Self

LINES: Final = 24
COLUMNS: Final = 120

UP: Final = b"\x1b[A"
DOWN: Final = b"\x1b[B"
PAGE_DOWN: Final = b"\x1b[6~"
PAGE_UP: Final = b"\x1b[5~"
LEAVE: Final = b"\x11"  # ctrl+q

_PATIENCE: Final = 30.0
_QUIET: Final = 0.03
_KEPT: Final = 2_000
"""Bytes of what was drawn before: what is looked for may come in parts."""
_KILOBYTE: Final = 1 if sys.platform == "darwin" else 1024


class NothingSeen(Exception):
    """The program did not show what it should have."""


class Terminal:
    """A Python program with these arguments, from the moment it is started."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.began = perf_counter()
        self._process, self._screen = pty.fork()
        if self._process == 0:
            _become([sys.executable, *arguments])
        fcntl.ioctl(self._screen, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        os.close(self._screen)

    def until(self, text: str) -> float:
        """When this text is drawn, or anything where it is empty: on the clock of `began`."""
        wanted, drawn = text.encode(), b""
        while new := self._next(_PATIENCE):
            drawn = drawn[-_KEPT:] + new
            if wanted in drawn:
                return perf_counter()
        raise NothingSeen(f"‘{text}’ was not drawn, but {drawn[-_KEPT:].decode(errors='replace')!r}")

    def press(self, key: bytes, shows: str) -> float:
        """The seconds from the key to this text, on a screen that was at rest before."""
        self.rest()
        began = perf_counter()
        os.write(self._screen, key)
        return self.until(shows) - began

    def rest(self) -> None:
        """Until nothing more is drawn."""
        while self._next(_QUIET):
            pass

    def leave(self) -> float:
        """The most memory that the program had, in MB, once it has ended."""
        os.write(self._screen, LEAVE)
        while self._next(_PATIENCE):
            pass
        process, self._process = self._process, 0
        _, _, usage = os.wait4(process, 0)
        return usage.ru_maxrss * _KILOBYTE / 1e6

    def _next(self, seconds: float) -> bytes:
        """What is drawn next, nothing when that takes longer or the program has ended."""
        if not select.select([self._screen], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self._screen, 65_536)
        except OSError:
            return b""


def _become(command: Sequence[str]) -> NoReturn:
    size = {"LINES": str(LINES), "COLUMNS": str(COLUMNS)}  # which go before that of the terminal, where they are set
    os.execve(command[0], [*command], os.environ | size | {"TERM": "xterm-256color", "COLORTERM": "truecolor"})
