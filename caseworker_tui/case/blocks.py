"""The blocks that the text of a case is made of: headings and tables."""

from collections.abc import Iterator

from textual.content import Content

Lines = Iterator[Content]


def heading(text: str, *, first: bool = False) -> Lines:
    if not first:
        yield Content("")
    yield Content.assemble((text, "bold $primary"))


def table(*rows: tuple[str, str | None]) -> Lines:
    """A line for each label and value. A value of None is left out."""
    for name, value in rows:
        if value is not None:
            yield Content.assemble((f"{name:<13} ", "dim"), value)


def joined(*lines: Content) -> Content:
    return Content("\n").join(lines)
