"""A file system whose locks do nothing is found out from a second process, before anything is lost."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store import locking
from store.doctor import examine
from store.domain.rules import Rules
from store.errors import StoreError
from store.locking import file_system_of, is_remote, trouble_with_locks
from store.sqlite import database as store_database
from store.sqlite.database import connect

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
31 22 {major}:{minor} /home /mnt/a\\040b rw,relatime shared:2 - {kind} server:/home rw,nolock
40 22 0:5 / /dev rw - devtmpfs udev rw
"""

GIVES_EVERY_LOCK = locking._SECOND_PROCESS.replace("timeout=0", "timeout=0, uri=True").replace(
    "sys.argv[1]", '"file:" + sys.argv[1] + "?nolock=1"'
)
"""A second process as on a file system whose locks do nothing: SQLite asks for none."""


@pytest.fixture
def mounted_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Has the system say that the test's folder lies on a file system of this kind."""

    def mount(kind: str) -> None:
        device = tmp_path.stat().st_dev
        mounts = tmp_path / "mountinfo"
        mounts.write_text(MOUNTS.format(kind=kind, major=os.major(device), minor=os.minor(device)))
        monkeypatch.setattr(locking, "_MOUNTS", mounts)

    store_database._tried.clear()
    yield mount
    store_database._tried.clear()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The processes that are started."""
    commands: list[Any] = []
    run = subprocess.run

    def noted(command: Any, **more: Any) -> Any:
        commands.append(command)
        return run(command, **more)

    monkeypatch.setattr(subprocess, "run", noted)
    return commands


def locks_do_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "_SECOND_PROCESS", GIVES_EVERY_LOCK)


def test_locks_that_hold_are_no_trouble(tmp_path: Path, started: list[Any]) -> None:
    assert trouble_with_locks(tmp_path) is None
    assert len(started) == 1
    assert list(tmp_path.iterdir()) == []


def test_locks_that_do_nothing_are_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locks_do_nothing(monkeypatch)
    assert trouble_with_locks(tmp_path) == "two processes were given the same lock there"


@pytest.mark.parametrize(
    ("second_process", "trouble"),
    [("import sys; sys.exit(4)", "a second process can't ask for a lock there"), ("import sys; sys.exit(9)", None)],
)
def test_a_process_that_can_t_try_tells_what_it_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second_process: str, trouble: str | None
) -> None:
    monkeypatch.setattr(locking, "_SECOND_PROCESS", second_process)
    assert trouble_with_locks(tmp_path) == trouble


def test_where_nothing_can_be_written_nothing_is_tried(tmp_path: Path, started: list[Any]) -> None:
    assert trouble_with_locks(tmp_path / "nowhere") is None
    assert started == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it")
def test_the_kind_of_a_file_system_is_told(tmp_path: Path, mounted_as: Any) -> None:
    assert file_system_of(tmp_path)
    mounted_as("nfs4")
    assert file_system_of(tmp_path) == "nfs4"
    assert file_system_of(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("kind", "remote"),
    [
        ("nfs", True),
        ("cifs", True),
        ("fuse.sshfs", True),
        ("9p", True),
        ("ext4", False),
        ("tmpfs", False),
        (None, False),
    ],
)
def test_a_file_system_is_remote_by_its_kind(kind: str | None, remote: bool) -> None:
    assert is_remote(kind) is remote


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it")
class TestOpening:
    def test_on_a_local_disk_starts_no_process(self, tmp_path: Path, mounted_as: Any, started: list[Any]) -> None:
        mounted_as("ext4")
        connect(tmp_path / "cases.sqlite3").close()
        assert started == []

    def test_on_a_network_file_system_tries_its_locks_once(
        self, tmp_path: Path, mounted_as: Any, started: list[Any]
    ) -> None:
        mounted_as("nfs4")
        for _ in range(3):
            connect(tmp_path / "new" / "cases.sqlite3").close()
        assert len(started) == 1

    def test_is_refused_where_locks_do_nothing(
        self, tmp_path: Path, mounted_as: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mounted_as("cifs")
        locks_do_nothing(monkeypatch)
        for _ in range(2):
            with pytest.raises(StoreError, match=r"lies on a file system \(cifs\) whose locks do not hold: two"):
                connect(tmp_path / "cases.sqlite3")
        assert not (tmp_path / "cases.sqlite3").exists()

    def test_doctor_tries_it_anywhere(self, tmp_path: Path, mounted_as: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        mounted_as("ext4")
        (locks,) = [check for check in examine(tmp_path / "cases.sqlite3", Rules()) if check.name == "Locks"]
        assert (locks.ok, locks.found) == (True, "hold (ext4)")
        locks_do_nothing(monkeypatch)
        (locks,) = [check for check in examine(tmp_path / "cases.sqlite3", Rules()) if check.name == "Locks"]
        assert (locks.ok, locks.found) == (False, "two processes were given the same lock there (ext4)")
        assert "move the database to a local disk" in locks.advice
