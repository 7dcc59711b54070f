"""Paths as people type, paste and drop them into a field: with `~`, quoted, with escaped spaces, or as a URL."""

import os
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

_QUOTES = ("'", '"')


def path_typed(text: str, folder: Path) -> Path:
    """The path that was meant, in `folder` unless it says otherwise. A file by exactly the name that was typed goes
    before any other reading of it."""
    text = text.strip()
    readings = [folder / _home(reading) for reading in (text, *_unquoted(text))]
    return next((path for path in readings if _is_there(path)), readings[-1])


def completed(text: str, folder: Path) -> str | None:
    """What was typed with the rest of the first name that begins so; a folder ends with a separator. None where nothing
    does, or where the text is a name already."""
    begun = text.lstrip()
    if not begun or begun[-1] in _QUOTES:
        return None
    typed = folder / _home(begun[1:]) if begun[0] in _QUOTES else path_typed(begun, folder)
    ends_with_folder = text.endswith(("/", os.sep))
    within, name = (typed, "") if ends_with_folder else (typed.parent, typed.name)
    found = next(iter(_names(within, name)), None)
    if found is None or (found == name and not (within / found).is_dir()):
        return None
    rest = found[len(name) :]
    if "\\" in text and os.name == "posix":
        rest = rest.replace(" ", "\\ ")
    return f"{text}{rest}{os.sep if (within / found).is_dir() else ''}"


def _names(folder: Path, begun: str) -> list[str]:
    """The names in a folder that begin so, in order; hidden ones only for who begins with a dot."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.startswith(begun)]
    except (OSError, ValueError):
        return []
    return sorted(name for name in names if begun.startswith(".") or not name.startswith("."))


def _unquoted(text: str) -> list[str]:
    """Other ways to read what was typed: as a URL of a file, or as a shell would."""
    if text.lower().startswith("file://"):
        return [unquote(urlsplit(text).path)]
    if os.name != "posix":  # there `\` parts folders, and names that are dropped stand in double quotes
        return [text.strip('"')]
    try:
        words = shlex.split(text)
    except ValueError:  # a quote that does not end, as in a name like O'Neil.pdf
        return []
    return words if len(words) == 1 else []


def _home(text: str) -> Path:
    path = Path(text)
    try:
        return path.expanduser()
    except RuntimeError:  # ~ of nobody
        return path


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long, or with a character that no path can hold
        return False
