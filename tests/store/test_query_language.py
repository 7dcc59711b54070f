"""What can be asked of the queue, and that every page of every order is what it should be."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseworker_tui.cli.sample import build_sample
from store.domain import commands as c
from store.domain.statuses import DONE, TraitementType
from store.domain.values import BeneficialOwnerData, PersonData
from store.engine.case_store import CaseStore
from store.queries import queue
from store.queries.case_file import case_file
from store.queries.query_language import EVERYTHING, Asker, NotAQuery, select
from store.queries.query_language.completion import before_field, completions
from store.queries.query_language.fields import FIELDS, SORTS
from store.queries.query_language.selection import with_sort
from store.queries.query_language.syntax import LONGEST, quoted, terms
from store.queries.queue import QueueRow, landmarks, queue_ids, queue_length, queue_page, queue_place, whole_queue
from tests.domain.examples import ACME, BEN, kyb, kyc, owner
from tests.store.stores import connection_of, findings, open_store, rows

NOW: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ME: Final = Asker("ana.ruiz", NOW)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseStore]:
    path = tmp_path_factory.mktemp("queue") / "cases.sqlite3"
    build_sample(path, NOW)
    with CaseStore.open(path) as store:
        yield store


def found(store: CaseStore, text: str, asker: Asker = ME) -> list[QueueRow]:
    return list(store.query(whole_queue, select(text, asker)))


def names(store: CaseStore, text: str) -> list[str]:
    return [row.name for row in found(store, text)]


@contextmanager
def small_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if sixty cases were a million: two are many, and a landmark stands at every seventh."""
    with monkeypatch.context() as patch:
        patch.setattr(queue, "FEW", 2)
        patch.setattr(queue, "SORTED", 10)
        patch.setattr(queue, "STEP", 7)
        yield


FITTING: Final[dict[str, Callable[[QueueRow], bool]]] = {
    "type:kyb": lambda row: row.traitement_type == "KYB",
    "-type:kyb": lambda row: row.traitement_type != "KYB",
    "status:open,waiting": lambda row: row.status in ("OPEN", "AWAITING_CLIENT"),
    "status:closed": lambda row: row.status in ("APPROVED", "REJECTED", "WITHDRAWN"),
    "-status:closed": lambda row: row.status not in ("APPROVED", "REJECTED", "WITHDRAWN"),
    "assignee:me": lambda row: row.assignee == "ana.ruiz",
    "assignee:ANA.ruiz,none": lambda row: row.assignee in ("ana.ruiz", None),
    "-assignee:none": lambda row: row.assignee is not None,
    "assignee:ch*": lambda row: (row.assignee or "").startswith("ch"),
    "risk:high,none": lambda row: row.risk in ("HIGH", None),
    "-risk:high": lambda row: row.risk != "HIGH",
    "due:<7d": lambda row: row.due_date is not None and row.due_date < "2026-11-27",
    "due:none": lambda row: row.due_date is None,
    "due:any": lambda row: row.due_date is not None,
    "due:2026-11": lambda row: (row.due_date or "").startswith("2026-11"),
    "due:>2026-11": lambda row: (row.due_date or "") >= "2026-12-01",
    "due:2026-11-20..2026-12-01": lambda row: "2026-11-20" <= (row.due_date or "") <= "2026-12-01",
    "overdue": lambda row: (
        (row.due_date or "9") < "2026-11-20" and row.status in ("OPEN", "AWAITING_CLIENT", "PENDING_APPROVAL")
    ),
    "created:<2w": lambda row: datetime.fromisoformat(row.created_at) > NOW - timedelta(weeks=2),
    "created:>2w": lambda row: datetime.fromisoformat(row.created_at) < NOW - timedelta(weeks=2),
    "updated:>=2026-11-19": lambda row: row.updated_at >= "2026-11-19",
    "updated:<2026-11": lambda row: row.updated_at < "2026-11-01",
    "doc:missing": lambda row: row.documents_done < row.documents_required,
    "doc:rejected": lambda row: row.documents_rejected > 0,
    "doc:uploaded,done": lambda row: row.documents_uploaded > 0 or row.documents_done == row.documents_required,
    "case:enhanced_due_diligence": lambda row: row.case_type.lower() == "enhanced_due_diligence",
    "client:c-6*": lambda row: row.client_id.lower().startswith("c-6"),
    "by:me": lambda row: row.updated_by == "ana.ruiz",
    "decided:<1w": lambda row: datetime.fromisoformat(row.decided_at or "2000-01-01T00Z") > NOW - timedelta(weeks=1),
    "decided:>=1w": lambda row: (
        row.decided_at is not None and datetime.fromisoformat(row.decided_at) <= NOW - timedelta(weeks=1)
    ),
    "saltquill": lambda row: row.name.startswith("Saltquill"),
    "saltq": lambda row: row.name.startswith("Saltquill"),
    "-saltq": lambda row: not row.name.startswith("Saltquill"),
    '"hyun woo"': lambda row: row.name == "Hyun-woo Baek",
    '-"hyun wo"': lambda row: True,
}
ORDERS: Final[dict[str, Callable[[QueueRow], Any]]] = {
    "created": lambda row: row.created_at,
    "updated": lambda row: row.updated_at,
    "due": lambda row: row.due_date or f"~{row.created_at}",
    "name": lambda row: "".join(letter.lower() if letter.isascii() else letter for letter in row.name),
    "reference": lambda row: row.reference,
    "client": lambda row: row.client_id.lower(),
    "type": lambda row: row.traitement_type,
    "case": lambda row: row.case_type,
    "status": lambda row: row.status,
    "assignee": lambda row: row.assignee or "~",
    "risk": lambda row: ["HIGH", "MEDIUM", "LOW", None].index(row.risk),
    "documents": lambda row: row.documents_required - row.documents_done,
    "tag": lambda row: min(row.tags, default="~"),
    "by": lambda row: row.updated_by,
    "review": lambda row: row.next_review_on or "~",
    "decided": lambda row: row.decided_at or "~",
}


@pytest.mark.parametrize("text", FITTING)
def test_a_condition_finds_what_fits_and_nothing_else(sample: CaseStore, text: str) -> None:
    everything = sample.query(queue_page)
    fitting = [row.case_id for row in everything if FITTING[text](row)]
    assert [row.case_id for row in found(sample, text)] == fitting
    assert sample.query(queue_length, select(text, ME)) == len(fitting)


def test_the_examples_say_something() -> None:
    """A field that no example asks about would be tested by nothing."""
    tested_elsewhere = {"tag", "country", "review", "proposed", "needs", "is"}
    assert {term.field for text in FITTING for term in terms(text)} | tested_elsewhere >= set(FIELDS)
    assert ORDERS.keys() == SORTS.keys()


@settings(max_examples=120, deadline=None)
@given(
    conditions=st.lists(st.sampled_from(sorted(FITTING)), max_size=3, unique=True),
    sort=st.sampled_from(sorted(SORTS)),
    descending=st.booleans(),
)
def test_pages_join_up_to_what_fits_in_its_order(
    sample: CaseStore, conditions: list[str], sort: str, descending: bool
) -> None:
    selection = select(with_sort(" ".join(conditions), sort, descending=descending), ME)
    everything = [row for row in sample.query(queue_page) if all(FITTING[each](row) for each in conditions)]
    expected = sorted(everything, key=lambda row: (ORDERS[sort](row), row.case_id), reverse=descending)
    with pytest.MonkeyPatch.context() as monkeypatch, small_steps(monkeypatch):
        marks = sample.query(landmarks, selection)
        assert marks.length == len(expected)
        pages = [
            sample.query(queue_page, selection, start=marks.keys[at // 7], offset=at % 7, limit=3)
            for at in range(0, marks.length, 3)
        ]
        assert [row for page in pages for row in page] == expected
        for place, row in enumerate(expected):
            assert sample.query(queue_place, selection, row.case_id, marks) == place
            assert sample.query(queue_place, selection, row.case_id) == place
    assert sample.query(queue_page, selection) == expected
    assert sample.query(queue_ids, selection) == [row.case_id for row in expected]


@pytest.mark.parametrize("kinds", ["passport", "Proof-of-address", "passport*", "passport,articles_of_association"])
def test_a_case_needs_what_is_required_and_not_done(sample: CaseStore, kinds: str) -> None:
    def is_meant(kind: str) -> bool:
        wanted = [each.upper().replace("-", "_") for each in kinds.split(",")]
        return any(kind == each or (each.endswith("*") and kind.startswith(each[:-1])) for each in wanted)

    def needs(row: QueueRow) -> bool:
        documents = sample.query(case_file, row.case_id).documents
        return any(is_meant(d.document_type) and d.is_required and d.status not in DONE for d in documents)

    fitting = [row.case_id for row in sample.query(queue_page) if needs(row)]
    assert fitting
    assert [row.case_id for row in found(sample, f"needs:{kinds}")] == fitting


def test_a_value_may_hold_quotation_marks() -> None:
    for value in ['Grace "Amazing" Hopper', '"', '""', "a,b", "plain"]:
        [term] = terms(f"assignee:{quoted(value)} tag:x")[:1]
        assert term.values == (value,)


def test_a_case_that_is_not_selected_has_no_place(sample: CaseStore) -> None:
    [row, *_] = found(sample, "type:kyc")
    assert sample.query(queue_place, select("type:kyb", ME), row.case_id) is None


class TestWords:
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[CaseStore]:
        with open_store(tmp_path / "cases.sqlite3") as store:
            yield store

    @pytest.mark.parametrize(
        "typed",
        [
            "Łódź",
            "lodz",
            "LODZ zolta",
            "zółta łódź",
            "zol",
            '"zolta lodz"',
            "zolta C-77",
            "c77",
            "jean o'brien",
            "OBrien",
            "-nobody zolta",
            "8QKWM4",
            "hrb 1",
        ],
    )
    def test_are_found_without_accents_capitals_and_to_the_end(self, store: CaseStore, typed: str) -> None:
        profile = ACME.model_copy(update={"registered_name": "Żółta Łódź S.A.", "registration_number": "HRB 12345"})
        obrien = PersonData(firstname="Jean", lastname="O’Brien", role_in_company="Director")
        store.execute(
            c.CreateCase(
                client_id="C77",
                traitement_type=TraitementType.KYB,
                case_type="STANDARD",
                company_profile=profile,
                persons=(obrien,),
            )
        )
        store.execute(kyc())
        expected = [] if typed in ("zolta C-77", "8QKWM4") else ["Żółta Łódź S.A."]
        assert names(store, typed) == expected

    def test_a_reference_is_found_typed_in_any_way(self, store: CaseStore) -> None:
        case_id = store.execute(kyc()).case_id
        reference = store.query(case_file, case_id).case.reference
        for typed in (reference, reference.lower(), reference.replace("-", ""), reference[:6]):
            assert [row.case_id for row in found(store, typed)] == [case_id]

    def test_are_those_of_owners_and_of_names_before(self, store: CaseStore) -> None:
        ana = PersonData(firstname="Ana", lastname="Vidal", birthdate="1980-05-17")
        case_id = store.execute(kyb(owners=(owner(ana),))).case_id
        [stated] = store.query(case_file, case_id).beneficial_owners
        zoe = BeneficialOwnerData(person_details=PersonData(firstname="Zoe", lastname="Vidal"))
        store.execute(c.CorrectBeneficialOwner(case_id=case_id, owner_id=stated.owner_id, owner=zoe))
        assert len(found(store, "ana vidal")) == len(found(store, "zoe")) == 1
        store.rebuild(lambda done, total: None)
        assert len(found(store, "ana vidal")) == len(found(store, "zoe")) == 1
        assert findings(store) == []

    def test_a_spoilt_index_is_found_and_mended(self, store: CaseStore) -> None:
        store.execute(kyc())
        connection = connection_of(store)
        connection.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
        assert [finding.where for finding in findings(store)] == ["read tables"]
        store.rebuild(lambda done, total: None)
        connection.execute("DROP TRIGGER search_documents_added")
        assert "search_documents_added" in findings(store)[0].sentence
        store.rebuild(lambda done, total: None)
        connection.execute("DROP TABLE search_index")
        assert "The table search_index is missing" in findings(store)[0].sentence
        store.rebuild(lambda done, total: None)
        assert findings(store) == []

    def test_tags_and_countries_are_asked_for_by_field(self, store: CaseStore) -> None:
        case_id = store.execute(kyb()).case_id
        other = store.execute(kyc()).case_id
        store.execute(c.TagCase(case_id=case_id, tag="vip"))
        assert [row.case_id for row in found(store, "tag:VIP")] == [case_id]
        assert [row.case_id for row in found(store, "tag:none")] == [other]
        assert [row.case_id for row in found(store, f"country:{ACME.country_of_incorporation.lower()}")] == [case_id]

    def test_pinned_cases_are_found_and_every_case_keeps_its_place(self, store: CaseStore) -> None:
        ids = [store.execute(kyc()).case_id for _ in range(3)]
        order = [row.case_id for row in found(store, "")]
        store.execute(c.PinCase(case_id=ids[1]))
        assert [row.case_id for row in found(store, "is:pinned")] == [ids[1]]
        assert [row.pinned for row in found(store, "")] == [False, True, False]
        assert [row.case_id for row in found(store, "")] == order
        store.execute(c.UnpinCase(case_id=ids[1]))
        assert found(store, "is:pinned") == []


def test_days_are_those_of_whoever_asks(sample: CaseStore) -> None:
    """At half past nine in the evening of UTC it is tomorrow in Tokyo."""
    evening = datetime(2026, 11, 19, 21, 30, tzinfo=UTC)
    tokyo = Asker("ana.ruiz", evening.astimezone(timezone(timedelta(hours=9))))
    assert select("updated:today", tokyo).conditions[0].parameters == (
        "2026-11-19T15:00:00.000000+00:00",
        "2026-11-20T15:00:00.000000+00:00",
    )
    assert select("due:<1d", tokyo).conditions[0].parameters == ("2026-11-21",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("statsu:open", "There is no field statsu: did you mean status:?"),
        ("xyzzy:1", "There is no field xyzzy: there are type, case"),
        ("status:", "Say what status is to be, after the colon."),
        ("status:,", "Say what status is to be, after the colon."),
        ("status:opn", "status is open, waiting"),
        ("status:a", "status is open, waiting"),
        ("risk:huge", "risk is low, medium, high or none."),
        ("due:soon", "due is none, any, or a time like <7d"),
        ("due:2026-02-30", "due is no date that exists: ‘2026-02-30’."),
        ("updated:<0000", "updated is no date that exists"),
        ("updated:9999", "updated is no date that exists"),
        ("country:france", "country is a country code of two letters, like fr."),
        ("is:gone", "is is pinned."),
        ("doc:lost", "doc is missing, done, rejected or uploaded."),
        ("sort:colour", "sort is created, updated"),
        ("sort:due,name", "sort is created, updated"),
        ('"never closed', "A quotation mark is not closed."),
        ('tag:"never closed', "A quotation mark is not closed."),
        ('""', "There is nothing between the quotation marks."),
        ("x" * (LONGEST + 1), "A query has at most 1,000 characters."),
    ],
)
def test_what_is_no_query_gets_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(NotAQuery) as trouble:
        select(text, ME)
    assert str(trouble.value).startswith(sentence)
    assert 0 <= trouble.value.start <= trouble.value.end <= len(text)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(alphabet="abz:-,\"*<>=.019 '%_()", max_size=40),
        st.lists(st.sampled_from([*FITTING, "'; DROP TABLE cases; --", 'x" OR "*', "NEAR(a b)", "*", "-", "a*b"])).map(
            " ".join
        ),
    )
)
def test_whatever_is_typed_is_a_query_or_not_and_never_sql(sample: CaseStore, text: str) -> None:
    try:
        selection = select(text, ME)
    except NotAQuery:
        return
    marks = sample.query(landmarks, selection)
    assert marks.length == sample.query(queue_length, selection) == len(sample.query(queue_page, selection))


def test_pages_are_read_off_an_index(sample: CaseStore) -> None:
    """For every order that has one, in both directions, from the top and from a landmark."""
    connection = connection_of(sample)
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    for sort in (sort for sort in SORTS.values() if sort.read_off):
        for descending in (False, True):
            selection = EVERYTHING.__class__(sort=sort._replace(descending=descending))
            [first] = sample.query(landmarks, selection).keys
            statements.clear()
            sample.query(queue_page, selection, start=first, limit=5)
            [statement] = [each for each in statements if each.startswith("SELECT c.")]
            plan = " ".join(str(row[3]) for row in rows(connection, f"EXPLAIN QUERY PLAN {statement}"))
            assert sort.read_off in plan
            assert "SEARCH" in plan
            assert "TEMP B-TREE" not in plan
    connection.set_trace_callback(None)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("st", "status:"),
        ("vega sta", "vega status:"),
        ("-ta", "-tag:"),
        ("status:o", "status:open"),
        ("status:open,wa", "status:open,waiting"),
        ("over", "overdue"),
        ("sort:-u", "sort:-updated"),
        ("assignee:m", "assignee:me"),
        ("tag:rea", "tag:ready"),
        ("needs:pass", "needs:passport"),
        ('case:"enh', "case:enhanced_due_diligence"),
    ],
)
def test_completion_offers_what_may_come_next(sample: CaseStore, text: str, first: str) -> None:
    offered = [offer.text for offer in sample.query(completions, text)]
    assert offered[0] == first


def test_completion_offers_the_countries_of_companies_and_of_people(store: CaseStore) -> None:
    store.execute(kyb())
    store.execute(kyc(BEN.model_copy(update={"nationality": "KE", "country_of_residence": "TZ"})))
    offered = [offer.offered for offer in store.query(completions, "country:")]
    assert offered == sorted({ACME.country_of_incorporation.lower(), "ke", "tz"})


@pytest.mark.parametrize("text", ["", "vega ", "nothing:x", "zzz", "status:zzz", '"a b'])
def test_completion_is_silent_where_there_is_nothing_to_say(sample: CaseStore, text: str) -> None:
    assert sample.query(completions, text) == []


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("countr", ""),
        ("status:open  -COUNTRY", "status:open"),
        ("vega overd", "vega"),
        ("vega overdue", None),
        ("vega", None),
        ("vega ", None),
        ("-", None),
        ("country:fr", None),
        ('"vega tag', None),
    ],
)
def test_where_a_field_is_being_named(text: str, before: str | None) -> None:
    assert before_field(text) == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "sort:-due"),
        ("vega", "vega sort:-due"),
        ("sort:name vega", "vega sort:-due"),
        ("vega sort:name tag:x sort:-risk", "vega tag:x sort:-due"),
    ],
)
def test_an_order_takes_the_place_of_the_one_before(before: str, after: str) -> None:
    assert with_sort(before, "due", descending=True) == after
    assert with_sort(after, "created", descending=False) == after.replace("sort:-due", "").strip()
