"""How names compare: one key for one name, however it is written."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.domain.names import company_key, folded, folded_words, name_key

TEXTS = st.text(max_size=40)
WORDS = st.lists(st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=1, max_size=8), min_size=1, max_size=5)
LATIN_NAMES = st.lists(st.text("abcdeghinorstuyzß", min_size=1, max_size=8), min_size=1, max_size=4).map(" ".join)
ACUTE, DIAERESIS, CEDILLA = "\u0301", "\u0308", "\u0327"


class TestGoldenKeys:
    """Keys lie in read tables: a change here asks for a higher `version` of each projection that keeps them."""

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("Ana Ruiz Gómez", "ana gomez ruiz"),
            ("Łukasz Strauß", "lukasz strauss"),
            ("Ørsted Æbelø, Þórður", "aebelo orsted thordur"),
            ("Đặng Văn İnci Işık", "dang inci isik van"),
            ("Γιώργος Παπαδόπουλος", "γιωργοσ παπαδοπουλοσ"),
            ("Юлия Фёдоровна Ковалёва", "ковалева федоровна юлия"),
            ("أحمد", "احمد"),
            ("हिन्दी", "हिन्दी"),
            ("홍길동", "홍길동"),
            ("がぎ", "がぎ"),
            ("!?", ""),
        ],
    )
    def test_of_people(self, name: str, key: str) -> None:
        assert name_key(name) == key

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("Société Générale S.A.", "generale societe"),
            ("Foo S.à r.l.", "foo"),
            ("Foo Sp. z o.o.", "foo"),
            ("Foo S. A. de C. V.", "foo"),
            ("Müller GmbH & Co. KG", "muller"),
            ("AB Volvo (publ)", "volvo"),
            ("ООО «Ромашка»", "ромашка"),
            ("Smith and Sons Limited", "smith sons"),
            ("The Smith Company", "smith"),
        ],
    )
    def test_of_companies(self, name: str, key: str) -> None:
        assert company_key(name) == key


class TestOneNameManyWays:
    @pytest.mark.parametrize(
        "ways",
        [
            ["Séan O’Brien", "Sean O'Brien", "O´BRIEN, Sean", "sean obrien", "O`Brien Sean"],
            ["Jean-Pierre Dubois", "Jean Pierre DUBOIS", "Dubois, Jean\u2010Pierre", "dubois  jean.pierre"],
            ["Straße", "STRASSE", "STRAẞE"],
            ["محمد", "مُحَمَّد"],
            ["ᾼδης", "ᾳδης", "ΑΙΔΗΣ"],
            ["Åsa Öberg", "A\u030asa O\u0308berg", "Ａｓａ Ｏｂｅｒｇ"],
        ],
    )
    def test_of_a_person(self, ways: list[str]) -> None:
        assert len({name_key(way) for way in ways}) == 1

    @pytest.mark.parametrize(
        "ways",
        [
            ["Acme Ltd", "ACME LIMITED", "Acme, Ltd.", "The Acme Company Limited"],
            ["Acme S.A.", "Acme SA", "ACME S. A.", "S.A. Acme", "Acme Société Anonyme"],
            ["J.P. Morgan", "JP Morgan Ltd.", "J P MORGAN PLC"],
            ["Smith & Sons", "Smith and Sons"],
        ],
    )
    def test_of_a_company(self, ways: list[str]) -> None:
        assert len({company_key(way) for way in ways}) == 1

    def test_names_that_differ_in_a_word_stay_apart(self) -> None:
        assert len({name_key(name) for name in ("Ana Ruiz", "Ana María Ruiz", "Ana Ruis", "Anna Ruiz")}) == 4
        assert company_key("Acme North Ltd") != company_key("Acme South Ltd")

    def test_a_company_that_is_called_like_a_legal_form_keeps_its_name(self) -> None:
        assert company_key("Limited") == "limited"
        assert company_key("The Company") == "company"
        assert company_key("The") == "the"

    def test_a_legal_form_within_a_name_stays(self) -> None:
        assert company_key("North AG Sea Ltd") == "ag north sea"


class TestProperties:
    @given(TEXTS)
    @settings(max_examples=300, deadline=None)
    def test_a_key_is_its_own_key(self, text: str) -> None:
        assert name_key(name_key(text)) == name_key(text)
        assert folded(folded(text)) == folded(text)
        assert name_key(company_key(text)) == company_key(text)

    @given(WORDS.flatmap(lambda words: st.tuples(st.just(words), st.permutations(words))))
    @settings(max_examples=200, deadline=None)
    def test_order_does_not_matter(self, both: tuple[list[str], list[str]]) -> None:
        assert name_key(" ".join(both[0])) == name_key(", ".join(both[1]))

    @given(LATIN_NAMES)
    @settings(max_examples=200, deadline=None)
    def test_capitals_do_not_matter(self, name: str) -> None:
        assert name_key(name) == name_key(name.upper()) == name_key(name.title())

    @given(LATIN_NAMES, st.sampled_from([ACUTE, DIAERESIS, CEDILLA]), st.booleans())
    @settings(max_examples=200, deadline=None)
    def test_accents_do_not_matter_however_they_are_encoded(self, name: str, accent: str, composed: bool) -> None:
        accented = "".join(letter + accent if letter.isalpha() else letter for letter in name)
        assert name_key(name) == name_key(unicodedata.normalize("NFC", accented) if composed else accented)

    @given(TEXTS)
    @settings(max_examples=200, deadline=None)
    def test_a_key_holds_the_words_and_nothing_else(self, text: str) -> None:
        assert sorted(folded_words(text)) == name_key(text).split()
        assert bool(name_key(text)) == bool(company_key(text))
