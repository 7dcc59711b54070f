"""What an owner holds in another party, read from their share, their interests and their types of control."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Final

from store.domain.ownership.bands import ANYTHING, NOTHING, Band, band_of, total
from store.domain.statuses import Over
from store.domain.values import BeneficialOwnerData, Directness, Share, words


def _codes(*names: str) -> frozenset[str]:
    return frozenset(_code(name) for name in names)


@lru_cache(maxsize=1024)
def _code(text: str) -> str:
    """A type of control however it is written: `votingRights`, `voting rights` and `VOTING_RIGHTS` are one."""
    return "".join(character for character in text.casefold() if character.isalnum())


SHAREHOLDING: Final = _code("shareholding")
VOTING: Final = _code("votingRights")
OFFICIAL: Final = _code("seniorManagingOfficial")

PARTS: Final = _codes(
    "shareholding",
    "votingRights",
    "rightsToSurplusAssetsOnDissolution",
    "rightsToProfitOrIncome",
    "unknownInterest",
    "unpublishedInterest",
)
"""Interests (BODS 0.4, interestType) that are a part of the whole: without a figure it can be any."""

CONTROL: Final = _codes(
    "appointmentOfBoard",
    "otherInfluenceOrControl",
    "controlViaCompanyRulesOrArticles",
    "controlByLegalFramework",
    "settlor",
    "trustee",
    "protector",
    "beneficiaryOfLegalArrangement",
    "nominator",
)
"""Interests that are control in themselves, whatever the share."""

OFFICES: Final = _codes(
    "boardMember",
    "boardChair",
    "seniorManagingOfficial",
    "nominee",
    "enjoymentAndUseOfAssets",
    "rightToProfitOrIncomeFromAssets",
)
"""Interests that are neither: an office, a service, a use. What is on no list may be control."""


@dataclass(frozen=True, slots=True)
class Stake:
    """What one party holds in another: `direct`; `unsaid`, of which nobody says whether it is direct; `claimed`, what
    is stated as held through others; `votes`; and whether it has `control` in itself, by which interests."""

    direct: Band = NOTHING
    unsaid: Band = NOTHING
    claimed: Band | None = None
    votes: Band = NOTHING
    control: Over = Over.NOT
    by: tuple[str, ...] = ()

    @property
    def part(self) -> Band:
        direct, unsaid = self.direct, self.unsaid
        return direct if unsaid is NOTHING else Band(direct.minimum + unsaid.minimum, direct.maximum + unsaid.maximum)

    @property
    def is_a_part(self) -> bool:
        """Whether it is, or may be, a part of the whole, and not control alone."""
        return bool(self.direct.maximum or self.unsaid.maximum or self.claimed)

    @property
    def grip(self) -> Band:
        """What it can vote with: its votes, or its shares where they are more."""
        part = self.part
        return Band(max(part.minimum, self.votes.minimum), max(part.maximum, self.votes.maximum))

    def __add__(self, other: "Stake") -> "Stake":
        """Two statements on one: parts add up, but what is claimed is said twice."""
        claims = [claim for claim in (self.claimed, other.claimed) if claim]
        return Stake(
            total((self.direct, other.direct)),
            total((self.unsaid, other.unsaid)),
            _overlapping(claims) if claims else None,
            total((self.votes, other.votes)),
            min(self.control, other.control, key=list(Over).index),
            tuple(dict.fromkeys(self.by + other.by)),
        )


def stake_of(owner: BeneficialOwnerData) -> Stake:
    """What an owner holds, from the figures that are stated, else from the kinds of interests that are named."""
    by_directness: dict[Directness, list[Band]] = {}
    for directness, band in _stated_parts(owner):
        by_directness.setdefault(directness, []).append(band)
    parts = {directness: _overlapping(bands) for directness, bands in by_directness.items()}
    control, by = _control(owner)
    return Stake(
        parts.get(Directness.DIRECT, NOTHING),
        parts.get(Directness.UNKNOWN, NOTHING),
        parts.get(Directness.INDIRECT),
        _votes(owner),
        control,
        by,
    )


def is_official(owner: BeneficialOwnerData) -> bool:
    return OFFICIAL in _types(owner)


def _types(owner: BeneficialOwnerData) -> frozenset[str]:
    return frozenset(map(_code, owner.types_of_control))


def _stated_parts(owner: BeneficialOwnerData) -> Iterator[tuple[Directness, Band]]:
    """The part that the owner holds. The register's interests tell more of it than the owner's one share, as long as
    nobody has corrected that."""
    interests = _current_shares(owner, SHAREHOLDING) or _current_shares(owner, VOTING)
    share = owner.held_share
    if interests and share in (None, *(each for _, each in interests)):
        for directness, each in interests:
            yield directness, band_of(each)
    elif share is not None:
        yield owner.directness, band_of(share)
    elif not (types := _types(owner)) or types - CONTROL - OFFICES:
        yield owner.directness, ANYTHING


def _current_shares(owner: BeneficialOwnerData, code: str) -> list[tuple[Directness, Share]]:
    return [
        (interest.directness, interest.share)
        for interest in owner.interests
        if interest.share and interest.ended_on is None and _code(interest.type) == code
    ]


def _votes(owner: BeneficialOwnerData) -> Band:
    if stated := _current_shares(owner, VOTING):
        return _overlapping(band_of(share) for _, share in stated)
    if VOTING not in _types(owner):
        return NOTHING
    return band_of(owner.held_share) if owner.held_share else ANYTHING


def _control(owner: BeneficialOwnerData) -> tuple[Over, tuple[str, ...]]:
    """Whether the owner's interests are control in themselves, and which."""
    spoken = {words(each).replace("_", " "): _code(each) for each in owner.types_of_control}
    certainly = tuple(each for each, code in spoken.items() if code in CONTROL)
    possibly = tuple(each for each, code in spoken.items() if code not in PARTS | CONTROL | OFFICES)
    if certainly:
        return Over.CERTAINLY, certainly
    return (Over.POSSIBLY, possibly) if possibly else (Over.NOT, ())


def _overlapping(bands: Iterable[Band]) -> Band:
    """What statements come to of which nobody says whether one is part of another."""
    return reduce(lambda a, b: Band(max(a.minimum, b.minimum), a.maximum + b.maximum), bands)
