"""A case with all that is known of it today: what the case screen, `caseworker show` and the preview tell.

Each query reads in one transaction, so that its parts belong to one version of the case, whatever other processes
write meanwhile.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date

from store.domain.rules import Rules
from store.log.read import get_commits_for_case
from store.queries.assessment import AssessedCase, assess, assessment
from store.queries.case_file import CaseFileView, case_file
from store.queries.related import Related, related
from store.queries.team import CaseInTeam, case_in_team
from store.queries.timeline import TimelineEntry, entries_of
from store.sqlite.transactions import read_transaction


@dataclass(frozen=True, slots=True)
class CaseNow:
    """A case as it stands, and the other cases with the same parties."""

    stands: AssessedCase
    related: Related


@dataclass(frozen=True, slots=True)
class WholeCase(CaseNow):
    """The same with its changes, the newest first, and how it stands with the team."""

    timeline: tuple[TimelineEntry, ...]
    in_team: CaseInTeam


def whole_case(connection: sqlite3.Connection, case_id: str, rules: Rules, today: date) -> WholeCase:
    """The case, assessed as of a day (UTC). Raises `Refusal` when there is none with this id."""
    with read_transaction(connection):
        view, others = case_and_related(connection, case_id)
        commits = get_commits_for_case(connection, case_id)
        events = (event for commit in commits for event in commit.events)
        return WholeCase(
            stands=AssessedCase(view, assess(events, rules, today)),
            related=others,
            timeline=tuple(entries_of(commits)),
            in_team=case_in_team(connection, case_id),
        )


def case_now(connection: sqlite3.Connection, case_id: str, rules: Rules, today: date) -> CaseNow:
    """The same without what only the case screen shows. Raises the same."""
    with read_transaction(connection):
        view, others = case_and_related(connection, case_id)
        return CaseNow(AssessedCase(view, assessment(connection, case_id, rules, today)), others)


def case_and_related(connection: sqlite3.Connection, case_id: str) -> tuple[CaseFileView, Related]:
    """The same without an assessment, which would take the log. Raises the same."""
    with read_transaction(connection):
        return case_file(connection, case_id), related(connection, case_id)
