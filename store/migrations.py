"""The schema of what must be kept: the log, which version of each read table stands, and answers from outside.

Read tables are not here: each is declared by its projection and made anew when that changes (store/projections).
A migration is never changed once released; a new one is added below, and `SCHEMA_VERSION` raised.
"""

import sqlite3

from sqlite_utils import Database, Migrations

from store.database import APPLICATION_ID, SCHEMA_VERSION, write_transaction
from store.guards import GUARDS

migrations = Migrations("caseworker")


def migrate(connection: sqlite3.Connection) -> None:
    """Apply what is missing, all or nothing, however many processes open a new file at once."""
    with write_transaction(connection):
        migrations.apply(Database(connection))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@migrations()
def the_log(db: Database) -> None:
    for statement in _LOG:
        db.execute(statement)


@migrations()
def what_the_config_service_answered(db: Database) -> None:
    for statement in _ANSWERS:
        db.execute(statement)


_LOG = (
    """
    CREATE TABLE commits (
        position INTEGER PRIMARY KEY,
        commit_id TEXT NOT NULL,
        format INTEGER NOT NULL,
        case_id TEXT NOT NULL,
        parent TEXT,
        command_id TEXT NOT NULL UNIQUE,
        command TEXT NOT NULL CHECK (json_valid(command)),
        device TEXT NOT NULL,
        actor TEXT NOT NULL,
        rules_version TEXT NOT NULL,
        recorded_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX commits_of_case ON commits (case_id, position)",
    "CREATE UNIQUE INDEX commits_do_not_fork ON commits (case_id, coalesce(parent, ''))",
    """
    CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        commit_position INTEGER NOT NULL REFERENCES commits (position),
        case_id TEXT NOT NULL,
        event_id TEXT NOT NULL UNIQUE,
        event_type TEXT NOT NULL,
        aggregate_id TEXT NOT NULL,
        version INTEGER NOT NULL CHECK (version >= 1),
        timestamp TEXT NOT NULL,
        payload TEXT NOT NULL CHECK (json_valid(payload)),
        payload_model_name TEXT NOT NULL,
        metadata TEXT NOT NULL CHECK (json_valid(metadata)),
        UNIQUE (aggregate_id, version)
    ) STRICT
    """,
    "CREATE INDEX events_of_case ON events (case_id, position)",
    """
    CREATE TABLE projections (
        table_name TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL
    ) STRICT
    """,
    *GUARDS.values(),
)

_ANSWERS = (
    """
    CREATE TABLE notification_answers (
        service_url TEXT NOT NULL,
        event_trigger TEXT NOT NULL,
        rule TEXT CHECK (rule IS NULL OR json_valid(rule)),
        answered_at TEXT NOT NULL,
        PRIMARY KEY (service_url, event_trigger)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE notification_services (
        service_url TEXT PRIMARY KEY,
        asked_at TEXT NOT NULL,
        answered_at TEXT,
        trouble TEXT
    ) STRICT, WITHOUT ROWID
    """,
)
