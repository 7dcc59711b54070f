"""The rules of casework: `decide(case, command, context) -> facts`, or a `Refusal` that says why not.

One function a command, listed in `DECISIONS`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from store.domain.case_file import CaseFile, Document, Entity, evolve
from store.domain.commands import (
    Command,
    CreateCase,
    DetermineInitialDocumentRequirements,
    UpdateDocumentStatus,
)
from store.domain.document_rules import DOCUMENT_RULES, RULES_VERSION, DocumentRule, rules_for
from store.domain.events import (
    BeneficialOwnerAdded,
    CaseCreated,
    CompanyProfileCreated,
    DocumentRequirementDetermined,
    DocumentStatusUpdated,
    NotificationRequired,
    Payload,
    PersonAddedToCase,
    PersonLinkedToCompany,
)
from store.domain.identifiers import case_reference, derive_id
from store.domain.notification_rules import NotificationRule, case_created_trigger, first_match
from store.domain.refusals import Refusal
from store.domain.statuses import (
    DOCUMENT_MOVES,
    CaseStatus,
    DocumentStatus,
    Reason,
    RejectionReason,
    label,
)
from store.domain.values import PersonData


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force, which `version` names in every commit."""

    documents: tuple[DocumentRule, ...] = DOCUMENT_RULES
    notifications: tuple[NotificationRule, ...] = ()
    version: str = RULES_VERSION


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision needs beside state and command."""

    command_id: str
    rules: Rules


@dataclass(frozen=True, slots=True)
class Fact:
    """An event to be: its payload, and the aggregate whose stream it belongs to."""

    aggregate_id: str
    payload: Payload


def decide(case: CaseFile, command: Command, context: Context) -> list[Fact]:
    """The events that the command leads to, in order; none if there is nothing to change.

    Raises `Refusal` when the command does not hold for this case file.
    """
    return list(DECISIONS[type(command)](case, command, context))


def case_id_of_new_case(command_id: str) -> str:
    """The id of the case file that a `CreateCase` with this command id opens."""
    return derive_id(command_id, "case")


def document_name(document: Document) -> str:
    return f"the {label(document.document_type)} of {document.entity.name}"


def _create_case(case: CaseFile, command: CreateCase, context: Context) -> Iterator[Fact]:
    case_id = case_id_of_new_case(context.command_id)
    if case.exists:
        raise Refusal("case_exists", f"The case {case_reference(case_id)} exists already.")
    company_id = derive_id(context.command_id, "company") if command.company_profile else None
    for aggregate_id, payload in _case_and_parties(case_id, company_id, command, context.command_id):
        case = evolve(case, payload)
        yield Fact(aggregate_id, payload)
    yield from _missing_documents(case, context.rules)
    yield from _notification(case, case_created_trigger(command.traitement_type, command.case_type), context)


def _case_and_parties(
    case_id: str, company_id: str | None, command: CreateCase, command_id: str
) -> Iterator[tuple[str, Payload]]:
    profile = command.company_profile
    if company_id and profile:
        created = CompanyProfileCreated(case_id=case_id, company_id=company_id, profile=profile)
        yield company_id, created
    yield (
        case_id,
        CaseCreated(
            case_id=case_id,
            reference=case_reference(case_id),
            client_id=command.client_id,
            traitement_type=command.traitement_type,
            case_type=command.case_type,
            status=CaseStatus.OPEN,
            name=profile.registered_name if profile else command.persons[0].full_name,
            company_id=company_id,
            source=command.source,
        ),
    )
    known: dict[str, str] = {}
    for index, person in enumerate(command.persons):
        person_id = derive_id(command_id, f"person/{index}")
        for mark in _marks(person):
            known.setdefault(mark, person_id)
        if company_id and person.role_in_company:
            yield (
                company_id,
                PersonLinkedToCompany(case_id=case_id, company_id=company_id, person_id=person_id, person=person),
            )
        else:
            yield case_id, PersonAddedToCase(case_id=case_id, person_id=person_id, person=person)
    for index, owner in enumerate(command.beneficial_owners):
        assert company_id is not None  # CreateCase refuses owners without a company
        owner_person_id = None
        if owner.person_details is not None:
            marks = _marks(owner.person_details, owner.party)
            found = (known[mark] for mark in marks if mark in known)
            owner_person_id = next(found, derive_id(command_id, f"owner/{index}/person"))
            for mark in marks:
                known.setdefault(mark, owner_person_id)
        yield (
            company_id,
            BeneficialOwnerAdded(
                case_id=case_id,
                company_id=company_id,
                owner_id=derive_id(command_id, f"owner/{index}"),
                person_id=owner_person_id,
                owner=owner,
            ),
        )


def _marks(person: PersonData, party: str | None = None) -> list[str]:
    """What tells that an owner is a person of the case: the same record of a register, or the same name and birth.

    A name alone tells nothing, nor does one with a bare year.
    """
    marks = [f"party {party}"] if party else []
    if person.birthdate and len(person.birthdate) > len("YYYY"):
        marks.append(f"born {person.birthdate} {person.full_name.casefold()}")
    return marks


def _determine_documents(case: CaseFile, _: DetermineInitialDocumentRequirements, context: Context) -> Iterator[Fact]:
    yield from _missing_documents(_existing(case), context.rules)


def _missing_documents(case: CaseFile, rules: Rules) -> Iterator[Fact]:
    for entity in case.entities.values():
        for rule in rules_for(rules.documents, case.traitement_type, case.case_type, entity.entity_type):
            requirement_id = document_requirement_id(case.case_id, entity, rule.document_type)
            if requirement_id in case.documents:
                continue
            yield Fact(
                case.case_id,
                DocumentRequirementDetermined(
                    case_id=case.case_id,
                    document_requirement_id=requirement_id,
                    document_type=rule.document_type,
                    entity_type=entity.entity_type,
                    entity_id=entity.entity_id,
                    entity_name=entity.name,
                    is_required=True,
                    status=DocumentStatus.AWAITING_UPLOAD,
                    rule_id=rule.rule_id,
                    rule=rule.sentence,
                ),
            )


def document_requirement_id(case_id: str, entity: Entity, document_type: str) -> str:
    """Two laptops that ask for the same document of the same entity mean the same requirement."""
    return derive_id(case_id, f"document/{entity.entity_id}/{document_type}")


def _notification(case: CaseFile, event_trigger: str, context: Context) -> Iterator[Fact]:
    rule = first_match(context.rules.notifications, event_trigger)
    if rule is None:
        return
    yield Fact(
        case.case_id,
        NotificationRequired(
            case_id=case.case_id,
            notification_id=derive_id(context.command_id, f"notification/{event_trigger}"),
            event_trigger=event_trigger,
            rule_id=rule.rule_id,
            notification_type=rule.notification_type,
            template_id=rule.template_id,
            language_code=rule.language_code,
            client_id=case.client_id,
        ),
    )


def _update_document_status(case: CaseFile, command: UpdateDocumentStatus, _: Context) -> Iterator[Fact]:
    document = _existing(case).documents.get(command.document_requirement_id)
    if document is None:
        raise unknown_document(command.document_requirement_id)
    if command.old_status not in (None, document.status):
        raise Refusal(
            "stale",
            f"{_capitalised(document_name(document))} is {document.status} now, not {command.old_status} as you"
            " saw it: look at the case again, then decide.",
        )
    reason_code = _checked_move(document, command)
    yield Fact(
        document.document_requirement_id,
        DocumentStatusUpdated(
            case_id=case.case_id,
            document_requirement_id=document.document_requirement_id,
            document_type=document.document_type,
            entity_id=document.entity.entity_id,
            entity_name=document.entity.name,
            is_required=document.is_required,
            old_status=document.status,
            new_status=command.new_status,
            reason=command.reason,
            reason_code=reason_code,
            metadata=command.metadata,
        ),
    )


def _checked_move(document: Document, command: UpdateDocumentStatus) -> RejectionReason | None:
    old, new = document.status, command.new_status
    name = _capitalised(document_name(document))
    moves = DOCUMENT_MOVES[old]
    if new not in moves:
        if new is old:
            raise Refusal("forbidden_move", f"{name} is {old} already.")
        raise Refusal(
            "forbidden_move",
            f"{name} is {old} and can't become {new}; it can become {_either(list(moves))}.",
        )
    if moves[new] is Reason.CODE and command.reason_code is None:
        raise Refusal(
            "reason_needed",
            f"Say why {document_name(document)} is rejected: reason_code is one of {_either(list(RejectionReason))}.",
        )
    if moves[new] is Reason.TEXT and command.reason is None:
        raise Refusal("reason_needed", f"Say in reason why {document_name(document)} goes from {old} to {new}.")
    if command.reason_code is not None and moves[new] is not Reason.CODE:
        raise Refusal(
            "reason_not_needed",
            f"The reason code {command.reason_code} is for a rejection; {document_name(document)} becomes {new}.",
        )
    return command.reason_code


def _existing(case: CaseFile) -> CaseFile:
    if not case.exists:
        raise unknown_case("with this id")
    return case


def unknown_case(which: str) -> Refusal:
    return Refusal("unknown_case", f"There is no case {which}: `caseworker cases` lists them all.")


def unknown_document(document_requirement_id: str) -> Refusal:
    return Refusal(
        "unknown_document",
        f"There is no document requirement {document_requirement_id}: `caseworker show CASE --json` lists a case's.",
    )


def _either(options: list[Any]) -> str:
    *others, last = [str(option) for option in options]
    return f"{', '.join(others)} or {last}" if others else last


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


DECISIONS: Final[Mapping[type[Command], Callable[[CaseFile, Any, Context], Iterator[Fact]]]] = {
    CreateCase: _create_case,
    DetermineInitialDocumentRequirements: _determine_documents,
    UpdateDocumentStatus: _update_document_status,
}
"""What decides each command. A new command needs its line here; a test says so."""
