"""The owners of a case as a graph: who the parties are, and what each of them holds in which other.

Several owners can be one party: the same person, directly and through a company. A party is held in the company of the
case or in another party; `held_in` names that one by its `party`, or by its owner's id where it has none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from store.domain.case_file import CaseFile
from store.domain.ownership.bands import ANYTHING
from store.domain.ownership.stakes import Stake, stake_of
from store.domain.values import BeneficialOwnerData, OwnerKind


@dataclass(frozen=True, slots=True)
class Party:
    """`kind` is None for the company of the case, and for one that is named in `held_in` and not among the owners."""

    key: str
    name: str
    kind: OwnerKind | None


@dataclass(frozen=True, slots=True)
class Holding:
    """An owner as an edge of the graph: `holder` has, or had, a `stake` in `held`."""

    owner_id: str
    owner: BeneficialOwnerData
    holder: str
    held: str
    stake: Stake

    @property
    def ended(self) -> bool:
        return self.owner.ended_on is not None


Stakes = Mapping[str, Mapping[str, Stake]]
"""What a holder has in what is held."""

_NO_STAKE: Final = Stake()


@dataclass(frozen=True, slots=True)
class Holdings:
    """All owners of a case as a graph: `every` owner, and without those who have ended, `stakes` by holder and held,
    the `parts` among them, which are not control alone, and `holders` by held."""

    company: str
    parties: Mapping[str, Party]
    every: tuple[Holding, ...]
    stakes: Stakes
    parts: Stakes
    holders: Mapping[str, tuple[str, ...]]

    def name(self, key: str) -> str:
        return self.parties[key].name

    def is_person(self, key: str) -> bool:
        return self.parties[key].kind is OwnerKind.PERSON

    def stake(self, holder: str, held: str) -> Stake:
        return self.stakes.get(holder, {}).get(held, _NO_STAKE)


def holdings_of(case: CaseFile) -> Holdings:
    """The graph of a company's owners, the same in whichever order they came."""
    company = case.company_id or ""
    parties = {company: Party(company, case.profile.registered_name if case.profile else "the company", None)}
    keys: dict[str, str] = {}
    named: dict[str, str] = {}
    for owner_id, owner in sorted(case.owners.items()):
        key = keys[owner_id] = company if _is_the_company(case, owner) else _party_key(case, owner_id, owner)
        parties.setdefault(key, Party(key, owner.name, owner.kind))
        named[owner_id] = key
        if owner.party:
            named[owner.party] = key
    every = []
    for owner_id, owner in sorted(case.owners.items()):
        held = named.get(owner.held_in, owner.held_in) if owner.held_in else company
        parties.setdefault(held, Party(held, held, None))
        every.append(Holding(owner_id, owner, keys[owner_id], held, stake_of(owner)))
    stakes = _stakes(company, every)
    holders: dict[str, dict[str, None]] = {}
    for holder, of_holder in stakes.items():
        for held in of_holder:
            holders.setdefault(held, {})[holder] = None
    return Holdings(
        company,
        parties,
        tuple(every),
        stakes,
        {
            holder: {held: stake for held, stake in of_holder.items() if stake.is_a_part}
            for holder, of_holder in stakes.items()
        },
        {held: tuple(by) for held, by in holders.items()},
    )


def _stakes(company: str, every: Sequence[Holding]) -> Stakes:
    stakes: dict[str, dict[str, Stake]] = {}
    for holding in every:
        if not holding.ended:
            of_holder = stakes.setdefault(holding.holder, {})
            before = of_holder.get(holding.held)
            of_holder[holding.held] = before + holding.stake if before else holding.stake
    owning = {company, *(holding.holder for holding in every)}
    for holding in every:
        if holding.held not in owning:  # what it has of the company is anybody's guess
            stakes[holding.held] = {company: Stake(direct=ANYTHING)}
    return stakes


def _party_key(case: CaseFile, owner_id: str, owner: BeneficialOwnerData) -> str:
    return case.person_of_owner.get(owner_id) or owner.party or owner_id


def _is_the_company(case: CaseFile, owner: BeneficialOwnerData) -> bool:
    """Whether an owner is the company of the case itself: a circle has come back to where it began."""
    entity, profile = owner.entity_details, case.profile
    if entity is None or profile is None:
        return False
    return (
        (entity.lei is not None and entity.lei == profile.lei)
        or (
            entity.registration_number is not None
            and entity.registration_number == profile.registration_number
            and entity.country == profile.country_of_incorporation
        )
        or (owner.party is not None and owner.party == case.client_id)
    )
