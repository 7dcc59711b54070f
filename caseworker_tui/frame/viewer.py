"""Opening a file in the platform's viewer, beside the app and without touching its terminal."""

import os
import subprocess
import sys
from collections.abc import Mapping
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
    """Copies of attached files for viewers, each under its own name and with the ending of what it is, by which viewers
    tell; what a viewer does to one harms nothing. They lie where the files do, and are gone when this is closed."""

    def __init__(self) -> None:
        self._folders = ExitStack()
        self._made: dict[Path, Path] = {}

    def copy_of(self, file: AttachmentRow, folder: Path) -> Path:
        """A copy of a file of this folder. Raises a `store.errors.StoreError` when it is not as it was attached, and
        `NoViewer` for a kind that no viewer is to have."""
        name = name_for_viewers(file)
        if folder not in self._made:
            self._made[folder] = self._folder_in(folder)
        copy = Path(mkdtemp(dir=self._made[folder])) / name
        copy_out(folder, file.sha256, file.file_name, copy)
        return copy

    def _folder_in(self, folder: Path) -> Path:
        try:
            return self._folders.enter_context(passing_folder(folder, Passing.VIEWING))
        except OSError:  # one that can't be written to, or is not there
            return self._folders.enter_context(passing_folder(Path(gettempdir()), Passing.VIEWING_ELSEWHERE))

    def close(self) -> None:
        self._folders.close()


def name_for_viewers(file: AttachmentRow) -> str:
    """The name of a file with an ending that says what it is, as was found when it was attached.

    Viewers go by the ending, and so `x.pdf.desktop` or `x.exe` would be run and not shown. Raises `NoViewer` for kinds
    that run, and for those of which nobody knows.
    """
    name = showable_name(file.file_name)
    endings = _SHOWN.get(file.media_type)
    if endings is None:
        raise NoViewer(
            f"{name} is not opened, because a file of kind {file.media_type} may run as a program. {_INSTEAD}"
        )
    return name if name.lower().endswith(endings) else f"{name[:_LONGEST_STEM]}{endings[0]}"


def open_in_viewer(file: Path) -> None:
    """Returns when the viewer has the file. Raises `NoViewer`."""
    if sys.platform == "win32":  # it gives no other environment to what it starts
        os.startfile(file)  # noqa: S606 (what the person wants to see)
        return
    try:
        # No terminal, in a session of its own: a viewer that writes or asks can't reach the app's screen and keys.
        process = subprocess.Popen(  # noqa: S603 (no shell is between, and what the person wants to see)
            [_OPENER, str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment_of_viewers(os.environ),
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


def environment_of_viewers(ours: Mapping[str, str]) -> dict[str, str]:
    """What a program with a window needs to know. Our environment may hold the password of the cluster, by any name."""
    return {name: value for name, value in ours.items() if name in _FOR_VIEWERS or name.startswith(_OF_DESKTOPS)}


_FOR_VIEWERS: Final = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE", "BROWSER"),
        *("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "DESKTOP_SESSION", "SESSION_MANAGER"),
        "__CF_USER_TEXT_ENCODING",
    }
)
_OF_DESKTOPS: Final = ("LC_", "XDG_", "GNOME_", "GTK_", "KDE_", "QT_", "WSL")

_LONGEST_STEM: Final = 200

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "application/pdf": (".pdf",),
    "application/rtf": (".rtf",),
    "application/msword": (".doc",),
    "application/vnd.ms-excel": (".xls",),
    "application/vnd.ms-powerpoint": (".ppt",),
    f"{_OFFICE}.wordprocessingml.document": (".docx",),
    f"{_OFFICE}.spreadsheetml.sheet": (".xlsx",),
    f"{_OFFICE}.presentationml.presentation": (".pptx",),
    f"{_OPEN}.text": (".odt",),
    f"{_OPEN}.spreadsheet": (".ods",),
    f"{_OPEN}.presentation": (".odp",),
    "application/json": (".json",),
    "application/zip": (".zip",),
    "audio/mpeg": (".mp3",),
    "audio/mp4": (".m4a",),
    "audio/ogg": (".ogg", ".oga"),
    "audio/x-wav": (".wav",),
    "image/avif": (".avif",),
    "image/bmp": (".bmp",),
    "image/gif": (".gif",),
    "image/heic": (".heic", ".heif"),
    "image/jpeg": (".jpg", ".jpeg", ".jpe"),
    "image/jpx": (".jp2", ".jpx"),
    "image/png": (".png",),
    "image/tiff": (".tif", ".tiff"),
    "image/webp": (".webp",),
    "message/rfc822": (".eml",),
    "text/csv": (".csv",),
    "text/plain": (".txt", ".text", ".log", ".md"),
    "text/rtf": (".rtf",),
    "text/tab-separated-values": (".tsv",),
    "video/3gpp": (".3gp",),
    "video/mp4": (".mp4",),
    "video/quicktime": (".mov",),
    "video/webm": (".webm",),
}
"""The kinds that are opened, each with its endings. Pages of the web are not among them: they hold programs."""

_INSTEAD: Final = "`caseworker attachment` writes it to a file."
