"""One command on many cases: on each in turn, as a commit of its own, and no case stops another.

The command ids derive from the batch and the case: what was done before a stop is not done again when the same batch
is gone through once more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from sqlite3 import Connection

from store.domain.commands import RequestDocument
from store.domain.identifiers import derive_id
from store.domain.operation import OfCase
from store.domain.refusals import Refusal
from store.engine.case_store import CaseStore


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the command on one case: done, unless there is a refusal."""

    case_id: str
    refusal: Refusal | None = None


def execute_on_many(
    store: CaseStore, command: OfCase, case_ids: Iterable[str], *, batch_id: str, actor: str
) -> Iterator[Outcome]:
    """Whoever asks for no further outcome stops it between two cases. All commits have the batch as correlation id.

    A document is asked of the company, or where there is none of the person who came into the case first.
    Raises `store.errors.StoreError` where the database can't be written to; what was given before is done.
    """
    for case_id in case_ids:
        try:
            store.execute(
                _on_case(store, command, case_id),
                command_id=derive_id(batch_id, case_id),
                actor=actor,
                correlation_id=batch_id,
            )
        except Refusal as refusal:
            yield Outcome(case_id, refusal)
        else:
            yield Outcome(case_id)


def _on_case(store: CaseStore, command: OfCase, case_id: str) -> OfCase:
    its_own: dict[str, str] = {"case_id": case_id}
    if isinstance(command, RequestDocument):
        its_own["entity_id"] = store.query(_company_or_first_person, case_id) or command.entity_id
    return command.model_copy(update=its_own)


def _company_or_first_person(connection: Connection, case_id: str) -> str | None:
    row = connection.execute(
        "SELECT coalesce((SELECT company_id FROM cases WHERE case_id = ?1),"
        " (SELECT person_id FROM persons WHERE case_id = ?1 ORDER BY rowid LIMIT 1))",
        (case_id,),
    ).fetchone()
    return row[0] if row else None
