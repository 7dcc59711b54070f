"""The migration that makes the tables of the log anew, for SQLite can't take a UNIQUE away.

Each case has ids of its own from here on: nothing orders two cases, so an id in one must decide nothing in the other.
The tables and triggers of the first databases, which differ from those of their migrations, become the same with that.
"""

from typing import Final

from store.sqlite.append_only import LOG_TRIGGERS, TEAM_TRIGGERS

_COMMIT_COLUMNS: Final = (
    "position, commit_id, format, case_id, parent, command_id, command, device, actor, rules_version, recorded_at"
)
_EVENT_COLUMNS: Final = (
    "position, commit_position, case_id, event_id, event_type, aggregate_id, version, timestamp, payload,"
    " payload_model_name, metadata"
)

IDS_WITHIN_THEIR_CASE: Final = (
    *(f"DROP TRIGGER IF EXISTS {name}" for name in (*LOG_TRIGGERS, *TEAM_TRIGGERS)),
    "DROP INDEX IF EXISTS commits_of_command",
    "DROP INDEX IF EXISTS commits_of_case",
    "DROP INDEX IF EXISTS commits_do_not_fork",
    "DROP INDEX IF EXISTS events_of_case",
    "DROP INDEX IF EXISTS pending_commits_of_case",
    "DROP INDEX IF EXISTS pending_commits_do_not_fork",
    "DROP INDEX IF EXISTS pending_events_of_case",
    "DROP INDEX IF EXISTS pending_events_of_commit",
    "DROP INDEX IF EXISTS notifications_not_sent",
    "ALTER TABLE commits RENAME TO commits_before",
    "ALTER TABLE events RENAME TO events_before",
    "ALTER TABLE pending_commits RENAME TO pending_commits_before",
    "ALTER TABLE pending_events RENAME TO pending_events_before",
    "ALTER TABLE notifications_to_send RENAME TO notifications_before",
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
        recorded_at TEXT NOT NULL,
        UNIQUE (command_id, case_id)
    ) STRICT
    """,
    """
    CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        commit_position INTEGER NOT NULL REFERENCES commits (position),
        case_id TEXT NOT NULL,
        event_id TEXT NOT NULL,
        event_type TEXT NOT NULL,
        aggregate_id TEXT NOT NULL,
        version INTEGER NOT NULL CHECK (version >= 1),
        timestamp TEXT NOT NULL,
        payload TEXT NOT NULL CHECK (json_valid(payload)),
        payload_model_name TEXT NOT NULL,
        metadata TEXT NOT NULL CHECK (json_valid(metadata)),
        UNIQUE (event_id, case_id),
        UNIQUE (aggregate_id, case_id, version)
    ) STRICT
    """,
    # A command id is unique in what is pending here, for one database gave all of these commands.
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
    """
    CREATE TABLE pending_events (
        position INTEGER PRIMARY KEY,
        commit_position INTEGER NOT NULL REFERENCES pending_commits (position),
        case_id TEXT NOT NULL,
        event_id TEXT NOT NULL,
        event_type TEXT NOT NULL,
        aggregate_id TEXT NOT NULL,
        version INTEGER NOT NULL CHECK (version >= 1),
        timestamp TEXT NOT NULL,
        payload TEXT NOT NULL CHECK (json_valid(payload)),
        payload_model_name TEXT NOT NULL,
        metadata TEXT NOT NULL CHECK (json_valid(metadata)),
        UNIQUE (event_id, case_id),
        UNIQUE (aggregate_id, case_id, version)
    ) STRICT
    """,
    """
    CREATE TABLE notifications_to_send (
        event_id TEXT NOT NULL,
        case_id TEXT NOT NULL,
        sent_at TEXT,
        PRIMARY KEY (event_id, case_id)
    ) STRICT
    """,
    f"INSERT INTO commits ({_COMMIT_COLUMNS}) SELECT {_COMMIT_COLUMNS} FROM commits_before ORDER BY position",
    f"INSERT INTO events ({_EVENT_COLUMNS}) SELECT {_EVENT_COLUMNS} FROM events_before ORDER BY position",
    f"INSERT INTO pending_commits ({_COMMIT_COLUMNS}) SELECT {_COMMIT_COLUMNS} FROM pending_commits_before"
    " ORDER BY position",
    f"INSERT INTO pending_events ({_EVENT_COLUMNS}) SELECT {_EVENT_COLUMNS} FROM pending_events_before"
    " ORDER BY position",
    "INSERT INTO notifications_to_send (event_id, case_id, sent_at)"
    " SELECT event_id, case_id, sent_at FROM notifications_before JOIN events USING (event_id)",
    "DROP TABLE events_before",
    "DROP TABLE commits_before",
    "DROP TABLE pending_events_before",
    "DROP TABLE pending_commits_before",
    "DROP TABLE notifications_before",
    "CREATE INDEX commits_of_case ON commits (case_id, position)",
    "CREATE UNIQUE INDEX commits_do_not_fork ON commits (case_id, coalesce(parent, ''))",
    "CREATE INDEX events_of_case ON events (case_id, position)",
    "CREATE INDEX pending_commits_of_case ON pending_commits (case_id, position)",
    "CREATE UNIQUE INDEX pending_commits_do_not_fork ON pending_commits (case_id, coalesce(parent, ''))",
    "CREATE INDEX pending_events_of_case ON pending_events (case_id, position)",
    "CREATE INDEX pending_events_of_commit ON pending_events (commit_position)",
    "CREATE INDEX notifications_not_sent ON notifications_to_send (event_id, case_id) WHERE sent_at IS NULL",
    *LOG_TRIGGERS.values(),
    *TEAM_TRIGGERS.values(),
)
