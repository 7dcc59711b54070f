"""A team whose log is in memory: Ana's laptop, Ben's, and a case that Ana's has brought into it."""

import pytest

from tests.domain.examples import kyc
from tests.sync.memory_team import Laptop, MemoryLog, a_laptop


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def ana(log: MemoryLog) -> Laptop:
    return a_laptop("ana", log)


@pytest.fixture
def ben(log: MemoryLog) -> Laptop:
    return a_laptop("ben", log)


@pytest.fixture
def case_id(ana: Laptop) -> str:
    case_id = ana.does(kyc()).case_id
    ana.syncs()
    return case_id
