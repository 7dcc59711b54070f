"""Writes the digest of the read tables into store/sqlite/digest.py: `make digest`, after any change of a projection.

The app compares it at its start, and so knows that all read tables are up to date without loading the projections.
"""

from pathlib import Path
from typing import Final

from store.projections import PROJECTIONS
from store.sqlite.read_tables import digest_of

FILE: Final = Path(__file__).parents[1] / "sqlite" / "digest.py"

_TEXT: Final = '''\
"""The digest of the read tables that this version of caseworker makes. `make digest` writes this file."""

READ_TABLES = "{}"
'''


def text() -> str:
    """The content of the file."""
    return _TEXT.format(digest_of({projection.table: projection.fingerprint for projection in PROJECTIONS}))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
