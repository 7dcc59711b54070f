"""What an action on a case is about."""

from typing import NamedTuple

from store.queries.assessment import Assessment
from store.queries.case_file import CaseFileView, DocumentRow


class Subject(NamedTuple):
    """The case as it is shown, the person who acts, and the document under the cursor for an action of a document.

    `assessed` is None where the case holds events of a newer version of caseworker.
    """

    view: CaseFileView
    assessed: Assessment | None
    actor: str
    document: DocumentRow | None = None

    @property
    def case_id(self) -> str:
        return self.view.case.case_id
