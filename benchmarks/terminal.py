"""A program in a terminal of its own: what a person would wait for, from the key to what is seen."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Final, NoReturn, Self

LINES: Final = 24
COLUMNS: Final = 120

UP: Final = b"\x1b[A"
DOWN: Final = b"\x1b[B"
PAGE_DOWN: Final = b"\x1b[6~"
PAGE_UP: Final = b"\x1b[5~"

_PATIENCE: Final = 30.0
_QUIET: Final = 0.03
_KEPT: Final = 2_000
"""Bytes of what was drawn before: what is looked for may come in parts."""


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

    def memory(self) -> float:
        """What the program has in memory, in MB. (The most that `wait4` tells counts what it was forked from.)"""
        status = Path(f"/proc/{self._process}/status")
        if status.exists():
            (kilobytes,) = re.findall(r"VmRSS:\s*(\d+) kB", status.read_text())
        else:
            kilobytes = subprocess.check_output(["ps", "-o", "rss=", "-p", str(self._process)], text=True)
        return int(kilobytes) * 1024 / 1e6

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
