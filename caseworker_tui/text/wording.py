"""Values as they are shown on screen: ages, local times, countries, statuses."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from rich.cells import cell_len, set_cell_size

from store.clock import days_until, moment
from store.domain.statuses import CaseStatus, CheckOutcome, DocumentStatus, RiskLevel

PENDING_SIGN: Final = "~"
"""The sign of a case with changes that the team has not accepted yet."""

UNSETTLED_SIGN: Final = "!"
"""The sign of a case that is in conflict or quarantined."""

SIGNS: Final = (
    (PENDING_SIGN, "changes of yours that the team has not accepted yet"),
    (UNSETTLED_SIGN, "in conflict, or resting: Y says why"),
)
"""The signs before a reference, and what they say."""

PINNED_SIGN: Final = "⚑"
"""A case that somebody pinned, before its name."""

UNKNOWN: Final = "?"
"""The mark of a status that only a newer version of caseworker knows, and of a time that does not exist."""

DOCUMENT_SIGNS: Final[Mapping[DocumentStatus, str]] = {
    DocumentStatus.AWAITING_UPLOAD: "○",
    DocumentStatus.UPLOADED: "◐",
    DocumentStatus.VERIFIED_SYSTEM: "●",
    DocumentStatus.VERIFIED_MANUAL: "●",
    DocumentStatus.REJECTED: "✗",
    DocumentStatus.NOT_APPLICABLE: "–",
}
"""A mark for each document status, always beside the word: state is never told by a mark or colour alone."""

DOCUMENT_STYLES: Final[Mapping[DocumentStatus, str]] = {
    DocumentStatus.AWAITING_UPLOAD: "dim",
    DocumentStatus.UPLOADED: "$text-warning",
    DocumentStatus.VERIFIED_SYSTEM: "$text-success",
    DocumentStatus.VERIFIED_MANUAL: "$text-success",
    DocumentStatus.REJECTED: "$text-error",
    DocumentStatus.NOT_APPLICABLE: "dim",
}

CHECK_SIGNS: Final[Mapping[CheckOutcome, str]] = {
    CheckOutcome.CLEAR: "●",
    CheckOutcome.HIT: "✗",
    CheckOutcome.INCONCLUSIVE: "◐",
    CheckOutcome.NOT_APPLICABLE: "–",
}

CHECK_STYLES: Final[Mapping[CheckOutcome, str]] = {
    CheckOutcome.CLEAR: "$text-success",
    CheckOutcome.HIT: "$text-error",
    CheckOutcome.INCONCLUSIVE: "$text-warning",
    CheckOutcome.NOT_APPLICABLE: "dim",
}

CASE_STATUSES_SHORT: Final[Mapping[CaseStatus, str]] = {
    CaseStatus.OPEN: "open",
    CaseStatus.AWAITING_CLIENT: "waiting",
    CaseStatus.PENDING_APPROVAL: "pending",
    CaseStatus.APPROVED: "approved",
    CaseStatus.REJECTED: "rejected",
    CaseStatus.WITHDRAWN: "withdrawn",
}
"""The statuses in as few letters as the queue has room for."""

RISKS_SHORT: Final[Mapping[RiskLevel, str]] = {
    RiskLevel.LOW: "low",
    RiskLevel.MEDIUM: "medium",
    RiskLevel.HIGH: "HIGH",
}

DOCUMENT_MOVES_SPOKEN: Final[Mapping[DocumentStatus, str]] = {
    DocumentStatus.AWAITING_UPLOAD: "ask for it again",
    DocumentStatus.UPLOADED: "mark it uploaded",
    DocumentStatus.VERIFIED_MANUAL: "verify it",
    DocumentStatus.REJECTED: "reject it",
    DocumentStatus.NOT_APPLICABLE: "waive it",
}
"""The act that brings a document to a status. Only systems give VERIFIED_SYSTEM."""

_LONGEST_SENTENCE: Final = 200

_UNITS: Final = (
    (timedelta(days=365), "y"),
    (timedelta(days=1), "d"),
    (timedelta(hours=1), "h"),
    (timedelta(minutes=1), "min"),
)


def age(timestamp: str, now: datetime) -> str:
    """The time since then, in the largest unit that fits: `3d`, `5h`, `12min`, `now`."""
    then = moment(timestamp)
    if then is None:
        return UNKNOWN
    passed = now - then
    for unit, name in _UNITS:
        if passed >= unit:
            return f"{passed // unit}{name}"
    return "now"


def ago(timestamp: str, now: datetime) -> str:
    """`3d ago`, or `just now`; a time that does not exist as it is."""
    passed = age(timestamp, now)
    return {"now": "just now", UNKNOWN: timestamp}.get(passed, f"{passed} ago")


def expiry(last_day: str, today: date) -> str:
    """`expires in 12d`, `expires today`, `expired 3d ago`: a document holds through its last day."""
    days = days_until(last_day, today)
    if days is None:
        return f"expires on {last_day}"
    if not days:
        return "expires today"
    span = f"{abs(days) // 365}y" if abs(days) >= 365 else f"{abs(days)}d"
    return f"expires in {span}" if days > 0 else f"expired {span} ago"


def local_time(timestamp: str) -> str:
    """A stored UTC time as local time, to the minute. One that does not exist, here at least, is told as it is."""
    try:
        return datetime.fromisoformat(timestamp).astimezone().isoformat(" ", "minutes")[:16]
    except (ValueError, OverflowError, OSError):
        return timestamp


def country(code: str | None) -> str | None:
    from store.domain.values import country_names

    return f"{country_names().get(code, code)} ({code})" if code else None


def shortened(text: str) -> str:
    """A sentence as a list has room for it. A long one is cut, and ends in an ellipsis."""
    return text if len(text) <= _LONGEST_SENTENCE else f"{text[:_LONGEST_SENTENCE].rstrip()}…"


def days_left(day: str, now: datetime) -> str:
    """The days until a date, by the local calendar: `3d`, `today`, `-2d!`."""
    left = days_until(day, now.astimezone().date())
    if left is None:
        return UNKNOWN
    return "today" if left == 0 else f"{left}d{'!' * (left < 0)}"


def short_number(number: int) -> str:
    """A number in at most four letters or so: `9999`, `12k`, `1.2M`."""
    if number < 10_000:
        return str(number)
    if number < 1_000_000:
        return f"{number // 1_000}k"
    return f"{number / 1_000_000:.1f}M"


def fit(text: str, width: int) -> str:
    """The text in exactly `width` cells. A wide character takes two. A text that is cut ends in an ellipsis."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)
