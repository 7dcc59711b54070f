"""What does not add up in the owners of a case, what is not known, and what no longer counts: sentences with a code."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from store.domain.ownership.bands import ANYTHING, Band, OwnershipRule, listed, total
from store.domain.ownership.holdings import Holding, Holdings
from store.domain.ownership.shares import Shares
from store.domain.statuses import Over
from store.domain.values import WHOLE, OwnerKind, words

WITHOUT_OWNERS: Final = frozenset({"state", "state body"})
"""Kinds of entities (BODS 0.4, entityType) that nobody owns."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """`code` is stable and documented in docs/ownership.md; `owner_ids` are the owners that it is about."""

    code: str
    sentence: str
    owner_ids: tuple[str, ...] = ()


def doubts_of(holdings: Holdings, shares: Shares, rule: OwnershipRule) -> tuple[Doubt, ...]:
    current = [holding for holding in holdings.every if not holding.ended]
    return (
        *_over_100(holdings),
        *_circles(holdings, shares),
        *_contradictions(current, shares),
        *_rest_unknown(holdings, shares, rule),
        *_owners_unknown(holdings, current, shares, rule),
        *_not_named(current, shares),
        *_no_figure(current),
        *_not_among_the_owners(holdings, current),
        *_apart(holdings, current, shares),
        *_interests_ended(current),
        *_ended(holdings),
    )


def _over_100(holdings: Holdings) -> Iterator[Doubt]:
    for held, together in _direct(holdings).items():
        if together.minimum > WHOLE:
            owners = [holding for holding in holdings.every if holding.held == held and not holding.ended]
            sentence = f"The owners of {holdings.name(held)} state at least {together.minimum:g} % of it directly."
            yield Doubt("shares_over_100", sentence, _ids(owners))


def _circles(holdings: Holdings, shares: Shares) -> Iterator[Doubt]:
    for circle in shares.circles:
        what = spoken_circle(holdings, circle)
        owners = [each for each in holdings.every if each.holder in circle and each.held in circle and not each.ended]
        sentence = f"{what}: what comes back to them is counted in the maximum of a share, and not in its minimum."
        yield Doubt("circle", sentence, _ids(owners))


def spoken_circle(holdings: Holdings, circle: tuple[str, ...]) -> str:
    names = listed(sorted(holdings.name(party) for party in circle))
    return f"{names} hold one another" if len(circle) > 1 else f"{names} holds a part of itself"


def _contradictions(current: list[Holding], shares: Shares) -> Iterator[Doubt]:
    for party in sorted(shares.contradicted):
        owners = [holding for holding in current if holding.holder == party]
        yield Doubt(
            "contradiction",
            f"What {owners[0].owner.name} is stated to hold indirectly is not what the chains come to: the share in all"
            " is as wide as both.",
            _ids(owners),
        )


def _rest_unknown(holdings: Holdings, shares: Shares, rule: OwnershipRule) -> Iterator[Doubt]:
    for held, together in _direct(holdings).items():
        rest = Band(100 - together.maximum, 100)
        least = rest.of(shares.of(held)).minimum
        if together.maximum and rule.over(Band(least, least)) is Over.CERTAINLY:
            missing = f"Who holds the rest of {holdings.name(held)}, {rest.minimum:g} % at least, is not stated."
            yield Doubt("rest_unknown", missing)


def _owners_unknown(holdings: Holdings, current: list[Holding], shares: Shares, rule: OwnershipRule) -> Iterator[Doubt]:
    for party, owners in _by_holder(current):
        entity, part = owners[0].owner.entity_details, shares.of(party)
        if entity is None or party in holdings.holders or party == holdings.company:
            continue
        if words(entity.entity_type or "") not in WITHOUT_OWNERS and rule.over(part) is not Over.NOT:
            sentence = f"Who owns {entity.name}, which has {part.spoken} of the company, is not stated."
            yield Doubt("owners_unknown", sentence, _ids(owners))


def _not_named(current: list[Holding], shares: Shares) -> Iterator[Doubt]:
    for party, owners in _by_holder(current):
        owner = owners[0].owner
        if owner.kind is OwnerKind.UNSPECIFIED and owner.unspecified_reason:
            details = f" ({owner.unspecified_details.rstrip('.')})" if owner.unspecified_details else ""
            part = shares.of(party)
            having = f", with {part.spoken} of the company," if part.maximum else ""
            sentence = f"An owner{having} is not named: {words(owner.unspecified_reason)}{details}."
            yield Doubt("not_named", sentence, _ids(owners))


def _no_figure(current: list[Holding]) -> Iterator[Doubt]:
    owners = [
        each
        for each in current
        if ANYTHING in (each.stake.direct, each.stake.unsaid, each.stake.claimed)
        and each.owner.kind is not OwnerKind.UNSPECIFIED
    ]
    if owners:
        yield Doubt("no_figure", f"No figure is stated for the share of {_names(owners)}.", _ids(owners))


def _not_among_the_owners(holdings: Holdings, current: list[Holding]) -> Iterator[Doubt]:
    owning = {holding.holder for holding in holdings.every} | {holdings.company}
    for held in sorted({holding.held for holding in current} - owning):
        owners = [holding for holding in current if holding.held == held]
        sentence = (
            f"{_names(owners)} hold{'s' if len(owners) == 1 else ''} a part of {held}, and what that has of the company"
            " is not stated."
        )
        yield Doubt("not_among_owners", sentence, _ids(owners))


def _apart(holdings: Holdings, current: list[Holding], shares: Shares) -> Iterator[Doubt]:
    owners = [holding for holding in current if holding.holder not in shares.parts]
    if owners:
        sentence = f"No chain of owners who have not ended leads from {_names(owners)} to the company."
        yield Doubt("apart", sentence, _ids(owners))


def _interests_ended(current: list[Holding]) -> Iterator[Doubt]:
    for holding in current:
        ends = [interest.ended_on for interest in holding.owner.interests if interest.ended_on]
        if ends and len(ends) == len(holding.owner.interests):
            sentence = f"Every interest of {holding.owner.name} has ended, the last on {max(ends)}, but they have not."
            yield Doubt("interests_ended", sentence, _ids([holding]))


def _ended(holdings: Holdings) -> Iterator[Doubt]:
    owners = [holding for holding in holdings.every if holding.ended]
    if owners:
        names = listed(sorted(f"{holding.owner.name} ({holding.owner.ended_on})" for holding in owners))
        yield Doubt("ended", f"Ended, and counted for nothing: {names}.", _ids(owners))


def _direct(holdings: Holdings) -> dict[str, Band]:
    """What is stated of each party as held directly, all its holders together."""
    return {
        held: total(holdings.stake(holder, held).part for holder in holders)
        for held, holders in sorted(holdings.holders.items())
    }


def _by_holder(current: Iterable[Holding]) -> Iterator[tuple[str, list[Holding]]]:
    holders: dict[str, list[Holding]] = {}
    for holding in current:
        holders.setdefault(holding.holder, []).append(holding)
    yield from holders.items()


def _names(owners: Iterable[Holding]) -> str:
    return listed(sorted({holding.owner.name for holding in owners}))


def _ids(owners: Iterable[Holding]) -> tuple[str, ...]:
    return tuple(holding.owner_id for holding in owners)
