"""Importing files: what is opened, what is known already, what is rejected, and where that goes."""

import errno
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.domain.refusals import Code, Refusal
from store.errors import DatabaseBusy
from store.intake import importer, records
from store.intake.importer import import_files
from store.intake.rejects import RejectsFile

MakeFile = Callable[..., Path]


def message(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "client_id": f"client-{number}",
        "version": "1.0",
        "type": "STANDARD",
        "traitement_type": "KYC",
        "persons": [{"firstname": "Ada", "lastname": f"Byron {number}"}],
    } | fields


def counts(report: Any) -> tuple[int, int, int]:
    return report.cases, report.already_known, report.rejected


def number_of_cases(desk: Any) -> int:
    [count] = desk.store.query(lambda connection: connection.execute("SELECT count(*) FROM cases").fetchone())
    return int(count)


def test_all_real_records_at_once(real_records: Path, desk: Any) -> None:
    paths = sorted(path for path in real_records.rglob("*.json*"))
    report = desk.take_in(*paths)
    # 16 of the examples, 53 of the British registers, 29 LEI records (one company is in two files).
    # Rejected: 10 relationship records, 10 reporting exceptions and AstraZeneca, of which no owner is stated.
    assert counts(report) == (98, 1, 21)
    assert report.files_read == len(paths) == 21
    assert number_of_cases(desk) == 98
    assert counts(desk.take_in(*paths)) == (0, 99, 21)
    assert number_of_cases(desk) == 98


def test_the_real_code_lists_are_no_records_and_one_rejection_each(real_records: Path, desk: Any) -> None:
    paths = sorted((real_records / "codelists").iterdir())
    report = desk.take_in(*paths, real_records / "README.md", real_records)
    assert counts(report) == (0, 0, 6)
    assert (report.files_read, report.rejects_file) == (0, None)
    assert [(each.where, each.reason) for each in desk.rejections[-2:]] == [
        ("", "it holds no JSON records: it begins with ‘# Real public records, to run against’"),
        ("", "it is a folder: name the files in it"),
    ]


def test_the_same_file_twice_opens_nothing_twice(make_file: MakeFile, desk: Any) -> None:
    path = make_file([message(1), message(2)])
    assert counts(desk.take_in(path, path)) == (2, 2, 0)
    assert counts(desk.take_in(path)) == (0, 2, 0)
    assert number_of_cases(desk) == 2


def test_a_file_that_grew_adds_only_what_is_new(make_file: MakeFile, desk: Any) -> None:
    desk.take_in(make_file([message(1), message(2)]))
    assert counts(desk.take_in(make_file([message(0), message(1), message(2), message(3)]))) == (2, 2, 0)


def test_the_same_messages_in_another_layout_are_known(make_file: MakeFile, desk: Any) -> None:
    desk.take_in(make_file([message(1), message(2)]))
    assert counts(desk.take_in(make_file([message(2), message(1)], array=True))) == (0, 2, 0)
    assert counts(desk.take_in(make_file(json.dumps(message(1), indent=4)))) == (0, 1, 0)


def test_formats_may_be_mixed_in_one_file(make_file: MakeFile, desk: Any, real_records: Path) -> None:
    lei_record = json.loads((real_records / "gleif" / "lei-data.json").read_text())[0]
    statements = json.loads((real_records / "bods" / "examples" / "joint-ownership.json").read_text())
    mixed = [statements[0], message(), *statements[1:4], lei_record, {"a": 1}, [message()], "x", None, *statements[4:]]
    assert counts(desk.take_in(make_file(mixed))) == (3, 0, 4)
    formats = (
        "an intake message (client_id, traitement_type, …), a GLEIF LEI record (LEI, Entity, …), a page of the LEI"
        " look-up, or a BODS 0.4 statement (recordId, recordType, …)"
    )
    assert desk.reasons[:2] == [
        f"line 7: it is none of the formats that caseworker reads: {formats}",
        f"line 8: it is no JSON object; caseworker reads {formats}",
    ]


def test_a_message_id_that_means_two_messages_is_rejected(make_file: MakeFile, desk: Any) -> None:
    report = desk.take_in(make_file([message(1, message_id="m"), message(2, message_id="m"), message(3)]))
    assert counts(report) == (2, 0, 1)
    [reference] = desk.store.query(
        lambda connection: connection.execute("SELECT reference FROM cases WHERE client_id = 'client-1'").fetchone()
    )
    assert desk.reasons == [
        f"line 2: its message_id was already used for a different message, which is case {reference}: give this one"
        " a message_id of its own, or change that case instead"
    ]


def test_rejected_records_are_kept_as_they_came(make_file: MakeFile, desk: Any) -> None:
    good = json.dumps(message(1)).encode()
    bad = [
        b'{"client_id" : 7,\t"x": "\xc3\xa9"}',
        b'{"client_id": }',
        b'{"client_id": "\xff"}',
        b'  {"client_id": "c"}  \r',
        b'{"client_id": 1e0}',
    ]
    path = make_file(b"\xef\xbb\xbf" + bad[0] + b"\n" + good + b"\n\n" + b"\n".join(bad[1:]))
    report = desk.take_in(path)
    assert counts(report) == (1, 0, 5)
    assert report.rejects_file == desk.rejects_file
    assert desk.rejects_file.read_bytes() == b"\n".join(bad) + b"\n"
    assert [rejection.where for rejection in desk.rejections] == ["line 1", "line 4", "line 5", "line 6", "line 7"]
    assert str(desk.rejections[1]) == f"{path}, line 4: broken JSON at column 15: a value is missing"


def test_rejected_elements_of_an_array_take_one_line_each(make_file: MakeFile, desk: Any) -> None:
    path = make_file(b'[\n  {\n    "client_id": "a  b",\n    "n": 1.10\n  },\n  {"client_id": \n tru}\n]')
    assert counts(desk.take_in(path)) == (0, 0, 2)
    assert desk.rejects_file.read_bytes().splitlines() == [
        b'{ "client_id": "a  b", "n": 1.10 }',
        b'{"client_id": tru}',
    ]


def test_mended_rejects_can_be_imported_again(make_file: MakeFile, desk: Any) -> None:
    desk.take_in(make_file([message(1), message(2, version="1"), message(3)]))
    mended = desk.rejects_file.read_text().replace('"version": "1"', '"version": "1.0"')
    assert counts(desk.take_in(make_file(mended, "mended.jsonl"))) == (1, 0, 0)


def test_a_long_line_is_rejected_as_it_came_and_costs_no_other(tmp_path: Path, desk: Any) -> None:
    path = tmp_path / "long.jsonl"
    line = b'{"client_id": "' + b"x" * (50 * 1024 * 1024) + b'"}\n'
    with path.open("wb") as file:
        file.write(json.dumps(message(1)).encode() + b"\n" + line + json.dumps(message(2)).encode())
    assert counts(desk.take_in(path)) == (2, 0, 1)
    assert desk.reasons == ["line 2: it is 50.0 MB long; a record may have at most 16 MB"]
    assert desk.rejects_file.read_bytes() == line


def test_rejects_are_for_their_owner_only(make_file: MakeFile, desk: Any, tmp_path: Path) -> None:
    rejects = tmp_path / "a" / "b" / "rejected.jsonl"
    import_files(desk.store, [make_file([{"a": 1}])], rejects_file=rejects)
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    assert stat.S_IMODE(rejects.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(rejects.parent.parent.stat().st_mode) == 0o700


def test_no_rejects_file_is_made_when_nothing_is_rejected(make_file: MakeFile, desk: Any) -> None:
    report = desk.take_in(make_file([message(1)]))
    assert report.rejects_file is None
    assert not desk.rejects_file.parent.exists()


def test_rejects_never_overwrite_what_is_there(make_file: MakeFile, desk: Any) -> None:
    paths = [desk.take_in(make_file([{"import": number}])).rejects_file for number in (1, 2, 3)]
    assert [path.name for path in paths] == ["rejected.jsonl", "rejected-2.jsonl", "rejected-3.jsonl"]
    assert [json.loads(path.read_text()) for path in paths] == [{"import": 1}, {"import": 2}, {"import": 3}]


def test_one_unreadable_file_does_not_stop_the_others(make_file: MakeFile, desk: Any, tmp_path: Path) -> None:
    good = make_file([message(1)], "good.jsonl")
    table = make_file("a,b\n1,2\n3,4\n", "table.csv")
    report = desk.take_in(tmp_path / "absent\x1b[2J", table, good)
    assert counts(report) == (1, 0, 2)
    assert report.files_read == 1
    assert report.rejects_file is None
    assert desk.reasons == [": there is no such file", ": it holds no JSON records: it begins with ‘a,b’"]
    assert str(desk.rejections[0]).endswith(r"absent\x1b[2J: there is no such file")


def test_many_records_go_into_one_transaction(make_file: MakeFile, desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    execute = importer._execute

    def counted(store: Any, batch: Any, actor: str | None) -> Any:
        sizes.append(len(batch))
        return execute(store, batch, actor)

    monkeypatch.setattr(importer, "_execute", counted)
    monkeypatch.setattr(importer, "BATCH_RECORDS", 20)
    records = [message(number) for number in range(45)]
    records[21] = {"a": 1}
    assert counts(desk.take_in(make_file(records))) == (44, 0, 1)
    assert sizes == [20, 20, 5]


def test_large_records_make_small_transactions(make_file: MakeFile, desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "BATCH_BYTES", 1000)
    outcomes = importer.read_outcomes(make_file([message(number) for number in range(30)]))
    sizes = [len(batch) for batch in importer._batches(outcomes)]
    assert sum(sizes) == 30
    assert max(sizes) < 10


def test_what_the_domain_refuses_is_a_rejection_and_the_rest_goes_on(
    make_file: MakeFile, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = desk.store.execute

    def refusing(command: Any, **keywords: Any) -> Any:
        if command.client_id == "client-2":
            raise Refusal(Code.NOT_READY, "Client 2 is not examined on Fridays.")
        return execute(command, **keywords)

    monkeypatch.setattr(desk.store, "execute", refusing)
    assert counts(desk.take_in(make_file([message(1), message(2), message(3)]))) == (2, 0, 1)
    assert desk.reasons == ["line 2: Client 2 is not examined on Fridays."]
    assert json.loads(desk.rejects_file.read_text()) == message(2)


def test_a_database_that_fails_ends_the_import(make_file: MakeFile, desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DatabaseBusy("The database is in use by another process.")

    path = make_file([message(1)])
    with monkeypatch.context() as patched:
        patched.setattr(desk.store, "execute", fail)
        with pytest.raises(DatabaseBusy):
            desk.take_in(path)
    assert counts(desk.take_in(path)) == (1, 0, 0)


def test_the_actor_is_in_the_log(make_file: MakeFile, desk: Any) -> None:
    import_files(desk.store, [make_file([message(1)])], rejects_file=desk.rejects_file, actor="ana.ruiz")
    [actor] = desk.store.query(lambda connection: connection.execute("SELECT actor FROM commits").fetchone())
    assert actor == "ana.ruiz"


def test_progress_reaches_the_size_of_every_file(make_file: MakeFile, desk: Any) -> None:
    path = make_file([message(number) for number in range(500)])
    told: list[tuple[Path, int, int]] = []
    import_files(
        desk.store,
        [path, path.with_name("absent")],
        rejects_file=desk.rejects_file,
        progress=lambda *step: told.append(step),
    )
    size = path.stat().st_size
    steps = [done for file, done, total in told if file == path and total == size]
    assert steps == sorted(steps)
    assert steps[0] == 0
    assert steps[-1] == size
    assert len(steps) >= 4
    assert {step for step in told if step[0] != path} == {(path.with_name("absent"), 0, 0)}


def test_a_file_that_is_no_file_of_records_is_not_read_on(
    make_file: MakeFile, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "MOST_REFUSED", 3)
    wrong: list[Any] = [1, {"client_id": 2}]
    report = desk.take_in(make_file([*wrong, message(1), *wrong, message(2), *wrong, 1, message(3)]))
    assert counts(report) == (2, 0, 8)
    assert desk.reasons[-1] == ": its last 3 records were all rejected: what follows them was not read"
    assert len(desk.rejects_file.read_text().splitlines()) == 7


def test_statements_are_no_rejections_until_all_are_read(
    make_file: MakeFile, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "MOST_REFUSED", 3)
    statement = {"statementId": "a", "recordType": "person"}
    assert desk.take_in(make_file([1, 1, *[statement] * 5, 1, 1, message(1)])).cases == 1


def test_a_disk_that_fails_while_a_file_is_read_is_told_and_costs_no_other(
    make_file: MakeFile, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(io.BufferedReader):
        def readline(self, size: int | None = -1) -> bytes:
            if self.tell() > 200:
                raise OSError(errno.EIO, "Input/output error")
            return super().readline(size)

    failing, whole = make_file([message(number) for number in range(9)]), make_file([message(9)], "whole.jsonl")
    monkeypatch.setattr(
        records, "open_for_reading", lambda path: Failing(io.FileIO(path)) if path == failing else path.open("rb")
    )
    report = desk.take_in(failing, whole)
    assert desk.reasons == [": it can't be read to its end: Input/output error. Check its disk"]
    assert counts(report) == (1, 0, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
def test_a_rejects_file_on_a_full_disk_is_named(
    make_file: MakeFile, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: RejectsFile) -> Any:
        self.path, self._file = desk.rejects_file, open("/dev/full", "wb")  # noqa: PTH123, SIM115
        return self._file

    monkeypatch.setattr(RejectsFile, "_make", full)
    with pytest.raises(OSError, match="No space left") as told:
        desk.take_in(make_file([{"a": 1}, {"a": 2}]))
    assert told.value.filename == str(desk.rejects_file)
