"""A program in a terminal of its own: what a person would wait for, from the key to what is seen.

A program may send no more than the digits that changed, so a text is looked for on the screen of an emulated terminal,
never in the bytes. Emulation takes time. No figure holds it: a time is always that at which the bytes came, and what
has come is read before anything is emulated.
"""

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
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Final, NoReturn, Self

import pyte
from pyte.screens import Char

LINES: Final = 24
COLUMNS: Final = 120

UP: Final = b"\x1b[A"
DOWN: Final = b"\x1b[B"
ESCAPE: Final = b"\x1b"
PAGE_DOWN: Final = b"\x1b[6~"
PAGE_UP: Final = b"\x1b[5~"

_PATIENCE: Final = 30.0
_QUIET: Final = 0.03
_LULL: Final = 0.01
"""A program that draws something sends its parts without such a pause: emulation waits until it is done with it."""
_PIECE: Final = 256
"""So many bytes are emulated before what came meanwhile is read: its time is late by no more than they take, which is
about a quarter of a millisecond."""

Line = tuple[Char, ...]
"""The cells of a line of the screen: characters, colours and the rest of their looks."""


class NothingSeen(Exception):
    """The program did not show what it should have."""


class EmulatedScreen:
    """What a person sees when a program has sent these bytes."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, sent: bytes) -> None:
        self._stream.feed(sent)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def lines_with(self, text: str) -> list[Line]:
        """The lines that hold this text, as they look."""
        buffer, display = self._screen.buffer, self._screen.display
        return [tuple(buffer[y][x] for x in range(COLUMNS)) for y, line in enumerate(display) if text in line]


class Terminal:
    """A Python program with these arguments, from the moment it is started."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._seen = EmulatedScreen()
        self._unseen: deque[tuple[float, bytes]] = deque()
        """What has come and is not emulated yet, with the time at which it came."""
        self._ended: int | None = None
        self.began = perf_counter()
        self._came = self.began
        """When the last of the emulated bytes came."""
        self._process, self._program = pty.fork()
        if self._process == 0:
            _become([sys.executable, *arguments])
        fcntl.ioctl(self._program, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ended is None:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        os.close(self._program)

    def until(self, text: str) -> float:
        """When this text came to be on the screen, on the clock of `began`. Where it was before, the time of what was
        sent last."""
        return self._until(text, [])

    def press(self, key: bytes, shows: str) -> float:
        """The seconds from the key until this text is on the screen where it was not, or looks different: a row under
        the cursor does. Where the text is empty, until anything is sent. The screen was at rest before."""
        self.rest()
        before = self._seen.lines_with(shows)
        began = perf_counter()
        os.write(self._program, key)
        if shows:
            return self._until(shows, before) - began
        if not self._read(_PATIENCE):
            raise NothingSeen(f"Nothing was sent. The screen:\n{self._seen.text}")
        return self._unseen[0][0] - began

    def send(self, keys: bytes, seconds: float = 0.0) -> None:
        """Press keys, and take no notice of what is sent within so many seconds."""
        os.write(self._program, keys)
        until = perf_counter() + seconds
        while (left := until - perf_counter()) > 0:
            if self._read(left):
                self._unseen.clear()

    def exit_code(self) -> int:
        """Wait until the program has ended. Below zero it is the signal that ended it."""
        while self._read(_PATIENCE):
            self._unseen.clear()
        self._ended = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        return self._ended

    def rest(self) -> None:
        """Until nothing more is sent, and all of it is on the screen."""
        while self._read(_QUIET):
            pass
        while self._unseen:
            self._emulate()

    def memory(self) -> float:
        """What the program has in memory, in MB. (The most that `wait4` tells counts what it was forked from.)"""
        status = Path(f"/proc/{self._process}/status")
        if status.exists():
            (kilobytes,) = re.findall(r"VmRSS:\s*(\d+) kB", status.read_text())
        else:
            kilobytes = subprocess.check_output(["ps", "-o", "rss=", "-p", str(self._process)], text=True)
        return int(kilobytes) * 1024 / 1e6

    def _until(self, text: str, before: list[Line]) -> float:
        """When there came to be lines with this text that look different from these."""
        while self._seen.lines_with(text) in ([], before):
            if not self._unseen:
                if not self._read(_PATIENCE):
                    raise NothingSeen(f"‘{text}’ is not on the screen, or looks as before:\n{self._seen.text}")
                while self._read(_LULL):
                    pass
            self._emulate()
        return self._came

    def _emulate(self) -> None:
        """Put on the screen what came first of all that is not there yet."""
        self._came, sent = self._unseen.popleft()
        for start in range(0, len(sent), _PIECE):
            self._read(0)
            self._seen.feed(sent[start : start + _PIECE])

    def _read(self, seconds: float) -> bool:
        """Whether something is sent within so many seconds; not if the program has ended."""
        if not select.select([self._program], [], [], seconds)[0]:
            return False
        try:
            sent = os.read(self._program, 65_536)
        except OSError:  # what Linux says of a terminal that no program has open any more
            return False
        if sent:
            self._unseen.append((perf_counter(), sent))
        return bool(sent)


def _become(command: Sequence[str]) -> NoReturn:
    size = {"LINES": str(LINES), "COLUMNS": str(COLUMNS)}  # which go before that of the terminal, where they are set
    os.execve(command[0], [*command], os.environ | size | {"TERM": "xterm-256color", "COLORTERM": "truecolor"})
