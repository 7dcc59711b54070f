"""A case as loaded from the log: what a decision on it, and the commit that follows, start from."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from store.domain.case_file import CaseFile
from store.domain.decider import evolve, fold
from store.domain.operation import Payload
from store.domain.refusals import Code, Refusal
from store.log.commit import Commit
from store.log.read import RecordedEvent, StreamEvent, get_streams_of_case, head_of
from store.log.upcast import UnknownPayload, typed_payload


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """The state of a case, the version of each of its aggregates, and its newest commit."""

    case: CaseFile
    versions: dict[str, int]
    head: str | None

    def followed_by(self, commit: Commit) -> "LoadedCase":
        """Where the case stands when this commit, which names `head` as its parent, is on top."""
        case, versions = self.case, dict(self.versions)
        for event in commit.events:
            payload = _known(event.payload_model_name, typed_payload(event.payload_model_name, event.payload))
            with _understood():
                case = evolve(case, payload)
            versions[event.aggregate_id] = event.version
        return LoadedCase(case, versions, commit.commit_id)


def load_case(connection: sqlite3.Connection, case_id: str) -> LoadedCase:
    """With all that is accepted and pending.

    Raises `Refusal` if the case holds an event of a newer version, or one that does not follow from those before it.
    """
    return loaded_from(get_streams_of_case(connection, case_id), head_of(connection, case_id))


def loaded_from(events: Sequence[StreamEvent | RecordedEvent], head: str | None) -> LoadedCase:
    """After these events of a case, `head` being the last commit of them. Raises `Refusal` as `load_case` does."""
    payloads = [_known(event.payload_model_name, event.payload) for event in events]
    with _understood():
        case = fold(payloads)
    return LoadedCase(case, {event.aggregate_id: event.version for event in events}, head)


def case_after(events: Sequence[RecordedEvent]) -> CaseFile | None:
    """The state after these events of a case. None if this version can't tell it."""
    try:
        return loaded_from(events, None).case
    except Refusal:
        return None


@contextmanager
def _understood() -> Iterator[None]:
    """Turns what an event raises that does not follow from the state before it into a `Refusal`.

    The team accepts commits by rules that know nothing of the domain, so a commit may hold such an event.
    """
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise Refusal(
            Code.CASE_NOT_UNDERSTOOD,
            f"This version of caseworker can't tell how the case stands after all of its events"
            f" ({type(error).__name__}): upgrade caseworker, or ask who wrote the newest of them (`caseworker log`)."
            " It can be read meanwhile.",
        ) from error


def _known(model_name: str, payload: Payload | UnknownPayload) -> Payload:
    if isinstance(payload, UnknownPayload):
        raise Refusal(
            Code.NEWER_EVENT,
            f"This case holds an event ({model_name}) of a newer version of caseworker:"
            " upgrade caseworker to work on it. It can be read meanwhile.",
        )
    return payload
