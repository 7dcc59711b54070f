"""When two parties are one, and how certain that is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.domain.likeness import (
    Likeness,
    MatchKeys,
    likeness,
    match_keys_of_company,
    match_keys_of_owner,
    match_keys_of_person,
    registration_key,
)
from store.domain.values import BeneficialOwnerData, CompanyProfileData, EntityData, OwnerKind, PersonData
from tests.domain.examples import ACME, NOBODY

ONE_LEI, ANOTHER_LEI = "5493001KJTIIGC8Y1R12", "549300GFX6WN7JDUSN34"


def person(name: str, birthdate: str | None = None) -> MatchKeys:
    firstname, lastname = name.split(" ", maxsplit=1)
    return match_keys_of_person(PersonData(firstname=firstname, lastname=lastname, birthdate=birthdate))


def entity(name: str, number: str | None = None, country: str | None = None, lei: str | None = None) -> MatchKeys:
    details = EntityData(name=name, registration_number=number, country=country, lei=lei)
    return match_keys_of_owner(BeneficialOwnerData(kind=OwnerKind.ENTITY, entity_details=details))


def sentence(found: Likeness | None) -> str | None:
    return None if found is None else found.sentence


class TestPeople:
    @pytest.mark.parametrize(
        ("births", "expected"),
        [
            (("1980-05-17", "1980-05-17"), "same name, born 1980-05-17"),
            (("1980-05", "1980-05-17"), "likely: same name, born in 1980-05"),
            (("1980-05", "1980-05"), "likely: same name, born in 1980-05"),
            (("1980", "1980-05-17"), "maybe: same name, born in 1980"),
            (("1980", "1980"), "maybe: same name, born in 1980"),
            ((None, "1980-05-17"), "maybe: same name only"),
            ((None, None), "maybe: same name only"),
        ],
    )
    def test_the_more_is_known_of_the_birth_the_more_certain(
        self, births: tuple[str | None, str | None], expected: str
    ) -> None:
        one, other = births
        assert sentence(likeness(person("Ana Ruiz", one), person("Ana Ruiz", other))) == expected
        assert sentence(likeness(person("Ana Ruiz", other), person("Ana Ruiz", one))) == expected

    @pytest.mark.parametrize(
        ("one", "other"),
        [("1980-05-17", "1980-05-18"), ("1980-05", "1980-06-17"), ("1980", "1981-05-17"), ("1980-05", "1980-06")],
    )
    def test_homonyms_with_another_birth_are_two(self, one: str, other: str) -> None:
        assert likeness(person("Ana Ruiz", one), person("Ana Ruiz", other)) is None

    @pytest.mark.parametrize("written", ["ana ruiz", "Ruiz Ana", "ÁNA RUÍZ", "Ana  Ruíz,"])
    def test_accents_capitals_and_order_do_not_matter(self, written: str) -> None:
        found = likeness(person("Ana Ruíz", "1980-05-17"), person(written, "1980-05-17"))
        assert sentence(found) == "same name, born 1980-05-17"

    def test_another_name_is_another_person_whatever_the_birth(self) -> None:
        assert likeness(person("Ana Ruiz", "1980-05-17"), person("Eva Ruiz", "1980-05-17")) is None

    def test_names_that_hold_no_letter_compare_with_nothing(self) -> None:
        assert likeness(person("… ?"), person("… ?")) is None


class TestCompanies:
    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            (entity("A", lei=ONE_LEI), entity("B", lei=ONE_LEI), "same LEI"),
            (entity("A", "1", "GB", ONE_LEI), entity("A", "2", "GB", ONE_LEI), "same LEI"),
            (entity("A Ltd", "01", "GB"), entity("A LIMITED", "1", "GB"), "same registration number in GB"),
            (entity("A", "1", "GB"), entity("B", "1", "GB"), "likely: same registration number in GB, another name"),
            (
                entity("A", "1", "DE", ONE_LEI),
                entity("A", "1", "DE", ANOTHER_LEI),
                "maybe: same registration number in DE, but another LEI",
            ),
            (entity("Acme Ltd"), entity("ACME, Limited", "7", "GB"), "maybe: same name only"),
            (entity("Acme Ltd", country="GB"), entity("Acme", country="GB"), "maybe: same name, both in GB"),
        ],
    )
    def test_what_makes_two_one(self, one: MatchKeys, other: MatchKeys, expected: str) -> None:
        assert sentence(likeness(one, other)) == sentence(likeness(other, one)) == expected

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (entity("A"), entity("B")),
            (entity("A", "1", "GB"), entity("B", "1", "IE")),
            (entity("A", "1", "GB"), entity("A", "2", "GB")),
            (entity("A", country="GB"), entity("A", country="IE")),
            (entity("A", lei=ONE_LEI), entity("A", lei=ANOTHER_LEI)),
            (entity("B", "1"), entity("C", "1")),
            (entity("?!"), entity("?!")),
        ],
    )
    def test_what_keeps_two_apart(self, one: MatchKeys, other: MatchKeys) -> None:
        assert likeness(one, other) is None
        assert likeness(other, one) is None

    def test_the_company_of_a_case_and_an_owner_compare(self) -> None:
        profile = CompanyProfileData.model_validate(ACME.model_dump() | {"registration_number": "HRB 012345"})
        found = likeness(match_keys_of_company(profile), entity("ACME Werke", "hrb-12345", "DE"))
        assert sentence(found) == "same registration number in DE"

    def test_a_company_is_no_person_of_the_same_name(self) -> None:
        assert likeness(entity("Ana Ruiz"), person("Ana Ruiz")) is None


def test_who_is_not_named_is_like_nobody() -> None:
    assert likeness(match_keys_of_owner(NOBODY), match_keys_of_owner(NOBODY)) is None


class TestRegistrationNumbers:
    @pytest.mark.parametrize(
        ("written", "country", "key"),
        [
            ("01234567", "GB", "GB 1234567"),
            ("0123 4567", "GB", "GB 1234567"),
            ("GB01234567", "GB", "GB 1234567"),
            ("SC001234", "GB", "GB SC1234"),
            ("sc 1234", "GB", "GB SC1234"),
            ("GB01234567", "IE", "IE GB1234567"),
            ("HRB 12345", "DE", "DE HRB12345"),
            ("CHE-020.3.020.910-8", "CH", "CH E2030209108"),
            ("10", "GB", "GB 10"),
        ],
    )
    def test_are_alike_however_they_are_written(self, written: str, country: str, key: str) -> None:
        assert registration_key(written, country) == key

    @pytest.mark.parametrize("written", [None, "n/a", "-", "0", "00000000", "unknown"])
    def test_what_is_no_number_compares_with_nothing(self, written: str | None) -> None:
        assert registration_key(written, "GB") is None

    def test_without_a_country_a_number_says_nothing(self) -> None:
        assert registration_key("01234567", None) is None


MATCH_KEYS = st.one_of(
    st.builds(
        person,
        st.sampled_from(["Ana Ruiz", "RUÍZ Ana", "Ben Osei"]),
        st.sampled_from([None, "1980", "1980-05", "1980-05-17", "1980-05-18", "1981"]),
    ),
    st.builds(
        entity,
        st.sampled_from(["Acme Ltd", "ACME Limited", "Bolt SA"]),
        st.sampled_from([None, "1", "001", "2", "n/a"]),
        st.sampled_from([None, "GB", "DE"]),
        st.sampled_from([None, ONE_LEI, ANOTHER_LEI]),
    ),
)


@given(MATCH_KEYS, MATCH_KEYS)
@settings(max_examples=300, deadline=None)
def test_it_is_the_same_whichever_is_named_first(one: MatchKeys, other: MatchKeys) -> None:
    assert likeness(one, other) == likeness(other, one)
