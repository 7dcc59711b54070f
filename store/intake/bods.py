"""Statements of one file (BODS 0.4) to one KYB `CreateCase` for each entity that somebody owns.

- An entity that is the subject of a relationship, be it an ended one, is a case, and its interested parties are
  its owners. The owners of its owners belong to the same case with `held_in`, as far up as the file tells (see
  `Chains`). A company in between is a case of its own all the same.
- An arrangement (a trust, a nomination, a joint shareholding) or an unnamed entity that stands between a company
  and its owners is a case of its own only where no other case shows its owners.
- A malformed statement costs the cases that it belongs to, and no other: a case that silently lacks one of its
  owners would be worse than none. It belongs to the entity that it is on or about, with what stands in between; a
  case further down is opened without the owners of that entity, which it shows as not stated.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from store.domain.commands import CreateCase
from store.domain.identifiers import content_id
from store.domain.statuses import TraitementType
from store.domain.values import BeneficialOwnerData
from store.intake.bods_index import IN_BETWEEN, Index, Malformed, Tie
from store.intake.bods_statements import Entity
from store.intake.bods_values import company_profile, label, owner
from store.intake.outcomes import Opening, Refused
from store.validation import echo, explain

MOST_ABOVE: Final = 200
"""So many relationships above a company's owners belong to its case; whose owners would be more, it shows without."""


@dataclass(slots=True)
class Chains:
    """The owners of owners, of whom each is read once, however many cases they are in."""

    index: Index
    misread: frozenset[str] = frozenset()
    misread_subjects: frozenset[str] = frozenset()
    _owners: dict[str, list[tuple[Tie, BeneficialOwnerData]]] = field(default_factory=dict)

    def above(self, entity_id: str, ties: list[Tie]) -> list[tuple[Tie, BeneficialOwnerData]]:
        """What is above the owners of an entity, each once, circles or not."""
        found: list[tuple[Tie, BeneficialOwnerData]] = []
        to_visit = [tie.party for tie in ties]
        visited = {entity_id, *(tie.held_in for tie in ties)}
        for record_id in to_visit:
            if record_id is None or record_id in visited:
                continue
            visited.add(record_id)
            owners = self._owners_of(record_id)
            if len(found) + len(owners) <= MOST_ABOVE:
                found += owners
                to_visit += [tie.party for tie, _ in owners]
        return found

    def _owners_of(self, record_id: str) -> list[tuple[Tie, BeneficialOwnerData]]:
        """The owners of an entity; none if any of them can't be read, as a part of them would pass for all."""
        if record_id not in self._owners:
            statements = self.index.relationships.get(record_id, []) if self.index.entity(record_id) else []
            ties = [Tie(statement, record_id) for statement in statements]
            ids = {record_id, *(tie.statement.head.record_id for tie in ties), *(tie.party for tie in ties)}
            try:
                readable = record_id not in self.misread_subjects and not ids & self.misread
                self._owners[record_id] = [(tie, self._read(tie)) for tie in ties] if readable else []
            except ValueError:
                self._owners[record_id] = []
        return self._owners[record_id]

    def _read(self, tie: Tie) -> BeneficialOwnerData:
        """Whoever is stated to be a beneficial owner here is one of the company in between."""
        return _owner(self.index, tie).model_copy(update={"is_ubo": False})


def read_statements(index: Index) -> Iterator[Opening | Refused]:
    """What becomes of the BODS statements of one file: cases to open, then the statements that lead to none.

    The command id of a case derives from its publisher and its record id, which is unique with that publisher.
    """
    subjects = index.relationships.keys() | {each.subject for each in index.malformed if each.subject}
    explained: set[str] = set()
    chains = Chains(
        index,
        frozenset(each.record_id for each in index.malformed if each.record_id),
        frozenset(each.subject for each in index.malformed if each.subject),
    )
    for entity_id in _to_open(index, subjects):
        outcome, malformed = _case(index, chains, entity_id)
        explained |= {each.record.where for each in malformed}
        yield outcome
    yield from _unreadable(index, explained)
    yield from _without_company(index)
    yield from _unrelated(index, subjects)


def _to_open(index: Index, subjects: set[str]) -> Iterator[str]:
    """Companies first, then what stands in between where no company is in the file, the topmost last."""
    owning = index.owning()
    shown: set[str | None] = set()
    between: list[str] = []
    for record_id in index.parties:
        entity = index.entity(record_id)
        if entity is None or record_id not in subjects:
            continue
        if entity.entity_type.type in IN_BETWEEN:
            between.append(record_id)
        else:
            shown |= {tie.held_in for tie in index.ties(record_id)}
            yield record_id
    for record_id in sorted(between, key=owning.__contains__):
        if record_id not in shown:
            shown |= {record_id, *(tie.held_in for tie in index.ties(record_id))}
            yield record_id


def _case(index: Index, chains: Chains, entity_id: str) -> tuple[Opening | Refused, list[Malformed]]:
    """What becomes of an entity, and the malformed statements that are the reason if it is refused."""
    statement, entity = index.parties[entity_id], index.entity(entity_id)
    assert entity is not None  # chosen by _to_open
    ties = index.ties(entity_id)
    subjects = {entity_id, *(tie.held_in for tie in ties)}
    ids = subjects | {tie.statement.head.record_id for tie in ties} | {tie.party for tie in ties}
    malformed = [
        each
        for each in index.malformed
        if (each.record_id and each.record_id in ids) or (each.subject and each.subject in subjects)
    ]
    above = chains.above(entity_id, ties)
    name, where = label(entity_id, entity), statement.record.where
    records = index.records(entity_id, [tie for tie, _ in above])
    if malformed:
        reasons = "; ".join(f"{each.record.where}: {each.reason}" for each in malformed[:3])
        records += tuple(each.record for each in malformed)
        return Refused(where, f"{name} can't be a case: {reasons}", records), malformed
    publisher = statement.head.publisher
    try:
        command = CreateCase(
            client_id=entity_id,
            traitement_type=TraitementType.KYB,
            case_type="STANDARD",
            company_profile=company_profile(entity),
            beneficial_owners=(*(_owner(index, tie) for tie in ties), *(owner for _, owner in above)),
            source=", ".join(filter(None, (f"BODS record {entity_id}", publisher))),
        )
    except ValueError as error:
        return Refused(where, f"{name} can't be a case: {_why(error)}", records), []
    return Opening(where, content_id("bods", f"{publisher}\n{entity_id}"), command, name, records), []


def _owner(index: Index, tie: Tie) -> BeneficialOwnerData:
    statement = tie.statement
    try:
        return owner(statement.head, statement.details, index.details(tie.party), tie.held_in)
    except ValueError as error:
        raise ValueError(f"{statement.record.where}: {_why(error)}") from None


def _why(error: ValueError) -> str:
    return explain(error) if isinstance(error, ValidationError) else str(error)


def _unreadable(index: Index, explained: set[str]) -> Iterator[Refused]:
    """Malformed statements that cost no case, with what belongs to them."""
    for each in index.malformed:
        if each.record.where not in explained:
            belongings = index.records(each.record_id) if each.record_id else ()
            party = index.parties.get(each.party or "")
            yield Refused(
                each.record.where, each.reason, (each.record, *belongings, *([party.record] if party else []))
            )


def _without_company(index: Index) -> Iterator[Refused]:
    """Relationships of which the subject is not a company that could be a case, with their interested parties."""
    stray = [("is not named", statement) for statement in index.without_subject]
    unreadable = {each.record_id for each in index.malformed}
    for subject, statements in index.relationships.items():
        if subject not in unreadable and index.entity(subject) is None:
            state = "is a person" if subject in index.parties else "is not in this file"
            stray += [(f"{echo(subject)} {state}", statement) for statement in statements]
    for what, statement in stray:
        party = index.parties.get(statement.details.interested_party.record_id or "")
        yield Refused(
            statement.record.where,
            f"its subject {what}, so there is no company to open a case for",
            (statement.record, *([party.record] if party else [])),
        )


def _unrelated(index: Index, subjects: set[str]) -> Iterator[Refused]:
    """Entities and persons that no relationship names."""
    named = index.owning() | {each.party for each in index.malformed}
    for record_id, party in index.parties.items():
        if record_id in named or record_id in subjects:
            continue
        if isinstance(party.details, Entity):
            reason = f"nobody is stated to own {label(record_id, party.details)}, so there is no case to open"
        else:
            reason = f"the person {echo(record_id)} is not stated to own anything, so there is no case to open"
        yield Refused(party.record.where, reason, (party.record,))
