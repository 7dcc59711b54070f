"""The dialogs of the case screen about owners: add, correct or remove one, and confirm the beneficial owners."""

from typing import Any, Final

from caseworker_tui.case.subject import Subject
from caseworker_tui.dialogs.fields import (
    BIRTHDATE,
    COUNTRY,
    ENDED_ON,
    FIRSTNAME,
    LASTNAME,
    LEI,
    NATIONALITY,
    NUMBER,
    RESIDENCE,
    Field,
)
from caseworker_tui.dialogs.questions import (
    Answers,
    Choice,
    Dialog,
    Line,
    Question,
    Several,
    chosen,
    in_order,
)
from caseworker_tui.new_case.form import nested, owner_data, share_data
from caseworker_tui.text.ownership import found, party_names, share
from store.domain import commands as c
from store.domain.ownership import Ownership
from store.domain.statuses import Over
from store.domain.values import BeneficialOwnerData, OwnerKind
from store.queries.case_file import CaseFileView

_SHARE: Final = "37.5, or 25-50 for a band; empty if not known"
_THE_COMPANY: Final = "-"
_NO_COMPANY: Final = "Only a company has owners."
UPGRADE: Final = "This case holds events of a newer version of caseworker: upgrade to work on it."


def why_not_add(subject: Subject) -> str:
    return "" if subject.view.company else _NO_COMPANY


def why_not_remove(subject: Subject) -> str:
    return "" if subject.view.beneficial_owners else "The case has no owners."


def why_not_correct(subject: Subject) -> str:
    return why_not_remove(subject) or ("" if subject.assessed else UPGRADE)


def why_not_confirm(subject: Subject) -> str:
    if subject.view.company is None:
        return _NO_COMPANY
    if subject.assessed is None:
        return UPGRADE
    ownership = _ownership(subject)
    if not ownership.candidates and not ownership.officials:
        return "Nobody is named who could be confirmed: o adds an owner, i a person with a role in the company."
    return ""


def _ownership(subject: Subject) -> Ownership:
    assert subject.assessed is not None  # the action can't be given without it
    assert subject.assessed.ownership is not None  # a company has one
    return subject.assessed.ownership


def add_owner(subject: Subject) -> Dialog:
    view = subject.view
    kinds = Choice("kind", "What kind of owner?", (("person", "a person"), ("entity", "a company")))
    person = (
        FIRSTNAME.within("person_details").line(),
        LASTNAME.within("person_details").line(),
        BIRTHDATE.within("person_details").optional_line(),
    )
    company = (
        Line("entity_details.name", "Name of the company"),
        NUMBER.within("entity_details").optional_line(),
    )
    held = _held_in(view)
    of_whom = [Choice("held_in", "Of what?", held)] if len(held) > 1 else []

    def ask(answers: Answers) -> Question | None:
        who = company if answers.get("kind") == "entity" else person
        return in_order(kinds, *who, *of_whom, Line("share", "Share in %", _SHARE, optional=True))(answers)

    def command(answers: Answers) -> c.Command:
        texts = {name: answer for name, answer in answers.items() if name != "kind" and answer != _THE_COMPANY}
        return c.AddBeneficialOwner.model_validate({"case_id": view.case.case_id, "owner": owner_data(texts)})

    return Dialog("Add an owner", ask, command, "The owner is in the case.")


def _held_in(view: CaseFileView) -> tuple[tuple[str, str], ...]:
    """The parties in which a share can be held: the company, and each owner that is no natural person."""
    owners = [owner for owner in view.beneficial_owners if owner.kind is not OwnerKind.PERSON]
    named = {owner.party or owner.owner_id: owner.name for owner in owners}
    return ((_THE_COMPANY, view.case.name), *named.items())


def remove_owner(subject: Subject) -> Dialog:
    view = subject.view
    return Dialog(
        "Remove an owner",
        in_order(Choice("owner_id", "Which?", _owners(view)), Line("reason", "Why?", "the reason, in a sentence")),
        lambda answers: c.RemoveBeneficialOwner.model_validate({"case_id": view.case.case_id, **answers}),
        "The owner is removed.",
    )


def _owners(view: CaseFileView) -> tuple[tuple[str, str], ...]:
    """The owners by id, each described so that it can be told from the others."""
    names = party_names(view.beneficial_owners)

    def spoken(owner: Any) -> str:
        of = f" of {names.get(owner.held_in, owner.held_in)}" if owner.held_in else ""
        return f"{owner.name}, {share(owner)}{of}{f', ended {owner.ended_on}' if owner.ended_on else ''}"

    return tuple((owner.owner_id, spoken(owner)) for owner in view.beneficial_owners)


_FIELDS: Final = {
    OwnerKind.PERSON: (
        FIRSTNAME.within("person_details"),
        LASTNAME.within("person_details"),
        *(field.within("person_details").optional() for field in (BIRTHDATE, NATIONALITY, RESIDENCE)),
    ),
    OwnerKind.ENTITY: (
        Field("entity_details.name", "Name"),
        *(field.within("entity_details").optional() for field in (NUMBER, COUNTRY, LEI)),
    ),
    OwnerKind.UNSPECIFIED: (
        Field("person_details", "Who it is"),
        Field("unspecified_details", "Why unnamed", "in a sentence").optional(),
    ),
}
_FIELDS_OF_ALL: Final = (
    Field("share", "Share in %", _SHARE),
    Field("held_in", "Of what"),
    Field("types_of_control", "Control", "shareholding, votingRights, appointmentOfBoard, …; with commas"),
    ENDED_ON.optional(),
)


def correct_owner(subject: Subject) -> Dialog:
    """Correct one field of one owner. The command holds the owner as it was when the dialog was opened."""
    view, assessed = subject.view, subject.assessed
    assert assessed is not None  # the action can't be given without one
    named = dict(_held_in(view))

    def ask(answers: Answers) -> Question | None:
        if "owner_id" not in answers:
            return Choice("owner_id", "Which?", _owners(view))
        owner = assessed.owners[answers["owner_id"]]
        fields = (*_FIELDS[owner.kind], *_FIELDS_OF_ALL)
        texts = {field.path: _as_text(owner, field.path) for field in fields}
        if "field" not in answers:
            spoken = texts | {"held_in": named.get(owner.held_in or _THE_COMPANY, owner.held_in or "")}
            options = ((field.path, f"{field.label}: {spoken[field.path] or 'not known'}") for field in fields)
            return Choice("field", "What changes?", tuple(options))
        chosen_field = answers["field"]
        if chosen_field == "person_details":
            return in_order(FIRSTNAME.line(), LASTNAME.line(), BIRTHDATE.optional_line())(answers)
        if "value" in answers:
            return None
        if chosen_field == "held_in":
            itself = owner.party or answers["owner_id"]
            return Choice("value", "Of what?", tuple(each for each in named.items() if each[0] != itself))
        hints = {field.path: field.hint for field in fields}
        return Line("value", "New value", hints[chosen_field], texts[chosen_field], optional=True)

    def command(answers: Answers) -> c.Command:
        owner = assessed.owners[answers["owner_id"]]
        fields = {"case_id": view.case.case_id, "owner_id": answers["owner_id"], "seen": owner}
        return c.CorrectBeneficialOwner.model_validate({**fields, "owner": _corrected(owner, answers)})

    return Dialog("Correct an owner", ask, command, "The owner is corrected.")


def _as_text(owner: BeneficialOwnerData, path: str) -> str:
    """A field as a person types it."""
    if path == "share":
        stated = owner.held_share
        if stated is None:
            return ""
        low, high = stated.lowest or 0.0, 100.0 if stated.highest is None else stated.highest
        return f"{low:g}" if low == high else f"{low:g}-{high:g}"
    if path == "types_of_control":
        return ", ".join(owner.types_of_control)
    value: Any = owner.model_dump(mode="json")
    for name in path.split("."):
        value = value[name]
    return value if isinstance(value, str) else ""


def _corrected(owner: BeneficialOwnerData, answers: Answers) -> dict[str, Any]:
    """The owner with one field changed, and without values that are no longer true then."""
    data: dict[str, Any] = owner.model_dump(mode="json", exclude_defaults=True)
    field, value = answers["field"], answers.get("value", "").strip()
    match field:
        case "person_details":
            person = nested({name: answers[name] for name in ("firstname", "lastname", "birthdate")})
            kept = {name: known for name, known in data.items() if not name.startswith("unspecified_")}
            return kept | {"kind": "person", "person_details": person}
        case "share":  # the figures of the register's interests are no longer those of the owner
            interests = [{k: v for k, v in each.items() if k != "share"} for each in data.get("interests", [])]
            others = {name: known for name, known in data.items() if name not in ("share", "ownership_percentage")}
            return others | {"interests": interests} | share_data(value)
        case "types_of_control":
            types = [part.strip() for part in value.split(",") if part.strip()]
            interests = [each for each in data.get("interests", []) if each["type"] in types]
            return data | {"types_of_control": types, "interests": interests}
        case "held_in":
            return data | {"held_in": None if value == _THE_COMPANY else value}
        case "ended_on":
            return data | {"ended_on": value or None, "is_ubo": owner.is_ubo and not value}
    parent, _, name = field.rpartition(".")
    if not parent:
        return data | {field: value or None}
    return data | {parent: data[parent] | {name: value or None}}


def confirm_owners(subject: Subject) -> Dialog:
    """The confirmed owners are marked at first, or those who by the rules certainly are beneficial owners."""
    view, ownership = subject.view, _ownership(subject)
    confirmed = ownership.confirmation.owner_ids if ownership.confirmation else None
    options = tuple((each.owner_ids[0], found(each)) for each in ownership.candidates)
    marked = frozenset(
        each.owner_ids[0]
        for each in ownership.candidates
        if (each.over is Over.CERTAINLY if confirmed is None else set(each.owner_ids) & set(confirmed))
    )
    roles = tuple((each.person_id, f"{each.name}, {each.role}") for each in ownership.officials)

    def ask(answers: Answers) -> Question | None:
        if options and "owner_ids" not in answers:
            return Several("owner_ids", "Who are the beneficial owners?", options, marked)
        owner_ids = chosen(answers, "owner_ids")
        if not owner_ids and roles and "senior_managing_official" not in answers:
            return Choice("senior_managing_official", "Nobody. Who is the senior managing official?", roles)
        those = [each for each in ownership.candidates if each.owner_ids[0] in owner_ids]
        if ownership.departs(those) and "reason" not in answers:
            return Line("reason", "Why?", "the rules see it otherwise, or leave it open")
        return None

    def command(answers: Answers) -> c.Command:
        fields = {"case_id": view.case.case_id, **answers, "owner_ids": chosen(answers, "owner_ids")}
        return c.ConfirmBeneficialOwners.model_validate(fields)

    return Dialog(
        f"Beneficial owners: {ownership.rule}, or control",
        ask,
        command,
        "The beneficial owners are confirmed.",
    )
