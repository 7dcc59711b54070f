"""The draft of a new case, in a file beside the database: what was typed outlives escape, a crash and a power cut."""

import os
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from caseworker_tui.new_case.form import knows
from store.regular_files import open_regular

LARGEST: Final = 1024 * 1024
"""In bytes: more is no draft."""


class Draft(BaseModel):
    """What was typed, by path, and the id of the command that it is to become."""

    model_config = ConfigDict(extra="ignore")

    kind: Literal["KYC", "KYB"] = "KYC"
    texts: dict[str, str] = {}
    command_id: str

    @field_validator("texts")
    @classmethod
    def _of_this_form(cls, texts: dict[str, str]) -> dict[str, str]:
        return {path: text for path, text in texts.items() if knows(path)}


def draft_path(database: Path) -> Path:
    return database.with_name(f"{database.name}.draft.json")


def load_draft(database: Path) -> Draft | None:
    """The draft, None if there is none or it can't be read."""
    try:
        with open_regular(draft_path(database)) as file:
            return Draft.model_validate_json(file.read(LARGEST + 1)[:LARGEST])
    except (OSError, ValidationError):
        return None


def keep_draft(database: Path, draft: Draft) -> None:
    """Replace the draft, in one step. Raises OSError when the folder can't be written to.

    What is written to is a file of our own making: neither what somebody else has put there under its name, nor what a
    link leads to.
    """
    path = draft_path(database)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)  # of a process that was killed
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(new, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(draft.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def discard_draft(database: Path) -> None:
    """And what a process that was killed while it wrote has left of it."""
    draft_path(database).unlink(missing_ok=True)
    draft_path(database).with_suffix(".new").unlink(missing_ok=True)
