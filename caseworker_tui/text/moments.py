"""A moment as a person names it on the command line."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from store.validation import echo

_WRITTEN: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?P<minute>[T ]\d{2}:\d{2}(?P<second>:\d{2}(?P<fraction>\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?"
)


def read_moment(text: str) -> datetime:
    """ISO 8601, local time unless it has an offset. What is left out is the latest that it can be: a day stands for
    its end, a minute for its last second. Raises `ValueError`."""
    written = _WRITTEN.fullmatch(text.strip())
    try:
        if written is None:
            raise ValueError("of another form")
        began = datetime.fromisoformat(written[0])
        for part, lasts in (
            ("minute", timedelta(days=1)),
            ("second", timedelta(minutes=1)),
            ("fraction", timedelta(seconds=1)),
        ):
            if written[part] is None:
                return (began + lasts - timedelta.resolution).astimezone(UTC)
        return began.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(
            f"{echo(text)} is not a moment: write a day like 2026-03-31, or one with its time like 2026-03-31T12:00,"
            " which is local unless Z or an offset like +02:00 follows."
        ) from error
