"""Lists for tests: files in both layouts, and what is in force after an import."""

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from store.engine.case_store import CaseStore
from store.screening.case_screening import CaseScreening, screen_case
from store.screening.list_files import lists_folder, open_lists
from store.screening.list_import import ImportedList, import_list

HEADER = (
    *("id", "schema", "name", "aliases", "birth_date", "countries", "addresses", "identifiers", "sanctions", "phones"),
    *("emails", "program_ids", "dataset", "first_seen", "last_seen", "last_change"),
)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

Row = Mapping[str, str]


def row(entry_id: str, name: str, schema: str = "Person", **more: str) -> Row:
    return dict.fromkeys(HEADER, "") | {"id": entry_id, "schema": schema, "name": name} | more


def simple_csv(path: Path, *rows: Row, header: Iterable[str] = HEADER) -> Path:
    """A file as OpenSanctions writes it: every field quoted."""
    columns = list(header)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, dialect=csv.unix_dialect)
        writer.writerow(columns)
        writer.writerows([each[column] for column in columns] for each in rows)
    return path


def entity(entry_id: str, schema: str = "Person", **properties: Any) -> dict[str, Any]:
    many = {name: value if isinstance(value, list) else [value] for name, value in properties.items()}
    return {"id": entry_id, "schema": schema, "properties": many}


def followthemoney(path: Path, *entities: Mapping[str, Any]) -> Path:
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in entities), encoding="utf-8")
    return path


def bring_in(database: Path, path: Path, **more: Any) -> ImportedList:
    options: dict[str, Any] = {"now": NOW, "actor": "ana"} | more
    return import_list(lists_folder(database), path, **options)


def screened(store: CaseStore, case_id: str) -> CaseScreening:
    with open_lists(lists_folder(store.path)) as lists:
        return store.query(screen_case, lists, case_id)
