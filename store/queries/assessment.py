"""What the rules say of a case as it stands: what is missing for an approval, and which risk they propose."""

import sqlite3
from dataclasses import dataclass

from store.domain.case_file import fold
from store.domain.decisions import missing_for_approval
from store.domain.events import Payload
from store.domain.risk import RiskProposal, propose_risk
from store.log.read import get_events_for_case


@dataclass(frozen=True, slots=True)
class Assessment:
    """`missing` stands between the case and an approval, in words; nothing does when it is empty."""

    missing: tuple[str, ...]
    risk: RiskProposal


def assessment(connection: sqlite3.Connection, case_id: str) -> Assessment | None:
    """None when the case holds an event of a newer version of caseworker: its rules are not known here."""
    payloads = [event.payload for event in get_events_for_case(connection, case_id)]
    known = [payload for payload in payloads if isinstance(payload, Payload)]
    if len(known) < len(payloads):
        return None
    case = fold(known)
    return Assessment(tuple(missing_for_approval(case)), propose_risk(case))
