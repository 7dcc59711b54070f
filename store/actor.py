"""Who is at the keyboard, as the operating system knows them."""

import getpass
import unicodedata


def default_actor() -> str:
    """The operating system's user."""
    try:
        return getpass.getuser().encode(errors="replace").decode()
    except (OSError, KeyError):  # a process without a user entry, as in some containers
        return "unknown"


def possible_actor(actor: str) -> str:
    """The name without what is wrong with it; the operating system's user if nothing is left of it."""
    kept = "".join(letter for letter in actor if not _is_control(letter))
    return kept if kept.strip() else default_actor()


def fault_of_actor(actor: str) -> str:
    """What is wrong with the name of who acts, to complete "actor …". Empty if nothing is."""
    if not actor.strip():
        return "must not be empty"
    control = next((letter for letter in actor if _is_control(letter)), "")
    return f"holds a control character (U+{ord(control):04X})" if control else ""


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) == "Cc"
