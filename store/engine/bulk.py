"""One command on many cases: on each in turn, as a commit of its own, and no case stops another.

The command ids derive from the batch and the case: what was done before a stop is not done again when the same batch
is gone through once more.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from sqlite3 import Connection
from typing import NamedTuple

from store.domain.identifiers import derive_id
from store.domain.operation import OfCase
from store.domain.refusals import Refusal, unknown_case
from store.engine.case_store import CaseStore


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the command on one case: done, unless there is a refusal."""

    case_id: str
    refusal: Refusal | None = None


class InBulk(NamedTuple):
    """One of the cases. `party_id` is the company, or where there is none the person who came into the case first."""

    case_id: str
    party_id: str


def execute_on_many(
    store: CaseStore,
    command_on: Callable[[InBulk], OfCase],
    case_ids: Iterable[str],
    *,
    batch_id: str,
    actor: str,
) -> Iterator[Outcome]:
    """Carry out on each case the command that `command_on` makes for it.

    Whoever asks for no further outcome stops it between two cases. All commits have the batch as correlation id.
    Raises `store.errors.StoreError` where the database can't be written to; what was given before is done.
    """
    try:
        for case_id in case_ids:
            yield _execute_on(store, command_on, case_id, batch_id, actor)
    finally:
        store.checkpoint()


def _execute_on(
    store: CaseStore, command_on: Callable[[InBulk], OfCase], case_id: str, batch_id: str, actor: str
) -> Outcome:
    try:
        command = command_on(store.query(_in_bulk, case_id))
        store.execute(command, command_id=derive_id(batch_id, case_id), actor=actor, correlation_id=batch_id)
    except Refusal as refusal:
        return Outcome(case_id, refusal)
    return Outcome(case_id)


def _in_bulk(connection: Connection, case_id: str) -> InBulk:
    row = connection.execute(
        "SELECT coalesce(company_id,"
        " (SELECT person_id FROM persons WHERE persons.case_id = cases.case_id ORDER BY rowid LIMIT 1))"
        " FROM cases WHERE case_id = ?",
        (case_id,),
    ).fetchone()
    if row is None:
        raise unknown_case(f"with the id {case_id}")
    return InBulk(case_id, str(row[0]))
