"""Attachments on a real disk: kept by their content, once, whole or not at all, and missed when they are gone."""

import hashlib
import json
import os
import stat
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from store import attachments
from store.attachments import Attachment, content_of, copy_out, folder_of, place_of, showable_name, spoken_size
from store.domain.commands import AttachFile
from store.engine.case_store import CaseStore, Receipt
from store.errors import FileChanged, FileMissing, UnusableFile
from store.queries.audit import remarks, verify
from store.queries.case_file import case_file
from tests.domain.examples import ANA, kyc
from tests.store.another_process import Worker
from tests.store.stores import connection_of, documents, findings, findings_in, open_store, quiet

NewCase = Callable[..., Receipt]
Spoil = Callable[[Path], None]

PDF = b"%PDF-1.7\nhello"
SHA = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.pdf"
    path.write_bytes(PDF)
    return path


@pytest.fixture
def passport(new_case: NewCase, store: CaseStore) -> str:
    return documents(store, new_case().case_id)[0].document_requirement_id


@pytest.fixture
def folder(store: CaseStore) -> Path:
    """Where the attachments of the store are kept; there are none yet."""
    return store.query(folder_of)


def attach(store: CaseStore, document_requirement_id: str, path: Path) -> Attachment:
    kept = store.keep_attachment(path)
    store.execute(AttachFile(document_requirement_id=document_requirement_id, **asdict(kept)), actor="ana")
    return kept


def change_a_byte(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"h", b"H"))


def replace_by_a_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def remarked(store: CaseStore) -> list[str]:
    return list(store.query(remarks))


class TestKeeping:
    def test_says_what_the_command_names_the_file_by(self, store: CaseStore, scan: Path) -> None:
        assert store.keep_attachment(scan) == Attachment(SHA, len(PDF), "application/pdf", "scan.pdf")

    def test_puts_the_content_beside_the_database_where_only_its_owner_reads(
        self, store: CaseStore, scan: Path, folder: Path
    ) -> None:
        store.keep_attachment(scan)
        assert folder == store.path.with_name("cases.sqlite3.files")
        assert contents(folder) == {f"{SHA[:2]}/{SHA}": PDF}
        assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE((folder / SHA[:2]).stat().st_mode) == 0o700
        assert stat.S_IMODE(place_of(folder, SHA).stat().st_mode) == 0o400
        assert scan.read_bytes() == PDF, "it is a copy"

    def test_keeps_the_same_content_once(self, store: CaseStore, scan: Path, tmp_path: Path, folder: Path) -> None:
        store.keep_attachment(scan)
        inode = place_of(folder, SHA).stat().st_ino
        (tmp_path / "again.pdf").write_bytes(PDF)
        assert store.keep_attachment(tmp_path / "again.pdf").file_name == "again.pdf"
        assert contents(folder) == {f"{SHA[:2]}/{SHA}": PDF}
        assert place_of(folder, SHA).stat().st_ino == inode

    @pytest.mark.parametrize("spoil", [change_a_byte, replace_by_a_device])
    def test_puts_right_what_was_spoilt(self, store: CaseStore, scan: Path, folder: Path, spoil: Spoil) -> None:
        store.keep_attachment(scan)
        spoil(place_of(folder, SHA))
        store.keep_attachment(scan)
        assert not place_of(folder, SHA).is_symlink()
        assert place_of(folder, SHA).read_bytes() == PDF

    def test_follows_a_link_that_the_person_names(self, store: CaseStore, scan: Path, tmp_path: Path) -> None:
        (tmp_path / "link.pdf").symlink_to(scan)
        assert store.keep_attachment(tmp_path / "link.pdf").sha256 == SHA

    def test_stands_where_the_database_is_that_a_link_leads_to(
        self, database: Path, scan: Path, tmp_path: Path
    ) -> None:
        real = tmp_path / "elsewhere" / "real.sqlite3"
        open_store(real).close()
        database.symlink_to(real)
        with open_store(database) as store:
            store.keep_attachment(scan)
            assert (tmp_path / "elsewhere" / "real.sqlite3.files" / SHA[:2] / SHA).exists()
            assert len(remarked(store)) == 1, "and is looked for there"

    def test_counts_bytes(self, store: CaseStore, tmp_path: Path) -> None:
        big = tmp_path / "big.bin"
        big.write_bytes(bytes(5 * 1024**2 // 2))
        told: list[tuple[int, int]] = []
        store.keep_attachment(big, lambda done, total: told.append((done, total)))
        assert told == [(done, 2621440) for done in (1048576, 2097152, 2621440)]

    def test_can_be_stopped_and_leaves_nothing(self, store: CaseStore, scan: Path, folder: Path) -> None:
        def stop(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store.keep_attachment(scan, stop)
        assert contents(folder) == {}
        assert remarked(store) == []


@pytest.mark.parametrize(
    ("head", "name", "media_type"),
    [
        (b"%PDF-1.4\n", "x", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "x.pdf", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "x", "image/jpeg"),
        (b"II*\0\x08\0\0\0\0\0", "x", "image/tiff"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "x", "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "x", "image/heic"),
        (b"Dear Sir", "letter.txt", "text/plain"),
        (b"Dear Sir", "letter", "application/octet-stream"),
    ],
)
def test_the_media_type_is_told_by_content_and_else_by_name(
    store: CaseStore, tmp_path: Path, head: bytes, name: str, media_type: str
) -> None:
    (tmp_path / name).write_bytes(head)
    assert store.keep_attachment(tmp_path / name).media_type == media_type


class TestAFileThatCannotBeAttached:
    def refused(self, store: CaseStore, path: Path, *words: str) -> None:
        with pytest.raises(UnusableFile) as refused:
            store.keep_attachment(path)
        for word in (str(path), *words):
            assert word in str(refused.value)
        assert str(refused.value).endswith(".")
        assert contents(store.query(folder_of)) == {}

    def test_is_not_there(self, store: CaseStore, tmp_path: Path) -> None:
        self.refused(store, tmp_path / "none.pdf", "There is no file")
        self.refused(store, tmp_path / ("x" * 300), "too long")
        self.refused(store, tmp_path / "a\0b", "null")

    def test_is_a_folder_or_a_pipe(self, store: CaseStore, tmp_path: Path) -> None:
        self.refused(store, tmp_path, "is a folder")
        os.mkfifo(tmp_path / "pipe")
        self.refused(store, tmp_path / "pipe", "not a file")
        self.refused(store, Path("/dev/zero"), "not a file")

    def test_is_empty(self, store: CaseStore, tmp_path: Path) -> None:
        (tmp_path / "empty.pdf").touch()
        self.refused(store, tmp_path / "empty.pdf", "is empty")

    def test_is_too_large(self, store: CaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with (tmp_path / "huge.pdf").open("wb") as file:
            file.truncate(attachments.LARGEST_FILE + 1)
        self.refused(store, tmp_path / "huge.pdf", "at most 100 MB")

    def test_grows_without_end_while_it_is_read(
        self, store: CaseStore, scan: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(attachments, "LARGEST_FILE", 100)
        monkeypatch.setattr(attachments, "_CHUNK", 10)

        def grow(done: int, total: int) -> None:
            assert done <= 100
            scan.write_bytes(scan.read_bytes() + PDF)

        with pytest.raises(UnusableFile, match="at most 100 bytes"):
            store.keep_attachment(scan, grow)
        assert contents(store.query(folder_of)) == {}

    def test_finds_no_room(self, store: CaseStore, scan: Path, folder: Path) -> None:
        folder.write_text("somebody put a file where the folder should be")
        with pytest.raises(UnusableFile, match=r"cases.sqlite3.files can't be kept: File exists\."):
            store.keep_attachment(scan)


class TestReading:
    def test_gives_the_content_back(self, store: CaseStore, scan: Path, tmp_path: Path, folder: Path) -> None:
        store.keep_attachment(scan)
        assert b"".join(content_of(folder, SHA, "scan.pdf")) == PDF
        copy_out(folder, SHA, "scan.pdf", tmp_path / "copy.pdf")
        assert (tmp_path / "copy.pdf").read_bytes() == PDF

    def test_writes_over_nothing(self, store: CaseStore, scan: Path, folder: Path) -> None:
        store.keep_attachment(scan)
        with pytest.raises(UnusableFile, match="File exists"):
            copy_out(folder, SHA, "scan.pdf", scan)

    @pytest.mark.parametrize(
        ("spoil", "error"),
        [(change_a_byte, FileChanged), (replace_by_a_device, FileChanged), (Path.unlink, FileMissing)],
    )
    def test_gives_nothing_else_out(self, store: CaseStore, scan: Path, spoil: Spoil, error: type[Exception]) -> None:
        store.keep_attachment(scan)
        folder = store.query(folder_of)
        spoil(place_of(folder, SHA))
        copy = scan.with_name("copy.pdf")
        with pytest.raises(error, match=r"^scan\.pdf is not .* backup"):
            copy_out(folder, SHA, "scan.pdf", copy)
        assert not copy.exists()


class TestVerify:
    def test_is_content_with_files_that_are_as_they_were(self, store: CaseStore, passport: str, scan: Path) -> None:
        attach(store, passport, scan)
        done: list[tuple[int, int]] = []
        assert list(verify(connection_of(store), lambda *numbers: done.append(numbers))) == []
        assert done[-1] == (len(PDF), len(PDF))
        assert remarked(store) == []

    @pytest.mark.parametrize(
        ("spoil", "words"),
        [(change_a_byte, "another content"), (replace_by_a_device, "another content"), (Path.unlink, "is not there")],
    )
    def test_names_a_file_that_is_not(
        self, store: CaseStore, passport: str, scan: Path, spoil: Spoil, words: str
    ) -> None:
        attach(store, passport, scan)
        spoil(place_of(store.query(folder_of), SHA))
        (finding,) = findings(store)
        assert finding.where == "files"
        assert finding.sentence.startswith("scan.pdf is not ")
        assert words in finding.sentence
        assert "the passport of Ana Ruiz, case " in finding.sentence
        assert remarked(store) == []

    def test_names_a_lost_folder_file_by_file_and_all_else_goes_on(
        self, store: CaseStore, passport: str, scan: Path, tmp_path: Path, folder: Path
    ) -> None:
        attach(store, passport, scan)
        (tmp_path / "other.txt").write_text("other")
        attach(store, passport, tmp_path / "other.txt")
        folder.rename(tmp_path / "lost")
        assert [finding.where for finding in findings(store)] == ["files", "files"]
        view = store.query(case_file, documents_case(store))
        assert [file.file_name for file in view.attachments] == ["scan.pdf", "other.txt"]
        store.rebuild(quiet)
        assert len(findings(store)) == 2
        scan.write_bytes(b"and more")
        attach(store, passport, scan)
        assert len(findings(store)) == 2

    def test_does_not_miss_what_was_never_here(self, store: CaseStore, passport: str) -> None:
        elsewhere = Attachment("cd" * 32, 7, "image/png", "from another laptop.png")
        store.execute(AttachFile(document_requirement_id=passport, **asdict(elsewhere)), actor="ana")
        assert findings(store) == []
        assert remarked(store) == [
            "1 attached file was never on this machine: only what the log says of them has come here."
        ]

    def test_checks_what_came_here_by_another_way_too(self, store: CaseStore, passport: str, folder: Path) -> None:
        elsewhere = Attachment(SHA, len(PDF), "application/pdf", "scan.pdf")
        store.execute(AttachFile(document_requirement_id=passport, **asdict(elsewhere)), actor="ana")
        place_of(folder, SHA).parent.mkdir(parents=True)
        place_of(folder, SHA).write_bytes(PDF)
        assert (findings(store), remarked(store)) == ([], [])
        change_a_byte(place_of(folder, SHA))
        assert [finding.where for finding in findings(store)] == ["files"]

    def test_remarks_on_what_no_document_names(self, store: CaseStore, scan: Path, folder: Path) -> None:
        store.keep_attachment(scan)
        (folder / "incoming-x").touch()
        (folder / "ab").mkdir()
        (folder / "ab" / ("cd" * 32)).touch()
        assert findings(store) == []
        lying = [folder / "ab" / ("cd" * 32), place_of(folder, SHA), folder / "incoming-x"]
        assert [remark.partition(" is no attached file")[0] for remark in remarked(store)] == sorted(map(str, lying))


def documents_case(store: CaseStore) -> str:
    """The one case there is."""
    ((case_id,),) = connection_of(store).execute("SELECT case_id FROM cases")
    return str(case_id)


def test_two_processes_that_attach_the_same_content_at_once(database: Path, scan: Path) -> None:
    with open_store(database) as store:
        case_id = store.execute(kyc(ANA), actor="ana").case_id
        two = [document.document_requirement_id for document in documents(store, case_id)]
    with Worker("attach", database) as one, Worker("attach", database) as other:
        for _ in range(10):
            for worker, document in zip((one, other), two, strict=True):
                worker.told(json.dumps({"document_requirement_id": document, "file": str(scan)}))
            assert [worker.hears() for worker in (one, other)] == ["kept", "kept"]
            for worker in (one, other):
                worker.told("go on")
            sha256 = hashlib.sha256(scan.read_bytes()).hexdigest()
            assert [worker.hears() for worker in (one, other)] == [sha256] * 2
            scan.write_bytes(scan.read_bytes() + b".")
    assert findings_in(database) == []
    with open_store(database) as store:
        assert remarked(store) == []
        assert len(contents(store.query(folder_of))) == 10
        assert len(store.query(case_file, case_id).attachments) == 20


def test_a_process_killed_between_the_file_and_its_command_breaks_nothing(database: Path, scan: Path) -> None:
    with open_store(database) as store:
        passport = documents(store, store.execute(kyc(ANA), actor="ana").case_id)[0].document_requirement_id
        with Worker("attach", database) as worker:
            worker.told(json.dumps({"document_requirement_id": passport, "file": str(scan)}))
            assert worker.hears() == "kept"
        assert findings(store) == []
        assert store.query(case_file, documents_case(store)).attachments == ()
        assert len(remarked(store)) == 1
        attach(store, passport, scan)
        assert (findings(store), remarked(store)) == ([], [])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("scan.pdf", "scan.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\scan.pdf", "C:_scan.pdf"),
        ("fdp.\u202escan.exe", "fdp.\ufffdscan.exe"),
        ("line\nbreak", "line\ufffdbreak"),
        ("half \udc80", "half \ufffd"),
        (" .. ", "file"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_that_can_be_shown_and_written_anywhere(name: str, shown: str) -> None:
    assert showable_name(name) == shown
    AttachFile(document_requirement_id="x", sha256=SHA, size=1, media_type="a/b", file_name=shown)


@pytest.mark.parametrize(
    ("size", "spoken"),
    [(1, "1 byte"), (812, "812 bytes"), (1024, "1 kB"), (1_300_000, "1.2 MB"), (100 * 1024**2, "100 MB")],
)
def test_sizes_as_people_say_them(size: int, spoken: str) -> None:
    assert spoken_size(size) == spoken
