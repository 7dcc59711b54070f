"""Driving the app in tests: keys, and waiting until nothing is under way any more."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from textual.events import Key
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.widgets import Input

from caseworker_tui.app import CaseworkerApp

Drive = Callable[[Pilot[None]], Awaitable[None]]


_ROUNDS: Final = 3
"""What one round did may have begun something else, which the next one does."""


async def settle(pilot: Pilot[None]) -> None:
    """Until no worker runs, every message is handled and the screen is drawn. What is typed into the form of a new case
    is kept a moment later, as a draft: that alone is not waited for.

    Textual's own `pilot.pause()` looks whether the process is idle, for 20 ms at least and for up to a second where a
    thread is at work. Whether the event loop has anything to do is told at once, and however busy the machine is.
    """
    for _ in range(_ROUNDS):
        await pilot.pause(0)
        while await _is_busy(pilot):
            pass
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False


async def _is_busy(pilot: Pilot[None]) -> bool:
    await asyncio.sleep(0.004)
    has_more_to_do = bool(asyncio.get_running_loop()._ready)  # type: ignore[attr-defined] # nothing public tells it
    return has_more_to_do or any(not worker.is_finished for worker in pilot.app.workers if worker.group != "draft")


async def keys(pilot: Pilot[None], *pressed: str) -> None:
    """Press keys one by one, as a person does who looks at the screen in between; `=text` writes into a field."""
    for key in pressed:
        if key.startswith("="):
            field = pilot.app.focused
            assert isinstance(field, Input), f"nothing to write {key[1:]} into"
            field.insert_text_at_cursor(key[1:])
        else:
            pilot.app.post_message(Key(key, key_to_character(key)))
        await settle(pilot)


def opening(reference: str) -> list[str]:
    """The keys that open a case from the queue, wherever it stands there: its reference, written into the search."""
    return ["slash", *typed(reference), "enter"]


async def open_case(pilot: Pilot[None], reference: str) -> None:
    await keys(pilot, *opening(reference))


def typed(text: str) -> list[str]:
    """What writes a text into the field with the focus, all at once."""
    return [f"={text}"]


def run(app: CaseworkerApp, drive: Drive, size: tuple[int, int] = (80, 24)) -> None:
    """Run the app without a terminal, drive it, and leave."""

    async def session() -> None:
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await drive(pilot)

    asyncio.run(session())


def toasts(pilot: Pilot[None]) -> list[str]:
    """What the toasts say that are in sight."""
    return [note.message for note in pilot.app._notifications]
