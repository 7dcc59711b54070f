"""A check against a list of sanctioned or politically exposed people: what was compared with what.

It holds all that is needed to judge the check where the list is not at hand.
"""

from typing import Annotated

from pydantic import Field

from store.domain.values import LongList, Sha256, Text, Value


class ListedCandidate(Value):
    """An entry of the list that may be the party, as it stood: its `entry_digest` changes whenever it does."""

    entry_id: Text
    entry_digest: Sha256
    name: Text
    score: Annotated[int, Field(ge=0, le=100)]
    matched: Annotated[tuple[Text, ...], LongList] = ()


class Screening(Value):
    """`party_digest` changes whenever anything about the party does that is compared. Without a `candidate` the list
    holds nobody who may be the party."""

    list_name: Text
    list_version: Text
    party_digest: Sha256
    candidate: ListedCandidate | None = None

    @property
    def entry(self) -> tuple[str, str] | None:
        """The list and the id of the entry, if the check is of one."""
        return None if self.candidate is None else (self.list_name, self.candidate.entry_id)

    @property
    def spoken(self) -> str:
        """`Anna RUIS, NK-1 of eu-list (2026-11), score 96`, or the list alone."""
        of, it = f"{self.list_name} ({self.list_version})", self.candidate
        return of if it is None else f"{it.name}, {it.entry_id} of {of}, score {it.score}"
