"""The decider of a case: its initial state, `decide`, and `evolve`.

    new_events = decide(case, command, context)   what a command leads to, or a `Refusal`
    case = evolve(case, payload)                  the state after an event

Both are pure. `fold` is the state that a history leads to, and `undo_of` the way back from the last command of one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Final

from store.domain.case_file import CaseFile
from store.domain.casework.documents import DocumentRequirementDetermined, DocumentStatusUpdated
from store.domain.operation import Command, Context, NewEvent, Payload, Undo
from store.domain.refusals import Code, Refusal, either, unknown_case
from store.domain.statuses import CaseStatus
from store.domain.values import words

INITIAL: Final = CaseFile()
"""The state before the first event."""

# How the case gets to OPEN: said where the command is for open cases.
_WAY_OUT: Final[Mapping[CaseStatus, str]] = {
    CaseStatus.OPEN: "",
    CaseStatus.AWAITING_CLIENT: "",
    CaseStatus.PENDING_APPROVAL: "; return the proposed decision first",
    CaseStatus.APPROVED: "; reopen it first",
    CaseStatus.REJECTED: "; reopen it first",
    CaseStatus.WITHDRAWN: "; reopen it first",
}


def decide(case: CaseFile, command: Command, context: Context) -> list[NewEvent]:
    """The events that the command leads to, in order; none if there is nothing to change.

    Raises `Refusal` when the command does not hold for this case file.
    """
    if not command.opens_a_case:
        if case.status is None:
            raise unknown_case("with this id")
        if refusal := refused_in_status(case.status, type(command)):
            raise refusal
    return list(command.decide(case, context))


def refused_in_status(status: CaseStatus, command: type[Command]) -> Refusal | None:
    """Why a command can't be given in this status of a case; None where it can."""
    if status in command.statuses:
        return None
    return Refusal(
        Code.FORBIDDEN_IN_STATUS,
        f"The case is {status}; ‘{words(command.__name__)}’ is for cases that are"
        f" {either(each for each in CaseStatus if each in command.statuses)}"
        f"{_WAY_OUT.get(status, '') if CaseStatus.OPEN in command.statuses else ''}.",
    )


def evolve(case: CaseFile, payload: Payload) -> CaseFile:
    """The case file after one more event."""
    return payload.applied_to(case)


def fold(payloads: Iterable[Payload]) -> CaseFile:
    """The case file that these events, in order, lead to."""
    return reduce(evolve, payloads, INITIAL)


def undo_of(before: CaseFile, payloads: Sequence[Payload]) -> Undo | str:
    """How to take back the events of one command, given the case before it; or a sentence that says why not.

    The first event is what the command was for; the others follow from it, and follow it back. Nothing is taken out of
    the log: an undo is a command like any other, and undone in its turn.
    """
    if not payloads:
        return "It changed nothing, so there is nothing to undo."
    first, *followed = payloads
    way_back = first.way_back(before)
    moves_documents = any(isinstance(it, DocumentRequirementDetermined | DocumentStatusUpdated) for it in followed)
    if isinstance(way_back, Undo) and not way_back.but and moves_documents:
        return replace(way_back, but="documents that were asked for or moved with it do not go back")
    return way_back
