"""The file of notification rules: all of it is understood, or none of it is used."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from store.errors import BadFile
from store.handwritten_files import LARGEST, read_handwritten_file
from store.notifications.rules_file import read_rules

WELCOME = {"rule_id": "welcome", "event_trigger": "CASE_CREATED_KYC_STANDARD", "notification_type": "EMAIL"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rules.json"


def refused(file: Path) -> str:
    """What is said of the file, after its name."""
    with pytest.raises(BadFile) as raised:
        read_rules(file)
    said = str(raised.value)
    assert said.startswith(f"The file of notification rules {file}")
    assert said.isprintable()
    assert said[-1] in ".?"
    return said.partition(str(file))[2]


def test_rules_keep_their_order_and_their_fields(file: Path) -> None:
    off = WELCOME | {"rule_id": "off", "is_active": False, "template_id": "T1", "language_code": "fr"}
    file.write_text("\ufeff" + json.dumps([off, WELCOME]), encoding="utf-8")
    first, second = read_rules(file)
    assert (first.rule_id, first.is_active, first.template_id, first.language_code) == ("off", False, "T1", "fr")
    assert (second.rule_id, second.is_active, second.template_id) == ("welcome", True, None)


def test_there_need_not_be_any(file: Path) -> None:
    file.write_text("[]", encoding="utf-8")
    assert read_rules(file) == ()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (WELCOME | {"rule_id": 7}, ": rule 1: rule_id must be text, not a number."),
        (WELCOME | {"rule_id": ""}, ": rule 1 (‘’): rule_id must not be empty."),
        ({"rule_id": "x"}, ": rule 1 (‘x’): event_trigger is missing; notification_type is missing."),
        (
            WELCOME | {"notification_tpye": "SMS"},
            ": rule 1 (‘welcome’): notification_tpye is not a field I know: did you mean notification_type?",
        ),
        (WELCOME | {"is_active": "yes"}, ": rule 1 (‘welcome’): is_active must be true or false, not text."),
        (
            WELCOME | {"event_trigger": "CASE_CREATE_KYC_STANDARD"},
            ": rule 1 (‘welcome’): event_trigger can't be ‘CASE_CREATE_KYC_STANDARD’: it is CASE_CREATED_,"
            " CASE_APPROVED_ or CASE_REJECTED_, then KYC_ or KYB_, then the case type in capitals with ‘_’."
            " Did you mean CASE_CREATED_KYC_STANDARD?",
        ),
        ([], ": rule 1: must be an object."),
        (None, ": rule 1: must be an object."),
    ],
)
def test_a_rule_that_can_not_be_used_is_named_with_its_field(file: Path, rule: Any, said: str) -> None:
    file.write_text(json.dumps([rule]), encoding="utf-8")
    assert refused(file) == said


def test_a_word_that_is_near_to_no_trigger_gets_no_guess(file: Path) -> None:
    file.write_text(json.dumps([WELCOME, WELCOME | {"rule_id": "b", "event_trigger": "NOTE_ADDED"}]), encoding="utf-8")
    said = refused(file)
    assert said.startswith(": rule 2 (‘b’): event_trigger can't be ‘NOTE_ADDED’")
    assert said.endswith("with ‘_’.")


def test_two_rules_need_two_ids(file: Path) -> None:
    file.write_text(json.dumps([WELCOME, WELCOME]), encoding="utf-8")
    assert refused(file) == ": rule 2 (‘welcome’): another rule before it has this rule_id; give each its own."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", " can't be read: it is not JSON in UTF-8: "),
        (b"[", " can't be read: it is not JSON in UTF-8: "),
        (b"\xff\xfe[]", " can't be read: it is not JSON in UTF-8: "),
        (b'[{"rule_id": NaN}]', " can't be read: it is not JSON in UTF-8: "),
        (b'[{"a": 1, "a": 2}]', " can't be read: it is not JSON in UTF-8: the key ‘a’ is there twice"),
        (b"[" * 100_000, " can't be read: it is not JSON in UTF-8: "),
        (b"rules = []", " can't be read: it is not JSON in UTF-8: "),
        (b"{}", " is not a JSON list"),
        (b'{"rules": []}', " is not a JSON list"),
        (b" " * (LARGEST + 1), " can't be read: it has more than 1 MiB"),
    ],
)
def test_another_kind_of_file_is_refused(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    assert refused(file).startswith(said)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(file: Path) -> None:
    os.mkfifo(file)
    signal.alarm(20)  # ends the tests where one waits for ever
    said = refused(file)
    signal.alarm(0)
    assert said == " can't be read: it is a device or a pipe, not a file: save what it gives as a file first."


def test_what_a_parser_quotes_is_shortened(file: Path) -> None:
    file.write_text(f"x = {{ {'b' * 10_000} = 1, {'b' * 10_000} = 2 }}")
    with pytest.raises(BadFile, match="Duplicate inline table key") as raised:
        read_handwritten_file(file, "TOML", "It")
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize("name", ["a", "'a b'", '"a"', "a-b "])
def test_a_key_of_more_names_than_can_be_held_is_refused(file: Path, name: str) -> None:
    file.write_text(".".join([name] * 60) + " = 1")
    read_handwritten_file(file, "TOML", "It")
    file.write_text(f"x = 1\n{'.'.join([name] * 70)} = 1")
    with pytest.raises(BadFile, match="has more than 64 parts"):
        read_handwritten_file(file, "TOML", "It")


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    assert refused(file) == " can't be read: No such file or directory."
    file.mkdir()
    assert refused(file) == " can't be read: Is a directory."
