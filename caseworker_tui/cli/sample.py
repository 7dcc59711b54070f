"""The throw-away database of `caseworker demo`: the sample cases, opened and worked over the last 40 days, and the
lists that they are screened against."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import sample_data
from sample_data import watch_lists
from sample_data.specimens import specimen
from store.domain.commands import COMMANDS, AttachFile
from store.domain.statuses import HELD, IN_WORK, label
from store.engine.case_store import CaseStore
from store.intake.importer import read_outcomes
from store.intake.outcomes import Opening
from store.queries.case_file import case_file
from store.queries.queue import whole_queue
from store.screening.list_files import lists_folder
from store.screening.list_import import import_list

FILES: Final = Path(sample_data.__file__).parent
LISTS: Final = ("sanctions-list.csv", "pep-list.jsonl")
SPAN: Final = timedelta(days=40)
STEP: Final = timedelta(hours=18)
CASES_WITH_SPECIMENS: Final = 6

Line = dict[str, Any]


def build_sample(path: Path, now: datetime) -> None:
    """Make the database at `path`; the same `now` makes the same log.

    The cases come in evenly over the 40 days before `now`, and each is worked every 18 hours, or faster where
    less time is left. What happened is executed in the order in which it happened.
    """
    openings = sorted(_openings(), key=lambda opening: opening.command_id)
    lines = [json.loads(line) for line in (FILES / "commands.jsonl").read_bytes().splitlines()]
    order = count()
    agenda: list[tuple[datetime, int, Opening | Line]] = [
        (now - SPAN * (len(openings) - number) / len(openings), next(order), opening)
        for number, opening in enumerate(openings)
    ]
    heapify(agenda)
    at = now
    with CaseStore.open(path, clock=lambda: at, device="sample") as store, store.batch():
        while agenda:
            at, _, what = heappop(agenda)
            if not isinstance(what, Opening):
                command = COMMANDS[what["command"]].model_validate(what["data"])
                store.execute(command, command_id=what["command_id"], actor=what["actor"])
                continue
            receipt = store.execute(what.command, command_id=what.command_id, actor="intake")
            documents = (row.document_requirement_id for row in store.query(case_file, receipt.case_id).documents)
            ids = {receipt.case_id, *documents}
            work = [line for line in lines if _subject(line) in ids]
            step = min(STEP, (now - at) / (len(work) + 1))
            for number, line in enumerate(work, start=1):
                heappush(agenda, (at + step * number, next(order), line))
    for name in LISTS:
        import_list(lists_folder(path), FILES / name, version=watch_lists.VERSION, now=now, actor="sample")


def attach_specimens(path: Path, now: datetime) -> None:
    """Give each document at hand of a few cases a file, and a last day that is near or far."""
    days = cycle((-3, 12, 26, 400, 1900))
    with CaseStore.open(path, clock=lambda: now, device="sample") as store, TemporaryDirectory() as folder:
        in_work = [
            case for case in store.query(lambda connection: list(whole_queue(connection))) if case.status in IN_WORK
        ]
        for case in in_work[:CASES_WITH_SPECIMENS]:
            for document in store.query(case_file, case.case_id).documents:
                if document.status not in HELD:
                    continue
                file = Path(folder) / f"{label(document.document_type)}.pdf"
                file.write_bytes(specimen(label(document.document_type), document.entity_name))
                command = AttachFile(
                    case_id=case.case_id,
                    document_requirement_id=document.document_requirement_id,
                    expires_on=(now + timedelta(days=next(days))).date().isoformat(),
                    **asdict(store.keep_attachment(file)),
                )
                store.execute(command, actor=document.updated_by)


def _subject(line: Line) -> str:
    """The id of what a line is about: a case, or one document of it."""
    data = line["data"]
    subject: str = data.get("case_id") or data["document_requirement_id"]
    return subject


def _openings() -> Iterator[Opening]:
    for name in ("messages.jsonl", "owners.json", "lei-records.json"):
        yield from (outcome for outcome in read_outcomes(FILES / name) if isinstance(outcome, Opening))
