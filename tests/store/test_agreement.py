"""Property tests: whatever people do, folding, storing, reading back and rebuilding agree.

A model decides the same commands in memory, with nothing but the domain; the store must never say anything else.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from store.domain import commands as c
from store.domain.case_file import CaseFile
from store.domain.casework.opening import case_id_of_new_case
from store.domain.casework.review import missing_for_approval
from store.domain.commands import (
    CreateCase,
    DetermineInitialDocumentRequirements,
    UpdateDocumentStatus,
    WaiveDocument,
)
from store.domain.decider import INITIAL, decide, evolve, fold, undo_of
from store.domain.events import BeneficialOwnerRemoved
from store.domain.notification_rules import NotificationRule
from store.domain.operation import Command, Context, Payload, Undo
from store.domain.refusals import Refusal
from store.domain.rules import Rules
from store.domain.statuses import (
    DOCUMENT_MOVES,
    DONE,
    CaseStatus,
    CheckOutcome,
    Decision,
    DocumentStatus,
    Reason,
    RejectionReason,
    TraitementType,
)
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
from store.engine.case_store import CaseStore, Receipt
from store.log import get_all_events, get_commits_for_case, get_events_for_aggregate, get_events_for_case
from store.log.commit import CommitHeader, Stored, commit_id
from store.log.read import known_payloads
from store.queries.as_of import as_of
from store.queries.assessment import Assessment, assessment
from store.queries.case_file import CaseFileView, case_file
from store.queries.timeline import TimelineEntry, timeline
from store.queries.what_changed import SAYS_THAT_IT_CHANGED, Kind, what_changed
from tests.domain.examples import CATALOGUE, Choices, against
from tests.store.stores import START, a_store, connection_of, findings, quiet, read_tables, rows
from tests.trials import examples, trial

RULES = Rules(
    notifications=(
        NotificationRule(rule_id="welcome", event_trigger="CASE_CREATED_KYC_STANDARD", notification_type="EMAIL"),
        NotificationRule(
            rule_id="edd", event_trigger="CASE_CREATED_KYB_ENHANCED_DUE_DILIGENCE", notification_type="LETTER"
        ),
        NotificationRule(rule_id="yes", event_trigger="CASE_APPROVED_KYC_STANDARD", notification_type="EMAIL"),
        NotificationRule(rule_id="no", event_trigger="CASE_REJECTED_KYB_STANDARD", notification_type="LETTER"),
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
    lambda details, share, is_ubo, ended_on, party, held_in: BeneficialOwnerData(
        **details,
        **share,
        is_ubo=is_ubo,
        ended_on=ended_on,
        types_of_control=("votes",),
        party=party,
        held_in=held_in,
    ),
    details,
    shares,
    st.booleans(),
    maybe(dates),
    maybe(st.sampled_from(["a", "b"])),
    maybe(st.sampled_from(["a", "b", "c"])),
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


@dataclass(frozen=True)
class Act:
    """Any other command, on some case and on something in it that is there, or most often is."""

    model: type[Command]
    by: str
    case: int
    choices: Choices

    def on(self, case: CaseFile) -> Command:
        return CATALOGUE[self.model].example(case, self.choices)


ACTS = [m for m in CATALOGUE if m not in {CreateCase, UpdateDocumentStatus, DetermineInitialDocumentRequirements}]


@dataclass(frozen=True)
class Finish:
    """All that it takes to approve a case: its documents waived, its hits settled, proposed and approved."""

    case: int

    def on(self, case: CaseFile) -> list[tuple[Command, str]]:
        waived = [WaiveDocument(document_requirement_id=key, reason="because") for key in case.documents]
        settled = [
            c.RecordCheck(
                case_id=case.case_id,
                kind=hit.kind,
                outcome=CheckOutcome.NOT_APPLICABLE,
                evidence="a namesake",
                entity_id=hit.entity_id,
                screening=against(*hit.entry) if hit.entry else None,
            )
            for hit in case.hits
        ]
        proposed = c.ProposeDecision(case_id=case.case_id, decision=Decision.APPROVE, reason="because it is so")
        work: list[Command] = [*waived, *settled, proposed]
        return [*((command, "ana") for command in work), (c.ApproveDecision(case_id=case.case_id), "ben")]


choices = st.builds(
    Choices,
    person=persons,
    owner=owners,
    profile=profiles,
    word=st.sampled_from(["vip", "old", "tax_return"]),
    which=st.integers(0, 11),
)
Step = CreateCase | Move | Ask | Act | Finish | Repeat
acts = [
    st.builds(
        Act,
        model=st.just(model),
        by=st.sampled_from(["ana", "ben"]),
        case=st.integers(0, 2),
        choices=choices,
    )
    for model in ACTS
]
moves = st.builds(
    Move,
    document=st.integers(0, 50),
    allowed=st.sampled_from([True, True, True, False]),
    choice=st.integers(0, 5),
    reason=st.sampled_from([True, True, True, False]),
    seen=st.booleans(),
    metadata=metadata,
)
others = [
    st.builds(Ask, case=st.integers(0, 5)),
    st.builds(Finish, case=st.integers(0, 2)),
    st.builds(Repeat, which=st.integers(0, 20), another=st.booleans()),
]
any_case = kyc_cases | kyb_cases
steps = st.builds(
    lambda first, then: [first, *then],
    any_case,
    st.lists(st.one_of(any_case, moves, *acts, *others), min_size=5, max_size=20),
)


@dataclass
class Model:
    """The cases as the domain alone has them: no file, no SQL."""

    cases: dict[str, list[Payload]] = field(default_factory=dict)
    carried_out: dict[str, tuple[Command, list[str]]] = field(default_factory=dict)

    def case(self, case_id: str) -> CaseFile:
        return fold(self.cases.get(case_id, []))

    def execute(self, command: Command, command_id: str, by: str) -> list[str] | str:
        """The types of the events that follow, or the code of the refusal."""
        if command_id in self.carried_out:
            earlier, types = self.carried_out[command_id]
            return types if earlier == command else "command_id_reused"
        case_id = self._case_of(command, command_id)
        if case_id is None:
            return "unknown_document"
        try:
            context = Context.of(
                command, command_id=command_id, case_id=case_id, rules=RULES, actor=by, today=START.date()
            )
            new_events = decide(self.case(case_id), command, context)
        except Refusal as refusal:
            return refusal.code
        self.cases.setdefault(case_id, []).extend(new_event.payload for new_event in new_events)
        types = [type(new_event.payload).__name__ for new_event in new_events]
        self.carried_out[command_id] = command, types
        return types

    def _case_of(self, command: Command, command_id: str) -> str | None:
        match command:
            case CreateCase():
                return case_id_of_new_case(command_id)
            case c.OfDocument(document_requirement_id=wanted):
                return next((c for c in self.cases if wanted in self.case(c).documents), None)
            case c.OfCase(case_id=case_id):
                return case_id
        raise AssertionError(command)

    def commands_for(self, step: Step, number: int) -> list[tuple[Command, str, str]]:
        """What a step comes to: commands with their ids, and who gives them."""
        if not isinstance(step, Finish):
            by = step.by if isinstance(step, Act) else "ana"
            return [(*self.command_for(step, number), by)]
        if not self.cases:
            return []
        case = self.case(list(self.cases)[step.case % len(self.cases)])
        return [(command, f"command-{number}-{i}", by) for i, (command, by) in enumerate(step.on(case))]

    def command_for(self, step: CreateCase | Move | Ask | Act | Repeat, number: int) -> tuple[Command, str]:
        match step:
            case Act(case=case) if self.cases:
                return step.on(self.case(list(self.cases)[case % len(self.cases)])), f"command-{number}"
            case Act():
                return step.on(CaseFile(case_id="nowhere")), f"command-{number}"
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


def answer(store: CaseStore, command: Command, command_id: str, by: str) -> Receipt | str:
    """What the store makes of a command: a receipt, or the code of the refusal."""
    try:
        return store.execute(command, command_id=command_id, actor=by)
    except Refusal as refusal:
        return refusal.code


def carry_out(
    store: CaseStore, model: Model, taken: list[Step], look: Callable[[Receipt], None] = lambda _: None
) -> None:
    """Every step on both sides, each time with the same answer; and a look at the store after each."""
    for number, step in enumerate(taken):
        for command, command_id, by in model.commands_for(step, number):
            repeated = command_id in model.carried_out
            expected = model.execute(command, command_id, by)
            match answer(store, command, command_id, by):
                case Receipt() as receipt:
                    assert list(receipt.events) == expected
                    assert receipt.repeated is repeated
                    look(receipt)
                case code:
                    assert code == expected


@pytest.mark.deep
@given(steps)
@examples(little=40, much=1_000)
def test_folding_storing_reading_back_and_rebuilding_agree(taken: list[Step]) -> None:
    model = Model()
    with trial(), a_store(rules=RULES) as store:
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


_OF_CASES = "SELECT case_id, status, assignee, due_date, risk, company_id, proposed_decision, proposed_by FROM cases"
_OF_DOCUMENTS = (
    "SELECT document_requirement_id, case_id, status, entity_id, entity_name, expires_on FROM required_documents"
)


def assert_nobody_is_forgotten(case: CaseFile) -> None:
    """The parties are the company, the persons and the owners of today; who left owes no documents."""
    today = {case.person_of_owner[key] for key, o in case.owners.items() if o.person_details and not o.ended_on}
    assert set(case.entities) == {*case.persons, *today, *([case.company_id] if case.company_id else [])}
    for document in case.documents.values():
        assert document.entity.entity_id in case.entities or document.status in DONE
    assert (case.proposal is not None) is (case.status is CaseStatus.PENDING_APPROVAL)
    if case.status is CaseStatus.APPROVED:
        assert missing_for_approval(case, START.date()) == []


def assert_read_tables_show(store: CaseStore, model: Model) -> None:
    """Each case as the fold has it, with its documents and their counts."""
    connection = connection_of(store)
    cases = {case_id: model.case(case_id) for case_id in model.cases}
    assert {row[0]: row[1:] for row in rows(connection, _OF_CASES)} == {
        case_id: (
            case.status,
            case.assignee,
            case.due_date,
            case.risk,
            case.company_id,
            *((case.proposal.decision, case.proposal.proposed_by) if case.proposal else (None, None)),
        )
        for case_id, case in cases.items()
    }
    assert {(key, *row) for key, *row in rows(connection, _OF_DOCUMENTS)} == {
        (key, case_id, d.status, d.entity.entity_id, d.entity.name, d.expires_on)
        for case_id, case in cases.items()
        for key, d in case.documents.items()
    }
    assert set(rows(connection, "SELECT case_id, document_requirement_id, sha256 FROM attachments")) == {
        (case_id, key, sha256)
        for case_id, case in cases.items()
        for key, d in case.documents.items()
        for sha256 in d.files
    }
    assert set(rows(connection, "SELECT case_id, tag FROM tags")) == {
        (case_id, tag) for case_id, case in cases.items() for tag in case.tags
    }
    assert set(rows(connection, "SELECT owner_id, person_id, name, is_ubo, ended_on FROM beneficial_owners")) == {
        (key, case.person_of_owner.get(key), o.name, o.is_ubo, o.ended_on)
        for case in cases.values()
        for key, o in case.owners.items()
    }
    assert {key for (key,) in rows(connection, "SELECT person_id FROM persons")} == {
        key for case in cases.values() for key in case.persons
    }
    for case_id, case in cases.items():
        assess = store.query(assessment, case_id, store.rules, START.date())
        assert assess is not None
        assert list(assess.missing) == missing_for_approval(case, START.date())
        assert_nobody_is_forgotten(case)
        assert all(all(entry.sentences) for entry in store.query(timeline, case_id))
    counts = (
        "SELECT c.case_id FROM cases AS c WHERE"
        " (documents_required, documents_done, documents_rejected) IS NOT (SELECT count(*),"
        " coalesce(sum(d.status IN ('VERIFIED_SYSTEM', 'VERIFIED_MANUAL', 'NOT_APPLICABLE')), 0),"
        " coalesce(sum(d.status = 'REJECTED'), 0) FROM required_documents AS d WHERE d.case_id = c.case_id)"
    )
    assert rows(connection, counts) == []


@given(steps)
@settings(max_examples=30, deadline=None)
def test_the_past_is_shown_as_it_was(taken: list[Step]) -> None:
    def look(receipt: Receipt) -> None:
        if not receipt.repeated:
            case_id = receipt.case_id
            assessed = store.query(assessment, case_id, store.rules, START.date())
            shown = store.query(case_file, case_id), assessed, tuple(store.query(timeline, case_id))
            seen.setdefault(case_id, []).append(shown)

    seen: dict[str, list[tuple[CaseFileView, Assessment | None, tuple[TimelineEntry, ...]]]] = {}
    with a_store(rules=RULES) as store:
        carry_out(store, Model(), taken, look)
        for case_id, versions in seen.items():
            before = None
            for number, (view, assessed, entries) in enumerate(versions, start=1):
                then = store.query(as_of, case_id, number, store.rules)
                assert (then.stood.view, then.stood.assessed, then.timeline) == (view, assessed, entries)
                assert (then.entry, then.entry.version, then.versions) == (entries[0], number, len(versions))
                assert then.entry.commit_id == view.head
                assert store.query(as_of, case_id, datetime.fromisoformat(then.entry.recorded_at), store.rules) == then
                assert (then.before and then.before.view) == before
                assert_the_changes_lead_from(before, view)
                before = view


def assert_the_changes_lead_from(before: CaseFileView | None, after: CaseFileView) -> None:
    """The rows before, with what is said to have changed in them, are the rows after."""
    rows = rows_of(before) if before else {}
    for change in what_changed(before, after):
        key = change.part, change.row_id
        row = rows.setdefault(key, {})
        for name, was, now in ((it.field, it.before, it.after) for it in change.fields):
            assert row.pop(name, None) == was != now
            row |= {} if now is None else {name: now}
        if change.kind is Kind.REMOVED:
            assert rows.pop(key) == {}
    assert rows == rows_of(after)


def rows_of(view: CaseFileView) -> dict[tuple[str, str], dict[str, Any]]:
    """All rows of a case file, without what is not known and what tells only that something changed. Tags are rows."""
    rows: dict[tuple[str, str], dict[str, Any]] = {("tags", tag): {"tag": tag} for tag in view.tags}
    parts = {"case": (view.case,), "company": (view.company,) if view.company else ()}
    for part in ("persons", "beneficial_owners", "documents", "attachments", "checks", "notes"):
        parts[part] = getattr(view, part)
    for part, of_part in parts.items():
        for row in of_part:
            known = {name: value for name, value in asdict(row).items() if value is not None}
            rows[part, next(iter(known.values()))] = {
                name: value for name, value in known.items() if name not in {*SAYS_THAT_IT_CHANGED, "tags"}
            }
    return rows


@given(steps)
@settings(max_examples=40, deadline=None)
def test_an_undo_leads_back(taken: list[Step]) -> None:
    """To the very state before, unless it says what does not come back; a removed owner comes back under a new id."""
    with a_store(rules=RULES) as store:
        carry_out(store, model := Model(), taken)
        for case_id in model.cases:
            before = INITIAL
            for commit in store.query(get_commits_for_case, case_id):
                payloads = known_payloads(commit.events) or []
                after = reduce(evolve, payloads, before)
                undo = undo_of(before, payloads)
                if isinstance(undo, Undo):
                    with suppress_more_than_all():
                        new_events = decide(after, undo.command, Context("undo", RULES, commit.actor, START.date()))
                        undone = reduce(evolve, [new_event.payload for new_event in new_events], after)
                        of = by_content if isinstance(payloads[0], BeneficialOwnerRemoved) else lambda case: case
                        assert undo.but or of(undone) == of(before)
                before = after


def by_content(case: CaseFile) -> CaseFile:
    """The case, its owners without their ids."""
    return case._replace(owners={str(n): o for n, o in enumerate(sorted(case.owners.values(), key=repr))})


@contextmanager
def suppress_more_than_all() -> Iterator[None]:
    """An import may state shares of more than 100 %, to which no person can lead back."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code != "shares_over_100":
            raise


@given(steps)
@settings(max_examples=10, deadline=None)
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
@settings(max_examples=10, deadline=None)
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
