"""How much is tried of what is drawn at random: little in `make test`, much in `make deep`; and what came of it.

    for random in trials(little=3, much=60):       each with random numbers of its own
        ...

    @given(...)
    @examples(little=40, much=400)                 as many as hypothesis draws
    def test(...):
        with trial():
            ...

A test that counts with these is marked `deep`. CASEWORKER_DEEP is the seed of a deep run and absent otherwise. All that
is drawn follows from the seed and the name of the test, so that chance fails no run that another run would pass, and a
failure can be had again: CASEWORKER_DEEP=7 python -m pytest -k the_test.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Final

from hypothesis import settings

SEED: Final = os.environ.get("CASEWORKER_DEEP", "")


@dataclass
class Tally:
    """What the running test has tried. A trial that raises was not survived."""

    test: str = ""
    tried: int = 0
    survived: int = 0


TALLY: Final = Tally()


def amount(*, little: int, much: int) -> int:
    """How many of something this run tries."""
    return much if SEED else little


@contextmanager
def trial(count: int = 1) -> Iterator[None]:
    """What is tried within, as so many things."""
    TALLY.tried += count
    yield
    TALLY.survived += count


def trials(*, little: int, much: int) -> Iterator[Random]:
    for number in range(amount(little=little, much=much)):
        print(f"trial {number} of seed {SEED or 'none'}")  # noqa: T201 (pytest shows it where the test fails)
        with trial():
            yield Random(f"{SEED} {TALLY.test} {number}")


def examples(*, little: int, much: int) -> settings:
    """Settings of hypothesis: no deadline, for a busy machine is slow."""
    return settings(max_examples=amount(little=little, much=much), deadline=None)
