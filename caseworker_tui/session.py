"""The engine as screens use it: every question and command is awaited, so that nothing blocks the screen.

Questions, surveys of many cases, and commands go through a thread each, with a store of its own: neither a command that
waits for a lock nor a count of a million cases holds up what is read.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from store.domain.commands import Command
from store.domain.decisions import Rules
from store.engine import CaseStore, Clock, Receipt, system_clock
from store.errors import DatabaseMissing

P = ParamSpec("P")
T = TypeVar("T")


class _StoreThread:
    """One thread that owns a store, opened on first use."""

    def __init__(self, name: str, open_store: Callable[[], CaseStore]) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._open_store = open_store
        self._store: CaseStore | None = None

    async def run(self, work: Callable[[CaseStore], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._with_store, work)

    def interrupt(self) -> None:
        """What is being read is given up, with a `StoreError` for whoever still waits for it."""
        if self._store is not None:
            self._store.interrupt()

    def close(self) -> None:
        if self._store is not None:
            self._executor.submit(self._store.close)
        self._executor.shutdown(wait=True)

    def _with_store(self, work: Callable[[CaseStore], T]) -> T:
        if self._store is None:
            self._store = self._open_store()
        return work(self._store)


class Session:
    """One person at work on one database."""

    def __init__(self, database: Path, *, actor: str, clock: Clock = system_clock, rules: Rules | None = None) -> None:
        self.database = database
        self.actor = actor
        self._clock = clock
        self.rules = rules or Rules()
        self._file: tuple[int, int] | None = None
        self._asking = _StoreThread("asking", self._open)
        self._surveying = _StoreThread("surveying", self._open)
        self._executing = _StoreThread("executing", self._open)

    def check_file(self) -> None:
        """Raises `DatabaseMissing` when the file was deleted or replaced since it was opened: SQLite would go on
        working on what no longer has a name, and all of it would be lost in the end."""
        if self._file is None:
            return
        try:
            status = self.database.stat()
            there = (status.st_dev, status.st_ino) == self._file
        except OSError:
            there = False
        if not there:
            raise DatabaseMissing(
                f"The database {self.database} was deleted or replaced while it was open. Nothing more can be saved:"
                " leave caseworker, and bring the file back from a backup."
            )

    def now(self) -> datetime:
        return self._clock()

    async def ask(self, query: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer of a function of `store.queries`. Raises `store.errors.StoreError` or `Refusal`."""
        return await self._asking.run(lambda store: store.ask(query, *args, **kwargs))

    async def survey(
        self, query: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for a question that may take seconds: one at a time, and a new one ends the one before."""
        self._surveying.interrupt()
        return await self._surveying.run(lambda store: store.ask(query, *args, **kwargs))

    async def execute(
        self, command: Command, *, command_id: str | None = None, expected_head: str | None = None
    ) -> Receipt:
        """Carry out a command as this person. Raises `Refusal` or `store.errors.StoreError`."""
        return await self._executing.run(
            lambda store: store.execute(command, command_id=command_id, actor=self.actor, expected_head=expected_head)
        )

    def close(self) -> None:
        """Let what was begun end, and close all stores."""
        self._surveying.interrupt()
        for thread in (self._executing, self._asking, self._surveying):
            thread.close()

    def _open(self) -> CaseStore:
        first = self._file is None
        self.check_file()
        store = CaseStore.open(self.database, create=first, clock=self._clock, rules=self.rules)
        if first:
            status = self.database.stat()
            self._file = status.st_dev, status.st_ino
        return store
