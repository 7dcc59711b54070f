"""Whether the locks of a file system hold, tried from a second process.

SQLite keeps processes from writing over each other by locks on the file. On some network file systems a lock is granted
to whoever asks: nothing fails then, and work is lost unsaid.
"""

import os
import subprocess
import sys
from errno import ENOLCK
from pathlib import Path
from typing import Final

from store.passing import IN_USE, Passing, passing_folder

_MOUNTS: Final = Path("/proc/self/mountinfo")

_REMOTE: Final = frozenset(
    {
        *(
            "9p",
            "afs",
            "afpfs",
            "beegfs",
            "ceph",
            "cifs",
            "coda",
            "davfs",
            "drvfs",
            "fuse",
            "gfs2",
            "glusterfs",
            "gpfs",
        ),
        *("lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "pvfs2", "smb3", "smbfs", "vboxsf"),
        *("virtiofs", "vmhgfs"),
    }
)

_SECOND_PROCESS: Final = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
try:
    connection.execute("BEGIN EXCLUSIVE")
except sqlite3.OperationalError as error:
    sys.exit(0 if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY else 4)
sys.exit(3)
"""
"""Ends with 3 where it is given the lock that the first process has."""

_PATIENCE: Final = 20
"""In seconds, for a process that does next to nothing."""


def file_system_of(folder: Path) -> str | None:
    """The kind of the file system on which a folder lies, like `ext4`; None where nobody tells, outside of Linux."""
    try:
        device = os.stat(folder).st_dev  # noqa: PTH116 (also of a folder whose name is no UTF-8)
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for mount in mounts:
        before, _, after = mount.partition(" - ")
        if before.split(" ", 3)[2] == wanted:
            return after.split(" ", 1)[0]
    return None


def is_remote(kind: str | None) -> bool:
    """Whether files of this kind of file system may lie on another machine."""
    return kind is not None and (kind in _REMOTE or kind.startswith("fuse."))


def trouble_with_locks(folder: Path) -> str | None:
    """What is wrong with the locks of the file system on which a folder lies, as a sentence about "it".

    None where they hold, and where it can't be tried: in a folder that can't be written to nothing is written.
    """
    try:
        with passing_folder(folder, Passing.LOCKS) as passing:
            code = subprocess.run(  # noqa: S603 (ourselves, and no shell between)
                [sys.executable, "-I", "-S", "-c", _SECOND_PROCESS, str(passing / IN_USE)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE,
                check=False,
            ).returncode
    except OSError as error:
        return "no lock can be had there" if error.errno == ENOLCK else None
    except subprocess.TimeoutExpired:
        return "a second process waits for ever for a lock there"
    if code == 3:
        return "two processes were given the same lock there"
    return "a second process can't ask for a lock there" if code == 4 else None
