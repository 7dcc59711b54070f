"""The cases of the queue that are marked, so that something can be done to all of them at once."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selected:
    """The cases with these ids. With `all_but_these` it is all cases that the queue shows except them."""

    ids: frozenset[str] = frozenset()
    all_but_these: bool = False

    def __contains__(self, case_id: str) -> bool:
        """Whether a case that the queue shows is marked."""
        return (case_id in self.ids) != self.all_but_these

    def __bool__(self) -> bool:
        return self.all_but_these or bool(self.ids)

    def turned(self, case_id: str) -> "Selected":
        """The same with this case marked if it was not, and not marked if it was."""
        return Selected(self.ids ^ {case_id}, self.all_but_these)

    def with_these(self, case_ids: Iterable[str]) -> "Selected":
        return Selected(
            self.ids - set(case_ids) if self.all_but_these else self.ids.union(case_ids), self.all_but_these
        )

    def number(self, length: int) -> int:
        """The number of marked cases if the queue shows `length` cases."""
        return max(0, length - len(self.ids)) if self.all_but_these else len(self.ids)
