"""What all tests share: a clock that does not depend on the day, a store on a file of its own, and real records."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from store.domain.commands import CreateCase
from store.engine.case_store import CaseStore, Receipt
from tests.domain.examples import kyc
from tests.store.stores import Clock, open_store, put_empty_database
from tests.trials import SEED, TALLY, Tally

NewCase = Callable[..., Receipt]

REPOSITORY = Path(__file__).resolve().parents[1]

MEMORY = Path("/dev/shm")


def pytest_configure() -> None:
    """Files of tests are in memory where there is enough of it: each commit of a store would wait for the disk."""
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 1024**3:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # it is chosen anew
    # In a deep run `make deep` gives hypothesis the seed.
    settings.register_profile("seeded", derandomize=not SEED, database=None)
    settings.load_profile("seeded")


def pytest_collection_finish() -> None:
    """Imported modules are a million objects, which the garbage collector needs not go through again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """What a test has tried goes along with its report, for it may run in another process."""
    vars(TALLY).update(vars(Tally(item.nodeid)))
    try:
        yield
    finally:
        if TALLY.tried:
            item.user_properties.append(("trials", [TALLY.tried, TALLY.survived]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    counted = sorted((r.nodeid, name, *v) for r in reports for name, v in r.user_properties if name == "trials")
    if counted:
        terminalreporter.section("tried and survived")
    for test, _, tried, survived in counted:
        terminalreporter.line(f"{tried:>9,} tried {survived:>9,} survived  {test}")


@pytest.fixture
def clock() -> Clock:
    """9:00 UTC on 2 January 2026, and a second later at each look."""
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where a database may be made; there is none yet."""
    return tmp_path / "cases.sqlite3"


@pytest.fixture
def store(database: Path, clock: Clock) -> Iterator[CaseStore]:
    """An empty store."""
    with open_store(put_empty_database(database), create=False, clock=clock) as store:
        yield store


@pytest.fixture
def new_case(store: CaseStore) -> NewCase:
    """Opens a case, that of Ana Ruiz if none is named."""

    def opened(command: CreateCase | None = None, **more: str | None) -> Receipt:
        return store.execute(command or kyc(), **{"actor": "ana", **more})

    return opened


@pytest.fixture(scope="session")
def real_records() -> Path:
    """The folder with real public records, which is no part of the project."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real records (../shared/data beside the repository) are missing: nothing was checked on them")
    return folder
