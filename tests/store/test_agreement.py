"""Property tests: whatever people do, folding, storing, reading back and rebuilding agree.

A model decides the same commands in memory, with nothing but the domain; the store must never say anything else.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from store.domain.case_file import CaseFile, fold
from store.domain.commands import Command, CreateCase, DetermineInitialDocumentRequirements, UpdateDocumentStatus
from store.domain.decisions import Context, Rules, case_id_of_new_case, decide
from store.domain.events import Payload
from store.domain.notification_rules import NotificationRule
from store.domain.refusals import Refusal
from store.domain.statuses import DOCUMENT_MOVES, DocumentStatus, Reason, RejectionReason, TraitementType
from store.domain.values import (
    AddressData,
    BeneficialOwnerData,
    CompanyProfileData,
    EntityData,
    OwnerKind,
    PersonData,
    Share,
    UnspecifiedReason,
)
from store.engine import CaseStore, Receipt
from store.log import get_all_events, get_events_for_aggregate, get_events_for_case
from store.log.commit import CommitHeader, Stored, commit_id
from tests.store.desk import a_store, connection_of, findings, quiet, read_tables, rows

RULES = Rules(
    notifications=(
        NotificationRule(rule_id="welcome", event_trigger="CASE_CREATED_KYC_STANDARD", notification_type="EMAIL"),
        NotificationRule(
            rule_id="edd", event_trigger="CASE_CREATED_KYB_ENHANCED_DUE_DILIGENCE", notification_type="LETTER"
        ),
    )
)

names = st.sampled_from(["Ana", "Ben", "Zoë", "Şule", "李", "O'Neil", 'a"b\\c', "{x}"]) | st.text(
    st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8
)
countries = st.sampled_from(["FR", "de", "XK", "GB"])
dates = st.sampled_from(["1968", "1980-02", "2000-02-29"])
percents = st.integers(0, 100) | st.floats(0, 100)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


persons = st.builds(
    PersonData,
    firstname=names,
    lastname=names,
    birthdate=maybe(dates),
    role_in_company=maybe(st.just("Director")),
    nationality=maybe(countries),
    country_of_residence=maybe(countries),
    email=maybe(st.just("ana@example.org")),
)
profiles = st.builds(
    CompanyProfileData,
    registered_name=names,
    trading_name=maybe(names),
    registration_number=maybe(names),
    registration_date=maybe(dates),
    country_of_incorporation=countries,
    registered_address=st.builds(AddressData, city=maybe(names), country=countries),
    business_type=st.none(),
    industry_sector=st.none(),
    lei=maybe(st.just("5493001KJTIIGC8Y1R12")),
    legal_form=st.none(),
)
shares = st.one_of(
    st.builds(lambda exact: {"ownership_percentage": exact}, percents),
    st.builds(
        lambda a, b: {"share": Share(minimum=min(a, b), maximum=max(a, b), exclusive_maximum=True)}, percents, percents
    ),
    st.just({}),
)
details = st.one_of(
    st.builds(lambda person: {"person_details": person}, persons),
    st.builds(lambda name: {"kind": OwnerKind.ENTITY, "entity_details": EntityData(name=name)}, names),
    st.builds(
        lambda reason: {"kind": OwnerKind.UNSPECIFIED, "unspecified_reason": reason}, st.sampled_from(UnspecifiedReason)
    ),
)
owners = st.builds(
    lambda details, share, is_ubo, ended_on: BeneficialOwnerData(
        **details, **share, is_ubo=is_ubo, ended_on=ended_on, types_of_control=("votes",)
    ),
    details,
    shares,
    st.booleans(),
    maybe(dates),
)
kyc_cases = st.builds(
    CreateCase,
    client_id=names,
    traitement_type=st.just(TraitementType.KYC),
    case_type=st.sampled_from(["standard", "enhanced-due-diligence"]),
    persons=st.lists(persons, min_size=1, max_size=3).map(tuple),
    company_profile=st.none(),
    beneficial_owners=st.just(()),
    source=maybe(names),
)
kyb_cases = st.builds(
    CreateCase,
    client_id=names,
    traitement_type=st.just(TraitementType.KYB),
    case_type=st.sampled_from(["standard", "enhanced-due-diligence"]),
    persons=st.lists(persons, max_size=2).map(tuple),
    company_profile=profiles,
    beneficial_owners=st.lists(owners, max_size=3).map(tuple),
    source=maybe(names),
)
texts = st.text(st.characters(codec="utf-8"), max_size=4)
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
    max_leaves=4,
)
metadata = st.dictionaries(st.sampled_from("abc") | texts, json_values, max_size=3)


@dataclass(frozen=True)
class Move:
    """A move of some document: most often one that is allowed, and else any."""

    document: int
    allowed: bool
    choice: int
    reason: bool
    seen: bool
    metadata: dict[str, JsonValue]


@dataclass(frozen=True)
class Ask:
    """DetermineInitialDocumentRequirements of some case, or of one that is not there."""

    case: int


@dataclass(frozen=True)
class Repeat:
    """An earlier command once more, or another command under its id."""

    which: int
    another: bool


Step = CreateCase | Move | Ask | Repeat
steps = st.lists(
    st.one_of(
        kyc_cases,
        kyb_cases,
        st.builds(
            Move,
            document=st.integers(0, 50),
            allowed=st.sampled_from([True, True, True, False]),
            choice=st.integers(0, 5),
            reason=st.sampled_from([True, True, True, False]),
            seen=st.booleans(),
            metadata=metadata,
        ),
        st.builds(Ask, case=st.integers(0, 5)),
        st.builds(Repeat, which=st.integers(0, 20), another=st.booleans()),
    ),
    max_size=14,
)


@dataclass
class Model:
    """The cases as the domain alone has them: no file, no SQL."""

    cases: dict[str, list[Payload]] = field(default_factory=dict)
    carried_out: dict[str, tuple[Command, list[str]]] = field(default_factory=dict)

    def case(self, case_id: str) -> CaseFile:
        return fold(self.cases.get(case_id, []))

    def execute(self, command: Command, command_id: str) -> list[str] | str:
        """The types of the events that follow, or the code of the refusal."""
        if command_id in self.carried_out:
            earlier, types = self.carried_out[command_id]
            return types if earlier == command else "command_id_reused"
        case_id = self._case_of(command, command_id)
        if case_id is None:
            return "unknown_document"
        try:
            facts = decide(self.case(case_id), command, Context(command_id, RULES))
        except Refusal as refusal:
            return refusal.code
        self.cases.setdefault(case_id, []).extend(fact.payload for fact in facts)
        types = [type(fact.payload).__name__ for fact in facts]
        self.carried_out[command_id] = command, types
        return types

    def _case_of(self, command: Command, command_id: str) -> str | None:
        match command:
            case CreateCase():
                return case_id_of_new_case(command_id)
            case UpdateDocumentStatus(document_requirement_id=wanted):
                return next((c for c in self.cases if wanted in self.case(c).documents), None)
            case DetermineInitialDocumentRequirements(case_id=case_id):
                return case_id
        raise AssertionError(command)

    def command_for(self, step: Step, number: int) -> tuple[Command, str]:
        match step:
            case CreateCase():
                return step, f"command-{number}"
            case Ask(case=case):
                ids = [*self.cases, "nowhere"]
                return DetermineInitialDocumentRequirements(case_id=ids[case % len(ids)]), f"command-{number}"
            case Repeat(which=which, another=another) if self.carried_out:
                command_id = list(self.carried_out)[which % len(self.carried_out)]
                nothing = DetermineInitialDocumentRequirements(case_id="nowhere")
                return (nothing if another else self.carried_out[command_id][0]), command_id
            case Repeat():
                return DetermineInitialDocumentRequirements(case_id="nowhere"), f"command-{number}"
            case Move():
                return self._move(step), f"command-{number}"

    def _move(self, move: Move) -> UpdateDocumentStatus:
        documents = [d for case_id in self.cases for d in self.case(case_id).documents.values()]
        if not documents:
            return UpdateDocumentStatus(document_requirement_id="nothing", new_status=DocumentStatus.UPLOADED)
        document = documents[move.document % len(documents)]
        choices = list(DOCUMENT_MOVES[document.status] if move.allowed else DocumentStatus)
        new_status = choices[move.choice % len(choices)]
        reason = DOCUMENT_MOVES[document.status].get(new_status) if move.reason else None
        return UpdateDocumentStatus(
            document_requirement_id=document.document_requirement_id,
            new_status=new_status,
            old_status=document.status if move.seen else None,
            reason="because" if reason is Reason.TEXT else None,
            reason_code=RejectionReason.EXPIRED if reason is Reason.CODE else None,
            metadata=move.metadata,
        )


def answer(store: CaseStore, command: Command, command_id: str) -> Receipt | str:
    """What the store makes of a command: a receipt, or the code of the refusal."""
    try:
        return store.execute(command, command_id=command_id, actor="ana")
    except Refusal as refusal:
        return refusal.code


def carry_out(store: CaseStore, model: Model, taken: list[Step]) -> None:
    """Every step on both sides, each time with the same answer."""
    for number, step in enumerate(taken):
        command, command_id = model.command_for(step, number)
        repeated = command_id in model.carried_out
        expected = model.execute(command, command_id)
        match answer(store, command, command_id):
            case Receipt() as receipt:
                assert list(receipt.events) == expected
                assert receipt.repeated is repeated
            case code:
                assert code == expected


@given(steps)
@settings(max_examples=100, deadline=None)
def test_folding_storing_reading_back_and_rebuilding_agree(taken: list[Step]) -> None:
    model = Model()
    with a_store(rules=RULES) as store:
        carry_out(store, model, taken)
        connection = connection_of(store)

        for case_id, payloads in model.cases.items():
            stored = [event.payload for event in get_events_for_case(connection, case_id)]
            assert stored == payloads, "what is read back is what was decided"
            assert fold(p for p in stored if isinstance(p, Payload)) == model.case(case_id)

        in_order = list(get_all_events(connection))
        assert [event.position for event in in_order] == list(range(1, len(in_order) + 1))
        for aggregate_id in {event.aggregate_id for event in in_order}:
            stream = get_events_for_aggregate(connection, aggregate_id)
            assert stream == [event for event in in_order if event.aggregate_id == aggregate_id]
            assert [event.version for event in stream] == list(range(1, len(stream) + 1))

        assert_read_tables_show(store, model)
        live = read_tables(connection)
        assert findings(store) == []
        store.rebuild(quiet)
        assert read_tables(connection) == live
        assert findings(store) == []


def assert_read_tables_show(store: CaseStore, model: Model) -> None:
    """Each case as the fold has it, with its documents and their counts."""
    connection = connection_of(store)
    cases: dict[str, str] = dict(rows(connection, "SELECT case_id, status FROM cases"))
    assert cases == {case_id: model.case(case_id).status for case_id in model.cases}
    statuses: dict[str, str] = dict(rows(connection, "SELECT document_requirement_id, status FROM required_documents"))
    documents = [d for case_id in model.cases for d in model.case(case_id).documents.values()]
    assert statuses == {d.document_requirement_id: d.status for d in documents}
    counts = (
        "SELECT c.case_id FROM cases AS c WHERE"
        " (documents_required, documents_done, documents_rejected) IS NOT (SELECT count(*),"
        " coalesce(sum(d.status IN ('VERIFIED_SYSTEM', 'VERIFIED_MANUAL', 'NOT_APPLICABLE')), 0),"
        " coalesce(sum(d.status = 'REJECTED'), 0) FROM required_documents AS d WHERE d.case_id = c.case_id)"
    )
    assert rows(connection, counts) == []


@given(steps)
@settings(max_examples=20, deadline=None)
def test_the_same_commands_give_the_same_commits_and_rows_everywhere(taken: list[Step]) -> None:
    tables = []
    for _ in range(2):
        with a_store(rules=RULES) as store:
            carry_out(store, Model(), taken)
            connection = connection_of(store)
            commits = rows(connection, "SELECT commit_id, parent FROM commits ORDER BY position")
            tables.append((commits, list(get_all_events(connection)), read_tables(connection)))
    assert tables[0] == tables[1]


@given(steps)
@settings(max_examples=20, deadline=None)
def test_a_batch_gives_what_single_commands_give(taken: list[Step]) -> None:
    tables = []
    for in_a_batch in (False, True):
        with a_store(rules=RULES) as store:
            if in_a_batch:
                with store.batch():
                    carry_out(store, Model(), taken)
            else:
                carry_out(store, Model(), taken)
            assert findings(store) == []
            tables.append((list(get_all_events(connection_of(store))), read_tables(connection_of(store))))
    assert tables[0] == tables[1]


stored_values = st.none() | st.text(max_size=5) | st.integers()
headers = st.builds(
    CommitHeader,
    case_id=st.text(max_size=5),
    parent=st.none() | st.text(max_size=5),
    command_id=st.text(max_size=5),
    command=st.text(max_size=5),
    device=st.text(max_size=5),
    actor=st.text(max_size=5),
    rules_version=st.text(max_size=5),
    recorded_at=st.text(max_size=5),
)
event_rows = st.lists(st.tuples(*[st.text(max_size=5)] * 3, st.integers(), *[st.text(max_size=5)] * 4), max_size=3)


@given(headers, event_rows, st.data())
@settings(max_examples=200, deadline=None)
def test_a_commit_id_changes_when_any_field_does(
    header: CommitHeader, events: list[tuple[Stored, ...]], data: st.DataObject
) -> None:
    before = commit_id(header.fields(), events)
    lists: list[list[Stored]] = [list(header.fields()), *(list(event) for event in events)]
    target = data.draw(st.sampled_from(lists))
    place = data.draw(st.integers(0, len(target) - 1))
    old = target[place]
    target[place] = data.draw(
        stored_values.filter(lambda new: str(new) != str(old) or (new is None) is not (old is None))
    )
    fields, *rows_of_events = lists
    assert commit_id(fields, [tuple(row) for row in rows_of_events]) != before


@given(headers, event_rows)
@settings(max_examples=100, deadline=None)
def test_a_commit_id_changes_when_an_event_is_dropped_or_moved(
    header: CommitHeader, events: list[tuple[Stored, ...]]
) -> None:
    before = commit_id(header.fields(), events)
    for index in range(len(events)):
        assert commit_id(header.fields(), events[:index] + events[index + 1 :]) != before
    if events != events[::-1]:
        assert commit_id(header.fields(), events[::-1]) != before


@given(headers, st.text(min_size=1, max_size=5), st.text(min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_a_commit_id_tells_where_one_field_ends_and_the_next_begins(header: CommitHeader, a: str, b: str) -> None:
    one = replace(header, device=a + b, actor="")
    other = replace(header, device=a, actor=b)
    assert commit_id(one.fields(), []) != commit_id(other.fields(), [])
