"""What people, companies, owners and shares may look like as they come in."""

from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from store.domain.values import (
    AddressData,
    BeneficialOwnerData,
    CountryCode,
    Email,
    EntityData,
    Flag,
    Interest,
    Lei,
    OwnerKind,
    PartialDate,
    Percent,
    PersonData,
    Share,
    Text,
    UnspecifiedReason,
    words,
)
from tests.domain.examples import ANA, HOLDING, NOBODY

REAL_LEI = "5493001KJTIIGC8Y1R12"


def read(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_python(value)


def refuses(kind: Any, value: object, sentence: str | None = None) -> None:
    with pytest.raises(ValidationError, match=sentence):
        read(kind, value)


class TestDates:
    @pytest.mark.parametrize("date", ["2024-02-29", "2000-02-29", "1999-12-31", "0001-01-01", "9999-12-31"])
    def test_days_that_exist(self, date: str) -> None:
        assert read(PartialDate, date) == date

    @pytest.mark.parametrize("date", ["1968", "1968-07"])
    def test_registers_often_know_the_year_or_the_month_only(self, date: str) -> None:
        assert read(PartialDate, date) == date

    @pytest.mark.parametrize(
        "date", ["2023-02-29", "1900-02-29", "2024-02-30", "2024-04-31", "2024-13-01", "2024-00", "2024-01-00", "0000"]
    )
    def test_days_that_do_not_exist(self, date: str) -> None:
        refuses(PartialDate, date, f"‘{date}’ is not a date that exists")

    @pytest.mark.parametrize(
        "date",
        ["", "24-01-01", "2024-1-1", "2024/01/01", "01.02.2024", "2024-01-01T00:00:00Z", " 2024", "2024\n", "20240101"],
    )
    def test_other_ways_of_writing_one(self, date: str) -> None:
        refuses(PartialDate, date, "is not a date: write YYYY-MM-DD")

    @pytest.mark.parametrize("date", ["２０２４-01-01", "٢٠٢٤"])
    def test_digits_are_ascii(self, date: str) -> None:
        refuses(PartialDate, date, "is not a date: write YYYY-MM-DD")

    @pytest.mark.parametrize("date", [2024, None, 20240101.0])
    def test_a_date_is_a_text(self, date: object) -> None:
        refuses(PartialDate, date)


class TestCountries:
    @pytest.mark.parametrize(("typed", "kept"), [("FR", "FR"), ("fr", "FR"), ("XK", "XK"), ("gb", "GB")])
    def test_countries_that_exist(self, typed: str, kept: str) -> None:
        assert read(CountryCode, typed) == kept

    @pytest.mark.parametrize("typed", ["", "ZZ", "UK", "FRA", "France", "F", " FR", "FR\n"])
    def test_countries_that_do_not(self, typed: str) -> None:
        refuses(CountryCode, typed, "is not a country code")

    @pytest.mark.parametrize("typed", ["ß", "ﬁ", "ＦＲ"])
    def test_letters_that_only_become_a_code_in_capitals(self, typed: str) -> None:
        refuses(CountryCode, typed, "is not a country code")


class TestLegalEntityIdentifiers:
    def test_the_check_digits_fit(self) -> None:
        assert read(Lei, REAL_LEI) == REAL_LEI
        assert read(Lei, REAL_LEI.lower()) == REAL_LEI

    @pytest.mark.parametrize(
        "wrong",
        [
            REAL_LEI[:-1] + "3",
            REAL_LEI[:-2] + "21",
            "6" + REAL_LEI[1:],
            REAL_LEI[:-1],
            REAL_LEI + "0",
            "",
            "001",
            "5493 001K JTII GC8Y 1R12",
            "5493-001K-JTII-GC8Y-1R12",
            "５493001KJTIIGC8Y1R12",
        ],
    )
    def test_anything_else_is_refused(self, wrong: str) -> None:
        refuses(Lei, wrong, "is not an LEI")


class TestPercentages:
    @pytest.mark.parametrize("percent", [0, 0.01, 25, 99.99, 100, 100.0])
    def test_zero_to_a_hundred(self, percent: float) -> None:
        assert read(Percent, percent) == percent

    @pytest.mark.parametrize("percent", [-0.01, 100.01, 101, 1e9, float("inf"), float("nan")])
    def test_out_of_bounds(self, percent: float) -> None:
        refuses(Percent, percent)

    @pytest.mark.parametrize("percent", ["25", "25 %", True, None, [25]])
    def test_a_percentage_is_a_number(self, percent: object) -> None:
        refuses(Percent, percent)

    @pytest.mark.parametrize("flag", [1, 0, "true", "yes", None])
    def test_a_flag_is_true_or_false(self, flag: object) -> None:
        refuses(Flag, flag)


class TestTexts:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("  Ana  ", "Ana"),
            ("Ana\t\n Ruiz", "Ana Ruiz"),
            ("Ana\u00a0Ruiz", "Ana Ruiz"),
            ("Ðorđe Šćepanović", "Ðorđe Šćepanović"),
            ("株式会社", "株式会社"),
            ("👩‍⚖️", "👩‍⚖️"),
        ],
    )
    def test_white_space_is_folded_and_every_script_is_kept(self, typed: str, kept: str) -> None:
        assert read(Text, typed) == kept

    @pytest.mark.parametrize("empty", ["", " ", "\n\t", "\u3000"])
    def test_a_text_is_never_empty(self, empty: str) -> None:
        refuses(Text, empty, "must not be empty")

    @pytest.mark.parametrize(
        ("text", "named"),
        [("a\x00b", "U\\+0000"), ("\x1b[31mred", "U\\+001B"), ("a\x7f", "U\\+007F"), ("\x9b1m", "U\\+009B")],
    )
    def test_control_characters_are_refused_by_name(self, text: str, named: str) -> None:
        refuses(Text, text, f"holds a character that can't be shown \\({named}\\)")

    @pytest.mark.parametrize("hidden", ["\u200b", "Ana\u202eziuR", "\ufeffAna", "A\u00adna"])
    def test_what_nobody_sees_is_refused(self, hidden: str) -> None:
        refuses(Text, hidden, "holds a character that can't be shown")

    def test_joiners_are_part_of_some_scripts(self) -> None:
        assert read(Text, "نمی\u200cدانم") == "نمی\u200cدانم"

    @pytest.mark.parametrize("half", ["\ud800", "Ana \udcff"])
    def test_half_of_a_surrogate_pair_is_no_text(self, half: str) -> None:
        refuses(Text, half)

    def test_a_text_has_at_most_500_characters(self) -> None:
        assert read(Text, "x" * 500) == "x" * 500
        refuses(Text, "x" * 501)

    @pytest.mark.parametrize("wrong", [1, None, ["a"]])
    def test_a_text_is_a_text(self, wrong: object) -> None:
        refuses(Text, wrong)


class TestEmailAddresses:
    @pytest.mark.parametrize("address", ["ana@example.org", "a.b+c@mail.example.co.uk", "ana@bücher.example"])
    def test_plausible_ones(self, address: str) -> None:
        assert read(Email, address) == address

    @pytest.mark.parametrize(
        "address", ["ana", "@example.org", "ana@", "ana@example", "ana@.", "a b@example.org", "a@b@example.org"]
    )
    def test_others(self, address: str) -> None:
        refuses(Email, address, "is not an e-mail address")

    @pytest.mark.parametrize("address", ["a\x1b[31m@example.org", "a\x00@example.org", "a\nb@example.org"])
    def test_nothing_in_it_that_a_terminal_would_act_on(self, address: str) -> None:
        refuses(Email, address)


class TestShares:
    @pytest.mark.parametrize(
        "share",
        [
            Share(exact=25),
            Share(minimum=25, maximum=50, exclusive_minimum=True),
            Share(minimum=75),
            Share(maximum=10),
            Share(minimum=50, maximum=50),
        ],
    )
    def test_exact_or_a_band_of_which_either_end_may_be_unknown(self, share: Share) -> None:
        assert Share.model_validate(share.model_dump()) == share

    def test_not_both(self) -> None:
        refuses(Share, {"exact": 30, "minimum": 25}, "either exact or a band")
        refuses(Share, {"exact": 30, "maximum": 50}, "either exact or a band")

    def test_the_ends_of_a_band_are_in_order(self) -> None:
        refuses(Share, {"minimum": 50.5, "maximum": 25}, r"the minimum share \(50.5 %\) is over the maximum \(25 %\)")

    def test_lowest_and_highest(self) -> None:
        assert (Share(exact=30).lowest, Share(exact=30).highest) == (30, 30)
        assert (Share(exact=0).lowest, Share(exact=0).highest) == (0, 0)
        assert (Share(minimum=25).lowest, Share(minimum=25).highest) == (25, None)


class TestOwners:
    @pytest.mark.parametrize("owner", [BeneficialOwnerData(person_details=ANA), HOLDING, NOBODY])
    def test_each_kind_with_its_details(self, owner: BeneficialOwnerData) -> None:
        assert BeneficialOwnerData.model_validate_json(owner.model_dump_json()) == owner

    @pytest.mark.parametrize(
        ("kind", "needed"),
        [("person", "person_details"), ("entity", "entity_details"), ("unspecified", "unspecified_reason")],
    )
    def test_a_kind_needs_its_details(self, kind: str, needed: str) -> None:
        refuses(BeneficialOwnerData, {"kind": kind}, f"an owner of kind {kind} needs {needed}")

    @pytest.mark.parametrize(
        ("owner", "details"),
        [
            (HOLDING, {"person_details": ANA.model_dump()}),
            (NOBODY, {"person_details": ANA.model_dump()}),
            (NOBODY, {"entity_details": {"name": "Acme Holding BV"}}),
            (HOLDING, {"unspecified_reason": "unknown"}),
        ],
    )
    def test_a_kind_has_no_details_of_another(self, owner: BeneficialOwnerData, details: dict[str, object]) -> None:
        (field,) = details
        both = {**owner.model_dump(), **details}
        refuses(BeneficialOwnerData, both, f"an owner of kind {owner.kind} can't have {field}")

    def test_a_share_is_given_once(self) -> None:
        refuses(
            BeneficialOwnerData,
            {"person_details": ANA.model_dump(), "ownership_percentage": 30, "share": {"minimum": 25}},
            "not both",
        )

    def test_the_share_however_it_was_given(self) -> None:
        assert BeneficialOwnerData(person_details=ANA, ownership_percentage=0).held_share == Share(exact=0)
        assert BeneficialOwnerData(person_details=ANA, share=Share(minimum=25)).held_share == Share(minimum=25)
        assert BeneficialOwnerData(person_details=ANA).held_share is None

    def test_the_name_or_why_there_is_none(self) -> None:
        assert BeneficialOwnerData(person_details=ANA).name == "Ana Ruiz"
        assert HOLDING.name == "Acme Holding BV"
        assert NOBODY.name == "not named: subject exempt from disclosure"

    def test_every_reason_for_not_naming_an_owner_reads_as_words(self) -> None:
        for reason in UnspecifiedReason:
            assert words(reason).replace(" ", "").isalpha()
            assert words(reason).islower()


@pytest.mark.parametrize(
    ("model", "least"),
    [
        (PersonData, {"firstname": "Ana", "lastname": "Ruiz"}),
        (AddressData, {"country": "FR"}),
        (EntityData, {"name": "Acme"}),
        (Interest, {"type": "shareholding"}),
        (Share, {}),
        (BeneficialOwnerData, {"kind": OwnerKind.UNSPECIFIED, "unspecified_reason": "unknown"}),
    ],
)
class TestEveryValue:
    def test_nothing_in_it_that_we_do_not_know(self, model: type[BaseModel], least: dict[str, object]) -> None:
        model.model_validate(least)
        refuses(model, {**least, "favourite_colour": "blue"}, "favourite_colour")

    def test_never_changed(self, model: type[BaseModel], least: dict[str, object]) -> None:
        value = model.model_validate(least)
        field = next(iter(model.model_fields))
        with pytest.raises(ValidationError, match="frozen"):
            setattr(value, field, "another")
