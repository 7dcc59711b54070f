"""What a shared log has to offer: partitions of records, each in an order that never changes. Kafka's topic is one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from store.log.commit import Commit


@dataclass(frozen=True, slots=True)
class Identity:
    """Which log it is: a topic that was deleted and made again under its old name is another one."""

    cluster_id: str
    topic_id: str
    partitions: int


@dataclass(frozen=True, slots=True)
class Span:
    """The offsets that a partition holds: from `start` on, up to but without `end` (the high watermark)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Record:
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Records, in order within each partition, and where to read on: the next offset of each partition."""

    records: Sequence[Record]
    positions: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A commit on its way: `key` and `value` are what the record is to hold, headers may be made from `commit`."""

    partition: int
    key: bytes
    value: bytes
    commit: Commit


class SharedLog(Protocol):
    """Each method may raise `Unreachable`, and nothing else for a log that can't be reached."""

    def identity(self) -> Identity: ...

    def spans(self) -> Mapping[int, Span]:
        """Of every partition, as of now."""

    def read(self, positions: Mapping[int, int], until: Mapping[int, int], limit: int) -> Batch:
        """Up to about `limit` records between these offsets; `positions` unmoved if none came in a while."""

    def append(self, commits: Sequence[Outgoing]) -> Mapping[int, int]:
        """Append in order within each partition; when all are acknowledged, the offset behind the last of each.

        After `Unreachable`, any of them may have been appended, and may even be later.
        """


class Unreachable(Exception):
    """The log can't be reached now. No error but a state: local work goes on, and a later round takes it up."""


class SyncStopped(Exception):
    """Sync can't go on before a person has looked. `str()` is a sentence, `code` is for programs."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@contextmanager
def stopped_by_the_machine() -> Iterator[None]:
    """Work of sync that too little memory, or a disk that is full or fails, ends with a sentence: no commit's doing."""
    try:
        yield
    except MemoryError as error:
        raise SyncStopped(
            "out_of_memory",
            "There is too little memory to take in the team's records: close other programs, and sync again. What was"
            " taken in before is kept.",
        ) from error
    except BrokenPipeError:  # who reads what is told has ended
        raise
    except OSError as error:
        raise SyncStopped(
            "machine_failed",
            f"This machine failed while it synced ({error.strerror or type(error).__name__}): look at its disk, and"
            " sync again. What was taken in before is kept.",
        ) from error
