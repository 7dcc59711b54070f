"""Who is at the keyboard, as the operating system knows them."""

import getpass


def default_actor() -> str:
    """The operating system's user."""
    try:
        return getpass.getuser().encode(errors="replace").decode()
    except (OSError, KeyError):  # a process without a user entry, as in some containers
        return "unknown"
