"""The team's own document rules, as their file states them: checked, and put together with the built-in ones.

They add to the built-in rules, and may switch one of those off by its id, with the reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from store.domain.document_rules import DOCUMENT_RULES, RULES_VERSION, DocumentRule, EntityType, normalised
from store.domain.statuses import TraitementType
from store.domain.values import Flag, Text, Value

RuleId = Annotated[str, Field(max_length=80, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]

Asks = tuple[TraitementType, EntityType, str, str | None]
"""What a rule asks, and of whom: two rules with the same would be one too many."""


class TeamRule(Value):
    """A document that the team asks for beyond the built-in rules. Without `case_type` it holds for every case type."""

    id: RuleId
    sentence: Text
    traitement_type: TraitementType
    entity_type: EntityType
    document_type: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{2,79}$")]
    case_type: Text | None = None
    is_required: Flag = True

    @model_validator(mode="after")
    def _can_match(self) -> Self:
        if self.traitement_type is TraitementType.KYC and self.entity_type is EntityType.COMPANY:
            raise ValueError("a KYC case has no company to ask: entity_type must be PERSON, or traitement_type KYB")
        return self

    @property
    def as_rule(self) -> DocumentRule:
        return DocumentRule(
            self.id,
            self.traitement_type,
            self.entity_type,
            self.document_type,
            self.sentence,
            case_type=self.case_type and normalised(self.case_type),
            is_required=self.is_required,
        )


class SwitchedOff(Value):
    """A built-in rule that the team does without."""

    id: Text
    reason: Text


_BUILT_IN: Final[Mapping[str, DocumentRule]] = {rule.rule_id: rule for rule in DOCUMENT_RULES}


_MOST_TOLD: Final = 5
"""Things that are wrong between rules: a file in which a list is there a hundred times has thousands."""


class TeamRules(Value):
    """`version` names this state of the rules in every commit: another one whenever they change."""

    version: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
    rules: tuple[TeamRule, ...] = ()
    switched_off: tuple[SwitchedOff, ...] = ()

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        wrong = list(dict.fromkeys([*self._wrongly_switched_off(), *self._repeated()]))
        if more := len(wrong[_MOST_TOLD:]):
            wrong[_MOST_TOLD:] = [f"and {more} more"]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def in_force(self) -> tuple[DocumentRule, ...]:
        """The built-in rules that stand, then the team's."""
        return (*self._active_rules(), *(rule.as_rule for rule in self.rules))

    @property
    def full_version(self) -> str:
        """The version of the built-in rules and that of the team's."""
        return f"{RULES_VERSION}+{self.version}"

    def _wrongly_switched_off(self) -> Iterator[str]:
        ids = [each.id for each in self.switched_off]
        for name in dict.fromkeys(ids):
            if name not in _BUILT_IN:
                close = get_close_matches(name, _BUILT_IN, n=1)
                yield f"switched_off: there is no built-in rule {name}{f': did you mean {close[0]}?' if close else ''}"
            elif ids.count(name) > 1:
                yield f"switched_off: the rule {name} is there twice"

    def _repeated(self) -> Iterator[str]:
        """Rules with the id of another, and those that ask for what another asks for."""
        ids: set[str] = set()
        asked: dict[Asks, str] = {_asks(rule): rule.rule_id for rule in self._active_rules()}
        for rule in self.rules:
            if rule.id in _BUILT_IN:
                yield f"the rule {rule.id} has the id of a built-in one: give it another"
            elif rule.id in ids:
                yield f"the rule {rule.id} is there twice: give each its own id"
            elif other := asked.get(_asks(rule.as_rule)):
                yield f"the rule {rule.id} asks for what {other} asks for already: keep one of them"
            ids.add(rule.id)
            asked.setdefault(_asks(rule.as_rule), rule.id)

    def _active_rules(self) -> Iterable[DocumentRule]:
        off = {each.id for each in self.switched_off}
        return (rule for rule in DOCUMENT_RULES if rule.rule_id not in off)


def _asks(rule: DocumentRule) -> Asks:
    return rule.traitement_type, rule.entity_type, rule.document_type, rule.case_type
