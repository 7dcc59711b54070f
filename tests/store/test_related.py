"""The same company or person in other cases: found by index, said with how certain it is and why."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.domain import commands as c
from store.domain.commands import CreateCase
from store.domain.values import BeneficialOwnerData, CompanyProfileData, EntityData, OwnerKind, PersonData
from store.engine.case_store import CaseStore, Receipt
from store.intake.importer import import_files
from store.queries import related as related_module
from store.queries.case_file import case_file
from store.queries.related import Related, related
from tests.domain.examples import ACME, ANA, BEN, DIRECTOR, HOLDING, NOBODY, kyb, kyc, owner
from tests.store.stores import a_store, connection_of, findings

NewCase = Callable[..., Receipt]

LEI = "5493001KJTIIGC8Y1R12"


def person(firstname: str, lastname: str, birthdate: str | None = "1980-05-17", **more: str) -> PersonData:
    return PersonData(firstname=firstname, lastname=lastname, birthdate=birthdate, **more)


def company(**fields: Any) -> CompanyProfileData:
    return ACME.model_copy(update=fields)


def of_company(profile: CompanyProfileData, *owners: BeneficialOwnerData) -> CreateCase:
    return kyb(owners=owners).model_copy(update={"company_profile": profile})


def entity(
    name: str, number: str | None = None, country: str | None = None, lei: str | None = None
) -> BeneficialOwnerData:
    details = EntityData(name=name, registration_number=number, country=country, lei=lei)
    return BeneficialOwnerData(kind=OwnerKind.ENTITY, entity_details=details)


def sentences(store: CaseStore, case_id: str) -> list[str]:
    return [link.sentence for case in store.query(related, case_id).cases for link in case.links]


def cases(found: Related) -> list[str]:
    return [each.case.case_id for each in found.cases]


class TestPeople:
    def test_the_same_name_and_birth_however_it_is_written(self, store: CaseStore, new_case: NewCase) -> None:
        ours = new_case(kyc(person("José", "García López"))).case_id
        theirs = new_case(kyc(person("GARCIA LOPEZ", "jose"))).case_id
        assert cases(store.query(related, ours)) == [theirs]
        assert sentences(store, ours) == [
            "José García López: person in both as GARCIA LOPEZ jose; same name, born 1980-05-17"
        ]
        assert sentences(store, theirs) == [
            "GARCIA LOPEZ jose: person in both as José García López; same name, born 1980-05-17"
        ]

    def test_less_of_the_birth_is_less_certain_and_comes_later(self, store: CaseStore, new_case: NewCase) -> None:
        name_only = new_case(kyc(person("Ana", "Ruiz", None))).case_id
        year = new_case(kyc(person("Ana", "Ruiz", "1980"))).case_id
        month = new_case(kyc(person("Ana", "Ruiz", "1980-05"))).case_id
        day = new_case(kyc(person("Ana", "Ruiz"))).case_id
        found = store.query(related, new_case(kyc(person("Ana", "Ruiz"))).case_id)
        assert cases(found) == [day, month, name_only, year]
        assert [each.certainty for each in found.cases] == ["same", "likely", "maybe", "maybe"]

    def test_homonyms_are_others(self, store: CaseStore, new_case: NewCase) -> None:
        ours = new_case(kyc(person("Ana", "Ruiz"))).case_id
        new_case(kyc(person("Ana", "Ruiz", "1980-05-18")))
        new_case(kyc(person("Ana María", "Ruiz")))
        assert store.query(related, ours) == Related()

    def test_a_person_who_is_an_owner_too_counts_once(self, store: CaseStore, new_case: NewCase) -> None:
        ben = BEN.model_copy(update={"role_in_company": "Director"})
        ours = new_case(kyb(ben, owners=(owner(BEN),))).case_id
        theirs = new_case(kyc(BEN)).case_id
        assert sentences(store, theirs) == [
            "Ben Okoro: person here, Director and owner there; same name, born 1975-11-03"
        ]
        assert sentences(store, ours) == [
            "Ben Okoro: Director and owner here, person there; same name, born 1975-11-03"
        ]

    def test_an_owner_whose_share_has_ended_is_a_former_one(self, store: CaseStore, new_case: NewCase) -> None:
        ours = new_case(kyc(BEN)).case_id
        new_case(kyb(owners=(owner(BEN, ended_on="2024-01-31"),)))
        assert sentences(store, ours) == ["Ben Okoro: person here, former owner there; same name, born 1975-11-03"]


class TestCompanies:
    def test_a_company_with_a_case_of_its_own_is_an_owner_in_another(self, store: CaseStore, new_case: NewCase) -> None:
        parent = new_case(
            of_company(company(registered_name="Acme Holding AG", registration_number="HRB 0815"))
        ).case_id
        sister = new_case(of_company(company(registered_name="Sister"), entity("ACME Holding", "hrb815", "DE"))).case_id
        child = new_case(
            of_company(
                company(registered_name="Child", registration_number="1"), entity("ACME Holding", "HRB815", "DE")
            )
        ).case_id
        found = store.query(related, child)
        assert cases(found) == [parent, sister]
        assert sentences(store, child) == [
            "ACME Holding: owner here, company there as Acme Holding AG; same registration number in DE",
            "ACME Holding: owner in both; same registration number in DE",
        ]

    def test_the_profile_of_today_counts(self, store: CaseStore, new_case: NewCase) -> None:
        ours = new_case(of_company(company(registration_number="1"))).case_id
        theirs = new_case(of_company(company(registration_number="2"))).case_id
        assert cases(store.query(related, ours)) == []
        renumbered = c.UpdateCompanyProfile(case_id=theirs, company_profile=company(registration_number="01"))
        store.execute(renumbered)
        assert sentences(store, ours) == ["Acme Werke GmbH: company in both; same registration number in DE"]

    def test_a_name_alone_is_a_maybe(self, store: CaseStore, new_case: NewCase) -> None:
        ours = new_case(kyb(owners=(HOLDING,))).case_id
        new_case(of_company(company(registered_name="Other", registration_number="1"), entity("ACME HOLDING B.V.")))
        assert sentences(store, ours) == ["Acme Holding BV: owner in both as ACME HOLDING B.V.; maybe: same name only"]

    def test_owners_who_are_not_named_are_nobody(self, store: CaseStore, new_case: NewCase) -> None:
        ours = new_case(of_company(company(registration_number="1"), NOBODY)).case_id
        new_case(of_company(company(registration_number="2"), NOBODY))
        assert store.query(related, ours) == Related()


class TestOwnersWhoChange:
    @pytest.fixture
    def pair(self, new_case: NewCase) -> tuple[str, str]:
        return new_case(kyb(owners=(owner(BEN),))).case_id, new_case(kyc(BEN)).case_id

    @staticmethod
    def owner_id(store: CaseStore, case_id: str) -> str:
        return store.query(case_file, case_id).beneficial_owners[0].owner_id

    def test_one_who_was_removed_is_no_link(self, store: CaseStore, pair: tuple[str, str]) -> None:
        ours, theirs = pair
        assert cases(store.query(related, theirs)) == [ours]
        remove = c.RemoveBeneficialOwner(case_id=ours, owner_id=self.owner_id(store, ours), reason="never was one")
        store.execute(remove)
        assert store.query(related, theirs) == Related()
        assert findings(store) == []

    def test_one_who_was_removed_and_is_a_director_still_is_one(self, store: CaseStore, pair: tuple[str, str]) -> None:
        ours, theirs = pair
        store.execute(
            c.LinkPersonToCompany(case_id=ours, person=BEN.model_copy(update={"role_in_company": "Director"}))
        )
        store.execute(
            c.RemoveBeneficialOwner(case_id=ours, owner_id=self.owner_id(store, ours), reason="never was one")
        )
        assert sentences(store, theirs) == ["Ben Okoro: person here, Director there; same name, born 1975-11-03"]

    @pytest.mark.parametrize("corrected", [owner(ANA), HOLDING, NOBODY])
    def test_one_who_turned_out_to_be_somebody_else(
        self, store: CaseStore, pair: tuple[str, str], corrected: BeneficialOwnerData
    ) -> None:
        ours, theirs = pair
        owner_id = self.owner_id(store, ours)
        store.execute(c.CorrectBeneficialOwner(case_id=ours, owner_id=owner_id, owner=corrected))
        assert store.query(related, theirs) == Related()
        store.execute(c.CorrectBeneficialOwner(case_id=ours, owner_id=owner_id, owner=owner(BEN)))
        assert cases(store.query(related, theirs)) == [ours]
        assert findings(store) == []


class TestManyOfThem:
    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(related_module, "SHOWN", 3)
        monkeypatch.setattr(related_module, "LOOKED_AT", 7)

    @pytest.mark.parametrize(("others", "more"), [(3, ""), (5, "2"), (6, "3"), (9, "at least 4")])
    def test_the_rest_is_counted(self, store: CaseStore, new_case: NewCase, others: int, more: str) -> None:
        ours = new_case(kyc(person("John", "Smith", None))).case_id
        for _ in range(others):
            new_case(kyc(person("John", "Smith")))
        found = store.query(related, ours)
        assert len(found.cases) == 3
        assert [it.sentence for it in found.more] == ([f"John Smith: {more} more cases"] if more else [])

    def test_how_many_there_are_is_said_in_words(self, store: CaseStore, new_case: NewCase) -> None:
        ours = new_case(kyc(person("John", "Smith"), BEN)).case_id
        (ben,) = [it.person_id for it in store.query(case_file, ours).persons if it.firstname == "Ben"]
        said = [store.query(related, ours).summary]
        for other in (
            person("John", "Smith"),
            person("John", "Smith", None),
            BEN,
            *[person("John", "Smith", None)] * 2,
        ):
            new_case(kyc(other))
            said.append(store.query(related, ours).summary)
        assert said == [
            "no other case with the same parties",
            "1 other case with the same parties",
            "2 other cases with the same parties (1 maybe)",
            "3 other cases with the same parties (1 maybe)",
            "4 other cases with the same parties (2 maybe)",
            "more than 4 other cases with the same parties (2 maybe)",
        ]
        assert store.query(related, ours).of_party(ben).in_words() == "1 other case"

    def test_the_certain_ones_are_found_among_very_many(self, store: CaseStore, new_case: NewCase) -> None:
        for birthdate in (None, "1980", "1980-05", "1999-05-17"):
            for _ in range(4):
                new_case(kyc(person("John", "Smith", birthdate)))
        same = new_case(kyc(person("John", "Smith"))).case_id
        found = store.query(related, new_case(kyc(person("John", "Smith"))).case_id)
        assert found.cases[0].case.case_id == same
        assert [each.certainty for each in found.cases] == ["same", "likely", "likely"]

    @pytest.mark.parametrize(
        ("bank", "its_profile"),
        [
            (entity("Big Nominees", lei=LEI), company(registered_name="Big Custodians", lei=LEI)),
            (entity("Big Nominees"), company(registered_name="Big Nominees GmbH", registration_number="99")),
        ],
    )
    def test_a_case_of_the_company_is_found_among_very_many_that_it_owns(
        self, store: CaseStore, new_case: NewCase, bank: BeneficialOwnerData, its_profile: CompanyProfileData
    ) -> None:
        ours, *_ = [new_case(of_company(company(registration_number=str(n)), bank)).case_id for n in range(1, 10)]
        theirs = new_case(of_company(its_profile)).case_id
        assert cases(store.query(related, ours))[0] == theirs

    def test_a_case_that_is_shown_is_not_counted_again(self, store: CaseStore, new_case: NewCase) -> None:
        smith = person("John", "Smith", None)
        ours = new_case(kyc(smith)).case_id
        for _ in range(2):
            new_case(kyc(smith, smith))
        found = store.query(related, ours)
        assert [len(each.links) for each in found.cases] == [2, 1]
        assert found.more == ()


def test_every_look_up_is_by_index(store: CaseStore, new_case: NewCase) -> None:
    case_id = new_case(of_company(company(lei=LEI), owner(BEN), owner(DIRECTOR), HOLDING)).case_id
    asked: list[str] = []
    connection = connection_of(store)
    connection.set_trace_callback(asked.append)
    store.query(related, case_id)
    connection.set_trace_callback(None)
    queries = [sql for sql in asked if sql.startswith("SELECT")]
    plans = {step[3] for sql in queries for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")}
    assert not [plan for plan in plans if plan.startswith("SCAN")]
    for index in ("(case_id=?)", "parties_by_lei", "parties_by_number", "parties_by_name"):
        assert any(index in plan for plan in plans), f"{index} is not used: {plans}"


class TestARealRegister:
    @pytest.fixture(scope="class")
    def store(self, real_records: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseStore]:
        folder, files = tmp_path_factory.mktemp("uk"), sorted((real_records / "bods" / "uk").glob("*.jsonl"))
        with CaseStore.open(folder / "cases.sqlite3") as store:
            import_files(store, files, rejects_file=folder / "rejects.jsonl", actor="ana")
            yield store

    def case_of(self, store: CaseStore, name: str) -> str:
        (row,) = store.query(lambda connection: connection.execute("SELECT case_id FROM cases WHERE name = ?", (name,)))
        return str(row[0])

    def test_a_chain_of_companies_each_with_a_case(self, store: CaseStore) -> None:
        found = store.query(related, self.case_of(store, "BIFFA LIMITED"))
        assert found.more == ()
        assert {each.certainty for each in found.cases} == {"same"}
        first = {each.case.name: each.links[0].who for each in found.cases}
        # Above it are Bidco, Midco and Holdco, the last of which is no case; all but one of the group are below it.
        assert len(first) == 20
        assert first["BIFFA BIDCO LIMITED"] == "BIFFA BIDCO LIMITED: owner here, company there"
        assert first["BIFFA MIDCO LIMITED"] == "BIFFA MIDCO LIMITED: owner here, company there"
        below = {name for name, who in first.items() if who == "BIFFA LIMITED: company here, owner there"}
        assert {"BIFFA GROUP LIMITED", "BIFFA TREATMENT SERVICES HOLDINGS LIMITED"} <= below
        assert {each.links[0].likeness.reason for each in found.cases} == {"same registration number in GB"}

    def test_all_that_one_company_owns_itself_or_through_others(self, store: CaseStore) -> None:
        found = store.query(related, self.case_of(store, "NEWCASTLE UNITED LIMITED"))
        owned = [case for case in found.cases if any("company" in link.ours.roles for link in case.links)]
        assert len(owned) == 24


BIRTHS = st.sampled_from([None, "1980", "1980-05", "1980-05-17", "1981-01-01"])
PEOPLE = st.builds(person, st.sampled_from(["Ana", "ÁNA", "Ben"]), st.sampled_from(["Ruiz", "RUÍZ"]), BIRTHS)
ENTITIES = st.builds(
    entity,
    st.sampled_from(["Acme Ltd", "ACME Limited", "Bolt"]),
    st.sampled_from([None, "1", "01", "2"]),
    st.sampled_from([None, "DE", "GB"]),
)
CASES = st.one_of(
    st.lists(PEOPLE, min_size=1, max_size=2).map(lambda people: kyc(*people)),
    st.tuples(
        st.builds(
            company, registered_name=st.sampled_from(["Acme", "Bolt"]), registration_number=st.sampled_from(["1", "2"])
        ),
        st.lists(st.one_of(ENTITIES, PEOPLE.map(owner)), max_size=2),
    ).map(lambda it: of_company(it[0], *it[1])),
)


@given(st.lists(CASES, min_size=2, max_size=4))
@settings(max_examples=40, deadline=None)
def test_the_relation_is_symmetric(opened: list[CreateCase]) -> None:
    with a_store() as store:
        ids = [store.execute(command, actor="ana").case_id for command in opened]
        links = {
            (case_id, each.case.case_id, link.ours.party_id, link.theirs.party_id, link.likeness)
            for case_id in ids
            for each in store.query(related, case_id).cases
            for link in each.links
        }
        mirrored = {(there, here, theirs, ours, likeness) for here, there, ours, theirs, likeness in links}
        assert links == mirrored
        assert all(here != there for here, there, *_ in links)
