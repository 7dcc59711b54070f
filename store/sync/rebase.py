"""Pending commits on a case that has moved on: kept, run again, or refused. Pure: state in, commits out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from store.domain.commands import from_text
from store.domain.decider import decide
from store.domain.operation import Context
from store.domain.refusals import Code, Refusal
from store.domain.rules import Rules
from store.log.append import new_commit
from store.log.commit import Commit
from store.log.loaded_case import LoadedCase


@dataclass(frozen=True, slots=True)
class Refused:
    """A commit whose command no longer holds, as it was before."""

    commit: Commit
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Rebased:
    pending: tuple[Commit, ...]
    refused: tuple[Refused, ...]


def rebase(loaded: LoadedCase, pending: Sequence[Commit], rules: Rules, accepted: Mapping[str, str]) -> Rebased:
    """What becomes of commits that are pending, in order, on a case whose accepted part stands like this.

    `accepted` has the text of those of their commands that are accepted, by command id. Each command is decided on
    its own: one that is refused takes none of those behind it along.
    """
    kept: list[Commit] = []
    refused: list[Refused] = []
    for commit in pending:
        header = commit.header
        if (text := accepted.get(header.command_id)) is not None:
            if text != header.command:
                refused.append(Refused(commit, id_reused(header.command_id)))
            continue
        try:
            again = commit if header.parent == loaded.head else run_again(loaded, commit, rules)
            after = loaded.followed_by(again)
        except Refusal as refusal:
            refused.append(Refused(commit, refusal))
            continue
        loaded = after
        kept.append(again)
    return Rebased(tuple(kept), tuple(refused))


def run_again(loaded: LoadedCase, commit: Commit, rules: Rules) -> Commit:
    """The command of a commit on another state of its case: same command id, actor, device and time.

    Raises `Refusal` when it does not hold there.
    """
    header = commit.header
    try:
        command = from_text(header.command)
    except ValueError as error:
        raise Refusal(
            Code.NEWER_COMMAND,
            "This version of caseworker does not know the command, or one of its fields: upgrade it.",
        ) from error
    context = Context.of(
        command,
        command_id=header.command_id,
        case_id=header.case_id,
        rules=rules,
        actor=header.actor,
        today=datetime.fromisoformat(header.recorded_at).date(),
    )
    new_events = decide(loaded.case, command, context)
    return new_commit(
        replace(header, parent=loaded.head, rules_version=rules.version),
        new_events,
        loaded.versions,
        correlation_id=json.loads(commit.events[0].metadata)["correlation_id"] if commit.events else None,
    )


def id_reused(command_id: str) -> Refusal:
    return Refusal(
        Code.COMMAND_ID_REUSED,
        f"The command id {command_id} was used for another command on another laptop, which was accepted first: give"
        " the command again under an id of its own.",
    )
