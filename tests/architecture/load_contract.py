"""A kind of import contract: what a module must not load when it is imported.

import-linter takes every import alike. Here imports within functions do not count, for they are carried out when the
function is called, and those for the type checker never. The packages around an imported module do count, because
Python loads them first.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from grimp import ImportGraph
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.domain.contract import ContractCheck

ROOT = Path(__file__).parents[2]


class LoadContract(ForbiddenContract):
    """`source_modules` must not load `forbidden_modules`, directly or through others."""

    type_name = "load"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        for importer in graph.modules:
            if graph.is_module_squashed(importer):
                continue
            lines = {*lines_of_imports(_tree(importer))}
            for imported in graph.find_modules_directly_imported_by(importer):
                found = graph.get_import_details(importer=importer, imported=imported)
                if lines.isdisjoint(each["line_number"] for each in found):
                    graph.remove_import(importer=importer, imported=imported)
                    continue
                for package in _packages_around(imported):
                    if package in graph.modules and package != importer:
                        graph.add_import(importer=importer, imported=package)
        return super().check(graph, verbose)


def _tree(module: str) -> ast.Module:
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_bytes())


def lines_of_imports(node: ast.AST) -> Iterator[int]:
    """Where the imports are that are carried out when a module is loaded."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child.lineno
        elif not _is_left_out(child):
            yield from lines_of_imports(child)


def _is_left_out(node: ast.AST) -> bool:
    """Whether what is in it is not carried out when the module is loaded."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def _packages_around(module: str) -> Iterator[str]:
    while module := module.rpartition(".")[0]:
        yield module
