"""Entities of FollowTheMoney, one a line: `{"id", "schema", "properties": {name: [values]}}`.

As OpenSanctions publishes them with the sanctions of an entity within it (`targets.nested.json`) or apart
(`entities.ftm.json`). Those that stand apart are passed over: what they add is the programme, to be read only.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from store.domain.statuses import CheckKind
from store.intake.records import Broken, read_records
from store.intake.sniffing import Unreadable
from store.screening.entries import Entry, Listed, Outcome, PassedOver, Unread, country_codes, shown, texts
from store.screening.simple_csv import NATURES
from store.validation import echo, explain

TOPICS: Final[Mapping[str, CheckKind]] = {
    "sanction": CheckKind.SANCTIONS,
    "sanction.linked": CheckKind.SANCTIONS,
    "sanction.counter": CheckKind.SANCTIONS,
    "role.pep": CheckKind.PEP,
    "role.rca": CheckKind.PEP,
}
"""What an entity is listed for, by its topic; `role.rca` are relatives and close associates."""

_COUNTRIES: Final = ("nationality", "citizenship", "country", "jurisdiction", "mainCountry", "birthCountry")
_IDENTIFIERS: Final = (
    "leiCode",
    "registrationNumber",
    "taxNumber",
    "vatCode",
    "innCode",
    "ogrnCode",
    "uscCode",
    "dunsCode",
    "swiftBic",
    "idNumber",
    "passportNumber",
    "licenseNumber",
    "cikCode",
    "irsCode",
)


class Entity(BaseModel):
    """What is read of an entity; what it is besides is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1)
    schema_: str = Field(alias="schema")
    properties: dict[str, list[Any]]
    caption: str | None = None
    datasets: tuple[str, ...] = ()
    target: bool | None = None

    def values(self, *properties: str) -> Iterator[str]:
        """The texts of these properties; entities within them are not texts."""
        for name in properties:
            yield from (value for value in self.properties.get(name, ()) if isinstance(value, str))

    def within(self, name: str) -> Iterator[Mapping[str, Any]]:
        """The properties of the entities within a property, where the file nests them. What these hold is unchecked."""
        for value in self.properties.get(name, ()):
            if isinstance(value, dict) and isinstance(value.get("properties"), dict):
                yield value["properties"]


def read_followthemoney(path: Path, kind: CheckKind | None) -> Iterator[Outcome]:
    """The entities of a file that can be parties, for the checks that their topics name.

    An entity without a topic is for checks of `kind` (SANCTIONS unless given); so is one with other topics, but only if
    `kind` is given. Raises `Unreadable`.
    """
    for number, record in enumerate(read_records(path)):
        if isinstance(record, Broken):
            yield Unread(record.where, record.reason, record.done)
            continue
        value = record.value
        if number == 0 and not (isinstance(value, dict) and "schema" in value and "properties" in value):
            raise Unreadable("it is JSON, but not of FollowTheMoney: its records have no schema and properties")
        try:
            entity = Entity.model_validate(value)
        except ValidationError as error:
            yield Unread(record.where, explain(error, Entity), record.done)
            continue
        yield _outcome(entity, record.where, kind, record.done)


def _outcome(entity: Entity, where: str, kind: CheckKind | None, done: int) -> Outcome:
    nature = NATURES.get(entity.schema_)
    if nature is None:
        return PassedOver(f"of schema {echo(entity.schema_)}", done)
    checks = _checks(entity, kind)
    if not checks:
        return PassedOver("neither sanctioned nor politically exposed", done)
    caption = entity.caption or next(entity.values("name"), "") or " ".join(entity.values("firstName", "lastName"))
    entry_id, name = shown(entity.id), shown(caption)
    if not entry_id or not name:
        return Unread(where, f"it has no {'name' if entry_id else 'id'}", done)
    sanctions = list(entity.within("sanctions"))
    entry = Entry(
        entry_id=entry_id,
        nature=nature,
        checks=checks,
        name=name,
        aliases=texts(alias for alias in entity.values("name", "alias", "previousName") if shown(alias) != name),
        weak_aliases=texts(entity.values("weakAlias")),
        birth_dates=texts(entity.values("birthDate")),
        countries=country_codes(entity.values(*_COUNTRIES)),
        identifiers=texts(entity.values(*_IDENTIFIERS)),
        programmes=texts((*entity.values("program", "programId"), *_all(sanctions, "program"))),
        addresses=texts((*entity.values("address"), *_all(entity.within("addressEntity"), "full"))),
        topics=texts(entity.values("topics")),
        datasets=texts(entity.datasets),
    )
    return Listed(where, entry, done)


def _checks(entity: Entity, kind: CheckKind | None) -> tuple[str, ...]:
    topics = set(entity.values("topics"))
    if found := {TOPICS[topic].value for topic in topics if topic in TOPICS}:
        return tuple(sorted(found))
    if kind is not None:
        return (kind.value,)
    return () if topics or entity.target is False else (CheckKind.SANCTIONS.value,)


def _all(nested: Iterable[Mapping[str, Any]], name: str) -> Iterator[str]:
    for properties in nested:
        values = properties.get(name)
        yield from (value for value in (values if isinstance(values, list) else ()) if isinstance(value, str))
