"""Modules that are not needed to draw the queue, but soon after: imported in the background once it is drawn.

The thread that draws imports them, one at a time, so that a key waits for one import at most. No other thread imports a
module of ours, because two threads that import at once can block each other, or find a module half loaded.
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
        "caseworker_tui.case.text",
        "caseworker_tui.case.actions",
        "caseworker_tui.screening.text",
        "store.screening.case_screening",
        "caseworker_tui.screening.screen",
        "store.sync.wire",
        "store.sync.watch",
        "caseworker_tui.sync.text",
        "caseworker_tui.case.screen",
    )
)


async def preloaded() -> None:
    """Import all that are left. The garbage collector, which was off until then, never looks through what they made."""
    while _TO_LOAD:
        import_module(_TO_LOAD.popleft())
        if not _TO_LOAD:
            gc.freeze()
            gc.enable()
        await asyncio.sleep(0)
