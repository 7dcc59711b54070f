"""Driving the app in tests: keys, and waiting until nothing is under way any more."""

import asyncio
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot
from textual.widgets import Input

from caseworker_tui.app import CaseworkerApp

Drive = Callable[[Pilot[None]], Awaitable[None]]


async def settle(pilot: Pilot[None]) -> None:
    """Until no worker runs and every message is handled."""
    for _ in range(2):
        await pilot.pause()
        while any(not worker.is_finished for worker in pilot.app.workers):
            await pilot.pause(0.01)
    await pilot.pause()
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False


async def keys(pilot: Pilot[None], *pressed: str) -> None:
    """Press keys one by one, as a person does who looks at the screen in between."""
    for key in pressed:
        await pilot.press(key)
        await settle(pilot)


def typed(text: str) -> list[str]:
    """The keys that write a text."""
    return ["space" if letter == " " else letter for letter in text]


def run(app: CaseworkerApp, drive: Drive, size: tuple[int, int] = (80, 24)) -> None:
    """Run the app without a terminal, drive it, and leave."""

    async def session() -> None:
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await drive(pilot)

    asyncio.run(session())
