"""The tables that must be kept, as a list of migrations.

They hold the log, what a team's shared log needs, the version of each read table, answers from outside, which
attachments were kept, and people's preferences. Read tables are not here. A projection declares each of them, and the
table is rebuilt when the projection changes (store/projections).

A migration is never changed once released. A new one is added at the end of `MIGRATIONS`.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

from store.sqlite.append_only import FIRST_LOG_TRIGGERS, TEAM_TRIGGERS
from store.sqlite.own_ids import IDS_WITHIN_THEIR_CASE
from store.sqlite.transactions import write_transaction

APPLICATION_ID: Final = 0x43415345
"""`CASE` in ASCII. It stands in the file's header and tells our files from those of other programs."""

_LOG: Final = (
    """
    CREATE TABLE commits (
        position INTEGER PRIMARY KEY,
        commit_id TEXT NOT NULL,
        format INTEGER NOT NULL,
        case_id TEXT NOT NULL,
        parent TEXT,
        command_id TEXT NOT NULL,
        command TEXT NOT NULL CHECK (json_valid(command)),
        device TEXT NOT NULL,
        actor TEXT NOT NULL,
        rules_version TEXT NOT NULL,
        recorded_at TEXT NOT NULL
    ) STRICT
    """,
    # Unique only within a case. Two laptops may give commands on two cases the same id, and nothing orders two cases.
    "CREATE UNIQUE INDEX commits_of_command ON commits (command_id, case_id)",
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
    *FIRST_LOG_TRIGGERS.values(),
)

_ANSWERS: Final = (
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

_TEAM: Final = (
    # The shared log that this database has joined. Without one, a commit is accepted at once.
    """
    CREATE TABLE team (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        cluster_id TEXT NOT NULL,
        topic_id TEXT NOT NULL,
        partitions INTEGER NOT NULL,
        joined_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE cursors (
        log_partition INTEGER PRIMARY KEY,
        next_offset INTEGER NOT NULL
    ) STRICT
    """,
    # Commits that the team has not accepted yet, in the form of the log. They follow the accepted head of their case.
    """
    CREATE TABLE pending_commits (
        position INTEGER PRIMARY KEY,
        commit_id TEXT NOT NULL UNIQUE,
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
    "CREATE INDEX pending_commits_of_case ON pending_commits (case_id, position)",
    "CREATE UNIQUE INDEX pending_commits_do_not_fork ON pending_commits (case_id, coalesce(parent, ''))",
    """
    CREATE TABLE pending_events (
        position INTEGER PRIMARY KEY,
        commit_position INTEGER NOT NULL REFERENCES pending_commits (position),
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
    "CREATE INDEX pending_events_of_case ON pending_events (case_id, position)",
    "CREATE INDEX pending_events_of_commit ON pending_events (commit_position)",
    # Records of the shared log that the team did not accept, each with the reason.
    """
    CREATE TABLE rejected_records (
        log_partition INTEGER NOT NULL,
        log_offset INTEGER NOT NULL,
        case_id TEXT,
        reason TEXT NOT NULL,
        key BLOB,
        value BLOB,
        PRIMARY KEY (log_partition, log_offset)
    ) STRICT
    """,
    # Records that are no commits, and later records of the same case. The case that they name is quarantined.
    """
    CREATE TABLE quarantined_records (
        log_partition INTEGER NOT NULL,
        log_offset INTEGER NOT NULL,
        case_id TEXT,
        problem TEXT NOT NULL,
        sentence TEXT NOT NULL,
        key BLOB,
        value BLOB,
        PRIMARY KEY (log_partition, log_offset)
    ) STRICT
    """,
    "CREATE INDEX quarantined_records_of_case ON quarantined_records (case_id, log_offset)",
    # Commands that the domain refused when they were run again. `record` is the commit as it goes over the wire.
    """
    CREATE TABLE conflicts (
        command_id TEXT PRIMARY KEY,
        case_id TEXT NOT NULL,
        record TEXT NOT NULL CHECK (json_valid(record)),
        base TEXT,
        seen TEXT NOT NULL CHECK (json_valid(seen)),
        code TEXT NOT NULL,
        sentence TEXT NOT NULL,
        refused_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX conflicts_of_case ON conflicts (case_id)",
    """
    CREATE TABLE discarded_commands (
        command_id TEXT PRIMARY KEY,
        case_id TEXT NOT NULL,
        record TEXT NOT NULL CHECK (json_valid(record)),
        reason TEXT NOT NULL,
        replaced_by TEXT,
        discarded_by TEXT NOT NULL,
        discarded_at TEXT NOT NULL
    ) STRICT
    """,
    # Notifications that this database asked for and the team accepted.
    """
    CREATE TABLE notifications_to_send (
        event_id TEXT PRIMARY KEY,
        sent_at TEXT
    ) STRICT
    """,
    "CREATE INDEX notifications_not_sent ON notifications_to_send (event_id) WHERE sent_at IS NULL",
    *TEAM_TRIGGERS.values(),
)

_DEAD_LETTERS: Final = (
    """
    CREATE TABLE dead_letters (
        dead_letter_id INTEGER PRIMARY KEY,
        topic TEXT NOT NULL,
        topic_id TEXT NOT NULL,
        partition INTEGER NOT NULL,
        position INTEGER NOT NULL,
        key ANY,
        value ANY NOT NULL,
        headers TEXT NOT NULL CHECK (json_valid(headers)),
        reason TEXT NOT NULL,
        received_at TEXT NOT NULL,
        published INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'REPLAYED', 'DISCARDED')),
        resolved_by TEXT,
        resolution TEXT,
        UNIQUE (topic_id, partition, position)
    ) STRICT
    """,
)

# The attachments whose content this database has held. If the content of one of them is gone, it is missing. An
# attachment of which only the name came here, through `exec` or from another laptop, is not missing.
_KEPT_FILES: Final = ("CREATE TABLE kept_files (sha256 TEXT PRIMARY KEY, kept_at TEXT NOT NULL) STRICT",)

_SENDING: Final = (
    # The offsets in the topic of notifications from which those that are being sent will stand. `sender` tells this
    # database from others.
    """
    CREATE TABLE sending (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        sender TEXT NOT NULL,
        topic_id TEXT,
        ends TEXT CHECK (ends IS NULL OR json_valid(ends))
    ) STRICT
    """,
    "INSERT INTO sending (only, sender) VALUES (1, lower(hex(randomblob(16))))",
)

_PREFERENCES: Final = (
    """
    CREATE TABLE desks (
        person TEXT PRIMARY KEY,
        query TEXT NOT NULL,
        case_id TEXT,
        columns TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE saved_views (
        person TEXT NOT NULL,
        name TEXT NOT NULL,
        query TEXT NOT NULL,
        PRIMARY KEY (person, name)
    ) STRICT
    """,
)

WAITING_ROWS: Final = """
    CREATE TABLE waiting_rows (
        case_id TEXT PRIMARY KEY,
        commit_id TEXT NOT NULL,
        sentence TEXT NOT NULL
    ) STRICT
"""
"""The cases whose rows this version can't make, each with the first commit that it can't project."""

# The id of this database in its commits, copied with it; and commits with that id which the team's log brought and this
# database had not made. One that was there before this migration gets the same id wherever it is restored.
_DEVICE: Final = (
    "CREATE TABLE device (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL) STRICT",
    "INSERT INTO device (only, id) SELECT 1, substr(sender, 1, 16) FROM sending",
    """
    CREATE TABLE unknown_own_commits (
        commit_id TEXT PRIMARY KEY,
        case_id TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        noticed_at TEXT NOT NULL,
        acknowledged_by TEXT,
        acknowledged_at TEXT
    ) STRICT
    """,
)

MIGRATIONS: Final[Mapping[str, Sequence[str]]] = {
    "the_log": _LOG,
    "what_the_config_service_answered": _ANSWERS,
    "the_team": _TEAM,
    "dead_letters": _DEAD_LETTERS,
    "files_of_this_machine": _KEPT_FILES,
    "sending": _SENDING,
    "desks": _PREFERENCES,
    "ids_within_their_case": IDS_WITHIN_THEIR_CASE,
    "rows_that_wait": (WAITING_ROWS,),
    "device": _DEVICE,
}
"""The statements of each migration by its name, in the order in which they are applied."""

KEPT_TABLES: Final = frozenset(
    sql.split()[2] for statements in MIGRATIONS.values() for sql in statements if sql.split()[:2] == ["CREATE", "TABLE"]
)
"""The tables that migrations make. None of them can be made again from the log."""

SCHEMA_VERSION: Final = len(MIGRATIONS)
"""How many migrations this version of caseworker knows (PRAGMA user_version)."""


def migrate(connection: sqlite3.Connection) -> None:
    """Apply all missing migrations or none, also when several processes open a new file at once."""
    from sqlite_utils import Database, Migrations

    migrations = Migrations("caseworker")
    for name, statements in MIGRATIONS.items():

        @migrations(name=name)
        def apply(database: Database, statements: Sequence[str] = statements) -> None:
            for statement in statements:
                database.execute(statement)

    with write_transaction(connection):
        migrations.apply(Database(connection))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
