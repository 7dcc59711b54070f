"""docs/library.md is a program: its examples run from top to bottom, and print what the page says."""

import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import store

PAGE = Path(__file__).parents[1] / "docs" / "library.md"
BLOCKS = re.findall(r"^```(python|text)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_examples_print_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    printed = ""
    for kind, text in BLOCKS:
        if kind == "python":
            assert not printed, "the page does not say what the example before prints"
            with redirect_stdout(StringIO()) as out:
                exec(text, names)
            printed = out.getvalue()
        else:
            pattern = ".*".join(map(re.escape, text.split("...")))
            assert re.fullmatch(pattern, printed), printed
            printed = ""


def test_a_new_read_table_takes_25_lines_at_most() -> None:
    (example,) = (text for kind, text in BLOCKS if kind == "python" and "Projection(" in text)
    assert len(example.splitlines()) <= 25


@pytest.mark.parametrize("name", store.__all__)
def test_every_public_name_is_there_and_on_the_page(name: str) -> None:
    assert getattr(store, name) is not None
    assert re.search(rf"\b{name}\b", PAGE.read_text(encoding="utf-8"))


def test_any_other_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute ‘Casestore’"):
        store.Casestore  # noqa: B018


def test_importing_it_loads_nothing_of_the_engine() -> None:
    program = "import store, sys; print(*(name for name in sys.modules if name.startswith(('store.', 'pydantic'))))"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PAGE.parents[1]
    )
    assert result.stdout.split() == []
