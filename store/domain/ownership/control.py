"""Who controls the company of a case, whatever their effective share: the second prong.

- Whoever has an interest in it that is control in itself (appointing the board, influence, a role in a trust), or
  votes from the threshold on.
- Whoever controls parties that have such an interest, or that hold enough of it together: one controls a party by such
  an interest, or with more than half of it, what one controls counted in.
- Whoever holds a share from the threshold on in a party that controls it.
"""

from collections.abc import Callable, Iterator
from typing import Final

from store.domain.ownership.bands import NOTHING, Band, OwnershipRule, listed, total
from store.domain.ownership.holdings import Holdings
from store.domain.ownership.shares import effective_shares
from store.domain.statuses import Over

HALF: Final = OwnershipRule(50.0, or_more=False)

Control = tuple[Over, tuple[str, ...]]
"""Whether somebody controls the company, and in which ways, in words."""


def control_by(holdings: Holdings, rule: OwnershipRule) -> Callable[[str], Control]:
    """What tells of a party whether it controls the company. What is the same for all of them is worked out once."""
    controllers = _controllers(holdings)
    above = [
        (holdings.name(each), effective_shares(holdings, each))
        for each in sorted(controllers, key=holdings.name)
        if not set(holdings.holders.get(each, ())) <= set(controllers)  # else more is held of one of those
    ]

    def ways(party: str, wanted: Over) -> tuple[str, ...]:
        return tuple(_ways(holdings, rule, party, wanted)) or tuple(
            f"{shares.of(party).spoken} of {name}, which controls the company"
            for name, shares in above
            if _is(rule.over(shares.of(party)), wanted)
        )

    def control(party: str) -> Control:
        possibly = ways(party, Over.POSSIBLY)  # first: most people control nothing
        if not possibly:
            return Over.NOT, ()
        certainly = ways(party, Over.CERTAINLY)
        return (Over.CERTAINLY, certainly) if certainly else (Over.POSSIBLY, possibly)

    return control


def _ways(holdings: Holdings, rule: OwnershipRule, party: str, wanted: Over) -> Iterator[str]:
    """The ways in which a party controls the company, by itself or through others, with at least that certainty."""
    own = holdings.stake(party, holdings.company)
    if _is(own.control, wanted):
        yield listed(own.by)
    if _is(rule.over(own.votes), wanted):
        yield f"{own.votes.spoken} of the votes"
    controlled = sorted(_controlled(holdings, party, wanted), key=holdings.name)
    through = {each: holdings.stake(each, holdings.company) for each in controlled}
    for each, stake in through.items():
        if _is(stake.control, wanted):
            yield f"control of {holdings.name(each)}, with {listed(stake.by)}"
    holding = {each: stake.grip for each, stake in through.items() if stake.grip.maximum}
    together = total([own.grip, *holding.values()])
    if holding and _is(rule.over(together), wanted):
        names = listed(sorted(holdings.name(each) for each in holding))
        with_own = ", their own shares included" if own.grip.maximum else ""
        yield f"control of {names}, with {together.within().spoken} of the company{with_own}"


def _controlled(holdings: Holdings, party: str, wanted: Over) -> list[str]:
    """The parties that this one controls, the company of the case left aside."""
    found = [party]
    grips: dict[str, Band] = {}
    for holder in found:
        for held, stake in holdings.stakes.get(holder, {}).items():
            if held == holdings.company or held in found:
                continue
            grips[held] = total((grips.get(held, NOTHING), stake.grip))
            if _is(stake.control, wanted) or _is(HALF.over(grips[held]), wanted):
                found.append(held)
    return found[1:]


def _controllers(holdings: Holdings) -> list[str]:
    """The parties that certainly control the company, each through the one below it; natural persons are left aside."""
    found = [holdings.company]
    for held in found:
        for holder in holdings.holders.get(held, ()):
            stake = holdings.stake(holder, held)
            controls = Over.CERTAINLY in (stake.control, HALF.over(stake.grip))
            if controls and holder not in found and not holdings.is_person(holder):
                found.append(holder)
    return found[1:]


def _is(found: Over, wanted: Over) -> bool:
    """Whether something is as certain as is asked for."""
    return found is wanted or found is Over.CERTAINLY
