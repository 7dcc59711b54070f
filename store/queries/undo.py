"""What a person can take back: their own change of a case, if it is the newest."""

import sqlite3
from dataclasses import dataclass

from store.domain.decider import undo_of
from store.domain.operation import Undo
from store.domain.refusals import unknown_case
from store.log.loaded_case import case_after
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
    newest = commits[-1]
    if newest.actor != actor:
        return f"The newest change of the case is by {newest.actor}, and only they can undo it."
    events = [event for commit in commits for event in commit.events]
    before = case_after(events[: len(events) - len(newest.events)])
    payloads = known_payloads(newest.events)
    if before is None or payloads is None or case_after(events) is None:
        return "The case holds an event that this version of caseworker does not know: upgrade to undo anything in it."
    undo = undo_of(before, payloads)
    return undo if isinstance(undo, str) else UndoOffer(entries_of([newest])[0], undo)
