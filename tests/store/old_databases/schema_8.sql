PRAGMA application_id = 1128354629;
PRAGMA user_version = 8;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'caseworker','the_log','2026-11-30 21:49:18.880651+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'caseworker','what_the_config_service_answered','2026-11-30 21:49:18.880937+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'caseworker','the_team','2026-11-30 21:49:18.881879+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'caseworker','dead_letters','2026-11-30 21:49:18.882116+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'caseworker','files_of_this_machine','2026-11-30 21:49:18.882321+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'caseworker','sending','2026-11-30 21:49:18.882481+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'caseworker','desks','2026-11-30 21:49:18.882685+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'caseworker','ids_within_their_case','2026-11-30 21:49:18.888993+00:00');
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
INSERT INTO "commits" VALUES(1,'6c26c4f822ec870606fe30a88e1c5297a1d7099ff03676afb84af6f1683a05f6',1,'b6f52e0b-5074-8301-8de6-5c262b0ef429',NULL,'one','{"command":"CreateCase","data":{"case_type":"standard","client_id":"C-1","persons":[{"firstname":"Ana","lastname":"Ruiz"}],"traitement_type":"KYC"}}','old-laptop','ana','2026.1','2026-01-02T09:00:01.000000+00:00');
INSERT INTO "commits" VALUES(2,'44a90b09f03d605c4f916266451ffe670c90ea47e4dd6807d97dece85b1f77d7',1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','6c26c4f822ec870606fe30a88e1c5297a1d7099ff03676afb84af6f1683a05f6','note','{"command":"AddNote","data":{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","text":"They called."}}','old-laptop','ana','2026.1','2026-01-02T09:00:03.000000+00:00');
INSERT INTO "commits" VALUES(3,'d86340c036a65a33f7c9936b1f681bbb575e5d9acb96553d079a992efef1ad85',1,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407',NULL,'two','{"command":"CreateCase","data":{"case_type":"standard","client_id":"C-2","persons":[{"firstname":"Ana","lastname":"Ruiz"}],"traitement_type":"KYC"}}','old-laptop','ana','2026.1','2026-01-02T09:00:02.000000+00:00');
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
INSERT INTO "events" VALUES(1,1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-6a68-75e5-8199-d321724d876e','CaseCreated','b6f52e0b-5074-8301-8de6-5c262b0ef429',1,'2026-01-02T09:00:01.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","reference":"1ED-F5Q-RQB","client_id":"C-1","traitement_type":"KYC","case_type":"standard","status":"OPEN","name":"Ana Ruiz"}','CaseCreated.v1','{"correlation_id":"one","causation_id":"one","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(2,1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-6a68-76b0-968a-48bb59b8dd1a','PersonAddedToCase','b6f52e0b-5074-8301-8de6-5c262b0ef429',2,'2026-01-02T09:00:01.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","person_id":"b6f52e0b-5074-86b3-9e12-3aca97deaba1","person":{"firstname":"Ana","lastname":"Ruiz"}}','PersonAddedToCase.v1','{"correlation_id":"one","causation_id":"one","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(3,1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-6a68-731e-9100-4189739fbc6d','NotificationRequired','b6f52e0b-5074-8301-8de6-5c262b0ef429',3,'2026-01-02T09:00:01.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","notification_id":"b6f52e0b-5074-8c9b-9d35-eb987709548b","event_trigger":"CASE_CREATED_KYC_STANDARD","rule_id":"welcome","notification_type":"EMAIL","client_id":"C-1"}','NotificationRequired.v1','{"correlation_id":"one","causation_id":"one","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(4,2,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-7238-7d46-8804-827482ea288e','NoteAdded','b6f52e0b-5074-8301-8de6-5c262b0ef429',4,'2026-01-02T09:00:03.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","note_id":"b6f52e0b-5074-80c7-933f-1eacc2115422","text":"They called."}','NoteAdded.v1','{"correlation_id":"note","causation_id":"note","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(5,3,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407','019b7def-6e50-7440-b558-0ed3412eed4e','CaseCreated','8b46fc13-cd20-8f9f-a9c0-55a415fa5407',1,'2026-01-02T09:00:02.000000+00:00','{"case_id":"8b46fc13-cd20-8f9f-a9c0-55a415fa5407","reference":"H8H-P22-VCX","client_id":"C-2","traitement_type":"KYC","case_type":"standard","status":"OPEN","name":"Ana Ruiz"}','CaseCreated.v1','{"correlation_id":"two","causation_id":"two","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(6,3,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407','019b7def-6e50-7e26-9f7f-1870587bcdfb','PersonAddedToCase','8b46fc13-cd20-8f9f-a9c0-55a415fa5407',2,'2026-01-02T09:00:02.000000+00:00','{"case_id":"8b46fc13-cd20-8f9f-a9c0-55a415fa5407","person_id":"8b46fc13-cd20-81ee-a1f7-597c26eb7ee8","person":{"firstname":"Ana","lastname":"Ruiz"}}','PersonAddedToCase.v1','{"correlation_id":"two","causation_id":"two","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(7,3,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407','019b7def-6e50-7e39-85eb-d09ebc2404c1','NotificationRequired','8b46fc13-cd20-8f9f-a9c0-55a415fa5407',3,'2026-01-02T09:00:02.000000+00:00','{"case_id":"8b46fc13-cd20-8f9f-a9c0-55a415fa5407","notification_id":"8b46fc13-cd20-8f6d-bb53-b40fa2dabf02","event_trigger":"CASE_CREATED_KYC_STANDARD","rule_id":"welcome","notification_type":"EMAIL","client_id":"C-2"}','NotificationRequired.v1','{"correlation_id":"two","causation_id":"two","actor":"ana","device":"old-laptop"}');
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
INSERT INTO "pending_commits" VALUES(1,'7f73df36e27f29c09a7f9da6554cb6d1944313e616f6cb16d22f07ee4005f21b',1,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407','d86340c036a65a33f7c9936b1f681bbb575e5d9acb96553d079a992efef1ad85','pending','{"command":"AddNote","data":{"case_id":"8b46fc13-cd20-8f9f-a9c0-55a415fa5407","text":"Not sent yet."}}','old-laptop','ana','2026.1','2026-01-02T09:00:07.000000+00:00');
INSERT INTO "pending_commits" VALUES(2,'3e7a50b21c2a78094674675f75be3982ea9070ac4db06d7fdf13584009354e2f',1,'d0e2017b-5550-8cf6-9bc1-60c9cb7dedf5',NULL,'three','{"command":"CreateCase","data":{"case_type":"standard","client_id":"C-3","persons":[{"firstname":"Ana","lastname":"Ruiz"}],"traitement_type":"KYC"}}','old-laptop','ana','2026.1','2026-01-02T09:00:08.000000+00:00');
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
INSERT INTO "pending_events" VALUES(1,1,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407','019b7def-81d8-78a5-a71a-ed3b61a07013','NoteAdded','8b46fc13-cd20-8f9f-a9c0-55a415fa5407',4,'2026-01-02T09:00:07.000000+00:00','{"case_id":"8b46fc13-cd20-8f9f-a9c0-55a415fa5407","note_id":"8b46fc13-cd20-859c-a923-ab80ca2b85ce","text":"Not sent yet."}','NoteAdded.v1','{"correlation_id":"pending","causation_id":"pending","actor":"ana","device":"old-laptop"}');
INSERT INTO "pending_events" VALUES(2,2,'d0e2017b-5550-8cf6-9bc1-60c9cb7dedf5','019b7def-85c0-7759-84d7-d8bfc52f8114','CaseCreated','d0e2017b-5550-8cf6-9bc1-60c9cb7dedf5',1,'2026-01-02T09:00:08.000000+00:00','{"case_id":"d0e2017b-5550-8cf6-9bc1-60c9cb7dedf5","reference":"F20-FWV-T6C","client_id":"C-3","traitement_type":"KYC","case_type":"standard","status":"OPEN","name":"Ana Ruiz"}','CaseCreated.v1','{"correlation_id":"three","causation_id":"three","actor":"ana","device":"old-laptop"}');
INSERT INTO "pending_events" VALUES(3,2,'d0e2017b-5550-8cf6-9bc1-60c9cb7dedf5','019b7def-85c0-7e21-bd11-f35e57101308','PersonAddedToCase','d0e2017b-5550-8cf6-9bc1-60c9cb7dedf5',2,'2026-01-02T09:00:08.000000+00:00','{"case_id":"d0e2017b-5550-8cf6-9bc1-60c9cb7dedf5","person_id":"d0e2017b-5550-8a78-84f4-a5319f84f353","person":{"firstname":"Ana","lastname":"Ruiz"}}','PersonAddedToCase.v1','{"correlation_id":"three","causation_id":"three","actor":"ana","device":"old-laptop"}');
INSERT INTO "pending_events" VALUES(4,2,'d0e2017b-5550-8cf6-9bc1-60c9cb7dedf5','019b7def-85c0-7484-90ac-b533436a4501','NotificationRequired','d0e2017b-5550-8cf6-9bc1-60c9cb7dedf5',3,'2026-01-02T09:00:08.000000+00:00','{"case_id":"d0e2017b-5550-8cf6-9bc1-60c9cb7dedf5","notification_id":"d0e2017b-5550-85af-91d3-e52c6be8e816","event_trigger":"CASE_CREATED_KYC_STANDARD","rule_id":"welcome","notification_type":"EMAIL","client_id":"C-3"}','NotificationRequired.v1','{"correlation_id":"three","causation_id":"three","actor":"ana","device":"old-laptop"}');
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
INSERT INTO "sending" VALUES(1,'2ae60f1ef1b03a912a43bcc06e60f3a3',NULL,NULL);
CREATE TABLE team (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        cluster_id TEXT NOT NULL,
        topic_id TEXT NOT NULL,
        partitions INTEGER NOT NULL,
        joined_at TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO "team" VALUES(1,'cluster','topic',3,'2026-01-02T09:00:04.000000+00:00');
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
