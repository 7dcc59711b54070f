"""Every way in, given what nobody writes on purpose: it is taken or refused in a sentence, and nothing else.

No traceback, no fault of caseworker itself, nothing half done: what is refused leaves the log as it was, and the
database is whole afterwards.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, Final, cast

import pytest
from pydantic_core import from_json

from caseworker_tui.cli.printing import _as_json
from caseworker_tui.text.command_lines import answers, read_command
from store.domain.commands import AttachFile
from store.domain.refusals import Refusal
from store.engine.case_store import CaseStore
from store.errors import StoreError
from store.intake.importer import Rejection, import_files
from store.intake.sniffing import Unreadable
from store.log.commit import COMMIT_FIELDS, CommitHeader, EventFields, commit_id
from store.log.pending import all_pending_commits
from store.log.read import get_accepted_events
from store.queries.as_of import as_of
from store.queries.audit import log_digest
from store.queries.timeline import timeline
from store.queries.whole_case import case_now
from store.screening.entries import Unread
from store.screening.list_files import lists_folder, remove_list
from store.screening.list_import import import_list
from store.sync.connection import Connection
from store.sync.dead_letters import dead_letter, replay
from store.sync.intake import Intake
from store.sync.messages import domain_event
from store.sync.partition import partition_of
from store.sync.shared_log import Record
from store.sync.wire import Unreadable as NoCommit
from store.sync.wire import case_of, decode, encode, payloads_of
from store.unsettled import waiting_rows
from tests.domain.examples import kyc
from tests.hostile.spoiling import a_showable_text, a_text, as_json, damaged, hostile_json, spoilt
from tests.intake.test_bods import GROUP
from tests.intake.test_gleif import RECORD
from tests.screening.lists import HEADER, entity, row, screened
from tests.store.stores import START, a_case_with_everything, findings
from tests.sync.forged import InAnyOrder
from tests.sync.memory_team import RULES, Laptop, MemoryLog, a_laptop
from tests.trials import trials

pytestmark = pytest.mark.deep

SHARES: Final = range(4)
"""Each way in is tried in so many tests, which run beside each other."""

in_shares = pytest.mark.parametrize("share", SHARES)

LONGEST_SENTENCE: Final = 6_000
"""In characters: a sentence may quote a path, which the system bounds, and whatever else it quotes it cuts."""

PERSON: Final = {"firstname": "Ada", "lastname": "Byron", "birthdate": "1815-12-10", "nationality": "GB"}
ADDRESS: Final = {"street": "1 High Street", "city": "Boston", "country": "US"}
PROFILE: Final = {"registered_name": "X Ltd", "country_of_incorporation": "GB", "registered_address": ADDRESS}
OWNER: Final = {"person_details": PERSON, "share": {"minimum": 25, "maximum": 50}, "interests": [{"type": "voting"}]}
KYC: Final = {"client_id": "c", "version": "1.0", "type": "STANDARD", "traitement_type": "KYC", "persons": [PERSON]}
KYB: Final = KYC | {
    "traitement_type": "KYB",
    "company_profile": PROFILE,
    "beneficial_owners": [OWNER],
    "message_id": "m",
}


def a_sentence(error: object) -> str:
    said = str(error)
    assert 0 < len(said) <= LONGEST_SENTENCE, f"{len(said)} characters: {said[:200]!r}"
    for fault in ("Traceback", "pydantic", "object at 0x", "A fault in caseworker"):
        assert fault not in said
    return said


@contextmanager
def refused_in_a_sentence(*kinds: type[Exception]) -> Iterator[None]:
    """Whatever is raised within has to be of these kinds."""
    try:
        yield
    except kinds as error:
        a_sentence(error)


@contextmanager
def refused_whole(store: CaseStore, *kinds: type[Exception]) -> Iterator[None]:
    """The same, and what was refused has changed nothing in the log."""
    before = store.query(log_digest)
    try:
        yield
    except kinds as error:
        a_sentence(error)
        assert store.query(log_digest) == before


@pytest.fixture
def everything(store: CaseStore) -> Iterator[str]:
    """The id of a case in the store to which about all has been done; the store is whole at the end too."""
    yield a_case_with_everything(store)
    assert findings(store) == []


def command_lines(case_id: str, store: CaseStore) -> list[dict[str, Any]]:
    """Lines of `exec`: the commands of a case to which about all has been done."""
    texts = store.query(lambda connection: connection.execute("SELECT command FROM commits").fetchall())
    lines = [{**json.loads(text), "actor": "ana", "correlation_id": "x"} for (text,) in texts]
    names = [line["command"] for line in lines]
    assert len(set(names)) > 20, "the templates are of many kinds"
    return lines


class TestCommands:
    @in_shares
    def test_lines_of_exec(self, share: int, store: CaseStore, everything: str) -> None:
        lines = command_lines(everything, store)
        for random in trials(little=120, much=2_500):
            data = hostile_json(random, lines)
            before = store.query(log_digest)
            told = list(answers(store, BytesIO(data), actor="ana"))
            assert len(told) == sum(bool(line.strip()) for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
            for answer in told:
                assert from_json(_as_json(answer))["ok"] is answer["ok"]
                if not answer["ok"]:
                    assert answer["error"] != "internal_error", answer
                    assert len(a_sentence(answer["message"])) < 2_000
            if not any(answer["ok"] for answer in told):
                assert store.query(log_digest) == before

    def test_the_command_of_a_conflict_that_is_edited(self, store: CaseStore, everything: str) -> None:
        lines = command_lines(everything, store)
        for random in trials(little=100, much=3_000):
            with refused_in_a_sentence(Refusal):
                read_command(hostile_json(random, lines))


FORMATS: Final[dict[str, list[Any]]] = {
    "messages": [KYC, KYB],
    "bods": [*GROUP],
    "gleif": [
        RECORD,
        {"data": [{"type": "lei-records", "attributes": {"lei": "x", "entity": {"legalName": {"name": "X"}}}}]},
        {"Relationship": {"StartNode": {"NodeID": "a"}, "EndNode": {"NodeID": "b"}}},
        {"LEI": RECORD["LEI"], "ExceptionCategory": "x"},
    ],
}  # fmt: skip


def a_file(random: Random, values: list[Any]) -> bytes:
    """Records in one of the layouts, some of them spoilt, and now and then the bytes of the whole."""
    records = [each if random.random() < 0.5 else spoilt(random, each) for each in values]
    match random.randrange(3):
        case 0:
            data = b"\n".join(json.dumps(each).encode() for each in records)
        case 1:
            data = as_json(random, records)
        case _:
            data = as_json(random, random.choice(records))
    return damaged(random, data) if random.random() < 0.6 else data


class TestFiles:
    @in_shares
    @pytest.mark.parametrize("kind", FORMATS)
    def test_to_import(self, kind: str, share: int, store: CaseStore, everything: str, tmp_path: Path) -> None:
        path = tmp_path / "records"
        for random in trials(little=20, much=600):
            path.write_bytes(a_file(random, FORMATS[kind]))
            told: list[Rejection] = []
            before = store.query(log_digest)
            report = import_files(store, [path], rejects_file=tmp_path / "rejects", on_rejection=told.append)
            for rejection in told:
                assert a_sentence(rejection).isprintable()
            assert len(told) == report.rejected
            assert report.cases + report.already_known + report.rejected + report.files_read > 0
            if not report.cases:
                assert store.query(log_digest) == before
            if report.rejects_file:
                assert report.rejects_file.read_bytes()
                report.rejects_file.unlink()

    @in_shares
    def test_lists(self, share: int, store: CaseStore, everything: str, tmp_path: Path) -> None:
        folder, here = lists_folder(store.path), tmp_path / "here"
        here.mkdir()
        rows = [
            row("NK-1", "Anna RUIS", birth_date="1980-02-29"),
            row("NK-2", "Acme Holding", "Company", countries="fr"),
        ]
        nested: dict[str, Any] = {"sanctions": [{"properties": {"program": ["EU"]}}], "topics": ["sanction"]}
        entities = [entity("E-1", name="Ana Ruiz", country="es", **nested), entity("E-2", "Company", name="Acme Ltd")]
        for random in trials(little=15, much=500):
            path = here / (a_showable_text(random).replace("/", "⁄")[:60].strip(".") or "list")
            path.write_bytes(a_list_of_rows(random, rows) if random.random() < 0.5 else a_file(random, entities))
            rejected: list[Unread] = []
            with refused_in_a_sentence(Unreadable, StoreError):
                import_list(
                    folder,
                    path,
                    now=START,
                    actor="ana",
                    name=random.choice((None, "list")),
                    on_rejection=rejected.append,
                )
            for unread in rejected:
                a_sentence(unread.reason)
            screening = screened(store, everything)
            assert screening.troubles == []
            for info in screening.lists:
                remove_list(folder, info.name)

    @pytest.mark.parametrize("share", SHARES)
    def test_to_attach(self, share: int, store: CaseStore, tmp_path: Path) -> None:
        store.execute(kyc(), actor="ana")
        ((document_id,), *_) = store.query(
            lambda connection: connection.execute("SELECT document_requirement_id FROM required_documents").fetchall()
        )
        for random in trials(little=20, much=200):
            name = a_showable_text(random).replace("/", "⁄")[: random.choice((60, 255))]
            path = tmp_path / "from" / name
            path.parent.mkdir(exist_ok=True)
            with suppress(OSError):  # nobody can have a file of this name
                path.write_bytes(damaged(random, b"%PDF-1.7 a scan"))
            with refused_whole(store, Refusal, StoreError):
                kept = asdict(store.keep_attachment(path, lambda done, total: None))
                store.execute(AttachFile(document_requirement_id=document_id, **kept), actor="ana")
        assert findings(store) == []


def a_list_of_rows(random: Random, rows: list[Any]) -> bytes:
    lines = [[*HEADER], *([each[column] for column in HEADER] for each in rows)]
    for _ in range(random.randint(0, 2)):
        line = random.choice(lines)
        line[random.randrange(len(line))] = a_text(random)
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    data = text.encode(errors="surrogatepass")
    return damaged(random, data) if random.random() < 0.7 else data


@dataclass(frozen=True)
class Arrived:
    """A message of Kafka, with what librdkafka gives of it."""

    key_: bytes | None
    value_: bytes | None
    headers_: list[tuple[str, bytes | None]] | None
    offset_: int

    def key(self) -> bytes | None:
        return self.key_

    def value(self) -> bytes | None:
        return self.value_

    def headers(self) -> list[tuple[str, bytes | None]] | None:
        return self.headers_

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return self.offset_


class NoCluster:
    """As much of a connection as an intake asks for before it reads."""

    def topic(self, name: str) -> str:
        return name


TRACE: Final = b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01"


def some_bytes(random: Random) -> bytes | None:
    return random.choice((None, b"", b"key", a_text(random).encode(errors="surrogatepass"), random.randbytes(20)))


class TestMessages:
    @in_shares
    def test_of_kafka_and_dead_letters_that_are_corrected(self, share: int, store: CaseStore, everything: str) -> None:
        intake = Intake(cast(Connection, NoCluster()), store, actor="intake")
        dead = 0
        for number, random in enumerate(trials(little=60, much=800)):
            value = None if random.random() < 0.02 else hostile_json(random, [KYC, KYB])
            headers = [
                ("traceparent", damaged(random, TRACE)),
                (a_text(random).encode(errors="replace").decode(), some_bytes(random)),
            ]
            message: Any = Arrived(some_bytes(random), value, random.choice((None, headers)), number)
            before = store.query(log_digest)
            taken = intake._make_cases([message])
            assert taken.cases + taken.already_known + taken.dead_letters == 1
            if taken.dead_letters:
                assert store.query(log_digest) == before
                dead += 1
                letter = store.query(dead_letter, dead)
                assert letter.original.value == (value or b"")
                a_sentence(letter.reason)
                with refused_whole(store, Refusal):
                    replay(store, letter.dead_letter_id, corrected=hostile_json(random, [KYC, KYB]), actor="ana")


def records_of_a_team() -> list[dict[str, Any]]:
    laptop = a_laptop("ana", MemoryLog())
    a_case_with_everything(laptop.store)
    commits, _ = laptop.store.query(all_pending_commits, after=0, limit=1_000)
    return [json.loads(encode(commit)) for commit in commits]


def within_texts(random: Random, record: dict[str, Any]) -> dict[str, Any]:
    """A record in which the JSON within one of its texts is spoilt."""
    record = json.loads(json.dumps(record))
    holder, field = random.choice(
        [(record, "command"), *((event, name) for event in record["events"] for name in ("payload", "metadata"))]
    )
    held = spoilt(random, json.loads(holder[field]))
    with_it = json.dumps(held, ensure_ascii=random.random() < 0.5)
    if random.random() < 0.1:
        with_it = damaged(random, with_it.encode(errors="replace")).decode(errors="replace")
    holder[field] = with_it
    return record


def signed(record: Any) -> Any:
    """The record with a commit id that fits what it holds, if it has one at all."""
    try:
        header = CommitHeader(**{name: record[name] for name in COMMIT_FIELDS})
        events = [EventFields(**event) for event in record["events"]]
        return {**record, "commit_id": commit_id(header.fields(), events)}
    except Exception:  # noqa: BLE001 (whatever is wrong with it, it goes as it is)
        return record


def a_record(random: Random, records: list[dict[str, Any]]) -> bytes:
    record = random.choice(records)
    match random.randrange(4):
        case 0:
            return hostile_json(random, records)
        case 1:
            return as_json(random, signed(spoilt(random, record)))
        case _:
            return as_json(random, signed(within_texts(random, record)))


class TestTheSharedLog:
    @in_shares
    def test_records(self, share: int) -> None:
        records = records_of_a_team()
        for random in trials(little=250, much=6_000):
            value = a_record(random, records)
            with refused_in_a_sentence(NoCommit):
                commit = decode(value)
                payloads_of(commit)
            assert case_of(Record(0, 0, some_bytes(random), value)) != ""

    @in_shares
    def test_a_whole_team(self, share: int) -> None:
        """Laptops that read in different orders come to the same, all is as it should be, and all that is accepted can
        be shown and told."""
        records = records_of_a_team()
        for random in trials(little=6, much=40):
            log = MemoryLog()
            for case in "abc":
                head = None
                for record in records[: random.randint(1, len(records))]:
                    ours = json.loads(json.dumps(record).replace(record["case_id"], f"case-{case}"))
                    if random.random() < 0.25:
                        ours = spoilt(random, ours) if random.random() < 0.3 else within_texts(random, ours)
                    if isinstance(ours, dict) and random.random() < 0.98:
                        ours = signed({**ours, "parent": head})
                    log.add_for(f"case-{case}", as_json(random, ours))
                    if random.random() < 0.02:
                        log.add(random.randrange(3), some_bytes(random), a_record(random, records))
                    with refused_in_a_sentence(NoCommit):
                        head = decode(log.records[partition_of(f"case-{case}", log.partitions)][-1][1]).commit_id
            ana, ben = (a_laptop(name, log) for name in ("ana", "ben"))
            ben.line = InAnyOrder(log, order=random)
            for laptop in (ana, ben):
                laptop.syncs(batch=random.choice((1, 7, 500)))
                laptop.syncs()
                assert laptop.findings() == []
            assert ana.everything() == ben.everything()
            assert ana.store.query(waiting_rows) == ben.store.query(waiting_rows)
            shown_and_told(ana)


def shown_and_told(laptop: Laptop) -> None:
    for (case_id,) in laptop.rows("SELECT case_id FROM cases"):
        for version, _ in enumerate(laptop.store.query(timeline, case_id), start=1):
            laptop.store.query(as_of, case_id, version, RULES)
        laptop.store.query(case_now, case_id, RULES, START.date())
    for event in laptop.store.query(lambda connection: list(get_accepted_events(connection))):
        domain_event(event)
