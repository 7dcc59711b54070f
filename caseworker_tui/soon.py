"""What the first picture does without and a person comes to within a second, loaded behind it.

Always by the thread that draws, and a module at a time, so that a key waits for one at most. Two threads that import at
once can wait for each other, or meet a module that is half there: no other thread imports a module of ours.
"""

import asyncio
import gc
from collections import deque
from importlib import import_module
from typing import Final

_TO_LOAD: Final = deque(
    (
        "store.queries.query_language.completion",
        "store.domain.values",
        "store.domain.commands",
        "store.domain.decider",
        "store.log",
        "store.projections",
        "store.engine.case_store",
        "store.queries.case_file",
        "store.queries.related",
        "store.queries.whole_case",
        "caseworker_tui.case_text",
        "caseworker_tui.case_dialogs",
        "caseworker_tui.screening_text",
        "store.screening.case_screening",
        "caseworker_tui.screens.screening",
        "store.sync.wire",
        "store.sync.watch",
        "caseworker_tui.sync_text",
        "caseworker_tui.screens.case",
    )
)


async def loaded() -> None:
    """When all of it is there, to stay: the garbage collector, which waits for that, need not look through it."""
    while _TO_LOAD:
        import_module(_TO_LOAD.popleft())
        if not _TO_LOAD:
            gc.freeze()
            gc.enable()
        await asyncio.sleep(0)
