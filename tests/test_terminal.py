"""The terminal of the benchmarks: what it waits for is on the screen, and what it measures is the program alone."""

from time import perf_counter, sleep

import pytest

from benchmarks.terminal import DOWN, EmulatedScreen, NothingSeen, Terminal

QUEUE = r"""
import os, sys, time, tty
tty.setraw(0)
def draw(text):
    os.write(1, text.encode())
draw("\x1b[2J\x1b[1;1H40 cases\x1b[3;1H4T0-D3T\x1b[4;1HHCB-7KC")
while os.read(0, 16):
    {answer}
"""
"""A program that shows a count and two rows, and does this at each key."""


def queue(answer: str) -> tuple[str, str]:
    return "-c", QUEUE.format(answer=answer)


def test_a_text_is_seen_when_only_its_digits_were_sent() -> None:
    with Terminal(queue(r'draw("\x1b[1;2H1")')) as terminal:
        terminal.until("40 cases")
        assert terminal.press(DOWN, "41 cases") > 0
        assert terminal.until("41 cases") > terminal.began, "a text that is there already is seen at once"


def test_a_row_that_was_there_before_is_seen_when_it_looks_different() -> None:
    elsewhere, cursor = r'draw("\x1b[9;1HReading")', r'draw("\x1b[4;1H\x1b[7mHCB-7KC\x1b[0m")'
    with Terminal(queue(f"{elsewhere}; time.sleep(0.2); {cursor}")) as terminal:
        terminal.until("HCB-7KC")
        assert terminal.press(DOWN, "HCB-7KC") > 0.2


def test_without_a_text_anything_that_is_sent_counts() -> None:
    with Terminal(queue(r'time.sleep(0.2); draw("\x07")')) as terminal:
        terminal.until("40 cases")
        assert terminal.press(DOWN, "") > 0.2


def test_emulation_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(EmulatedScreen):
        def feed(self, sent: bytes) -> None:
            sleep(0.2)
            super().feed(sent)

    monkeypatch.setattr("benchmarks.terminal.EmulatedScreen", Slow)
    with Terminal(queue(r'draw("\x1b[1;2H1")')) as terminal:
        assert terminal.until("40 cases") < perf_counter() - 0.2
        began = perf_counter()
        assert terminal.press(DOWN, "41 cases") < perf_counter() - began - 0.2


def test_a_text_that_never_comes_is_told_with_the_screen() -> None:
    with (
        Terminal(("-c", "print('39 cases')")) as terminal,
        pytest.raises(NothingSeen, match=r"(?s)‘40 cases’ .*39 cases"),
    ):
        terminal.until("40 cases")
