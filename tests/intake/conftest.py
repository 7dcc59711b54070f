"""What the tests of intake share: files made on the spot, and imports into a new store."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from store.domain.commands import CreateCase
from store.engine.case_store import CaseStore
from store.intake.importer import Rejection, Report, import_files


@pytest.fixture
def make_file(tmp_path: Path) -> Callable[..., Path]:
    """A file of bytes, of text, or of values: one to a line, or with `array=True` as a JSON array."""

    def make(content: Any, name: str = "records.jsonl", *, array: bool = False) -> Path:
        path = tmp_path / name
        if isinstance(content, list):
            content = json.dumps(content) if array else "".join(json.dumps(value) + "\n" for value in content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@dataclass
class Desk:
    """A new store, and what became of the files that were imported into it."""

    store: CaseStore
    rejects_file: Path
    rejections: list[Rejection] = field(default_factory=list)

    def take_in(self, *paths: Path) -> Report:
        self.rejections.clear()
        return import_files(self.store, paths, rejects_file=self.rejects_file, on_rejection=self.rejections.append)

    @property
    def reasons(self) -> list[str]:
        return [f"{rejection.where}: {rejection.reason}" for rejection in self.rejections]

    def commands(self) -> list[CreateCase]:
        """The commands of all cases, in the order in which they were opened."""
        texts = self.store.query(
            lambda connection: connection.execute("SELECT command FROM commits ORDER BY position").fetchall()
        )
        return [CreateCase.model_validate(json.loads(text)["data"]) for (text,) in texts]

    def command(self, client_id: str) -> CreateCase:
        [found] = [command for command in self.commands() if command.client_id == client_id]
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with CaseStore.open(tmp_path / "cases.db") as store:
        yield Desk(store, tmp_path / "rejects" / "rejected.jsonl")
