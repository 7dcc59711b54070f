"""What processes are at when something befalls them, and what has to hold afterwards.

Each job is one command line of `caseworker`. However a process at it ended: what it acknowledged is there, once; what
it had begun is wholly there or wholly not; and the same command line given again leads to where it would have led
undisturbed.
"""

import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from store.attachments import held
from store.domain.casework.opening import case_id_of_new_case
from store.passing import FILES, Passing, beside
from store.projections import PROJECTIONS
from store.screening.list_files import lists_folder
from tests.domain.examples import ANA, kyc
from tests.hostile.forks import SMALL_BATCH, Forks, Order, Ran
from tests.screening.lists import bring_in, row, simple_csv
from tests.store.dumps import OLD, restore
from tests.store.stores import a_case_with_everything, findings_in, open_store, rows

THERE: Final = 12
"""Cases."""
COMMANDS: Final = 2 * THERE
RECORDS: Final = 4 * SMALL_BATCH
LISTED: Final = 150
SIZE_OF_A_SCAN: Final = 2_500_000


def database_in(folder: Path) -> Path:
    return folder / "data" / "cases.sqlite3"


@dataclass(frozen=True, slots=True)
class Job:
    """`prepare` puts into a folder what the command line works on; with `stdin` that file of it is read."""

    prepare: Callable[[Path], None]
    arguments: tuple[str, ...]
    stdin: str = ""
    code_when_done: int = 0
    """The exit code where another run has come to the end already."""

    def order(self, folder: Path, **more: object) -> Order:
        given = [str(folder / each[2:]) if each.startswith("./") else each for each in self.arguments]
        stdin = {"stdin": str(folder / self.stdin)} if self.stdin else {}
        return Order(("--db", str(database_in(folder)), *given), **stdin, **more)  # type: ignore[arg-type]


def _a_database(folder: Path) -> None:
    (folder / "data").mkdir()
    with open_store(database_in(folder)) as store:
        a_case_with_everything(store)
        for number in range(THERE):
            store.execute(kyc(ANA), command_id=f"there-{number}", actor="ben")


def _commands(folder: Path) -> None:
    """Each on a case of its own: what becomes of one is nothing to the others."""
    _a_database(folder)
    of_there = [
        _line("TagCase", f"tag-{n}", case_id=case_id_of_new_case(f"there-{n}"), tag="vip") for n in range(THERE)
    ]
    _write(folder / "commands", [line for pair in zip(of_there, _new_cases(THERE), strict=True) for line in pair])


def _first_commands(folder: Path) -> None:
    _write(folder / "commands", _new_cases(4))


def _new_cases(number: int) -> list[str]:
    data = kyc(ANA).model_dump(mode="json", exclude_defaults=True)
    return [_line("CreateCase", f"new-{each}", **data) for each in range(number)]


def _line(command: str, command_id: str, **data: object) -> str:
    return json.dumps({"command": command, "command_id": command_id, "data": data})


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _records(folder: Path) -> None:
    """Every tenth is none."""
    _a_database(folder)
    common = {"client_id": "C-1", "version": "1.0", "type": "STANDARD"}
    records = [
        common
        | {"message_id": f"m-{number}", "traitement_type": "KYC" if number % 10 else "neither"}
        | {"persons": [{"firstname": "Ana", "lastname": f"Ruiz {number}"}]}
        for number in range(RECORDS)
    ]
    _write(folder / "records.jsonl", map(json.dumps, records))


def _emptied_read_tables(folder: Path) -> None:
    _a_database(folder)
    with closing(sqlite3.connect(database_in(folder))) as connection, connection:
        for projection in PROJECTIONS:
            connection.execute(f"DELETE FROM {projection.table}")


def _lists(folder: Path) -> None:
    _a_database(folder)
    for version, names in (("1", ("Ana Ruiz", "Ben Okoro")), ("2", ("Ana Ruiz", "Cleo Marsh", "Dora Lind"))):
        entries = (row(f"NK-{n}", f"{names[n % len(names)]} {n}") for n in range(LISTED))
        simple_csv(folder / f"list-{version}.csv", *entries)
    bring_in(database_in(folder), folder / "list-1.csv", name="sanctioned", version="1")


def _a_scan(folder: Path) -> None:
    (folder / "data").mkdir()
    with open_store(database_in(folder)) as store:
        store.execute(kyc(ANA), command_id="one", actor="ben")
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7\n" + Random(1).randbytes(SIZE_OF_A_SCAN))


def _old(version: int) -> Callable[[Path], None]:
    (dump, *_) = (each for each in OLD if each.stem.split("_")[1] == str(version))

    def prepare(folder: Path) -> None:
        (folder / "data").mkdir()
        restore(dump, database_in(folder))

    return prepare


JOBS: Final[Mapping[str, Job]] = {
    "exec": Job(_commands, ("exec",), stdin="commands"),
    "import": Job(_records, ("import", "./records.jsonl", "--rejects", "./rejects/rejected.jsonl"), code_when_done=1),
    "rebuild": Job(_emptied_read_tables, ("rebuild",)),
    "lists import": Job(_lists, ("lists", "import", "./list-2.csv", "--name", "sanctioned", "--version", "2")),
    "attach": Job(_a_scan, ("attach", f"{case_id_of_new_case('one')}/passport", "./scan.pdf"), code_when_done=1),
    "first opening": Job(_first_commands, ("exec",), stdin="commands"),
    "migration of schema 2": Job(_old(2), ("cases",)),
    "migration of schema 6": Job(_old(6), ("cases",)),
}


class State(NamedTuple):
    """All that a folder holds, without what differs from run to run: times, and ids that hold or cover them."""

    commits: list[str]
    """Each with its command and its events."""
    tables: dict[str, list[str]]
    """The read tables, and what is kept in the database beside the log."""
    lists: dict[str, str]
    files: list[str]


_TIME: Final = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?")
_COMMIT_ID: Final = re.compile(r"\b[0-9a-f]{64}\b")
_FRESH_ID: Final = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")
"""Of a command that was given none (UUIDv7)."""

_LOG: Final = """
SELECT c.command_id, c.case_id, c.command, c.actor,
    (SELECT json_group_array(json_array(event_type, aggregate_id, version, payload)) FROM
        (SELECT * FROM {prefix}events AS e WHERE e.commit_position = c.position ORDER BY e.position))
FROM {prefix}commits AS c ORDER BY c.position
"""

_COLUMNS: Final = {projection.table: ", ".join(projection.columns) for projection in PROJECTIONS} | {
    "kept_files": "*",
    "waiting_rows": "*",
}


def state_of(folder: Path) -> State:
    database = database_in(folder)
    lists = {path.name: _all_rows(path) for path in sorted(lists_folder(database).glob("*.sqlite3"))}
    files = [path for path in held(beside(database, FILES)) if not path.name.startswith(Passing.ATTACHING)]
    for path in files:
        assert sha256(path.read_bytes()).hexdigest() == path.name, "what has its place is whole"
    names = [path.name for path in files]
    if not database.exists():
        return State([], {}, lists, names)
    with closing(sqlite3.connect(database)) as connection:
        there = {name for (name,) in rows(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'")}
        commits = [
            _timeless(values)
            for prefix in ("", "pending_")
            if f"{prefix}commits" in there
            for values in rows(connection, _LOG.format(prefix=prefix))
        ]
        tables = {
            table: sorted(map(_timeless, rows(connection, f"SELECT {columns} FROM {table}")))
            for table, columns in _COLUMNS.items()
            if table in there
        }
    return State(commits, tables, lists, names)


def _timeless(values: object) -> str:
    text = json.dumps(values, ensure_ascii=False)
    return _FRESH_ID.sub("ID", _COMMIT_ID.sub("ID", _TIME.sub("TIME", text)))


def _all_rows(path: Path) -> str:
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as connection:
        return _timeless([rows(connection, f"SELECT * FROM {table}") for table in ("list", "entries", "spelt")])


class Undisturbed(NamedTuple):
    """What is there before a job and after it, where nothing befell it."""

    before: State
    after: State
    ran: Ran
    tree: list[str]
    largest_file: int
    """In bytes."""


class Benches:
    """A folder to work in for each trial, as the job begins with, and how the job ends if nothing befalls it."""

    def __init__(self, folder: Path, forks: Forks) -> None:
        self._folder = folder
        self._known: dict[str, Undisturbed] = {}
        self.forks = forks

    def undisturbed(self, name: str) -> Undisturbed:
        if name not in self._known:
            template = self._folder / name
            template.mkdir()
            JOBS[name].prepare(template)
            before = state_of(template)
            with self.bench(name) as folder:
                ran = self.forks.run(JOBS[name].order(folder))
                assert ran.code in (0, 1), ran.err
                largest = max((folder / each).stat().st_size for each in tree_of(folder))
                self._known[name] = Undisturbed(before, state_of(folder), ran, tree_of(folder), largest)
        return self._known[name]

    @contextmanager
    def bench(self, name: str) -> Iterator[Path]:
        with TemporaryDirectory(dir=self._folder) as temporary:
            folder = Path(temporary) / "bench"
            shutil.copytree(self._folder / name, folder)
            yield folder


def tree_of(folder: Path) -> list[str]:
    """Every file that holds anything, but for records that were rejected: each run writes its own, on purpose.

    Empty ones are passed over. A process that was killed as it made a folder in passing may leave one without anything
    in it, which can't be told from that of a process at work until it is a day old.
    """
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    return sorted(str(path) for path in files if path.parts[0] != "rejects")


def check_what_is_there(folder: Path, acknowledged: set[str], expected: Undisturbed) -> State:
    """After whatever befell a process in this folder. What is looked at is a copy: opening would already mend some."""
    with _copied(folder) as copy:
        now, database = state_of(copy), database_in(copy)
        if now.tables != expected.before.tables:
            assert findings_in(database) == []
    assert len(set(now.commits)) == len(now.commits)
    assert set(expected.before.commits) <= set(now.commits) <= set(expected.after.commits)
    assert acknowledged <= {json.loads(commit)[0] for commit in now.commits}
    assert now.lists in (expected.before.lists, expected.after.lists)
    assert now.files in (expected.before.files, expected.after.files)
    return now


@contextmanager
def _copied(folder: Path) -> Iterator[Path]:
    with TemporaryDirectory(dir=folder.parent) as temporary:
        yield shutil.copytree(folder, Path(temporary) / "copy")


def check_it_ends_as_undisturbed(folder: Path, name: str, benches: Benches) -> None:
    """The same command line, given again."""
    expected = benches.undisturbed(name)
    with _copied(folder) as copy:
        done_already = in_any_order(state_of(copy)) == in_any_order(expected.after)
    ran = benches.forks.run(JOBS[name].order(folder))
    assert ran.code == (JOBS[name].code_when_done if done_already else expected.ran.code), ran.err
    assert in_any_order(state_of(folder)) == in_any_order(expected.after)
    assert findings_in(database_in(folder)) == []
    assert tree_of(folder) == expected.tree
    assert tree_of(benches.forks.temporary) == []


def in_any_order(state: State) -> State:
    """Where a command failed, others came before it."""
    return state._replace(commits=sorted(state.commits))


def acknowledged_by(name: str, ran: Ran, expected: Undisturbed) -> set[str]:
    """The ids of the commands that a process has told to be done."""
    if JOBS[name].arguments == ("exec",):
        lines = ran.out[: ran.out.rfind("\n") + 1].splitlines()
        return {answer["command_id"] for answer in map(json.loads, lines) if answer["ok"]}
    if ran.code == expected.ran.code and ran.out.count("\n") == expected.ran.out.count("\n"):
        return {json.loads(commit)[0] for commit in expected.after.commits}
    return set()
