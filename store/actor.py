"""Who is at the keyboard, as the operating system knows them."""

import getpass
import unicodedata


def default_actor() -> str:
    """The operating system's user."""
    try:
        return getpass.getuser().encode(errors="replace").decode()
    except (OSError, KeyError):  # a process without a user entry, as in some containers
        return "unknown"


def fault_of_actor(actor: str) -> str:
    """What is wrong with the name of who acts, to complete "actor …". Empty if nothing is."""
    if not actor.strip():
        return "must not be empty"
    control = next((letter for letter in actor if unicodedata.category(letter) == "Cc"), "")
    return f"holds a control character (U+{ord(control):04X})" if control else ""
