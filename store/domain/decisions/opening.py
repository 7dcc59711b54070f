"""Opening a case: the company, the people and owners, the documents that the rules ask for, a notification."""

from collections.abc import Iterator

from store.domain.case_file import CaseFile, evolve
from store.domain.commands import CreateCase
from store.domain.decisions.basis import Context, Fact
from store.domain.decisions.documents import missing_documents
from store.domain.decisions.parties import marks_of
from store.domain.events import (
    BeneficialOwnerAdded,
    CaseCreated,
    CompanyProfileCreated,
    NotificationRequired,
    Payload,
    PersonAddedToCase,
    PersonLinkedToCompany,
)
from store.domain.identifiers import case_reference, derive_id
from store.domain.notification_rules import case_created_trigger, first_match
from store.domain.refusals import Refusal
from store.domain.statuses import CaseStatus


def case_id_of_new_case(command_id: str) -> str:
    """The id of the case file that a `CreateCase` with this command id opens."""
    return derive_id(command_id, "case")


def create_case(case: CaseFile, command: CreateCase, context: Context) -> Iterator[Fact]:
    case_id = case_id_of_new_case(context.command_id)
    if case.exists:
        raise Refusal("case_exists", f"The case {case_reference(case_id)} exists already.")
    company_id = derive_id(context.command_id, "company") if command.company_profile else None
    for aggregate_id, payload in _case_and_parties(case_id, company_id, command, context.command_id):
        case = evolve(case, payload)
        yield Fact(aggregate_id, payload)
    yield from missing_documents(case, context.rules)
    yield from notification(case, case_created_trigger(command.traitement_type, command.case_type), context)


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
        for mark in marks_of(person):
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
            marks = marks_of(owner.person_details, owner.party)
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


def notification(case: CaseFile, event_trigger: str, context: Context) -> Iterator[Fact]:
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
