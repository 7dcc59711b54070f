"""From text to terms. Nothing is known here of cases: what fields there are is a matter of `fields`."""

import re
from typing import Final, NamedTuple

LONGEST: Final = 1_000
"""In characters: more is no query but something else, pasted by mistake."""


class NotAQuery(Exception):
    """A text that can't be read as a query. `str()` is a sentence; `start` and `end` are where in the text it fails."""

    def __init__(self, sentence: str, start: int, end: int) -> None:
        super().__init__(sentence)
        self.start = start
        self.end = end


class Term(NamedTuple):
    """One condition. `field` is empty for a word or phrase to search for; `values` are alternatives.

    `start` and `end` are the place of the whole term in the text.
    """

    field: str
    values: tuple[str, ...]
    negated: bool
    start: int
    end: int


_TERM: Final = re.compile(
    r"""
    (?P<minus>-?)
    (?:(?P<field>[A-Za-z_]+):(?P<values>(?:"[^"]*"?|[^\s"])*)
      |"(?P<phrase>[^"]*)(?P<closed>"?)
      |(?P<word>[^\s"]+))
    """,
    re.VERBOSE,
)
_VALUE: Final = re.compile(r'"((?:[^"]|"")*)"?|([^,"]+)')


def terms(text: str) -> list[Term]:
    """The terms of a query, in order. Raises `NotAQuery` for a quotation mark that is never closed, or none at all."""
    if len(text) > LONGEST:
        raise NotAQuery(f"A query has at most {LONGEST:,} characters.", LONGEST, len(text))
    found: list[Term] = []
    position = 0
    while match := _TERM.search(text, position):
        start, position = match.span()
        if text.count('"', start, position) % 2:
            raise NotAQuery("A quotation mark is not closed.", start, position)
        found.append(_term(match))
    return found


def _term(match: re.Match[str]) -> Term:
    start, end = match.span()
    negated = bool(match["minus"])
    if match["field"] is None:
        word = match["phrase"] if match["word"] is None else match["word"]
        if not word.strip():
            raise NotAQuery("There is nothing between the quotation marks.", start, end)
        return Term("", (word,), negated, start, end)
    values = tuple((quoted.replace('""', '"') or bare).strip() for quoted, bare in _VALUE.findall(match["values"]))
    values = tuple(value for value in values if value)
    if not values:
        raise NotAQuery(f"Say what {match['field']} is to be, after the colon.", start, end)
    return Term(match["field"].lower(), values, negated, start, end)


def quoted(value: str) -> str:
    """A value as it is written in a query: in quotation marks where it needs them, and those within it doubled."""
    if not re.search(r'[\s,"]', value):
        return value
    doubled = value.replace('"', '""')
    return f'"{doubled}"'
