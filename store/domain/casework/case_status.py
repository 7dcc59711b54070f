"""Whether a case goes on, waits for its client, is withdrawn, or is taken up again."""

from collections.abc import Iterator
from typing import ClassVar

from store.domain.case_file import CaseFile
from store.domain.operation import Context, NewEvent, OfCase, Payload, Undo, undone
from store.domain.statuses import ANY, CLOSED, CaseStatus, label
from store.domain.values import Text

__all__ = ["AwaitClient", "CaseStatusChanged", "ReopenCase", "ResumeCase", "WithdrawCase"]


class AwaitClient(OfCase):
    """The next move is the client's."""

    statuses: ClassVar = frozenset({CaseStatus.OPEN})

    reason: Text

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        yield status_changed(case, CaseStatus.AWAITING_CLIENT, self.reason)


class ResumeCase(OfCase):
    """The client has answered."""

    statuses: ClassVar = frozenset({CaseStatus.AWAITING_CLIENT})

    reason: Text | None = None

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        yield status_changed(case, CaseStatus.OPEN, self.reason)


class WithdrawCase(OfCase):
    statuses: ClassVar = ANY - CLOSED

    reason: Text

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        yield status_changed(case, CaseStatus.WITHDRAWN, self.reason)


class ReopenCase(OfCase):
    statuses: ClassVar = CLOSED

    reason: Text

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        yield status_changed(case, CaseStatus.OPEN, self.reason)


def status_changed(case: CaseFile, new_status: CaseStatus, reason: str | None) -> NewEvent:
    assert case.status is not None  # `decide` refuses all but CreateCase on a case that does not exist
    changed = CaseStatusChanged(case_id=case.case_id, old_status=case.status, new_status=new_status, reason=reason)
    return NewEvent(case.case_id, changed)


class CaseStatusChanged(Payload):
    old_status: CaseStatus
    new_status: CaseStatus
    reason: str | None = None

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case._replace(status=self.new_status, proposal=None)

    def sentence(self) -> str:
        text = f"moved the case from {label(self.old_status)} to {label(self.new_status)}"
        return f"{text}: {self.reason}" if self.reason else text

    def way_back(self, before: CaseFile) -> Undo | str:
        case_id, reason = self.case_id, undone(label(self.new_status))
        match self.old_status, self.new_status:
            case CaseStatus.OPEN, CaseStatus.AWAITING_CLIENT:
                return Undo(ResumeCase(case_id=case_id, reason=reason))
            case CaseStatus.AWAITING_CLIENT, CaseStatus.OPEN:
                return Undo(AwaitClient(case_id=case_id, reason=reason))
            case CaseStatus.WITHDRAWN, CaseStatus.OPEN:
                return Undo(WithdrawCase(case_id=case_id, reason=reason))
            case old, CaseStatus.WITHDRAWN:
                return Undo(ReopenCase(case_id=case_id, reason=reason), will_be_open(old))
        return f"Only a decision makes a case {label(self.old_status)}: propose it again."


def will_be_open(before: CaseStatus) -> str:
    """What does not come back where an undo can only open a case."""
    return "" if before is CaseStatus.OPEN else f"the case was {label(before)}, and will be open"
