"""What the engine takes from where it runs: the time, and who is at the keyboard."""

import getpass
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def default_actor() -> str:
    """The operating system's user."""
    try:
        return getpass.getuser().encode(errors="replace").decode()
    except (OSError, KeyError):  # a process without a user entry, as in some containers
        return "unknown"
