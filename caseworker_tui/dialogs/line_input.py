"""The field of a dialog, which can complete a path as it is typed."""

import asyncio
from pathlib import Path
from typing import ClassVar

from textual.suggester import Suggester
from textual.widgets import Input

from caseworker_tui.dialogs.typed_paths import completed
from caseworker_tui.frame.keys import Action, Keys, bindings


class PathSuggester(Suggester):
    """The rest of a path that begins in `folder` unless it says otherwise."""

    def __init__(self, folder: Path) -> None:
        super().__init__(use_cache=False, case_sensitive=True)  # files come and go
        self._folder = folder

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(completed, value, self._folder)


class LineInput(Input):
    """What is suggested stands dim behind the cursor; `tab`, or the right arrow at the end, takes it."""

    KEYS: ClassVar = Keys(
        "Field of a dialog",
        (Action("complete", ("tab",), "Complete", "Take the path that is suggested."),),
        in_help=False,
        in_palette=False,
    )
    BINDINGS = bindings(KEYS)

    def action_complete(self) -> None:
        self.cursor_position = len(self.value)
        self.action_cursor_right()
