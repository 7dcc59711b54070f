"""From a query to what the queue reads: a WHERE clause with its parameters, and an order."""

from difflib import get_close_matches
from typing import Final, NamedTuple

from store.domain.names import folded_words
from store.queries.query_language.fields import (
    FIELDS,
    OVERDUE,
    SORTS,
    Asker,
    BadValue,
    Condition,
    Parameter,
    Sort,
    overdue,
)
from store.queries.query_language.syntax import NotAQuery, Term, terms

FIRST_COME: Final = SORTS["created"]
"""The oldest case first: nobody waits for ever."""


class Words(NamedTuple):
    """A word or phrase to search for, as tokens; what begins with the last one is meant too, unless it was quoted."""

    tokens: tuple[str, ...]
    whole: bool = False


class Selection(NamedTuple):
    """The cases that a query means, in its order. `conditions` all hold, and so do all `words`."""

    conditions: tuple[Condition, ...] = ()
    words: tuple[Words, ...] = ()
    sort: Sort = FIRST_COME

    @property
    def is_everything(self) -> bool:
        return not (self.conditions or self.words)


EVERYTHING: Final = Selection()


def select(text: str, asker: Asker) -> Selection:
    """The selection that a query means. Raises `NotAQuery`, which says what can't be read, and where."""
    conditions: list[Condition] = []
    words: list[Words] = []
    sort = FIRST_COME
    for term in terms(text):
        if term.field == "sort":
            sort = _sort(term)
        elif term.field:
            conditions.append(_condition(term, asker))
        elif term.values == (OVERDUE,):
            conditions.append(_negated(overdue(asker)) if term.negated else overdue(asker))
        elif tokens := tuple(folded_words(term.values[0])):
            sought = Words(tokens, whole=text[term.end - 1] == '"')
            if term.negated:
                conditions.append(_negated(holds_words(sought)))
            else:
                words.append(sought)
    return Selection(tuple(conditions), tuple(words), sort)


def found_by_words(words: tuple[Words, ...]) -> Condition:
    """That a case holds all these words, by the full-text index."""
    return Condition(
        "c.case_id IN (SELECT d.case_id FROM search_index AS i JOIN search_documents AS d ON d.document_id = i.rowid"
        " WHERE search_index MATCH ?)",
        (_full_text_query(words),),
        "SELECT rowid FROM search_index WHERE search_index MATCH ?",
    )


def holds_words(words: Words) -> Condition:
    """That a case holds these words, by a look at its own: for cases that are looked at one by one."""
    pattern = " ".join(words.tokens)
    pattern = f"% {pattern} %" if words.whole else f"% {pattern}%"
    return Condition(
        "EXISTS (SELECT 1 FROM search_documents AS d WHERE d.case_id = c.case_id AND ' ' || d.words || ' ' LIKE ?)",
        (pattern,),
    )


def _full_text_query(words: tuple[Words, ...]) -> str:
    """The same words for FTS5: each a phrase of tokens, which hold letters and digits only."""
    return " AND ".join(f'"{" ".join(each.tokens)}"{"" if each.whole else "*"}' for each in words)


def _condition(term: Term, asker: Asker) -> Condition:
    field = FIELDS.get(term.field)
    if field is None:
        close = get_close_matches(term.field, [*FIELDS, "sort"], n=1)
        hint = f"did you mean {close[0]}:?" if close else f"there are {', '.join(FIELDS)} and sort."
        raise NotAQuery(f"There is no field {term.field}: {hint}", term.start, term.end)
    try:
        alternatives = [field.read(value, asker) for value in term.values]
    except BadValue as bad:
        raise NotAQuery(f"{term.field} {bad}.", term.start, term.end) from bad
    parameters: tuple[Parameter, ...] = sum((each.parameters for each in alternatives), ())
    either = Condition(f"({' OR '.join(each.sql for each in alternatives)})", parameters)
    if term.negated:
        return _negated(either)
    found = (each.found or f"SELECT c.case_id FROM cases AS c WHERE {each.sql}" for each in alternatives)
    return either._replace(found=" UNION ALL ".join(found)) if field.indexed else either


def _negated(condition: Condition) -> Condition:
    return Condition(f"({condition.sql}) IS NOT TRUE", condition.parameters)


def _sort(term: Term) -> Sort:
    name = term.values[0].lower()
    descending = name.startswith("-") != term.negated
    name = name.removeprefix("-")
    if len(term.values) > 1 or name not in SORTS:
        raise NotAQuery(f"sort is {', '.join(SORTS)}, with - before it for the other way round.", term.start, term.end)
    return SORTS[name]._replace(descending=descending)


def with_sort(text: str, name: str, *, descending: bool) -> str:
    """The query in another order; the usual one is left unsaid."""
    usual = name == FIRST_COME.name and not descending
    return " ".join(filter(None, [in_any_order(text), "" if usual else f"sort:{'-' * descending}{name}"]))


def in_any_order(text: str) -> str:
    """The query without what it says of the order."""
    kept = text
    for term in reversed([term for term in terms(text) if term.field == "sort"]):
        kept = kept[: term.start].rstrip() + " " + kept[term.end :].lstrip()
    return kept.strip()
