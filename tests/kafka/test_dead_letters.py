"""Messages that can't become a case: kept as they came, corrected, replayed, discarded."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from store.domain.refusals import Refusal
from store.engine.case_store import CaseStore
from store.queries.case_file import case_file
from store.sync.dead_letters import (
    DeadLetter,
    LetterState,
    dead_letters,
    discard,
    keep,
    replay,
)
from store.sync.intake_messages import Original, Place, Unreadable, read
from tests.store.stores import connection_of, findings, open_store, rows

WHEN = datetime(2026, 1, 2, 9, tzinfo=UTC)


def place(offset: int = 7) -> Place:
    return Place("kyc_events", "topic-1", 0, offset)


def body(**more: Any) -> bytes:
    message = {"client_id": "C-1", "version": "1.0", "type": "STANDARD", "traitement_type": "KYC"}
    return json.dumps(message | {"persons": [{"firstname": "Ana", "lastname": "Ruiz"}]} | more).encode()


def original(value: bytes = b"\xff{", offset: int = 7) -> Original:
    return Original(place(offset), b"key", value, (("one", b"\x00\xff"), ("none", None), ("one", b"again")))


@pytest.fixture
def letter(store: CaseStore) -> DeadLetter:
    return kept(store, original())


def kept(store: CaseStore, message: Original) -> DeadLetter:
    store.change(keep, message, "it is not UTF-8", WHEN)
    return store.query(dead_letters)[-1]


class TestReading:
    def test_an_id_comes_from_the_message_or_else_from_its_place(self) -> None:
        same, again, moved = (read(original(body(), offset))[0] for offset in (7, 7, 8))
        assert same == again != moved
        of_its_own = {read(original(body(message_id="crm-1"), offset))[0] for offset in (7, 8)}
        assert len(of_its_own) == 1

    def test_a_topic_that_was_made_anew_has_other_messages_at_the_same_place(self) -> None:
        there = Original(Place("kyc_events", "topic-2", 0, 7), None, body(), ())
        assert read(there)[0] != read(original(body()))[0]

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (b"", "it is empty"),
            (b"\xff", "it is not UTF-8: byte 0xff at offset 0"),
            (b'{"a": nein}', "broken JSON at column 7"),
            (b"[1]", "it is no JSON object"),
            (body(version="2.0"), "version must be 1.0"),
            (body(persons=[]), "a KYC case needs at least one person"),
            (body(clientid=1), "did you mean client_id?"),
        ],
    )
    def test_what_can_t_become_a_case_says_why(self, value: bytes, words: str) -> None:
        with pytest.raises(Unreadable) as raised:
            read(original(value))
        assert words in str(raised.value)


class TestKeeping:
    def test_a_message_is_kept_as_it_came(self, letter: DeadLetter) -> None:
        assert letter.original == original()
        assert letter.state is LetterState.WAITING
        assert letter.received_at == "2026-01-02T09:00:00.000000+00:00"

    def test_a_message_is_kept_once(self, store: CaseStore, letter: DeadLetter) -> None:
        assert kept(store, original()) == letter
        assert kept(store, original(offset=8)) != letter

    def test_text_is_kept_as_text_for_other_tools(self, store: CaseStore, letter: DeadLetter) -> None:
        text = kept(store, original(body(), 9))
        assert text.original.value == body()
        types = rows(connection_of(store), "SELECT typeof(value) FROM dead_letters ORDER BY dead_letter_id")
        assert types == [("blob",), ("text",)]

    def test_it_stays_when_read_tables_are_made_anew(self, store: CaseStore, letter: DeadLetter) -> None:
        store.rebuild(lambda done, total: None)
        assert store.query(dead_letters) == [letter]
        assert findings(store) == []


class TestReplaying:
    def test_opens_the_case_of_what_was_corrected(self, store: CaseStore, letter: DeadLetter) -> None:
        receipt = replay(store, letter.dead_letter_id, corrected=body(), actor="ana")
        assert store.query(case_file, receipt.case_id).persons[0].lastname == "Ruiz"
        [after] = store.query(dead_letters)
        assert (after.state, after.resolved_by, after.resolution) == (LetterState.REPLAYED, "ana", receipt.case_id)
        assert after.original == letter.original
        assert store.query(dead_letters, waiting_only=True) == []

    def test_on_two_laptops_opens_one_and_the_same_case(
        self, store: CaseStore, letter: DeadLetter, tmp_path: Path
    ) -> None:
        here = replay(store, letter.dead_letter_id, corrected=body())
        with open_store(tmp_path / "another.sqlite3") as another:
            there = replay(another, kept(another, original()).dead_letter_id, corrected=body())
        assert there.command_id == here.command_id
        assert there.case_id == here.case_id

    def test_what_still_can_t_become_a_case_changes_nothing(self, store: CaseStore, letter: DeadLetter) -> None:
        with pytest.raises(Refusal, match="can't become a case yet: it is not UTF-8") as raised:
            replay(store, letter.dead_letter_id)
        assert raised.value.code == "unreadable_message"
        assert store.query(dead_letters) == [letter]

    def test_once_is_enough(self, store: CaseStore, letter: DeadLetter) -> None:
        replay(store, letter.dead_letter_id, corrected=body())
        with pytest.raises(Refusal, match="has been replayed already"):
            replay(store, letter.dead_letter_id, corrected=body())
        with pytest.raises(Refusal, match="There is no dead letter 99"):
            replay(store, 99)


def test_discarding_keeps_the_reason(store: CaseStore, letter: DeadLetter) -> None:
    discard(store, letter.dead_letter_id, reason="a test of theirs", actor="ana")
    [after] = store.query(dead_letters)
    assert (after.state, after.resolution) == (LetterState.DISCARDED, "a test of theirs")
    with pytest.raises(Refusal, match=r"has been discarded already \(a test of theirs\)"):
        discard(store, letter.dead_letter_id, reason="again")
