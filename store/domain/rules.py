"""The rules in force: all that a decision goes by and a team can set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from store.domain.document_rules import DOCUMENT_RULES, RULES_VERSION, DocumentRule
from store.domain.notification_rules import NotificationRule
from store.domain.ownership import OwnershipRule
from store.domain.statuses import RiskLevel

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
