"""What the rules say of a case as it stands: what is missing for an approval, which risk they propose, and who owns and
controls the company."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from store.domain.casework.review import missing_for_approval
from store.domain.ownership import Ownership, ownership_of
from store.domain.risk import RiskProposal, propose_risk
from store.domain.rules import Rules
from store.domain.values import BeneficialOwnerData
from store.log.loaded_case import case_after
from store.log.read import RecordedEvent, get_events_for_case
from store.queries.case_file import CaseFileView


@dataclass(frozen=True, slots=True)
class Assessment:
    """`missing` stands between the case and an approval, in words; nothing does when it is empty. `ownership` is None
    for a case without a company. `owners` are its owners as a correction takes them, by id."""

    missing: tuple[str, ...]
    risk: RiskProposal
    ownership: Ownership | None
    owners: Mapping[str, BeneficialOwnerData]


@dataclass(frozen=True, slots=True)
class AssessedCase:
    """A case file, and what the rules say of it."""

    view: CaseFileView
    assessed: Assessment | None


def assessment(connection: sqlite3.Connection, case_id: str, rules: Rules, today: date) -> Assessment | None:
    """As of a day (UTC). None when this version can't tell how the case stands, as with an event of a newer one."""
    return assess(get_events_for_case(connection, case_id), rules, today)


def assess(events: Iterable[RecordedEvent], rules: Rules, today: date) -> Assessment | None:
    """The same of the case to which these events lead."""
    case = case_after(list(events))
    if case is None:
        return None
    return Assessment(
        tuple(missing_for_approval(case, today)), propose_risk(case), ownership_of(case, rules.ownership), case.owners
    )
