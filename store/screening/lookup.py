"""Who on a list may be a party: the entries with its identifiers or with about its names, compared one by one."""

from dataclasses import dataclass
from typing import Final

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


def look_up(party: Party, watch_list: WatchList) -> tuple[list[Found], int]:
    """The entries that may be the party, the likeliest first, and how many were too many to compare."""
    numbers = dict.fromkeys(watch_list.identified(comparable(value) for _, value in party.identifiers))
    for name in party.names:
        numbers |= dict.fromkeys(watch_list.named_about(words_of(name, person=party.nature is Nature.PERSON)))
    compared = list(numbers)[:MOST_COMPARED]
    found = []
    for number in compared:
        entry, digest = watch_list.entry(number)
        if match := compare(party, entry):
            found.append(Found(entry, digest, match))
    found.sort(key=lambda each: -each.match.score)
    return found, len(numbers) - len(compared)
