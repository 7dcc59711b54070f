"""What screening a case comes to: who may be whom, what was decided before, and the commands that record a decision."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from store.domain.commands import RecordCheck
from store.domain.screening import ListedCandidate, Screening
from store.domain.statuses import IN_WORK, SETTLES_A_HIT, CheckKind, CheckOutcome
from store.errors import StoreError
from store.queries.case_file import CaseFileView, CheckRow, case_file
from store.queries.queue import QueueRow, whole_queue
from store.screening.entries import Entry, Nature, shown
from store.screening.list_files import ListInfo, WatchList, open_lists
from store.screening.lookup import Found, look_up
from store.screening.matching import Match
from store.screening.parties import Party, parties_of
from store.validation import echo

Subject = tuple[str, str, str, str]
"""What a decision is on: the kind of check, the party, the list and the id of the entry."""


class Disposition(StrEnum):
    """Where a candidate stands, as people say it."""

    UNDECIDED = "undecided"
    FALSE_POSITIVE = "false positive"
    TRUE_MATCH = "true match"
    UNSURE = "unsure"


_STANDING: Final[Mapping[str, Disposition]] = {
    CheckOutcome.CLEAR: Disposition.FALSE_POSITIVE,
    CheckOutcome.NOT_APPLICABLE: Disposition.FALSE_POSITIVE,
    CheckOutcome.HIT: Disposition.TRUE_MATCH,
    CheckOutcome.INCONCLUSIVE: Disposition.UNSURE,
}

OUTCOMES: Final = {
    Disposition.FALSE_POSITIVE: CheckOutcome.CLEAR,
    Disposition.TRUE_MATCH: CheckOutcome.HIT,
    Disposition.UNSURE: CheckOutcome.INCONCLUSIVE,
}
"""What each decision on a candidate is recorded as."""


_WORST_FIRST: Final = (CheckOutcome.HIT, CheckOutcome.INCONCLUSIVE, CheckOutcome.NOT_APPLICABLE, CheckOutcome.CLEAR)
_BADNESS: Final[Mapping[str, int]] = {outcome: place for place, outcome in enumerate(_WORST_FIRST, start=1)}
"""What is not known may be worse than all that is."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may be a party. `checks` are the kinds for which that matters; `screening` is what is recorded.

    `before` is the latest check of this party against this entry. It stands while `changed` is empty: once the entry or
    the party has changed it says so, and the candidate is undecided again. `match` and `entry` are None for an entry of
    which a hit or a doubt is recorded, and which the list has no longer or is not here to have.
    """

    party_id: str
    party_name: str
    checks: tuple[CheckKind, ...]
    screening: Screening
    match: Match | None = None
    entry: Entry | None = None
    before: CheckRow | None = None
    changed: str = ""

    @property
    def disposition(self) -> Disposition | str:
        """An outcome that only a newer version of caseworker knows stands for itself."""
        if self.before is None or self.changed:
            return Disposition.UNDECIDED
        return _STANDING.get(self.before.outcome, self.before.outcome)

    @property
    def listed(self) -> ListedCandidate:
        assert self.screening.candidate is not None
        return self.screening.candidate


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A party that a list holds nobody like. `before` says so of this version of the list and the party as it is."""

    party: Party
    kind: CheckKind
    screening: Screening
    before: CheckRow | None


@dataclass(frozen=True, slots=True)
class ScreenedParty:
    """`left_off` entries share something with the party's names and were not compared, for there were too many.
    `troubles` say in a sentence each what could not be compared: nothing is recorded of the lists that they name."""

    party: Party
    candidates: tuple[Candidate, ...]
    unlisted: tuple[Unlisted, ...]
    left_off: int
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseScreening:
    """`others` are candidates that were decided to be a hit or a doubt and that no list has now, or of a party that has
    left the case."""

    view: CaseFileView
    lists: tuple[ListInfo, ...]
    parties: tuple[ScreenedParty, ...]
    others: tuple[Candidate, ...]

    @property
    def candidates(self) -> list[Candidate]:
        return [*(candidate for party in self.parties for candidate in party.candidates), *self.others]

    @property
    def undecided(self) -> list[Candidate]:
        return [candidate for candidate in self.candidates if candidate.disposition is Disposition.UNDECIDED]

    @property
    def to_record(self) -> list[Unlisted]:
        """Parties that are on no list, for each list of which that is not recorded yet."""
        return [each for party in self.parties for each in party.unlisted if each.before is None]

    @property
    def troubles(self) -> list[str]:
        """What could not be compared, in a sentence each."""
        return [sentence for party in self.parties for sentence in party.troubles]


def screen_case(connection: sqlite3.Connection, lists: Sequence[WatchList], case_id: str) -> CaseScreening:
    """Screen all parties of a case against these lists. Raises `Refusal` when there is no such case."""
    view = case_file(connection, case_id)
    recorded = _Recorded(view.checks)
    parties = tuple(_screen(party, lists, recorded) for party in parties_of(view))
    present = {subject for party in parties for each in party.candidates for subject in _subjects(each)}
    others = tuple(_no_longer_listed(check) for subject, check in recorded.open_ones() if subject not in present)
    return CaseScreening(view, tuple(each.info for each in lists), parties, others)


def screen_against_folder(connection: sqlite3.Connection, folder: Path, case_id: str) -> CaseScreening:
    """The same against all lists in force, which are opened for it."""
    with open_lists(folder) as lists:
        return screen_case(connection, lists, case_id)


def cases_in_work(connection: sqlite3.Connection) -> list[QueueRow]:
    """The cases whose checks can be recorded, the oldest first."""
    return [case for case in whole_queue(connection) if case.status in IN_WORK]


def decision(case_id: str, candidate: Candidate, disposition: Disposition, evidence: str) -> tuple[RecordCheck, ...]:
    """What records a decision on a candidate: a command for each kind of check that the entry is for."""
    return tuple(
        RecordCheck(
            case_id=case_id,
            kind=kind,
            outcome=OUTCOMES[disposition],
            evidence=evidence,
            entity_id=candidate.party_id,
            screening=candidate.screening,
        )
        for kind in candidate.checks
    )


def clearance(case_id: str, unlisted: Unlisted) -> RecordCheck:
    """What records that a list holds nobody like a party."""
    of = f"{unlisted.screening.list_name} ({unlisted.screening.list_version})"
    return RecordCheck(
        case_id=case_id,
        kind=unlisted.kind,
        outcome=CheckOutcome.CLEAR,
        evidence=f"No candidate in {of}.",
        entity_id=unlisted.party.entity_id,
        screening=unlisted.screening,
    )


class _Recorded:
    """The latest check of each subject, and of each party against a list that holds nobody like it."""

    def __init__(self, checks: Iterable[CheckRow]) -> None:
        self._of_entries: dict[Subject, CheckRow] = {}
        self._of_lists: dict[tuple[str, str, str], CheckRow] = {}
        for check in checks:
            if check.screening is None or check.entity_id is None:
                continue
            if check.screening.entry is None:
                self._of_lists[check.kind, check.entity_id, check.screening.list_name] = check
            else:
                self._of_entries[check.kind, check.entity_id, *check.screening.entry] = check

    def of_entry(self, subject: Subject) -> CheckRow | None:
        return self._of_entries.get(subject)

    def of_list(self, kind: CheckKind, screening: Screening, party_id: str) -> CheckRow | None:
        """That the list held nobody like the party, if both are as they were then."""
        check = self._of_lists.get((kind, party_id, screening.list_name))
        return check if check is not None and check.screening == screening else None

    def open_ones(self) -> Iterator[tuple[Subject, CheckRow]]:
        """Those that a decision on the case depends on, or may depend on."""
        for subject, check in self._of_entries.items():
            if check.outcome not in SETTLES_A_HIT:
                yield subject, check


def _screen(party: Party, lists: Sequence[WatchList], recorded: _Recorded) -> ScreenedParty:
    """What fails for one list costs the party no other, and is told."""
    candidates: list[Candidate] = []
    unlisted: list[Unlisted] = []
    troubles: list[str] = []
    left_off = 0
    for watch_list in lists:
        try:
            here = _screen_against(party, watch_list, recorded)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 (the candidates of other lists and parties are needed all the same)
            troubles.append(_not_compared(party, watch_list, f"anything ({type(error).__name__})"))
            continue
        candidates += here.candidates
        unlisted += here.unlisted
        left_off += here.left_off
        troubles += here.troubles
    candidates.sort(key=lambda each: -each.listed.score)
    return ScreenedParty(party, tuple(candidates), tuple(unlisted), left_off, tuple(troubles))


def _screen_against(party: Party, watch_list: WatchList, recorded: _Recorded) -> ScreenedParty:
    """A party that something could not be compared with is neither listed nor unlisted there."""
    info = watch_list.info
    of_list = Screening(list_name=info.name, list_version=info.version, party_digest=party.digest())
    found, left_off, failed = look_up(party, watch_list)
    candidates: list[Candidate] = []
    troubles = [_not_compared(party, watch_list, f"entry {number}") for number in failed]
    for each in found:
        try:
            candidate = _candidate(party, each, of_list, recorded)
        except ValidationError:  # what can't be recorded can't be decided on either
            troubles.append(_not_compared(party, watch_list, f"entry {echo(each.entry.entry_id)}"))
            continue
        if candidate:
            candidates.append(candidate)
    unlisted = (
        Unlisted(party, kind, of_list, recorded.of_list(kind, of_list, party.entity_id))
        for kind in _kinds(party, info.checks)
        if not troubles and not any(kind in candidate.checks for candidate in candidates)
    )
    return ScreenedParty(party, tuple(candidates), tuple(unlisted), left_off, tuple(troubles))


def _not_compared(party: Party, watch_list: WatchList, what: str) -> str:
    info = watch_list.info
    return (
        f"{party.name} could not be compared with {what} of the list {info.name} ({info.version}):"
        " import the list again with `caseworker lists import`, and screen once more."
    )


def _candidate(party: Party, found: Found, of_list: Screening, recorded: _Recorded) -> Candidate | None:
    """None where the entry is for no check that can be of such a party."""
    checks = tuple(_kinds(party, found.entry.checks))
    if not checks:
        return None
    listed = ListedCandidate(
        entry_id=found.entry.entry_id,
        entry_digest=found.digest,
        name=found.entry.name,
        score=found.match.score,
        matched=tuple(shown(reason.sentence) for reason in found.match.reasons),
    )
    screening = of_list.model_copy(update={"candidate": listed})
    before, changed = _before(party, checks, screening, recorded)
    return Candidate(party.entity_id, party.name, checks, screening, found.match, found.entry, before, changed)


def _before(
    party: Party, checks: Iterable[CheckKind], screening: Screening, recorded: _Recorded
) -> tuple[CheckRow | None, str]:
    """The latest decision on these two, the worst where kinds differ, and why it does not stand any more."""
    assert screening.entry is not None
    assert screening.candidate is not None
    decisions = [recorded.of_entry((kind, party.entity_id, *screening.entry)) for kind in checks]
    known = [check for check in decisions if check is not None]
    if not known:
        return None, ""
    decided = min(known, key=lambda check: _BADNESS.get(check.outcome, 0))
    then = decided.screening
    assert then is not None
    assert then.candidate is not None
    if then.candidate.entry_digest != screening.candidate.entry_digest:
        return decided, "the entry has changed"
    if then.party_digest != screening.party_digest:
        return decided, "what is known of the party has changed"
    if len(known) < len(decisions):
        return decided, "the entry is for another kind of check as well"
    return decided, ""


def _no_longer_listed(check: CheckRow) -> Candidate:
    assert check.screening is not None
    assert check.entity_id is not None
    return Candidate(check.entity_id, check.entity_name or "", (check.kind,), check.screening, before=check)


def _subjects(candidate: Candidate) -> Iterator[Subject]:
    assert candidate.screening.entry is not None
    for kind in candidate.checks:
        yield kind, candidate.party_id, *candidate.screening.entry


def _kinds(party: Party, checks: Iterable[str]) -> list[CheckKind]:
    """Those of these kinds of check that can be of such a party: an organisation is not politically exposed."""
    kinds = [CheckKind(check) for check in checks]
    return [kind for kind in kinds if kind is not CheckKind.PEP or party.nature is Nature.PERSON]
