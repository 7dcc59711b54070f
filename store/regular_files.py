"""Files that are read whole: no pipe or device, which may never begin or never end."""

import os
import stat
from errno import EINVAL, EISDIR
from io import BufferedReader
from pathlib import Path
from typing import Final

_AT_ONCE: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe into which nobody writes is opened at once, and told from a file then."""


def open_regular(path: Path) -> BufferedReader:
    """The file, opened for reading. Raises OSError, also for what is no file."""
    descriptor = os.open(path, os.O_RDONLY | _AT_ONCE)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(path))
    raise OSError(EINVAL, "it is a device or a pipe, not a file: save what it gives as a file first", str(path))
