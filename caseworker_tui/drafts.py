"""The draft of a new case, in a file beside the database: what was typed outlives escape, a crash and a power cut."""

import json
import os
from pathlib import Path
from typing import Any

Draft = dict[str, Any]


def draft_path(database: Path) -> Path:
    return database.with_name(f"{database.name}.draft.json")


def load_draft(database: Path) -> Draft | None:
    """The draft, None if there is none or it can't be read."""
    try:
        draft = json.loads(draft_path(database).read_bytes())
    except (OSError, ValueError):
        return None
    return draft if isinstance(draft, dict) else None


def keep_draft(database: Path, draft: Draft) -> None:
    """Replace the draft, in one step. Raises OSError when the folder can't be written to."""
    path = draft_path(database)
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(draft, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def discard_draft(database: Path) -> None:
    draft_path(database).unlink(missing_ok=True)
