"""Effective shares: what each party holds of one of them in the end, as an interval.

A share multiplies along a chain and adds up across chains. Parties are worked through from the held one upwards, each
once, so that many chains cost no more than many owners. Where ownership runs in a circle, the minimum ends each chain
that comes back to a party in it; the maximum counts what comes back as well, round after round.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from store.domain.ownership.bands import ALL, NOTHING, Band, total
from store.domain.ownership.holdings import Holdings, Stakes
from store.domain.ownership.stakes import Stake

CHAIN_STEPS: Final = 4_000
ROUND_STEPS: Final = 12_000
"""How many steps one circle is worth; what would take more is bounded less closely."""

SETTLED: Final = 1e-7
UNBOUNDED: Final = 1e9
"""Per cent. As much comes back to a circle as has left it, so that the figures set no bound."""


@dataclass(frozen=True, slots=True)
class Shares:
    """`parts` by party; `circles` are parties that hold one another; of `contradicted` parties, what is stated as held
    indirectly can't be what their chains come to."""

    parts: Mapping[str, Band]
    circles: tuple[tuple[str, ...], ...]
    contradicted: frozenset[str]

    def of(self, party: str) -> Band:
        return self.parts.get(party, NOTHING)


def effective_shares(holdings: Holdings, target: str) -> Shares:
    """The part of `target` that each party holds, for all that hold any of it."""
    stakes = holdings.parts
    parts: dict[str, Band] = {}
    circles: list[tuple[str, ...]] = []
    contradicted: set[str] = set()
    for group in _groups(stakes, _above(holdings, target)):
        first = group[0]
        if len(group) > 1 or first in stakes.get(first, {}):
            parts |= _of_a_circle(stakes, target, group, parts)
            circles.append(tuple(sorted(group)))
        elif first == target:
            parts[first] = ALL
        else:
            part, agrees = _of_a_party(stakes[first], target, parts)
            parts[first] = part.within()
            if not agrees:
                contradicted.add(first)
    return Shares({party: part.within() for party, part in parts.items()}, tuple(circles), frozenset(contradicted))


def _of_a_party(stakes: Mapping[str, Stake], target: str, parts: Mapping[str, Band]) -> tuple[Band, bool]:
    """What a party holds of the target, directly and through those whose parts are known; and whether what is stated
    of it agrees."""
    own = stakes.get(target, Stake())
    through = [(stake, parts[held]) for held, stake in stakes.items() if held != target and held in parts]
    traced = total([stake.part.of(part) for stake, part in through])
    claims = [stake.claimed.of(part) for stake, part in through if stake.claimed]
    indirect, agrees = _indirect(traced, claims, own.claimed)
    part = Band(
        own.direct.minimum + max(own.unsaid.minimum, indirect.minimum),
        own.direct.maximum + own.unsaid.maximum + indirect.maximum,
    )
    return part, agrees


def _indirect(traced: Band, claims: Iterable[Band], stated: Band | None) -> tuple[Band, bool]:
    """What is held through others. The chains, what is claimed of parties within them, and what is stated of it as a
    whole are views of the same: they narrow it down, and no two of them add up."""
    views = [traced, *claims]
    low, high = max(view.minimum for view in views), max(view.maximum for view in views)
    if stated is None:
        return Band(low, high), True
    if high == 0:  # no chain is known
        return stated, True
    if stated.maximum < low - SETTLED or stated.minimum > high + SETTLED:
        return Band(min(stated.minimum, low), max(stated.maximum, high)), False
    low = max(stated.minimum, low)
    return Band(low, max(low, min(stated.maximum, high))), True


def _of_a_circle(stakes: Stakes, target: str, group: list[str], parts: Mapping[str, Band]) -> dict[str, Band]:
    """The parts of parties that hold one another. They are not cut at 100: what comes back to a circle leaves it again.

    `outside` is what each holds without the circle, a direct part of the target included.
    """
    members = set(group)
    outside, inside = {}, {}
    for party in group:
        outside[party] = ALL if party == target else _of_a_party(stakes[party], target, parts)[0]
        inside[party] = [(held, stake.part) for held, stake in stakes[party].items() if held in members]
    lows, highs = _ending(target, outside, inside), _coming_back(target, outside, inside)
    return {party: Band(lows[party], max(lows[party], highs[party])) for party in group}


Inside = Mapping[str, list[tuple[str, Band]]]


def _ending(target: str, outside: Mapping[str, Band], inside: Inside) -> dict[str, float]:
    """The least that each holds: a chain ends where it would come to a party for the second time."""
    lows = dict.fromkeys(inside, 0.0)
    work = 0
    for start in inside:
        chains = [(start, 1.0, frozenset({start, target}))]
        while chains:
            party, part, chain = chains.pop()
            lows[start] += part * outside[party].minimum
            work += len(chain)
            if work > CHAIN_STEPS:
                return {party: band.minimum for party, band in outside.items()}
            if party != target:
                chains += [
                    (held, part * stake.minimum / 100, chain | {held})
                    for held, stake in inside[party]
                    if held not in chain
                ]
    return lows


def _coming_back(target: str, outside: Mapping[str, Band], inside: Inside) -> dict[str, float]:
    """The most that each holds: all that goes round counts, as often as it does."""
    highs = {party: band.maximum for party, band in outside.items()}
    rounds = ROUND_STEPS // max(1, sum(map(len, inside.values())))
    for _ in range(rounds):
        before = highs
        back = before | {target: before.get(target, 0.0) - ALL.maximum}  # all of itself it was from the beginning
        highs = {
            party: band.maximum + sum(stake.maximum / 100 * back[held] for held, stake in inside[party])
            for party, band in outside.items()
        }
        if max(highs.values()) > UNBOUNDED:
            break
        if all(high - before[party] < SETTLED for party, high in highs.items()):
            return highs
    return dict.fromkeys(highs, UNBOUNDED)


def _groups(stakes: Stakes, above: Mapping[str, None]) -> Iterator[list[str]]:
    """The parties, whoever is held before those who hold it; those that hold one another come together (Tarjan's
    strongly connected components, without recursion)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    waiting: list[str] = []
    path: list[tuple[str, Iterator[str]]] = []

    def enter(party: str) -> None:
        order[party] = lowest[party] = len(order)
        waiting.append(party)
        path.append((party, iter([held for held in stakes.get(party, ()) if held in above])))

    for start in above:
        if start not in order:
            enter(start)
        while path:
            party, rest = path[-1]
            held = next(rest, None)
            if held is None:
                path.pop()
                if path:
                    below = path[-1][0]
                    lowest[below] = min(lowest[below], lowest[party])
                if lowest[party] == order[party]:
                    group = [waiting.pop()]
                    while group[-1] != party:
                        group.append(waiting.pop())
                    order.update(dict.fromkeys(group, len(above)))  # done: nobody's order is higher
                    yield group
            elif held not in order:
                enter(held)
            else:
                lowest[party] = min(lowest[party], order[held])


def _above(holdings: Holdings, target: str) -> dict[str, None]:
    """All that hold the target in one way or another, and the target."""
    above: dict[str, None] = {target: None}
    to_visit = [target]
    for held in to_visit:
        for holder in holdings.holders.get(held, ()):
            if holder not in above:
                above[holder] = None
                to_visit.append(holder)
    return above
