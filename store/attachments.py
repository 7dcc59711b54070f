"""The files that were attached to documents, kept by their content in a folder beside the database.

Beside `cases.sqlite3` lies `cases.sqlite3.files`, and in it the content with the SHA-256 `ab12…` is `ab/ab12…`: the
same content lies there once, however often and by whatever names it was attached. Folders are 0700, files 0400. A
file gets its place in one step, complete and on disk; until then it is in an `incoming-…` (store/passing.py).
"""

import hashlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from store.domain.values import JOINERS
from store.errors import FileChanged, FileMissing, UnusableFile
from store.passing import FILES, Passing, beside, passing_folder
from store.progress import Progress
from store.sqlite.database import file_of

LARGEST_FILE: Final = 100 * 1024**2
"""In bytes."""

_CHUNK: Final = 1024**2
_ENOUGH_TO_TELL: Final = 8192


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a document's history says of a file: the fields of `AttachFile`."""

    sha256: str
    size: int
    media_type: str
    file_name: str


def folder_of(connection: sqlite3.Connection) -> Path:
    """The folder of the database behind a connection; it is made with the first file."""
    return beside(file_of(connection), FILES)


def place_of(folder: Path, sha256: str) -> Path:
    """Where the content with this SHA-256 lies, if it is there."""
    return folder / sha256[:2] / sha256


def keep(folder: Path, source: Path, progress: Progress) -> Attachment:
    """Take a copy of the file at `source` into the folder. Raises `UnusableFile`, having kept nothing."""
    size = _size_of(source)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with _incoming(folder) as (incoming, lying), source.open("rb") as file:
            digest, head = hashlib.sha256(), b""
            done = 0
            while chunk := file.read(_CHUNK):
                head = head or chunk[:_ENOUGH_TO_TELL]
                done += len(chunk)
                _refuse_size(source, done)
                digest.update(chunk)
                incoming.write(chunk)
                progress(done, max(size, done))
            _refuse_size(source, done)
            _give_its_place(incoming, lying, place_of(folder, digest.hexdigest()))
    except OSError as error:
        where = error.filename if error.filename and str(error.filename).startswith(str(folder)) else source
        raise UnusableFile(f"The file {where} can't be kept: {error.strerror or error}.") from error
    return Attachment(digest.hexdigest(), done, _media_type(head, source.name), showable_name(source.name))


def copy_out(folder: Path, sha256: str, name: str, target: Path) -> None:
    """Write the content to a new file. Raises `FileMissing` or `FileChanged`, leaving no file, and `UnusableFile` when
    it can't be written there."""
    try:
        with target.open("xb") as copy:
            try:
                for chunk in content_of(folder, sha256, name):
                    copy.write(chunk)
            except BaseException:
                target.unlink()
                raise
    except OSError as error:
        raise UnusableFile(f"The file {target} can't be written: {error.strerror or error}.") from error


def content_of(folder: Path, sha256: str, name: str) -> Iterator[bytes]:
    """The content, piece by piece; `name` is for sentences. Raises `FileMissing` at once, or `FileChanged` where at the
    end it was another."""
    place = place_of(folder, sha256)
    digest = hashlib.sha256()
    changed = FileChanged(
        f"{name} is not as it was when it was attached ({place} has another content): bring it back from a backup."
    )
    try:
        if not stat.S_ISREG(place.stat().st_mode):  # a pipe or a device would never end
            raise changed
        with place.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                yield chunk
    except FileNotFoundError as error:
        raise FileMissing(
            f"{name} is not on this machine ({place} is not there): bring it back from a backup, or get it from whoever"
            " attached it."
        ) from error
    except OSError as error:
        raise FileMissing(f"{name} can't be read ({place}: {error.strerror or error}).") from error
    if digest.hexdigest() != sha256:
        raise changed


def held(folder: Path) -> Iterator[Path]:
    """Everything that lies in the folder: contents in their places, and whatever else there is."""
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if len(entry.name) == 2 and entry.is_dir() and not entry.is_symlink():
            yield from sorted(entry.iterdir())
        else:
            yield entry


def showable_name(name: str) -> str:
    """The name of a file as it can be shown, and be written anywhere: nothing invisible in it, and no folders."""
    shown = "".join(letter if letter.isprintable() or letter in JOINERS else "\ufffd" for letter in name)
    return shown.replace("/", "_").replace("\\", "_").strip(" .")[:255] or "file"


def spoken_size(size: int) -> str:
    """`812 bytes`, `98 kB`, `1.2 MB`: in units of 1024, as file managers have it."""
    if size < 1024:
        return f"{size} byte{'' if size == 1 else 's'}"
    if size < 1024**2:
        return f"{size / 1024:.0f} kB"
    return f"{size / 1024**2:.{1 if size < 10 * 1024**2 else 0}f} MB"


def _size_of(source: Path) -> int:
    """The size of a file that may be attached, as far as can be told before it is read."""
    try:
        status = source.stat()
    except FileNotFoundError as error:
        raise UnusableFile(f"There is no file {source}.") from error
    except (OSError, ValueError) as error:  # a path may hold a character that no path can
        reason = getattr(error, "strerror", None) or error
        raise UnusableFile(f"The file {source} can't be read: {reason}.") from error
    if stat.S_ISDIR(status.st_mode):
        raise UnusableFile(f"{source} is a folder: name a file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise UnusableFile(f"{source} is a device or a pipe, not a file: save what it gives as a file first.")
    _refuse_size(source, status.st_size)
    return status.st_size


def _refuse_size(source: Path, size: int) -> None:
    if not size:
        raise UnusableFile(f"The file {source} is empty.")
    if size > LARGEST_FILE:
        raise UnusableFile(
            f"The file {source} has {spoken_size(size)}; a file may have at most {spoken_size(LARGEST_FILE)}."
        )


@contextmanager
def _incoming(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file that nobody reads yet; it is gone in the end unless it was given its place."""
    with passing_folder(folder, Passing.ATTACHING) as passing:
        lying = passing / "content"
        with os.fdopen(os.open(lying, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            yield file, lying


def _give_its_place(incoming: BinaryIO, source: Path, place: Path) -> None:
    incoming.flush()
    os.fsync(incoming.fileno())
    place.parent.mkdir(mode=0o700, exist_ok=True)
    if _is_whole(place):
        return
    incoming.close()  # some systems rename no open file
    source.chmod(0o400)
    source.replace(place)
    _sync_folder(place.parent)
    _sync_folder(place.parent.parent)


def _is_whole(place: Path) -> bool:
    """Whether the content is there already, and as it should be; if not, it is put there again."""
    try:
        for _ in content_of(place.parent.parent, place.name, place.name):
            pass
    except (FileMissing, FileChanged):
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """The name of a file survives a power cut only with its folder."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _media_type(head: bytes, name: str) -> str:
    """By content where that tells, else by the name."""
    import filetype  # type: ignore[import-untyped]

    if kind := filetype.guess(head):
        return str(kind.mime)
    from mimetypes import guess_type

    return (guess_type(name)[0] or "application/octet-stream").lower()
