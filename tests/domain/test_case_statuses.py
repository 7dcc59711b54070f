"""What can be done to a case in each of its statuses, and how it gets from one to another."""

from itertools import product

import pytest

from store.domain import commands as c
from store.domain.commands import COMMANDS, CreateCase
from store.domain.decider import fold
from store.domain.events import CaseStatusChanged
from store.domain.operation import Command
from store.domain.statuses import CLOSED, DECIDED, IN_WORK, CaseStatus, Decision
from tests.domain.examples import (
    CATALOGUE,
    a_company_s_case,
    after,
    events_of,
    in_status,
    kyc,
    one_of_each,
)
from tests.domain.specification import Outcome, given

OF_A_CASE = [model for model in COMMANDS.values() if model is not CreateCase]
ALLOWED = [(model, status) for model, status in product(OF_A_CASE, CaseStatus) if status in model.statuses]
FORBIDDEN = [(model, status) for model, status in product(OF_A_CASE, CaseStatus) if status not in model.statuses]


def outcome_of(model: type[Command], status: CaseStatus) -> Outcome:
    payloads = in_status(a_company_s_case(), status)
    return given(*payloads).when(one_of_each(fold(a_company_s_case()))[model], by="zoe")


@pytest.mark.parametrize("status", CaseStatus)
def test_the_cases_of_these_tests_are_in_the_status_that_they_should_be(status: CaseStatus) -> None:
    assert fold(in_status(a_company_s_case(), status)).status is status


@pytest.mark.parametrize(("model", "status"), FORBIDDEN)
def test_refused_with_forbidden_in_status(model: type[Command], status: CaseStatus) -> None:
    outcome_of(model, status).refused("forbidden_in_status", f"The case is {status};", "is for cases that are")


@pytest.mark.parametrize(("model", "status"), ALLOWED)
def test_not_refused_for_its_status(model: type[Command], status: CaseStatus) -> None:
    refusal = outcome_of(model, status).refusal
    waived_or_not_pinned = {"forbidden_move", "nothing_changes"}
    assert refusal is None or refusal.code in waived_or_not_pinned, "waived documents stay, and there is no pin to take"


@pytest.mark.parametrize("model", OF_A_CASE)
def test_refused_with_unknown_case_when_there_is_none(model: type[Command]) -> None:
    given().when(one_of_each(fold(a_company_s_case()))[model]).refused("unknown_case")


class TestTheTable:
    """Who may do what when, said once more as a person would."""

    def test_the_catalogue_names_every_command(self) -> None:
        assert set(CATALOGUE) == set(COMMANDS.values())
        assert all(type(example) is model for model, example in one_of_each(fold(a_company_s_case())).items())

    @pytest.mark.parametrize("model", OF_A_CASE)
    def test_a_command_is_for_cases_in_these_statuses(self, model: type[Command]) -> None:
        assert model.statuses == CATALOGUE[model].statuses

    def test_a_case_is_in_work_or_closed_or_waits_for_a_second_pair_of_eyes(self) -> None:
        assert {*IN_WORK, *CLOSED, CaseStatus.PENDING_APPROVAL} == set(CaseStatus)
        assert not IN_WORK & CLOSED
        assert set(DECIDED) == set(Decision)


class TestTheSentence:
    """A refusal names the way out where there is one."""

    @pytest.mark.parametrize(
        ("model", "status", "sentence"),
        [
            (
                c.AddPersonToCase,
                CaseStatus.PENDING_APPROVAL,
                "The case is PENDING_APPROVAL; ‘add person to case’ is for cases that are OPEN or AWAITING_CLIENT;"
                " return the proposed decision first.",
            ),
            (
                c.RateRisk,
                CaseStatus.APPROVED,
                "The case is APPROVED; ‘rate risk’ is for cases that are OPEN or AWAITING_CLIENT; reopen it first.",
            ),
            (
                c.ReopenCase,
                CaseStatus.PENDING_APPROVAL,
                "The case is PENDING_APPROVAL; ‘reopen case’ is for cases that are APPROVED, REJECTED or WITHDRAWN.",
            ),
            (
                c.ResumeCase,
                CaseStatus.OPEN,
                "The case is OPEN; ‘resume case’ is for cases that are AWAITING_CLIENT.",
            ),
        ],
    )
    def test_reads_well(self, model: type[Command], status: CaseStatus, sentence: str) -> None:
        refusal = outcome_of(model, status).refusal
        assert refusal is not None
        assert refusal.sentence == sentence


MOVES = [
    (c.AwaitClient, CaseStatus.OPEN, CaseStatus.AWAITING_CLIENT),
    (c.ResumeCase, CaseStatus.AWAITING_CLIENT, CaseStatus.OPEN),
    (c.WithdrawCase, CaseStatus.OPEN, CaseStatus.WITHDRAWN),
    (c.WithdrawCase, CaseStatus.AWAITING_CLIENT, CaseStatus.WITHDRAWN),
    (c.WithdrawCase, CaseStatus.PENDING_APPROVAL, CaseStatus.WITHDRAWN),
    (c.ReopenCase, CaseStatus.APPROVED, CaseStatus.OPEN),
    (c.ReopenCase, CaseStatus.REJECTED, CaseStatus.OPEN),
    (c.ReopenCase, CaseStatus.WITHDRAWN, CaseStatus.OPEN),
    (c.ReturnDecision, CaseStatus.PENDING_APPROVAL, CaseStatus.OPEN),
    (c.ApproveDecision, CaseStatus.PENDING_APPROVAL, CaseStatus.REJECTED),
    (c.ProposeDecision, CaseStatus.OPEN, CaseStatus.PENDING_APPROVAL),
    (c.ProposeDecision, CaseStatus.AWAITING_CLIENT, CaseStatus.PENDING_APPROVAL),
]


@pytest.mark.parametrize(("model", "old", "new"), MOVES)
def test_a_command_leads_from_one_status_to_another(model: type[Command], old: CaseStatus, new: CaseStatus) -> None:
    outcome = outcome_of(model, old)
    assert fold([*in_status(a_company_s_case(), old), *outcome.payloads]).status is new
    for changed in outcome.all(CaseStatusChanged):
        assert (changed.old_status, changed.new_status) == (old, new)


@pytest.mark.parametrize("model", [c.AwaitClient, c.WithdrawCase, c.ReopenCase])
def test_the_reason_is_kept(model: type[Command]) -> None:
    status = next(iter(model.statuses - {CaseStatus.PENDING_APPROVAL}))
    command = one_of_each(fold(a_company_s_case()))[model]
    assert outcome_of(model, status).the(CaseStatusChanged).reason == command.model_dump()["reason"]


def test_nothing_is_a_dead_end() -> None:
    """From every status some command leads on, and every status can be reached from every other."""
    reached = {status: {new for _, old, new in MOVES if old is status} for status in CaseStatus}
    reached[CaseStatus.PENDING_APPROVAL].add(CaseStatus.APPROVED)
    assert all(reached.values())
    for start in CaseStatus:
        found = {start}
        while more := {new for old in found for new in reached[old]} - found:
            found |= more
        assert found == set(CaseStatus)


@pytest.mark.parametrize("closed", sorted(CLOSED))
def test_a_reopened_case_can_be_worked_and_decided_again(closed: CaseStatus) -> None:
    payloads = in_status(a_company_s_case(), closed)
    reopened = after(payloads, c.ReopenCase(case_id=fold(payloads).case_id, reason="one more look"))
    for status in CaseStatus:
        assert fold(in_status(reopened, status)).status is status


@pytest.mark.parametrize("model", [c.ReturnDecision, c.WithdrawCase, c.ApproveDecision])
def test_a_proposal_is_gone_once_it_is_dealt_with(model: type[Command]) -> None:
    outcome = outcome_of(model, CaseStatus.PENDING_APPROVAL)
    pending = in_status(a_company_s_case(), CaseStatus.PENDING_APPROVAL)
    assert fold(pending).proposal is not None
    assert fold([*pending, *outcome.payloads]).proposal is None


def test_a_case_that_exists_is_not_created_again() -> None:
    given(*events_of(kyc())).when(kyc()).refused("case_exists")
