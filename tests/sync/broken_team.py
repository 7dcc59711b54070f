"""A database on which all that can be amiss with a team is amiss, made without a cluster."""

from datetime import datetime
from pathlib import Path
from typing import Final

from store.domain import commands as c
from store.domain.statuses import RiskLevel
from store.engine.case_store import CaseStore
from store.queries.queue import queue_page
from store.sync.dead_letters import keep
from store.sync.intake_messages import Original, Place
from store.sync.round import sync_round
from store.sync.team import join
from tests.domain.examples import kyc
from tests.sync.memory_team import Line, MemoryLog, a_laptop

CONFLICT: Final = "rated-too-late"


def in_trouble(path: Path, now: datetime) -> dict[str, str]:
    """Make, or take, a database in which one command is in conflict, one is pending, a case rests, and a message waits.

    The ids of the cases: `conflict`, `pending`, `resting`.
    """
    log = MemoryLog()
    ben = a_laptop("ben", log)
    with _ana(path, now) as ana:
        line = Line(log)
        while len(found := [row.case_id for row in ana.query(queue_page) if row.status == "OPEN"]) < 3:
            ana.execute(kyc(), command_id=f"case-{len(found)}", actor="ana.ruiz")
        cases = dict(zip(("conflict", "pending", "resting"), found, strict=False))
        join(ana, line)
        sync_round(ana, line)
        ben.syncs()
        ben.does(c.WithdrawCase(case_id=cases["conflict"], reason="They went elsewhere."), "withdrawn")
        ben.syncs()
        rating = c.RateRisk(case_id=cases["conflict"], level=RiskLevel.LOW, reason="Known to us.")
        ana.execute(rating, command_id=CONFLICT, actor="ana.ruiz")
        log.add_for(cases["resting"], b"no commit")
        sync_round(ana, line)
        ana.execute(c.AddNote(case_id=cases["pending"], text="They called."), command_id="pending", actor="ana.ruiz")
        message = Original(Place("kyc_events", "id", 0, 7), b"key", b'{"client_id": 5}', ())
        ana.change(keep, message, "client_id: must be text", now)
    return cases


def restored(path: Path, now: datetime) -> str:
    """Make, or take, a database that was restored from a backup after a note was sent. The case of the note."""
    line = Line(MemoryLog())
    with _ana(path, now) as ana:
        case_id = ana.execute(kyc(), command_id="before-the-backup", actor="ana.ruiz").case_id
        join(ana, line)
        sync_round(ana, line)
    backup = path.read_bytes()
    with _ana(path, now) as ana:
        ana.execute(c.AddNote(case_id=case_id, text="They called."), actor="ana.ruiz")
        sync_round(ana, line)
    path.write_bytes(backup)
    with _ana(path, now) as ana:
        sync_round(ana, line)
    return case_id


def _ana(path: Path, now: datetime) -> CaseStore:
    return CaseStore.open(path, clock=lambda: now, device="ana's laptop")
