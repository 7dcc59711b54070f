"""Who on a list may be a party: the entries with its identifiers or with about its names, compared one by one."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from store.errors import StoreError
from store.screening.entries import Entry, Nature, comparable
from store.screening.list_files import WatchList
from store.screening.matching import Match, compare
from store.screening.parties import Party
from store.screening.spelling import words_of

MOST_COMPARED: Final = 500
"""For one party. Those that share least with its names come last, and are counted where they are left off."""


@dataclass(frozen=True, slots=True)
class Found:
    entry: Entry
    digest: str
    match: Match


class LookedUp(NamedTuple):
    """`found` has the likeliest first. `left_off` entries were too many to compare. `failed` are the numbers of entries
    that can't be compared."""

    found: list[Found]
    left_off: int
    failed: list[int]


def look_up(party: Party, watch_list: WatchList) -> LookedUp:
    """The entries that may be the party. Raises `store.errors.DatabaseDamaged` for a list that can't be read.

    An entry that can't be compared costs no other, for a list is as others wrote it.
    """
    numbers = dict.fromkeys(watch_list.identified(comparable(value) for _, value in party.identifiers))
    for name in party.names:
        numbers |= dict.fromkeys(watch_list.named_about(words_of(name, person=party.nature is Nature.PERSON)))
    compared = list(numbers)[:MOST_COMPARED]
    found: list[Found] = []
    failed: list[int] = []
    for number in compared:
        try:
            entry, digest = watch_list.entry(number)
            if match := compare(party, entry):
                found.append(Found(entry, digest, match))
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 (whatever an entry makes go wrong is wrong with that entry)
            failed.append(number)
    found.sort(key=lambda each: -each.match.score)
    return LookedUp(found, len(numbers) - len(compared), failed)
