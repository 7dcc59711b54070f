"""A command as fast as it can be carried out on our schema: the same work by hand, in one straight piece.

It checks the command with the same model, looks for its id, reads and folds all events of the case (into plain
dictionaries), chains the commit by the same hash, and writes the same rows. What it leaves out is what makes an engine:
other commands, teams, conflicts, typed payloads, upcasting, sentences for people. `verify` finds nothing wrong with it.
"""

import json
import sqlite3
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Any

from store.domain.commands import AddNote
from store.domain.identifiers import derive_id, time_ordered_id

State = dict[str, Any]


def open_raw(path: Path) -> sqlite3.Connection:
    """A connection with the settings of ours, to a database that is there."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def add_note(connection: sqlite3.Connection, data: dict[str, str], actor: str) -> None:
    """Carry out `AddNote`, in one transaction."""
    command = AddNote.model_validate(data)
    case_id, now = command.case_id, datetime.now(UTC)
    command_id, recorded_at = time_ordered_id(now, token_bytes(10)), now.isoformat(timespec="microseconds")
    given = _json({"command": "AddNote", "data": {"case_id": case_id, "text": command.text}})
    execute = connection.execute
    execute("BEGIN IMMEDIATE")
    try:
        if execute("SELECT 1 FROM commits WHERE command_id = ?", (command_id,)).fetchone():
            raise ValueError("the command was carried out before")
        (head,) = execute(
            "SELECT commit_id FROM commits WHERE case_id = ? ORDER BY position DESC LIMIT 1", (case_id,)
        ).fetchone()
        state: State = {}
        versions: dict[str, int] = {}
        for event_type, aggregate_id, version, payload in execute(
            "SELECT event_type, aggregate_id, version, payload FROM events WHERE case_id = ? ORDER BY position",
            (case_id,),
        ):
            versions[aggregate_id] = version
            fold(state, event_type, json.loads(payload))
        if "status" not in state:
            raise ValueError("there is no such case")
        note_id = derive_id(derive_id(case_id, f"command/{command_id}"), "note")
        payload = _json({"case_id": case_id, "note_id": note_id, "text": command.text})
        header = (1, case_id, head, command_id, given, "benchmark", actor, "2026.1", recorded_at)
        _append(connection, header, now, versions[case_id] + 1, payload)
        execute(
            "INSERT INTO notes (note_id, case_id, text, written_at, written_by) VALUES (?, ?, ?, ?, ?)",
            (note_id, case_id, command.text, recorded_at, actor),
        )
        execute(
            "UPDATE cases SET updated_at = ?, updated_by = ?, last_event_type = 'NoteAdded' WHERE case_id = ?",
            (recorded_at, actor, case_id),
        )
        execute("COMMIT")
    except BaseException:
        execute("ROLLBACK")
        raise


def append_note(connection: sqlite3.Connection, case_id: str, head: str | None, version: int, text: str) -> str:
    """Append one event to the log in one transaction, if `head` is still the newest commit of the case: the new one."""
    now = datetime.now(UTC)
    command_id, recorded_at = time_ordered_id(now, token_bytes(10)), now.isoformat(timespec="microseconds")
    given = _json({"command": "AddNote", "data": {"case_id": case_id, "text": text}})
    payload = _json({"case_id": case_id, "note_id": derive_id(command_id, "note"), "text": text})
    header = (1, case_id, head, command_id, given, "benchmark", "ana", "2026.1", recorded_at)
    connection.execute("BEGIN IMMEDIATE")
    try:
        newest = connection.execute(
            "SELECT commit_id FROM commits WHERE case_id = ? ORDER BY position DESC LIMIT 1", (case_id,)
        ).fetchone()
        if (newest[0] if newest else None) != head:
            raise ValueError("somebody else was first")
        commit_id = _append(connection, header, now, version, payload)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return commit_id


def _append(
    connection: sqlite3.Connection, header: tuple[str | int | None, ...], now: datetime, version: int, payload: str
) -> str:
    _, case_id, head, command_id, _, device, actor, _, recorded_at = header
    metadata = _json({"correlation_id": command_id, "causation_id": command_id, "actor": actor, "device": device})
    event_id = time_ordered_id(now, sha256(f"{head}\n{command_id}\n0".encode()).digest())
    event = (event_id, "NoteAdded", case_id, version, recorded_at, payload, "NoteAdded.v1", metadata)
    commit_id = _hash(*header, 1, *event)
    position = connection.execute(
        "INSERT INTO commits (commit_id, format, case_id, parent, command_id, command, device, actor, rules_version,"
        " recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (commit_id, *header),
    ).lastrowid
    connection.execute(
        "INSERT INTO events (commit_position, case_id, event_id, event_type, aggregate_id, version, timestamp,"
        " payload, payload_model_name, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (position, case_id, *event),
    )
    return commit_id


def fold(state: State, event_type: str, it: State) -> None:
    """What a decision looks at, after one more event."""
    match event_type:
        case "CaseCreated":
            state |= {"status": it["status"], "client_id": it["client_id"], "case_type": it["case_type"]}
        case "CompanyProfileCreated" | "CompanyProfileUpdated":
            state["profile"] = it["profile"]
            state.setdefault("entities", {})[it["company_id"]] = it["profile"]["registered_name"]
        case "PersonAddedToCase" | "PersonLinkedToCompany":
            state.setdefault("persons", {})[it["person_id"]] = it["person"]
            state.setdefault("entities", {})[it["person_id"]] = it["person"]["lastname"]
        case "BeneficialOwnerAdded":
            state.setdefault("owners", {})[it["owner_id"]] = it["owner"]
        case "DocumentRequirementDetermined":
            state.setdefault("documents", {})[it["document_requirement_id"]] = {
                "type": it["document_type"],
                "entity": it["entity_id"],
                "required": it["is_required"],
                "status": it["status"],
            }
        case "DocumentStatusUpdated":
            state["documents"][it["document_requirement_id"]]["status"] = it["new_status"]
        case "CaseAssigned":
            state["assignee"] = it["assignee"]
        case "DueDateSet":
            state["due_date"] = it.get("due_date")
        case "CaseTagged":
            state.setdefault("tags", set()).add(it["tag"])
        case "CheckRecorded":
            hits = state.setdefault("hits", {})
            if it["outcome"] == "HIT":
                hits[it["kind"], it.get("entity_id")] = it.get("entity_name")
            else:
                hits.pop((it["kind"], it.get("entity_id")), None)
        case "RiskRated":
            state["risk"] = it["level"]
        case "CaseStatusChanged":
            state["status"] = it["new_status"]
            state.pop("proposal", None)
        case "DecisionProposed":
            state |= {"status": "PENDING_APPROVAL", "proposal": it}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _hash(*fields: str | int | None) -> str:
    """The encoding of store/log/commit.py: each field with its length before it."""
    parts = []
    for field in fields:
        if field is None:
            parts.append(b"-:")
        else:
            data = str(field).encode()
            parts.append(b"%d:%b" % (len(data), data))
    return sha256(b"".join(parts)).hexdigest()
