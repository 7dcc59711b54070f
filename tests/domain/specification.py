"""Domain rules as sentences: given these events, when this command comes, then these events follow, or a refusal.

given(*a_kyc_case()).when(UpdateDocumentStatus(...)).then(DocumentStatusUpdated(...))
given().when(DetermineInitialDocumentRequirements(...)).refused("unknown_case")
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from store.domain.case_file import CaseFile
from store.domain.decider import decide, fold
from store.domain.operation import Command, Context, NewEvent, Payload
from store.domain.refusals import Refusal
from store.domain.rules import Rules

ACTOR = "ana.ruiz"
TODAY = date(2026, 11, 20)
COMMAND_ID = "01890000-0000-7000-8000-000000000001"

P = TypeVar("P", bound=Payload)


@dataclass(frozen=True)
class Outcome:
    """What became of a command: new events, or a refusal."""

    new_events: tuple[NewEvent, ...]
    refusal: Refusal | None

    @property
    def payloads(self) -> list[Payload]:
        """The events that followed; a refusal here is a failure of the test."""
        assert self.refusal is None, f"refused with {self.refusal.code}: {self.refusal.sentence}"
        return [new_event.payload for new_event in self.new_events]

    def then(self, *payloads: Payload) -> None:
        """Exactly these events followed, in this order."""
        assert self.payloads == list(payloads)

    def then_nothing(self) -> None:
        self.then()

    def all(self, kind: type[P]) -> list[P]:
        """The events of one type that followed, in order."""
        return [payload for payload in self.payloads if isinstance(payload, kind)]

    def the(self, kind: type[P]) -> P:
        """The one event of this type that followed."""
        (only,) = self.all(kind)
        return only

    def refused(self, code: str, *words: str) -> None:
        """Nothing followed but a refusal with this code, whose sentence holds these words."""
        assert self.refusal is not None, (
            f"not refused: {[type(new_event.payload).__name__ for new_event in self.new_events]} followed"
        )
        assert self.refusal.code == code
        for word in words:
            assert word in self.refusal.sentence
        assert self.refusal.sentence.endswith(".")


@dataclass(frozen=True)
class Given:
    """A case file to which these events have led."""

    case: CaseFile

    def when(
        self,
        command: Command,
        *,
        by: str = ACTOR,
        rules: Rules | None = None,
        command_id: str = COMMAND_ID,
        today: date = TODAY,
    ) -> Outcome:
        try:
            return Outcome(tuple(decide(self.case, command, Context(command_id, rules or Rules(), by, today))), None)
        except Refusal as refusal:
            return Outcome((), refusal)


def given(*payloads: Payload) -> Given:
    return Given(fold(payloads))
