"""DetermineInitialDocumentRequirements asks for what is missing, and for nothing twice."""

from store.domain.casework.opening import case_id_of_new_case
from store.domain.commands import DetermineInitialDocumentRequirements
from store.domain.document_rules import DOCUMENT_RULES, DocumentRule, EntityType
from store.domain.events import DocumentRequirementDetermined
from store.domain.rules import Rules
from store.domain.statuses import TraitementType
from tests.domain.examples import ANA, BEN, DIRECTOR, events_of, kyb, kyc, owner
from tests.domain.specification import COMMAND_ID, given

DETERMINE = DetermineInitialDocumentRequirements(case_id=case_id_of_new_case(COMMAND_ID))
A_NEW_RULE = DocumentRule(
    "kyc-person-funds", TraitementType.KYC, EntityType.PERSON, "SOURCE_OF_FUNDS", "Where the money comes from."
)


def test_refused_with_unknown_case_when_there_is_none() -> None:
    given().when(DETERMINE).refused("unknown_case", "caseworker cases")


def test_nothing_follows_when_nothing_is_missing() -> None:
    given(*events_of(kyb(DIRECTOR, owners=(owner(ANA),)))).when(DETERMINE).then_nothing()


def test_a_case_without_documents_is_asked_for_all_of_them_as_a_new_one_would_be() -> None:
    begun = events_of(kyc(ANA, BEN))
    asked = [event for event in begun if isinstance(event, DocumentRequirementDetermined)]
    without = [event for event in begun if event not in asked]
    given(*without).when(DETERMINE).then(*asked)


def test_only_what_is_missing_is_added() -> None:
    *begun, last = events_of(kyc(ANA))
    given(*begun).when(DETERMINE).then(last)


def test_a_rule_that_is_new_asks_every_person_once() -> None:
    outcome = given(*events_of(kyc(ANA, BEN))).when(DETERMINE, rules=Rules(documents=(*DOCUMENT_RULES, A_NEW_RULE)))
    asked = [(event.document_type, event.entity_name) for event in outcome.all(DocumentRequirementDetermined)]
    assert asked == [("SOURCE_OF_FUNDS", "Ana Ruiz"), ("SOURCE_OF_FUNDS", "Ben Okoro")]
    given(*events_of(kyc(ANA, BEN)), *outcome.payloads).when(
        DETERMINE, rules=Rules(documents=(*DOCUMENT_RULES, A_NEW_RULE))
    ).then_nothing()


def test_a_rule_that_is_gone_takes_nothing_away() -> None:
    given(*events_of(kyc())).when(DETERMINE, rules=Rules(documents=())).then_nothing()


def test_an_owner_of_the_past_is_still_asked_nothing() -> None:
    given(*events_of(kyb(owners=(owner(ANA, ended_on="2019"),)))).when(DETERMINE).then_nothing()


def test_documents_belong_to_the_case() -> None:
    begun = [event for event in events_of(kyc()) if not isinstance(event, DocumentRequirementDetermined)]
    outcome = given(*begun).when(DETERMINE)
    assert {new_event.aggregate_id for new_event in outcome.new_events} == {DETERMINE.case_id}
