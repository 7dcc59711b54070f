"""`caseworker lists` and `caseworker screen`: a list in, candidates out, decisions recorded through exec."""

import json
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from caseworker_tui.cli import printing
from store.domain.refusals import Code, Refusal
from store.engine.case_store import CaseStore
from store.screening import case_screening
from store.screening.case_screening import CaseScreening, cases_in_work, screen_case
from store.screening.list_files import list_file, lists_folder
from tests.cli.conftest import Caseworker, Start, as_lines
from tests.screening.lists import row, simple_csv


def screened(caseworker: Caseworker, database: Path, reference: str) -> dict[str, Any]:
    result = caseworker("--db", database, "screen", reference, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def all_open(caseworker: Caseworker, database: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(caseworker("--db", database, "screen", "--all-open", "--json").stdout)
    return found


def record(caseworker: Caseworker, database: Path, *data: dict[str, Any]) -> None:
    given = as_lines(*({"command": "RecordCheck", "data": each} for each in data))
    result = caseworker("--db", database, "--actor", "ben", "exec", stdin=given)
    assert result.exit_code == 0, result.stdout


class TestLists:
    def test_none_is_said_with_what_to_do(self, caseworker: Caseworker, database: Path) -> None:
        result = caseworker("--db", database, "lists")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "caseworker lists import FILE" in result.stderr
        assert json.loads(caseworker("--db", database, "lists", "--json").stdout) == []

    def test_are_imported_listed_and_removed(self, caseworker: Caseworker, database: Path, tmp_path: Path) -> None:
        path = simple_csv(tmp_path / "eu.csv", row("NK-1", "Ana"), row("NK-2", "Ben"))
        done = caseworker("--db", database, "--actor", "ben", "lists", "import", path, "--version", "1", "--json")
        assert done.exit_code == 0
        report = json.loads(done.stdout)
        assert (report["name"], report["version"], report["entries"], report["added"]) == ("eu", "1", 2, 2)
        listed = json.loads(caseworker("--db", database, "lists", "--json").stdout)
        assert [(each["name"], each["imported_by"], each["digest"]) for each in listed] == [
            ("eu", "ben", report["digest"])
        ]
        assert caseworker("--db", database, "lists").stdout.splitlines()[1].startswith("eu    1        sanctions  2")
        assert caseworker("--db", database, "lists", "remove", "eu").exit_code == 0
        assert caseworker("--db", database, "lists", "remove", "eu").exit_code == 1
        assert not database.exists()

    def test_the_same_file_twice_is_said_to_change_nothing(
        self, caseworker: Caseworker, database: Path, tmp_path: Path
    ) -> None:
        path = simple_csv(tmp_path / "eu.csv", row("NK-1", "Ana"))
        caseworker("--db", database, "lists", "import", path)
        again = caseworker("--db", database, "lists", "import", path, "--json")
        assert (again.exit_code, json.loads(again.stdout)["unchanged"]) == (0, True)
        assert "nothing was changed" in again.stderr

    def test_what_can_t_be_read_is_told_with_its_line(
        self, caseworker: Caseworker, database: Path, tmp_path: Path
    ) -> None:
        path = simple_csv(tmp_path / "eu.csv", row("NK-1", "Ana"), row("", "Nobody"), row("NK-3", "Ship", "Vessel"))
        result = caseworker("--db", database, "lists", "import", path)
        assert result.exit_code == 1
        assert f"{path}, line 3: it has no id\n" in result.stderr
        assert "Passed over: 1 record of schema ‘Vessel’." in result.stderr
        assert "1 record could not be read" in result.stderr

    def test_what_is_no_list_leaves_all_as_it_was(self, caseworker: Caseworker, database: Path, tmp_path: Path) -> None:
        (tmp_path / "x.csv").write_text("name,born\nAna,1980\n")
        result = caseworker("--db", database, "lists", "import", tmp_path / "x.csv")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "it begins with ‘name,born’. Nothing was imported" in result.stderr

    @pytest.mark.parametrize("option", ["--name", "--version"])
    def test_a_name_that_can_t_be_shown_is_refused(
        self, caseworker: Caseworker, database: Path, tmp_path: Path, option: str
    ) -> None:
        path = simple_csv(tmp_path / "eu.csv", row("NK-1", "Ana"))
        result = caseworker("--db", database, "lists", "import", path, option, "a\x1bb")
        assert result.exit_code == 2
        assert "one line of text" in result.stderr

    def test_a_folder_that_can_t_be_made_is_named(self, caseworker: Caseworker, database: Path, tmp_path: Path) -> None:
        path = simple_csv(tmp_path / "eu.csv", row("NK-1", "Ana"))
        database.parent.mkdir()
        lists_folder(database).write_text("in the way")
        result = caseworker("--db", database, "lists", "import", path)
        assert result.exit_code == 1
        assert f"{lists_folder(database)}: File exists." in result.stderr

    def test_a_killed_import_leaves_the_old_one_in_force(
        self, caseworker: Caseworker, database: Path, tmp_path: Path, start: Start
    ) -> None:
        path = simple_csv(tmp_path / "eu.csv", row("NK-1", "Ana"))
        caseworker("--db", database, "lists", "import", path)
        simple_csv(path, *(row(f"NK-{number}", f"Ben Number{number}") for number in range(8_000)))
        process = start("--db", database, "lists", "import", path)
        folder = lists_folder(database)
        while process.poll() is None and not list(folder.glob("import-*/*.sqlite3")):
            time.sleep(0.005)
        process.kill()
        process.wait()
        (info,) = json.loads(caseworker("--db", database, "lists", "--json").stdout)
        assert info["entries"] in {1, 8_000}  # 8,000 if it was too quick to be killed
        simple_csv(path, row("NK-2", "Cleo"))
        assert caseworker("--db", database, "lists", "import", path).exit_code == 0
        assert [each.name for each in folder.iterdir()] == [list_file(folder, "eu").name], "what was left is gone"


class TestScreeningACase:
    def test_prints_who_may_be_who_and_why(self, caseworker: Caseworker, sample: Path) -> None:
        found = next(case for case in all_open(caseworker, sample) if case["name"] == "Tariq al-Hadidi")
        shown = caseworker("--db", sample, "screen", found["reference"]).stdout
        line = next(line for line in shown.splitlines() if "ALHADIDI, Tareq" in line)
        assert line.startswith("96     strong  Tariq al-Hadidi  ALHADIDI, Tareq  EX-S-001  sanctions-list  sanctions")
        assert "born 1988-05, as the entry says" in line
        assert "On no list, which is not recorded yet:" in shown

    def test_a_decision_is_recorded_through_exec_and_stands(self, caseworker: Caseworker, sample: Path) -> None:
        case = next(case for case in all_open(caseworker, sample) if case["name"] == "Farah Benslimane")
        (candidate,) = screened(caseworker, sample, case["reference"])["candidates"]
        assert (candidate["score"], candidate["strength"], candidate["standing"]) == (92, "strong", "undecided")
        decided = [each | {"outcome": "CLEAR", "evidence": "another year of birth"} for each in candidate["record"]]
        record(caseworker, sample, *decided)
        (again,) = screened(caseworker, sample, case["reference"])["candidates"]
        assert (again["standing"], again["before"]["recorded_by"]) == ("false positive", "ben")
        shown = caseworker("--db", sample, "screen", case["reference"]).stdout
        assert "clear by ben on" in shown
        assert case["reference"] not in {case["reference"] for case in all_open(caseworker, sample)}
        assert caseworker("--db", sample, "verify").exit_code == 0

    def test_that_nobody_is_listed_is_recorded_through_exec(self, caseworker: Caseworker, sample: Path) -> None:
        case = next(case for case in all_open(caseworker, sample) if case["name"] == "Calandrella Shipping Ltd")
        to_record = screened(caseworker, sample, case["reference"])["to_record"]
        assert {each["outcome"] for each in to_record} == {"CLEAR"}
        record(caseworker, sample, *to_record)
        assert screened(caseworker, sample, case["reference"])["to_record"] == []
        shown = caseworker("--db", sample, "screen", case["reference"]).stdout
        assert "Of everybody else it is recorded that they are on no list." in shown

    def test_a_true_match_that_no_list_has_now_is_shown_and_settled(self, caseworker: Caseworker, sample: Path) -> None:
        case = next(case for case in all_open(caseworker, sample) if case["name"] == "Tariq al-Hadidi")
        hit = {"outcome": "HIT", "evidence": "same passport"}
        record(caseworker, sample, *(each | hit for each in case["candidates"][0]["record"]))
        caseworker("--db", sample, "lists", "remove", "sanctions-list")
        (gone,) = screened(caseworker, sample, case["reference"])["candidates"]
        assert (gone["standing"], gone["entry"], gone["strength"]) == ("true match", None, None)
        assert "no list in force has this entry" in caseworker("--db", sample, "screen", case["reference"]).stdout
        settled = {"outcome": "CLEAR", "evidence": "delisted on 1 November"}
        record(caseworker, sample, *(each | settled for each in gone["record"]))
        assert screened(caseworker, sample, case["reference"])["candidates"] == []

    def test_needs_a_list(self, caseworker: Caseworker, sample: Path) -> None:
        shutil.rmtree(lists_folder(sample))
        result = caseworker("--db", sample, "screen", "--all-open")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "caseworker lists import FILE" in result.stderr

    @pytest.mark.parametrize("arguments", [(), ("7F3-QK2-M9X", "--all-open")])
    def test_is_of_one_case_or_of_all(self, caseworker: Caseworker, sample: Path, arguments: tuple[str, ...]) -> None:
        result = caseworker("--db", sample, "screen", *arguments)
        assert result.exit_code == 2
        assert "Name a case, or give --all-open." in result.stderr

    def test_of_no_such_case_is_told(self, caseworker: Caseworker, sample: Path) -> None:
        result = caseworker("--db", sample, "screen", "nothing")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "There is no case" in result.stderr

    def test_with_a_damaged_list_names_it(self, caseworker: Caseworker, sample: Path) -> None:
        damaged = list_file(lists_folder(sample), "sanctions-list")
        content = bytearray(damaged.read_bytes())
        content[4096:] = b"\xff" * (len(content) - 4096)
        damaged.write_bytes(content)
        result = caseworker("--db", sample, "screen", "--all-open")
        assert result.exit_code == 1
        assert f"The list in {damaged} can't be read" in result.stderr

    def test_doctor_names_the_lists_and_what_is_wrong_with_them(self, caseworker: Caseworker, sample: Path) -> None:
        assert "pep-list (2026-11), sanctions-list (2026-11)" in caseworker("--db", sample, "doctor").stdout
        list_file(lists_folder(sample), "pep-list").write_bytes(b"no database" * 1000)
        result = caseworker("--db", sample, "doctor")
        assert result.exit_code == 1
        assert "import the list again" in result.stdout


class TestAllOpen:
    def test_a_case_that_can_t_be_screened_costs_no_other(
        self, caseworker: Caseworker, sample: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = all_open(caseworker, sample)
        refused, failing, *others = [case["case_id"] for case in whole]

        def screen_all_but_two(connection: sqlite3.Connection, lists: Any, case_id: str) -> CaseScreening:
            if case_id == refused:
                raise Refusal(Code.UNKNOWN_CASE, "There is no such case.")
            if case_id == failing:
                raise ValueError("Tariq")
            return screen_case(connection, lists, case_id)

        monkeypatch.setattr(case_screening, "screen_case", screen_all_but_two)
        result = caseworker("--db", sample, "screen", "--all-open", "--json")
        assert result.exit_code == 1
        assert [case["case_id"] for case in json.loads(result.stdout)] == others
        assert result.stderr.splitlines() == [
            f"{whole[0]['reference']} was not screened: There is no such case.",
            f"{whole[1]['reference']} was not screened: a fault in caseworker (ValueError).",
        ]

    def test_an_entry_that_can_t_be_compared_is_told_with_its_case(self, caseworker: Caseworker, sample: Path) -> None:
        with closing(sqlite3.connect(list_file(lists_folder(sample), "sanctions-list"))) as connection, connection:
            connection.execute("UPDATE entries SET entry = '{}' WHERE entry_id = 'EX-S-001'")
        result = caseworker("--db", sample, "screen", "--all-open", "--json")
        assert result.exit_code == 1
        assert len(json.loads(result.stdout)) == 10
        (told,) = result.stderr.splitlines()
        assert "Tariq al-Hadidi could not be compared with entry " in told
        reference = told.partition(":")[0]
        one = caseworker("--db", sample, "screen", reference, "--json")
        assert (one.exit_code, json.loads(one.stdout)["not_compared"]) == (1, [told.partition(": ")[2]])

    def test_of_many_troubles_the_first_are_told_and_the_rest_counted(
        self, caseworker: Caseworker, sample: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any) -> CaseScreening:
            raise ValueError

        monkeypatch.setattr(case_screening, "screen_case", fail)
        monkeypatch.setattr(printing, "MOST_TOLD", 3)
        *told, last = caseworker("--db", sample, "screen", "--all-open").stderr.splitlines()
        with CaseStore.open(sample) as store:
            in_work = len(store.query(cases_in_work))
        assert (len(told), last) == (3, f"And {in_work - 3} more of this kind.")

    def test_lists_the_cases_with_candidates_that_nobody_decided_on(self, caseworker: Caseworker, sample: Path) -> None:
        found = all_open(caseworker, sample)
        assert len(found) == 11
        assert all(case["undecided"] == len(case["candidates"]) for case in found)
        shown = caseworker("--db", sample, "screen", "--all-open")
        assert len(shown.stdout.splitlines()) == 12
        assert all(case["reference"] in shown.stdout for case in found)

    def test_a_new_version_brings_back_those_whose_entry_has_changed(
        self, caseworker: Caseworker, sample: Path, tmp_path: Path
    ) -> None:
        def bring_in(**more: str) -> None:
            path = simple_csv(tmp_path / "eu.csv", row("NK-1", "Tariq al-Hadidi", **more), row("NK-2", "Nobody"))
            caseworker("--db", sample, "lists", "import", path)

        for name in ("sanctions-list", "pep-list"):
            caseworker("--db", sample, "lists", "remove", name)
        bring_in()
        (case,) = all_open(caseworker, sample)
        clear = {"outcome": "CLEAR", "evidence": "another nationality"}
        record(caseworker, sample, *(each | clear for each in case["candidates"][0]["record"]))
        assert all_open(caseworker, sample) == []
        shown = caseworker("--db", sample, "screen", "--all-open").stdout
        assert shown == "Nobody in the cases in work is like an entry that is not decided on.\n"
        bring_in(last_seen="2026-11-20")
        assert all_open(caseworker, sample) == []
        bring_in(birth_date="1988-05-30")
        (again,) = all_open(caseworker, sample)
        assert (again["candidates"][0]["standing"], again["candidates"][0]["changed"]) == (
            "undecided",
            "the entry has changed",
        )
