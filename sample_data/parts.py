"""What several of the files are made with."""

import random
import re
import unicodedata
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

from stdnum.iso7064 import mod_97_10

Json: TypeAlias = dict[str, Any]

_PLAIN: Final = str.maketrans({"þ": "th", "ð": "d", "æ": "ae", "ø": "o", "ł": "l", "ı": "i", "ß": "ss", "'": None})
"""Letters that Unicode does not take apart into a plain one and its accent."""


def known(**fields: Any) -> Json:
    """The fields that say something."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], {})}


def share_as_bods(text: str) -> Json:
    """`40`, `25-50`, `>25-50` or `50-<75` as BODS writes a share."""
    if not text:
        return {}
    if "-" not in text:
        return {"exact": _number(text)}
    low, high = text.split("-")
    return {
        "exclusiveMinimum" if low.startswith(">") else "minimum": _number(low.strip(">")),
        "exclusiveMaximum" if high.startswith("<") else "maximum": _number(high.strip("<")),
    }


def _number(text: str) -> float | int:
    return float(text) if "." in text else int(text)


def day(rng: random.Random, first_year: int, last_year: int) -> str:
    """A day from the first of these years to the last."""
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    return (first + timedelta(days=rng.randint(0, (last - first).days))).isoformat()


def register_number(rng: random.Random) -> str:
    """A number of a register that does not exist."""
    return f"EX{rng.randint(0, 999_999):06}"


def latin(text: str) -> str:
    """The Latin letters of a name with dashes between words, for e-mail addresses and file names."""
    letters = unicodedata.normalize("NFKD", text.lower().translate(_PLAIN))
    return re.sub(r"[^a-z]+", "-", letters.encode("ascii", "ignore").decode()).strip("-")


def lei(base: str) -> str:
    """18 characters with their check digits (ISO 17442)."""
    return base + str(mod_97_10.calc_check_digits(base))
