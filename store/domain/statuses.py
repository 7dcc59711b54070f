"""The statuses of cases and documents, and which move may follow which, as data."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class TraitementType(StrEnum):
    """What is examined: a person (KYC) or a company (KYB). The name is the wire's."""

    KYC = "KYC"
    KYB = "KYB"


class CaseStatus(StrEnum):
    OPEN = "OPEN"
    AWAITING_CLIENT = "AWAITING_CLIENT"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


ANY: Final = frozenset(CaseStatus)

IN_WORK: Final = frozenset({CaseStatus.OPEN, CaseStatus.AWAITING_CLIENT})
"""In these a case can be changed; a proposed decision is about the case as it stood."""

CLOSED: Final = frozenset({CaseStatus.APPROVED, CaseStatus.REJECTED, CaseStatus.WITHDRAWN})
"""In these a case rests until it is reopened."""


class CheckKind(StrEnum):
    IDENTITY = "IDENTITY"
    ADDRESS = "ADDRESS"
    PEP = "PEP"
    SANCTIONS = "SANCTIONS"
    ADVERSE_MEDIA = "ADVERSE_MEDIA"


class CheckOutcome(StrEnum):
    CLEAR = "CLEAR"
    HIT = "HIT"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_APPLICABLE = "NOT_APPLICABLE"


SETTLES_A_HIT: Final = frozenset({CheckOutcome.CLEAR, CheckOutcome.NOT_APPLICABLE})
"""Once a check is a hit, only one of these on the same kind and the same party settles it."""


class RiskLevel(StrEnum):
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class Over(StrEnum):
    """Whether a part reaches a threshold, as far as bands and unknowns let one say."""

    CERTAINLY = "certainly"
    POSSIBLY = "possibly"
    NOT = "not"


class Decision(StrEnum):
    APPROVE = "APPROVE"
    REJECT = "REJECT"


DECIDED: Final[Mapping[Decision, CaseStatus]] = {
    Decision.APPROVE: CaseStatus.APPROVED,
    Decision.REJECT: CaseStatus.REJECTED,
}
"""What a case becomes when the decision on it is approved."""


class DocumentStatus(StrEnum):
    AWAITING_UPLOAD = "AWAITING_UPLOAD"
    UPLOADED = "UPLOADED"
    VERIFIED_SYSTEM = "VERIFIED_SYSTEM"
    VERIFIED_MANUAL = "VERIFIED_MANUAL"
    REJECTED = "REJECTED"
    NOT_APPLICABLE = "NOT_APPLICABLE"


VERIFIED: Final = frozenset({DocumentStatus.VERIFIED_SYSTEM, DocumentStatus.VERIFIED_MANUAL})

DONE: Final = VERIFIED | {DocumentStatus.NOT_APPLICABLE}
"""A document in one of these asks nothing more of anybody."""


HELD: Final = VERIFIED | {DocumentStatus.UPLOADED}
"""In these a document is at hand, and it matters when it expires."""


class Reason(StrEnum):
    """What a move asks for beside the new status."""

    NONE = "none"
    TEXT = "text"
    CODE = "code"


class RejectionReason(StrEnum):
    """Why a document was rejected."""

    BAD_IMAGE = "BAD_IMAGE"
    PAGE_MISSING = "PAGE_MISSING"
    EXPIRED = "EXPIRED"
    WRONG_NAME = "WRONG_NAME"
    ALTERED = "ALTERED"
    WATCH_LISTED = "WATCH_LISTED"


ADVERSE: Final = frozenset({RejectionReason.ALTERED, RejectionReason.WATCH_LISTED})
"""Reasons that count against the client; every other one can be mended by a better document."""

REJECTION_SENTENCES: Final[Mapping[RejectionReason, str]] = {
    RejectionReason.BAD_IMAGE: "the image can't be read",
    RejectionReason.PAGE_MISSING: "a page is missing",
    RejectionReason.EXPIRED: "the document has expired",
    RejectionReason.WRONG_NAME: "the name is another one",
    RejectionReason.ALTERED: "the document was altered",
    RejectionReason.WATCH_LISTED: "the document is on a watch list",
}

_D = DocumentStatus

DOCUMENT_MOVES: Final[Mapping[DocumentStatus, Mapping[DocumentStatus, Reason]]] = {
    _D.AWAITING_UPLOAD: {_D.UPLOADED: Reason.NONE, _D.NOT_APPLICABLE: Reason.TEXT},
    _D.UPLOADED: {
        _D.VERIFIED_MANUAL: Reason.NONE,
        _D.VERIFIED_SYSTEM: Reason.NONE,
        _D.REJECTED: Reason.CODE,
        _D.AWAITING_UPLOAD: Reason.TEXT,
        _D.NOT_APPLICABLE: Reason.TEXT,
    },
    _D.VERIFIED_SYSTEM: {
        _D.VERIFIED_MANUAL: Reason.NONE,
        _D.UPLOADED: Reason.TEXT,
        _D.REJECTED: Reason.CODE,
    },
    _D.VERIFIED_MANUAL: {_D.UPLOADED: Reason.TEXT, _D.REJECTED: Reason.CODE},
    _D.REJECTED: {
        _D.UPLOADED: Reason.NONE,
        _D.AWAITING_UPLOAD: Reason.NONE,
        _D.NOT_APPLICABLE: Reason.TEXT,
    },
    _D.NOT_APPLICABLE: {_D.AWAITING_UPLOAD: Reason.TEXT},
}
"""From a document's status to the statuses that may follow, each with the reason that the move asks for."""


SPOKEN: Final[Mapping[str, str]] = {
    "PEP": "PEP",
    "VERIFIED_MANUAL": "verified",
    "VERIFIED_SYSTEM": "verified by a system",
    "PASSPORT_DIRECTOR_BO": "passport",
    "COMPANY_REGISTRATION_CERTIFICATE": "registration certificate",
    "FINANCIAL_STATEMENTS_AUDITED": "audited financial statements",
}
"""Codes that people call something else than their words say."""


def label(code: str) -> str:
    """A code as people say it: `PROOF_OF_ADDRESS` is `proof of address`."""
    return SPOKEN.get(code) or code.replace("_", " ").lower()


def document_name(document_type: str, whose: str) -> str:
    """A document as people say it: `the passport of Anna Ruiz`."""
    return f"the {label(document_type)} of {whose}"
