"""`caseworker sync --watch` as a process of its own beside the app: a busy thread in the app's would slow every key.

It is started after the first picture, ended with the app, and started again when it dies.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from store.sync.settings import COMMITS_TOPIC
from store.sync.watch import State, Status

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_A_WHILE: Final = 60.0
"""Whoever lived so long is started again at once."""

_END_SECONDS: Final = 3.0

_STATUS: Final = TypeAdapter(Status)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The team's cluster as the configuration names it, and the command that syncs with it."""

    servers: str
    topic_prefix: str
    command: Sequence[str]

    @property
    def topic(self) -> str:
        """The topic of the team's log."""
        return self.topic_prefix + COMMITS_TOPIC


def sync_command(database: Path, actor: str, configuration: Path | None) -> list[str]:
    chosen = ["--config", str(configuration)] if configuration else []
    return [
        *(sys.executable, "-m", "caseworker_tui", *chosen, "--db", str(database), "--actor", actor),
        *("sync", "--watch", "--json", "--attached"),
    ]


class BackgroundSync:
    """`tell` hears of each change of the status, on the app's own thread."""

    def __init__(self, cluster: Cluster, tell: Callable[[Status], None]) -> None:
        self.cluster = cluster
        self.status = Status(State.SYNCING)
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._again = asyncio.Event()
        self._ending = False

    async def run(self) -> None:
        """Until `end`."""
        loop, pause = asyncio.get_running_loop(), _FIRST_PAUSE
        while not self._ending:
            began = loop.time()
            last_words = await self._live()
            self._now(Status(State.STOPPED, last_words or "The process that syncs has ended without a word."))
            pause = _FIRST_PAUSE if loop.time() - began > _A_WHILE else min(pause * 2, _LONGEST_PAUSE)
            if not self._ending:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._again.wait(), pause)
                self._again.clear()

    def retry(self) -> None:
        """Try now, whatever it is waiting for."""
        if self._process and self._process.stdin:
            self._process.stdin.write(b"\n")
        self._again.set()

    async def end(self) -> None:
        """In order if it can, for then others of the team need not wait until it is missed; else at once."""
        self._ending = True
        self._again.set()
        if (process := self._process) is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _END_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _live(self) -> str:
        """One process, from its start to its end; what it said last to a person."""
        pipe = asyncio.subprocess.PIPE
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self.cluster.command, stdin=pipe, stdout=pipe, stderr=pipe
            )
        except OSError as error:
            return f"The process that syncs can't be started: {error.strerror}."
        assert self._process.stdout
        assert self._process.stderr
        hearing = asyncio.create_task(_last_line(self._process.stderr))
        async for line in self._process.stdout:
            with suppress(ValidationError):
                self._now(_STATUS.validate_json(line))
        await self._process.wait()
        self._process = None
        return await hearing

    def _now(self, status: Status) -> None:
        self.status = status
        if not self._ending:
            self._tell(status)


async def _last_line(stream: asyncio.StreamReader) -> str:
    last = ""
    async for line in stream:
        last = line.decode(errors="replace").strip() or last
    return last
