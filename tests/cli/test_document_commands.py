"""attach, attachment and expiring, and what show, verify and doctor say of files."""

import json
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Caseworker, Start, as_lines, shown

PDF = b"%PDF-1.7\nhello"


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.pdf"
    path.write_bytes(PDF)
    return path


class TestAttach:
    def test_keeps_the_file_and_uploads_the_document(self, caseworker: Caseworker, case: str, scan: Path) -> None:
        result = caseworker("attach", f"{case}/passport", scan, "--expires-on", "2031-05-02", "--json")
        assert result.exit_code == 0
        answer = json.loads(result.stdout)
        assert answer["events"] == ["FileAttached", "DocumentExpirySet", "DocumentStatusUpdated"]
        passport, address = shown(caseworker, case)["documents"]
        assert (passport["status"], passport["expires_on"], passport["updated_by"]) == (
            "UPLOADED",
            "2031-05-02",
            "ana.ruiz",
        )
        (file,) = passport["files"]
        assert file["attached_by"] == "ana.ruiz"
        for name, value in {"size": len(PDF), "media_type": "application/pdf", "file_name": "scan.pdf"}.items():
            assert file[name] == answer[name] == value
        assert address["files"] == []

    def test_says_what_it_did_and_show_lists_it(self, caseworker: Caseworker, case: str, scan: Path) -> None:
        assert caseworker("attach", f"{case}/passport", scan).stdout == (
            "Attached scan.pdf (application/pdf, 14 bytes).\n"
        )
        text = caseworker("show", case).stdout
        assert "Files\n" in text
        assert "scan.pdf" in text
        assert "attached scan.pdf to the passport of Ada Number1" in caseworker("log", case).stdout

    def test_a_document_is_named_by_its_id_too(self, caseworker: Caseworker, case: str, scan: Path) -> None:
        _, address = shown(caseworker, case)["documents"]
        assert caseworker("attach", address["document_requirement_id"], scan).exit_code == 0

    @pytest.mark.parametrize(
        ("document", "file", "options", "code", "words"),
        [
            ("passport", "none.pdf", (), 1, "There is no file"),
            ("passport", ".", (), 1, "is a folder"),
            ("selfie", "scan.pdf", (), 1, "The case asks for no ‘selfie’"),
            ("passport", "scan.pdf", ("--expires-on", "2031"), 2, "‘2031’ is not a day: write YYYY-MM-DD."),
        ],
    )
    def test_what_is_wrong_is_told_and_nothing_is_kept(
        self,
        caseworker: Caseworker,
        case: str,
        scan: Path,
        database: Path,
        *,
        document: str,
        file: str,
        options: tuple[str, ...],
        code: int,
        words: str,
    ) -> None:
        result = caseworker("attach", f"{case}/{document}", scan.parent / file, *options)
        assert (result.exit_code, result.stdout) == (code, "")
        assert words in result.stderr
        assert not list(database.parent.glob("*.files/*/*"))

    def test_the_same_content_again_is_refused(self, caseworker: Caseworker, case: str, scan: Path) -> None:
        caseworker("attach", f"{case}/passport", scan)
        again = caseworker("attach", f"{case}/passport", scan)
        assert (again.exit_code, "This very content is attached" in again.stderr) == (1, True)

    def test_exec_takes_the_command_without_the_file(self, caseworker: Caseworker, case: str) -> None:
        passport = shown(caseworker, case)["documents"][0]["document_requirement_id"]
        data = {
            "document_requirement_id": passport,
            "sha256": "ab" * 32,
            "size": 7,
            "media_type": "image/png",
            "file_name": "scan.png",
        }
        done = caseworker("exec", stdin=as_lines({"command": "AttachFile", "data": data}))
        assert json.loads(done.stdout)["events"] == ["FileAttached", "DocumentStatusUpdated"]
        wrong = caseworker("exec", stdin=as_lines({"command": "AttachFile", "data": data | {"sha256": "x"}}))
        assert "data.sha256 can't be ‘x’: a SHA-256, 64 digits of 0-9 and a-f" in json.loads(wrong.stdout)["message"]
        verified = caseworker("verify")
        assert (verified.exit_code, "1 attached file was never on this machine" in verified.stderr) == (0, True)
        assert "is not on this machine" in caseworker("attachment", "abababab").stderr


class TestAttachment:
    @pytest.fixture
    def attached(self, caseworker: Caseworker, case: str, scan: Path) -> str:
        return str(json.loads(caseworker("attach", f"{case}/passport", scan, "--json").stdout)["sha256"])

    def test_goes_to_standard_output_as_it_was(self, start: Start, attached: str, case: str) -> None:
        for named in (attached, attached[:6], f"{case}/passport"):
            output, errors = start("attachment", named).communicate()
            assert (output, errors) == (PDF, b"")

    def test_goes_to_a_new_file_or_into_a_folder(self, caseworker: Caseworker, attached: str, tmp_path: Path) -> None:
        copy, folder = tmp_path / "copy.pdf", tmp_path / "out"
        folder.mkdir()
        assert caseworker("attachment", attached, "--to", copy).stdout == f"{copy}\n"
        assert caseworker("attachment", attached, "--to", folder).stdout == f"{folder / 'scan.pdf'}\n"
        assert copy.read_bytes() == (folder / "scan.pdf").read_bytes() == PDF
        again = caseworker("attachment", attached, "--to", copy)
        assert (again.exit_code, again.stderr) == (1, f"The file {copy} can't be written: File exists.\n")

    def test_is_not_given_out_when_it_was_changed(
        self, caseworker: Caseworker, attached: str, database: Path, tmp_path: Path
    ) -> None:
        place = database.with_name("cases.sqlite3.files") / attached[:2] / attached
        place.chmod(0o600)
        place.write_bytes(b"something else")
        result = caseworker("attachment", attached)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("scan.pdf is not as it was when it was attached")
        assert caseworker("attachment", attached, "--to", tmp_path / "copy.pdf").exit_code == 1
        assert not (tmp_path / "copy.pdf").exists()

    def test_that_there_is_none(self, caseworker: Caseworker, case: str) -> None:
        assert caseworker("attachment", f"{case}/passport").exit_code == 1
        assert "No file is attached as ‘abcdef’" in caseworker("attachment", "abcdef").stderr


class TestVerify:
    def test_counts_files_in_and_names_what_is_wrong(
        self, caseworker: Caseworker, case: str, scan: Path, database: Path
    ) -> None:
        caseworker("attach", f"{case}/passport", scan)
        report = json.loads(caseworker("verify", "--json").stdout)
        assert (report["ok"], report["files"], report["remarks"]) == (True, 1, [])
        assert "Attached here: 1 file, as on the day they were attached.\n" in caseworker("verify").stdout
        shutil.rmtree(database.with_name("cases.sqlite3.files"))
        result = caseworker("verify")
        assert result.exit_code == 1
        assert result.stdout.startswith("files: scan.pdf is not on this machine")
        (finding,) = json.loads(caseworker("verify", "--json").stdout)["findings"]
        assert finding["where"] == "files"
        assert caseworker("show", case).exit_code == 0

    def test_a_copy_of_database_and_folder_is_whole(
        self, caseworker: Caseworker, case: str, scan: Path, database: Path, tmp_path: Path
    ) -> None:
        caseworker("attach", f"{case}/passport", scan)
        shutil.copy(database, tmp_path / "copy.sqlite3")
        shutil.copytree(database.with_name("cases.sqlite3.files"), tmp_path / "copy.sqlite3.files")
        assert caseworker("--db", tmp_path / "copy.sqlite3", "verify").exit_code == 0


class TestDoctor:
    def check(self, caseworker: Caseworker) -> dict[str, Any]:
        checks = json.loads(caseworker("doctor", "--json").stdout)["checks"]
        (files,) = [check for check in checks if check["name"] == "Files"]
        return dict(files)

    def test_tells_where_files_lie(self, caseworker: Caseworker, case: str, scan: Path, database: Path) -> None:
        folder = database.with_name("cases.sqlite3.files")
        assert self.check(caseworker)["found"] == f"none yet, in {folder}"
        caseworker("attach", f"{case}/passport", scan)
        assert self.check(caseworker)["found"] == f"1 in {folder}"
        folder.chmod(0o755)
        assert self.check(caseworker)["ok"] is False
        folder.chmod(stat.S_IRWXU)
        assert self.check(caseworker)["ok"] is True


class TestExpiring:
    def test_lists_what_has_expired_or_will_soon(self, caseworker: Caseworker, case: str, scan: Path) -> None:
        today = datetime.now(UTC).date()
        days = {"passport": today - timedelta(days=3), "proof of address": today + timedelta(days=40)}
        for number, (document, day) in enumerate(days.items()):
            scan.write_bytes(PDF + bytes([number]))
            caseworker("attach", f"{case}/{document}", scan, "--expires-on", day.isoformat())
        heading, *rows = caseworker("expiring").stdout.splitlines()
        assert heading.split()[:3] == ["EXPIRES", "DAYS", "DOCUMENT"]
        assert [row.split()[:3] for row in rows] == [[days["passport"].isoformat(), "-3", "passport"]]
        assert len(caseworker("expiring", "--within", "6w").stdout.splitlines()) == 3
        (row,) = json.loads(caseworker("expiring", "--within", "0", "--json").stdout)
        assert (row["reference"], row["document_type"], row["case_status"]) == (case, "PASSPORT", "OPEN")
        missing = shown(caseworker, case)["assessment"]["missing"]
        assert "the passport of Ada Number1 is UPLOADED" in missing

    def test_asks_for_a_number_of_days(self, caseworker: Caseworker) -> None:
        result = caseworker("expiring", "--within", "soon")
        assert (result.exit_code, "like 30d or 6w" in result.stderr) == (2, True)

    def test_is_empty_where_nothing_does(self, caseworker: Caseworker, case: str) -> None:
        assert json.loads(caseworker("expiring", "--json").stdout) == []
