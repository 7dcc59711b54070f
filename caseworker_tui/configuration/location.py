"""Where the configuration lies: known without loading what reads it."""

import os
from pathlib import Path

from platformdirs import user_config_path


def default_path() -> Path | None:
    """Where the configuration is looked for when nobody names one; None for a user without a home folder."""
    try:
        return user_config_path("caseworker", appauthor=False) / "config.toml"
    except RuntimeError:
        return None


def file_to_read(named: Path | None) -> Path | None:
    """The file that somebody named, which must be there; else the default one, or None if that is not there."""
    if named:
        return named
    path = default_path()
    return path if path and os.path.exists(path) else None  # noqa: PTH110 (False where nobody may look)
