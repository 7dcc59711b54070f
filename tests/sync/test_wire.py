"""Commits as records: what goes out comes back, and what is no commit is told from what is."""

import json
from typing import Any

import pytest

from store.log.commit import Commit, CommitHeader, EventFields, commit_id
from store.log.pending import all_pending_commits
from store.sync.judge import Verdict, judge
from store.sync.partition import partition_of
from store.sync.wire import Unreadable, WireCommit, WireEvent, decode, encode, payloads_of
from tests.store.stores import a_case_with_everything
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
        commit = Commit(commit_id(HEADER.fields(), ()), HEADER, ())
        assert decode(encode(commit)) == commit


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
        event = {**json.loads(GOLDEN)["events"][0], "payload": '{"case_id": 7}'}
        with pytest.raises(Unreadable, match="a payload is not what its name says"):
            payloads_of(decode(signed(events=[event])))


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
