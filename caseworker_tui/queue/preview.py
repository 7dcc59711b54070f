"""The preview of the case under the cursor, beside the queue or below it."""

from textual import work
from textual.widgets import Static

from caseworker_tui.frame.preload import preloaded
from caseworker_tui.frame.session import Session
from caseworker_tui.frame.toasts import toast_errors


class Preview(Static):
    """A case at a glance."""

    def __init__(self, session: Session) -> None:
        super().__init__(markup=False)
        self._session = session

    @work(exclusive=True, group="preview")
    async def show(self, case_id: str) -> None:
        """Show this case, once everything that a preview needs has been imported."""
        await preloaded()
        from caseworker_tui.case.text import preview
        from store.queries.whole_case import case_and_related

        with toast_errors(self):
            view, others = await self._session.query(case_and_related, case_id)
            self.update(preview(view, self._session.now(), others))
