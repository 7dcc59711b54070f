"""The app in a terminal, until the person leaves or a signal ends it. A fault does not."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Final, NoReturn

from caseworker_tui.cli.printing import say
from caseworker_tui.cli.program import ENDING_SIGNALS, FAILED, signals_given_back

if TYPE_CHECKING:
    from caseworker_tui.app import CaseworkerApp
    from caseworker_tui.frame.fault import Fault

SOON: Final = 10.0
"""In seconds: a fault this soon after the app was built may come of what it opened again."""
MOST_FAULTS_IN_A_ROW: Final = 3

_ENDING: Final = (*ENDING_SIGNALS, *((signal.SIGQUIT,) if hasattr(signal, "SIGQUIT") else ()))


class InTerminal:
    """The first signal ends the app as a person does: the terminal is as it was, what was typed is kept, all is closed.
    The exit code is 128 and its number, as shells have it. What is ignored (nohup) stays so.

    Others are ignored until the terminal is restored, for whoever closes one sends several. Then they end the process
    at once, in case what it waits for takes too long.
    """

    def run(self, build: "Callable[[Fault | None], CaseworkerApp]") -> int:
        """Run the app until it is left, built anew after each fault. Returns the exit code.

        The case that was in sight is not opened again where a fault comes soon after another. One more ends the app.
        """
        fault, in_a_row = None, 0
        while in_a_row < MOST_FAULTS_IN_A_ROW:
            began, app = monotonic(), build(fault)
            with signals_given_back():
                asyncio.run(self._run(app))
            if app.fault is None or app.is_left:
                return app.return_code or 0
            in_a_row = in_a_row + 1 if monotonic() - began < SOON else 1
            fault = app.fault if in_a_row == 1 else app.fault._replace(case_id=None)
        say(
            f"Faults in caseworker itself ended the app, {in_a_row} in a row. What was done is kept. Please report"
            " these lines, which hold nothing of any case:"
        )
        for line in (fault.kind, *fault.steps) if fault else ():
            say(line)
        return FAILED

    def end_at_once(self) -> None:
        """From now on. To be called once the terminal is restored."""
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            if loop.remove_signal_handler(number):  # only where the app heard it
                signal.signal(number, signal.SIG_IGN if number == _HANGUP else _exit)

    async def _run(self, app: "CaseworkerApp") -> None:
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                with suppress(NotImplementedError):  # on Windows
                    loop.add_signal_handler(number, partial(_end, app, number))
        await app.run_async()


_HANGUP: Final = getattr(signal, "SIGHUP", None)
"""Nobody insists by this one: the system and the shell both send it when a terminal is closed."""


def _end(app: "CaseworkerApp", number: int) -> None:
    if not app.return_code:
        _forget_terminal_that_is_gone()
        app.exit(return_code=128 + number)


def _forget_terminal_that_is_gone() -> None:
    """Writing to a terminal that has hung up raises, again and again on the way out. So it goes nowhere instead."""
    for stream in (0, 1, 2):
        try:
            os.get_terminal_size(stream)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.dup2(nowhere, stream)
            os.close(nowhere)


def _exit(number: int, _: object) -> NoReturn:
    os._exit(128 + number)
