"""What screening a case comes to as text, and the dialog that decides on a candidate."""

from collections.abc import Iterator, Mapping
from typing import Final

from textual.content import Content

from caseworker_tui.dialogs.questions import Answers, Choice, Dialog, Line, in_order
from caseworker_tui.text.wording import UNKNOWN, country, local_time
from store.domain.statuses import label
from store.screening.case_screening import Candidate, CaseScreening, Disposition, ScreenedParty, Unlisted, decision
from store.screening.entries import Entry, Nature
from store.screening.matching import Strength
from store.screening.parties import Party

DISPOSITION_SIGNS: Final[Mapping[str, str]] = {
    Disposition.UNDECIDED: "○",
    Disposition.FALSE_POSITIVE: "●",
    Disposition.TRUE_MATCH: "✗",
    Disposition.UNSURE: "◐",
}
_DISPOSITION_STYLES: Final[Mapping[str, str]] = {
    Disposition.UNDECIDED: "bold",
    Disposition.FALSE_POSITIVE: "$text-success",
    Disposition.TRUE_MATCH: "$text-error",
    Disposition.UNSURE: "$text-warning",
}
_STRENGTH_STYLES: Final[Mapping[Strength, str]] = {
    Strength.STRONG: "$text-error",
    Strength.POSSIBLE: "$text-warning",
    Strength.WEAK: "dim",
}
_BAR: Final = 8
NO_LIST: Final = """No list is in force, so there is nobody to compare with.

Bring one in on the command line, then press f5:
    caseworker lists import FILE

It takes OpenSanctions' simple CSV, and FollowTheMoney as JSON Lines."""


def headline(screening: CaseScreening) -> Content:
    """Against what, how much is to be decided, and how much to be recorded."""
    if not screening.lists:
        return Content("No list is in force.")
    against = ", ".join(f"{each.name} ({each.version})" for each in screening.lists)
    undecided, to_record = len(screening.undecided), len(screening.to_record)
    return Content.assemble(
        (f"{undecided} undecided", "bold" if undecided else "$text-success"),
        f" · {to_record} to record with N" if to_record else "",
        (f" · against {against}", "dim"),
    )


def party_line(party: Party) -> Content:
    """Who is compared, and with what is known of them."""
    born = f"born {party.birthdate}" if party.birthdate else "birth not known"
    facts = [*([born] if party.nature is Nature.PERSON else ["organisation"]), *party.countries]
    facts += [value for _, value in party.identifiers]
    return Content.assemble((party.name, "bold"), (f"  {' · '.join(facts)}", "dim"))


def candidate_line(candidate: Candidate) -> Content:
    """Where a candidate stands, how likely it is, and its name."""
    disposition, score = candidate.disposition, candidate.listed.score
    filled = round(score * _BAR / 100)
    strength = candidate.match.strength if candidate.match else None
    return Content.assemble(
        (
            f"  {DISPOSITION_SIGNS.get(disposition, UNKNOWN)} {disposition:<14} ",
            _DISPOSITION_STYLES.get(disposition, ""),
        ),
        (f"{score:>3} {'█' * filled}{'░' * (_BAR - filled)} ", _STRENGTH_STYLES[strength] if strength else "dim"),
        f"{strength or 'gone':<9}",
        (candidate.listed.name, "bold"),
    )


def unlisted_lines(party: ScreenedParty) -> Iterator[Content]:
    """Which lists hold nobody like a party, and whether that is recorded."""
    open_ones = [each for each in party.unlisted if each.before is None]
    if recorded := [each for each in party.unlisted if each.before is not None]:
        last = max((each.before for each in recorded if each.before), key=lambda check: check.recorded_at)
        by = f"{last.recorded_by}, {local_time(last.recorded_at)}"
        yield Content.assemble(("  ● not listed", "$text-success"), (f" in {_lists(recorded)} ({by})", "dim"))
    if open_ones:
        yield Content.assemble("  ○ not listed", (f" in {_lists(open_ones)}: N records it", "dim"))
    if party.left_off:
        yield Content.styled(f"    {party.left_off:,} more share a little with the name, and were not compared", "dim")
    for sentence in party.troubles:
        yield Content.styled(f"    {sentence}", "$text-warning")


def _lists(unlisted: list[Unlisted]) -> str:
    return ", ".join(dict.fromkeys(each.screening.list_name for each in unlisted))


def details(candidate: Candidate) -> Content:
    """Why a candidate may be the party, what was decided before, and all that the list says."""
    listed, entry = candidate.listed, candidate.entry
    kinds = ", ".join(map(label, candidate.checks))
    of_list = f"{listed.entry_id} of {candidate.screening.list_name} ({candidate.screening.list_version}), for {kinds}"
    return Content("\n").join(
        [
            Content.assemble((listed.name, "bold"), (f"  {of_list}", "dim")),
            *_reasons(candidate),
            *_decided(candidate),
            *(_entry(entry) if entry else [Content("No list in force has this entry for them now.")]),
        ]
    )


def _reasons(candidate: Candidate) -> Iterator[Content]:
    """What speaks for (+) and against (−) its being the party, and what says nothing (·)."""
    if candidate.match is None:
        yield from (Content(f"  {sentence}") for sentence in candidate.listed.matched)
        return
    for reason in candidate.match.reasons:
        mark = "+" if reason.points > 0 else "−" if reason.points < 0 else "·"
        yield Content.styled(f"{mark} {reason.sentence}", "" if reason.points else "dim")


def _decided(candidate: Candidate) -> Iterator[Content]:
    check = candidate.before
    if check is None:
        return
    who = f"{label(check.outcome)}, by {check.recorded_by} on {local_time(check.recorded_at)}: "
    yield Content.assemble(("Decided before  ", "dim"), who, check.evidence)
    if candidate.changed:
        yield Content.styled(f"It does not stand any more: {candidate.changed}.", "$text-warning")


def _entry(entry: Entry) -> Iterator[Content]:
    rows = (
        ("Aliases", entry.aliases),
        ("Weak aliases", entry.weak_aliases),
        ("Born", entry.birth_dates),
        ("Countries", tuple(country(code) or code for code in entry.countries)),
        ("Programme", entry.programmes),
        ("Identifiers", entry.identifiers),
        ("Addresses", entry.addresses),
        ("Topics", entry.topics),
        ("Published in", entry.datasets),
    )
    for name, values in rows:
        if values:
            yield Content.assemble((f"{name:<13} ", "dim"), "; ".join(values))


_QUESTIONS: Final[Mapping[Disposition, str]] = {
    Disposition.FALSE_POSITIVE: "What tells the two apart?",
    Disposition.TRUE_MATCH: "What makes them one?",
    Disposition.UNSURE: "What is missing to tell?",
}
_SPOKEN: Final[Mapping[Disposition, str]] = {
    Disposition.FALSE_POSITIVE: "somebody else: a false positive …",
    Disposition.TRUE_MATCH: "the same: a true match …",
    Disposition.UNSURE: "unsure …",
}


def decide(case_id: str, candidate: Candidate, disposition: Disposition | None = None) -> Dialog:
    """Records what a candidate is, asking first for what is not given."""
    names = f"{candidate.party_name} and {candidate.listed.name}"
    of_list = f"{candidate.listed.entry_id} of {candidate.screening.list_name}"
    options = tuple((each.value, _SPOKEN[each]) for each in _SPOKEN)

    def chosen(answers: Answers) -> Disposition:
        return disposition or Disposition(answers["disposition"])

    def ask(answers: Answers) -> Choice | Line | None:
        if disposition is None and "disposition" not in answers:
            return Choice("disposition", "Are they one?", options)
        line = Line("evidence", _QUESTIONS[chosen(answers)], "what you compared, and what you found")
        question = in_order(line)(answers)
        assert question is None or isinstance(question, Line)
        return question

    return Dialog(
        f"{f'{disposition.capitalize()}: ' if disposition else ''}{names} ({of_list}), score {candidate.listed.score}",
        ask,
        lambda answers: decision(case_id, candidate, chosen(answers), answers["evidence"]),
        "The decision is recorded.",
    )
