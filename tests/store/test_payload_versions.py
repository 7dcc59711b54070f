"""Old payloads are brought up to date as they are read; newer ones are shown, and never guessed at."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from pydantic import ValidationError

from store.domain import events, values
from store.domain.case_file import CaseFile
from store.domain.commands import DetermineInitialDocumentRequirements
from store.domain.events import PersonAddedToCase
from store.domain.operation import NewEvent, Payload
from store.domain.refusals import Refusal
from store.domain.values import PersonData
from store.engine.case_store import CaseStore, Receipt
from store.errors import DatabaseDamaged
from store.log import CommitHeader, get_events_for_case, head_of, save_events, upcast
from store.log.append import new_commit
from store.log.upcast import UnknownPayload, typed_payload
from store.projections.rebuild import stale_tables
from store.queries.as_of import as_of
from store.queries.case_file import case_file
from store.queries.timeline import timeline
from store.queries.undo import undo_offer
from store.sqlite.transactions import write_transaction
from tests.domain.examples import ANA, kyc
from tests.store.stores import (
    by_hand,
    connection_of,
    documents,
    findings,
    findings_in,
    open_store,
    quiet,
    read_tables,
    rows,
    take_in,
    uploaded,
)

NewCase = Callable[..., Receipt]


class OfNewerVersion(Payload):
    """An event of which this version of the program only reads the name."""

    def applied_to(self, case: CaseFile) -> NoReturn:
        raise AssertionError("its meaning is not known here")

    def sentence(self) -> NoReturn:
        raise AssertionError("its meaning is not known here")

    def way_back(self, before: CaseFile) -> NoReturn:
        raise AssertionError("its meaning is not known here")


class CaseRated(OfNewerVersion):
    """An event that only a newer version of the program knows."""

    rating: str


class NewerPersonAddedToCase(OfNewerVersion):
    """A shape of a known event that only a newer version of the program knows."""

    VERSION = 2
    full_name: str


NewerPersonAddedToCase.__name__ = "PersonAddedToCase"

NEWER = [CaseRated(case_id="case", rating="HIGH"), NewerPersonAddedToCase(case_id="case", full_name="Ana Ruiz")]
NAMES = ["CaseRated.v1", "PersonAddedToCase.v2"]


def append(store: CaseStore, case_id: str, payload: Payload) -> str:
    """What a newer version of the program would write, or what comes from the team's shared log."""
    connection = connection_of(store)
    header = CommitHeader(
        case_id=case_id,
        parent=head_of(connection, case_id),
        command_id=f"of-a-newer-version-{type(payload).VERSION}",
        command='{"command":"RateCase","data":{}}',
        device="newer-laptop",
        actor="ben",
        rules_version="2030.1",
        recorded_at="2026-01-02T10:00:00.000000+00:00",
    )
    versions = {event.aggregate_id: event.version for event in get_events_for_case(connection, case_id)}
    with write_transaction(connection):
        commit = new_commit(header, [NewEvent(case_id, payload)], versions)
        save_events(connection, [(commit, [payload])])
    return commit.commit_id


@pytest.mark.parametrize(("payload", "name"), list(zip(NEWER, NAMES, strict=True)), ids=NAMES)
class TestAnEventOfANewerVersion:
    def test_is_read_as_it_is_stored(self, store: CaseStore, new_case: NewCase, payload: Payload, name: str) -> None:
        case_id = new_case().case_id
        append(store, case_id, payload)
        event = get_events_for_case(connection_of(store), case_id)[-1]
        assert event.payload == UnknownPayload(name, payload.model_dump_json(exclude_none=True))
        assert event.as_json()["payload"] == payload.model_dump()
        assert event.as_json()["payload_model_name"] == name

    def test_is_named_in_the_timeline(self, store: CaseStore, new_case: NewCase, payload: Payload, name: str) -> None:
        case_id = new_case().case_id
        append(store, case_id, payload)
        newest = store.query(timeline, case_id)[0]
        assert newest.actor == "ben"
        assert newest.sentences == (f"did something that only a newer version of caseworker can read ({name})",)

    def test_changes_no_row_of_the_past_either(
        self, store: CaseStore, new_case: NewCase, payload: Payload, name: str
    ) -> None:
        case_id = new_case().case_id
        append(store, case_id, payload)
        then = store.query(as_of, case_id, 2, store.rules)
        assert (then.stood.view, then.stood.assessed) == (store.query(case_file, case_id), None)

    def test_can_not_be_undone_here(self, store: CaseStore, new_case: NewCase, payload: Payload, name: str) -> None:
        case_id = new_case().case_id
        append(store, case_id, payload)
        assert "upgrade to undo" in str(store.query(undo_offer, case_id, "ben"))

    def test_leaves_the_rest_of_the_case_readable(
        self, store: CaseStore, new_case: NewCase, payload: Payload, name: str
    ) -> None:
        case_id = new_case().case_id
        before = read_tables(connection_of(store))
        head = append(store, case_id, payload)
        assert store.query(case_file, case_id).head == head
        assert read_tables(connection_of(store)) == before

    def test_stops_commands_on_its_case_and_on_no_other(
        self, store: CaseStore, new_case: NewCase, payload: Payload, name: str
    ) -> None:
        case_id, other = new_case().case_id, new_case().case_id
        head = append(store, case_id, payload)
        passport = documents(store, case_id)[0].document_requirement_id
        for command in (uploaded(passport), DetermineInitialDocumentRequirements(case_id=case_id)):
            with pytest.raises(Refusal, match="upgrade caseworker") as refused:
                store.execute(command)
            assert refused.value.code == "newer_event"
            assert name in refused.value.sentence
        assert head_of(connection_of(store), case_id) == head
        take_in(store, other)

    def test_is_no_fault_and_no_hindrance_to_a_rebuild(
        self, store: CaseStore, new_case: NewCase, payload: Payload, name: str
    ) -> None:
        case_id = new_case().case_id
        append(store, case_id, payload)
        take_in(store, new_case().case_id)
        before = read_tables(connection_of(store))
        assert findings(store) == []
        store.rebuild(quiet)
        assert read_tables(connection_of(store)) == before

    def test_does_not_keep_a_repeated_command_from_its_first_result(
        self, store: CaseStore, new_case: NewCase, payload: Payload, name: str
    ) -> None:
        first = new_case(command_id="one")
        append(store, first.case_id, payload)
        assert new_case(command_id="one").repeated


class TestAnEventOfAnOlderVersion:
    """Here PersonAddedToCase has moved on to version 2, in which a full name has become a first and a last name."""

    @pytest.fixture
    def moved_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def split_the_name(data: dict[str, Any]) -> dict[str, Any]:
            first, _, last = data.pop("full_name").partition(" ")
            return {**data, "person": {"firstname": first, "lastname": last}}

        monkeypatch.setattr(PersonAddedToCase, "VERSION", 2)
        monkeypatch.setitem(upcast.UPCASTERS, ("PersonAddedToCase", 1), split_the_name)
        current = {upcast.payload_model_name(model): model for model in events.PAYLOADS.values()}
        monkeypatch.setattr(upcast, "_CURRENT", current)

    OLD = '{"case_id":"c","person_id":"p","full_name":"Ana Ruiz"}'

    @pytest.mark.usefixtures("moved_on")
    def test_is_brought_up_to_date(self) -> None:
        payload = typed_payload("PersonAddedToCase.v1", self.OLD)
        assert payload == PersonAddedToCase.model_validate(
            {"case_id": "c", "person_id": "p", "person": {"firstname": "Ana", "lastname": "Ruiz"}}
        )

    @pytest.mark.usefixtures("moved_on")
    def test_the_present_version_is_read_as_it_is(self) -> None:
        payload = PersonAddedToCase(case_id="c", person_id="p", person=ANA)
        assert typed_payload("PersonAddedToCase.v2", payload.model_dump_json()) == payload

    def test_many_steps_are_taken_in_order(self, monkeypatch: pytest.MonkeyPatch) -> None:
        taken = []

        def step(version: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
            def upcaster(data: dict[str, Any]) -> dict[str, Any]:
                taken.append(version)
                return data

            return upcaster

        monkeypatch.setattr(PersonAddedToCase, "VERSION", 4)
        monkeypatch.setattr(upcast, "_CURRENT", {})
        for version in (1, 2, 3):
            monkeypatch.setitem(upcast.UPCASTERS, ("PersonAddedToCase", version), step(version))
        text = PersonAddedToCase(case_id="c", person_id="p", person=ANA).model_dump_json()
        typed_payload("PersonAddedToCase.v2", text)
        assert taken == [2, 3]

    def test_read_tables_are_made_anew_when_a_payload_has_a_new_version(
        self, database: Path, store: CaseStore, new_case: NewCase, request: pytest.FixtureRequest
    ) -> None:
        """What an older version of the program skipped as unknown may now be known."""
        new_case()
        assert stale_tables(connection_of(store)) == []
        request.getfixturevalue("moved_on")
        assert stale_tables(connection_of(store)) == ["cases", "persons", "parties", "search_documents"]


@pytest.mark.parametrize("name", ["PersonAddedToCase.v0", "PersonAddedToCase.v1", "PersonAddedToCase.v٠"])
def test_what_no_version_ever_wrote_is_an_error_and_not_a_guess(name: str) -> None:
    with pytest.raises(ValueError, match=r"person|there is no version 0"):
        typed_payload(name, '{"case_id":"c"}')


@pytest.mark.parametrize(
    "name", ["", "PersonAddedToCase", "PersonAddedToCase.vX", "PersonAddedToCase.v", ".v1", "x.v1"]
)
def test_what_has_no_known_name_is_unknown(name: str) -> None:
    assert typed_payload(name, "{}") == UnknownPayload(name, "{}")


class TestAnEventFromBeforeARuleChanged:
    def test_stays_readable(self, store: CaseStore, new_case: NewCase, monkeypatch: pytest.MonkeyPatch) -> None:
        """A country that ceases to exist is refused from then on; the cases that name it can still be worked."""
        case_id = new_case(kyc(ANA)).case_id
        monkeypatch.setattr(values, "country_names", lambda: {"DE": "Germany"})
        with pytest.raises(ValidationError, match="is not a country code"):
            PersonData(firstname="Ana", lastname="Ruiz", nationality="ES")
        take_in(store, case_id)
        assert findings(store) == []


class TestADamagedEvent:
    """The log was changed by hand: who needs the event is told so in a sentence."""

    @pytest.fixture
    def damaged(self, database: Path) -> str:
        with open_store(database) as store:
            case_id = store.execute(kyc()).case_id
            store.execute(kyc())
        with by_hand(database) as connection:
            connection.execute("UPDATE events SET payload = json_remove(payload, '$.name') WHERE position = 1")
        return case_id

    def test_readers_are_told(self, database: Path, damaged: str) -> None:
        with open_store(database) as store:
            with pytest.raises(DatabaseDamaged, match=r"Event 1 of the log \(CaseCreated.v1\) can't be read"):
                store.query(timeline, damaged)
            with pytest.raises(DatabaseDamaged, match="caseworker verify"):
                take_in(store, damaged)
            with pytest.raises(DatabaseDamaged):
                store.rebuild(quiet)

    def test_other_cases_go_on(self, database: Path, damaged: str) -> None:
        with open_store(database) as store:
            (other,) = rows(connection_of(store), "SELECT case_id FROM cases WHERE case_id <> ?", [damaged])
            take_in(store, other[0])

    def test_verify_says_where(self, database: Path, damaged: str) -> None:
        sentences = [finding.sentence for finding in findings_in(database)]
        assert any("Event 1 (CaseCreated" in sentence and "can't be read" in sentence for sentence in sentences)
