"""The owners of a case as a tree to show: under each party those who hold it, every owner once.

It is a list in the order of reading, with a depth for each, so that no chain is too long for anybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from store.domain.ownership.bands import Band
from store.domain.ownership.holdings import Holding, Holdings
from store.domain.ownership.shares import Shares


class End(StrEnum):
    """Why nobody stands under a party that others hold."""

    CIRCLE = "circle"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Branch:
    """An owner: `share` is what is stated of them in the party they stand under, `indirect` what is stated as held
    through others, `effective` their part of the company in all; None for what has ended.

    A branch without `owner_id` is a party that owners name, and that is no owner of the company itself.
    """

    depth: int
    owner_id: str | None
    party: str
    name: str
    share: Band | None = None
    indirect: Band | None = None
    effective: Band | None = None
    ended_on: str | None = None
    end: End | None = None


def branches_of(holdings: Holdings, shares: Shares) -> tuple[Branch, ...]:
    """The company's owners and those above them, then what leads to no owner of the company. The largest come first,
    those who have ended last."""
    under: dict[str, list[Holding]] = {}
    for holding in sorted(holdings.every, key=_rank):
        under.setdefault(holding.held, []).append(holding)
    expanded = {holdings.company}
    branches = list(_branches(holdings, shares, under, expanded, [holdings.company]))
    owning = {holding.holder for holding in holdings.every}
    for held in sorted(under, key=lambda party: (party in owning, holdings.name(party), party)):
        if held not in expanded:
            expanded.add(held)
            branches.append(Branch(1, None, held, holdings.name(held)))
            branches += _branches(holdings, shares, under, expanded, [holdings.company, held])
    return tuple(branches)


def _rank(holding: Holding) -> tuple[bool, float, float, str, str]:
    part = holding.stake.part
    if not part.maximum:
        part = holding.stake.claimed or part
    return holding.ended, -part.maximum, -part.minimum, holding.owner.name, holding.owner_id


def _branches(
    holdings: Holdings, shares: Shares, under: dict[str, list[Holding]], expanded: set[str], path: list[str]
) -> Iterator[Branch]:
    """All above the last party of `path`."""
    to_visit = [(len(path), holding) for holding in reversed(under.get(path[-1], []))]
    while to_visit:
        depth, holding = to_visit.pop()
        holder, stake = holding.holder, holding.stake
        path[depth:] = [holder]
        end = None
        if holder in path[:depth]:
            end = End.CIRCLE
        elif holder in under and (holder in expanded or (holding.ended and holder in holdings.stakes)):
            end = End.ELSEWHERE
        elif holder in under:
            expanded.add(holder)
            to_visit += [(depth + 1, each) for each in reversed(under[holder])]
        yield Branch(
            depth,
            holding.owner_id,
            holder,
            holding.owner.name,
            share=stake.part,
            indirect=stake.claimed,
            effective=None if holding.ended else shares.of(holder),
            ended_on=holding.owner.ended_on,
            end=end,
        )
