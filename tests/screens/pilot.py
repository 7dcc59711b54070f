"""Driving the app in tests: keys, and waiting until nothing is under way any more."""

import asyncio
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot
from textual.widgets import Input

from caseworker_tui.app import CaseworkerApp

Drive = Callable[[Pilot[None]], Awaitable[None]]


async def settle(pilot: Pilot[None]) -> None:
    """Until no worker runs and every message is handled."""
    for _ in range(3):  # what one round did may have begun something else
        await pilot.pause(0.01)
        while any(not worker.is_finished for worker in pilot.app.workers):
            await pilot.pause(0.01)
    await pilot.pause()
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False


async def keys(pilot: Pilot[None], *pressed: str) -> None:
    """Press keys one by one, as a person does who looks at the screen in between; `=text` writes into a field."""
    for key in pressed:
        if key.startswith("="):
            field = pilot.app.focused
            assert isinstance(field, Input), f"nothing to write {key[1:]} into"
            field.insert_text_at_cursor(key[1:])
        else:
            await pilot.press(key)
        await settle(pilot)


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
