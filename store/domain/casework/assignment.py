"""Who has a case, and by when it is to be decided."""

from collections.abc import Iterator
from typing import ClassVar

from store.domain.case_file import CaseFile
from store.domain.operation import Context, NewEvent, OfCase, Payload, Undo
from store.domain.refusals import Code, Refusal
from store.domain.statuses import ANY, CLOSED
from store.domain.values import Day, Text

__all__ = ["AssignCase", "CaseAssigned", "CaseUnassigned", "DueDateSet", "SetDueDate", "UnassignCase"]


class AssignCase(OfCase):
    statuses: ClassVar = ANY

    assignee: Text

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        if case.assignee == self.assignee:
            raise Refusal(Code.NOTHING_CHANGES, f"{self.assignee} has the case already.")
        assigned = CaseAssigned(case_id=case.case_id, assignee=self.assignee, previous=case.assignee)
        yield NewEvent(case.case_id, assigned)


class CaseAssigned(Payload):
    assignee: str
    previous: str | None = None

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case._replace(assignee=self.assignee)

    def sentence(self) -> str:
        return f"assigned the case to {self.assignee}"

    def way_back(self, before: CaseFile) -> Undo:
        if self.previous is None:
            return Undo(UnassignCase(case_id=self.case_id))
        return Undo(AssignCase(case_id=self.case_id, assignee=self.previous))


class UnassignCase(OfCase):
    statuses: ClassVar = ANY

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        if case.assignee is None:
            raise Refusal(Code.NOTHING_CHANGES, "Nobody has the case.")
        yield NewEvent(case.case_id, CaseUnassigned(case_id=case.case_id, previous=case.assignee))


class CaseUnassigned(Payload):
    previous: str

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case._replace(assignee=None)

    def sentence(self) -> str:
        return f"left the case to nobody; {self.previous} had it"

    def way_back(self, before: CaseFile) -> Undo:
        return Undo(AssignCase(case_id=self.case_id, assignee=self.previous))


class SetDueDate(OfCase):
    """Set the day by which the case is to be decided; null takes it away."""

    statuses: ClassVar = ANY - CLOSED

    due_date: Day | None

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        if case.due_date == self.due_date:
            raise Refusal(Code.NOTHING_CHANGES, f"The case is due {self.due_date or 'on no day'} already.")
        yield NewEvent(case.case_id, DueDateSet(case_id=case.case_id, due_date=self.due_date))


class DueDateSet(Payload):
    due_date: str | None = None

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case._replace(due_date=self.due_date)

    def sentence(self) -> str:
        return f"set the due date to {self.due_date}" if self.due_date else "took the due date away"

    def way_back(self, before: CaseFile) -> Undo:
        return Undo(SetDueDate(case_id=self.case_id, due_date=before.due_date))
