"""How fast all read tables are made anew from the log: beside SQLite alone, with an INSERT … SELECT for each table.

The SQL knows only the events that generated cases have, and calls our functions for what it can’t do: folding words.
`verify` finds its tables right.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from typing import Final

from benchmarks.ceiling import open_raw
from benchmarks.figures import Figure, Scale, alternating, per_second, ratio_at_least
from benchmarks.generate import generate
from store.domain.likeness import registration_key
from store.domain.names import company_key, folded_words, name_key
from store.engine.case_store import CaseStore
from store.projections import PROJECTIONS
from store.sqlite.transactions import use_for_bulk_work

ROUNDS: Final = 3

_FULL_NAME: Final = "payload ->> '$.person.firstname' || ' ' || (payload ->> '$.person.lastname')"
_OWNER: Final = (
    "payload ->> '$.owner.person_details.firstname' || ' ' || (payload ->> '$.owner.person_details.lastname')"
)
_OWNER_NAME: Final = f"coalesce({_OWNER}, payload ->> '$.owner.entity_details.name')"
_WITH_ACTOR: Final = "events AS e JOIN commits AS c ON c.position = e.commit_position"

SQL: Final[Mapping[str, str]] = {
    "companies": """
        SELECT payload ->> 'company_id', case_id, payload ->> '$.profile.registered_name',
            payload ->> '$.profile.trading_name', payload ->> '$.profile.registration_number',
            payload ->> '$.profile.registration_date', payload ->> '$.profile.country_of_incorporation',
            payload ->> '$.profile.lei', payload ->> '$.profile.legal_form', payload ->> '$.profile.business_type',
            payload ->> '$.profile.industry_sector', payload ->> '$.profile.registered_address.street',
            payload ->> '$.profile.registered_address.city', payload ->> '$.profile.registered_address.state_province',
            payload ->> '$.profile.registered_address.postal_code', payload ->> '$.profile.registered_address.country'
        FROM events WHERE event_type = 'CompanyProfileCreated'
    """,
    "persons": """
        SELECT payload ->> 'person_id', case_id, payload ->> 'company_id', payload ->> '$.person.firstname',
            payload ->> '$.person.lastname', payload ->> '$.person.birthdate', payload ->> '$.person.role_in_company',
            payload ->> '$.person.nationality', payload ->> '$.person.country_of_residence',
            payload ->> '$.person.email'
        FROM events WHERE event_type IN ('PersonAddedToCase', 'PersonLinkedToCompany')
    """,
    "beneficial_owners": f"""
        SELECT payload ->> 'owner_id', case_id, payload ->> 'company_id', payload ->> 'person_id',
            payload ->> '$.owner.kind', {_OWNER_NAME}, payload ->> '$.owner.person_details.birthdate',
            coalesce(payload ->> '$.owner.person_details.nationality', payload ->> '$.owner.entity_details.country'),
            payload ->> '$.owner.entity_details.registration_number', payload ->> '$.owner.entity_details.lei',
            payload ->> '$.owner.unspecified_reason', payload ->> '$.owner.unspecified_details',
            payload ->> '$.owner.ownership_percentage', payload ->> '$.owner.ownership_percentage',
            payload ->> '$.owner.directness', payload -> '$.owner.types_of_control', payload -> '$.owner.interests',
            payload ->> '$.owner.is_ubo', payload ->> '$.owner.party', payload ->> '$.owner.held_in',
            payload ->> '$.owner.source', payload ->> '$.owner.as_of', payload ->> '$.owner.ended_on'
        FROM events WHERE event_type = 'BeneficialOwnerAdded'
    """,
    "parties": f"""
        SELECT payload ->> 'company_id', case_id, payload ->> 'company_id', 'company',
            payload ->> '$.profile.registered_name', 'entity', company_key(payload ->> '$.profile.registered_name'),
            NULL, payload ->> '$.profile.lei',
            registration_key(
                payload ->> '$.profile.registration_number', payload ->> '$.profile.country_of_incorporation'
            ),
            payload ->> '$.profile.country_of_incorporation'
        FROM events WHERE event_type = 'CompanyProfileCreated'
        UNION ALL
        SELECT payload ->> 'person_id', case_id, payload ->> 'person_id',
            coalesce(payload ->> '$.person.role_in_company', 'person'), {_FULL_NAME}, 'person',
            name_key({_FULL_NAME}), payload ->> '$.person.birthdate', NULL, NULL, NULL
        FROM events WHERE event_type IN ('PersonAddedToCase', 'PersonLinkedToCompany')
        UNION ALL
        SELECT payload ->> 'owner_id', case_id,
            coalesce(payload ->> 'person_id', payload ->> '$.owner.party', payload ->> 'owner_id'),
            iif(payload ->> '$.owner.ended_on' IS NULL, 'owner', 'former owner'), {_OWNER_NAME},
            payload ->> '$.owner.kind',
            coalesce(name_key({_OWNER}), company_key(payload ->> '$.owner.entity_details.name')),
            payload ->> '$.owner.person_details.birthdate', payload ->> '$.owner.entity_details.lei',
            registration_key(
                payload ->> '$.owner.entity_details.registration_number', payload ->> '$.owner.entity_details.country'
            ),
            payload ->> '$.owner.entity_details.country'
        FROM events WHERE event_type = 'BeneficialOwnerAdded'
    """,
    "required_documents": f"""
        WITH moves AS MATERIALIZED (
            SELECT e.position AS position, payload ->> 'document_requirement_id' AS document_requirement_id,
                payload ->> 'new_status' AS status, payload ->> 'reason' AS reason,
                payload ->> 'reason_code' AS reason_code, payload -> 'metadata' AS metadata, timestamp, c.actor AS actor
            FROM {_WITH_ACTOR} WHERE event_type = 'DocumentStatusUpdated'
        ),
        last AS (
            SELECT document_requirement_id, max(position) AS position, status, reason, reason_code, timestamp, actor
            FROM moves GROUP BY document_requirement_id
        ),
        known AS (
            SELECT document_requirement_id, json_group_object(key, value) AS metadata FROM (
                SELECT document_requirement_id, key, value FROM moves, json_each(metadata)
                ORDER BY document_requirement_id, position
            ) GROUP BY document_requirement_id
        )
        SELECT payload ->> 'document_requirement_id', case_id, payload ->> 'document_type', payload ->> 'entity_type',
            payload ->> 'entity_id', payload ->> 'entity_name', payload ->> 'is_required',
            coalesce(status, payload ->> 'status'), reason, reason_code, coalesce(metadata, '{{}}'),
            payload ->> 'rule_id', payload ->> 'rule', coalesce(last.timestamp, asked.timestamp),
            coalesce(last.actor, asked.actor), NULL
        FROM (
            SELECT e.case_id AS case_id, payload, timestamp, c.actor AS actor
            FROM {_WITH_ACTOR} WHERE event_type = 'DocumentRequirementDetermined'
        ) AS asked
        LEFT JOIN last ON last.document_requirement_id = payload ->> 'document_requirement_id'
        LEFT JOIN known ON known.document_requirement_id = payload ->> 'document_requirement_id'
    """,
    "attachments": f"""
        SELECT payload ->> 'attachment_id', e.case_id, payload ->> 'document_requirement_id', payload ->> 'sha256',
            payload ->> 'size', payload ->> 'media_type', payload ->> 'file_name', timestamp, c.actor
        FROM {_WITH_ACTOR} WHERE event_type = 'FileAttached'
    """,
    "checks": f"""
        SELECT payload ->> 'check_id', e.case_id, payload ->> 'kind', payload ->> 'outcome', payload ->> 'entity_id',
            payload ->> 'entity_name', payload ->> 'evidence', payload -> 'screening', timestamp, c.actor
        FROM {_WITH_ACTOR} WHERE event_type = 'CheckRecorded'
    """,
    "notes": f"""
        SELECT payload ->> 'note_id', e.case_id, payload ->> 'text', timestamp, c.actor
        FROM {_WITH_ACTOR} WHERE event_type = 'NoteAdded'
    """,
    "tags": """
        SELECT case_id, payload ->> 'tag'
        FROM events WHERE event_type = 'CaseTagged'
    """,
    "notifications": f"""
        SELECT payload ->> 'notification_id', e.case_id, payload ->> 'client_id', payload ->> 'event_trigger',
            payload ->> 'rule_id', payload ->> 'notification_type', payload ->> 'template_id',
            payload ->> 'language_code', timestamp, c.actor
        FROM {_WITH_ACTOR} WHERE event_type = 'NotificationRequired'
    """,
    "search_documents": f"""
        SELECT case_id, group_concat(words, ' ') FROM (
            SELECT case_id, CASE event_type
                WHEN 'CaseCreated' THEN folded(
                    payload ->> 'reference', replace(payload ->> 'reference', '-', ''), payload ->> 'client_id'
                )
                WHEN 'CompanyProfileCreated' THEN folded(
                    payload ->> '$.profile.registered_name', payload ->> '$.profile.trading_name',
                    payload ->> '$.profile.registration_number', payload ->> '$.profile.lei'
                )
                WHEN 'BeneficialOwnerAdded' THEN folded(
                    {_OWNER_NAME}, payload ->> '$.owner.entity_details.registration_number',
                    payload ->> '$.owner.entity_details.lei'
                )
                ELSE folded({_FULL_NAME})
            END AS words
            FROM events
            WHERE event_type IN (
                'CaseCreated', 'CompanyProfileCreated', 'BeneficialOwnerAdded', 'PersonAddedToCase',
                'PersonLinkedToCompany'
            )
            ORDER BY case_id, position
        ) WHERE words > '' GROUP BY case_id
    """,
    "cases": """
        WITH last AS MATERIALIZED (
            SELECT case_id,
                max(position) AS touched,
                max(position) FILTER (WHERE event_type = 'CaseCreated') AS created,
                max(position) FILTER (WHERE event_type = 'CaseAssigned') AS assigned,
                max(position) FILTER (WHERE event_type = 'DueDateSet') AS due,
                max(position) FILTER (WHERE event_type = 'RiskRated') AS rated,
                max(position) FILTER (WHERE event_type = 'DecisionApproved') AS decided,
                max(position) FILTER (WHERE event_type IN ('CasePinned', 'CaseUnpinned')) AS pinned,
                max(position) FILTER (WHERE event_type IN ('CaseStatusChanged', 'DecisionProposed')) AS moved
            FROM events GROUP BY case_id
        ),
        documents AS MATERIALIZED (
            SELECT case_id, sum(is_required) AS required,
                sum(is_required AND status IN ('VERIFIED_SYSTEM', 'VERIFIED_MANUAL', 'NOT_APPLICABLE')) AS done,
                sum(status = 'REJECTED') AS rejected, sum(status = 'UPLOADED') AS uploaded
            FROM required_documents GROUP BY case_id
        )
        SELECT last.case_id, created.payload ->> 'reference', created.payload ->> 'client_id',
            created.payload ->> 'traitement_type', created.payload ->> 'case_type',
            CASE moved.event_type WHEN 'DecisionProposed' THEN 'PENDING_APPROVAL'
                WHEN 'CaseStatusChanged' THEN moved.payload ->> 'new_status' ELSE created.payload ->> 'status' END,
            created.payload ->> 'name', assigned.payload ->> 'assignee', due.payload ->> 'due_date',
            rated.payload ->> 'level', decided.timestamp, decided.payload ->> 'next_review_on',
            moved.payload ->> 'decision', moved.payload ->> 'proposed_by',
            iif(moved.event_type = 'DecisionProposed', moved.payload ->> 'reason', NULL),
            created.payload ->> 'company_id', created.payload ->> 'source',
            coalesce(required, 0), coalesce(done, 0), coalesce(rejected, 0), coalesce(uploaded, 0),
            coalesce(pin.event_type = 'CasePinned', 0),
            created.timestamp, touched.timestamp, c.actor, touched.event_type
        FROM last
        JOIN events AS created ON created.position = last.created
        JOIN events AS touched ON touched.position = last.touched
        JOIN commits AS c ON c.position = touched.commit_position
        LEFT JOIN events AS assigned ON assigned.position = last.assigned
        LEFT JOIN events AS due ON due.position = last.due
        LEFT JOIN events AS rated ON rated.position = last.rated
        LEFT JOIN events AS decided ON decided.position = last.decided
        LEFT JOIN events AS pin ON pin.position = last.pinned
        LEFT JOIN events AS moved ON moved.position = last.moved
        LEFT JOIN documents ON documents.case_id = last.case_id
    """,
}
"""The rows of each read table, in the order of its columns; `cases` last, for it counts documents."""


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    ours, by_sql = folder / "ours.sqlite3", folder / "by-sql.sqlite3"
    events = generate(ours, cases=scale.rebuilt, seed=1, until=datetime.now(UTC))
    copyfile(ours, by_sql)
    with CaseStore.open(ours) as store, closing(open_raw(by_sql)) as raw:
        use_for_bulk_work(raw)  # as ours does
        took, reference = alternating(
            lambda: store.rebuild(lambda done, total: None), lambda: rebuild_by_sql(raw), rounds=ROUNDS
        )
    yield Figure(
        "rebuild of all read tables",
        per_second(events, took),
        "events/s",
        per_second(events, reference),
        "SQL alone, on the same tables",
        ratio_at_least(0.6),
        f"{events:,} events into {len(PROJECTIONS)} tables with their indexes and full text",
    )


def rebuild_by_sql(raw: sqlite3.Connection) -> None:
    """In one transaction, without a word of Python but for the folding of words."""
    raw.create_function("folded", -1, _folded, deterministic=True)
    raw.create_function("name_key", 1, lambda name: name_key(name) if name else None, deterministic=True)
    raw.create_function("company_key", 1, lambda name: company_key(name) if name else None, deterministic=True)
    raw.create_function("registration_key", 2, registration_key, deterministic=True)
    projections = {projection.table: projection for projection in PROJECTIONS}
    raw.execute("BEGIN IMMEDIATE")
    for table, select in SQL.items():
        projection = projections[table]
        raw.execute(f"DROP TABLE {table}")
        raw.execute(projection.create_table)
        raw.execute(f"INSERT INTO {table} ({', '.join(projection.columns)}) {select}")
        for index in projection.indexes:
            raw.execute(index)
    raw.execute("COMMIT")


def _folded(*texts: str | None) -> str:
    return " ".join(word for text in texts if text for word in folded_words(text))
