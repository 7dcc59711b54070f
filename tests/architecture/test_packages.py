"""A package's docstring is its table of contents."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(path for name in ("caseworker_tui", "store") for path in (ROOT / name).rglob("__init__.py"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_a_package_names_all_its_modules(package: Path) -> None:
    contents = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    there = {path.stem for path in package.parent.glob("*.py")} - {"__init__", "__main__"}
    there |= {path.parent.name for path in package.parent.glob("*/__init__.py")}
    assert there <= set(re.findall(r"\w+", contents))
