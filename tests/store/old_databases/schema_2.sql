PRAGMA application_id = 1128354629;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'caseworker','the_log','2026-11-30 21:43:36.990770+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'caseworker','what_the_config_service_answered','2026-11-30 21:43:36.991027+00:00');
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
    ;
INSERT INTO "commits" VALUES(1,'6c26c4f822ec870606fe30a88e1c5297a1d7099ff03676afb84af6f1683a05f6',1,'b6f52e0b-5074-8301-8de6-5c262b0ef429',NULL,'one','{"command":"CreateCase","data":{"case_type":"standard","client_id":"C-1","persons":[{"firstname":"Ana","lastname":"Ruiz"}],"traitement_type":"KYC"}}','old-laptop','ana','2026.1','2026-01-02T09:00:01.000000+00:00');
INSERT INTO "commits" VALUES(2,'d86340c036a65a33f7c9936b1f681bbb575e5d9acb96553d079a992efef1ad85',1,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407',NULL,'two','{"command":"CreateCase","data":{"case_type":"standard","client_id":"C-2","persons":[{"firstname":"Ana","lastname":"Ruiz"}],"traitement_type":"KYC"}}','old-laptop','ana','2026.1','2026-01-02T09:00:02.000000+00:00');
INSERT INTO "commits" VALUES(3,'e34f4c0de40df7d7ea8b0937ed652e4a16c16ce684896eb92794255a94fc2daf',1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','6c26c4f822ec870606fe30a88e1c5297a1d7099ff03676afb84af6f1683a05f6','note','{"command":"AddNote","data":{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","text":"They called."}}','old-laptop','ana','2026.1','2026-01-02T09:00:03.000000+00:00');
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
    ;
INSERT INTO "events" VALUES(1,1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-6a68-75e5-8199-d321724d876e','CaseCreated','b6f52e0b-5074-8301-8de6-5c262b0ef429',1,'2026-01-02T09:00:01.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","reference":"1ED-F5Q-RQB","client_id":"C-1","traitement_type":"KYC","case_type":"standard","status":"OPEN","name":"Ana Ruiz"}','CaseCreated.v1','{"correlation_id":"one","causation_id":"one","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(2,1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-6a68-76b0-968a-48bb59b8dd1a','PersonAddedToCase','b6f52e0b-5074-8301-8de6-5c262b0ef429',2,'2026-01-02T09:00:01.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","person_id":"b6f52e0b-5074-86b3-9e12-3aca97deaba1","person":{"firstname":"Ana","lastname":"Ruiz"}}','PersonAddedToCase.v1','{"correlation_id":"one","causation_id":"one","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(3,1,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-6a68-731e-9100-4189739fbc6d','NotificationRequired','b6f52e0b-5074-8301-8de6-5c262b0ef429',3,'2026-01-02T09:00:01.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","notification_id":"b6f52e0b-5074-8c9b-9d35-eb987709548b","event_trigger":"CASE_CREATED_KYC_STANDARD","rule_id":"welcome","notification_type":"EMAIL","client_id":"C-1"}','NotificationRequired.v1','{"correlation_id":"one","causation_id":"one","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(4,2,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407','019b7def-6e50-7440-b558-0ed3412eed4e','CaseCreated','8b46fc13-cd20-8f9f-a9c0-55a415fa5407',1,'2026-01-02T09:00:02.000000+00:00','{"case_id":"8b46fc13-cd20-8f9f-a9c0-55a415fa5407","reference":"H8H-P22-VCX","client_id":"C-2","traitement_type":"KYC","case_type":"standard","status":"OPEN","name":"Ana Ruiz"}','CaseCreated.v1','{"correlation_id":"two","causation_id":"two","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(5,2,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407','019b7def-6e50-7e26-9f7f-1870587bcdfb','PersonAddedToCase','8b46fc13-cd20-8f9f-a9c0-55a415fa5407',2,'2026-01-02T09:00:02.000000+00:00','{"case_id":"8b46fc13-cd20-8f9f-a9c0-55a415fa5407","person_id":"8b46fc13-cd20-81ee-a1f7-597c26eb7ee8","person":{"firstname":"Ana","lastname":"Ruiz"}}','PersonAddedToCase.v1','{"correlation_id":"two","causation_id":"two","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(6,2,'8b46fc13-cd20-8f9f-a9c0-55a415fa5407','019b7def-6e50-7e39-85eb-d09ebc2404c1','NotificationRequired','8b46fc13-cd20-8f9f-a9c0-55a415fa5407',3,'2026-01-02T09:00:02.000000+00:00','{"case_id":"8b46fc13-cd20-8f9f-a9c0-55a415fa5407","notification_id":"8b46fc13-cd20-8f6d-bb53-b40fa2dabf02","event_trigger":"CASE_CREATED_KYC_STANDARD","rule_id":"welcome","notification_type":"EMAIL","client_id":"C-2"}','NotificationRequired.v1','{"correlation_id":"two","causation_id":"two","actor":"ana","device":"old-laptop"}');
INSERT INTO "events" VALUES(7,3,'b6f52e0b-5074-8301-8de6-5c262b0ef429','019b7def-7238-7d46-8804-827482ea288e','NoteAdded','b6f52e0b-5074-8301-8de6-5c262b0ef429',4,'2026-01-02T09:00:03.000000+00:00','{"case_id":"b6f52e0b-5074-8301-8de6-5c262b0ef429","note_id":"b415da5a-38b8-8fa2-b138-d439783a3e26","text":"They called."}','NoteAdded.v1','{"correlation_id":"note","causation_id":"note","actor":"ana","device":"old-laptop"}');
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
CREATE TABLE projections (
        table_name TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL
    ) STRICT
    ;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX commits_of_case ON commits (case_id, position);
CREATE UNIQUE INDEX commits_do_not_fork ON commits (case_id, coalesce(parent, ''));
CREATE INDEX events_of_case ON events (case_id, position);
CREATE TRIGGER commits_no_update BEFORE update ON commits
BEGIN SELECT raise(ABORT, 'commits of the log are never changed or deleted'); END;
CREATE TRIGGER commits_no_delete BEFORE delete ON commits
BEGIN SELECT raise(ABORT, 'commits of the log are never changed or deleted'); END;
CREATE TRIGGER events_no_update BEFORE update ON events
BEGIN SELECT raise(ABORT, 'events of the log are never changed or deleted'); END;
CREATE TRIGGER events_no_delete BEFORE delete ON events
BEGIN SELECT raise(ABORT, 'events of the log are never changed or deleted'); END;
CREATE TRIGGER commits_no_replace BEFORE INSERT ON commits
WHEN EXISTS (SELECT 1 FROM commits WHERE (position = NEW.position) OR (command_id = NEW.command_id) OR (case_id = NEW.case_id AND coalesce(parent, '') = coalesce(NEW.parent, '')))
BEGIN SELECT raise(ABORT, 'commits of the log are never replaced'); END;
CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE (position = NEW.position) OR (event_id = NEW.event_id) OR (aggregate_id = NEW.aggregate_id AND version = NEW.version))
BEGIN SELECT raise(ABORT, 'events of the log are never replaced'); END;
COMMIT;
