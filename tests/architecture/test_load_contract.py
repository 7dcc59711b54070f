"""The import contracts of kind `load` tell what is imported with a module from what is imported when it is needed."""

import ast

import pytest
from grimp import build_graph
from importlinter.configuration import configure
from importlinter.contracts.forbidden import ForbiddenContract

from tests.architecture.load_contract import LoadContract, lines_of_imports

MODULE = """
import one
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import for_types

class Here:
    import two

    def later(self):
        import not_yet

try:
    import three
except ImportError:
    import four

if one.is_there:
    import five
"""


def test_what_is_imported_with_a_module() -> None:
    lines = MODULE.splitlines()
    found = [lines[line - 1].split()[1] for line in lines_of_imports(ast.parse(MODULE))]
    assert found == ["one", "typing", "two", "three", "four", "five"]


@pytest.mark.parametrize(
    ("kind", "forbidden", "kept"),
    [
        (LoadContract, "caseworker_tui.queue", False),
        (LoadContract, "caseworker_tui.case", True),
        (ForbiddenContract, "caseworker_tui.case", False),  # imported within functions
    ],
)
def test_what_the_app_loads(kind: type[ForbiddenContract], forbidden: str, kept: bool) -> None:
    configure()
    packages = ["caseworker_tui", "sample_data", "store"]
    options = {"source_modules": ["caseworker_tui.app"], "forbidden_modules": [forbidden]}
    contract = kind("", {"root_packages": packages}, options)
    assert contract.check(build_graph(*packages, cache_dir=None), verbose=False).kept is kept
