"""A process of its own that works on a database, for tests of what happens when several do.

Started as `python -m tests.store.another_process TASK PATH`; see `Worker` for the test's end of it.

    obey    read a command a line, as JSON, and answer each with a line: `{"case_id": …}`, `{"refused": code}`
    create  open the database that each line names, and answer with a line each
    attach  for each line, a document and the path of a file, keep the file and say `kept`; attach it at the next line
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Self

from store.domain.commands import COMMANDS, AttachFile
from store.domain.refusals import Refusal
from store.engine.case_store import CaseStore
from store.errors import StoreError

ROOT: Final = Path(__file__).parents[2]


class Worker:
    """A process that works on a database, with which a test talks line by line."""

    def __init__(self, task: str, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.another_process", task, str(path)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.hears() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def told(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hears(self) -> Any:
        """The next line that it says."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())


def say(what: object) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def obey(path: Path) -> None:
    with CaseStore.open(path) as store:
        say("ready")
        for line in sys.stdin:
            order = json.loads(line)
            command = COMMANDS[order["command"]].model_validate(order["data"])
            try:
                receipt = store.execute(
                    command,
                    command_id=order.get("command_id"),
                    expected_head=order.get("expected_head"),
                    actor="another",
                )
            except (Refusal, StoreError) as error:
                say({"refused": error.code})
            else:
                say({"case_id": receipt.case_id, "repeated": receipt.repeated})


def create(_: Path) -> None:
    import sqlite_utils  # noqa: F401, PLC0415 (loaded beforehand, so that all processes come to the file at once)

    say("ready")
    for line in sys.stdin:
        try:
            CaseStore.open(Path(line.strip())).close()
        except StoreError as error:
            say(str(error))
        else:
            say("opened")


def attach(path: Path) -> None:
    with CaseStore.open(path) as store:
        say("ready")
        for line in sys.stdin:
            order = json.loads(line)
            kept = store.keep_attachment(Path(order["file"]))
            say("kept")
            sys.stdin.readline()
            document = order["document_requirement_id"]
            store.execute(AttachFile(document_requirement_id=document, **asdict(kept)), actor="another")
            say(kept.sha256)


if __name__ == "__main__":
    {"obey": obey, "create": create, "attach": attach}[sys.argv[1]](Path(sys.argv[2]))
