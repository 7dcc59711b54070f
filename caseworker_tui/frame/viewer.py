"""Opening a file in the platform's viewer, beside the app and without touching its terminal."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from threading import Thread
from typing import Final

from store.attachments import copy_out, showable_name
from store.passing import Passing, passing_folder
from store.queries.case_file import AttachmentRow

SOON: Final = 3
"""In seconds: a viewer that fails does so at once; one that goes on longer shows the file."""

_OPENER: Final = "open" if sys.platform == "darwin" else "xdg-open"


class NoViewer(Exception):
    """The platform can't show the file. `str()` is a sentence."""


class PassingCopies:
    """Copies of attached files for viewers, each under its own name, by which they tell what it is; what a viewer does
    to one harms nothing. They lie where the files do, and are gone when this is closed."""

    def __init__(self) -> None:
        self._folders = ExitStack()
        self._made: dict[Path, Path] = {}

    def copy_of(self, file: AttachmentRow, folder: Path) -> Path:
        """A copy of a file of this folder. Raises a `store.errors.StoreError` when it is not as it was attached."""
        if folder not in self._made:
            self._made[folder] = self._folder_in(folder)
        copy = Path(mkdtemp(dir=self._made[folder])) / showable_name(file.file_name)
        copy_out(folder, file.sha256, file.file_name, copy)
        return copy

    def _folder_in(self, folder: Path) -> Path:
        try:
            return self._folders.enter_context(passing_folder(folder, Passing.VIEWING))
        except OSError:  # one that can't be written to, or is not there
            return self._folders.enter_context(passing_folder(Path(gettempdir()), Passing.VIEWING_ELSEWHERE))

    def close(self) -> None:
        self._folders.close()


def open_in_viewer(file: Path) -> None:
    """Returns when the viewer has the file. Raises `NoViewer`."""
    if sys.platform == "win32":
        os.startfile(file)  # noqa: S606 (what the person wants to see)
        return
    try:
        # No terminal, in a session of its own: a viewer that writes or asks can't reach the app's screen and keys.
        process = subprocess.Popen(  # noqa: S603 (no shell is between, and what the person wants to see)
            [_OPENER, str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise NoViewer(f"Files can't be opened here ({_OPENER}: {error.strerror}). {_INSTEAD}") from error
    try:
        code = process.wait(SOON)
    except subprocess.TimeoutExpired:
        Thread(target=process.wait, daemon=True).start()  # so that it leaves no zombie when it ends
        return
    if code:
        raise NoViewer(f"Nothing here shows {file.name} ({_OPENER} ended with {code}). {_INSTEAD}")


_INSTEAD: Final = "`caseworker attachment` writes it to a file."
