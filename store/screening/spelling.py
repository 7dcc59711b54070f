"""How names are spelt and how they sound: what is alike for one name in many scripts and transliterations.

Юлия, Yuliya and Julia are all spelt `iulia` here, Qadhafi and Khadafy `kadafi`. Words of the same spelling, or of
spellings that sound about alike, are worth a closer look (store/screening/matching.py); no more is claimed. Nothing of
this is kept in the log or in a read table, so that it may become better from one version to the next.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from store.domain.names import company_key, folded_words

_WRITTEN: Final[Mapping[str, str]] = {
    **dict.fromkeys(("tsch", "tch", "cz", "ch"), "C"),
    **dict.fromkeys(("sch", "sh", "sz", "zh", "dz", "ts", "tz", "z"), "s"),
    **dict.fromkeys(("kh", "ck", "q", "c"), "k"),
    **dict.fromkeys(("ph", "w", "v"), "f"),
    **dict.fromkeys(("dj", "ee", "ie", "y", "j", "e"), "i"),
    **dict.fromkeys(("ou", "oo", "oe", "ue", "o"), "u"),
    "gh": "g",
    "th": "t",
    "dh": "d",
    "bh": "b",
    "ae": "a",
    "x": "ks",
}
"""Letters that one transliteration writes and another does not, each with what stands for all of them."""

_LETTERS: Final = re.compile("|".join(sorted(_WRITTEN, key=len, reverse=True)))
_DOUBLED: Final = re.compile(r"(.)\1+")
_ALIKE: Final = str.maketrans("ptkcm", "bdggn", "aeiouh")
"""Consonants that are mistaken for each other, to one of them; vowels and h are not heard at all."""


def words_of(name: str, *, person: bool) -> list[str]:
    """The words of a name in Latin letters, folded; those of an organisation without its legal form."""
    if not person:
        return [latin for word in company_key(name).split() if (latin := _latin(word))]
    return [latin for written in name.split() for latin in _words_within(written)]


@lru_cache(maxsize=1 << 16)
def spelt(word: str) -> str:
    """The one spelling of a Latin word for its transliterations: `mohamed` and `muhammed` are both `muhamid`."""
    spelling = _DOUBLED.sub(r"\1", _LETTERS.sub(lambda letters: _WRITTEN[letters[0]], word).lower())
    return spelling.rstrip("h") or spelling


def sounds(spelling: str) -> set[str]:
    """The consonants of a spelling, and these with each left out in turn: two that share one of these differ by a
    consonant at most, or by two that changed places."""
    heard = spelling.translate(_ALIKE)
    shorter = {heard[:place] + heard[place + 1 :] for place in range(len(heard))} if len(heard) > 1 else set()
    return {heard, *shorter}


@lru_cache(maxsize=1 << 16)
def _words_within(written: str) -> tuple[str, ...]:
    """The words of what stands between two spaces, like Jean-Pierre: names share them, and folding takes its time."""
    return tuple(latin for word in folded_words(written) if (latin := _latin(word)))


@lru_cache(maxsize=1 << 16)
def _latin(word: str) -> str:
    if word.isascii():
        return word
    from anyascii import anyascii

    return re.sub(r"[^a-z0-9]", "", anyascii(word).lower())
