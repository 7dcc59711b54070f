"""What a viewer gets: a copy whose name says what it is, and nothing of our environment that it does not need."""

import os
import sys
from pathlib import Path
from typing import Final

import pytest

from caseworker_tui.frame import viewer
from caseworker_tui.frame.viewer import (
    NoViewer,
    PassingCopies,
    environment_of_viewers,
    name_for_viewers,
    open_in_viewer,
)
from store.attachments import keep
from store.queries.case_file import AttachmentRow

MACHINE_CODE: Final = b"MZ" + bytes(200)


def attached(file_name: str, media_type: str, sha256: str = "0" * 64) -> AttachmentRow:
    return AttachmentRow("", "", sha256, 1, media_type, file_name, "", "")


@pytest.mark.parametrize(
    ("file_name", "media_type", "shown"),
    [
        ("scan.pdf", "application/pdf", "scan.pdf"),
        ("SCAN.PDF", "application/pdf", "SCAN.PDF"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("photo", "image/jpeg", "photo.jpg"),
        ("scan.pdf.desktop", "application/pdf", "scan.pdf.desktop.pdf"),
        ("scan.exe", "application/pdf", "scan.exe.pdf"),
        ("run.bat", "text/plain", "run.bat.txt"),
        ("scan.png", "application/pdf", "scan.png.pdf"),
        ("notes.md", "text/plain", "notes.md"),
        ("x" * 255, "image/png", "x" * 200 + ".png"),
    ],
)
def test_the_name_ends_in_what_the_file_is(file_name: str, media_type: str, shown: str) -> None:
    assert name_for_viewers(attached(file_name, media_type)) == shown


@pytest.mark.parametrize(
    "media_type",
    [
        *("application/x-msdownload", "application/x-executable", "application/x-sh", "application/x-desktop"),
        *(
            "application/octet-stream",
            "text/html",
            "image/svg+xml",
            "application/javascript",
            "application/java-archive",
        ),
    ],
)
@pytest.mark.parametrize("file_name", ["scan.pdf", "scan.pdf.desktop", "scan.exe"])
def test_what_may_run_is_not_opened(file_name: str, media_type: str) -> None:
    with pytest.raises(NoViewer) as refused:
        name_for_viewers(attached(file_name, media_type))
    assert str(refused.value) == (
        f"{file_name} is not opened, because a file of kind {media_type} may run as a program."
        " `caseworker attachment` writes it to a file."
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf.exe", MACHINE_CODE),
        ("scan.pdf", MACHINE_CODE),
        ("scan.pdf.desktop", b"[Desktop Entry]\nExec=reboot\n"),
    ],
)
def test_no_copy_is_made_of_what_may_run(tmp_path: Path, name: str, content: bytes) -> None:
    source, folder = tmp_path / name, tmp_path / "cases.sqlite3.files"
    source.write_bytes(content)
    kept = keep(folder, source, lambda done, total: None)
    copies = PassingCopies()
    with pytest.raises(NoViewer):
        copies.copy_of(attached(kept.file_name, kept.media_type, kept.sha256), folder)
    assert not list(folder.glob("opened-*"))
    copies.close()


def test_a_viewer_gets_no_secret() -> None:
    needed = {"PATH": "/bin", "HOME": "/home/ana", "DISPLAY": ":0", "XDG_RUNTIME_DIR": "/run/user/1", "LC_ALL": "C"}
    secrets = {"KAFKA_PASSWORD": "sesame", "CASEWORKER_TOKEN": "x", "CASEWORKER_CONFIG": "x", "ANY_NAME": "x"}
    assert environment_of_viewers(needed | secrets) == needed


@pytest.mark.skipif(sys.platform == "win32", reason="it gives no other environment to what it starts")
def test_the_viewer_is_started_with_that_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "opener"
    program.write_text(f'#!/bin/sh\nenv >"{tmp_path}/seen"\n')
    program.chmod(0o755)
    monkeypatch.setattr(viewer, "_OPENER", str(program))
    monkeypatch.setenv("KAFKA_PASSWORD", "sesame")
    open_in_viewer(tmp_path / "scan.pdf")
    seen = (tmp_path / "seen").read_text()
    assert "sesame" not in seen
    assert f"PATH={os.environ['PATH']}\n" in seen
