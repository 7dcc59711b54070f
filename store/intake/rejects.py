"""The file of rejected records: as they came, one to a line, to be mended and imported again."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from store.intake.records import Broken, Piece, Record


class RejectsFile:
    """Made with the first record that is written to it, for its owner's eyes only (mode 0600).

    It never overwrites: where `wanted` exists, a number is added to the name. `path` is None until it is made.
    """

    def __init__(self, wanted: Path) -> None:
        self._wanted = wanted
        self._file: BinaryIO | None = None
        self._written: set[tuple[Path, str]] = set()
        self.path: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            with self._naming_it():
                self._file.close()

    def write(self, source: Path, records: Iterable[Record | Broken]) -> None:
        """Append those records of the file `source` that are not in here yet."""
        for record in records:
            if not record.raw or (source, record.where) in self._written:
                continue
            if isinstance(record, Record) and record.value is None:  # a statement: only they belong to several cases
                self._written.add((source, record.where))
            file = self._file or self._make()
            end = b""
            for chunk in record.raw.chunks() if isinstance(record.raw, Piece) else (record.raw,):
                with self._naming_it():
                    file.write(chunk)
                end = chunk[-1:]
            if end != b"\n":
                with self._naming_it():
                    file.write(b"\n")

    @contextmanager
    def _naming_it(self) -> Iterator[None]:
        """An error of a write does not say of which file it is."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error

    def _make(self) -> BinaryIO:
        missing = [folder for folder in (self._wanted.parent, *self._wanted.parent.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        number, path = 1, self._wanted
        while True:
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                break
            except FileExistsError:
                number += 1
                path = self._wanted.with_stem(f"{self._wanted.stem}-{number}")
        self.path, self._file = path, os.fdopen(descriptor, "wb")
        return self._file
