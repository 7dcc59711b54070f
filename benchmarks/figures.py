"""What a benchmark is: a function that takes a `Scale` and a folder and yields `Figure`s.

    def figures(scale: Scale, folder: Path) -> Iterator[Figure]: ...

A figure is ours beside its reference, both measured in one run on the same work, alternating: the ratio is the result,
for it stays about the same on a machine that is slow, or busy. `benchmarks/__main__.py` lists the benchmarks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Final, NamedTuple


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to measure: each small thing this many `rounds`, in bulk this many `events`, read tables of so many
    `rebuilt` cases, in queues of this many `cases`, against lists of this many `entries`."""

    rounds: int
    events: int
    rebuilt: int
    cases: tuple[int, ...]
    entries: int


TINY: Final = Scale(rounds=3, events=200, rebuilt=50, cases=(50,), entries=300)
"""Only to see that it runs: the figures say nothing."""
SHORT: Final = Scale(rounds=200, events=20_000, rebuilt=5_000, cases=(10_000, 100_000), entries=100_000)
FULL: Final = Scale(rounds=1_000, events=100_000, rebuilt=5_000, cases=(10_000, 100_000, 1_000_000), entries=100_000)


class Target(NamedTuple):
    """A bound on the ratio, or on our figure alone. `at_most`: more is worse, as with times; else less is."""

    bound: float
    at_most: bool
    of_ratio: bool

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {number(self.bound)}{' ×' if self.of_ratio else ''}"


def ratio_at_most(bound: float) -> Target:
    return Target(bound, at_most=True, of_ratio=True)


def ratio_at_least(bound: float) -> Target:
    return Target(bound, at_most=False, of_ratio=True)


def at_most(bound: float) -> Target:
    return Target(bound, at_most=True, of_ratio=False)


def at_least(bound: float) -> Target:
    return Target(bound, at_most=False, of_ratio=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """`what` was measured, in a few words that no other figure has. `against` says what the `reference` is."""

    what: str
    ours: float
    unit: str
    reference: float | None = None
    against: str = ""
    target: Target | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours to the reference's, whatever the unit."""
        return self.ours / self.reference if self.reference else None

    @property
    def missed_by(self) -> float | None:
        """How far from the target, as a part of it: 0.1 is ten per cent. None where it is reached, or there is none."""
        if self.target is None:
            return None
        value = self.ratio if self.target.of_ratio else self.ours
        if value is None:
            return None
        beyond = value - self.target.bound if self.target.at_most else self.target.bound - value
        return beyond / self.target.bound if beyond > 0 else None

    @property
    def cells(self) -> tuple[str, ...]:
        """As a row of the table, under `HEADINGS`."""
        return (
            self.what,
            f"{number(self.ours)} {self.unit}",
            f"{number(self.reference)} {self.unit}: {self.against}" if self.reference is not None else "",
            f"{number(self.ratio)} ×" if self.ratio is not None else "",
            str(self.target or ""),
            _outcome(self),
            self.note,
        )


HEADINGS: Final = ("what", "ours", "reference", "ratio", "target", "reached", "note")


def number(value: float) -> str:
    """Three digits that count, whole from a hundred on."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def line(figure: Figure) -> str:
    """A figure as it is printed when it comes."""
    what, ours, reference, ratio, target, reached, note = figure.cells
    parts = (ours, reference, ratio and f"ratio {ratio}", target and f"target {target}: {reached}", note)
    return f"{what}: {'; '.join(filter(None, parts))}"


def _outcome(figure: Figure) -> str:
    if figure.target is None:
        return ""
    missed = figure.missed_by
    return "yes" if missed is None else f"missed by {missed * 100:.0f} %"


def seconds(work: Callable[[], object]) -> float:
    """What it takes, once."""
    began = perf_counter()
    work()
    return perf_counter() - began


def alternating(*works: Callable[[], object], rounds: int) -> list[list[float]]:
    """The seconds that each of these takes, of every round: one after the other, so that whatever else the machine does
    meanwhile slows all of them. A first round, in which caches fill, does not count."""
    for work in works:
        work()
    taken = [[seconds(work) for work in works] for _ in range(rounds)]
    return [list(those) for those in zip(*taken, strict=True)]


def p50(times: list[float]) -> float:
    """The median of seconds, in milliseconds."""
    return median(times) * 1_000


def p95(times: list[float]) -> float:
    """What 95 of 100 do not exceed, in milliseconds."""
    return quantiles(times, n=20, method="inclusive")[-1] * 1_000


def per_second(things: float, times: list[float]) -> float:
    """How many a second, when each round did so many."""
    return things / median(times)
