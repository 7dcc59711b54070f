"""What screening comes to, as JSON and as plain text. Times are UTC, as stored."""

from collections.abc import Iterator
from typing import Any

from caseworker_tui.cli.printing import write_json, write_line, write_table
from store.domain.statuses import label
from store.screening.case_screening import Candidate, CaseScreening, clearance


def write_cases(found: list[dict[str, Any]]) -> None:
    if not found:
        write_line("Nobody in the cases in work is like an entry that is not decided on.")
        return
    headings = ("REFERENCE", "NAME", "ASSIGNEE", "UNDECIDED", "HIGHEST", "WHO MAY BE WHO")
    rows = [
        (
            case["reference"],
            case["name"],
            case["assignee"] or "",
            str(case["undecided"]),
            str(case["highest_score"]),
            "; ".join(f"{each['party_name']}: {each['name']}" for each in case["candidates"]),
        )
        for case in found
    ]
    write_table([headings, *rows])


def candidate_as_json(case_id: str, candidate: Candidate) -> dict[str, Any]:
    match, before = candidate.match, candidate.before
    screening = candidate.screening.model_dump(mode="json", exclude_none=True)
    of = {"case_id": case_id, "entity_id": candidate.party_id, "screening": screening}
    return {
        "party_id": candidate.party_id,
        "party_name": candidate.party_name,
        "list_name": candidate.screening.list_name,
        "list_version": candidate.screening.list_version,
        "entry_id": candidate.listed.entry_id,
        "name": candidate.listed.name,
        "checks": candidate.checks,
        "score": candidate.listed.score,
        "strength": match and match.strength,
        "matched": candidate.listed.matched,
        "entry": candidate.entry,
        "standing": candidate.disposition,
        "changed": candidate.changed or None,
        "before": before
        and {name: getattr(before, name) for name in ("outcome", "evidence", "recorded_by", "recorded_at")},
        "record": [{"kind": kind, **of} for kind in candidate.checks],
    }


def write_screening_as_json(screening: CaseScreening) -> None:
    case = screening.view.case
    clearances = (clearance(case.case_id, each) for each in screening.to_record)
    write_json(
        {
            "case_id": case.case_id,
            "reference": case.reference,
            "lists": [{"name": each.name, "version": each.version} for each in screening.lists],
            "candidates": [candidate_as_json(case.case_id, each) for each in screening.candidates],
            "to_record": [command.model_dump(mode="json", exclude_none=True) for command in clearances],
            "left_off": {each.party.name: each.left_off for each in screening.parties if each.left_off},
            "not_compared": screening.troubles,
        }
    )


def write_screening(screening: CaseScreening) -> None:
    case = screening.view.case
    write_line(f"{case.reference}  {case.name}")
    write_line(f"Against {' and '.join(f'{each.name} ({each.version})' for each in screening.lists)}.")
    write_line()
    if likeliest_first := sorted(screening.candidates, key=lambda each: -each.listed.score):
        headings = ("SCORE", "", "PARTY", "MAY BE", "ENTRY", "LIST", "FOR", "STANDING", "WHY")
        write_table([headings, *map(_candidate_cells, likeliest_first)])
    else:
        write_line("Nobody in the case is like an entry of these lists.")
    for party in screening.parties:
        if party.left_off:
            write_line(
                f"{party.left_off:,} more share a little with the name {party.party.name}, and were not compared."
            )
    write_line()
    if to_record := screening.to_record:
        write_line("On no list, which is not recorded yet:")
        write_table([(each.party.name, label(each.kind), each.screening.list_name) for each in to_record], indent="  ")
    else:
        write_line("Of everybody else it is recorded that they are on no list.")


def _candidate_cells(candidate: Candidate) -> tuple[str, ...]:
    listed = candidate.listed
    return (
        str(listed.score),
        candidate.match.strength if candidate.match else "",
        candidate.party_name,
        listed.name,
        listed.entry_id,
        candidate.screening.list_name,
        ", ".join(map(label, candidate.checks)),
        candidate.disposition,
        "; ".join([*listed.matched, *decided_before(candidate)]),
    )


def decided_before(candidate: Candidate) -> Iterator[str]:
    """What was decided on a candidate before, by whom, and why it does not stand."""
    check = candidate.before
    if check is None:
        return
    since = f" (but {candidate.changed} since)" if candidate.changed else ""
    evidence = " ".join(check.evidence.split())
    yield f"{label(check.outcome)} by {check.recorded_by} on {check.recorded_at[:10]}: {evidence}{since}"
    if candidate.entry is None:
        yield "no list in force has this entry for them now"
