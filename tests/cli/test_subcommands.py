"""What each subcommand prints, and its exit code."""

import json
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from caseworker_tui.cli import printing, program
from caseworker_tui.cli.printing import safe
from caseworker_tui.cli.sample import attach_specimens, build_sample
from store.engine.case_store import CaseStore
from store.queries.audit import attached_files, files_here, log_digest, verify
from store.queries.documents import expiring
from tests.cli.conftest import NOW, PROJECT, Caseworker, as_lines, new_case

MESSAGES = PROJECT / "sample_data" / "messages.jsonl"
CASE_FIELDS = {"case_id", "reference", "client_id", "traitement_type", "case_type", "status", "name"}
DOCUMENT_FIELDS = {"document_requirement_id", "document_type", "status", "entity_id", "is_required"}
EVENT_FIELDS = {
    "position",
    "event_id",
    "event_type",
    "aggregate_id",
    "version",
    "timestamp",
    "payload",
    "metadata",
    "commit_id",
}


def test_import_counts_and_knows_what_it_has_seen(caseworker: Caseworker) -> None:
    first = caseworker("import", MESSAGES, "--json")
    assert first.exit_code == 0
    assert json.loads(first.stdout) == {"cases": 42, "already_known": 0, "rejected": 0, "rejects_file": None}
    assert first.stderr == "42 new cases from 1 file.\n"
    again = caseworker("import", MESSAGES, "--json")
    assert json.loads(again.stdout) == {"cases": 0, "already_known": 42, "rejected": 0, "rejects_file": None}


def test_import_tells_each_rejection_and_keeps_it_beside_the_database(
    caseworker: Caseworker, tmp_path: Path, database: Path
) -> None:
    file = tmp_path / "mixed.jsonl"
    file.write_bytes(MESSAGES.read_bytes().splitlines(keepends=True)[0] + b'{"client_id": 1}\nbroken\n')
    result = caseworker("import", file, "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (report["cases"], report["rejected"]) == (1, 2)
    rejects = Path(report["rejects_file"])
    assert rejects.parent == database.parent / "rejects"
    assert rejects.name.startswith("mixed-")
    assert rejects.read_bytes() == b'{"client_id": 1}\nbroken\n'
    assert f"{file}, line 2: " in result.stderr
    assert f"{file}, line 3: " in result.stderr


def test_import_puts_rejects_where_it_is_told(caseworker: Caseworker, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"client_id": 1}\n', encoding="utf-8")
    caseworker("import", tmp_path / "bad.jsonl", "--rejects", tmp_path / "mine.jsonl")
    assert (tmp_path / "mine.jsonl").exists()


def test_import_of_nothing_that_can_be_read_exits_with_2(caseworker: Caseworker, tmp_path: Path) -> None:
    result = caseworker("import", tmp_path / "missing.jsonl", tmp_path)
    assert result.exit_code == 2
    assert "there is no such file" in result.stderr


def test_import_is_done_by_the_actor(caseworker: Caseworker) -> None:
    caseworker("import", MESSAGES, "--actor", "night shift")
    assert {case["updated_by"] for case in json.loads(caseworker("cases", "--json").stdout)} == {"night shift"}


def test_cases_as_json_is_an_array_with_one_case_a_line(caseworker: Caseworker, sample: Path) -> None:
    output = caseworker("cases", "--json").stdout
    cases = json.loads(output)
    assert len(cases) == 60
    assert len(output.splitlines()) == 62
    assert cases[0].keys() >= CASE_FIELDS


def test_no_cases_are_an_empty_array(caseworker: Caseworker) -> None:
    caseworker("exec", stdin="")
    assert json.loads(caseworker("cases", "--json").stdout) == []
    assert json.loads(caseworker("log", "--json").stdout) == []
    assert len(caseworker("cases").stdout.splitlines()) == 1


def test_the_table_is_aligned_where_names_are_wide(caseworker: Caseworker, sample: Path) -> None:
    heading, *lines = caseworker("cases").stdout.splitlines()
    column = heading.index("TYPE")
    assert len(lines) == 60
    wide = [line for line in lines if "株式会社あおばね製作所" in line]
    assert [line[column - 11 :][:3] for line in wide] == ["KYB"]  # its 11 signs take two cells each
    assert all(line[column : column + 3] in ("KYC", "KYB") for line in lines if line.isascii())
    assert any("Villaseñor y Montes de Oca Echeverría" in line for line in lines), "a name was cut"


def test_show_finds_a_case_by_its_id_and_by_its_reference(caseworker: Caseworker, sample: Path) -> None:
    case = json.loads(caseworker("cases", "--json").stdout)[0]
    by_id = json.loads(caseworker("show", case["case_id"], "--json").stdout)
    typed = case["reference"].lower().replace("-", " ")
    assert json.loads(caseworker("show", typed, "--json").stdout) == by_id
    assert by_id.items() >= case.items()


def test_show_as_json_is_the_whole_case_file(caseworker: Caseworker, sample: Path) -> None:
    company = _case_of(caseworker, "株式会社あおばね製作所")
    assert company["company"]["registered_name"] == company["name"]
    assert [person["lastname"] for person in company["persons"]] == ["森野"]
    assert [owner["kind"] for owner in company["beneficial_owners"]] == ["person", "unspecified"]
    assert all(document.keys() >= DOCUMENT_FIELDS for document in company["documents"])
    assert company["documents"][0]["is_required"] is True
    person = _case_of(caseworker, "Élodie Rochat")
    assert person["company"] is None
    assert person["beneficial_owners"] == []


def _case_of(caseworker: Caseworker, name: str) -> dict[str, Any]:
    cases = json.loads(caseworker("cases", "--json").stdout)
    [reference] = [case["reference"] for case in cases if case["name"] == name]
    case: dict[str, Any] = json.loads(caseworker("show", reference, "--json").stdout)
    return case


def test_values_that_only_a_newer_version_knows_are_printed_as_they_are(caseworker: Caseworker, sample: Path) -> None:
    with closing(sqlite3.connect(sample, isolation_level=None)) as newer:
        newer.execute("UPDATE cases SET status = 'RESTS', risk = 'EXTREME'")
        newer.execute("UPDATE required_documents SET status = 'IN_THE_SAFE'")
    listed = json.loads(caseworker("cases", "--json").stdout)
    assert {(case["status"], case["risk"]) for case in listed} == {("RESTS", "EXTREME")}
    shown = json.loads(caseworker("show", listed[0]["case_id"], "--json").stdout)
    assert {document["status"] for document in shown["documents"]} == {"IN_THE_SAFE"}
    assert "IN_THE_SAFE" in caseworker("show", listed[0]["case_id"]).stdout


def test_show_prints_a_case_file_to_read(caseworker: Caseworker, sample: Path) -> None:
    case = _case_of(caseworker, "株式会社あおばね製作所")
    text = caseworker("show", case["reference"]).stdout
    for part in ("Company", "Persons", "Owners", "Documents (2 of 4 required are done)", "at least 50 %", "ALTERED"):
        assert part in text
    assert all(document["document_requirement_id"] in text for document in case["documents"])


def test_show_names_the_other_cases_of_the_same_parties(caseworker: Caseworker, sample: Path) -> None:
    shown = _case_of(caseworker, "Saltquill Chandlery Limited")
    assert [(other["name"], other["certainty"]) for other in shown["related"]] == [
        ("Saltquill Harbour Limited", "same"),
        ("Saltquill Charter S.à r.l.", "same"),
        ("Siobhán O'Dwyer", "likely"),
    ]
    assert shown["related"][2]["links"] == [
        {
            "name": "Siobhan O’DWYER",
            "roles": ["owner"],
            "name_there": "Siobhán O'Dwyer",
            "roles_there": ["person"],
            "certainty": "likely",
            "reason": "same name, born in 1983-04",
        }
    ]
    assert shown["related_more"] == []
    text = caseworker("show", shown["reference"]).stdout
    assert "\nRelated cases: 3 other cases with the same parties\n" in text
    assert "Siobhan O’DWYER: owner here, person there as Siobhán O'Dwyer; likely: same name, born in 1983-04\n" in text


def test_show_of_no_case_exits_with_1(caseworker: Caseworker, sample: Path) -> None:
    result = caseworker("show", "AAA-AAA-AAA")
    assert result.exit_code == 1
    assert result.stderr.startswith("There is no case with the id or reference ‘AAA-AAA-AAA’")


def test_log_as_json_is_every_event_in_order(caseworker: Caseworker, sample: Path) -> None:
    events = json.loads(caseworker("log", "--json").stdout)
    assert [event["position"] for event in events] == list(range(1, len(events) + 1))
    assert events[0].keys() >= EVENT_FIELDS
    case_id = events[0]["case_id"]
    of_case = json.loads(caseworker("log", case_id, "--json").stdout)
    assert of_case == [event for event in events if event["case_id"] == case_id]
    assert len(caseworker("log").stdout.splitlines()) == len(events)


def test_log_prints_a_sentence_an_event(caseworker: Caseworker) -> None:
    caseworker("exec", stdin=as_lines(new_case()))
    lines = caseworker("log").stdout.splitlines()
    assert len(lines) == 4
    assert lines[1].endswith("ana.ruiz added Ada Number1")


def test_what_is_known_of_a_document_reaches_no_terminal_as_a_control(caseworker: Caseworker, sample: Path) -> None:
    document = _case_of(caseworker, "Farah Benslimane")["documents"][0]["document_requirement_id"]
    data = {"document_requirement_id": document, "new_status": "UPLOADED", "metadata": {"file": "a\u009b31m\u202eb"}}
    assert caseworker("exec", stdin=as_lines({"command": "UpdateDocumentStatus", "data": data})).exit_code == 0
    outputs = [caseworker("log", "--json").stdout, caseworker("show", _reference(caseworker), "--json").stdout]
    for output in outputs:
        assert output.replace("\n", "").isprintable()
        assert "a\\u009b31m\\u202eb" in output


def _reference(caseworker: Caseworker) -> str:
    return str(_case_of(caseworker, "Farah Benslimane")["reference"])


def test_log_of_no_case_exits_with_1(caseworker: Caseworker, sample: Path) -> None:
    assert caseworker("log", "nobody").exit_code == 1


def test_verify_gives_the_digest_of_the_log(caseworker: Caseworker, sample: Path) -> None:
    with CaseStore.open(sample) as store:
        digest = store.query(log_digest)
    report = json.loads(caseworker("verify", "--json").stdout)
    assert report == report | {"ok": True, "findings": [], "log_digest": digest}
    assert report["events"] > report["commits"] > 60
    plain = caseworker("verify")
    assert plain.exit_code == 0
    assert plain.stdout.endswith(f"Log digest: {digest}\n")


def test_the_doctor_finds_nothing_wrong(caseworker: Caseworker, sample: Path) -> None:
    sample.chmod(0o600)
    result = caseworker("doctor")
    assert result.exit_code == 0, result.stdout
    assert "60 cases" in result.stdout
    assert str(sample) in result.stdout
    assert json.loads(caseworker("doctor", "--json").stdout)["ok"]


def test_the_doctor_tells_of_a_database_that_others_can_read(caseworker: Caseworker, sample: Path) -> None:
    sample.chmod(0o644)
    result = caseworker("doctor")
    assert result.exit_code == 1
    assert "chmod 600" in result.stdout


def test_the_doctor_makes_no_database_of_an_empty_file(caseworker: Caseworker, database: Path) -> None:
    database.parent.mkdir()
    database.touch(0o600)
    assert caseworker("doctor").exit_code == 1
    assert database.stat().st_size == 0


def test_demo_without_a_terminal_prints_the_queue(caseworker: Caseworker, database: Path) -> None:
    result = caseworker("demo")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 61
    assert not database.exists()


def test_the_sample_is_the_same_for_the_same_moment(sample_once: Path, tmp_path: Path) -> None:
    build_sample(tmp_path / "again.sqlite3", NOW)
    digests = set()
    for path in (sample_once, tmp_path / "again.sqlite3"):
        with CaseStore.open(path) as store:
            digests.add(store.query(log_digest))
    assert len(digests) == 1


def test_the_sample_covers_forty_days_in_order(sample: Path) -> None:
    with CaseStore.open(sample) as store:
        assert not store.query(lambda connection: list(verify(connection, lambda done, total: None)))
        times = store.query(
            lambda connection: [
                row[0] for row in connection.execute("SELECT recorded_at FROM commits ORDER BY position")
            ]
        )
    assert times == sorted(times)
    assert times[0] == (NOW - timedelta(days=40)).isoformat(timespec="microseconds")
    assert times[-1] < NOW.isoformat(timespec="microseconds")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Þórdís 株式会社", "Þórdís 株式会社"),
        ("a\u200cb", "a\u200cb"),
        ("a\x1b[31m\n\x9b", "a\\u001b[31m\\u000a\\u009b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\udcff", "\\udcff"),
    ],
)
def test_what_a_terminal_would_act_on_is_written_as_an_escape(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_the_demo_has_files_to_open_and_documents_that_expire(tmp_path: Path) -> None:
    database = tmp_path / "cases.sqlite3"
    build_sample(database, NOW)
    attach_specimens(database, NOW)
    with CaseStore.open(database) as store:
        attached = store.query(attached_files)
        assert len(attached) == store.query(files_here) > 5
        assert {file.media_type for file in attached.values()} == {"application/pdf"}
        days = [date.fromisoformat(row.expires_on) for row in store.query(lambda db: list(expiring(db, date.max)))]
        assert min(days) < NOW.date() < max(days)
        assert list(store.query(lambda connection: list(verify(connection, lambda *_: None)))) == []


def test_of_many_rejections_the_first_are_told_and_the_rest_counted(
    caseworker: Caseworker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "MOST_TOLD", 3)
    (tmp_path / "many.jsonl").write_text('{"a": 1}\n' * 10)
    told = caseworker("import", tmp_path / "many.jsonl", tmp_path / "none.jsonl").stderr.splitlines()
    assert [line.partition(":")[0] for line in told[:4]] == [
        *(f"{tmp_path}/many.jsonl, line {number}" for number in (1, 2, 3)),
        f"{tmp_path}/none.jsonl",
    ]
    assert told[4] == "And 7 more of this kind."


@pytest.mark.parametrize("arguments", [("dead-letters", "replay", "1"), ("conflicts", "edit", "x", "--reason", "y")])
def test_what_is_handed_over_is_read_up_to_a_bound(
    arguments: tuple[str, ...], caseworker: Caseworker, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "LARGEST_GIVEN", 1024 * 1024)
    (tmp_path / "given.json").write_bytes(b" " * (1024 * 1024 + 1))
    for given in (tmp_path / "given.json", "-"):
        result = caseworker(*arguments[:3], given, *arguments[3:], stdin=b" " * (1024 * 1024 + 1))
        assert result.exit_code == 2
        assert result.stderr == f"{given} has more than 1 MiB: it can't be one message or command.\n"


def test_of_what_nobody_meant_to_type_little_is_told_back(caseworker: Caseworker, case: str) -> None:
    pasted = "x" * 50_000
    for arguments in (
        ("show", pasted),
        ("show", case, "--at", pasted),
        ("attachment", f"{case}/{pasted}"),
        ("attachment", pasted),
        ("lists", "remove", pasted),
    ):
        result = caseworker(*arguments)
        assert result.exit_code in (1, 2)
        assert 0 < len(result.stderr) < 500
