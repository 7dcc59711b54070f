"""Messages of topic `kyc_events` that could not become a case: kept as they came until a person settles them.

Each is in the database of the laptop that read it, where it can be corrected and replayed, and on topic
`kyc_events.dlq`.
"""

import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic_core import from_json, to_json

from store.clock import stamp
from store.domain.refusals import Code, Refusal
from store.engine.case_store import CaseStore, Receipt
from store.sync.intake_messages import Original, Place, Unreadable, read


class LetterState(StrEnum):
    WAITING = "WAITING"
    REPLAYED = "REPLAYED"
    DISCARDED = "DISCARDED"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message and its fate. `resolution` is the case that was made of it, or the reason why it was discarded."""

    dead_letter_id: int
    original: Original
    reason: str
    received_at: str
    state: LetterState
    resolved_by: str | None
    resolution: str | None


_ORIGINAL: Final = "topic, topic_id, partition, position, key, value, headers"
_LETTERS: Final = (
    f"SELECT dead_letter_id, {_ORIGINAL}, reason, received_at, state, resolved_by, resolution FROM dead_letters"
)


def keep(connection: sqlite3.Connection, original: Original, reason: str, received_at: datetime) -> None:
    """Keep a message that can't become a case, once, within the caller's transaction."""
    place, headers = original.place, original.headers
    connection.execute(
        f"INSERT INTO dead_letters ({_ORIGINAL}, reason, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (
            place.topic,
            place.topic_id,
            place.partition,
            place.offset,
            _stored(original.key),
            _stored(original.value),
            to_json([[name, None if part is None else b64encode(part).decode()] for name, part in headers]).decode(),
            reason,
            stamp(received_at),
        ),
    )


def dead_letters(connection: sqlite3.Connection, *, waiting_only: bool = False) -> list[DeadLetter]:
    """The dead letters, the oldest first."""
    where = f" WHERE state = '{LetterState.WAITING}'" if waiting_only else ""
    return [_letter(row) for row in connection.execute(f"{_LETTERS}{where} ORDER BY dead_letter_id")]


def dead_letter(connection: sqlite3.Connection, dead_letter_id: int) -> DeadLetter:
    """One dead letter. Raises `Refusal` if there is none of that number."""
    row = None
    with suppress(OverflowError):  # a number that no column holds
        row = connection.execute(f"{_LETTERS} WHERE dead_letter_id = ?", (dead_letter_id,)).fetchone()
    if row is None:
        raise Refusal(Code.UNKNOWN_DEAD_LETTER, f"There is no dead letter {dead_letter_id}.")
    return _letter(row)


def unpublished(connection: sqlite3.Connection) -> list[DeadLetter]:
    """The dead letters that are not on `kyc_events.dlq` yet, as far as this database knows."""
    return [_letter(row) for row in connection.execute(f"{_LETTERS} WHERE NOT published ORDER BY dead_letter_id")]


def mark_published(connection: sqlite3.Connection, letters: Sequence[DeadLetter]) -> None:
    connection.executemany(
        "UPDATE dead_letters SET published = 1 WHERE dead_letter_id = ?",
        [(letter.dead_letter_id,) for letter in letters],
    )


def replay(
    store: CaseStore, dead_letter_id: int, *, corrected: bytes | None = None, actor: str | None = None
) -> Receipt:
    """Open the case of a message, as it came or as a person has corrected it, and settle the dead letter.

    A message that is replayed twice makes one case. Raises `Refusal` if it still can't become one, and changes nothing.
    """
    with store.batch():
        letter = store.query(_waiting, dead_letter_id)
        try:
            command_id, command = read(replace(letter.original, value=corrected or letter.original.value))
        except Unreadable as error:
            raise Refusal(Code.UNREADABLE_MESSAGE, f"The message can't become a case yet: {error}.") from error
        receipt = store.execute(command, command_id=command_id, actor=actor)
        store.change(_resolve, dead_letter_id, LetterState.REPLAYED, actor, receipt.case_id)
    return receipt


def discard(store: CaseStore, dead_letter_id: int, *, reason: str, actor: str | None = None) -> None:
    """Settle a message that is no case. The reason is kept with it."""
    with store.batch():
        store.query(_waiting, dead_letter_id)
        store.change(_resolve, dead_letter_id, LetterState.DISCARDED, actor, reason)


def _waiting(connection: sqlite3.Connection, dead_letter_id: int) -> DeadLetter:
    letter = dead_letter(connection, dead_letter_id)
    if letter.state is not LetterState.WAITING:
        raise Refusal(
            Code.DEAD_LETTER_RESOLVED,
            f"Dead letter {dead_letter_id} has been {letter.state.lower()} already ({letter.resolution}).",
        )
    return letter


def _resolve(
    connection: sqlite3.Connection, dead_letter_id: int, state: LetterState, actor: str | None, resolution: str
) -> None:
    connection.execute(
        "UPDATE dead_letters SET state = ?, resolved_by = ?, resolution = ? WHERE dead_letter_id = ?",
        (state, actor, resolution, dead_letter_id),
    )


def _letter(row: tuple[Any, ...]) -> DeadLetter:
    id_, topic, topic_id, partition, offset, key, value, headers, reason, received_at, state, by, resolution = row
    return DeadLetter(
        dead_letter_id=id_,
        original=Original(
            place=Place(topic, topic_id, partition, offset),
            key=_as_it_came(key),
            value=_as_it_came(value) or b"",
            headers=tuple((name, None if part is None else b64decode(part)) for name, part in from_json(headers)),
        ),
        reason=reason,
        received_at=received_at,
        state=LetterState(state),
        resolved_by=by,
        resolution=resolution,
    )


def _stored(data: bytes | None) -> str | bytes | None:
    """The data as text if it is UTF-8, so that people can read it in the file with other tools."""
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _as_it_came(stored: str | bytes | None) -> bytes | None:
    return stored.encode() if isinstance(stored, str) else stored
