"""A database in which every text of somebody else's acts on a terminal that it reaches, and what the app draws."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from textual.pilot import Pilot

from tests.screens.conftest import NOW
from tests.sync.broken_team import in_trouble

ESCAPES: Final = "\x1b]52;c;cHduZWQ=\x07\x1b]0;mine\x1b\\\x9b31m\x7f\x00\u2028\u202egnp\u2066"
"""Writes the clipboard and the title of the window, colours, ends a line, and turns the direction of what follows."""

COLUMNS: Final = {
    "cases": ("name", "client_id", "assignee", "proposed_by", "proposal_reason", "source", "updated_by"),
    "companies": ("registered_name", "trading_name", "registration_number", "legal_form", "street", "city"),
    "persons": ("firstname", "lastname", "role_in_company", "email"),
    "beneficial_owners": ("name", "registration_number", "source"),
    "parties": ("name",),
    "required_documents": ("entity_name", "reason", "rule", "updated_by"),
    "checks": ("entity_name", "evidence", "recorded_by"),
    "notes": ("text", "written_by"),
    "tags": ("tag",),
    "saved_views": ("name", "query"),
    "commits": ("actor", "device"),
    "pending_commits": ("actor", "device"),
    "conflicts": ("sentence",),
    "discarded_commands": ("reason", "discarded_by"),
    "rejected_records": ("reason",),
    "quarantined_records": ("problem", "sentence"),
    "dead_letters": ("topic", "reason", "key", "value"),
}
"""All that is text of somebody else's, by table."""


def make_hostile(sample: Path) -> None:
    """In the cases, in a team's tables and in the log."""
    in_trouble(sample, NOW)
    with closing(sqlite3.connect(sample, isolation_level=None)) as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            database.execute(f"DROP TRIGGER {name}")
        for table, columns in COLUMNS.items():
            for column in columns:
                database.execute(f"UPDATE {table} SET {column} = {column} || ?", (ESCAPES,))
        for events in ("events", "pending_events"):
            note = f"UPDATE {events} SET payload = json_set(payload, '$.text', ?) WHERE event_type = 'NoteAdded'"
            database.execute(note, (f"note{ESCAPES}",))


def drawn(pilot: Pilot[None]) -> str:
    """All that is drawn of the screen in sight, as it goes to the terminal."""
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
