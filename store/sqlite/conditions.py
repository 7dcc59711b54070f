"""Conditions that an index and a query share. SQLite uses a partial index only where the query spells its condition."""

from typing import Final

from store.domain.statuses import DONE

WAITS: Final = f"is_required AND status NOT IN {tuple(sorted(map(str, DONE)))}"
"""A row of `required_documents` is still needed."""
