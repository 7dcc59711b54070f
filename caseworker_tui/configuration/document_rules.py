"""The file with the team's document rules: TOML, or JSON where its name ends so. It is checked whole as it is read."""

import re
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from store.domain.team_rules import TeamRules
from store.handwritten_files import bad_file, read_handwritten_file
from store.validation import explain, printable, shortened

_PLACE: Final = re.compile(r"\b(rules|switched_off)\[(\d+)\]\.?(:?) ?")


def read_team_rules(path: Path) -> TeamRules:
    """The team's rules. Raises `BadFile`."""
    rules = f"The file of document rules {printable(str(path))}"
    data = read_handwritten_file(path, "JSON" if path.suffix == ".json" else "TOML", rules)
    try:
        return TeamRules.model_validate(data)
    except ValidationError as error:
        raise bad_file(rules, _naming_the_rules(explain(error, TeamRules), data)) from error


def _naming_the_rules(sentence: str, data: Any) -> str:
    """With `rules[1].sentence` as `rule 2 (its-id): sentence`: people count from one, and know rules by their ids."""

    def named(place: re.Match[str]) -> str:
        what, index = place[1], int(place[2])
        try:
            rule_id = f" ({shortened(str(data[what][index]['id']))})"
        except (KeyError, TypeError):
            rule_id = ""
        return f"{'rule' if what == 'rules' else 'switched_off'} {index + 1}{rule_id}: "

    return _PLACE.sub(named, sentence)
