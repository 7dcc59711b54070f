"""The acceptance rule. Frozen: laptops of a team agree on their history because all of them ever applied this one.

It knows nothing of the domain. Which commits of a case are accepted follows from the records of its partition alone,
in their order, whatever version of the rules wrote or reads them.
"""

from enum import StrEnum


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    STALE = "stale"
    """Another commit came first: the laptop that made this one runs its command again."""
    DUPLICATE = "duplicate"
    """Its command is accepted already."""


def judge(*, parent: str | None, head: str | None, command_is_accepted: bool) -> Verdict:
    """What becomes of a commit with this `parent`, on a case whose accepted commits end with `head`.

    `command_is_accepted` says whether one of those carries the command id of this commit.
    """
    if command_is_accepted:
        return Verdict.DUPLICATE
    return Verdict.ACCEPTED if parent == head else Verdict.STALE
