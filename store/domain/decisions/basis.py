"""What every decision stands on: the rules in force, who asks and when, facts, and refusals that several give."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from store.domain.case_file import Document
from store.domain.commands import Command, CreateCase
from store.domain.document_rules import DOCUMENT_RULES, RULES_VERSION, DocumentRule
from store.domain.events import Payload
from store.domain.identifiers import derive_id
from store.domain.notification_rules import NotificationRule
from store.domain.ownership import OwnershipRule
from store.domain.refusals import Refusal
from store.domain.statuses import RiskLevel, label

REVIEW_YEARS: Final[Mapping[RiskLevel, int]] = {RiskLevel.LOW: 5, RiskLevel.MEDIUM: 3, RiskLevel.HIGH: 1}
"""After how many years an approved case is due again."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force, which `version` names in every commit.

    Behind `notifications` come those that the config service at `notification_service`, an address, answered last.
    """

    documents: tuple[DocumentRule, ...] = DOCUMENT_RULES
    notifications: tuple[NotificationRule, ...] = ()
    notification_service: str | None = None
    review_years: Mapping[RiskLevel, int] = field(default_factory=lambda: REVIEW_YEARS)
    ownership: OwnershipRule = field(default_factory=OwnershipRule)
    version: str = RULES_VERSION


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision needs beside state and command: who asks, and on which day (UTC)."""

    command_id: str
    rules: Rules
    actor: str
    today: date

    @classmethod
    def of(cls, command: Command, *, command_id: str, case_id: str, rules: Rules, actor: str, today: date) -> "Context":
        """For a command as it was given. What it creates is named by its case too: a command id that scripts on two
        laptops gave to commands on two cases makes two things."""
        within = command_id if isinstance(command, CreateCase) else derive_id(case_id, f"command/{command_id}")
        return cls(within, rules, actor, today)


@dataclass(frozen=True, slots=True)
class Fact:
    """An event to be: its payload, and the aggregate whose stream it belongs to."""

    aggregate_id: str
    payload: Payload


def document_name(document: Document) -> str:
    return f"the {label(document.document_type)} of {document.entity.name}"


def unknown_case(which: str) -> Refusal:
    return Refusal("unknown_case", f"There is no case {which}: `caseworker cases` lists them all.")


def unknown_document(document_requirement_id: str) -> Refusal:
    return Refusal(
        "unknown_document",
        f"There is no document requirement {document_requirement_id}: `caseworker show CASE --json` lists a case's.",
    )


def stale(what: str, now: str, seen: str) -> Refusal:
    return Refusal(
        "stale", f"{capitalised(what)} is {now} now, not {seen} as you saw it: look at the case again, then decide."
    )


def changed_since(what: str) -> Refusal:
    return Refusal("stale", f"{capitalised(what)} has changed since you saw it: look at the case again, then decide.")


def either(options: Iterable[object]) -> str:
    """`A, B or C`."""
    *others, last = [str(option) for option in options]
    return f"{', '.join(others)} or {last}" if others else last


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
