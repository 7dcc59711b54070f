"""Who owns and controls a company, in plain text: for the case screen and for `caseworker show` alike."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from store.domain.ownership import Band, Branch, End, Ownership, listed
from store.domain.statuses import Over
from store.domain.values import Candidate, words
from store.queries.case_file import OwnerRow

OVER_SIGNS: Final[Mapping[Over, str]] = {Over.CERTAINLY: "●", Over.POSSIBLY: "◐", Over.NOT: "–"}

_DEEPEST: Final = 6
"""Levels that are drawn; further up the level is written."""


@dataclass(frozen=True, slots=True)
class TreeLine:
    """An owner as a line: what they hold of the party they stand under, what of the company in all, and where."""

    share: str
    in_all: str
    lines: str
    name: str
    remark: str


def tree_lines(ownership: Ownership, beneficial: Collection[str], controls: Mapping[str, str]) -> list[TreeLine]:
    """`beneficial` are the ids of owners who are beneficial owners, `controls` what owners without a share have."""
    return [
        TreeLine(
            share=_share(branch, controls),
            in_all=f"ended {branch.ended_on}" if branch.ended_on else _in_all(branch),
            lines=lines,
            name=branch.name,
            remark=_remark(branch, beneficial, "UBO" if ownership.confirmation else "stated as UBO"),
        )
        for branch, lines in zip(ownership.branches, _lines([b.depth for b in ownership.branches]), strict=True)
    ]


def party_names(owners: Iterable[OwnerRow]) -> dict[str, str]:
    """The names of what a share can be held in, by `party` and by owner id."""
    return {key: owner.name for owner in owners for key in (owner.owner_id, owner.party) if key}


def controls(owners: Iterable[OwnerRow]) -> dict[str, str]:
    """What each owner has beside shares, in words."""
    return {owner.owner_id: ", ".join(words(kind) for kind in owner.types_of_control) for owner in owners}


def _share(branch: Branch, controls: Mapping[str, str]) -> str:
    indirect = f"{branch.indirect} indirect" if branch.indirect else ""
    if branch.share is None:
        return "not known"
    if branch.share.maximum == 0:
        return indirect or controls.get(branch.owner_id or "", "") or str(branch.share)
    return f"{branch.share}, {indirect}" if indirect else str(branch.share)


def _in_all(branch: Branch) -> str:
    return str(branch.effective) if branch.effective and branch.effective.maximum else "–"


def _remark(branch: Branch, beneficial: Collection[str], ubo: str) -> str:
    remarks = {
        ubo: branch.owner_id in beneficial,
        "closes a circle": branch.end is End.CIRCLE,
        "see elsewhere": branch.end is End.ELSEWHERE,
        "no owner of the company": branch.owner_id is None,
    }
    return ", ".join(remark for remark, holds in remarks.items() if holds)


def _lines(depths: Iterable[int]) -> Iterator[str]:
    """What joins each owner to the party they stand under."""
    drawn: list[str] = []
    further: set[int] = set()
    for depth in reversed(list(depths)):
        further = {level for level in further if level <= depth}
        level = min(depth, _DEEPEST)
        bars = "".join("│  " if each in further else "   " for each in range(1, level))
        deeper = f"level {depth}: " if depth > level else ""
        drawn.append(f"{bars}{'├─ ' if depth in further else '└─ '}{deeper}")
        further.add(depth)
    return reversed(drawn)


def found(candidate: Candidate) -> str:
    """`Ana Ruiz, certainly: 30 % in all; possibly control of Beta BV, with 60 % of the company`."""
    part = Band(candidate.minimum, candidate.maximum)
    why = [f"{part.spoken} in all"] if part.maximum else []
    if candidate.reasons:
        why.append(f"{'possibly ' if candidate.control is Over.POSSIBLY else ''}{'; '.join(candidate.reasons)}")
    return f"{candidate.name}, {candidate.over}: {'; '.join(why) or 'no share'}"


def proposal(ownership: Ownership) -> Iterator[str]:
    """Who is a beneficial owner by the rules, a line each, and who stands in where nobody is."""
    for candidate in ownership.proposed:
        yield f"{OVER_SIGNS[candidate.over]} {found(candidate)}"
    others = [each.name for each in ownership.candidates if each.over is Over.NOT]
    if others:
        yield f"– Neither over it nor in control: {listed(others)}"
    if not ownership.proposed:
        yield "Nobody who is named is one: the senior managing official stands in."
        roles = [f"{official.name} ({official.role})" for official in ownership.officials]
        yield f"In question: {listed(roles)}" if roles else "Nobody has a role in the company yet."


def confirmation(ownership: Ownership) -> str:
    """Whom a person confirmed."""
    confirmed = ownership.confirmation
    if confirmed is None:
        return "Who the beneficial owners are is not confirmed yet."
    names = listed(confirmed.names)
    text = f"Confirmed: {'nobody; senior managing official is ' if confirmed.senior_managing_official else ''}{names}."
    return f"{text} Since then the rules find something else." if ownership.outdated else text


def share(owner: OwnerRow) -> str:
    """`37.5 %`, `25 to 50 %`, `at least 25 %`, `up to 50 %`, or that the register states no figure."""
    low, high = owner.share_minimum, owner.share_maximum
    if low is None and high is None:
        return "no share stated"
    return str(Band(low or 0.0, 100.0 if high is None else high))
