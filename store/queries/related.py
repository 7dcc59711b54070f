"""Other cases with the same parties: companies and persons that are the same, or may be.

Every look-up uses an index and is bounded. If a party is in very many cases, or has a very common name, the most
certain cases are given and the others are counted.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final

from store.domain.likeness import Certainty, Likeness, MatchKeys, likeness
from store.domain.values import OwnerKind
from store.queries.queue import QueueRow, queue_row
from store.queries.rows import known
from store.sqlite.transactions import read_transaction

SHOWN: Final = 50
"""At most so many links are given for one party of the case."""

LOOKED_AT: Final = 1_000
"""At most so many entries are read for one look-up. To count all of a very common name would take too long."""

SUBJECT: Final = "company"
"""The role of the company of a case."""


@dataclass(frozen=True, slots=True)
class Party:
    """A person or company in a case, with the first of its names there and all its roles."""

    party_id: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A party of this case and a party of another case that are the same, as certainly as the likeness says."""

    ours: Party
    theirs: Party
    likeness: Likeness

    @property
    def who(self) -> str:
        """`Ana Ruiz: owner here, Director there as RUÍZ, Ana`."""
        here, there = (" and ".join(party.roles) for party in (self.ours, self.theirs))
        roles = f"{here} in both" if here == there else f"{here} here, {there} there"
        return f"{self.ours.name}: {roles}{'' if self.theirs.name == self.ours.name else f' as {self.theirs.name}'}"

    @property
    def sentence(self) -> str:
        """`who` with the reason: `…; maybe: same name only`."""
        return f"{self.who}; {self.likeness.sentence}"


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """Another case, with its links to this one, the most certain first."""

    case: QueueRow
    links: tuple[Link, ...]

    @property
    def certainty(self) -> Certainty:
        return self.links[0].likeness.certainty


@dataclass(frozen=True, slots=True)
class More:
    """The number of further cases in which a party is, or may be. With `at_least` there may be more."""

    party: Party
    cases: int
    at_least: bool

    @property
    def sentence(self) -> str:
        """`Ana Ruiz: 214 more cases`."""
        number = f"{'at least ' if self.at_least else ''}{self.cases:,}"
        return f"{self.party.name}: {number} more case{'' if self.cases == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Related:
    """The other cases of a case, the most certain first."""

    cases: tuple[RelatedCase, ...] = ()
    more: tuple[More, ...] = ()

    def of_party(self, party_id: str | None) -> "Related":
        """The cases in which this party of ours is."""
        linked = ((case, [link for link in case.links if link.ours.party_id == party_id]) for case in self.cases)
        return Related(
            tuple(RelatedCase(case.case, tuple(links)) for case, links in linked if links),
            tuple(more for more in self.more if more.party.party_id == party_id),
        )

    def in_words(self, such: str = "") -> str:
        """Their number in words: `2 other cases (1 maybe)`, `more than 50 other cases`."""
        number, maybe = len(self.cases), sum(case.certainty is Certainty.MAYBE for case in self.cases)
        count = f"{'more than ' if self.more else ''}{number or 'no'} other case{'' if number in (0, 1) else 's'}"
        return f"{count}{such}{f' ({maybe} maybe)' if maybe else ''}"

    @property
    def summary(self) -> str:
        """`2 other cases with the same parties (1 maybe)`."""
        return self.in_words(" with the same parties")


_ORDER: Final = list(Certainty)

_kind: Final = known(OwnerKind)


@dataclass(frozen=True, slots=True)
class _Part:
    """A row of the read table `parties`."""

    case_id: str
    party_id: str
    role: str
    name: str
    keys: MatchKeys


def related(connection: sqlite3.Connection, case_id: str) -> Related:
    """The other cases with a party of this one."""
    links: list[tuple[str, Link]] = []
    more: list[More] = []
    with read_transaction(connection):
        for parts in _parties(_parts(connection, "case_id = ? ORDER BY party_id, rowid", (case_id,))):
            found, all_found = _links(connection, parts)
            links += found[:SHOWN]
            if rest := {other for other, _ in found[SHOWN:]} - {other for other, _ in found[:SHOWN]}:
                more.append(More(_party(parts), len(rest), at_least=not all_found))
        return Related(_by_case(connection, links), tuple(more))


def _by_case(connection: sqlite3.Connection, links: Iterable[tuple[str, Link]]) -> tuple[RelatedCase, ...]:
    of_case: dict[str, list[Link]] = {}
    for case_id, link in links:
        of_case.setdefault(case_id, []).append(link)
    cases = [
        RelatedCase(row, tuple(sorted(those, key=_most_certain_first)))
        for case_id, those in of_case.items()
        if (row := queue_row(connection, case_id)) is not None
    ]
    return tuple(sorted(cases, key=lambda case: (_most_certain_first(case.links[0]), case.case.created_at)))


def _most_certain_first(link: Link) -> tuple[int, bool, bool]:
    """A key to sort by. Among links of the same certainty, a case about a company that is an owner in this one comes
    first, then a case in which the company of this one is an owner, then a case that has an owner in common."""
    return (
        _ORDER.index(link.likeness.certainty),
        SUBJECT not in link.theirs.roles,
        SUBJECT not in link.ours.roles,
    )


def _links(connection: sqlite3.Connection, ours: Sequence[_Part]) -> tuple[list[tuple[str, Link]], bool]:
    """The links to parties of other cases, each with its case id, the most certain first; and whether that is all."""
    found: list[tuple[str, Link]] = []
    candidates, all_found = _candidates(connection, ours)
    for theirs in _parties(candidates):
        alike = [it for one in ours for other in theirs if (it := likeness(one.keys, other.keys)) is not None]
        if alike:
            best = min(alike, key=lambda it: _ORDER.index(it.certainty))
            found.append((theirs[0].case_id, Link(_party(ours), _party(theirs), best)))
    return sorted(found, key=lambda each: (_most_certain_first(each[1]), each[0])), all_found


def _candidates(connection: sqlite3.Connection, ours: Sequence[_Part]) -> tuple[list[_Part], bool]:
    """The parts of other cases that share a mark with these, and whether that is all of them."""
    found: set[_Part] = set()
    all_found = True
    for keys in dict.fromkeys(part.keys for part in ours):
        for where, values in _look_ups(keys):
            parts = list(_parts(connection, f"{where} LIMIT {LOOKED_AT + 1}", values))
            all_found &= len(parts) <= LOOKED_AT
            found.update(part for part in parts[:LOOKED_AT] if part.case_id != ours[0].case_id)
    return sorted(found, key=attrgetter("case_id", "party_id", "role", "name")), all_found


def _look_ups(keys: MatchKeys) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Conditions with their values, each answered by one index. The rows that are most likely the same come first."""
    for column, value in (("lei", keys.lei), ("registration_key", keys.registration_key)):
        if value:
            yield f"{column} = ? ORDER BY role <> ?", (value, SUBJECT)
    if keys.name_key and keys.kind is OwnerKind.ENTITY:
        yield "name_key = ? AND kind = ? ORDER BY role <> ?", (keys.name_key, keys.kind, SUBJECT)
    elif keys.name_key:
        year = keys.birthdate and keys.birthdate[: len("YYYY")]
        yield (
            "name_key = ?1 AND kind = ?2 AND (?3 IS NULL OR birthdate IS NULL OR substr(birthdate, 1, 4) = ?3)"
            " ORDER BY birthdate DESC",
            (keys.name_key, keys.kind, year),
        )


def _parts(connection: sqlite3.Connection, where: str, values: Sequence[object]) -> Iterator[_Part]:
    query = (
        "SELECT case_id, party_id, role, name, kind, name_key, birthdate, lei, registration_key, country"
        f" FROM parties WHERE {where}"
    )
    for case_id, party_id, role, name, kind, *keys in connection.execute(query, values):
        yield _Part(case_id, party_id, role, name, MatchKeys(_kind(kind), *keys))


def _parties(parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    """The parts of each party. They have to come sorted by party."""
    for _, of_party in groupby(parts, key=attrgetter("case_id", "party_id")):
        yield list(of_party)


def _party(parts: Sequence[_Part]) -> Party:
    return Party(parts[0].party_id, parts[0].name, tuple(dict.fromkeys(part.role for part in parts)))
