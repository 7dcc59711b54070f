"""What all tests share: a clock that does not depend on the day, a store on a file of its own, and real records."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.domain.commands import CreateCase
from store.engine import CaseStore, Receipt
from tests.domain.examples import kyc
from tests.store.desk import Clock, open_store

NewCase = Callable[..., Receipt]

REPOSITORY = Path(__file__).resolve().parents[1]


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
    with open_store(database, clock=clock) as store:
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
