"""CreateCase: the case, its company, its people and its owners, and the documents and notifications that follow."""

import pytest
from pydantic import ValidationError

from store.domain.casework.opening import case_id_of_new_case
from store.domain.commands import CreateCase
from store.domain.events import (
    BeneficialOwnerAdded,
    CaseCreated,
    CompanyProfileCreated,
    DocumentRequirementDetermined,
    NotificationRequired,
    PersonAddedToCase,
    PersonLinkedToCompany,
)
from store.domain.identifiers import case_reference, derive_id
from store.domain.notification_rules import NotificationRule
from store.domain.rules import Rules
from store.domain.statuses import CaseStatus, DocumentStatus, TraitementType
from store.domain.values import PersonData
from tests.domain.examples import ACME, ANA, BEN, DIRECTOR, HOLDING, NOBODY, events_of, kyb, kyc, owner
from tests.domain.specification import COMMAND_ID, Outcome, given

CASE_ID = case_id_of_new_case(COMMAND_ID)
COMPANY_ID = derive_id(COMMAND_ID, "company")


def documents(outcome: Outcome) -> list[tuple[str, str]]:
    return [(event.document_type, event.entity_name) for event in outcome.all(DocumentRequirementDetermined)]


def test_a_kyc_case_begins_with_the_case_its_people_and_their_documents() -> None:
    ana_id = derive_id(COMMAND_ID, "person/0")
    given().when(kyc(ANA)).then(
        CaseCreated(
            case_id=CASE_ID,
            reference=case_reference(CASE_ID),
            client_id="C-1",
            traitement_type=TraitementType.KYC,
            case_type="standard",
            status=CaseStatus.OPEN,
            name="Ana Ruiz",
        ),
        PersonAddedToCase(case_id=CASE_ID, person_id=ana_id, person=ANA),
        DocumentRequirementDetermined(
            case_id=CASE_ID,
            document_requirement_id=derive_id(CASE_ID, f"document/{ana_id}/PASSPORT"),
            document_type="PASSPORT",
            entity_type="PERSON",
            entity_id=ana_id,
            entity_name="Ana Ruiz",
            is_required=True,
            status=DocumentStatus.AWAITING_UPLOAD,
            rule_id="kyc-person-passport",
            rule="Every person in a KYC case proves who they are with a passport.",
        ),
        DocumentRequirementDetermined(
            case_id=CASE_ID,
            document_requirement_id=derive_id(CASE_ID, f"document/{ana_id}/PROOF_OF_ADDRESS"),
            document_type="PROOF_OF_ADDRESS",
            entity_type="PERSON",
            entity_id=ana_id,
            entity_name="Ana Ruiz",
            is_required=True,
            status=DocumentStatus.AWAITING_UPLOAD,
            rule_id="kyc-person-address",
            rule="Every person in a KYC case proves where they live.",
        ),
    )


def test_a_kyb_case_begins_with_its_company_and_is_named_after_it() -> None:
    outcome = given().when(kyb())
    company, case = outcome.payloads[:2]
    assert company == CompanyProfileCreated(case_id=CASE_ID, company_id=COMPANY_ID, profile=ACME)
    assert isinstance(case, CaseCreated)
    assert (case.name, case.company_id) == ("Acme Werke GmbH", COMPANY_ID)


def test_events_of_the_company_go_to_the_company_and_all_others_to_the_case() -> None:
    outcome = given().when(kyb(DIRECTOR, BEN, owners=(HOLDING,)))
    streams = {type(new_event.payload).__name__: new_event.aggregate_id for new_event in outcome.new_events}
    assert streams == {
        "CompanyProfileCreated": COMPANY_ID,
        "CaseCreated": CASE_ID,
        "PersonLinkedToCompany": COMPANY_ID,
        "PersonAddedToCase": CASE_ID,
        "BeneficialOwnerAdded": COMPANY_ID,
        "DocumentRequirementDetermined": CASE_ID,
    }
    assert {payload.case_id for payload in outcome.payloads} == {CASE_ID}


def test_the_same_command_names_the_same_things_whenever_it_runs() -> None:
    command = kyb(DIRECTOR, owners=(owner(ANA), HOLDING))
    assert given().when(command).payloads == given().when(command).payloads


def test_another_command_id_opens_another_case() -> None:
    first, second = (given().when(kyc(), command_id=name).the(CaseCreated) for name in ("first", "second"))
    assert first.case_id != second.case_id
    assert first.reference != second.reference


def test_refused_with_case_exists_when_the_case_is_there_already() -> None:
    given(*events_of(kyc())).when(kyc()).refused("case_exists", case_reference(CASE_ID))


def test_the_source_of_a_record_is_kept() -> None:
    command = kyc().model_copy(update={"source": "GLEIF, golden copy"})
    assert given().when(command).the(CaseCreated).source == "GLEIF, golden copy"


class TestPeople:
    def test_a_person_with_a_role_is_linked_to_the_company(self) -> None:
        linked = given().when(kyb(DIRECTOR)).the(PersonLinkedToCompany)
        assert (linked.company_id, linked.person) == (COMPANY_ID, DIRECTOR)

    def test_a_person_without_a_role_in_kyb_is_added_to_the_case_and_never_dropped(self) -> None:
        outcome = given().when(kyb(BEN))
        assert outcome.the(PersonAddedToCase).person == BEN
        assert ("PASSPORT_DIRECTOR_BO", "Ben Okoro") in documents(outcome)

    def test_a_person_with_a_role_in_kyc_is_added_to_the_case_as_there_is_no_company(self) -> None:
        assert given().when(kyc(DIRECTOR)).the(PersonAddedToCase).person == DIRECTOR

    def test_two_people_of_one_name_stay_two(self) -> None:
        twin = PersonData(firstname="Ana", lastname="Ruiz")
        added = given().when(kyc(twin, twin)).all(PersonAddedToCase)
        assert len({event.person_id for event in added}) == 2


class TestOwners:
    def test_an_owner_who_is_also_a_director_is_one_person_and_asked_once(self) -> None:
        outcome = given().when(kyb(DIRECTOR, owners=(owner(DIRECTOR, ownership_percentage=60),)))
        assert outcome.the(BeneficialOwnerAdded).person_id == outcome.the(PersonLinkedToCompany).person_id
        assert documents(outcome).count(("PASSPORT_DIRECTOR_BO", "Dora Lind")) == 1

    def test_names_that_differ_in_capitals_only_are_the_same_person(self) -> None:
        shouted = PersonData(firstname="DORA", lastname="LIND", birthdate=DIRECTOR.birthdate)
        outcome = given().when(kyb(DIRECTOR, owners=(owner(shouted),)))
        assert outcome.the(BeneficialOwnerAdded).person_id == outcome.the(PersonLinkedToCompany).person_id

    @pytest.mark.parametrize("birthdate", [None, "1970-07"])
    def test_without_the_same_date_of_birth_they_are_two_people(self, birthdate: str | None) -> None:
        namesake = PersonData(firstname="Dora", lastname="Lind", birthdate=birthdate)
        outcome = given().when(kyb(DIRECTOR, owners=(owner(namesake),)))
        assert outcome.the(BeneficialOwnerAdded).person_id != outcome.the(PersonLinkedToCompany).person_id
        assert documents(outcome).count(("PASSPORT_DIRECTOR_BO", "Dora Lind")) == 2

    def test_two_people_without_a_date_of_birth_are_never_taken_for_one(self) -> None:
        undated = PersonData(firstname="Dora", lastname="Lind", role_in_company="Director")
        outcome = given().when(kyb(undated, owners=(owner(undated),)))
        assert outcome.the(BeneficialOwnerAdded).person_id != outcome.the(PersonLinkedToCompany).person_id

    def test_an_owner_with_two_interests_is_one_person_and_asked_once(self) -> None:
        outcome = given().when(kyb(owners=(owner(ANA, ownership_percentage=30), owner(ANA, ownership_percentage=20))))
        first, second = outcome.all(BeneficialOwnerAdded)
        assert first.person_id == second.person_id
        assert first.owner_id != second.owner_id
        assert documents(outcome).count(("PASSPORT_DIRECTOR_BO", "Ana Ruiz")) == 1

    @pytest.mark.parametrize("nameless", [HOLDING, NOBODY])
    def test_an_owner_who_is_no_natural_person_is_kept_and_asked_nothing(self, nameless: object) -> None:
        outcome = given().when(kyb(owners=(nameless,)))  # type: ignore[arg-type]
        added = outcome.the(BeneficialOwnerAdded)
        assert (added.person_id, added.owner) == (None, nameless)
        assert {name for _, name in documents(outcome)} == {"Acme Werke GmbH"}

    def test_an_owner_of_the_past_is_kept_and_asked_nothing(self) -> None:
        outcome = given().when(kyb(owners=(owner(ANA, ended_on="2020-05-31"),)))
        assert outcome.the(BeneficialOwnerAdded).owner.ended_on == "2020-05-31"
        assert {name for _, name in documents(outcome)} == {"Acme Werke GmbH"}

    def test_a_director_who_was_an_owner_in_the_past_is_still_asked(self) -> None:
        outcome = given().when(kyb(DIRECTOR, owners=(owner(DIRECTOR, ended_on="2020"),)))
        assert ("PASSPORT_DIRECTOR_BO", "Dora Lind") in documents(outcome)


class TestDocuments:
    def test_each_person_of_a_kyc_case_shows_a_passport_and_an_address(self) -> None:
        assert documents(given().when(kyc(ANA, BEN))) == [
            ("PASSPORT", "Ana Ruiz"),
            ("PROOF_OF_ADDRESS", "Ana Ruiz"),
            ("PASSPORT", "Ben Okoro"),
            ("PROOF_OF_ADDRESS", "Ben Okoro"),
        ]

    def test_a_kyb_case_asks_its_company_and_everybody_behind_it(self) -> None:
        assert documents(given().when(kyb(DIRECTOR, owners=(owner(ANA),)))) == [
            ("COMPANY_REGISTRATION_CERTIFICATE", "Acme Werke GmbH"),
            ("ARTICLES_OF_ASSOCIATION", "Acme Werke GmbH"),
            ("PASSPORT_DIRECTOR_BO", "Dora Lind"),
            ("PASSPORT_DIRECTOR_BO", "Ana Ruiz"),
        ]

    @pytest.mark.parametrize(
        "case_type", ["enhanced-due-diligence", "ENHANCED_DUE_DILIGENCE", "Enhanced due diligence"]
    )
    def test_enhanced_due_diligence_asks_the_company_for_audited_accounts_too(self, case_type: str) -> None:
        assert documents(given().when(kyb(case_type=case_type))) == [
            ("COMPANY_REGISTRATION_CERTIFICATE", "Acme Werke GmbH"),
            ("ARTICLES_OF_ASSOCIATION", "Acme Werke GmbH"),
            ("FINANCIAL_STATEMENTS_AUDITED", "Acme Werke GmbH"),
        ]

    def test_enhanced_due_diligence_on_a_person_asks_nothing_more(self) -> None:
        asked = documents(given().when(kyc(ANA, case_type="enhanced-due-diligence")))
        assert [document_type for document_type, _ in asked] == ["PASSPORT", "PROOF_OF_ADDRESS"]

    def test_without_rules_nothing_is_asked(self) -> None:
        assert documents(given().when(kyb(DIRECTOR), rules=Rules(documents=()))) == []

    def test_every_document_is_required_and_names_the_rule_that_asks(self) -> None:
        for event in given().when(kyb(DIRECTOR)).all(DocumentRequirementDetermined):
            assert event.is_required
            assert event.status is DocumentStatus.AWAITING_UPLOAD
            assert event.rule_id.startswith("kyb-")
            assert event.rule.endswith(".")


def rule(rule_id: str, trigger: str = "CASE_CREATED_KYC_STANDARD", *, is_active: bool = True) -> NotificationRule:
    return NotificationRule(rule_id=rule_id, event_trigger=trigger, is_active=is_active, notification_type="EMAIL")


class TestNotifications:
    def test_a_matching_rule_asks_for_a_notification(self) -> None:
        welcome = NotificationRule(
            rule_id="welcome",
            event_trigger="CASE_CREATED_KYC_STANDARD",
            notification_type="EMAIL",
            template_id="T1",
            language_code="fr",
        )
        outcome = given().when(kyc(), rules=Rules(notifications=(welcome,)))
        assert outcome.the(NotificationRequired) == NotificationRequired(
            case_id=CASE_ID,
            notification_id=derive_id(COMMAND_ID, "notification/CASE_CREATED_KYC_STANDARD"),
            event_trigger="CASE_CREATED_KYC_STANDARD",
            rule_id="welcome",
            notification_type="EMAIL",
            template_id="T1",
            language_code="fr",
            client_id="C-1",
        )

    def test_the_first_active_match_wins(self) -> None:
        rules = Rules(notifications=(rule("off", is_active=False), rule("first"), rule("second")))
        assert given().when(kyc(), rules=rules).the(NotificationRequired).rule_id == "first"

    def test_inactive_rules_are_skipped(self) -> None:
        rules = Rules(notifications=(rule("off", is_active=False),))
        assert given().when(kyc(), rules=rules).all(NotificationRequired) == []

    def test_a_rule_for_another_trigger_does_not_match(self) -> None:
        rules = Rules(notifications=(rule("kyb", "CASE_CREATED_KYB_STANDARD"),))
        assert given().when(kyc(), rules=rules).all(NotificationRequired) == []

    def test_the_trigger_is_in_capitals_with_underscores(self) -> None:
        rules = Rules(notifications=(rule("edd", "CASE_CREATED_KYB_ENHANCED_DUE_DILIGENCE"),))
        outcome = given().when(kyb(case_type="enhanced-due-diligence"), rules=rules)
        assert outcome.the(NotificationRequired).rule_id == "edd"


class TestWhatACommandMustHold:
    """What CreateCase checks before any rule is asked."""

    def test_kyb_needs_a_company(self) -> None:
        with pytest.raises(ValidationError, match="a KYB case needs a company_profile"):
            CreateCase(client_id="C", traitement_type=TraitementType.KYB, case_type="standard")

    def test_kyc_needs_a_person(self) -> None:
        with pytest.raises(ValidationError, match="a KYC case needs at least one person"):
            CreateCase(client_id="C", traitement_type=TraitementType.KYC, case_type="standard")

    def test_kyc_has_no_owners(self) -> None:
        with pytest.raises(ValidationError, match="a KYC case can't have beneficial_owners"):
            CreateCase(
                client_id="C",
                traitement_type=TraitementType.KYC,
                case_type="standard",
                persons=(ANA,),
                beneficial_owners=(HOLDING,),
            )

    def test_kyc_has_no_company(self) -> None:
        with pytest.raises(ValidationError, match="a KYC case can't have a company_profile"):
            CreateCase(
                client_id="C",
                traitement_type=TraitementType.KYC,
                case_type="standard",
                persons=(ANA,),
                company_profile=ACME,
            )

    @pytest.mark.parametrize("spelt", ["KYC", "kyc", "Kyc"])
    def test_the_traitement_type_may_be_written_in_any_case(self, spelt: str) -> None:
        command = CreateCase.model_validate(
            {"client_id": "C", "traitement_type": spelt, "case_type": "standard", "persons": [ANA.model_dump()]}
        )
        assert command.traitement_type is TraitementType.KYC

    @pytest.mark.parametrize("wrong", ["KYX", "", 1, None])
    def test_another_traitement_type_is_refused(self, wrong: object) -> None:
        with pytest.raises(ValidationError, match="traitement_type"):
            CreateCase.model_validate({"client_id": "C", "traitement_type": wrong, "case_type": "standard"})

    def test_an_unknown_field_is_refused_by_name(self) -> None:
        with pytest.raises(ValidationError, match="priority"):
            CreateCase.model_validate({**kyc().model_dump(), "priority": "high"})
