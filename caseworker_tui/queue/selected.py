"""Which cases of the queue are marked, to do something to all of them at once."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selected:
    """The cases with these ids; or with `all_but_these` all that the queue shows except them, however many."""

    ids: frozenset[str] = frozenset()
    all_but_these: bool = False

    def __contains__(self, case_id: str) -> bool:
        """Whether a case that the queue shows is marked."""
        return (case_id in self.ids) != self.all_but_these

    def __bool__(self) -> bool:
        return self.all_but_these or bool(self.ids)

    def turned(self, case_id: str) -> "Selected":
        return Selected(self.ids ^ {case_id}, self.all_but_these)

    def with_these(self, case_ids: Iterable[str]) -> "Selected":
        return Selected(
            self.ids - set(case_ids) if self.all_but_these else self.ids.union(case_ids), self.all_but_these
        )

    def number(self, length: int) -> int:
        """How many are marked, where the queue shows `length` cases."""
        return max(0, length - len(self.ids)) if self.all_but_these else len(self.ids)
