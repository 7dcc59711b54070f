"""The BODS statements of a file, by what they are on: the latest on each record, and those that can't be read."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from store.intake.bods_statements import VERSION, Entity, Head, Person, Relationship
from store.intake.records import Record
from store.validation import echo, explain

DetailsT = TypeVar("DetailsT", Entity | Person, Relationship)

IN_BETWEEN: Final = frozenset({"arrangement", "anonymousEntity", "unknownEntity"})
"""Entity types that stand between a company and its owners; the owners above them belong to the company's case."""


@dataclass(frozen=True, slots=True)
class Statement(Generic[DetailsT]):
    record: Record
    head: Head
    details: DetailsT


@dataclass(frozen=True, slots=True)
class Malformed:
    """A statement that can't be read, and what can still be told about where it belongs."""

    record: Record
    reason: str
    record_id: str | None
    subject: str | None
    party: str | None


@dataclass(frozen=True, slots=True)
class Tie:
    """A relationship, and the record above which it was found: None for the entity of the case."""

    statement: Statement[Relationship]
    held_in: str | None

    @property
    def party(self) -> str | None:
        return self.statement.details.interested_party.record_id


@dataclass(slots=True)
class Index:
    """`parties` by record id, in the order of the file, and `relationships` by the record id of their subject.

    Those of one subject are ordered by their own record ids, so that the same statements in another order, as
    registers publish them from one time to the next, make the same case.
    """

    parties: dict[str, Statement[Entity | Person]] = field(default_factory=dict)
    relationships: dict[str, list[Statement[Relationship]]] = field(default_factory=dict)
    without_subject: list[Statement[Relationship]] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)

    def entity(self, record_id: str | None) -> Entity | None:
        details = self.details(record_id)
        return details if isinstance(details, Entity) else None

    def details(self, record_id: str | None) -> Entity | Person | None:
        statement = self.parties.get(record_id or "")
        return statement.details if statement else None

    def owning(self) -> set[str | None]:
        """The records that a relationship names as interested party."""
        relationships = [*self.without_subject, *chain.from_iterable(self.relationships.values())]
        return {statement.details.interested_party.record_id for statement in relationships}

    def ties(self, entity_id: str) -> list[Tie]:
        """The relationships of an entity, then those above what stands in between, each once, cycles or not."""
        found: list[Tie] = []
        to_visit: list[tuple[str, str | None]] = [(entity_id, None)]
        visited = {entity_id}
        for record_id, held_in in to_visit:
            for statement in self.relationships.get(record_id, ()):
                tie = Tie(statement, held_in)
                found.append(tie)
                entity = self.entity(tie.party)
                if tie.party and tie.party not in visited and entity and entity.entity_type.type in IN_BETWEEN:
                    visited.add(tie.party)
                    to_visit.append((tie.party, tie.party))
        return found

    def records(self, entity_id: str, above: Iterable[Tie] = ()) -> tuple[Record, ...]:
        """All that belongs to an entity: its own statement, its ties, those above them, and their interested
        parties."""
        ties = [*self.ties(entity_id), *above]
        ids = dict.fromkeys((entity_id, *(tie.party for tie in ties)))
        parties = [self.parties[each].record for each in ids if each in self.parties]
        return (*parties, *(tie.statement.record for tie in ties))


@dataclass(slots=True)
class Reading:
    """The statements of a file, taken in one by one; `index` says what they say in the end.

    Of several on one record the latest counts: by statementDate, then by publicationDate, then by place in the
    file. What it supersedes is forgotten, wrong or not. Needs about 10 KB of memory for each record.
    """

    latest: dict[str, tuple[Head, Statement[Entity | Person] | Statement[Relationship] | Malformed]] = field(
        default_factory=dict
    )
    malformed: list[Malformed] = field(default_factory=list)

    def add(self, record: Record) -> None:
        if version := _other_version(record.value):
            reason = f"it is a statement of BODS {echo(version)}, and caseworker reads BODS {VERSION} only"
            self.malformed.append(_malformed(record, reason))
            return
        try:
            head = Head.model_validate(record.value)
        except ValidationError as error:
            self.malformed.append(_malformed(record, explain(error)))
            return
        earlier, _ = self.latest.get(head.record_id, (head, None))
        if mixed_up := _mixed_up(earlier, head):
            self.malformed.append(_malformed(record, mixed_up))
        elif head.made >= earlier.made:
            self.latest[head.record_id] = head, _statement(record, head)

    def index(self) -> Index:
        index = Index(malformed=list(self.malformed))
        for head, statement in self.latest.values():
            if isinstance(statement, Malformed):
                index.malformed.append(statement)
            elif isinstance(statement.details, Relationship):
                subject = statement.details.subject.record_id
                place = index.relationships.setdefault(subject, []) if subject else index.without_subject
                place.append(Statement(statement.record, head, statement.details))
            else:
                index.parties[head.record_id] = Statement(statement.record, head, statement.details)
        for relationships in index.relationships.values():
            relationships.sort(key=lambda each: each.head.record_id)
        return index


def _statement(record: Record, head: Head) -> Statement[Entity | Person] | Statement[Relationship] | Malformed:
    details = record.value.get("recordDetails")
    light = replace(record, value=None)
    try:
        match head.record_type:
            case "relationship":
                return Statement(light, head, Relationship.model_validate(details))
            case "entity":
                return Statement(light, head, Entity.model_validate(details))
            case "person":
                return Statement(light, head, Person.model_validate(details))
    except ValidationError as error:
        return _malformed(record, explain(error, within="recordDetails"))


def _other_version(value: dict[str, Any]) -> str | None:
    published = value.get("publicationDetails")
    version = published.get("bodsVersion") if isinstance(published, dict) else None
    return None if version in (None, VERSION) else str(version)


def _mixed_up(earlier: Head, head: Head) -> str | None:
    """Why two statements can't be on one record, although they name the same."""
    if earlier.record_type != head.record_type:
        return f"its recordId {echo(head.record_id)} is that of a record of type {earlier.record_type} as well"
    if earlier.publisher != head.publisher:
        return (
            f"its recordId {echo(head.record_id)} is used by two publishers, {echo(earlier.publisher)} and"
            f" {echo(head.publisher)}: import the statements of each from a file of their own"
        )
    return None


def _malformed(record: Record, reason: str) -> Malformed:
    def text(value: Any) -> str | None:
        return value.strip() if isinstance(value, str) else None

    details = record.value.get("recordDetails")
    details = details if isinstance(details, dict) else {}
    return Malformed(
        replace(record, value=None),
        reason,
        record_id=text(record.value.get("recordId")),
        subject=text(details.get("subject")),
        party=text(details.get("interestedParty")),
    )
