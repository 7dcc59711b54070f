"""Which documents a case needs, as data.

Each rule's id and sentence are kept in the event that asks for a document, and `RULES_VERSION` in every commit, so
that "why is this required?" has an answer for as long as the log exists. Raise it when a rule changes.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from store.domain.statuses import TraitementType

RULES_VERSION: Final = "2026.1"


class EntityType(StrEnum):
    """Whom a document is about."""

    PERSON = "PERSON"
    COMPANY = "COMPANY"


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """`case_type` None stands for every case type; case types compare without regard to case, `-` and `_`."""

    rule_id: str
    traitement_type: TraitementType
    entity_type: EntityType
    document_type: str
    sentence: str
    case_type: str | None = None
    is_required: bool = True


DOCUMENT_RULES: Final = (
    DocumentRule(
        "kyc-person-passport",
        TraitementType.KYC,
        EntityType.PERSON,
        "PASSPORT",
        "Every person in a KYC case proves who they are with a passport.",
    ),
    DocumentRule(
        "kyc-person-address",
        TraitementType.KYC,
        EntityType.PERSON,
        "PROOF_OF_ADDRESS",
        "Every person in a KYC case proves where they live.",
    ),
    DocumentRule(
        "kyb-person-passport",
        TraitementType.KYB,
        EntityType.PERSON,
        "PASSPORT_DIRECTOR_BO",
        "Every director and beneficial owner of a company proves who they are with a passport.",
    ),
    DocumentRule(
        "kyb-company-certificate",
        TraitementType.KYB,
        EntityType.COMPANY,
        "COMPANY_REGISTRATION_CERTIFICATE",
        "Every company proves that it is registered.",
    ),
    DocumentRule(
        "kyb-company-articles",
        TraitementType.KYB,
        EntityType.COMPANY,
        "ARTICLES_OF_ASSOCIATION",
        "Every company shows the articles by which it is run.",
    ),
    DocumentRule(
        "kyb-company-audited-accounts",
        TraitementType.KYB,
        EntityType.COMPANY,
        "FINANCIAL_STATEMENTS_AUDITED",
        "Under enhanced due diligence a company shows audited financial statements.",
        case_type="ENHANCED_DUE_DILIGENCE",
    ),
)


def normalised(case_type: str) -> str:
    """A case type as rules and triggers compare it: capitals, with `_` for `-` and space."""
    return case_type.upper().replace("-", "_").replace(" ", "_")


def rules_for(
    rules: tuple[DocumentRule, ...], traitement_type: TraitementType, case_type: str, entity_type: EntityType
) -> list[DocumentRule]:
    """The rules that ask something of such an entity, in the order in which they are listed."""
    return [
        rule
        for rule in rules
        if rule.traitement_type is traitement_type
        and rule.entity_type is entity_type
        and rule.case_type in (None, normalised(case_type))
    ]
