"""Tables that several parts of the store need have one module with all SQL on them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("table", ["conflicts", "discarded_commands", "quarantined_records"])
def test_what_is_unsettled_is_read_and_written_in_one_module(table: str) -> None:
    sql = re.compile(rf"\b(FROM|INTO|UPDATE|JOIN)\s+{table}\b")
    modules = [*(ROOT / "store").rglob("*.py"), *(ROOT / "caseworker_tui").rglob("*.py")]
    using = {str(path.relative_to(ROOT)) for path in modules if sql.search(path.read_text(encoding="utf-8"))}
    assert using == {"store/unsettled.py"}
