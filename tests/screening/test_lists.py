"""Lists come into force whole or not at all; what can't be read of them is told."""

import errno
import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import ClassVar, Final, Self

import pytest

from store.domain.refusals import Refusal
from store.domain.statuses import CheckKind
from store.engine.case_store import CaseStore
from store.errors import DatabaseDamaged, StoreError
from store.intake.sniffing import Unreadable
from store.screening import list_import
from store.screening import simple_csv as simple_csv_layout
from store.screening.entries import Entry, Nature, Unread
from store.screening.list_files import list_file, lists_folder, lists_in_force, open_lists, remove_list
from store.screening.list_import import default_name, import_list
from store.screening.spelling import words_of
from tests.domain.examples import ANA as ANA_RUIZ
from tests.domain.examples import kyc
from tests.screening.lists import HEADER, NOW, bring_in, entity, followthemoney, row, screened, simple_csv

ANA = row(
    "NK-1",
    "Anna RUIS",
    aliases='Ana Ruiz;"Ruis; the Elder"',
    birth_date="1980-02-29;1956",
    countries="es;us-ca",
    addresses="1 Hill Street, Town",
    identifiers="X-12 34",
    sanctions="EU - Reg. 1 - 2022-03-01",
    program_ids="EU-ONE",
    dataset="EU list",
    last_seen="2026-11-19",
)


ROOT: Final = Path(__file__).parents[2]


def entries(database: Path) -> list[Entry]:
    with open_lists(lists_folder(database)) as lists:
        return [each.entry(number)[0] for each in lists for number in range(1, each.info.entries + 1)]


def rejections(database: Path, path: Path) -> list[str]:
    told: list[Unread] = []
    bring_in(database, path, on_rejection=told.append)
    return [f"{unread.where}: {unread.reason}" for unread in told]


class TestSimpleCsv:
    def test_is_read_with_all_that_is_compared_or_shown(self, database: Path, tmp_path: Path) -> None:
        done = bring_in(database, simple_csv(tmp_path / "targets.simple.csv", ANA))
        assert (done.added, done.changed, done.gone, done.rejected) == (1, 0, 0, 0)
        assert entries(database) == [
            Entry(
                "NK-1",
                Nature.PERSON,
                ("SANCTIONS",),
                "Anna RUIS",
                aliases=("Ana Ruiz", "Ruis; the Elder"),
                birth_dates=("1956", "1980-02-29"),
                countries=("ES", "US"),
                identifiers=("X-12 34",),
                programmes=("EU - Reg. 1 - 2022-03-01", "EU-ONE"),
                addresses=("1 Hill Street, Town",),
                datasets=("EU list",),
            )
        ]

    def test_is_of_the_kind_that_was_asked_for(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, simple_csv(tmp_path / "peps.csv", ANA), kind=CheckKind.PEP)
        assert [each.checks for each in entries(database)] == [("PEP",)]
        assert [each.checks for each in lists_in_force(lists_folder(database))] == [("PEP",)]

    def test_may_lack_what_is_only_shown(self, database: Path, tmp_path: Path) -> None:
        short = [column for column in HEADER if column not in {"addresses", "sanctions", "program_ids", "dataset"}]
        bring_in(database, simple_csv(tmp_path / "short.csv", ANA, header=short))
        assert entries(database)[0].programmes == ()

    @pytest.mark.parametrize("column", ["aliases", "birth_date", "countries", "identifiers"])
    def test_refused_without_a_column_to_compare(self, database: Path, tmp_path: Path, column: str) -> None:
        path = simple_csv(tmp_path / "l.csv", ANA, header=[each for each in HEADER if each != column])
        with pytest.raises(Unreadable, match=f"it lacks the column {column}, by which"):
            bring_in(database, path)

    def test_passes_over_what_is_no_party(self, database: Path, tmp_path: Path) -> None:
        done = bring_in(database, simple_csv(tmp_path / "l.csv", ANA, row("NK-2", "Seagull", "Vessel")))
        assert (done.info.entries, done.passed_over) == (1, {"of schema ‘Vessel’": 1})

    @pytest.mark.parametrize("nothing", ["", " ", "\u200b", "\x07", " \u202e\t"])
    @pytest.mark.parametrize("field", ["id", "name"])
    def test_an_id_or_a_name_of_which_nothing_can_be_shown_is_none(
        self, database: Path, tmp_path: Path, field: str, nothing: str
    ) -> None:
        path = simple_csv(tmp_path / "l.csv", ANA, {**row("NK-2", "Ben"), field: nothing})
        assert rejections(database, path) == [f"line 3: it has no {field}"]

    def test_a_country_is_a_text_as_any_other(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", row("NK-1", "Ana", countries=f"f\x1br; us-ca;{'x' * 600}")))
        assert entries(database)[0].countries == ("FR", "US", "X" * 499 + "…")

    def test_takes_a_byte_order_mark_and_windows_line_ends(self, database: Path, tmp_path: Path) -> None:
        path = simple_csv(tmp_path / "l.csv", ANA)
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
        bring_in(database, path)
        assert entries(database)[0].name == "Anna RUIS"

    def test_what_can_t_be_shown_is_left_out(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", row("NK-1", "Anna\x1b[2J\u202e  RUIS\n", aliases="x" * 600)))
        (ana,) = entries(database)
        assert ana.name == "Anna[2J RUIS"
        assert ana.aliases == ("x" * 499 + "…",)


class TestFollowTheMoney:
    def test_is_read_flat_or_nested(self, database: Path, tmp_path: Path) -> None:
        ana = entity(
            "NK-1",
            name=["Anna RUIS", "Ana Ruiz"],
            alias="The Spider",
            weakAlias="Annie",
            birthDate="1980-02-29",
            nationality="es",
            passportNumber="X1",
            topics=["sanction", "role.pep", "poi"],
            address="1 Hill Street",
            sanctions=[entity("s-1", "Sanction", program="EU Reg. 1", listingDate="2022")],
            addressEntity=[entity("a-1", "Address", full="2 Hill Street")],
        )
        bring_in(database, followthemoney(tmp_path / "x.json", ana | {"caption": "Anna RUIS", "datasets": ["eu"]}))
        assert entries(database) == [
            Entry(
                "NK-1",
                Nature.PERSON,
                ("PEP", "SANCTIONS"),
                "Anna RUIS",
                aliases=("Ana Ruiz", "The Spider"),
                weak_aliases=("Annie",),
                birth_dates=("1980-02-29",),
                countries=("ES",),
                identifiers=("X1",),
                programmes=("EU Reg. 1",),
                addresses=("1 Hill Street", "2 Hill Street"),
                topics=("poi", "role.pep", "sanction"),
                datasets=("eu",),
            )
        ]

    @pytest.mark.parametrize("nothing", [" ", "\u200b", "\x07"])
    def test_an_id_of_which_nothing_can_be_shown_is_none(self, database: Path, tmp_path: Path, nothing: str) -> None:
        path = followthemoney(tmp_path / "l.json", entity("NK-1", name="Ana"), entity(nothing, name="Ben"))
        assert rejections(database, path) == ["line 2: it has no id"]

    @pytest.mark.parametrize(
        ("more", "kind", "checks"),
        [
            ({}, None, ("SANCTIONS",)),
            ({}, CheckKind.PEP, ("PEP",)),
            ({"topics": "role.rca"}, None, ("PEP",)),
            ({"topics": "sanction.linked"}, CheckKind.PEP, ("SANCTIONS",)),
            ({"topics": "crime"}, CheckKind.ADVERSE_MEDIA, ("ADVERSE_MEDIA",)),
        ],
    )
    def test_topics_say_for_which_check(
        self, database: Path, tmp_path: Path, more: dict[str, str], kind: CheckKind | None, checks: tuple[str, ...]
    ) -> None:
        bring_in(database, followthemoney(tmp_path / "x.json", entity("NK-1", name="Ana", **more)), kind=kind)
        assert entries(database)[0].checks == checks

    def test_passes_over_who_is_neither_sanctioned_nor_exposed(self, database: Path, tmp_path: Path) -> None:
        wanted = entity("NK-2", name="Ben", topics="wanted")
        related = entity("NK-3", name="Cleo") | {"target": False}
        vessel = entity("NK-4", "Vessel", name="Seagull", topics="sanction")
        path = followthemoney(
            tmp_path / "x.json", entity("NK-1", name="Ana", topics="sanction"), wanted, related, vessel
        )
        done = bring_in(database, path)
        assert done.passed_over == {"neither sanctioned nor politically exposed": 2, "of schema ‘Vessel’": 1}
        nobody = followthemoney(tmp_path / "y.json", wanted)
        with pytest.raises(Unreadable, match=r"1 are neither sanctioned nor politically exposed\): --kind takes in"):
            bring_in(database, nobody)

    def test_a_name_may_be_in_parts(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, followthemoney(tmp_path / "x.json", entity("NK-1", firstName="Ana", lastName="Ruiz")))
        assert entries(database)[0].name == "Ana Ruiz"


class TestWhatIsNoList:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "it is empty"),
            (b'"name","born"\n"Ana","1980"\n', 'it begins with ‘"name","born"’'),
            (b'{"client_id": "C-1", "persons": []}\n', "its records have no schema and properties"),
            (b"PK\x03\x04", "unpack it"),
            (b"\x1f\x8b\x08", "unpack it first"),
            (b"\xff\xfei\0d\0", "UTF-16"),
            (b'"id","schema","name","aliases","birth_date","countries","identifiers"\n', "it has none"),
        ],
    )
    def test_leaves_in_force_what_was(self, database: Path, tmp_path: Path, content: bytes, words: str) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", ANA))
        before = lists_in_force(lists_folder(database))
        (tmp_path / "l.csv").write_bytes(content)
        with pytest.raises(Unreadable, match=words):
            bring_in(database, tmp_path / "l.csv")
        assert lists_in_force(lists_folder(database)) == before
        assert [path.suffix for path in lists_folder(database).iterdir()] == [".sqlite3"]

    def test_a_missing_file_is_said_to_be_missing(self, database: Path, tmp_path: Path) -> None:
        with pytest.raises(Unreadable, match="there is no such file"):
            bring_in(database, tmp_path / "nothing.csv")
        assert not lists_folder(database).exists()


class TestRejections:
    """Told with line and reason; the rest comes into force."""

    def test_of_rows(self, database: Path, tmp_path: Path) -> None:
        path = simple_csv(tmp_path / "l.csv", ANA, row("", "No Id"), row("NK-3", " "), row("NK-1", "Twice"))
        with path.open("ab") as file:
            file.write(b'"NK-5","Person","Too few"\n"NK-6","Person","B\xe9a"' + b',""' * 13 + b"\n")
        assert rejections(database, path) == [
            "line 3: it has no id",
            "line 4: it has no name",
            "line 5: its id ‘NK-1’ is that of an earlier record as well",
            "line 6: it has 3 fields where the header has 16",
            "line 7: it is not UTF-8",
        ]
        assert [each.name for each in entries(database)] == ["Anna RUIS"]

    def test_of_a_field_that_never_ends(self, database: Path, tmp_path: Path) -> None:
        path = simple_csv(tmp_path / "l.csv", row("NK-1", "Ana"))
        tail = simple_csv(tmp_path / "tail.csv", row("NK-2", "Ben")).read_bytes().partition(b"\n")[2]
        path.write_bytes(path.read_bytes() + b'"NK-9","Person","' + b"x\n" * 70_000 + tail)
        (told,) = [line for line in rejections(database, path) if "quotation mark" in line]
        assert told.startswith("lines 3 to ")
        assert [each.name for each in entries(database)] == ["Ana", "Ben"]

    @pytest.mark.parametrize("layout", ["csv", "json"])
    def test_of_an_entry_of_50_mb(self, database: Path, tmp_path: Path, layout: str) -> None:
        huge = b"x" * 50 * 1024**2
        if layout == "csv":
            path = simple_csv(tmp_path / "l.csv", row("NK-1", "Ana"), row("NK-2", "HUGE"), row("NK-3", "Ben"))
        else:
            path = followthemoney(tmp_path / "l.json", *(entity(n, name=n) for n in ("Ana", "HUGE", "Ben")))
        path.write_bytes(path.read_bytes().replace(b"HUGE", huge, 1))
        (told,) = rejections(database, path)
        assert told.startswith(f"line {3 if layout == 'csv' else 2}: it is ")
        assert [each.name for each in entries(database)] == ["Ana", "Ben"]

    def test_of_lines_of_json(self, database: Path, tmp_path: Path) -> None:
        path = followthemoney(tmp_path / "l.json", entity("NK-1", name="Ana"))
        broken = [b"{", b'{"id": "x\xff"}', b'{"id": "NK-2", "schema": "Person"}', json.dumps(entity("NK-3")).encode()]
        path.write_bytes(path.read_bytes() + b"\n".join(broken))
        told = rejections(database, path)
        assert told[0] == "line 2: broken JSON at column 1: it ends in the middle"
        assert told[1].startswith("line 3: it is not UTF-8")
        assert told[2:] == ["line 4: properties is missing", "line 5: it has no name"]


class TestAFileThatIsNoList:
    """One that begins like a list is given up after a while, whatever follows."""

    def test_is_given_up_when_too_much_in_a_row_can_t_be_read(
        self, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(list_import, "MOST_UNREAD", 3)
        bad = [row("", "Nobody")] * 2
        path = simple_csv(
            tmp_path / "l.csv", ANA, *bad, row("NK-2", "Ben"), *bad, row("NK-3", "Seagull", "Vessel"), *bad
        )
        assert bring_in(database, path).rejected == 6
        simple_csv(path, ANA, *bad, row("", "Nobody"), row("NK-2", "Ben"))
        with pytest.raises(Unreadable, match="3 of its records in a row can't be read, up to line 5"):
            bring_in(database, path)

    def test_is_given_up_when_too_many_lines_are_empty(
        self, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(simple_csv_layout, "MOST_EMPTY", 4)
        empty = dict.fromkeys(HEADER, "")
        path = simple_csv(tmp_path / "l.csv", ANA, empty, empty, empty, row("NK-2", "Ben"), empty, empty, empty)
        assert bring_in(database, path).rejected == 0
        path.write_text(path.read_text() + "\n")
        with pytest.raises(Unreadable, match="it has 4 empty lines in a row, up to line 10"):
            bring_in(database, path)

    def test_tells_a_few_reasons_apart(self, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(list_import, "MOST_REASONS", 2)
        things = [row(f"NK-{number}", "Thing", f"Thing{number % 4}") for number in range(8)]
        assert bring_in(database, simple_csv(tmp_path / "l.csv", ANA, *things)).passed_over == {
            "of schema ‘Thing0’": 2,
            "of schema ‘Thing1’": 2,
            "for other reasons of this kind": 4,
        }


class TestADiskThatFails:
    """Whatever it fails at, a sentence says what, where and what to do, and what was in force stays so."""

    @pytest.fixture
    def in_force(self, database: Path, tmp_path: Path) -> Path:
        bring_in(database, simple_csv(tmp_path / "l.csv", ANA), version="1")
        return simple_csv(tmp_path / "l.csv", *(row(f"NK-{n}", f"Ben Number{n}") for n in range(500)))

    def test_because_it_is_full(self, database: Path, in_force: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(list_import, "_QUICKLY", ("PRAGMA max_page_count = 12", *list_import._QUICKLY))
        with pytest.raises(StoreError, match="is full: free some space there") as told:
            bring_in(database, in_force)
        assert str(lists_folder(database)) in str(told.value)
        assert str(told.value).endswith("Nothing was imported; what was in force stays so.")
        assert [each.version for each in lists_in_force(lists_folder(database))] == ["1"]
        assert len(list(lists_folder(database).iterdir())) == 1

    @pytest.mark.skipif(os.name != "posix", reason="other systems have no such limits")
    def test_because_it_can_t_be_written_to(self, database: Path, in_force: Path) -> None:
        folder = lists_folder(database)
        script = (
            "import resource, signal, sys; from datetime import UTC, datetime; from pathlib import Path\n"
            "from store.screening.list_import import import_list\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))\n"
            "import_list(Path(sys.argv[1]), Path(sys.argv[2]), now=datetime.now(UTC), actor='ana')"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script, folder, in_force], cwd=ROOT, capture_output=True, text=True, check=False
        )
        last = ran.stderr.splitlines()[-1]
        assert last.startswith(f"store.errors.StoreError: The disk that holds {folder} ")
        assert [each.version for each in lists_in_force(folder)] == ["1"]

    def test_while_the_file_is_read(self, database: Path, in_force: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        read_to = FailingAfter.number = 0
        for read_to in range(4):
            FailingAfter.number = read_to
            for module in (list_import, simple_csv_layout):
                monkeypatch.setattr(module, "open_for_reading", FailingAfter.opened)
            with pytest.raises(Unreadable, match=r"^it can't be read to its end: Input/output error\. Check its disk$"):
                bring_in(database, in_force)
        assert [each.version for each in lists_in_force(lists_folder(database))] == ["1"]

    def test_that_spoilt_the_list_in_force_costs_not_the_new_one(self, database: Path, in_force: Path) -> None:
        bring_in(database, in_force, version="2")
        old = list_file(lists_folder(database), "l")
        content = bytearray(old.read_bytes())
        content[3 * 4096 :] = b"\xff" * (len(content) - 3 * 4096)
        old.write_bytes(content)
        assert bring_in(database, in_force, version="3").added == 500


def test_a_list_of_which_what_is_told_was_changed_can_t_be_used(
    database: Path, tmp_path: Path, store: CaseStore
) -> None:
    bring_in(database, simple_csv(tmp_path / "l.csv", row("NK-1", "Ana Ruiz")))
    case_id = store.execute(kyc(ANA_RUIZ), actor="ana").case_id
    with closing(sqlite3.connect(list_file(lists_folder(database), "l"), isolation_level=None)) as connection:
        connection.execute("UPDATE list SET checks = CAST(x'ff' AS TEXT)")
    with pytest.raises(DatabaseDamaged, match=r"can't be read \(.*\): delete that file, and import the list again"):
        screened(store, case_id)


class FailingAfter(io.BufferedReader):
    """A file on a disk that fails at the read, or line, after so many."""

    number: ClassVar[int]

    @classmethod
    def opened(cls, path: Path) -> Self:
        return cls(io.FileIO(path))

    def read(self, size: int | None = -1) -> bytes:
        self._count()
        return super().read(size)

    def readline(self, size: int | None = -1) -> bytes:
        self._count()
        return super().readline(size)

    def _count(self) -> None:
        if FailingAfter.number == 0:
            raise OSError(errno.EIO, "Input/output error")
        FailingAfter.number -= 1


class TestLineEnds:
    HEADER = "id,schema,name,aliases,birth_date,countries,identifiers"

    @pytest.mark.parametrize("content", [f"{HEADER}\rNK-1,Person,Ana,,,,\r", "id,schema,name\r,aliases\nx\n"])
    def test_of_a_kind_of_their_own_are_told(self, database: Path, tmp_path: Path, content: str) -> None:
        path = tmp_path / "l.csv"
        path.write_bytes(content.encode())
        with pytest.raises(Unreadable) as told:
            bring_in(database, path)
        assert str(told.value) == (
            "its first line can't be read: a carriage return stands in it without a line feed: save the file with the"
            " line ends LF or CRLF"
        )

    def test_that_are_amiss_in_one_row_cost_no_other(self, database: Path, tmp_path: Path) -> None:
        path = tmp_path / "l.csv"
        path.write_bytes(f"{self.HEADER}\nNK-1,Person,A\rna,,,,\nNK-2,Person,Ben,,,,\n".encode())
        (said,) = rejections(database, path)
        assert said.startswith("line 2: a carriage return stands in it")
        assert [each.name for each in entries(database)] == ["Ben"]


class TestBringingIntoForce:
    def test_the_same_file_twice_changes_nothing(self, database: Path, tmp_path: Path) -> None:
        path = simple_csv(tmp_path / "l.csv", ANA)
        first = bring_in(database, path)
        again = bring_in(database, path, actor="ben")
        assert (first.unchanged, again.unchanged, again.info) == (False, True, first.info)

    @pytest.mark.parametrize("more", [{"version": "2"}, {"kind": CheckKind.PEP}])
    def test_unless_it_comes_as_something_else(self, database: Path, tmp_path: Path, more: dict[str, str]) -> None:
        path = simple_csv(tmp_path / "l.csv", ANA)
        bring_in(database, path)
        assert not bring_in(database, path, **more).unchanged
        assert len(lists_in_force(lists_folder(database))) == 1

    def test_a_new_version_takes_the_place_of_the_old(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", ANA, row("NK-2", "Ben"), row("NK-3", "Cleo")), version="1")
        seen_again = {**ANA, "last_seen": "2026-11-20", "dataset": "EU list;UN list", "aliases": ANA["aliases"]}
        path = simple_csv(tmp_path / "l.csv", seen_again, row("NK-2", "Benno"), row("NK-4", "Dan"))
        done = bring_in(database, path, version="2")
        assert (done.added, done.changed, done.gone) == (1, 1, 1)
        (info,) = lists_in_force(lists_folder(database))
        assert (info.name, info.version, info.entries) == ("l", "2", 3)
        assert (info.imported_at, info.imported_by) == ("2026-11-20T09:00:00+00:00", "ana")

    def test_the_version_is_the_day_and_digest_of_the_file(self, database: Path, tmp_path: Path) -> None:
        path = simple_csv(tmp_path / "l.csv", ANA)
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
        info = bring_in(database, path).info
        assert info.version == f"2026-11-20 {info.digest[:8]}"

    def test_who_reads_the_old_one_meanwhile_reads_on(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", ANA))
        with open_lists(lists_folder(database)) as lists:
            bring_in(database, simple_csv(tmp_path / "l.csv", row("NK-2", "Ben")))
            assert lists[0].entry(1)[0].name == "Anna RUIS"

    def test_an_import_that_breaks_off_leaves_what_was(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", ANA))
        before = lists_in_force(lists_folder(database))
        path = simple_csv(tmp_path / "l.csv", *(row(f"NK-{n}", "Ben") for n in range(3)))

        def stop(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            bring_in(database, path, progress=stop)
        assert lists_in_force(lists_folder(database)) == before
        assert len(list(lists_folder(database).iterdir())) == 1

    def test_progress_ends_at_the_size_of_the_file(self, database: Path, tmp_path: Path) -> None:
        told: list[tuple[int, int]] = []
        path = simple_csv(tmp_path / "l.csv", *(row(f"NK-{n}", "Ben") for n in range(2_500)))
        bring_in(database, path, progress=lambda done, total: told.append((done, total)))
        size = path.stat().st_size
        assert told[-1] == (size, size)
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert len(told) > 2

    def test_files_are_for_their_owner_alone(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", ANA))
        folder = lists_folder(database)
        assert folder.stat().st_mode & 0o777 == 0o700
        assert list_file(folder, "l").stat().st_mode & 0o777 == 0o600

    def test_a_list_that_is_removed_is_gone(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", ANA))
        remove_list(lists_folder(database), "l")
        assert lists_in_force(lists_folder(database)) == []
        with pytest.raises(Refusal, match="There is no list ‘l’") as refused:
            remove_list(lists_folder(database), "l")
        assert refused.value.code == "unknown_list"

    @pytest.mark.parametrize(
        ("file", "name"),
        [("targets.simple.csv", "targets"), ("eu-fsf.targets.nested.json", "eu-fsf.targets"), ("peps", "peps")],
    )
    def test_its_name_is_that_of_the_file(self, file: str, name: str) -> None:
        assert default_name(Path(file)) == name


class TestADamagedList:
    def test_is_named_with_what_to_do(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", ANA))
        file = list_file(lists_folder(database), "l")
        file.write_bytes(b"no database" * 1000)
        with pytest.raises(DatabaseDamaged, match="import the list again") as told:
            lists_in_force(lists_folder(database))
        assert str(file) in str(told.value)
        bring_in(database, tmp_path / "l.csv")
        assert len(entries(database)) == 1

    def test_one_of_another_format_is_imported_anew(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", ANA))
        with closing(sqlite3.connect(list_file(lists_folder(database), "l"))) as connection:
            connection.execute("PRAGMA user_version = 99")
        with pytest.raises(DatabaseDamaged, match="another version of caseworker made it"):
            lists_in_force(lists_folder(database))
        assert not bring_in(database, tmp_path / "l.csv").unchanged


class TestTheEntryDigest:
    BASE = Entry("NK-1", Nature.PERSON, ("SANCTIONS",), "Ana", aliases=("Anna",), datasets=("eu",))

    def test_is_for_ever(self) -> None:
        """With another one every decision that was ever recorded would fall."""
        assert self.BASE.digest() == "846cee5290510662d64e3b9e3725b4750ec99bb09ccdb073b73f10b6439f8d96"

    def test_changes_with_what_the_entry_says(self) -> None:
        others = [
            Entry("NK-1", Nature.PERSON, ("SANCTIONS",), "Ana", aliases=("Anna", "Ann")),
            Entry("NK-1", Nature.PERSON, ("PEP",), "Ana", aliases=("Anna",)),
            Entry("NK-1", Nature.PERSON, ("SANCTIONS",), "Ana", aliases=("Anna",), birth_dates=("1980",)),
            Entry("NK-1", Nature.PERSON, ("SANCTIONS",), "Ana", aliases=("Anna",), programmes=("EU",)),
        ]
        assert len({each.digest() for each in (self.BASE, *others)}) == 5

    def test_and_not_with_where_it_was_found_or_which_name_comes_first(self) -> None:
        same = Entry("NK-1", Nature.PERSON, ("SANCTIONS",), "Anna", aliases=("Ana",), datasets=("un",))
        assert same.digest() == self.BASE.digest()

    def test_an_entry_survives_the_way_through_its_file(self) -> None:
        assert Entry.from_json(self.BASE.as_json()) == self.BASE


class TestLookingUp:
    @pytest.mark.parametrize(
        "name", ["Anna RUIS", "Ruiz Ana", "A. Ruis", "Ana Ruizz", "Ana María Ruiz Gómez", "Анна Руис"]
    )
    def test_finds_about_the_same_name(self, database: Path, tmp_path: Path, name: str) -> None:
        many = [row(f"NK-{n}", f"{first} {last}") for n, (first, last) in enumerate(OTHERS, start=10)]
        import_list(lists_folder(database), simple_csv(tmp_path / "l.csv", ANA, *many), now=NOW, actor="ana")
        with open_lists(lists_folder(database)) as (watch_list,):
            found = [
                watch_list.entry(number)[0].entry_id for number in watch_list.named_about(words_of(name, person=True))
            ]
        assert found[:1] == ["NK-1"]

    @pytest.mark.parametrize(("listed", "name"), [("Z. Quorvane", "Zora Quorvane"), ("LIWEI", "Li Wei")])
    def test_finds_initials_and_names_written_in_one(
        self, database: Path, tmp_path: Path, listed: str, name: str
    ) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", row("NK-1", listed)))
        with open_lists(lists_folder(database)) as (watch_list,):
            assert watch_list.named_about(words_of(name, person=True)) == [1]

    def test_finds_an_identifier_however_it_is_written(self, database: Path, tmp_path: Path) -> None:
        bring_in(database, simple_csv(tmp_path / "l.csv", row("NK-2", "Ben"), ANA))
        with open_lists(lists_folder(database)) as (watch_list,):
            assert watch_list.identified(["X1234"]) == {2}


OTHERS = [(first, last) for first in ("Ana", "Berta", "Carlos", "Dmitri") for last in ("Vega", "Lindqvist", "Okoro")]


@pytest.mark.parametrize("nothing", [None, 5, True, {"a": 1}, "text"])
def test_what_is_nested_and_no_list_costs_no_entry(database: Path, tmp_path: Path, nothing: object) -> None:
    sanctions = [{"properties": {"program": nothing}}, {"properties": {"program": ["EU"]}}]
    addresses = [{"properties": {"full": nothing}}]
    ana = entity("NK-1", name="Ana", sanctions=sanctions, addressEntity=addresses)
    imported = bring_in(database, followthemoney(tmp_path / "x.json", ana, entity("NK-2", name="Ben")))
    assert (imported.info.entries, imported.rejected) == (2, 0)
