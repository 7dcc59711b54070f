"""People, owners and the company: who joins, who is corrected, who leaves, and the documents that follow."""

from typing import Any

import pytest
from pydantic import ValidationError

from store.domain import commands as c
from store.domain.case_file import CaseFile, Document
from store.domain.decider import fold
from store.domain.events import (
    BeneficialOwnerAdded,
    BeneficialOwnerCorrected,
    BeneficialOwnerRemoved,
    CompanyProfileUpdated,
    DocumentRequirementDetermined,
    DocumentStatusUpdated,
    PersonAddedToCase,
    PersonLinkedToCompany,
)
from store.domain.identifiers import derive_id
from store.domain.operation import Payload
from store.domain.statuses import DocumentStatus, RejectionReason
from store.domain.values import BeneficialOwnerData, Directness, PersonData, Share
from tests.domain.examples import ACME, ANA, BEN, DIRECTOR, HOLDING, NOBODY, after, events_of, kyb, kyc, owner
from tests.domain.specification import COMMAND_ID, given

CASE = events_of(kyb(DIRECTOR, owners=(owner(ANA, ownership_percentage=30),)))
ID = fold(CASE).case_id
COMPANY = fold(CASE).company_id or ""
(ANA_S_SHARE,) = fold(CASE).owners
ANA_S_ID = fold(CASE).person_of_owner[ANA_S_SHARE]
DORA_S_ID = next(iter(fold(CASE).persons))
BEN_AS_DIRECTOR = BEN.model_copy(update={"role_in_company": "Director"})


def add(person: PersonData) -> c.AddPersonToCase:
    return c.AddPersonToCase(case_id=ID, person=person)


def link(person: PersonData) -> c.LinkPersonToCompany:
    return c.LinkPersonToCompany(case_id=ID, person=person)


def own(data: BeneficialOwnerData) -> c.AddBeneficialOwner:
    return c.AddBeneficialOwner(case_id=ID, owner=data)


def correct(data: BeneficialOwnerData, owner_id: str = ANA_S_SHARE, **more: Any) -> c.CorrectBeneficialOwner:
    return c.CorrectBeneficialOwner(case_id=ID, owner_id=owner_id, owner=data, **more)


def remove(owner_id: str = ANA_S_SHARE) -> c.RemoveBeneficialOwner:
    return c.RemoveBeneficialOwner(case_id=ID, owner_id=owner_id, reason="sold in May")


def passport_of(payloads: list[Payload], name: str) -> Document:
    """The one passport that is asked of somebody with this name."""
    (only,) = [
        document
        for document in fold(payloads).documents.values()
        if document.entity.name == name and document.document_type == "PASSPORT_DIRECTOR_BO"
    ]
    return only


def move(payloads: list[Payload], name: str, *statuses: DocumentStatus, **more: Any) -> list[Payload]:
    """The passport of somebody goes through these statuses, with what the last of them asks for."""
    *others, last = statuses
    document_id = passport_of(payloads, name).document_requirement_id
    steps = [c.UpdateDocumentStatus(document_requirement_id=document_id, new_status=status) for status in others]
    return after(payloads, *steps, c.UpdateDocumentStatus(document_requirement_id=document_id, new_status=last, **more))


def names(case: CaseFile) -> set[str]:
    return {entity.name for entity in case.entities.values()}


class TestAddingAPerson:
    def test_to_a_company_s_case(self) -> None:
        outcome = given(*CASE).when(add(BEN))
        person_id = derive_id(COMMAND_ID, "person")
        assert outcome.payloads[0] == PersonAddedToCase(case_id=ID, person_id=person_id, person=BEN)
        asked = outcome.the(DocumentRequirementDetermined)
        assert (asked.document_type, asked.entity_id, asked.entity_name) == (
            "PASSPORT_DIRECTOR_BO",
            person_id,
            "Ben Okoro",
        )
        assert [new_event.aggregate_id for new_event in outcome.new_events] == [ID, ID]

    def test_to_a_person_s_case(self) -> None:
        begun = events_of(kyc())
        outcome = given(*begun).when(c.AddPersonToCase(case_id=fold(begun).case_id, person=BEN))
        asked = [(it.document_type, it.entity_name) for it in outcome.all(DocumentRequirementDetermined)]
        assert asked == [("PASSPORT", "Ben Okoro"), ("PROOF_OF_ADDRESS", "Ben Okoro")]

    def test_with_a_role_in_the_company(self) -> None:
        outcome = given(*CASE).when(link(BEN_AS_DIRECTOR))
        person_id = derive_id(COMMAND_ID, "person")
        assert outcome.payloads[0] == PersonLinkedToCompany(
            case_id=ID, company_id=COMPANY, person_id=person_id, person=BEN_AS_DIRECTOR
        )
        assert outcome.new_events[0].aggregate_id == COMPANY
        assert outcome.the(DocumentRequirementDetermined).entity_id == person_id

    @pytest.mark.parametrize("role", [None, "", " "])
    def test_who_is_linked_has_a_role(self, role: str | None) -> None:
        with pytest.raises(ValidationError, match="role_in_company"):
            link(PersonData.model_validate({"firstname": "Ben", "lastname": "Okoro", "role_in_company": role}))

    def test_refused_with_no_company(self) -> None:
        begun = events_of(kyc())
        command = c.LinkPersonToCompany(case_id=fold(begun).case_id, person=DIRECTOR)
        given(*begun).when(command).refused("no_company", "a KYC case")

    @pytest.mark.parametrize("again", [DIRECTOR, DIRECTOR.model_copy(update={"lastname": "LIND", "email": None})])
    def test_refused_with_person_exists(self, again: PersonData) -> None:
        given(*CASE).when(link(again)).refused("person_exists", "Dora Lind, born 1969-07")
        given(*CASE).when(add(again)).refused("person_exists", "is in the case already")

    @pytest.mark.parametrize("birthdate", [None, "1980"])
    def test_a_name_alone_or_with_a_bare_year_tells_nothing(self, birthdate: str | None) -> None:
        ann = PersonData(firstname="Ann", lastname="Lee", birthdate=birthdate)
        added = after(CASE, add(ann), add(ann))
        assert len(fold(added).persons) == 3

    def test_an_owner_who_turns_out_to_be_a_director_is_one_person(self) -> None:
        ana = ANA.model_copy(update={"role_in_company": "Director"})
        outcome = given(*CASE).when(link(ana))
        outcome.then(PersonLinkedToCompany(case_id=ID, company_id=COMPANY, person_id=ANA_S_ID, person=ana))
        assert [d.entity.entity_id for d in fold([*CASE, *outcome.payloads]).documents.values()].count(ANA_S_ID) == 1

    def test_an_owner_of_the_past_who_becomes_a_director_is_asked_for_documents(self) -> None:
        begun = events_of(kyb(owners=(owner(ANA, ended_on="2019"),)))
        outcome = given(*begun).when(link(ANA.model_copy(update={"role_in_company": "Director"})))
        assert outcome.the(DocumentRequirementDetermined).entity_name == "Ana Ruiz"


class TestAddingAnOwner:
    def test_a_person_is_asked_for_documents(self) -> None:
        outcome = given(*CASE).when(own(owner(BEN, ownership_percentage=20)))
        person_id = derive_id(COMMAND_ID, "owner/person")
        assert outcome.payloads[0] == BeneficialOwnerAdded(
            case_id=ID,
            company_id=COMPANY,
            owner_id=derive_id(COMMAND_ID, "owner"),
            person_id=person_id,
            owner=owner(BEN, ownership_percentage=20),
        )
        assert outcome.the(DocumentRequirementDetermined).entity_id == person_id
        assert [new_event.aggregate_id for new_event in outcome.new_events] == [COMPANY, ID]

    @pytest.mark.parametrize("data", [HOLDING, NOBODY])
    def test_an_entity_or_nobody_is_asked_for_none(self, data: BeneficialOwnerData) -> None:
        assert given(*CASE).when(own(data)).the(BeneficialOwnerAdded).person_id is None
        assert given(*CASE).when(own(data)).all(DocumentRequirementDetermined) == []

    @pytest.mark.parametrize(("person", "known"), [(DIRECTOR, DORA_S_ID), (ANA, ANA_S_ID)])
    def test_who_is_in_the_case_already_is_the_same_person(self, person: PersonData, known: str) -> None:
        outcome = given(*CASE).when(own(owner(person, ownership_percentage=10)))
        assert [type(payload) for payload in outcome.payloads] == [BeneficialOwnerAdded]
        assert outcome.the(BeneficialOwnerAdded).person_id == known

    def test_the_same_record_of_a_register_is_the_same_person(self) -> None:
        named = PersonData(firstname="Li", lastname="Wei")
        begun = after(CASE, own(owner(named, party="p-7", ownership_percentage=10)))
        added = given(*begun).when(own(owner(named, party="p-7", held_in="p-8"))).the(BeneficialOwnerAdded)
        assert added.person_id in fold(begun).person_of_owner.values()
        other = given(*begun).when(own(owner(named, party="p-9"))).the(BeneficialOwnerAdded)
        assert other.person_id not in fold(begun).person_of_owner.values()

    def test_refused_with_shares_over_100(self) -> None:
        given(*CASE).when(own(owner(BEN, ownership_percentage=70))).the(BeneficialOwnerAdded)
        given(*CASE).when(own(owner(BEN, ownership_percentage=70.5))).refused("shares_over_100", "at least 100.5 %")
        band = HOLDING.model_copy(update={"share": Share(minimum=75, maximum=100)})
        given(*CASE).when(own(band)).refused("shares_over_100", "at least 105 %", "correct or remove")

    @pytest.mark.parametrize(
        "more",
        [
            {"ownership_percentage": 90, "held_in": "another"},
            {"ownership_percentage": 90, "ended_on": "2020"},
            {"ownership_percentage": 90, "directness": Directness.INDIRECT},
            {"share": Share(maximum=90)},
            {},
        ],
    )
    def test_only_direct_minimum_shares_of_today_count(self, more: dict[str, Any]) -> None:
        given(*CASE).when(own(owner(BEN, **more))).the(BeneficialOwnerAdded)

    def test_refused_with_no_company(self) -> None:
        begun = events_of(kyc())
        command = c.AddBeneficialOwner(case_id=fold(begun).case_id, owner=HOLDING)
        given(*begun).when(command).refused("no_company", "no owners")


class TestCorrectingAnOwner:
    def test_another_share_of_the_same_person(self) -> None:
        given(*CASE).when(correct(owner(ANA, ownership_percentage=40))).then(
            BeneficialOwnerCorrected(
                case_id=ID,
                company_id=COMPANY,
                owner_id=ANA_S_SHARE,
                person_id=ANA_S_ID,
                owner=owner(ANA, ownership_percentage=40),
            )
        )

    def test_another_spelling_of_the_name_keeps_person_and_documents(self) -> None:
        """And every sentence from then on has the name of today."""
        anna = ANA.model_copy(update={"firstname": "Anna", "birthdate": "1981"})
        corrected = after(CASE, correct(owner(anna, ownership_percentage=30)))
        assert names(fold(corrected)) == {"Acme Werke GmbH", "Dora Lind", "Anna Ruiz"}
        assert passport_of(corrected, "Anna Ruiz").entity.entity_id == ANA_S_ID
        uploaded = move(corrected, "Anna Ruiz", DocumentStatus.UPLOADED)[-1]
        assert isinstance(uploaded, DocumentStatusUpdated)
        assert uploaded.entity_name == "Anna Ruiz"

    def test_a_person_who_becomes_an_entity_leaves(self) -> None:
        outcome = given(*CASE).when(correct(HOLDING))
        assert outcome.the(BeneficialOwnerCorrected).person_id is None
        gone = outcome.the(DocumentStatusUpdated)
        assert (gone.new_status, gone.reason) == ("NOT_APPLICABLE", "Ana Ruiz left the case")
        assert names(fold([*CASE, *outcome.payloads])) == {"Acme Werke GmbH", "Dora Lind"}

    def test_an_entity_that_becomes_a_person_is_asked_for_documents(self) -> None:
        held = events_of(kyb(owners=(HOLDING,)))
        outcome = given(*held).when(correct(owner(BEN), next(iter(fold(held).owners))))
        assert outcome.the(BeneficialOwnerCorrected).person_id == derive_id(COMMAND_ID, "owner/person")
        assert outcome.the(DocumentRequirementDetermined).entity_name == "Ben Okoro"

    def test_an_owner_who_turns_out_to_be_the_director(self) -> None:
        """One person from then on: the other passport is no longer asked for."""
        outcome = given(*CASE).when(correct(owner(DIRECTOR, ownership_percentage=30)))
        assert outcome.the(BeneficialOwnerCorrected).person_id == DORA_S_ID
        assert outcome.the(DocumentStatusUpdated).reason == "Ana Ruiz left the case"
        assert passport_of([*CASE, *outcome.payloads], "Dora Lind").status is DocumentStatus.AWAITING_UPLOAD

    def test_an_owner_who_turns_out_not_to_be_the_director(self) -> None:
        """The director stays, with her documents and her name."""
        both = events_of(kyb(DIRECTOR, owners=(owner(DIRECTOR),)))
        outcome = given(*both).when(correct(owner(BEN), next(iter(fold(both).owners))))
        assert outcome.the(BeneficialOwnerCorrected).person_id == derive_id(COMMAND_ID, "owner/person")
        assert [type(it) for it in outcome.payloads] == [BeneficialOwnerCorrected, DocumentRequirementDetermined]
        assert names(fold([*both, *outcome.payloads])) == {"Acme Werke GmbH", "Dora Lind", "Ben Okoro"}

    def test_a_share_that_ended_lets_the_person_leave_and_back_again(self) -> None:
        """Who comes back is asked for the passport again: it was never seen."""
        ended = after(CASE, correct(owner(ANA, ownership_percentage=30, ended_on="2025")))
        assert passport_of(ended, "Ana Ruiz").status is DocumentStatus.NOT_APPLICABLE
        assert "Ana Ruiz" not in names(fold(ended))
        outcome = given(*ended).when(correct(owner(ANA, ownership_percentage=30)))
        again = outcome.the(DocumentStatusUpdated)
        assert (again.old_status, again.new_status) == ("NOT_APPLICABLE", "AWAITING_UPLOAD")
        assert again.reason == "Ana Ruiz is in the case again"

    @pytest.mark.parametrize("change", [{"firstname": "Anna"}, {"birthdate": "1981-02-28"}])
    def test_what_was_verified_for_another_identity_is_looked_at_again(self, change: dict[str, str]) -> None:
        passport = passport_of(CASE, "Ana Ruiz").document_requirement_id
        steps = (DocumentStatus.UPLOADED, DocumentStatus.VERIFIED_MANUAL)
        moves = [c.UpdateDocumentStatus(document_requirement_id=passport, new_status=status) for status in steps]
        corrected = owner(ANA.model_copy(update=change), ownership_percentage=30)
        moved = given(*after(CASE, *moves)).when(correct(corrected)).the(DocumentStatusUpdated)
        assert (moved.document_requirement_id, moved.new_status) == (passport, DocumentStatus.UPLOADED)
        assert moved.reason == "verified before the name or date of birth was corrected"

    def test_what_was_verified_stays_verified(self) -> None:
        verified = move(CASE, "Ana Ruiz", DocumentStatus.UPLOADED, DocumentStatus.VERIFIED_MANUAL)
        ended = after(verified, correct(owner(ANA, ended_on="2025")))
        assert passport_of(ended, "Ana Ruiz").status is DocumentStatus.VERIFIED_MANUAL
        given(*ended).when(correct(owner(ANA))).the(BeneficialOwnerCorrected)

    @pytest.mark.parametrize("seen", [None, owner(ANA, ownership_percentage=30)])
    def test_as_it_was_seen(self, seen: BeneficialOwnerData | None) -> None:
        given(*CASE).when(correct(owner(ANA), seen=seen)).the(BeneficialOwnerCorrected)

    def test_refused_with_stale_when_somebody_was_quicker(self) -> None:
        quicker = after(CASE, correct(owner(ANA, ownership_percentage=35)))
        late = correct(owner(ANA, ownership_percentage=40), seen=owner(ANA, ownership_percentage=30))
        given(*quicker).when(late).refused("stale", "The owner Ana Ruiz has changed since you saw it")

    def test_refused_with_nothing_changes(self) -> None:
        given(*CASE).when(correct(owner(ANA, ownership_percentage=30))).refused("nothing_changes", "Ana Ruiz")

    def test_refused_with_unknown_owner(self) -> None:
        given(*CASE).when(correct(HOLDING, "nobody")).refused("unknown_owner", "the id nobody", "caseworker show")

    def test_refused_with_shares_over_100(self) -> None:
        two = after(CASE, own(HOLDING.model_copy(update={"ownership_percentage": 60.0})))
        given(*two).when(correct(owner(ANA, ownership_percentage=41))).refused("shares_over_100", "at least 101 %")
        given(*two).when(correct(owner(ANA, ownership_percentage=40))).the(BeneficialOwnerCorrected)

    def test_refused_with_no_company(self) -> None:
        begun = events_of(kyc())
        command = correct(HOLDING).model_copy(update={"case_id": fold(begun).case_id})
        given(*begun).when(command).refused("no_company")


class TestSharesThatARegisterStatesOver100:
    """They are taken in as they are, and can be mended step by step."""

    CASE = events_of(kyb(owners=tuple(owner(p, ownership_percentage=80) for p in (ANA, BEN, DIRECTOR))))

    def test_a_step_towards_100_is_welcome(self) -> None:
        first = next(iter(fold(self.CASE).owners))
        given(*self.CASE).when(correct(owner(ANA, ownership_percentage=10), first)).the(BeneficialOwnerCorrected)

    def test_a_name_can_be_corrected_meanwhile(self) -> None:
        first = next(iter(fold(self.CASE).owners))
        anna = ANA.model_copy(update={"firstname": "Anna"})
        given(*self.CASE).when(correct(owner(anna, ownership_percentage=80), first)).the(BeneficialOwnerCorrected)

    def test_refused_with_shares_over_100_for_a_step_away_from_it(self) -> None:
        first = next(iter(fold(self.CASE).owners))
        given(*self.CASE).when(correct(owner(ANA, ownership_percentage=81), first)).refused("shares_over_100", "241 %")
        given(*self.CASE).when(own(HOLDING.model_copy(update={"ownership_percentage": 1.0}))).refused("shares_over_100")

    def test_an_owner_without_a_figure_can_be_added(self) -> None:
        given(*self.CASE).when(own(HOLDING)).the(BeneficialOwnerAdded)


class TestRemovingAnOwner:
    def test_who_was_only_that_leaves_with_the_documents(self) -> None:
        outcome = given(*CASE).when(remove())
        passport = passport_of(CASE, "Ana Ruiz")
        outcome.then(
            BeneficialOwnerRemoved(
                case_id=ID, company_id=COMPANY, owner_id=ANA_S_SHARE, name="Ana Ruiz", reason="sold in May"
            ),
            DocumentStatusUpdated(
                case_id=ID,
                document_requirement_id=passport.document_requirement_id,
                document_type="PASSPORT_DIRECTOR_BO",
                entity_id=ANA_S_ID,
                entity_name="Ana Ruiz",
                is_required=True,
                old_status=DocumentStatus.AWAITING_UPLOAD,
                new_status=DocumentStatus.NOT_APPLICABLE,
                reason="Ana Ruiz left the case",
            ),
        )
        case = fold([*CASE, *outcome.payloads])
        assert (case.owners, case.person_of_owner) == ({}, {})
        assert ANA_S_ID not in case.entities

    @pytest.mark.parametrize(
        ("statuses", "more"),
        [
            ([DocumentStatus.UPLOADED], {}),
            ([DocumentStatus.UPLOADED, DocumentStatus.REJECTED], {"reason_code": RejectionReason.BAD_IMAGE}),
        ],
    )
    def test_documents_in_any_open_status_are_done_with(
        self, statuses: list[DocumentStatus], more: dict[str, Any]
    ) -> None:
        outcome = given(*move(CASE, "Ana Ruiz", *statuses, **more)).when(remove())
        left = outcome.the(DocumentStatusUpdated)
        assert (left.old_status, left.new_status) == (statuses[-1], "NOT_APPLICABLE")

    def test_documents_that_are_done_stay_as_they_are(self) -> None:
        verified = move(CASE, "Ana Ruiz", DocumentStatus.UPLOADED, DocumentStatus.VERIFIED_SYSTEM)
        assert given(*verified).when(remove()).all(DocumentStatusUpdated) == []

    def test_who_is_also_a_director_stays(self) -> None:
        both = events_of(kyb(DIRECTOR, owners=(owner(DIRECTOR),)))
        outcome = given(*both).when(remove(next(iter(fold(both).owners))))
        assert [type(payload) for payload in outcome.payloads] == [BeneficialOwnerRemoved]
        assert "Dora Lind" in names(fold([*both, *outcome.payloads]))

    def test_who_has_another_share_stays(self) -> None:
        twice = after(CASE, own(owner(ANA, held_in="holding")))
        outcome = given(*twice).when(remove())
        assert [type(payload) for payload in outcome.payloads] == [BeneficialOwnerRemoved]
        assert "Ana Ruiz" in names(fold([*twice, *outcome.payloads]))

    def test_a_share_of_the_past_keeps_nobody(self) -> None:
        twice = after(CASE, own(owner(ANA, held_in="holding", ended_on="2020")))
        outcome = given(*twice).when(remove())
        assert outcome.the(DocumentStatusUpdated).reason == "Ana Ruiz left the case"
        assert "Ana Ruiz" not in names(fold([*twice, *outcome.payloads]))

    @pytest.mark.parametrize("data", [HOLDING, NOBODY])
    def test_an_entity_or_nobody_leaves_no_documents(self, data: BeneficialOwnerData) -> None:
        held = events_of(kyb(DIRECTOR, owners=(data,)))
        outcome = given(*held).when(remove(next(iter(fold(held).owners))))
        assert outcome.payloads == [outcome.the(BeneficialOwnerRemoved)]

    def test_who_leaves_and_is_added_again_is_asked_again(self) -> None:
        outcome = given(*after(CASE, remove())).when(own(owner(ANA)))
        assert outcome.the(DocumentRequirementDetermined).entity_name == "Ana Ruiz"

    def test_refused_with_unknown_owner(self) -> None:
        given(*CASE).when(remove("nobody")).refused("unknown_owner", "nobody")
        given(*after(CASE, remove())).when(remove()).refused("unknown_owner")

    def test_refused_with_no_company(self) -> None:
        begun = events_of(kyc())
        given(*begun).when(remove().model_copy(update={"case_id": fold(begun).case_id})).refused("no_company")


class TestTheCompany:
    RENAMED = ACME.model_copy(update={"registered_name": "Acme Works Ltd"})

    def test_gets_another_profile(self) -> None:
        command = c.UpdateCompanyProfile(case_id=ID, company_profile=self.RENAMED, seen=ACME)
        outcome = given(*CASE).when(command)
        outcome.then(CompanyProfileUpdated(case_id=ID, company_id=COMPANY, profile=self.RENAMED))
        assert outcome.new_events[0].aggregate_id == COMPANY

    def test_documents_follow_the_name(self) -> None:
        case = fold(after(CASE, c.UpdateCompanyProfile(case_id=ID, company_profile=self.RENAMED)))
        assert case.entities[COMPANY].name == "Acme Works Ltd"
        assert {d.entity.name for d in case.documents.values() if d.entity.entity_id == COMPANY} == {"Acme Works Ltd"}

    def test_refused_with_nothing_changes(self) -> None:
        given(*CASE).when(c.UpdateCompanyProfile(case_id=ID, company_profile=ACME)).refused("nothing_changes")

    def test_refused_with_stale_when_somebody_was_quicker(self) -> None:
        late = c.UpdateCompanyProfile(case_id=ID, company_profile=ACME, seen=self.RENAMED)
        given(*CASE).when(late).refused("stale", "The company's profile has changed since you saw it")

    def test_refused_with_no_company(self) -> None:
        begun = events_of(kyc())
        command = c.UpdateCompanyProfile(case_id=fold(begun).case_id, company_profile=ACME)
        given(*begun).when(command).refused("no_company")
