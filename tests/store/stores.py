"""What the tests of the store work with: a clock, a store on a file, and a look at what the file holds."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from store.domain import commands as c
from store.domain.commands import UpdateDocumentStatus
from store.domain.notification_rules import NotificationRule
from store.domain.operation import Command
from store.domain.rules import Rules
from store.domain.screening import ListedCandidate, Screening
from store.domain.statuses import CheckKind, CheckOutcome, Decision, DocumentStatus, RiskLevel
from store.engine.case_store import CaseStore, Receipt
from store.projections import PROJECTIONS
from store.queries.audit import Finding, verify
from store.queries.case_file import DocumentRow, case_file
from tests.domain.examples import ACME, ANA, BEN, DIRECTOR, HOLDING, kyb, owner

START = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)

APPROVALS_ARE_TOLD = Rules(
    notifications=(
        NotificationRule(rule_id="good-news", event_trigger="CASE_APPROVED_KYB_STANDARD", notification_type="EMAIL"),
    )
)

Rows = list[tuple[Any, ...]]


class Clock:
    """A clock that moves on by a second whenever somebody looks at it."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def __call__(self) -> datetime:
        now = self.time
        self.time += timedelta(seconds=1)
        return now


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


def open_store(path: Path, *, clock: Clock | None = None, rules: Rules | None = None, create: bool = True) -> CaseStore:
    return CaseStore.open(path, create=create, clock=clock or Clock(), device="test-laptop", rules=rules)


@cache
def _empty_database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cases.sqlite3"
        open_store(path).close()
        return path.read_bytes()


def put_empty_database(path: Path) -> Path:
    """As opening makes it where there is none, for tests that are about something else: each in a tenth of the time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_empty_database())
    return path


@contextmanager
def a_store(*, rules: Rules | None = None) -> Iterator[CaseStore]:
    """A store on a file of its own, for tests that need many."""
    with TemporaryDirectory() as folder:
        path = put_empty_database(Path(folder) / "cases.sqlite3")
        with open_store(path, create=False, rules=rules) as store:
            yield store


def connection_of(store: CaseStore) -> sqlite3.Connection:
    """The private connection of a store, which it hands to nobody: for tests that look at tables or spoil them."""
    return store._connection


def rows(connection: sqlite3.Connection, sql: str, values: Sequence[object] = ()) -> Rows:
    return connection.execute(sql, values).fetchall()


def read_tables(connection: sqlite3.Connection) -> dict[str, Rows]:
    """All rows of all read tables, those of each case in the order in which they are stored: that of cases is free."""
    return {p.table: rows(connection, f"SELECT * FROM {p.table} ORDER BY case_id, rowid") for p in PROJECTIONS}


def log_tables(connection: sqlite3.Connection) -> dict[str, Rows]:
    return {table: rows(connection, f"SELECT * FROM {table} ORDER BY position") for table in ("commits", "events")}


def everything(store: CaseStore) -> dict[str, Rows]:
    return log_tables(connection_of(store)) | read_tables(connection_of(store))


def findings(store: CaseStore) -> list[Finding]:
    """What verify finds; nothing if all is well."""
    return list(verify(connection_of(store), quiet))


def findings_in(path: Path) -> list[Finding]:
    with open_store(path, create=False) as store:
        return findings(store)


def documents(store: CaseStore, case_id: str) -> tuple[DocumentRow, ...]:
    return store.query(case_file, case_id).documents


def take_in(store: CaseStore, case_id: str, **more: Any) -> Receipt:
    """The first document of a case goes from AWAITING_UPLOAD to UPLOADED."""
    return store.execute(uploaded(documents(store, case_id)[0].document_requirement_id), actor="ana", **more)


def uploaded(document_requirement_id: str) -> UpdateDocumentStatus:
    return UpdateDocumentStatus(document_requirement_id=document_requirement_id, new_status=DocumentStatus.UPLOADED)


def a_case_with_everything(store: CaseStore) -> str:
    """The id of an approved and reopened case to which about all has been done that can be; some of each is left.
    (A notification too, where `APPROVALS_ARE_TOLD`.) It is one story; what names every command is `CATALOGUE` in
    tests/domain/examples.py."""

    def do(command: Command, actor: str = "ana") -> Receipt:
        return store.execute(command, actor=actor)

    case_id = do(kyb(DIRECTOR, owners=(owner(ANA, ownership_percentage=30), HOLDING))).case_id
    of_ana, of_holding = store.query(case_file, case_id).beneficial_owners
    do(c.AssignCase(case_id=case_id, assignee="ana"))
    do(c.SetDueDate(case_id=case_id, due_date="2026-12-24"))
    do(c.TagCase(case_id=case_id, tag="vip"))
    do(c.TagCase(case_id=case_id, tag="old-client"))
    do(c.AddNote(case_id=case_id, text="They called.\nThey will write."))
    do(c.AddPersonToCase(case_id=case_id, person=BEN))
    renamed = ACME.model_copy(update={"registered_name": "Acme Works Ltd"})
    do(c.UpdateCompanyProfile(case_id=case_id, company_profile=renamed))
    hit = c.RecordCheck(
        case_id=case_id, kind=CheckKind.PEP, outcome=CheckOutcome.HIT, evidence="a list", entity_id=of_ana.person_id
    )
    do(hit)
    do(hit.model_copy(update={"outcome": CheckOutcome.CLEAR, "evidence": "a namesake"}), "ben")
    entry = ListedCandidate(entry_id="NK-1", entry_digest="ab" * 32, name="Anna RUIS", score=64, matched=("the name",))
    listed = Screening(list_name="peps", list_version="2026-01", party_digest="cd" * 32, candidate=entry)
    do(hit.model_copy(update={"screening": listed}))
    do(hit.model_copy(update={"screening": listed, "outcome": CheckOutcome.CLEAR, "evidence": "born elsewhere"}))
    do(
        c.RecordCheck(
            case_id=case_id,
            kind=CheckKind.SANCTIONS,
            outcome=CheckOutcome.CLEAR,
            evidence="nobody",
            entity_id=of_holding.owner_id,
            screening=Screening(list_name="eu-list", list_version="2026-01", party_digest="ef" * 32),
        )
    )
    do(c.CorrectBeneficialOwner(case_id=case_id, owner_id=of_ana.owner_id, owner=owner(ANA, ownership_percentage=40)))
    do(c.ConfirmBeneficialOwners(case_id=case_id, owner_ids=(of_ana.owner_id,)))
    do(c.RemoveBeneficialOwner(case_id=case_id, owner_id=of_holding.owner_id, reason="sold in May"))
    do(c.RateRisk(case_id=case_id, level=RiskLevel.MEDIUM, reason="new to us"))
    for document in documents(store, case_id)[:1]:  # none where the rules ask for none
        scan = c.AttachFile(
            document_requirement_id=document.document_requirement_id,
            sha256="ab" * 32,
            size=1200,
            media_type="application/pdf",
            file_name="scan.pdf",
            expires_on="2031-05-02",
        )
        do(scan)
        do(c.SetDocumentExpiry(document_requirement_id=document.document_requirement_id, expires_on="2032-05-02"))
    for document in documents(store, case_id):
        do(c.WaiveDocument(document_requirement_id=document.document_requirement_id, reason="seen in person"))
    do(c.UntagCase(case_id=case_id, tag="old-client"))
    do(c.PinCase(case_id=case_id))
    do(c.UnpinCase(case_id=case_id))
    do(c.AwaitClient(case_id=case_id, reason="one page is missing"))
    do(c.ResumeCase(case_id=case_id))
    do(c.ProposeDecision(case_id=case_id, decision=Decision.APPROVE, reason="all of it fits together"))
    do(c.ReturnDecision(case_id=case_id, reason="say more about the owner"), "ben")
    do(c.ProposeDecision(case_id=case_id, decision=Decision.APPROVE, reason="all of it fits, the owner too"))
    do(c.ApproveDecision(case_id=case_id), "ben")
    do(c.ReopenCase(case_id=case_id, reason="one more look"))
    return case_id


@contextmanager
def by_hand(path: Path) -> Iterator[sqlite3.Connection]:
    """The file in the hands of somebody who takes the guards down and puts them up again as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        guards = rows(connection, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in guards:
            connection.execute(sql)
