"""What a person can take back: their own change of a case, if it is the newest."""

import sqlite3
from dataclasses import dataclass

from store.domain.decider import fold, undo_of
from store.domain.operation import Undo
from store.domain.refusals import unknown_case
from store.log.read import get_commits_for_case, known_payloads
from store.queries.timeline import TimelineEntry, entries_of


@dataclass(frozen=True, slots=True)
class UndoOffer:
    """`entry` is the newest change of the case; `undo` holds as long as it is."""

    entry: TimelineEntry
    undo: Undo


def undo_offer(connection: sqlite3.Connection, case_id: str, actor: str) -> UndoOffer | str:
    """What `actor` can take back, or a sentence that says why it is nothing and what to do instead."""
    commits = get_commits_for_case(connection, case_id)
    if not commits:
        raise unknown_case(f"with the id {case_id}")
    *earlier, newest = commits
    if newest.actor != actor:
        return f"The newest change of the case is by {newest.actor}, and only they can undo it."
    before = known_payloads(event for commit in earlier for event in commit.events)
    payloads = known_payloads(newest.events)
    if before is None or payloads is None:
        return "The case holds an event of a newer version of caseworker: upgrade to undo anything in it."
    undo = undo_of(fold(before), payloads)
    return undo if isinstance(undo, str) else UndoOffer(entries_of([newest])[0], undo)
