"""What people put on a case to find their way: tags, notes, and a pin."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from store.domain.case_file import CaseFile
from store.domain.identifiers import derive_id
from store.domain.operation import Context, NewEvent, OfCase, Payload, Undo
from store.domain.refusals import Code, Refusal
from store.domain.statuses import ANY
from store.domain.values import Prose, form

__all__ = [
    "AddNote",
    "CasePinned",
    "CaseTagged",
    "CaseUnpinned",
    "CaseUntagged",
    "NoteAdded",
    "PinCase",
    "TagCase",
    "UnpinCase",
    "UntagCase",
]

Tag = Annotated[
    str,
    form(
        r"^[a-z0-9][a-z0-9_.-]*$",
        "small letters, digits, ‘_’, ‘-’ and ‘.’, beginning with a letter or digit",
        max_length=40,
    ),
]
"""A word to find cases by: small letters, digits, `-`, `_` and `.`."""


class TagCase(OfCase):
    statuses: ClassVar = ANY

    tag: Tag

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        if self.tag in case.tags:
            raise Refusal(Code.NOTHING_CHANGES, f"The case has the tag {self.tag} already.")
        yield NewEvent(case.case_id, CaseTagged(case_id=case.case_id, tag=self.tag))


class CaseTagged(Payload):
    tag: str

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case._replace(tags=case.tags | {self.tag})

    def sentence(self) -> str:
        return f"tagged the case {self.tag}"

    def way_back(self, before: CaseFile) -> Undo:
        return Undo(UntagCase(case_id=self.case_id, tag=self.tag))


class UntagCase(OfCase):
    statuses: ClassVar = ANY

    tag: Tag

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        if self.tag not in case.tags:
            raise Refusal(Code.NOTHING_CHANGES, f"The case does not have the tag {self.tag}.")
        yield NewEvent(case.case_id, CaseUntagged(case_id=case.case_id, tag=self.tag))


class CaseUntagged(Payload):
    tag: str

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case._replace(tags=case.tags - {self.tag})

    def sentence(self) -> str:
        return f"took the tag {self.tag} away"

    def way_back(self, before: CaseFile) -> Undo:
        return Undo(TagCase(case_id=self.case_id, tag=self.tag))


class AddNote(OfCase):
    statuses: ClassVar = ANY

    text: Prose

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        note_id = derive_id(context.command_id, "note")
        yield NewEvent(case.case_id, NoteAdded(case_id=case.case_id, note_id=note_id, text=self.text))


class NoteAdded(Payload):
    note_id: str
    text: str

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case

    def sentence(self) -> str:
        return f"noted: {' '.join(self.text.split())}"

    def way_back(self, before: CaseFile) -> str:
        return "A note stays as it was written: add another that puts it right."


class PinCase(OfCase):
    """Mark the case so that everybody sees it at once. Its place in the queue stays as it is."""

    statuses: ClassVar = ANY

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        if case.pinned:
            raise Refusal(Code.NOTHING_CHANGES, "The case is pinned already.")
        yield NewEvent(case.case_id, CasePinned(case_id=case.case_id))


class CasePinned(Payload):
    def applied_to(self, case: CaseFile) -> CaseFile:
        return case._replace(pinned=True)

    def sentence(self) -> str:
        return "pinned the case"

    def way_back(self, before: CaseFile) -> Undo:
        return Undo(UnpinCase(case_id=self.case_id))


class UnpinCase(OfCase):
    statuses: ClassVar = ANY

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        if not case.pinned:
            raise Refusal(Code.NOTHING_CHANGES, "The case is not pinned.")
        yield NewEvent(case.case_id, CaseUnpinned(case_id=case.case_id))


class CaseUnpinned(Payload):
    def applied_to(self, case: CaseFile) -> CaseFile:
        return case._replace(pinned=False)

    def sentence(self) -> str:
        return "took the pin off the case"

    def way_back(self, before: CaseFile) -> Undo:
        return Undo(PinCase(case_id=self.case_id))
