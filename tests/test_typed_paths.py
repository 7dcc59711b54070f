"""Paths as people type, paste and drop them."""

from pathlib import Path

import pytest

from caseworker_tui.dialogs.typed_paths import completed, path_typed

HERE = Path("/where/the/person/is")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with files whose names need care."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("a b.pdf", "O'Neil.pdf", "back\\slash.pdf", "100%.pdf", "été.pdf", ".hidden", "scan.pdf"):
        (tmp_path / name).touch()
    (tmp_path / "sub folder").mkdir()
    (tmp_path / "sub folder" / "x.png").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("{}/a b.pdf", "a b.pdf"),
        (" {}/a b.pdf ", "a b.pdf"),
        ("'{}/a b.pdf'", "a b.pdf"),
        ("'{}/a b.pdf' ", "a b.pdf"),
        ('"{}/a b.pdf"', "a b.pdf"),
        ("{}/a\\ b.pdf", "a b.pdf"),
        ("~/a b.pdf", "a b.pdf"),
        ("~/a\\ b.pdf", "a b.pdf"),
        ("file://{}/a%20b.pdf", "a b.pdf"),
        ("{}/O'Neil.pdf", "O'Neil.pdf"),
        ("'{}/O'\\''Neil.pdf'", "O'Neil.pdf"),
        ("{}/back\\slash.pdf", "back\\slash.pdf"),
        ("{}/100%.pdf", "100%.pdf"),
        ("{}/sub\\ folder/x.png", "sub folder/x.png"),
    ],
)
def test_what_was_meant(folder: Path, typed: str, name: str) -> None:
    assert path_typed(typed.format(folder), HERE) == folder / name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("none.pdf", HERE / "none.pdf"),
        ("'a b.pdf'", HERE / "a b.pdf"),
        ("/x/two words.pdf", Path("/x/two words.pdf")),
        ("~nobody-of-this-name/x", HERE / "~nobody-of-this-name/x"),
        ("it's", HERE / "it's"),
        ("a\0b", HERE / "a\0b"),
    ],
)
def test_what_is_not_there_is_named_as_it_was_meant(typed: str, meant: Path) -> None:
    assert path_typed(typed, HERE) == meant


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("{}/a", "{}/a b.pdf"),
        ("{}/a b", "{}/a b.pdf"),
        ("{}/a\\ b", "{}/a\\ b.pdf"),
        ("{}/sub", "{}/sub folder/"),
        ("{}/sub\\ f", "{}/sub\\ folder/"),
        ("{}/sub folder/", "{}/sub folder/x.png"),
        ("'{}/sub folder/x", "'{}/sub folder/x.png"),
        ("~/é", "~/été.pdf"),
        ("~", "~/"),
        ("{}/.h", "{}/.hidden"),
        ("{}/", "{}/100%.pdf"),
        ("{}/zzz", None),
        ("{}/scan.pdf", None),
        ("{}/nowhere/x", None),
        ("'{}/a b.pdf'", None),
        ("", None),
        ("  ", None),
    ],
)
def test_what_is_suggested(folder: Path, typed: str, whole: str | None) -> None:
    assert completed(typed.format(folder), HERE) == (whole and whole.format(folder))


def test_a_bare_name_is_one_of_the_folder(folder: Path) -> None:
    assert completed("sc", folder) == "scan.pdf"
    assert path_typed("scan.pdf", folder) == folder / "scan.pdf"
