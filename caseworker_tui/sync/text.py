"""How it stands with the team, as text: the top line, marks, the sync screen and a conflict."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic_core import to_json
from textual.content import Content

from caseworker_tui.text.numbers import number_of
from caseworker_tui.text.wording import PENDING_SIGN, UNSETTLED_SIGN, local_time
from store.domain.statuses import label
from store.queries.team import CaseInTeam, Conflict, Difference, TeamOverview
from store.queries.team_state import TeamState
from store.sync.watch import DEVICE, State, Status

_STATES: Final[Mapping[State, str]] = {
    State.SYNCING: "syncing",
    State.UP_TO_DATE: "up to date",
    State.OFFLINE: "offline",
    State.STOPPED: "sync stopped",
}


def top_line(status: Status | None, state: TeamState) -> str:
    """How sync is in a few words; nothing for somebody who works alone."""
    if status is None and not state.shared:
        return ""
    rest = [
        *([number_of(state.conflicts, "conflict")] if state.conflicts else []),
        *([f"{state.quarantined_cases} resting"] if state.quarantined_cases else []),
        *(["older than sent"] if state.unknown_own else []),
        *([f"{state.pending:,} pending"] if state.pending else []),
    ]
    if status is None:
        return " · ".join(["not syncing", *rest])
    if status.state is State.UP_TO_DATE and rest:
        return " · ".join(rest)
    if status.state is State.SYNCING and status.total:
        return " · ".join([f"syncing {status.done:,}/{status.total:,}", *rest])
    return " · ".join([_STATES[status.state], *rest])


def case_signs(in_team: CaseInTeam) -> Content:
    """What is said behind the title of a case."""
    said = [
        *([f"{UNSETTLED_SIGN} rests"] if in_team.quarantined else []),
        *([f"{UNSETTLED_SIGN} in conflict"] if in_team.conflicts else []),
        *([f"{PENDING_SIGN} {in_team.pending} not accepted yet"] if in_team.pending else []),
    ]
    return Content.styled("".join(f"  {each}" for each in said), "bold $warning")


def overview(status: Status | None, servers: str, topic: str, team: TeamOverview | None) -> Content:
    """The head of the sync screen."""
    rows: list[tuple[str, str]] = []
    if status is None:
        rows.append(("Sync", "off: no cluster is configured under [kafka]"))
    else:
        progress = f" {status.done:,} of {status.total:,} records" if status.total else ""
        rows.append(("Sync", f"{_STATES[status.state]}{progress}"))
        if status.sentence:
            rows.append(("Why", status.sentence))
        rows += [("Cluster", servers), ("Topic", topic)]
    if team is None:
        rows.append(("Team", "not joined yet"))
    else:
        rows.append(("Joined", f"{local_time(team.joined_at)}, cluster {team.cluster_id}"))
        rows += zip(("Read", ""), _cursors(team, status), strict=True)
        rows.append(("Pending", _pending(team)))
    if status:  # what is wrong with the database is among what is to be settled
        rows += [(name.capitalize(), trouble) for name, trouble in status.troubles.items() if name != DEVICE]
    return _lines(*(Content.assemble((f"{name:<14}", "dim"), text) for name, text in rows))


def _pending(team: TeamOverview) -> str:
    if not team.pending:
        return "nothing"
    return f"{number_of(team.pending, 'change')} of yours, in {number_of(team.pending_cases, 'case')}"


def _cursors(team: TeamOverview, status: Status | None) -> Iterator[str]:
    ends = status.ends if status else {}
    behind = sum(max(0, end - team.cursors.get(partition, 0)) for partition, end in ends.items())
    yield f"{sum(team.cursors.values()):,} records{f', {behind:,} to go' if behind else ''}"
    yield "by partition: " + " ".join(f"{partition}:{offset}" for partition, offset in team.cursors.items())


def conflict_line(case: str, command: str, sentence: str) -> Content:
    return _lines(
        Content.assemble(f"{UNSETTLED_SIGN} Conflict  ", (case, "bold"), f"  {_spoken(command)}"),
        Content.styled(f"    {sentence}", "dim"),
    )


def older_line(sentence: str) -> Content:
    return _lines(
        Content.assemble(f"{UNSETTLED_SIGN} Database  ", ("Older than what was sent from it", "bold")),
        Content.styled(f"    {sentence}", "dim"),
    )


def resting_line(case: str, sentence: str) -> Content:
    return _lines(
        Content.assemble(f"{UNSETTLED_SIGN} Resting   ", (case, "bold")), Content.styled(f"    {sentence}", "dim")
    )


NOT_SHOWN: Final = "Upgrade caseworker: the case is shown as it is then. `caseworker rebuild` tries again before."
TOO_LARGE: Final = "Enter it in smaller parts, on a case of its own: no record of the team's log can hold it."


def not_shown_line(case: str, sentence: str) -> Content:
    return _lines(
        Content.assemble(f"{UNSETTLED_SIGN} Not shown ", (case, "bold")),
        Content.styled(f"    {sentence} `caseworker rebuild` tries again.", "dim"),
    )


def too_large_line(case: str, sentence: str) -> Content:
    return _lines(
        Content.assemble(f"{UNSETTLED_SIGN} Too large ", (case, "bold")), Content.styled(f"    {sentence}", "dim")
    )


def letter_line(number: int, received_at: str, reason: str) -> Content:
    return _lines(
        Content.assemble("✉ Message   ", (f"dead letter {number}", "bold"), f"  of {local_time(received_at)}"),
        Content.styled(f"    {reason}", "dim"),
    )


def conflict(found: Conflict, case: str) -> Content:
    """Yours, why it does not hold, theirs since, and what you saw."""
    row = found.row
    return _lines(
        Content.assemble((case, "bold")),
        *_heading("Yours"),
        Content.assemble((row.actor, "bold"), f"  {local_time(row.recorded_at)}  {_spoken(row.command)}"),
        *(Content(f"  {sentence}") for sentence in found.did),
        Content.styled(f"  {to_json(found.data).decode()}", "dim"),
        *_heading("Why it does not hold"),
        Content.styled(row.sentence, "$warning"),
        *_heading("Theirs since"),
        *(
            line
            for entry in found.since
            for line in (
                Content.assemble((entry.actor, "bold"), (f"  {local_time(entry.recorded_at)}", "dim")),
                *(Content(f"  {sentence}") for sentence in entry.sentences),
            )
        ),
        *([] if found.since else [Content("Nobody changed the case.")]),
        *_heading("What you saw → what it is now"),
        *(_differences(found.changed) or [Content("The same.")]),
    )


_TOLD_ABOVE: Final = frozenset({"updated_at", "updated_by", "last_event_type"})


def _differences(changed: Sequence[Difference]) -> list[Content]:
    return [
        Content.assemble(
            (f"{label(each.table)}, {label(each.column)}: ", "dim"), f"{_value(each.seen)} → {_value(each.now)}"
        )
        for each in changed
        if each.column not in _TOLD_ABOVE
    ]


def _value(value: Any) -> str:
    return "nothing" if value is None else str(value)


def _spoken(command: str) -> str:
    """`RateRisk` as `rate risk`."""
    return "".join(f" {each.lower()}" if each.isupper() else each for each in command).strip()


def _heading(text: str) -> tuple[Content, Content]:
    return Content(""), Content.styled(text, "bold $primary")


def _lines(*lines: Content) -> Content:
    return Content("\n").join(lines)
