"""A case file as it stood: its commits up to there, projected into fresh tables that the queries of today read.

Versions of a case count its commits from 1, so that version N is the case as it stood after N of them.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from store.clock import moment, stamp
from store.domain.refusals import Code, Refusal, unknown_case
from store.domain.rules import Rules
from store.log.read import RecordedCommit, RecordedEvent, get_commits_for_case
from store.projections import project_what_can_be
from store.projections.fresh_tables import fresh_tables, history_among
from store.queries.assessment import AssessedCase, assess
from store.queries.case_file import case_file_in
from store.queries.timeline import TimelineEntry, entries_of
from store.queries.what_changed import RowChange, what_changed


@dataclass(frozen=True, slots=True)
class CaseThen:
    """A case as it stood at one of its versions, which `entry` tells of, and `before` that, None for the first.

    `versions` is how many the case has today; `timeline` goes back from `entry`.
    """

    entry: TimelineEntry
    versions: int
    stood: AssessedCase
    before: AssessedCase | None
    timeline: tuple[TimelineEntry, ...]

    @property
    def changes(self) -> tuple[RowChange, ...]:
        """What this version made other than it was."""
        return what_changed(self.before.view if self.before else None, self.stood.view)


def as_of(connection: sqlite3.Connection, case_id: str, when: int | datetime, rules: Rules) -> CaseThen:
    """The case at a version, or at the newest one that was recorded by a moment.

    Raises `Refusal` when there is no such case, it has no such version, or it was not there yet.
    """
    commits = get_commits_for_case(connection, case_id)
    if not commits:
        raise unknown_case(f"with the id {case_id}")
    version = _version_at(commits, when) if isinstance(when, datetime) else when
    if not 1 <= version <= len(commits):
        raise Refusal(Code.UNKNOWN_VERSION, f"The case has no version {version}: they count from 1 to {len(commits)}.")
    *earlier, newest = commits[:version]
    day = when.astimezone(UTC).date() if isinstance(when, datetime) else _day_of(commits[:version])
    with fresh_tables() as tables:
        history = history_among(_events(commits[:version]))
        project_what_can_be(tables, _events(earlier), history)
        before = _assessed_at(tables, case_id, earlier, rules, _day_of(earlier)) if earlier else None
        project_what_can_be(tables, newest.events, history)
        stood = _assessed_at(tables, case_id, [*earlier, newest], rules, day)
    entries = tuple(entries_of([*earlier, newest]))
    return CaseThen(entries[0], len(commits), stood, before, entries)


def _version_at(commits: list[RecordedCommit], when: datetime) -> int:
    latest = stamp(when)
    version = max((commit.version for commit in commits if commit.recorded_at <= latest), default=0)
    if not version:
        raise Refusal(Code.NOT_YET_OPENED, f"The case was opened at {commits[0].recorded_at}, after {latest}.")
    return version


def _day_of(commits: list[RecordedCommit]) -> date:
    """The day of the newest of these commits that has a time which exists."""
    moments = (moment(commit.recorded_at) for commit in reversed(commits))
    return next((found.date() for found in moments if found), date.min)


def _assessed_at(
    tables: sqlite3.Connection, case_id: str, commits: list[RecordedCommit], rules: Rules, day: date
) -> AssessedCase:
    """The case after these commits, to which the tables go, as it was to be judged on that day."""
    view = case_file_in(tables, case_id, commits[-1].commit_id)
    return AssessedCase(view, assess(_events(commits), rules, day))


def _events(commits: list[RecordedCommit]) -> Iterator[RecordedEvent]:
    return (event for commit in commits for event in commit.events)
