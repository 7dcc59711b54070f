"""A case from intake to an approved decision, by two people at the keyboard."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from caseworker_tui.app import CaseworkerApp
from caseworker_tui.case.screen import CaseScreen
from caseworker_tui.dialogs.command import CommandScreen
from store.engine.case_store import CaseStore
from store.queries.audit import verify
from store.queries.case_file import CaseFileView, case_file
from store.queries.queue import QueueRow, queue_page
from tests.screens.conftest import NOW
from tests.screens.pilot import keys, open_case, run, typed


def untouched(database: Path, kind: str) -> QueueRow:
    """The first open case of a kind on which nobody has worked yet."""
    with CaseStore.open(database) as store:
        for row in store.query(queue_page):
            view = store.query(case_file, row.case_id)
            awaits_all = {document.status for document in view.documents} == {"AWAITING_UPLOAD"}
            if awaits_all and (row.traitement_type, row.status, view.notes, view.tags) == (kind, "OPEN", (), ()):
                return view.case
    raise AssertionError(f"every {kind} case of the sample is under way")


def case(database: Path, case_id: str) -> CaseFileView:
    with CaseStore.open(database) as store:
        return store.query(case_file, case_id)


def screen(pilot: Pilot[None]) -> type:
    return type(pilot.app.screen)


@pytest.mark.parametrize("kind", ["KYC", "KYB"])
def test_from_intake_to_approved(sample: Path, kind: str) -> None:
    subject = untouched(sample, kind)
    documents = len(case(sample, subject.case_id).documents)

    async def ana_works_and_proposes(pilot: Pilot[None]) -> None:
        await open_case(pilot, subject.reference)
        await keys(pilot, "a", "n", *typed("called the client"), "enter")
        await keys(pilot, "p", "1", *typed("everything is in order"), "enter")
        assert screen(pilot) is CommandScreen  # refused in place: the documents are missing
        await keys(pilot, "escape", "escape", "3")
        for _ in range(documents):
            await keys(pilot, "s", "1", "s", "1", "j")
        await keys(pilot, "c", "4", "1", "1", *typed("no match on the lists of today"), "enter")
        await keys(pilot, "r", "1", *typed("nothing speaks against it"), "enter")
        await keys(pilot, "p", "1", "enter", "enter")  # the reason from before, which is to be looked at
        assert screen(pilot) is CaseScreen

    async def ana_tries_to_approve(pilot: Pilot[None]) -> None:
        await open_case(pilot, subject.reference)
        await keys(pilot, "v", "1")
        assert screen(pilot) is CommandScreen  # refused: four eyes

    async def ben_returns(pilot: Pilot[None]) -> None:
        await open_case(pilot, subject.reference)
        await keys(pilot, "v", "2", *typed("say who was called"), "enter")

    async def ana_proposes_again(pilot: Pilot[None]) -> None:
        await open_case(pilot, subject.reference)
        await keys(pilot, "p", "1", *typed("called the client herself"), "enter")

    async def ben_approves(pilot: Pilot[None]) -> None:
        await open_case(pilot, subject.reference)
        await keys(pilot, "v", "1")
        title = str(pilot.app.screen.query_one("#title").render())
        assert case(sample, subject.case_id).case.reference not in title, "the next case of the queue is open"

    for actor, drive in (
        ("ana.ruiz", ana_works_and_proposes),
        ("ana.ruiz", ana_tries_to_approve),
        ("ben.osei", ben_returns),
        ("ana.ruiz", ana_proposes_again),
        ("ben.osei", ben_approves),
    ):
        run(CaseworkerApp(sample, actor=actor, clock=lambda: NOW), drive)

    decided = case(sample, subject.case_id)
    assert (decided.case.status, decided.case.risk, decided.case.assignee) == ("APPROVED", "LOW", "ana.ruiz")
    assert decided.case.next_review_on == "2031-11-20"
    assert [note.text for note in decided.notes] == ["called the client"]
    with CaseStore.open(sample) as store:
        assert list(store.query(lambda connection: list(verify(connection, lambda *_: None)))) == []


def test_a_case_waits_is_withdrawn_and_reopened(sample: Path) -> None:
    subject = untouched(sample, "KYB")

    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, subject.reference)
        await keys(pilot, "m", "1", *typed("asked for papers"), "enter")
        assert case(sample, subject.case_id).case.status == "AWAITING_CLIENT"
        await keys(pilot, "m", "2", *typed("the client went away"), "enter")
        assert case(sample, subject.case_id).case.status == "WITHDRAWN"
        await keys(pilot, "t", *typed("vip"), "enter")
        assert case(sample, subject.case_id).tags == ("vip",)
        await keys(pilot, "m", "1", *typed("the client is back"), "enter")
        assert case(sample, subject.case_id).case.status == "OPEN"
        await keys(pilot, "d", *typed("2026-12-24"), "enter")
        assert case(sample, subject.case_id).case.due_date == "2026-12-24"

    run(CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW), drive)


def test_people_owners_and_the_company_change(sample: Path) -> None:
    subject = untouched(sample, "KYB")
    before = case(sample, subject.case_id)

    async def drive(pilot: Pilot[None]) -> None:
        await open_case(pilot, subject.reference)
        await keys(pilot, "i", *typed("Ada"), "enter", *typed("Byron"), "enter", "enter")
        await keys(pilot, *typed("zz"), "enter", *typed("Director"), "enter")
        assert screen(pilot) is CommandScreen  # ZZ is no country
        await keys(pilot, "escape", "backspace", "backspace", *typed("gb"), "enter", "enter")
        await keys(pilot, "o", "2", *typed("Example Holding"), "enter", "enter", *typed("10,5"), "enter")
        await keys(pilot, "e", "1")
        await keys(pilot, "ctrl+u", *typed("New Name"), "enter")

    run(CaseworkerApp(sample, actor="ana.ruiz", clock=lambda: NOW), drive)
    after = case(sample, subject.case_id)
    (added,) = set(after.persons) - set(before.persons)
    assert (added.firstname, added.nationality, added.role_in_company) == ("Ada", "GB", "Director")
    (owner,) = [owner for owner in after.beneficial_owners if owner.name == "Example Holding"]
    assert owner.share_minimum == owner.share_maximum == 10.5
    assert after.case.name == "New Name"
    assert {d.entity_name for d in after.documents if d.entity_type == "COMPANY"} == {"New Name"}
