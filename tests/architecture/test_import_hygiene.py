"""The engine starts fast and stands alone: what it does not need at once, it does not load.

That the layers import downwards only is checked by import-linter (`make check`); here is what is loaded when.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.domain.examples import kyb, kyc
from tests.store.stores import open_store

ROOT = Path(__file__).parents[2]
INTERFACE = {"textual", "rich", "click", "caseworker_tui", "sample_data"}
ONLY_WHERE_USED = {
    "sqlite_utils",
    "pycountry",
    "stdnum",
    "confluent_kafka",
    "cloudevents",
    "httpx2",
    "rapidfuzz",
    "anyascii",
    "filetype",
}
BEHIND_THE_FIRST_PICTURE = ONLY_WHERE_USED | {
    "pydantic",
    "pydantic_core",
    "tomllib",
    "store.engine",
    "store.log",
    "store.projections",
    "store.queries.query_language.completion",
    "caseworker_tui.configuration.settings",
    "caseworker_tui.case.text",
    "caseworker_tui.case.screen",
}


def loaded_by(program: str) -> set[str]:
    """The top-level modules that a new Python process has loaded at the end of the program."""
    loaded = output_of(program + "\nimport sys; print(*sys.modules)").split()
    return {name.partition(".")[0] for name in loaded}


def output_of(program: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def filled(database: Path) -> Path:
    """An up-to-date database with two cases."""
    with open_store(database) as store:
        store.execute(kyc())
        store.execute(kyb())
    return database


def test_the_engine_loads_no_interface_and_nothing_slow() -> None:
    loaded = loaded_by("import store.engine.case_store")
    assert "store" in loaded
    assert loaded & (INTERFACE | ONLY_WHERE_USED) == set()


def test_queries_load_no_interface_and_nothing_slow() -> None:
    loaded = loaded_by(
        "import store.queries.audit, store.queries.case_file, store.queries.notification_rules, store.queries.queue,"
        " store.queries.timeline"
    )
    assert loaded & (INTERFACE | ONLY_WHERE_USED) == set()


def test_intake_loads_no_interface() -> None:
    assert loaded_by("import store.intake.importer") & INTERFACE == set()


def test_the_config_service_loads_its_client_only_to_ask() -> None:
    assert loaded_by("import store.notifications.refresh") & (INTERFACE | ONLY_WHERE_USED) == set()


def test_what_is_known_of_the_team_without_its_cluster_loads_no_kafka() -> None:
    loaded = loaded_by(
        "import store.sync.dead_letters, store.sync.errors, store.sync.round, store.sync.settings,"
        " caseworker_tui.configuration.settings"
    )
    assert loaded & {"confluent_kafka", "cloudevents", "textual"} == set()


def test_screening_loads_no_interface_and_no_matching_before_somebody_is_screened() -> None:
    loaded = loaded_by("import store.screening.case_screening, store.screening.list_import")
    assert loaded & (INTERFACE | ONLY_WHERE_USED) == set()


def test_the_domain_loads_no_database() -> None:
    loaded = loaded_by("import store.domain.decider, store.domain.notification_rules")
    assert loaded & (INTERFACE | ONLY_WHERE_USED | {"sqlite3"}) == set()


def test_opening_an_up_to_date_database_loads_nothing_slow(filled: Path) -> None:
    program = f"""
from pathlib import Path
from store.engine.case_store import CaseStore
from store.queries.queue import queue_page
with CaseStore.open(Path({str(filled)!r})) as store:
    assert len(store.query(queue_page)) == 2
"""
    assert loaded_by(program) & (INTERFACE | ONLY_WHERE_USED) == set()


def test_making_a_database_is_what_sqlite_utils_is_for(database: Path) -> None:
    program = "from pathlib import Path; from store.engine.case_store import CaseStore; CaseStore.open(Path({!r}))"
    assert "sqlite_utils" in loaded_by(program.format(str(database)))


def test_the_first_picture_of_the_app_loads_nothing_slow(filled: Path) -> None:
    program = f"""
import os, sys
from pathlib import Path
from caseworker_tui.cli.main import Settings
from caseworker_tui.app import CaseworkerApp
from caseworker_tui.queue.table import CaseTable

draw = CaseTable.render_line

def draw_and_leave(self, y):
    if self.row(0):
        print(*sys.modules, file=sys.__stdout__, flush=True)
        os._exit(0)
    return draw(self, y)

CaseTable.render_line = draw_and_leave
settings = Settings(Path({str(filled)!r}), actor="ana")
settings.make_ready()
CaseworkerApp(settings.path, actor=settings.person).run(headless=True)
"""
    loaded = set(output_of(program).split())
    assert {"textual", "caseworker_tui.queue.screen"} <= loaded
    assert loaded & BEHIND_THE_FIRST_PICTURE == set()


def test_what_the_queue_reads_needs_no_widget() -> None:
    assert loaded_by("import caseworker_tui.queue.reading") & {"textual", "pydantic"} == set()


@pytest.mark.parametrize("there", [True, False], ids=["a database", "none yet"])
def test_no_module_of_ours_is_loaded_beside_the_thread_that_draws(filled: Path, there: bool) -> None:
    """Two threads that import at once can wait for each other."""
    program = f"""
import asyncio, sys
from pathlib import Path
from threading import current_thread, main_thread
from caseworker_tui.app import CaseworkerApp

class Beside:
    @staticmethod
    def find_spec(name, *_):
        if name.startswith(("store.", "caseworker_tui.")) and current_thread() is not main_thread():
            print(name)

sys.meta_path.insert(0, Beside)

async def look_around():
    app = CaseworkerApp(Path({str(filled if there else filled.with_name("new.sqlite3"))!r}), actor="ana")
    async with app.run_test() as pilot:
        for key in ("down", "enter", "escape", "n", "escape", "T", "escape", "slash", "k", "y", "enter"):
            await pilot.press(key)
            await pilot.pause(0.1)

asyncio.run(look_around())
"""
    assert output_of(program).split() == []
