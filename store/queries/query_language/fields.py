"""The fields and orders of the query language, as data: `FIELDS` and `SORTS`. A new one is a line there.

A condition is SQL over `cases AS c` with its parameters bound in order.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from string import ascii_lowercase, ascii_uppercase
from typing import Final, NamedTuple

from store.clock import stamp
from store.domain.statuses import CLOSED, CaseStatus, RiskLevel, TraitementType
from store.sqlite.conditions import WAITS

Parameter = str | int

NO_DATE: Final = "'~'"
"""A text that sorts behind every date, and behind every name in letters or digits."""

DUE: Final = f"coalesce(c.due_date, {NO_DATE} || c.created_at)"
"""The due date; cases without one come last, the oldest of them first."""


class Condition(NamedTuple):
    """A part of a WHERE clause. `found` is a SELECT with the same parameters that gives a row for each case that fits,
    read off an index. It tells whether they are few or many."""

    sql: str
    parameters: tuple[Parameter, ...] = ()
    found: str = ""


class Asker(NamedTuple):
    """The person who asks, and the time, in their time zone: the meaning of `me` and `<7d`."""

    person: str
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()


class BadValue(Exception):
    """A value that a field does not take. `str()` tells which values it takes, and follows the name of the field."""


Read = Callable[[str, Asker], Condition]


class Field(NamedTuple):
    """`values` are offered for completion. `source` is a query that lists further values, which are in the database.
    The cases of an `indexed` field are found without a look at every case."""

    meaning: str
    read: Read
    values: tuple[str, ...] = ()
    source: str = ""
    indexed: bool = False


def _choice(column: str, choices: Mapping[str, tuple[str, ...]], *, none: bool = False) -> Read:
    """One of a few names, each of which stands for some values of a column. The beginning of only one is enough."""

    def read(value: str, _: Asker) -> Condition:
        wanted = value.lower().replace("-", "_").replace(" ", "_")
        if none and wanted == "none":
            return Condition(f"{column} IS NULL")
        fitting = [choices[wanted]] if wanted in choices else [v for k, v in choices.items() if k.startswith(wanted)]
        if not wanted or len(set(fitting)) != 1:
            raise BadValue(f"is {_either([*choices, 'none'] if none else choices)}")
        return Condition(f"{column} IN ({', '.join('?' * len(fitting[0]))})", fitting[0])

    return read


def _text(column: str) -> Read:
    """A text, whatever its capitals from A to Z. With `*` at the end it is a beginning. `column` is `lower(…)`."""

    def read(value: str, _: Asker) -> Condition:
        wanted = value.translate(_SMALL)
        return Condition(f"{column} IS NULL") if wanted == "none" else _is_or_begins(column, wanted)

    return read


_SMALL: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
"""The small letters that SQLite's `lower` makes. Other letters stay as they are."""


def _is_or_begins(column: str, wanted: str) -> Condition:
    if wanted.endswith("*"):
        return Condition(f"{column} >= ? AND {column} < ?", (wanted[:-1], f"{wanted[:-1]}{_BEHIND_ALL}"))
    return Condition(f"{column} = ?", (wanted,))


_BEHIND_ALL: Final = "\U0010ffff"


def _person(column: str) -> Read:
    """A person by name. `me` is the person who asks."""
    named = _text(column)

    def read(value: str, asker: Asker) -> Condition:
        return named(asker.person if value.lower() == "me" else value, asker)

    return read


def _tag(value: str, _: Asker) -> Condition:
    if value.lower() == "none":
        return Condition("c.case_id NOT IN (SELECT case_id FROM tags)")
    return _among("SELECT case_id FROM tags WHERE tag = ?", value.lower())


def _country(value: str, _: Asker) -> Condition:
    if not re.fullmatch(r"[A-Za-z]{2}", value):
        raise BadValue("is a country code of two letters, like fr")
    of_company = "SELECT case_id FROM companies WHERE country_of_incorporation = ?"
    of_person = "SELECT case_id FROM persons WHERE {} = ?"
    both = (of_company, of_person.format("nationality"), of_person.format("country_of_residence"))
    return _among(" UNION ALL ".join(both), *[value.upper()] * 3)


def _among(cases: str, *parameters: Parameter) -> Condition:
    return Condition(f"c.case_id IN ({cases})", parameters, cases)


def _needed_document(value: str, _: Asker) -> Condition:
    of_type = _is_or_begins("document_type", value.upper().replace("-", "_").replace(" ", "_"))
    return _among(f"SELECT case_id FROM required_documents WHERE {WAITS} AND {of_type.sql}", *of_type.parameters)


def _each(expression: str, table: str, condition: str = "true") -> str:
    """A query for every value once, in small letters. It goes from one value to the next in an index, because SQLite
    reads every row for a DISTINCT."""
    next_one = f"SELECT {expression} AS value FROM {table} WHERE {condition} AND {expression} > {{}} ORDER BY 1 LIMIT 1"
    return f"""
        WITH RECURSIVE each(value) AS (
            SELECT * FROM ({next_one.format("''")})
            UNION ALL
            SELECT ({next_one.format("each.value")}) FROM each WHERE each.value IS NOT NULL
        )
        SELECT lower(value) FROM each WHERE value IS NOT NULL
    """


# There is no index for it. Only the newest cases are read, whose types are the ones in use.
_CASE_TYPES: Final = (
    "SELECT DISTINCT lower(case_type) FROM (SELECT case_type FROM cases ORDER BY created_at DESC LIMIT 10000)"
)
_COUNTRIES: Final = " UNION ".join(
    f"SELECT * FROM ({_each(column, table)})"
    for table, column in (
        ("companies", "country_of_incorporation"),
        ("persons", "nationality"),
        ("persons", "country_of_residence"),
    )
)

_DOCUMENTS: Final[Mapping[str, str]] = {
    "missing": "c.documents_done < c.documents_required",
    "done": "c.documents_done = c.documents_required",
    "rejected": "c.documents_rejected > 0",
    "uploaded": "c.documents_uploaded > 0",
}


_IS: Final[Mapping[str, str]] = {"pinned": "c.pinned"}


def _is(value: str, _: Asker) -> Condition:
    if value.lower() not in _IS:
        raise BadValue(f"is {_either(_IS)}")
    return Condition(_IS[value.lower()])


def _documents(value: str, _: Asker) -> Condition:
    if value.lower() not in _DOCUMENTS:
        raise BadValue(f"is {_either(_DOCUMENTS)}")
    return Condition(_DOCUMENTS[value.lower()])


_UNITS: Final[Mapping[str, timedelta]] = {
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
_SPAN: Final = re.compile(r"(<=|>=|<|>|)(\d{1,3})([hdwy])")
_DAY: Final = re.compile(r"(<=|>=|<|>|)(\d{4}(?:-\d{2}(?:-\d{2})?)?)")
_BETWEEN: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
_TIMES: Final = "like <7d or >2w (units h, d, w, y), today, 2026-11-30, <2026-11-30, 2026-11 or 2026-11-01..2026-11-30"


def _day_ahead(column: str) -> Read:
    """A date that lies ahead: `<7d` is within the next seven days or before, `>7d` is later.

    `column` is an expression that is behind every date where there is none.
    """

    def read(value: str, asker: Asker) -> Condition:
        value = "0d" if value.lower() == "today" else value.lower()
        if value in ("none", "any"):
            return Condition(f"{column} {'>=' if value == 'none' else '<'} {NO_DATE}")
        if match := _SPAN.fullmatch(value):
            day = asker.today + _UNITS[match[3]] * int(match[2])
            condition = Condition(f"{column} {match[1] or '='} ?", (day.isoformat(),))
        else:
            comparison, first, last = _days(value, "none, any, ")
            condition = _within(column, comparison, first.isoformat(), (last + timedelta(days=1)).isoformat())
        return condition._replace(sql=f"{condition.sql} AND {column} < {NO_DATE}")

    return read


def _moment_behind(column: str) -> Read:
    """A time that lies behind: `<7d` is in the last seven days, `>7d` is longer ago. Days are in the asker's zone."""

    def read(value: str, asker: Asker) -> Condition:
        value = asker.today.isoformat() if value.lower() == "today" else value.lower()
        if match := _SPAN.fullmatch(value):
            turned = {"": ">=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}[match[1]]  # longer ago is earlier
            return Condition(f"{column} {turned} ?", (stamp(asker.now - _UNITS[match[3]] * int(match[2])),))
        comparison, first, last = _days(value, "")
        zone = asker.now.tzinfo
        begin = stamp(datetime.combine(first, time(), zone))
        end = stamp(datetime.combine(last + timedelta(days=1), time(), zone))
        return _within(column, comparison, begin, end)

    return read


def _within(column: str, comparison: str, begin: str, end: str) -> Condition:
    """Against a span of time from `begin` up to, and without, `end`."""
    match comparison:
        case "<":
            return Condition(f"{column} < ?", (begin,))
        case "<=":
            return Condition(f"{column} < ?", (end,))
        case ">":
            return Condition(f"{column} >= ?", (end,))
        case ">=":
            return Condition(f"{column} >= ?", (begin,))
    return Condition(f"{column} >= ? AND {column} < ?", (begin, end))


def _days(value: str, others: str) -> tuple[str, date, date]:
    """The comparison, and the first and last day of a day, month, year or span of days."""
    try:
        if match := _BETWEEN.fullmatch(value):
            return "", date.fromisoformat(match[1]), date.fromisoformat(match[2])
        if match := _DAY.fullmatch(value):
            year, month, day = (int(part) for part in [*match[2].split("-"), "0", "0"][:3])
            first = date(year, month or 1, day or 1)
            if day:
                return match[1], first, first
            after = date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1)
            return match[1], first, after - timedelta(days=1)
    except ValueError as error:
        raise BadValue(f"is no date that exists: ‘{value}’") from error
    raise BadValue(f"is {others}or a time {_TIMES}")


def _either(options: Mapping[str, object] | list[str]) -> str:
    *others, last = options
    return f"{', '.join(others)} or {last}" if others else str(last)


_STATUSES: Final[Mapping[str, tuple[str, ...]]] = {
    "open": (CaseStatus.OPEN,),
    "waiting": (CaseStatus.AWAITING_CLIENT,),
    "awaiting_client": (CaseStatus.AWAITING_CLIENT,),
    "pending": (CaseStatus.PENDING_APPROVAL,),
    "pending_approval": (CaseStatus.PENDING_APPROVAL,),
    "approved": (CaseStatus.APPROVED,),
    "rejected": (CaseStatus.REJECTED,),
    "withdrawn": (CaseStatus.WITHDRAWN,),
    "active": tuple(status for status in CaseStatus if status not in CLOSED),
    "closed": tuple(status for status in CaseStatus if status in CLOSED),
    "decided": (CaseStatus.APPROVED, CaseStatus.REJECTED),
}

FIELDS: Final[Mapping[str, Field]] = {
    "type": Field(
        "a person (kyc) or a company (kyb)",
        _choice("c.traitement_type", {each.lower(): (each,) for each in TraitementType}),
        ("kyc", "kyb"),
    ),
    "case": Field("the case type", _text("lower(c.case_type)"), source=_CASE_TYPES),
    "status": Field("where the case stands", _choice("c.status", _STATUSES), tuple(_STATUSES), indexed=True),
    "assignee": Field(
        "who has it",
        _person("lower(c.assignee)"),
        ("me", "none"),
        _each("lower(assignee)", "cases"),
        indexed=True,
    ),
    "risk": Field(
        "as it was rated",
        _choice("c.risk", {each.lower(): (each,) for each in RiskLevel}, none=True),
        ("low", "medium", "high", "none"),
    ),
    "due": Field("by when it is to be decided", _day_ahead(DUE), ("<7d", "today", "none", "any")),
    "review": Field(
        "when it is to be reviewed next", _day_ahead(f"coalesce(c.next_review_on, {NO_DATE})"), ("<90d", "any")
    ),
    "created": Field("when it was opened", _moment_behind("c.created_at"), ("<7d", ">30d", "today")),
    "updated": Field("when it last changed", _moment_behind("c.updated_at"), ("<7d", ">30d", "today")),
    "decided": Field(
        "when it was last decided", _moment_behind("c.decided_at"), ("<7d", ">30d", "today"), indexed=True
    ),
    "by": Field("who changed it last", _person("lower(c.updated_by)"), ("me",)),
    "doc": Field("how its documents stand", _documents, tuple(_DOCUMENTS)),
    "needs": Field(
        "a document that it still needs",
        _needed_document,
        source=_each("document_type", "required_documents", WAITS),
        indexed=True,
    ),
    "proposed": Field("who proposed the decision that waits", _person("lower(c.proposed_by)"), ("me",)),
    "tag": Field("a tag", _tag, ("none",), _each("tag", "tags"), indexed=True),
    "country": Field(
        "of the company, or of a person",
        _country,
        source=_COUNTRIES,
        indexed=True,
    ),
    "is": Field("what holds of it", _is, tuple(_IS)),
    "client": Field("the client’s number; * at the end for what begins so", _text("lower(c.client_id)"), indexed=True),
}
"""Each field by the name that is written before the colon."""

OVERDUE: Final = "overdue"
"""A word that is not searched for: it stands for the cases whose due date has passed and that are not closed."""


def overdue(asker: Asker) -> Condition:
    active = _STATUSES["active"]
    return Condition(f"{DUE} < ? AND c.status IN ({', '.join('?' * len(active))})", (asker.today.isoformat(), *active))


class Sort(NamedTuple):
    """An order of the queue: by an expression that is never NULL, then by case id. `read_off` is its index, if any."""

    name: str
    expression: str
    read_off: str = ""
    descending: bool = False


SORTS: Final[Mapping[str, Sort]] = {
    sort.name: sort
    for sort in (
        Sort("created", "c.created_at", "cases_by_age"),
        Sort("updated", "c.updated_at", "cases_by_change"),
        Sort("due", DUE, "cases_by_due_date"),
        Sort("name", "lower(c.name)", "cases_by_name"),
        Sort("reference", "c.reference", "cases_by_reference"),
        Sort("client", "lower(c.client_id)", "cases_by_client"),
        Sort("type", "c.traitement_type"),
        Sort("case", "c.case_type"),
        Sort("status", "c.status"),
        Sort("assignee", f"coalesce(lower(c.assignee), {NO_DATE})"),
        Sort("risk", "CASE c.risk WHEN 'HIGH' THEN 0 WHEN 'MEDIUM' THEN 1 WHEN 'LOW' THEN 2 ELSE 3 END"),
        Sort("documents", "c.documents_required - c.documents_done"),
        Sort("tag", f"coalesce((SELECT min(tag) FROM tags WHERE case_id = c.case_id), {NO_DATE})"),
        Sort("by", "lower(c.updated_by)"),
        Sort("review", f"coalesce(c.next_review_on, {NO_DATE})"),
        Sort("decided", f"coalesce(c.decided_at, {NO_DATE})"),
    )
}
"""The orders of `sort:`. A `-` before the name reverses one. The riskiest cases come first."""
