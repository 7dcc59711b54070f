"""`caseworker doctor`: what could keep the program from working on this machine, in this terminal, on this database."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from caseworker_tui.cli.printing import is_terminal, safe
from store import doctor
from store.doctor import Check
from store.domain.rules import Rules


def examine(database: Path, rules: Rules) -> Iterator[Check]:
    """All checks. What they found can be shown on a terminal."""
    for check in (*_machine(), *doctor.examine(database, rules)):
        yield replace(check, found=safe(check.found), advice=safe(check.advice))


def caseworker_version() -> str:
    return _installed("caseworker")


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed" if distribution != "caseworker" else "from source, not installed"


def _machine() -> Iterator[Check]:
    yield Check("caseworker", True, caseworker_version())
    yield Check("Python", True, f"{platform.python_version()} ({sys.executable})")
    yield doctor.sqlite_library()
    textual = _installed("textual")
    yield Check("Textual", textual != "not installed", textual, "Install caseworker again.")
    yield Check("Platform", True, platform.platform())
    yield _terminal()


def _terminal() -> Check:
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return Check("Terminal", True, "none: the subcommands work, the app needs one")
    columns, lines = shutil.get_terminal_size()
    kind = os.environ.get("TERM", "unknown")
    return Check(
        "Terminal",
        kind != "dumb" and (columns, lines) >= (80, 24),
        f"{kind}, {columns}x{lines}",
        "The app is made for terminals of 80x24 and more that can place the cursor.",
    )
