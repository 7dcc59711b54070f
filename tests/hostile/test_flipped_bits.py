"""Files that a disk gives back otherwise than they were written: bits flipped, and ends cut off.

No such file makes anything crash. What a database says afterwards is told to be wrong as it is opened, or by `verify`,
or it is what it was. With the write-ahead log of a process that was killed there is one thing more: SQLite ends such a
log where its checksums do, so that what is there is a state that was, with the last commands missing.

Told apart and counted, for each file:

    told at opening     the database is not worked on at all
    found by verify     by one of its findings
    harmless            all tables, indexes and triggers are as they were
    cut                 all of them are as they were at an earlier commit
    beside the log      another is only a table that neither is in the log nor follows from it (`BESIDE_THE_LOG`):
                        nothing tells of that
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import pytest
from click.testing import CliRunner, Result

from caseworker_tui.cli.main import main
from store.attachments import folder_of, place_of
from store.domain.casework.opening import case_id_of_new_case
from store.domain.commands import AddNote, AttachFile, TagCase
from store.preferences import VIEWS, Preferences, save_preferences, save_view
from store.screening.list_files import lists_folder
from tests.domain.examples import ANA, kyc
from tests.screening.lists import bring_in, row, simple_csv
from tests.store.stores import (
    APPROVALS_ARE_TOLD,
    Rows,
    a_case_with_everything,
    connection_of,
    documents,
    open_store,
    rows,
)
from tests.trials import trials

MIGRATED: Final = "_sqlite_migrations"

BESIDE_THE_LOG: Final = frozenset({"desks", "saved_views", "kept_files", "sending", MIGRATED})
"""What a person prefers, what was done on this machine, and when its schema was changed."""

CASE: Final = case_id_of_new_case("one")

COMMAND_LINES: Final = (
    ("cases",),
    ("cases", "--json"),
    ("cases", "--query", "ruiz sort:-updated"),
    ("show", CASE),
    ("show", CASE, "--json"),
    ("log",),
    ("log", CASE, "--json"),
    ("doctor",),
    ("expiring",),
    ("team",),
    ("rebuild",),
    ("screen", "--all-open"),
    ("exec",),
)
"""What somebody may do with a database before they verify it."""

NOTE: Final = json.dumps({"command": "AddNote", "data": {"case_id": CASE, "text": "They called."}})

Content = dict[str, object]
"""What a database says: tables, indexes and triggers by name, each with the statement that made it, and all rows."""


SCHEMA: Final = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
"""Without the indexes that come with a table, whose names are SQLite's own affair."""


FILES: Final = [
    (left, name)
    for left in ("closed", "killed", "checkpointed", "checkpointed halfway")
    for name in ("cases.sqlite3", "cases.sqlite3-wal")
    if (left, name) != ("closed", "cases.sqlite3-wal")  # there is none
]
"""How a process left a database, and which of its files is spoilt."""

FOUND: Final = "SELECT rowid FROM search_index WHERE search_index MATCH ? ORDER BY rowid"

BEGINNINGS: Final = ("a", "an", "ana", "r", "ru", "rui", "ruiz", "ac", "acme", "c", "do", "w")
"""What somebody types who looks for a case."""


class Files(NamedTuple):
    """A database and its write-ahead log, if it has one, and what it said after each commit to it."""

    contents: Mapping[str, bytes]
    moments: list[Content]


def spoilt(content: bytes, random: Random) -> tuple[bytes, str]:
    """What became of a file, and how."""
    if random.random() < 0.2:
        length = random.randrange(len(content))
        return content[:length], f"cut at {length}"
    places = range(len(content)) if random.random() < 0.4 else [n for n, byte in enumerate(content) if byte]
    flips = [(random.choice(places), random.randrange(8)) for _ in range(random.choice((1, 1, 1, 4)))]
    changed = bytearray(content)
    for place, bit in flips:
        changed[place] ^= 1 << bit
    return bytes(changed), f"flipped {flips}"


def content_of(path: Path) -> Content:
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, search_index, instance)")
        content: Content = {"words": rows(connection, "SELECT * FROM words ORDER BY term, doc, offset")}
        content["found"] = [rows(connection, FOUND, (f'"{letters}" *',)) for letters in BEGINNINGS]
        for kind, raw, sql in rows(connection, SCHEMA):
            name = raw.decode(errors="replace")
            content[name] = [sql] + (_rows_of(connection, name) if kind == b"table" else [])
        return content


def _rows_of(connection: sqlite3.Connection, table: str) -> Rows:
    """Those of the full-text index are its words."""
    return [] if table.startswith("search_index") else sorted(rows(connection, f'SELECT * FROM "{table}"'), key=repr)


def differing(one: Content, other: Content) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with rows in all read tables, and with what lies beside the log."""
    path = tmp_path_factory.mktemp("closed") / "cases.sqlite3"
    with open_store(path, rules=APPROVALS_ARE_TOLD) as store:
        a_case_with_everything(store)
        store.execute(kyc(ANA), command_id="one", actor="ana")
        store.change(save_preferences, "ana", Preferences("status:open", CASE, ("name", "status")))
        store.change(save_view, "ana", VIEWS[1]._replace(name="My own"))
        scan = path.with_name("scan.pdf")
        scan.write_bytes(b"%PDF-1.7\n")
        store.keep_attachment(scan)
        scan.unlink()
    return path


def killed(closed: Path, folder: Path, checkpoint: str) -> Files:
    """The files of a process that is killed after some more commands: those of one that has not closed them yet.

    A `checkpoint` has brought all of the write-ahead log into the database, or, `halfway`, what somebody who still read
    the middle of it left room for.
    """
    path = folder / "cases.sqlite3"
    path.write_bytes(closed.read_bytes())
    moments = [content_of(path)]
    with open_store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        for number in range(8):
            if number == 4 and checkpoint == "halfway":
                other.execute("BEGIN")
                rows(other, "SELECT count(*) FROM commits")
            command = (
                AddNote(case_id=CASE, text=f"Call {number}."),
                TagCase(case_id=CASE, tag=f"t-{number}"),
                kyc(ANA),
            )
            store.execute(command[number % 3], command_id=f"more-{number}", actor="ana")
            moments.append(content_of(path))
        if checkpoint:
            ((_, written, brought_in),) = rows(connection_of(store), "PRAGMA wal_checkpoint(PASSIVE)")
            assert brought_in > 0
            assert (brought_in < written) is (checkpoint == "halfway")
        if other.in_transaction:
            other.execute("ROLLBACK")
        return Files(
            {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix != ".sqlite3-shm"}, moments
        )


@pytest.fixture(scope="module")
def files(request: pytest.FixtureRequest, closed: Path, tmp_path_factory: pytest.TempPathFactory) -> Files:
    if request.param == "closed":
        return Files({closed.name: closed.read_bytes()}, [content_of(closed)])
    _, *checkpoint = request.param.split()
    kind = "" if request.param == "killed" else "halfway" if checkpoint else "whole"
    return killed(closed, tmp_path_factory.mktemp("killed"), kind)


@pytest.mark.deep
@pytest.mark.parametrize(("files", "which"), FILES, indirect=["files"])
def test_of_a_database(which: str, files: Files) -> None:
    classes: Counter[str] = Counter()
    for random in trials(little=2, much=150):
        content, how = spoilt(files.contents[which], random)
        print(how)  # noqa: T201 (pytest shows it where the test fails)
        given = {**files.contents, which: content}
        with a_copy(given) as database:
            caseworker(database, *random.choice(COMMAND_LINES))
        with a_copy(given) as database:
            classes[what_came_of(database, files.moments, log_may_end=which.endswith("-wal"))] += 1
    print(dict(classes))  # noqa: T201


def what_came_of(database: Path, moments: list[Content], *, log_may_end: bool) -> str:
    result = caseworker(database, "verify", "--json")
    if not result.stdout:
        assert result.stderr.strip()
        return "told at opening"
    found = json.loads(result.stdout)
    if found["findings"]:
        return "found by verify" if found["commits"] is not None else "told at opening"
    *earlier, last = moments
    now = content_of(database)
    if now == last:
        return "harmless"
    if log_may_end and now in earlier:
        return "cut"
    changed = differing(now, last)
    if MIGRATED not in now:
        changed &= last.keys()  # whatever it is called now
    assert changed <= BESIDE_THE_LOG, "a change that nothing tells of"
    return "beside the log"


@contextmanager
def a_copy(contents: Mapping[str, bytes]) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        for name, content in contents.items():
            (Path(folder) / name).write_bytes(content)
        yield Path(folder) / "cases.sqlite3"


def caseworker(database: Path, *arguments: str) -> Result:
    """`caseworker …` in this process, which ends with a sentence if with none of what is asked for."""
    result = CliRunner().invoke(main, ["--db", str(database), "--actor", "ana", *arguments], input=f"{NOTE}\n")
    assert isinstance(result.exception, SystemExit | None), arguments
    assert result.exit_code in (0, 1, 2), arguments
    for sign in ("Traceback", "fault in caseworker"):
        assert sign not in result.output, (arguments, result.output)
    return result


@pytest.mark.deep
@pytest.mark.parametrize("kind", ["attachment", "list"])
def test_of_a_file_beside_a_database(kind: str, closed: Path, tmp_path: Path) -> None:
    """Of an attached file `verify` finds every change. A list that is cut is told where it is read, or reads on as it
    was; whether a bit of a list was flipped, nothing tells but a new import of it."""
    database = tmp_path / "cases.sqlite3"
    database.write_bytes(closed.read_bytes())
    with open_store(database) as store:
        scan = tmp_path / "scan.pdf"
        scan.write_bytes(b"%PDF-1.7\n" + Random(1).randbytes(5_000))
        kept = asdict(store.keep_attachment(scan))
        document = documents(store, CASE)[0].document_requirement_id
        store.execute(AttachFile(document_requirement_id=document, **kept), actor="ana")
        place = place_of(store.query(folder_of), kept["sha256"])
    bring_in(database, simple_csv(tmp_path / "list.csv", *(row(f"NK-{n}", f"Ana Ruiz {n}") for n in range(40))))
    (list_file,) = lists_folder(database).glob("*.sqlite3")
    path = place if kind == "attachment" else list_file
    whole, before = path.read_bytes(), caseworker(database, "screen", "--all-open", "--json").stdout
    path.chmod(0o600)
    for random in trials(little=2, much=150):
        content, how = spoilt(whole, random)
        print(how)  # noqa: T201 (pytest shows it where the test fails)
        path.write_bytes(content)
        if kind == "attachment":
            (finding,) = json.loads(caseworker(database, "verify", "--json").stdout)["findings"]
            assert finding["where"] == "files"
            assert caseworker(database, "attachment", kept["sha256"]).exit_code == 1
        else:
            caseworker(database, "lists")
            caseworker(database, "doctor")
            screened = caseworker(database, "screen", "--all-open", "--json")
            assert screened.exit_code == 1 or screened.stdout == before or how.startswith("flipped")
    path.write_bytes(whole)
    assert caseworker(database, "verify").exit_code == 0


WRITTEN_BY_PEOPLE: Final = {
    "caseworker.toml": """
actor = "ana.ruiz"

[review]
low = 5

[notifications]
rules_file = "notifications.json"

[documents]
rules_file = "rules.toml"

[kafka]
"bootstrap.servers" = "kafka.example.org:9093"
"security.protocol" = "SSL"
""",
    "rules.toml": """
version = "acme-2026-03"

[[rules]]
id = "acme-source-of-funds"
sentence = "Under enhanced due diligence we ask everybody where their money comes from."
traitement_type = "KYC"
entity_type = "PERSON"
document_type = "SOURCE_OF_FUNDS"
case_type = "ENHANCED_DUE_DILIGENCE"

[[switched_off]]
id = "kyb-company-articles"
reason = "We take them from the register."
""",
    "notifications.json": """[
  {"rule_id": "welcome", "event_trigger": "CASE_CREATED_KYC_STANDARD", "notification_type": "EMAIL"}
]""",
}


@pytest.mark.deep
@pytest.mark.parametrize("name", WRITTEN_BY_PEOPLE)
def test_of_a_file_that_people_write(name: str, closed: Path, tmp_path: Path) -> None:
    """It is taken for what it says now, or refused in a sentence that names it; no case is touched by either."""
    database = tmp_path / "cases.sqlite3"
    database.write_bytes(closed.read_bytes())
    for each, text in WRITTEN_BY_PEOPLE.items():
        (tmp_path / each).write_text(text, encoding="utf-8")
    configured = ("--config", str(tmp_path / "caseworker.toml"))
    assert caseworker(database, *configured, "rules").exit_code == 0
    before = content_of(database)
    for random in trials(little=2, much=150):
        content, how = spoilt(WRITTEN_BY_PEOPLE[name].encode(), random)
        print(how)  # noqa: T201 (pytest shows it where the test fails)
        (tmp_path / name).write_bytes(content)
        for command in (("rules",), ("notifications",), ("cases",)):
            result = caseworker(database, *configured, *command)
            assert result.exit_code == 0 or str(tmp_path) in result.stderr
    assert content_of(database) == before
