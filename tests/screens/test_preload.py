"""What is loaded behind the first picture, and the garbage collector, which is off until then."""

import gc
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.frame import preload
from caseworker_tui.frame.preload import collector_paused
from tests.screens.pilot import run, settle


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """It is on before and after."""
    assert gc.isenabled()
    yield
    gc.enable()


@pytest.fixture
def late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module that is loaded behind the first picture."""
    name = "loaded_behind_the_first_picture"
    (tmp_path / f"{name}.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(preload, "MODULES", (name,))
    yield name
    sys.modules.pop(name, None)


def look_on(app: CaseworkerApp) -> None:
    run(app, settle)


def test_each_app_of_a_process_loads_what_is_not_there(sample: Path, late: str) -> None:
    for _ in range(2):
        look_on(CaseworkerApp(sample, actor="ana.ruiz"))
        del sys.modules[late]


def test_the_collector_is_on_again_once_all_is_loaded(sample: Path, late: str) -> None:
    seen = []
    with collector_paused() as resume:

        def loaded() -> None:
            seen.append((late in sys.modules, gc.isenabled()))
            resume()
            seen.append((late in sys.modules, gc.isenabled()))

        look_on(CaseworkerApp(sample, actor="ana.ruiz", on_loaded=loaded))
        assert seen == [(True, False), (True, True)]
        assert gc.isenabled()


def test_the_collector_is_on_again_when_a_module_cannot_be_loaded(
    sample: Path, late: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{late}.py").write_text("raise RuntimeError('no luck')")
    with pytest.raises(Exception, match="no luck"), collector_paused() as resume:
        look_on(CaseworkerApp(sample, actor="ana.ruiz", on_loaded=resume))
    assert gc.isenabled()


def test_the_collector_is_on_again_when_the_app_cannot_be_made() -> None:
    with suppress(OSError), collector_paused():
        assert not gc.isenabled()
        raise OSError("no screen")
    assert gc.isenabled()
