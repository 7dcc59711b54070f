"""Which layout a file has, judged by its content, and one clear sentence for a file that has none."""

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from io import BufferedReader
from pathlib import Path
from typing import Final

from pydantic_core import from_json

from store.validation import echo

BOM: Final = b"\xef\xbb\xbf"
_HEAD: Final = 64 * 1024

_NOT_TEXT: Final = (
    (b"%PDF-", "it is a PDF document, not JSON"),
    (b"\x1f\x8b", "it is compressed (gzip): unpack it first"),
    (b"\x28\xb5\x2f\xfd", "it is compressed (zstandard): unpack it first"),
    (b"PK\x03\x04", "it is a ZIP archive or an office document: unpack it, or export it as JSON Lines"),
    (b"SQLite format 3\x00", "it is a SQLite database, not JSON"),
)
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{", b"[\0", b"\0[")
_OBJECT_BEGINS: Final = re.compile(rb'\{[ \t]*["}]')


class Unreadable(Exception):
    """A file that is nothing to import; `str()` says why, in a sentence about "it"."""


class Layout(Enum):
    LINES = auto()
    ARRAY = auto()
    OBJECT = auto()


def open_for_reading(path: Path) -> BufferedReader:
    """The file, opened. Raises `Unreadable` when that is not possible."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Unreadable("it is a folder: name the files in it")
        if not stat.S_ISREG(mode):
            raise Unreadable("it is not a regular file: save what it delivers to a file first")
        return path.open("rb")
    except FileNotFoundError:
        raise Unreadable("there is no such file") from None
    except PermissionError:
        raise Unreadable("it may not be read: its permissions forbid it") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        raise Unreadable(f"it can't be opened: {getattr(error, 'strerror', None) or error}") from None


@contextmanager
def as_unreadable() -> Iterator[None]:
    """What a disk that fails says while a file is read, as a sentence about "it"."""
    try:
        yield
    except OSError as error:
        raise Unreadable(f"it can't be read to its end: {error.strerror or error}. Check its disk") from error


def no_text(head: bytes) -> str | None:
    """Why a file that begins like this is no text that can be imported, None if it may be."""
    if head.startswith(_UTF_16):
        return "it is UTF-16 text: save it as UTF-8 and import it again"
    return next((reason for magic, reason in _NOT_TEXT if head.startswith(magic)), None)


def skip_blank_lines(file: BufferedReader) -> tuple[int, int]:
    """Go on to the next line that is not blank: how many lines were passed over, and how many bytes.

    They are skipped by the buffer and not one by one, for a file may have millions.
    """
    lines = length = 0
    while True:
        ahead = file.peek()
        blank = ahead[: len(ahead) - len(ahead.lstrip())]
        blank = blank[: blank.rfind(b"\n") + 1]
        if not blank:
            return lines, length
        file.read(len(blank))
        lines += blank.count(b"\n")
        length += len(blank)


def layout_of(file: BufferedReader, max_line: int, max_whole: int) -> Layout:
    """The layout of an open file, which is left at its start.

    Raises `Unreadable` when it has none, or is an array of more than `max_whole` bytes, or an object of more than
    `max_line`, for an object is one record.
    """
    head = file.read(_HEAD)
    if reason := no_text(head):
        raise Unreadable(reason)
    start = head.removeprefix(BOM).lstrip()
    while not start:
        if not (more := file.read(_HEAD)):
            raise Unreadable("it is empty: there is nothing to import")
        start = more.lstrip()
    size = file.seek(0, 2)
    file.seek(0)
    if start.startswith(b"["):
        return _if_not_too_large(Layout.ARRAY, size, max_whole)
    if start.startswith(b"{") and (layout := _of_objects(file, size, max_line)):
        return layout
    if _mostly_objects(start):
        return Layout.LINES
    if start.startswith(b"{"):
        return _if_not_too_large(Layout.OBJECT, size, max_line)
    if b"\0" in head:
        raise Unreadable("it is a binary file, not JSON")
    beginning = start.splitlines()[0][:40].decode(errors="replace")
    raise Unreadable(f"it holds no JSON records: it begins with {echo(beginning.strip())}")


def _of_objects(file: BufferedReader, size: int, max_line: int) -> Layout | None:
    """One object to a line, or one that spans several; None if neither can be parsed."""
    while not (first := file.readline(max_line + 1)).removeprefix(BOM).strip():
        skip_blank_lines(file)
    file.seek(0)
    if len(first) > max_line or _parses(first):
        return Layout.LINES
    whole = size <= max_line and _parses(file.read())
    file.seek(0)
    return Layout.OBJECT if whole else None


def _parses(data: bytes) -> bool:
    try:
        from_json(data.removeprefix(BOM), allow_inf_nan=False)
    except ValueError:
        return False
    return True


def _mostly_objects(head: bytes) -> bool:
    """JSON Lines of which the first happens to be broken, rather than prose with an example in it."""
    lines = [line for line in head.splitlines() if line.strip()]
    return sum(bool(_OBJECT_BEGINS.match(line)) for line in lines) * 2 >= len(lines)


def _if_not_too_large(layout: Layout, size: int, max_whole: int) -> Layout:
    if size > max_whole:
        raise Unreadable(
            f"it is one JSON value of {size / 1024**2:.0f} MB, and more than {max_whole // 1024**2} MB would fill"
            " the memory: write its records one to a line (jq -c '.[]'), then any size can be read"
        )
    return layout
