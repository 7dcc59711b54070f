"""The time: where the engine takes it from, and how it is stored."""

from collections.abc import Callable
from datetime import UTC, date, datetime

Clock = Callable[[], datetime]


def stamp(moment: datetime) -> str:
    """A moment as it is stored: UTC, ISO 8601, in microseconds. Texts of this form sort in order of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(stamped: str) -> datetime | None:
    """A moment as it was stored. None for one that does not exist: older versions took any from a team's log."""
    try:
        return datetime.fromisoformat(stamped).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def days_until(day: str, today: date) -> int | None:
    """The days until a stored date; None for one that does not exist."""
    try:
        return (date.fromisoformat(day) - today).days
    except ValueError:
        return None


def system_clock() -> datetime:
    return datetime.now(UTC)
