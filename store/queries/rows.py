"""Typed rows: frozen data classes, whose fields are named like the columns that they are made of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, fields
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T", bound="DataclassInstance")

Convert = Callable[[Any], Any]


def names_of(row_type: "type[DataclassInstance]") -> tuple[str, ...]:
    """The names of the fields of a row, in their order."""
    return tuple(field.name for field in fields(row_type))


def fields_of(row: "DataclassInstance") -> dict[str, Any]:
    """The fields of a row by name. An enum is given as its text, which is turned into JSON much faster."""
    names, enums = _names(type(row))
    found = {name: getattr(row, name) for name in names}
    for name in enums:
        if (member := found[name]) is not None:
            found[name] = str(member)
    return found


def known(enum: type[E]) -> Callable[[Any], E]:
    """A function that gives the member of an enum by its value, and None for None.

    A value that is not in the enum was written by a newer version of caseworker. It stays a plain text, so that it can
    be read. A table whose keys are members is therefore asked with `get`.
    """
    return _Members({member.value: member for member in enum} | {None: None}).__getitem__


def maker(row_type: type[T], converted: Mapping[str, Convert] | None = None) -> Callable[[Iterable[Any]], T]:
    """A function that makes a row of what SQLite gives for its fields.

    A field that is typed as an enum or a bool becomes one. `converted` names what makes the values of other fields.
    """
    found = [(converted or {}).get(field.name) or _by_type(field) for field in fields(row_type)]
    conversions: Final = tuple((place, convert) for place, convert in enumerate(found) if convert)

    def made(values: Iterable[Any]) -> T:
        row = list(values)
        for place, convert in conversions:
            row[place] = convert(row[place])
        return row_type(*row)

    return made


class _Members(dict[Any, Any]):
    """Any other key stands for itself."""

    def __missing__(self, value: Any) -> Any:
        return value


def _by_type(field: "Field[Any]") -> Convert | None:
    if enum := _enum_of(field):
        return known(enum)
    return bool if field.type is bool else None


def _enum_of(field: "Field[Any]") -> type[StrEnum] | None:
    """The enum of a field that holds a member of one, or None."""
    types: tuple[Any, ...] = get_args(field.type) if isinstance(field.type, UnionType) else (field.type,)
    return next((each for each in types if isinstance(each, type) and issubclass(each, StrEnum)), None)


@cache
def _names(row_type: "type[DataclassInstance]") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of all fields of a row, and of those that hold a member of an enum."""
    return names_of(row_type), tuple(field.name for field in fields(row_type) if _enum_of(field))
