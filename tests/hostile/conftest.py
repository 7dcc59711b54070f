"""What the suites share: children of one process, and a folder for each trial."""

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.hostile.jobs")  # what it checks is told in full where it fails

from tests.hostile.forks import Forks  # noqa: E402
from tests.hostile.jobs import Benches  # noqa: E402


@pytest.fixture(scope="session")
def benches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Benches]:
    folder = tmp_path_factory.mktemp("hostile")
    with Forks(folder) as forks:
        yield Benches(folder, forks)
