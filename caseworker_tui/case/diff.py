"""What is other in a text than it was before."""

from difflib import SequenceMatcher

from textual.content import Content

from caseworker_tui.case.blocks import joined


def diff(before: Content, after: Content) -> Content:
    """`after` with a margin: + marks the lines that `before` lacks, - the lines of `before` that are gone."""
    old, new = (text.split("\n", allow_blank=True) for text in (before, after))
    lines: list[Content] = []
    steps = SequenceMatcher(None, [line.plain for line in old], [line.plain for line in new], autojunk=False)
    for step, gone_from, gone_to, come_from, come_to in steps.get_opcodes():
        come = new[come_from:come_to]
        if step == "equal":
            lines += [Content.assemble("  ", line) for line in come]
        else:
            gone = [line for line in old[gone_from:gone_to] if line.plain]
            lines += [Content.assemble(("- ", "$text-error"), line).stylize("dim") for line in gone]
            lines += [Content.assemble(("+ ", "bold $text-success"), line) if line.plain else line for line in come]
    return joined(*lines)


def above_first_difference(text: Content) -> Content | None:
    """The lines above the first mark of a marked text, None if there is no mark."""
    lines = text.split("\n", allow_blank=True)
    marks = (number for number, line in enumerate(lines) if line.plain.startswith(("+", "-")))
    first = next(marks, None)
    return None if first is None else joined(*lines[:first])
