"""What the command line writes: data on stdout, narration on stderr, and nothing that a terminal would act on."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self, TextIO

import click

from caseworker_tui.text.controls import ACTED_ON

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

MOST_TOLD: Final = 100
"""Sentences of one kind that one run tells in full."""


def safe(text: str, *, keep: str = "") -> str:
    """`text` with everything that a terminal would act on written as an escape like `\\u001b`."""
    if text.isprintable():
        return text
    return ACTED_ON.sub(lambda found: found[0] if found[0] in keep else f"\\u{ord(found[0]):04x}", text)


def is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def say(sentence: str) -> None:
    """Tell a person something, on stderr."""
    click.echo(safe(sentence), err=True)


def say_beside_bar(sentence: str) -> None:
    """The same while a progress bar is shown, which draws itself again below."""
    if is_terminal(sys.stderr):
        click.echo("\r\x1b[K", err=True, nl=False)
    say(sentence)


class Capped:
    """Sentences of which the first are told, one by one, and at the end of a `with` block how many more there were: a
    broken file of a million records writes no million lines. `number` counts them all."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.number > MOST_TOLD:
            self._tell(f"And {self.number - MOST_TOLD:,} more of this kind.")

    def tell(self, sentence: str) -> None:
        self.number += 1
        if self.number <= MOST_TOLD:
            self._tell(sentence)


def silence_stdout() -> None:
    """Whatever could not be written is given up, so that Python does not try again, and complain, as it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_line(text: str = "", *, keep: str = "") -> None:
    sys.stdout.write(f"{safe(text, keep=keep)}\n")


def write_as_it_came(content: bytes) -> None:
    """Byte for byte, but on a terminal nothing that it would act on."""
    if is_terminal(sys.stdout):
        write_line(content.decode(errors="backslashreplace"), keep="\n\t")
    else:
        sys.stdout.buffer.write(content)


def write_json(value: Any, *, indent: int | None = 2) -> None:
    sys.stdout.write(f"{_as_json(value, indent=indent)}\n")


def write_json_array(values: Iterable[Any]) -> None:
    """An array with one element a line, written as the elements come: a million take no more memory than one."""
    before = "[\n"
    for value in values:
        sys.stdout.write(before + _as_json(value))
        before = ",\n"
    sys.stdout.write("[]\n" if before == "[\n" else "\n]\n")


def write_table(rows: Iterable[Sequence[str]], *, indent: str = "") -> None:
    """Aligned columns, each as wide as its widest cell."""
    known = [*rows]
    write_long_table(lambda: known, indent=indent)


def write_long_table(rows: Callable[[], Iterable[Sequence[str]]], *, indent: str = "") -> None:
    """The same for rows that are too many to keep. `rows` is called twice: to measure, then to write."""
    widths: list[int] = []
    for row in rows():
        needed = [_width(safe(cell)) for cell in row]
        widths = [*map(max, widths, needed)] or needed
    for row in rows():
        cells = (_padded(safe(cell), width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(f"{indent}{'  '.join(cells).rstrip()}\n")


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A function to call with what is done and what there is in all. The bar appears with its first call, on
    stderr, and only if that is a terminal."""
    if not is_terminal(sys.stderr):
        yield lambda done, total: None
        return
    with ExitStack() as stack:

        @cache
        def bar() -> "ProgressBar[int]":
            return stack.enter_context(click.progressbar(length=1, label=label, file=sys.stderr))

        def show(done: int, total: int) -> None:
            bar().length = total
            bar().update(done - bar().pos)

        yield show


def _as_json(value: Any, *, indent: int | None = None) -> str:
    """`value` as JSON. Unsafe characters can only stand within its texts, where their escapes mean the same."""
    from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

    try:
        text = to_json(value, indent=indent, inf_nan_mode="null").decode()
    except PydanticSerializationError:  # the name of a file may be no UTF-8: an escape stands for what is not
        text = json.dumps(to_jsonable_python(value, inf_nan_mode="null"), indent=indent)
    return safe(text, keep="\n")


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
