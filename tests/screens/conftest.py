"""The app on the sample cases, with a pinned clock, time zone and person, so that every picture comes out the same."""

import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

# Before textual is imported: the first two change what is drawn, and what moves is waited for.
os.environ.pop("NO_COLOR", None)
os.environ.pop("TEXTUAL_THEME", None)
os.environ["TEXTUAL_ANIMATIONS"] = "none"

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.cli.sample import build_sample
from store.screening.list_files import lists_folder

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="session")
def built_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "cases.sqlite3"
    build_sample(path, NOW)
    return path


@pytest.fixture
def sample(built_sample: Path, tmp_path: Path) -> Path:
    """A copy of the sample cases and lists that a test may change."""
    shutil.copytree(lists_folder(built_sample), lists_folder(tmp_path / "cases.sqlite3"))
    return Path(shutil.copy(built_sample, tmp_path / "cases.sqlite3"))


@pytest.fixture
def app(sample: Path) -> CaseworkerApp:
    return CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW)


@pytest.fixture
def empty_app(tmp_path: Path) -> CaseworkerApp:
    return CaseworkerApp(tmp_path / "empty" / "cases.sqlite3", actor="ana.ruiz", clock=lambda: NOW)
