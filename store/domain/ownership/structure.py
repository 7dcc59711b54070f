"""All that follows from the owners of a case: the tree, who is a beneficial owner by the rule, and what is in doubt."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from store.domain.case_file import CaseFile, Confirmation
from store.domain.ownership.bands import OwnershipRule
from store.domain.ownership.control import control_by
from store.domain.ownership.doubts import Doubt, doubts_of, spoken_circle
from store.domain.ownership.holdings import Holdings, holdings_of
from store.domain.ownership.shares import Shares, effective_shares
from store.domain.ownership.stakes import is_official
from store.domain.ownership.tree import Branch, branches_of
from store.domain.statuses import Over
from store.domain.values import Candidate


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody who could be the senior managing official."""

    person_id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Ownership:
    """`candidates` are the natural persons among the owners, those who are over the threshold first."""

    rule: OwnershipRule
    branches: tuple[Branch, ...]
    candidates: tuple[Candidate, ...]
    officials: tuple[Official, ...]
    doubts: tuple[Doubt, ...]
    confirmation: Confirmation | None

    @property
    def proposed(self) -> tuple[Candidate, ...]:
        """Who certainly or possibly is a beneficial owner."""
        return tuple(candidate for candidate in self.candidates if candidate.over is not Over.NOT)

    def departs(self, confirmed: Collection[Candidate]) -> bool:
        """Whether it is a person's judgement that these and no others are the beneficial owners: the rules see it
        otherwise, or leave it open."""
        return {each.person_id: Over.CERTAINLY for each in confirmed} != _found(self.proposed)

    @property
    def outdated(self) -> bool:
        """Whether the rules find something else now than when a person confirmed."""
        then, now = self.confirmation, self.proposed
        return then is not None and _found(then.proposed) != _found(now)


def ownership_of(case: CaseFile, rule: OwnershipRule) -> Ownership | None:
    """None for a case without a company."""
    if case.company_id is None:
        return None
    holdings = holdings_of(case)
    shares = effective_shares(holdings, holdings.company)
    return Ownership(
        rule=rule,
        branches=branches_of(holdings, shares),
        candidates=_candidates(holdings, shares, rule),
        officials=officials_of(case),
        doubts=doubts_of(holdings, shares, rule),
        confirmation=case.confirmation,
    )


def circles_of(case: CaseFile) -> Iterator[str]:
    """Who holds one another, in words, without the rest."""
    holdings = holdings_of(case)
    for circle in effective_shares(holdings, holdings.company).circles:
        yield spoken_circle(holdings, circle)


def officials_of(case: CaseFile) -> tuple[Official, ...]:
    """The people with a role in the company, and owners who are stated to be its senior managing officials."""
    found: dict[str, Official] = {}
    for person_id, person in case.persons.items():
        if person.role_in_company:
            found[person_id] = Official(person_id, person.full_name, person.role_in_company)
    for owner_id, person_id in case.person_of_owner.items():
        owner = case.owners[owner_id]
        if is_official(owner) and owner.ended_on is None:
            found.setdefault(person_id, Official(person_id, owner.name, "senior managing official"))
    return tuple(found.values())


def _candidates(holdings: Holdings, shares: Shares, rule: OwnershipRule) -> tuple[Candidate, ...]:
    entries: dict[str, list[str]] = {}
    for holding in holdings.every:
        if holdings.is_person(holding.holder) and not holding.ended:
            entries.setdefault(holding.holder, []).append(holding.owner_id)
    control = control_by(holdings, rule)
    candidates = []
    for person_id, owner_ids in entries.items():
        part = shares.of(person_id)
        over, ways = control(person_id)
        candidates.append(
            Candidate(
                owner_ids=tuple(owner_ids),
                person_id=person_id,
                name=holdings.name(person_id),
                minimum=part.minimum,
                maximum=part.maximum,
                ownership=rule.over(part),
                control=over,
                reasons=ways,
            )
        )
    return tuple(sorted(candidates, key=_rank))


def _rank(candidate: Candidate) -> tuple[int, float, float, str, str]:
    place = list(Over).index(candidate.over)
    return place, -candidate.minimum, -candidate.maximum, candidate.name, candidate.person_id


def _found(candidates: tuple[Candidate, ...]) -> Mapping[str, Over]:
    return {candidate.person_id: candidate.over for candidate in candidates}
