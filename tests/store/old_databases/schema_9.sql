PRAGMA application_id = 1128354629;
PRAGMA user_version = 9;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'caseworker','the_log','2026-11-30 23:48:54.786466+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'caseworker','what_the_config_service_answered','2026-11-30 23:48:54.786708+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'caseworker','the_team','2026-11-30 23:48:54.792224+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'caseworker','dead_letters','2026-11-30 23:48:54.792510+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'caseworker','files_of_this_machine','2026-11-30 23:48:54.792668+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'caseworker','sending','2026-11-30 23:48:54.792837+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'caseworker','desks','2026-11-30 23:48:54.793036+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'caseworker','ids_within_their_case','2026-11-30 23:48:54.803564+00:00');
INSERT INTO "_sqlite_migrations" VALUES(9,'caseworker','rows_that_wait','2026-11-30 23:48:54.803924+00:00');
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
    ;
INSERT INTO "commits" VALUES(1,'c603fa32ac03fd42dca50694076579eebcebd066aca91206bc5ea969365b7048',1,'b6f52e0b-5074-8301-8de6-5c262b0ef429',NULL,'one','{"command":"CreateCase","data":{"case_type":"standard","client_id":"C-1","persons":[{"birthdate":"1980-02-29","firstname":"Ana","lastname":"Ruiz","nationality":"ES"}],"traitement_type":"KYC"}}','ana''s laptop','ana','2026.1','2026-01-02T09:00:01.000000+00:00');
INSERT INTO "commits" VALUES(2,'178b6b7e1c811d8236eca6124637976cda90ffc4753e54dd19867a8a6aec1748',1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','c603fa32ac03fd42dca50694076579eebcebd066aca91206bc5ea969365b7048','three','{"command":"AddNote","data":{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","text":"They called."}}','ana''s laptop','ana','2026.1','2026-01-02T09:00:03.000000+00:00');
INSERT INTO "commits" VALUES(3,'5fd0d2def9839d0cb4ab18ab3deb01e348707f16838cb1edbe6a5455df848a03',1,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407',NULL,'two','{"command":"CreateCase","data":{"case_type":"standard","client_id":"C-1","persons":[{"birthdate":"1980-02-29","firstname":"Ana","lastname":"Ruiz","nationality":"ES"}],"traitement_type":"KYC"}}','ana''s laptop','ana','2026.1','2026-01-02T09:00:02.000000+00:00');
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
    ;
CREATE TABLE cursors (
        log_partition INTEGER PRIMARY KEY,
        next_offset INTEGER NOT NULL
    ) STRICT
    ;
INSERT INTO "cursors" VALUES(0,2);
INSERT INTO "cursors" VALUES(1,1);
INSERT INTO "cursors" VALUES(2,0);
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
    ;
CREATE TABLE desks (
        person TEXT PRIMARY KEY,
        query TEXT NOT NULL,
        case_id TEXT,
        columns TEXT NOT NULL
    ) STRICT
    ;
CREATE TABLE discarded_commands (
        command_id TEXT PRIMARY KEY,
        case_id TEXT NOT NULL,
        record TEXT NOT NULL CHECK (json_valid(record)),
        reason TEXT NOT NULL,
        replaced_by TEXT,
        discarded_by TEXT NOT NULL,
        discarded_at TEXT NOT NULL
    ) STRICT
    ;
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
    ;
INSERT INTO "events" VALUES(1,1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-6a68-75e5-8199-d321724d876e','CaseCreated','b6f52e0b-5074-8301-8de6-5c262b0ef429',1,'2026-01-02T09:00:01.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","reference":"1ED-F5Q-RQB","client_id":"C-1","traitement_type":"KYC","case_type":"standard","status":"OPEN","name":"Ana Ruiz"}','CaseCreated.v1','{"correlation_id":"one","causation_id":"one","actor":"ana","device":"ana''s laptop"}');
INSERT INTO "events" VALUES(2,1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-6a68-76b0-968a-48bb59b8dd1a','PersonAddedToCase','b6f52e0b-5074-8301-8de6-5c262b0ef429',2,'2026-01-02T09:00:01.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","person_id":"b6f52e0b-5074-86b3-9e12-3aca97deaba1","person":{"firstname":"Ana","lastname":"Ruiz","birthdate":"1980-02-29","nationality":"ES"}}','PersonAddedToCase.v1','{"correlation_id":"one","causation_id":"one","actor":"ana","device":"ana''s laptop"}');
INSERT INTO "events" VALUES(3,1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-6a68-731e-9100-4189739fbc6d','NotificationRequired','b6f52e0b-5074-8301-8de6-5c262b0ef429',3,'2026-01-02T09:00:01.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","notification_id":"b6f52e0b-5074-8c9b-9d35-eb987709548b","event_trigger":"CASE_CREATED_KYC_STANDARD","rule_id":"welcome","notification_type":"EMAIL","client_id":"C-1"}','NotificationRequired.v1','{"correlation_id":"one","causation_id":"one","actor":"ana","device":"ana''s laptop"}');
INSERT INTO "events" VALUES(4,2,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-7238-7fc6-a1cb-385f63fdcaa7','NoteAdded','b6f52e0b-5074-8301-8de6-5c262b0ef429',4,'2026-01-02T09:00:03.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","note_id":"b6f52e0b-5074-8bdd-bfd8-4af63282e804","text":"They called."}','NoteAdded.v1','{"correlation_id":"three","causation_id":"three","actor":"ana","device":"ana''s laptop"}');
INSERT INTO "events" VALUES(5,3,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407','019b7def-6e50-7440-b558-0ed3412eed4e','CaseCreated','8b46fc13-cd20-8f9f-a9c0-55a415fa5407',1,'2026-01-02T09:00:02.000000+00:00','{"case_id":"8b46fc13-cd20-8f9f-a9c0-55a415fa5407","reference":"H8H-P22-VCX","client_id":"C-1","traitement_type":"KYC","case_type":"standard","status":"OPEN","name":"Ana Ruiz"}','CaseCreated.v1','{"correlation_id":"two","causation_id":"two","actor":"ana","device":"ana''s laptop"}');
INSERT INTO "events" VALUES(6,3,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407','019b7def-6e50-7e26-9f7f-1870587bcdfb','PersonAddedToCase','8b46fc13-cd20-8f9f-a9c0-55a415fa5407',2,'2026-01-02T09:00:02.000000+00:00','{"case_id":"8b46fc13-cd20-8f9f-a9c0-55a415fa5407","person_id":"8b46fc13-cd20-81ee-a1f7-597c26eb7ee8","person":{"firstname":"Ana","lastname":"Ruiz","birthdate":"1980-02-29","nationality":"ES"}}','PersonAddedToCase.v1','{"correlation_id":"two","causation_id":"two","actor":"ana","device":"ana''s laptop"}');
INSERT INTO "events" VALUES(7,3,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407','019b7def-6e50-7e39-85eb-d09ebc2404c1','NotificationRequired','8b46fc13-cd20-8f9f-a9c0-55a415fa5407',3,'2026-01-02T09:00:02.000000+00:00','{"case_id":"8b46fc13-cd20-8f9f-a9c0-55a415fa5407","notification_id":"8b46fc13-cd20-8f6d-bb53-b40fa2dabf02","event_trigger":"CASE_CREATED_KYC_STANDARD","rule_id":"welcome","notification_type":"EMAIL","client_id":"C-1"}','NotificationRequired.v1','{"correlation_id":"two","causation_id":"two","actor":"ana","device":"ana''s laptop"}');
CREATE TABLE kept_files (sha256 TEXT PRIMARY KEY, kept_at TEXT NOT NULL) STRICT;
CREATE TABLE notification_answers (
        service_url TEXT NOT NULL,
        event_trigger TEXT NOT NULL,
        rule TEXT CHECK (rule IS NULL OR json_valid(rule)),
        answered_at TEXT NOT NULL,
        PRIMARY KEY (service_url, event_trigger)
    ) STRICT, WITHOUT ROWID
    ;
CREATE TABLE notification_services (
        service_url TEXT PRIMARY KEY,
        asked_at TEXT NOT NULL,
        answered_at TEXT,
        trouble TEXT
    ) STRICT, WITHOUT ROWID
    ;
CREATE TABLE notifications_to_send (
        event_id TEXT NOT NULL,
        case_id TEXT NOT NULL,
        sent_at TEXT,
        PRIMARY KEY (event_id, case_id)
    ) STRICT
    ;
INSERT INTO "notifications_to_send" VALUES('019b7def-6a68-731e-9100-4189739fbc6d','b6f52e0b-5074-8301-8de6-5c262b0ef429',NULL);
INSERT INTO "notifications_to_send" VALUES('019b7def-6e50-7e39-85eb-d09ebc2404c1','8b46fc13-cd20-8f9f-a9c0-55a415fa5407',NULL);
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
    ;
INSERT INTO "pending_commits" VALUES(1,'29b4d5eb8cec0f72e3c49c85b0c403868977c664616ef4340660ea87f12d0567',1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','178b6b7e1c811d8236eca6124637976cda90ffc4753e54dd19867a8a6aec1748','four','{"command":"AddNote","data":{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","text":"Not sent yet."}}','ana''s laptop','ana','2026.1','2026-01-02T09:00:06.000000+00:00');
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
    ;
INSERT INTO "pending_events" VALUES(1,1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-7df0-7212-a62c-57de005bbb85','NoteAdded','b6f52e0b-5074-8301-8de6-5c262b0ef429',5,'2026-01-02T09:00:06.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","note_id":"b6f52e0b-5074-87ad-a4d0-1fbb6fe8a91c","text":"Not sent yet."}','NoteAdded.v1','{"correlation_id":"four","causation_id":"four","actor":"ana","device":"ana''s laptop"}');
CREATE TABLE projections (
        table_name TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL
    ) STRICT
    ;
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
    ;
CREATE TABLE rejected_records (
        log_partition INTEGER NOT NULL,
        log_offset INTEGER NOT NULL,
        case_id TEXT,
        reason TEXT NOT NULL,
        key BLOB,
        value BLOB,
        PRIMARY KEY (log_partition, log_offset)
    ) STRICT
    ;
CREATE TABLE saved_views (
        person TEXT NOT NULL,
        name TEXT NOT NULL,
        query TEXT NOT NULL,
        PRIMARY KEY (person, name)
    ) STRICT
    ;
CREATE TABLE sending (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        sender TEXT NOT NULL,
        topic_id TEXT,
        ends TEXT CHECK (ends IS NULL OR json_valid(ends))
    ) STRICT
    ;
INSERT INTO "sending" VALUES(1,'93dd5acbfe757ee91c24b8d79ec387d1',NULL,NULL);
CREATE TABLE team (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        cluster_id TEXT NOT NULL,
        topic_id TEXT NOT NULL,
        partitions INTEGER NOT NULL,
        joined_at TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO "team" VALUES(1,'cluster','topic',3,'2026-01-02T09:00:00.000000+00:00');
CREATE TABLE waiting_rows (
        case_id TEXT PRIMARY KEY,
        commit_id TEXT NOT NULL,
        sentence TEXT NOT NULL
    ) STRICT
;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX quarantined_records_of_case ON quarantined_records (case_id, log_offset);
CREATE INDEX conflicts_of_case ON conflicts (case_id);
CREATE INDEX commits_of_case ON commits (case_id, position);
CREATE UNIQUE INDEX commits_do_not_fork ON commits (case_id, coalesce(parent, ''));
CREATE INDEX events_of_case ON events (case_id, position);
CREATE INDEX pending_commits_of_case ON pending_commits (case_id, position);
CREATE UNIQUE INDEX pending_commits_do_not_fork ON pending_commits (case_id, coalesce(parent, ''));
CREATE INDEX pending_events_of_case ON pending_events (case_id, position);
CREATE INDEX pending_events_of_commit ON pending_events (commit_position);
CREATE INDEX notifications_not_sent ON notifications_to_send (event_id, case_id) WHERE sent_at IS NULL;
CREATE TRIGGER pending_commits_no_update BEFORE update ON pending_commits
BEGIN SELECT raise(ABORT, 'pending_commits of the log are never changed'); END;
CREATE TRIGGER pending_events_no_update BEFORE update ON pending_events
BEGIN SELECT raise(ABORT, 'pending_events of the log are never changed'); END;
CREATE TRIGGER rejected_records_no_update BEFORE update ON rejected_records
BEGIN SELECT raise(ABORT, 'rejected_records of the log are never changed or deleted'); END;
CREATE TRIGGER rejected_records_no_delete BEFORE delete ON rejected_records
BEGIN SELECT raise(ABORT, 'rejected_records of the log are never changed or deleted'); END;
CREATE TRIGGER discarded_commands_no_update BEFORE update ON discarded_commands
BEGIN SELECT raise(ABORT, 'discarded_commands of the log are never changed or deleted'); END;
CREATE TRIGGER discarded_commands_no_delete BEFORE delete ON discarded_commands
BEGIN SELECT raise(ABORT, 'discarded_commands of the log are never changed or deleted'); END;
CREATE TRIGGER commits_no_update BEFORE update ON commits
BEGIN SELECT raise(ABORT, 'commits of the log are never changed or deleted'); END;
CREATE TRIGGER commits_no_delete BEFORE delete ON commits
BEGIN SELECT raise(ABORT, 'commits of the log are never changed or deleted'); END;
CREATE TRIGGER events_no_update BEFORE update ON events
BEGIN SELECT raise(ABORT, 'events of the log are never changed or deleted'); END;
CREATE TRIGGER events_no_delete BEFORE delete ON events
BEGIN SELECT raise(ABORT, 'events of the log are never changed or deleted'); END;
CREATE TRIGGER commits_no_replace BEFORE INSERT ON commits
WHEN EXISTS (SELECT 1 FROM commits WHERE (position = NEW.position) OR (command_id = NEW.command_id AND case_id = NEW.case_id) OR (case_id = NEW.case_id AND coalesce(parent, '') = coalesce(NEW.parent, '')))
BEGIN SELECT raise(ABORT, 'commits of the log are never replaced'); END;
CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE (position = NEW.position) OR (event_id = NEW.event_id AND case_id = NEW.case_id) OR (aggregate_id = NEW.aggregate_id AND case_id = NEW.case_id AND version = NEW.version))
BEGIN SELECT raise(ABORT, 'events of the log are never replaced'); END;
COMMIT;
