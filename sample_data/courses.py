"""What happens to the message cases beside their documents, as data; casework.py gives it to cases as commands.

A course is for cases whose documents come to a certain stage. Every case that is given one is assigned first; the
cases that are left over stay as they came, with nobody to work them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from store.domain import commands as c
from store.domain.statuses import CheckKind, CheckOutcome, Decision, RiskLevel

Deed: TypeAlias = tuple[type[c.OfCase], Mapping[str, str]]
"""A command with its fields, but for the ids."""
Course: TypeAlias = tuple[Deed, ...]


class Stage(StrEnum):
    """How far the documents of a case come."""

    UNTOUCHED = "no document has moved"
    IN_WORK = "some have"
    DOUBTFUL = "one speaks against the client"
    DONE = "none needs anything more"


BY_A_COLLEAGUE: Final[tuple[type[c.Command], ...]] = (c.ApproveDecision, c.ReturnDecision)
"""What needs a second pair of eyes; all else is done by whoever has the case."""

_K, _O = CheckKind, CheckOutcome


def _check(kind: CheckKind, outcome: CheckOutcome, evidence: str) -> Deed:
    return c.RecordCheck, {"kind": kind.value, "outcome": outcome.value, "evidence": evidence}


def _due(day: str) -> Deed:
    return c.SetDueDate, {"due_date": day}


def _tag(tag: str) -> Deed:
    return c.TagCase, {"tag": tag}


def _note(text: str) -> Deed:
    return c.AddNote, {"text": text}


def _risk(level: RiskLevel, reason: str) -> Deed:
    return c.RateRisk, {"level": level.value, "reason": reason}


def _propose(decision: Decision, reason: str) -> Deed:
    return c.ProposeDecision, {"decision": decision.value, "reason": reason}


def _approve(decision: Decision) -> Deed:
    return c.ApproveDecision, {"decision": decision.value}


IDENTITY: Final = _check(_K.IDENTITY, _O.CLEAR, "Photograph, name and date of birth agree with the identity document.")
ADDRESS: Final = _check(_K.ADDRESS, _O.CLEAR, "A letter with a code went to the address; the code came back.")
PEP: Final = _check(_K.PEP, _O.CLEAR, "No entry of this name and year of birth in the list of public offices.")
SANCTIONS: Final = _check(_K.SANCTIONS, _O.CLEAR, "Searched the lists of the UN, the EU, OFAC and OFSI: no entry.")
MEDIA: Final = _check(_K.ADVERSE_MEDIA, _O.CLEAR, "First five pages of a press search in two languages: nothing.")
ALL_CLEAR: Final = (IDENTITY, PEP, SANCTIONS, MEDIA)
LOW: Final = _risk(RiskLevel.LOW, "Known origin of funds, every check clear, ordinary products.")
IN_ORDER: Final = _propose(Decision.APPROVE, "All documents are done, all checks are clear.")

COURSES: Final[Mapping[Stage, tuple[Course, ...]]] = {
    Stage.DONE: (
        (_due("2026-11-30"), *ALL_CLEAR, LOW, IN_ORDER, _approve(Decision.APPROVE)),
        (
            _due("2026-12-04"),
            _tag("pep"),
            IDENTITY,
            _check(_K.PEP, _O.HIT, "Same name as a deputy minister; the year of birth is not in the list."),
            _note("Asked by telephone whether they hold or held a public office.\nA written answer follows."),
            _check(_K.PEP, _O.CLEAR, "Declaration on file: no public office; the deputy minister is another person."),
            SANCTIONS,
            MEDIA,
            _risk(RiskLevel.MEDIUM, "Namesake of a public official; to be looked at again sooner than usual."),
            _propose(Decision.APPROVE, "Documents verified; the PEP hit was somebody else of the same name."),
            _approve(Decision.APPROVE),
        ),
        (
            _due("2026-11-27"),
            _tag("senior-sign-off"),
            *ALL_CLEAR,
            _risk(RiskLevel.HIGH, "Wealth in several countries; approved only with yearly review."),
            _propose(Decision.APPROVE, "Documents and checks are in order; review every year."),
        ),
        (*ALL_CLEAR, ADDRESS, LOW, IN_ORDER, _approve(Decision.APPROVE)),
        (
            _due("2026-12-11"),
            *ALL_CLEAR,
            LOW,
            IN_ORDER,
            (c.ReturnDecision, {"reason": "Where the first deposit comes from is not on file: ask, propose again."}),
            _note("Wrote to the client about the first deposit: a statement of the paying bank would do."),
        ),
        (
            *ALL_CLEAR,
            LOW,
            IN_ORDER,
            _approve(Decision.APPROVE),
            (c.ReopenCase, {"reason": "The client has told us of a new address."}),
            _due("2027-01-15"),
            _check(_K.ADDRESS, _O.INCONCLUSIVE, "The register of residents does not list the new address yet."),
        ),
        (_due("2026-12-01"), _tag("ready"), *ALL_CLEAR, LOW),
    ),
    Stage.DOUBTFUL: (
        (
            _tag("fraud-suspicion"),
            _check(_K.IDENTITY, _O.HIT, "The issuer does not confirm the document's number."),
            _note("Spoke with the compliance officer: no further documents are asked for."),
            _risk(RiskLevel.HIGH, "A document was not what it claimed to be."),
            _propose(Decision.REJECT, "A document does not stand up, and the client gave no explanation."),
            _approve(Decision.REJECT),
        ),
        (
            _due("2026-11-26"),
            _tag("urgent"),
            SANCTIONS,
            _check(_K.ADVERSE_MEDIA, _O.HIT, "Two articles of 2024 name the client in an inquiry into forged papers."),
            _risk(RiskLevel.HIGH, "Press reports and a doubtful document together."),
            _propose(Decision.REJECT, "Doubtful document and press reports that the client leaves unanswered."),
        ),
        (
            _due("2026-11-24"),
            _tag("urgent"),
            _tag("sanctions"),
            _check(_K.SANCTIONS, _O.HIT, "Name and country agree with an entry of the EU list; date of birth missing."),
            _note("No account is opened and nothing paid out until the sanctions hit is settled."),
            _risk(RiskLevel.HIGH, "A possible entry on a sanctions list that is not settled."),
        ),
    ),
    Stage.IN_WORK: (
        (
            _due("2026-12-07"),
            _note("Wrote to the client about the documents that are missing; reminder in a week."),
            (c.AwaitClient, {"reason": "Asked for the missing documents by letter."}),
        ),
        (
            _tag("reminded"),
            _check(_K.ADDRESS, _O.INCONCLUSIVE, "The letter with the code came back: the name is not on the door."),
            (c.AwaitClient, {"reason": "Asked for a newer proof of address."}),
        ),
        (_due("2026-11-28"), IDENTITY, SANCTIONS),
        (
            _due("2026-12-18"),
            _tag("translation"),
            _note("One document is with a sworn translator for ten days."),
        ),
        (
            IDENTITY,
            PEP,
            _check(_K.ADDRESS, _O.NOT_APPLICABLE, "Checked for another account last month."),
        ),
        (
            _due("2026-12-09"),
            _check(_K.ADVERSE_MEDIA, _O.INCONCLUSIVE, "One article on somebody of that name; no age, no photograph."),
            _risk(RiskLevel.MEDIUM, "One press report that is not yet explained."),
        ),
        (_due("2026-12-22"), SANCTIONS, LOW),
        (_tag("vip"), _note("Introduced by the private banking desk; they ask to be told of every step.")),
        (
            _check(_K.IDENTITY, _O.INCONCLUSIVE, "The photograph is too dark to compare."),
            _note("Client offered a video call; to be arranged."),
        ),
        (_due("2027-01-08"), PEP, SANCTIONS, _risk(RiskLevel.MEDIUM, "Regular large payments in cash.")),
        (_due("2026-12-15"), _note("Back from leave on Monday; then the documents that came in meanwhile.")),
        (_note("Wrong desk: belongs to somebody who reads the language."), (c.UnassignCase, {})),
        (),
    ),
    Stage.UNTOUCHED: (
        (
            _note("The client called: they have found another bank."),
            (c.WithdrawCase, {"reason": "The client no longer wants the account."}),
        ),
        (_due("2026-12-29"),),
        (_due("2027-01-22"), _tag("new-year"), _note("The client is abroad until the new year.")),
        (_tag("reminded"), SANCTIONS),
        (_due("2027-01-29"),),
    ),
}
"""The courses of each stage, for as many cases in the order in which they came."""
