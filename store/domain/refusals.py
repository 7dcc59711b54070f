"""The domain's no: a code for programs and a sentence for people, and the refusals that several commands give."""

from collections.abc import Iterable


class Refusal(Exception):
    """A command that does not hold. Nothing was changed.

    `code` is stable and documented in docs/commands.md; `sentence` says what, where and what to do.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def unknown_case(which: str) -> Refusal:
    return Refusal("unknown_case", f"There is no case {which}: `caseworker cases` lists them all.")


def unknown_document(document_requirement_id: str) -> Refusal:
    return Refusal(
        "unknown_document",
        f"There is no document requirement {document_requirement_id}: `caseworker show CASE --json` lists a case's.",
    )


def stale(what: str, now: str, seen: str) -> Refusal:
    return Refusal(
        "stale", f"{capitalised(what)} is {now} now, not {seen} as you saw it: look at the case again, then decide."
    )


def changed_since(what: str) -> Refusal:
    return Refusal("stale", f"{capitalised(what)} has changed since you saw it: look at the case again, then decide.")


def either(options: Iterable[object]) -> str:
    """`A, B or C`."""
    *others, last = [str(option) for option in options]
    return f"{', '.join(others)} or {last}" if others else last


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
