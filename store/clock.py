"""The time: where the engine takes it from, and how it is stored."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def stamp(moment: datetime) -> str:
    """A moment as it is stored: UTC, ISO 8601, in microseconds. Texts of this form sort in order of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def system_clock() -> datetime:
    return datetime.now(UTC)
