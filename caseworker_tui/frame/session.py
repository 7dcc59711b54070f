"""The engine as screens use it: every question and command is awaited, so that nothing blocks the screen.

There are four threads, each with a store of its own: for questions, for surveys of many cases, for writing, and for
files. So a question waits for no command that waits for a lock, for no count of a million cases and for no large file.
"""

from __future__ import annotations  # of names that are imported for the type checker alone

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

from store.clock import Clock, system_clock
from store.errors import DatabaseMissing
from store.sqlite.database import Query, Reader, reader

if TYPE_CHECKING:
    from caseworker_tui.frame.viewer import PassingCopies
    from store.attachments import Attachment
    from store.domain.operation import Command
    from store.domain.rules import Rules
    from store.engine.case_store import CaseStore, Receipt
    from store.progress import Progress
    from store.queries.case_file import AttachmentRow

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound=Reader)


class _StoreThread(Generic[S]):
    """One thread that owns a store, opened on first use."""

    def __init__(self, name: str, open_store: Callable[[], S]) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._open_store = open_store
        self._store: S | None = None
        self._work: object = None
        self._changing_work = Lock()

    async def run(self, work: Callable[[S], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._with_store, work)

    async def read(self, question: Callable[[S], T]) -> T:
        """The same for a question that is given up when nobody waits for its answer any more."""
        try:
            return await self.run(question)
        except asyncio.CancelledError:
            self._give_up(question)
            raise

    def close(self) -> None:
        if self._store is not None:
            self._executor.submit(self._store.close)
        self._executor.shutdown(wait=True)

    def _with_store(self, work: Callable[[S], T]) -> T:
        if self._store is None:
            self._store = self._open_store()
        with self._changing_work:
            self._work = work
        try:
            return work(self._store)
        finally:
            with self._changing_work:
                self._work = None

    def _give_up(self, question: object) -> None:
        with self._changing_work:  # so that it is this question which ends, and not the next one
            if self._work is question and self._store is not None:
                self._store.interrupt()


class _EngineNeeded(Exception):
    """The read tables have to be made first, by the engine, which is not loaded yet.

    A thread raises it instead of loading the engine itself: only the thread that draws imports modules of ours (see
    preload.py).
    """


def _load_engine() -> None:
    """Import the engine. Called on the thread that draws."""
    import_module("store.engine.case_store")


def _for_a_moment(iterator: Iterator[T]) -> Iterator[T]:
    end = monotonic() + 0.1
    for each in iterator:
        yield each
        if monotonic() > end:
            return


class Session:
    """One person at work on one database.

    `folder` is where they took the last file from, and where the next dialog that asks for a file begins. Each dialog
    is made anew, so that it can't keep the folder itself.
    """

    def __init__(self, database: Path, *, actor: str, clock: Clock = system_clock, rules: Rules | None = None) -> None:
        self.database = database
        self.actor = actor
        self._clock = clock
        self._rules = rules
        self._file: tuple[int, int] | None = None
        self._asking = _StoreThread("asking", self._open_reader)
        self._surveying = _StoreThread("surveying", self._open_reader)
        self._to_be_closed = ExitStack()
        self._closed = Event()
        self.folder = Path.cwd()

    def check_file(self) -> None:
        """Raises `DatabaseMissing` when the file was deleted or replaced since it was opened. SQLite would go on
        working on a file without a name, and all that was written would be lost in the end."""
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

    @cached_property
    def rules(self) -> Rules:
        from store.domain.rules import Rules

        return self._rules or Rules()

    @cached_property
    def _copies(self) -> PassingCopies:
        from caseworker_tui.frame.viewer import PassingCopies

        return self._to_be_closed.enter_context(closing(PassingCopies()))

    @cached_property
    def _executing(self) -> _StoreThread[CaseStore]:
        return self._thread_of_engine("executing")

    @cached_property
    def _filing(self) -> _StoreThread[CaseStore]:
        return self._thread_of_engine("filing")  # a large file holds up no command

    def _thread_of_engine(self, name: str) -> _StoreThread[CaseStore]:
        _load_engine()
        return _StoreThread(name, lambda: self._opened(self._engine))

    def now(self) -> datetime:
        return self._clock()

    def today(self) -> date:
        """The day (UTC) by which commands are decided."""
        return self._clock().astimezone(UTC).date()

    async def query(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer of a function of `store.queries`. Raises `store.errors.StoreError` or `Refusal`."""
        return await self._read(self._asking.run, lambda store: store.query(query, *args, **kwargs))

    async def survey(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a question that may take seconds. Surveys are made one after the other. One ends when nobody
        waits for its answer any more."""
        return await self._read(self._surveying.read, lambda store: store.query(query, *args, **kwargs))

    async def _read(self, run: Callable[[Callable[[Reader], T]], Awaitable[T]], question: Callable[[Reader], T]) -> T:
        try:
            return await run(question)
        except _EngineNeeded:
            _load_engine()
            return await run(question)

    async def change(self, change: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Carry out a function that writes no events, in one transaction: a person's preferences, for instance."""
        return await self._executing.run(lambda store: self._checked(store).change(change, *args, **kwargs))

    async def execute(
        self, command: Command, *, command_id: str | None = None, expected_head: str | None = None
    ) -> Receipt:
        """Carry out a command as this person. Raises `Refusal` or `store.errors.StoreError`."""
        return await self._executing.run(
            lambda store: self._checked(store).execute(
                command, command_id=command_id, actor=self.actor, expected_head=expected_head
            )
        )

    async def with_store(self, work: Callable[[CaseStore], T]) -> T:
        """Run a function on the store that is more than a command or a change. Raises the same."""
        return await self._executing.run(lambda store: work(self._checked(store)))

    async def in_turn(self, begin: Callable[[CaseStore], Iterator[T]]) -> AsyncIterator[list[T]]:
        """What an iterator on the store gives, in lists that each took a tenth of a second. It stops when no more of
        them are asked for."""
        iterator = await self._executing.run(begin)

        def some_more(store: CaseStore) -> list[T]:
            self._checked(store)
            return list(_for_a_moment(iterator))

        while some := await self._executing.run(some_more):
            yield some

    def _checked(self, store: CaseStore) -> CaseStore:
        """The store, once it is known that its file is still there."""
        self.check_file()
        return store

    async def keep_attachment(self, source: Path, progress: Progress) -> Attachment:
        """Take a copy of a file, to be attached. `progress` is called in another thread. Raises
        `store.errors.UnusableFile`, and what `progress` raises."""

        def until_closed(done: int, total: int) -> None:
            if self._closed.is_set():
                raise CancelledError
            progress(done, total)

        return await self._filing.run(lambda store: store.keep_attachment(source, until_closed))

    async def view(self, file: AttachmentRow) -> None:
        """Open an attached file in the platform's viewer. Raises `store.errors.StoreError`, or `NoViewer`."""
        from caseworker_tui.frame.viewer import open_in_viewer
        from store.attachments import folder_of

        copy = await self._filing.run(lambda store: self._copies.copy_of(file, store.query(folder_of)))
        await asyncio.to_thread(open_in_viewer, copy)

    def close(self) -> None:
        """Wait for what was begun, but stop reading a file, and close all stores."""
        self._closed.set()
        for thread in (self._executing, self._asking, self._surveying, self._filing):
            thread.close()
        self._to_be_closed.close()

    def _open_reader(self) -> Reader:
        return self._opened(self._reader)

    def _reader(self, create: bool) -> Reader:
        """The database to read. Its read tables are made first if need be, which takes the engine."""
        if opened := reader(self.database, create=create):
            return opened
        if "store.engine.case_store" not in sys.modules:
            raise _EngineNeeded
        return self._engine(create)

    def _engine(self, create: bool) -> CaseStore:
        from store.engine.case_store import CaseStore

        return CaseStore.open(self.database, create=create, clock=self._clock, rules=self.rules)

    def _opened(self, open_store: Callable[[bool], S]) -> S:
        first = self._file is None
        self.check_file()
        store = open_store(first)
        if first:
            status = self.database.stat()
            self._file = status.st_dev, status.st_ino
        return store
