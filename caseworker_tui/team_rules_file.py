"""The file with the team's document rules: TOML, or JSON where its name ends so. It is checked whole as it is read."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from store.domain.team_rules import TeamRules
from store.validation import echo, explain, printable

LARGEST: Final = 1024 * 1024
"""In bytes: more is no rules but some other file, named by mistake."""

_PLACE: Final = re.compile(r"\b(rules|switched_off)\[(\d+)\]\.?(:?) ?")


class BadTeamRules(Exception):
    """A rules file that can't be used. `str()` is a sentence that names the file, the rule and what is wrong."""


def read_team_rules(path: Path) -> TeamRules:
    """The team's rules. Raises `BadTeamRules`."""
    rules = f"The document rules {printable(str(path))}"
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise BadTeamRules(f"{rules} can't be read: {error.strerror}.") from error
    if len(content) > LARGEST:
        raise BadTeamRules(f"{rules} have more than 1 MiB: this is some other file.")
    try:
        data = _parsed(path, content)
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML or JSON, or lists within lists without end
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise BadTeamRules(f"{rules} are not {kind} in UTF-8: {error}.") from error
    try:
        return TeamRules.model_validate(data)
    except ValidationError as error:
        wrong = _naming_the_rules(explain(error, TeamRules), data)
        raise BadTeamRules(f"{rules}: {wrong}{'' if wrong.endswith('?') else '.'}") from error


def _parsed(path: Path, content: bytes) -> Any:
    text = content.decode("utf-8-sig")
    if path.suffix == ".json":
        return json.loads(text, object_pairs_hook=_without_repetition)
    return tomllib.loads(text)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which a key is there twice would lose one of the two silently. TOML forbids it by itself."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {echo(name)} is there twice in one object")
        found[name] = value
    return found


def _naming_the_rules(sentence: str, data: Any) -> str:
    """With `rules[1].sentence` as `rule 2 (its-id): sentence`: people count from one, and know rules by their ids."""

    def named(place: re.Match[str]) -> str:
        what, index = place[1], int(place[2])
        try:
            rule_id = f" ({data[what][index]['id']})"
        except (KeyError, TypeError):
            rule_id = ""
        return f"{'rule' if what == 'rules' else 'switched_off'} {index + 1}{rule_id}: "

    return _PLACE.sub(named, sentence)
