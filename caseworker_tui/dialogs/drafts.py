"""What was typed and is not given yet: it outlives escape, a signal, a crash and a power cut, and is offered again.

A draft belongs to a person and to a place, which is a dialog with what it is about: the same dialog of another case has
another one. It is nothing but texts. What was picked from lists is picked again, and nothing is given by itself.

Each is a file of its own in the folder `<database>.drafts`, for its owner alone and under a name that says nothing. It
is no table of the database: what somebody has not said yet goes along with no copy of it, is kept while a long command
holds its lock, and leaves nothing behind in its pages. No dialog asks for a password; of one that did, nothing would
belong here.
"""

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from errno import EFBIG, ELOOP
from hashlib import sha256
from pathlib import Path
from threading import Lock
from time import time
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError
from textual.screen import Screen

from caseworker_tui.frame.session import Session
from store.engine.case_store import new_command_id
from store.passing import beside
from store.regular_files import open_regular

Place = tuple[str, ...]
"""A dialog, and what it is about."""

LARGEST: Final = 1024 * 1024
"""In bytes: more is no draft."""

MOST: Final = 100
"""So many are kept beside one database, the newest of them."""

LONGEST: Final = 30 * 24 * 60 * 60
"""In seconds: an older one is gone."""

_A_MOMENT: Final = 0.5
"""In seconds: what is typed within it is written at once."""


class Content(BaseModel):
    """What was typed, by the names of the fields, and the id of the command that it is to become."""

    model_config = ConfigDict(extra="ignore")

    command_id: str
    texts: Mapping[str, str]


def drafts_folder(database: Path) -> Path:
    return beside(database, "drafts")


class Draft:
    """What this person has typed in this place. `texts` are those that the draft holds, by name.

    The command has the id `command_id`. As the draft keeps it, what was given just before the app was ended is not
    given twice.
    """

    def __init__(self, session: Session, place: Place) -> None:
        self._session = session
        self._file = drafts_folder(session.database) / f"{_name(session.actor, place)}.json"
        self._writing = Lock()
        self._has_changed = self._is_due = self._was_told = False
        self.texts: Mapping[str, str] = {}
        _clear_old(self._file.parent)
        found = _read(self._file)
        if found:
            self.command_id, self.texts = found.command_id, found.texts
        else:
            self.renew()

    def renew(self) -> None:
        """It is to become another command from now on."""
        self.command_id = new_command_id(self._session.now())
        self._has_changed = bool(self.texts)

    def put(self, name: str, text: str) -> None:
        """The text of a field as it is now. An empty one is none, and so is one that is not UTF-8: the path of a file
        may be so, and no file of ours can hold it."""
        others = {each: text for each, text in self.texts.items() if each != name}
        now = others | {name: text} if text.strip() and _is_unicode(text) else others
        if now != self.texts:
            self.texts, self._has_changed = now, True

    def keep(self) -> None:
        """Write what has changed. Raises OSError where that can't be."""
        with self._writing:
            if not self._has_changed:
                return
            self._has_changed = False
            try:
                if self.texts:
                    _write(self._file, Content(command_id=self.command_id, texts=self.texts))
                else:
                    _remove(self._file)
            except OSError:
                self._has_changed = True
                raise

    def keep_soon(self, screen: Screen[Any]) -> None:
        """Write what has changed within a moment, on another thread: a key waits for no disk, and who is killed loses
        no more than that moment."""
        if self._has_changed and not self._is_due:
            self._is_due = True
            screen.run_worker(self._keep_later(screen), group="draft")

    async def _keep_later(self, screen: Screen[Any]) -> None:
        await asyncio.sleep(_A_MOMENT)
        self._is_due = False
        try:
            await asyncio.to_thread(self.keep)
        except OSError as error:
            if not self._was_told:
                screen.notify(f"The draft can't be kept: {error.strerror}.", severity="error")
            self._was_told = True

    def discard(self) -> None:
        """It was given, or is wanted no more."""
        with self._writing:
            self.texts, self._has_changed = {}, False
            with suppress(OSError):
                _remove(self._file)


def _name(person: str, place: Place) -> str:
    return sha256("\0".join((person, *place)).encode()).hexdigest()[:32]


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _read(file: Path) -> Content | None:
    """None if there is none, or what is there can't be read."""
    try:
        with open_regular(file) as content:
            return Content.model_validate_json(content.read(LARGEST))  # cut off, it is none
    except (OSError, ValidationError):
        return None


def _write(file: Path, content: Content) -> None:
    """In one step, and into a file of our own making: neither what somebody else has put there, nor what a link leads
    to."""
    written = content.model_dump_json().encode()
    if len(written) > LARGEST:
        raise OSError(EFBIG, os.strerror(EFBIG), str(file))
    folder = file.parent
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink():
        raise OSError(ELOOP, os.strerror(ELOOP), str(folder))
    new = file.with_suffix(f".{os.getpid()}.new")
    new.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(new, flags, 0o600), "wb") as opened:
        opened.write(written)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)
    _clear_old(folder)


def _remove(file: Path) -> None:
    """And what a process that was killed while it wrote has left of it."""
    for each in file.parent.glob(f"{file.stem}.*"):
        each.unlink(missing_ok=True)


def _clear_old(folder: Path) -> None:
    with suppress(OSError):
        found = sorted(folder.iterdir(), key=lambda file: -file.lstat().st_mtime)
        for place, file in enumerate(found):
            if place >= MOST or time() - file.lstat().st_mtime > LONGEST:
                file.unlink()
