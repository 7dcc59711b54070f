"""Commits as records: what goes out comes back, and what is no commit is told from what is."""

import json
from dataclasses import replace
from typing import Any

import pytest

from store.domain.refusals import Refusal
from store.log.commit import Commit, CommitHeader, EventFields, commit_id
from store.log.pending import all_pending_commits
from store.log.upcast import UnknownPayload
from store.sync.judge import Verdict, judge
from store.sync.partition import partition_of
from store.sync.wire import Unreadable, WireCommit, WireEvent, decode, encode, payloads_of
from tests.domain.examples import kyc
from tests.store.stores import a_case_with_everything, a_store
from tests.sync.memory_team import MemoryLog, a_laptop

TIME = "2026-01-02T09:00:00.000000+00:00"
HEADER = CommitHeader(
    case_id="case-1",
    parent=None,
    command_id="command-1",
    command='{"command":"AddNote","data":{"text":"Köln"}}',
    device="laptop",
    actor="ana",
    rules_version="1",
    recorded_at=TIME,
)
EVENTS = (
    EventFields(
        "id-1", "NoteAdded", "case-1", 1, TIME, '{"case_id":"case-1","note_id":"n","text":"Köln"}', "NoteAdded.v1", "{}"
    ),
)
COMMIT = Commit(commit_id(HEADER.fields(), EVENTS), HEADER, EVENTS)

GOLDEN = (
    '{"format":1,"commit_id":"' + COMMIT.commit_id + '","command_id":"command-1","case_id":"case-1","parent":null,'
    '"device":"laptop","actor":"ana","rules_version":"1","recorded_at":"2026-01-02T09:00:00.000000+00:00",'
    '"command":"{\\"command\\":\\"AddNote\\",\\"data\\":{\\"text\\":\\"Köln\\"}}",'
    '"events":[{"event_id":"id-1","event_type":"NoteAdded","aggregate_id":"case-1","version":1,'
    '"timestamp":"2026-01-02T09:00:00.000000+00:00",'
    '"payload":"{\\"case_id\\":\\"case-1\\",\\"note_id\\":\\"n\\",\\"text\\":\\"Köln\\"}",'
    '"payload_model_name":"NoteAdded.v1","metadata":"{}"}]}'
)


def signed(**changes: Any) -> bytes:
    """A record with these changes whose commit id is right again."""
    it = {**json.loads(GOLDEN), **changes}
    header = CommitHeader(**{name: it[name] for name in CommitHeader.__dataclass_fields__})
    events = [EventFields(**event) for event in it["events"]]
    return json.dumps({**it, "commit_id": commit_id(header.fields(), events)}).encode()


def an_event(**changes: Any) -> dict[str, Any]:
    """The event of the record with these changes."""
    return {**EVENTS[0]._asdict(), **changes}


class TestTheFormat:
    def test_is_frozen(self) -> None:
        """Records of years ago are read by every laptop that joins."""
        assert encode(COMMIT).decode() == GOLDEN
        assert decode(GOLDEN.encode()) == COMMIT

    def test_holds_whatever_was_done(self) -> None:
        laptop = a_laptop("ana", MemoryLog())
        a_case_with_everything(laptop.store)
        commits, _ = laptop.store.query(all_pending_commits, after=0, limit=1000)
        assert len(commits) > 20
        for commit in commits:
            assert decode(encode(commit)) == commit
            assert len(payloads_of(commit)) == len(commit.events)

    def test_has_room_for_a_commit_without_events(self) -> None:
        """A command that found nothing to change is kept, so that it is not carried out when it is given again."""
        header = replace(HEADER, parent="0" * 64)
        commit = Commit(commit_id(header.fields(), ()), header, ())
        assert decode(encode(commit)) == commit

    def test_has_room_for_whatever_json_holds(self) -> None:
        """What is deeper in a payload than its fields is stored as text, in which a number has any length."""
        numbers = json.dumps({"metadata": {"a": [10**40, -(10**40), 1.5]}, "case_id": "case-1"})
        for name in ("DocumentMeasured.v1", "DocumentMeasured.v12"):
            commit = decode(
                signed(events=[an_event(event_type="DocumentMeasured", payload=numbers, payload_model_name=name)])
            )
            assert payloads_of(commit) == [UnknownPayload(name, numbers)]


class TestWhatIsNoCommit:
    @pytest.mark.parametrize("value", [None, b"", b"nonsense", b"\xff", b"[]", b"null", b"{}", b'{"format": 0}'])
    def test_altogether(self, value: bytes | None) -> None:
        with pytest.raises(Unreadable) as unreadable:
            decode(value)
        assert not unreadable.value.newer

    @pytest.mark.parametrize("name", WireCommit.model_fields)
    def test_without_one_of_its_fields(self, name: str) -> None:
        with pytest.raises(Unreadable, match=name):
            decode(json.dumps({k: v for k, v in json.loads(GOLDEN).items() if k != name}).encode())

    @pytest.mark.parametrize("name", WireEvent.model_fields)
    def test_without_one_of_an_event_s_fields(self, name: str) -> None:
        it = json.loads(GOLDEN)
        del it["events"][0][name]
        with pytest.raises(Unreadable, match=rf"events\[0\].{name} is missing"):
            decode(json.dumps(it).encode())

    def test_with_a_field_more(self) -> None:
        with pytest.raises(Unreadable, match="mood"):
            decode(json.dumps({**json.loads(GOLDEN), "mood": "good"}).encode())

    @pytest.mark.parametrize("name", [name for name in WireCommit.model_fields if name not in ("format", "events")])
    def test_with_one_of_its_fields_changed(self, name: str) -> None:
        changed = {"parent": "0" * 64, "commit_id": "0" * 64, "recorded_at": TIME.replace("2026", "2027")}
        with pytest.raises(Unreadable, match="does not give its commit_id"):
            decode(json.dumps({**json.loads(GOLDEN), name: changed.get(name, "x")}).encode())

    @pytest.mark.parametrize(
        "changes", [{"recorded_at": "yesterday"}, {"parent": "x"}, {"actor": 1}, {"events": None}, {"case_id": ""}]
    )
    def test_with_a_field_of_another_kind(self, changes: dict[str, object]) -> None:
        with pytest.raises(Unreadable, match=next(iter(changes))):
            decode(json.dumps({**json.loads(GOLDEN), **changes}).encode())

    def test_of_a_newer_version(self) -> None:
        with pytest.raises(Unreadable, match="upgrade caseworker") as unreadable:
            decode(b'{"format": 2, "whatever": []}')
        assert unreadable.value.newer

    def test_with_a_payload_that_is_not_what_its_name_says(self) -> None:
        event = an_event(payload='{"case_id": "case-1", "text": 7}')
        with pytest.raises(Unreadable, match="a payload is not what its name says"):
            payloads_of(decode(signed(events=[event])))

    @pytest.mark.parametrize("event_type", ["NoteAdded", "OfANewerVersion"])
    @pytest.mark.parametrize("case_id", ["case-2", "", None, 7, ["case-1"]])
    def test_with_a_payload_that_names_another_case(self, event_type: str, case_id: object) -> None:
        payload = json.dumps({**json.loads(EVENTS[0].payload), "case_id": case_id})
        event = an_event(event_type=event_type, payload_model_name=f"{event_type}.v1", payload=payload)
        with pytest.raises(Unreadable, match=r"events\[0\]\.payload names the case"):
            decode(signed(events=[event]))

    @pytest.mark.parametrize(
        ("event_type", "model_name"),
        [
            ("CaseTagged", "NoteAdded.v1"),
            ("NoteAdded", "CaseTagged.v1"),
            ("NoteAdded", "OfANewerVersion.v1"),
            ("NoteAdded", "NoteAdded"),
            ("NoteAdded", "NoteAdded.v"),
            ("NoteAdded", "NoteAdded.v01"),
            ("NoteAdded", "NoteAdded.v\u0661"),
            ("NoteAdded", "NoteAdded.v1\n"),
            ("NoteAdded", "noteadded.v1"),
        ],
    )
    def test_with_an_event_type_that_is_not_of_its_payload(self, event_type: str, model_name: str) -> None:
        with pytest.raises(Unreadable, match=r"events\[0\]\.payload_model_name"):
            decode(signed(events=[an_event(event_type=event_type, payload_model_name=model_name)]))

    @pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775809", "1e999", '{"a": [-1e999]}'])
    @pytest.mark.parametrize("event_type", ["FileAttached", "OfANewerVersion"])
    def test_with_a_number_that_can_not_be_stored(self, event_type: str, number: str) -> None:
        payload = f'{{"case_id": "case-1", "size": {number}}}'
        event = an_event(event_type=event_type, payload_model_name=f"{event_type}.v1", payload=payload)
        with pytest.raises(Unreadable, match=r"events\[0\]\.payload\.size is too large a number"):
            decode(signed(events=[event]))

    @pytest.mark.parametrize(
        "text", ["", "nonsense", "[]", "null", '{"a": NaN}', '{"a": "\x01"}', '{"a": "\\ud800"}', "{}x"]
    )
    @pytest.mark.parametrize("field", ["command", "payload", "metadata"])
    def test_with_text_that_is_no_json_object(self, field: str, text: str) -> None:
        """SQLite, whose versions differ in what they take for JSON, is not asked."""
        changes = {"command": text} if field == "command" else {"events": [an_event(**{field: text})]}
        with pytest.raises(Unreadable, match=rf"{field} (is no JSON|must be an object)"):
            decode(signed(**changes))

    @pytest.mark.parametrize("time", ["2026-99-99", "2026-02-29", "0000-01-01", "2026-12-24T25"])
    def test_of_a_time_that_does_not_exist(self, time: str) -> None:
        wrong = time + TIME[len(time) :]
        with pytest.raises(Unreadable, match="recorded_at is not a time that exists"):
            decode(signed(recorded_at=wrong))
        with pytest.raises(Unreadable, match=r"events\[0\]\.timestamp is not a time that exists"):
            decode(signed(events=[an_event(timestamp=wrong)]))

    @pytest.mark.parametrize("actor", ["", " ", "\u2003", "ana\x1b]0;x", "ana\n", "\x00", "a\x9bna"])
    def test_by_nobody_who_can_be_named(self, actor: str) -> None:
        with pytest.raises(Unreadable, match=r"actor (must not be empty|holds a control character)"):
            decode(signed(actor=actor))
        with a_store() as store, pytest.raises(Refusal, match=r"The actor ") as refused:
            store.execute(kyc(), actor=actor or " ")
        assert refused.value.code == "invalid_command"

    def test_that_begins_a_case_with_nothing(self) -> None:
        with pytest.raises(Unreadable, match="holds no event"):
            decode(signed(events=[]))


class TestTheAcceptanceRule:
    @pytest.mark.parametrize(
        ("parent", "head", "known", "verdict"),
        [
            (None, None, False, Verdict.ACCEPTED),
            ("a", "a", False, Verdict.ACCEPTED),
            (None, "a", False, Verdict.STALE),
            ("a", None, False, Verdict.STALE),
            ("a", "b", False, Verdict.STALE),
            ("a", "a", True, Verdict.DUPLICATE),
            ("a", "b", True, Verdict.DUPLICATE),
        ],
    )
    def test_is(self, parent: str | None, head: str | None, known: bool, verdict: Verdict) -> None:
        assert judge(parent=parent, head=head, command_is_accepted=known) is verdict


class TestPartitions:
    def test_are_the_same_for_ever(self) -> None:
        """The topic of a team lives by these numbers."""
        ids = ["case-1", "019b7def-67b0-866b-8fee-fa7d9f3c5fdf", "é"]
        assert [partition_of(case_id, 12) for case_id in ids] == [6, 5, 3]

    def test_are_all_used(self) -> None:
        assert {partition_of(f"case-{number}", 12) for number in range(200)} == set(range(12))
