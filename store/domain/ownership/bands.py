"""Parts in per cent as registers state them: exact, a band, or not known; and the threshold that they may reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from store.domain.statuses import Over
from store.domain.values import Share

_A_HAIR: Final = 0.000001
"""By how much a bound that is not part of its band is moved inwards; nothing smaller is told apart."""


class Band(NamedTuple):
    """At least `minimum` and at most `maximum` per cent."""

    minimum: float
    maximum: float

    def of(self, other: "Band") -> "Band":
        """This part of that part."""
        return Band(self.minimum * other.minimum / 100, self.maximum * other.maximum / 100)

    def within(self, most: float = 100.0) -> "Band":
        """The same, with nothing over `most` and no more digits than count."""
        return Band(round(min(self.minimum, most), 6), round(min(self.maximum, most), 6))

    def __str__(self) -> str:
        """`37.5 %`, `25 to 50 %`, `at least 25 %`, `up to 50 %`, `not known`."""
        low, high = (f"{round(bound, 2):g}" for bound in self)
        if low == high:
            return f"{low} %"
        if low == "0":
            return "not known" if high == "100" else f"up to {high} %"
        return f"at least {low} %" if high == "100" else f"{low} to {high} %"

    @property
    def spoken(self) -> str:
        """As it stands before `of something`."""
        return "an unknown part" if str(self) == "not known" else str(self)


NOTHING: Final = Band(0.0, 0.0)
ANYTHING: Final = Band(0.0, 100.0)
ALL: Final = Band(100.0, 100.0)


def total(bands: Iterable[Band]) -> Band:
    """What parts of one thing come to together."""
    minimum = maximum = 0.0
    for band in bands:
        minimum += band.minimum
        maximum += band.maximum
    return Band(minimum, maximum)


def band_of(share: Share) -> Band:
    """A stated share; an end that is not known is as far out as can be."""
    low, high = share.lowest or 0.0, 100.0 if share.highest is None else share.highest
    return Band(
        min(low + _A_HAIR, high) if share.exclusive_minimum else low,
        max(high - _A_HAIR, low) if share.exclusive_maximum else high,
    )


def listed(names: Sequence[str], most: int = 5) -> str:
    """`A, B and C`, or `A, B, C, D, E and 12 more`."""
    shown = [*names[:most], f"{len(names) - most} more"] if len(names) > most + 1 else list(names)
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


@dataclass(frozen=True, slots=True)
class OwnershipRule:
    """From which part on an owner is a beneficial owner: from `threshold` per cent, or from more than that."""

    threshold: float = 25.0
    or_more: bool = True

    def over(self, part: Band) -> Over:
        if self._reached(part.minimum):
            return Over.CERTAINLY
        return Over.POSSIBLY if self._reached(part.maximum) else Over.NOT

    def _reached(self, bound: float) -> bool:
        nearest = round(bound, 6)
        return nearest >= self.threshold if self.or_more else nearest > self.threshold

    def __str__(self) -> str:
        return f"{self.threshold:g} % or more" if self.or_more else f"more than {self.threshold:g} %"
