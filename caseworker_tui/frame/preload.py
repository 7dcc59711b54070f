"""Modules that are not needed to draw the queue, but soon after: imported in the background once it is drawn.

The thread that draws imports them, one at a time, so that a key waits for one import at most. No other thread imports a
module of ours, because two threads that import at once can block each other, or find a module half loaded.
"""

import asyncio
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Final

MODULES: Final = (
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


async def preloaded() -> None:
    """Import all of them that are not loaded yet."""
    for name in MODULES:
        if name not in sys.modules:
            import_module(name)
            await asyncio.sleep(0)


@contextmanager
def collector_paused() -> Iterator[Callable[[], None]]:
    """The garbage collector is off until the function that this gives is called, and on again after the block.

    Looking through the modules for garbage while they are loaded takes a tenth of the start. The function is to be
    called when they are loaded: the collector never looks through what is there by then.
    """

    def end() -> None:
        gc.freeze()
        gc.enable()

    gc.disable()
    try:
        yield end
    finally:
        gc.enable()
