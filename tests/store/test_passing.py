"""What lies beside a database for a while: gone at the end, and removed by a later run where its process was killed."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import time
from typing import Final, NoReturn

import pytest

from store import passing
from store.doctor import Check, examine
from store.domain.rules import Rules
from store.exclusive import InUse
from store.passing import Left, Passing, clear_away, in_passing, passing_folder
from store.sync.shared_log import SyncStopped
from store.sync.single_instance import single_instance
from tests.domain.examples import ANA, kyc
from tests.screening.lists import row, simple_csv
from tests.store.stores import open_store

ROOT: Final = Path(__file__).parents[2]

DAY: Final = 24 * 60 * 60

_BEGIN: Final = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from store.engine.case_store import CaseStore

database, file = map(Path, sys.argv[1:])

def stay(*_):
    print("there", flush=True)
    sleep(60)

"""

AT_WORK: Final = {
    "rebuild": "with CaseStore.open(database) as store: store.rebuild(stay)",
    "list import": """
from store.screening.list_import import import_list
from store.screening.list_files import lists_folder
import_list(lists_folder(database), file, now=datetime.now(UTC), actor="ana", progress=stay)
""",
    "attaching": "with CaseStore.open(database) as store: store.keep_attachment(file, stay)",
    "viewing": """
from caseworker_tui.frame.viewer import PassingCopies
from store.attachments import folder_of
from store.domain.commands import COMMANDS
from store.queries.case_file import AttachmentRow
with CaseStore.open(database) as store:
    kept = store.keep_attachment(file)
    row = AttachmentRow("", "", kept.sha256, kept.size, "text/csv", "list.csv", "", "")
    copies = PassingCopies()
    copies.copy_of(row, store.query(folder_of))
stay()
""",
}
"""Python that has begun each piece of work, and goes no further."""


@pytest.fixture
def filled(database: Path) -> Path:
    with open_store(database) as store:
        store.execute(kyc(ANA), actor="ana")
    return database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return simple_csv(tmp_path / "list.csv", row("NK-1", "Ana Ruiz"))


@pytest.fixture(params=AT_WORK)
def process(request: pytest.FixtureRequest, filled: Path, file: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process in the middle of some work, on the database `filled`."""
    with subprocess.Popen(
        [sys.executable, "-c", _BEGIN + AT_WORK[request.param], str(filled), str(file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as working:
        try:
            assert working.stdout is not None
            assert working.stdout.readline() == "there\n"
            yield working
        finally:
            working.kill()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def left_behind(database: Path) -> Check:
    (found,) = [check for check in examine(database, Rules()) if check.name == "Left behind"]
    return found


def test_what_a_living_process_uses_is_never_removed(process: "subprocess.Popen[str]", filled: Path) -> None:
    ((path, abandoned),) = in_passing(filled)
    before = files_in(path)
    assert (abandoned, len(before)) == (False, 2), "the lock, and what is in passing"
    clear_away(filled)
    assert files_in(path) == before
    assert left_behind(filled) == Check("Left behind", True, "nothing; in use by a process at work: 1")


def test_what_a_killed_process_left_is_told_and_removed(process: "subprocess.Popen[str]", filled: Path) -> None:
    process.kill()
    process.wait()
    ((path, abandoned),) = in_passing(filled)
    assert abandoned
    told = left_behind(filled)
    assert (told.ok, told.found) == (False, f"by processes that are gone: {path}")
    assert "hold personal data in clear" in told.advice
    clear_away(filled)
    assert not path.exists()
    assert left_behind(filled) == Check("Left behind", True, "nothing")


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such permissions")
def test_is_for_its_owner_alone(tmp_path: Path) -> None:
    with passing_folder(tmp_path, Passing.VIEWING) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / passing.IN_USE).stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == []


def test_is_gone_though_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), passing_folder(tmp_path, Passing.VIEWING):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk I/O error"), InUse("database is locked")])
def test_where_no_lock_can_be_had_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A file system that has no locks left (ENOLCK) is to SQLite as if somebody held this one."""

    def no_lock(_: Path) -> NoReturn:
        raise error

    monkeypatch.setattr(passing, "exclusively", no_lock)
    with pytest.raises(OSError, match="no lock can be had there"), passing_folder(tmp_path, Passing.VIEWING):
        raise AssertionError
    assert list(tmp_path.iterdir()) == []


def _of_an_earlier_version(folder: Path, content: str) -> Path:
    folder.mkdir(parents=True)
    (folder / content).write_text("Ana")
    return folder


EARLIER: Final[dict[str, Callable[[Path], Path]]] = {
    "rebuild": lambda database: _of_an_earlier_version(database.parent / "rebuild-a1b2c3d_", "segment_0.sqlite3"),
    "import": lambda database: _of_an_earlier_version(database.parent / "cases.sqlite3.lists/import-ab", "x.sqlite3"),
    "viewer": lambda database: _of_an_earlier_version(database.parent / "cases.sqlite3.files/opened-ab", "scan.pdf"),
}


@pytest.mark.parametrize("kind", EARLIER)
@pytest.mark.parametrize(("age", "abandoned"), [(DAY + 60, True), (DAY - 60, False)])
def test_what_has_no_lock_is_left_when_it_is_a_day_old(tmp_path: Path, kind: str, age: int, abandoned: bool) -> None:
    database = tmp_path / "cases.sqlite3"
    folder = EARLIER[kind](database)
    os.utime(folder, times=(time() - age,) * 2)
    assert list(in_passing(database)) == [Left(folder, abandoned)]
    clear_away(database)
    assert folder.exists() is not abandoned


def test_a_file_that_an_earlier_version_was_taking_in_is_removed(tmp_path: Path) -> None:
    incoming = tmp_path / "cases.sqlite3.files" / "incoming-abc"
    incoming.parent.mkdir()
    incoming.write_text("Ana")
    os.utime(incoming, times=(time() - DAY - 60,) * 2)
    clear_away(tmp_path / "cases.sqlite3")
    assert not incoming.exists()


@pytest.mark.parametrize(
    "name", ["rebuild-2026", "rebuild-a1b2c3d_", "other.sqlite3.rebuild-a1b2c3d_", "import-x", "opened-x"]
)
def test_what_is_not_ours_is_never_removed(tmp_path: Path, name: str) -> None:
    folder = _of_an_earlier_version(tmp_path / name, "letter.txt")
    os.utime(folder, times=(time() - 99 * DAY,) * 2)
    assert list(in_passing(tmp_path / "cases.sqlite3")) == []
    clear_away(tmp_path / "cases.sqlite3")
    assert files_in(folder)


def test_copies_elsewhere_are_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = _of_an_earlier_version(tmp_path / "tmp" / "caseworker-opened-ab", "scan.pdf")
    os.utime(elsewhere, times=(time() - DAY - 60,) * 2)
    monkeypatch.setattr(passing, "gettempdir", lambda: str(tmp_path / "tmp"))
    assert list(in_passing(tmp_path / "cases.sqlite3")) == [Left(elsewhere, True)]


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such permissions")
@pytest.mark.parametrize("made_before", [True, False])
def test_the_lock_of_sync_is_for_its_owner_alone(database: Path, made_before: bool) -> None:
    lock = database.with_name(f"{database.name}-sync")
    if made_before:
        lock.touch(mode=0o644)
    with single_instance(database):
        assert stat.S_IMODE(lock.stat().st_mode) == 0o600
        with pytest.raises(SyncStopped, match="Another process syncs"), single_instance(database):
            raise AssertionError
    with single_instance(database):
        pass
