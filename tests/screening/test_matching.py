"""How much an entry is like a party, and why: a table of made-up people and companies."""

import pytest

from store.screening.entries import Entry, Nature
from store.screening.matching import Strength, compare, likeness
from store.screening.parties import LEI, REGISTRATION_NUMBER, Party
from store.screening.spelling import sounds, spelt, words_of

PERSON, ORGANISATION = Nature.PERSON, Nature.ORGANISATION


def party(name: str, nature: Nature = PERSON, **more: object) -> Party:
    return Party("p", nature, (name,), **more)  # type: ignore[arg-type]


def entry(name: str, nature: Nature = PERSON, **more: object) -> Entry:
    return Entry("NK-1", nature, ("SANCTIONS",), name, **more)  # type: ignore[arg-type]


def alike(ours: str, theirs: str, *, person: bool = True) -> int:
    return likeness(words_of(ours, person=person), words_of(theirs, person=person), person=person)


SAME_PERSON = [
    ("Ana Ruiz Gómez", "RUIZ GOMEZ, Ana", 100),
    ("Þórdís Hallgrímsdóttir", "Thordis Hallgrimsdottir", 100),
    ("Юлия Ковалёва", "KOVALEVA Yuliya", 100),
    ("小林 美咲", "美咲 小林", 100),
    ("小林美咲", "小林 美咲", 99),
    ("Wei Li", "Liwei", 99),
    ("Yevgeny Prigorodov", "Evgenii PRIGORODOV", 95),
    ("Ελένη Σταματοπούλου", "Eleni Stamatopoulou", 90),
    ("Mihail Țurcanu", "Mihai Turcanu", 90),
    ("Zofia Wróblewska-Kędzior", "Sofia Vroblevska Kedzior", 90),
    ("Jörg Wünschmann", "Joerg Wuenschmann", 90),
    ("Tariq al-Hadidi", "ALHADIDI, Tareq", 85),
    ("Kim Jong-min", "KIM Jongmin", 90),
    ("Mohammed Hussain", "Muhammad Husayn", 80),
    ("John Thornbury", "Jon Thronbury", 80),
    ("J. Thornbury", "John Thornbury", 90),
    ("John Thornbury", "J Thornbury", 90),
    ("John Thornbury", "John Adam Thornbury", 95),
    ("María Fernanda de la Cruz Villaseñor", "Maria de la Cruz", 85),
]
OTHER_PEOPLE = [
    ("Ana Ruiz", "Ana Martin"),
    ("Ana Ruiz", "Ruiz"),
    ("Paul Martin", "Paul Morden"),
    ("Edmund Thornbury", "Amelia Thornbury"),
    ("Mateus Figueiredo", "Mateus Fonseca"),
    ("Lukas Brandstetter", "Lucas Brandt"),
    ("!?", "Ana Ruiz"),
]
SAME_ORGANISATION = [
    ("Brennvik Sjømat AS", "BRENNVIK SJOMAT", 100),
    ("ООО «Ромашка»", "Romashka LLC", 100),
    ("Smith & Sons Ltd", "Smith and Sons", 100),
    ("Gannetry Holdings (Barbados) Ltd", "GANNETRY HOLDINGS LIMITED", 90),
    ("Calandrella Shipping Ltd", "Kalandrella Shiping", 90),
]
OTHER_ORGANISATIONS = [
    ("Larkspur Bay Trustees SA", "Larkspur Bay Shipping SA"),
    ("Acme GmbH", "Acme Holding International"),
    ("Nordic Bank", "Nordic Group"),
    ("Alpha Trading Ltd", "Omega Trading Ltd"),
]


class TestNames:
    @pytest.mark.parametrize(("ours", "theirs", "least"), SAME_PERSON)
    def test_of_one_person(self, ours: str, theirs: str, least: int) -> None:
        assert least <= alike(ours, theirs) <= 100
        assert alike(ours, theirs) == alike(theirs, ours)

    @pytest.mark.parametrize(("ours", "theirs"), OTHER_PEOPLE)
    def test_of_two_people(self, ours: str, theirs: str) -> None:
        assert alike(ours, theirs) < 80

    @pytest.mark.parametrize(("ours", "theirs", "least"), SAME_ORGANISATION)
    def test_of_one_organisation(self, ours: str, theirs: str, least: int) -> None:
        assert least <= alike(ours, theirs, person=False) <= 100

    @pytest.mark.parametrize(("ours", "theirs"), OTHER_ORGANISATIONS)
    def test_of_two_organisations(self, ours: str, theirs: str) -> None:
        assert alike(ours, theirs, person=False) < 80

    def test_words_that_one_lacks_count_a_little_more_against_organisations(self) -> None:
        assert alike("John Thornbury", "John Adam Thornbury") == 97
        assert alike("John Thornbury", "John Adam Thornbury", person=False) == 92

    @pytest.mark.parametrize(
        "ways",
        [["yuliya", "iuliia", "julija"], ["qadhafi", "khadafy"], ["tchaikovsky", "chaykovskiy"], ["jorg", "joerg"]],
    )
    def test_are_spelt_alike(self, ways: list[str]) -> None:
        assert len({spelt(way) for way in ways}) == 1

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [("thornbury", "thronbury"), ("thornbury", "tornbry"), ("olga", "ogla"), ("hadidi", "alhadidi")],
    )
    def test_sound_about_alike(self, ours: str, theirs: str) -> None:
        assert sounds(spelt(ours)) & sounds(spelt(theirs))


class TestTheScore:
    def test_of_a_name_alone_is_never_strong(self) -> None:
        match = compare(party("Ana Ruiz"), entry("Ana Ruiz"))
        assert match is not None
        assert (match.score, match.strength) == (75, Strength.POSSIBLE)
        assert [reason.sentence for reason in match.reasons] == [
            "the name ‘Ana Ruiz’ is the same",
            "no dates of birth",
            "no country to compare",
        ]

    @pytest.mark.parametrize("countries", [("ES",), ("ES", "FR")])
    def test_nor_is_a_name_with_a_country(self, countries: tuple[str, ...]) -> None:
        match = compare(party("Ana Ruiz", countries=("ES",)), entry("Ana Ruiz", countries=countries))
        assert match is not None
        assert match.strength is Strength.POSSIBLE

    @pytest.mark.parametrize(
        ("ours", "theirs", "score", "words"),
        [
            ("1980-02-29", "1980-02-29", 95, "born 1980-02-29, as the entry says"),
            ("1980-02", "1980-02-29", 92, "agrees as far as it is known"),
            ("1980-02-29", "1980", 87, "agrees as far as it is known"),
            ("1980", "1980-01-01", 87, "agrees as far as it is known"),
            ("1980-03-04", "1980-04-03", 80, "day and month may have changed places"),
            ("1980-02-29", "1980-07-11", 65, "the same year only"),
            ("1980-02-29", "1981-02-29", 60, "a year apart"),
            ("1980-02-29", "1956", 45, "contradicts"),
            (None, "1956", 75, "not known when they were born; the entry says 1956"),
            ("1980", "sometime", 75, "the entry does not say when"),
        ],
    )
    def test_weighs_the_date_of_birth(self, ours: str | None, theirs: str, score: int, words: str) -> None:
        match = compare(party("Ana Ruiz", birthdate=ours), entry("Ana Ruiz", birth_dates=(theirs,)))
        assert match is not None
        assert match.score == score
        assert words in match.reasons[1].sentence

    def test_stops_short_of_strong_where_nothing_confirms(self) -> None:
        ours = party("Ana Ruiz", birthdate="1980-03-04", countries=("ES",))
        match = compare(ours, entry("Ana Ruiz", birth_dates=("1980-04-03",), countries=("ES",)))
        assert match is not None
        assert (match.score, match.strength) == (84, Strength.POSSIBLE)

    def test_takes_the_date_that_fits_best(self) -> None:
        match = compare(party("Ana Ruiz", birthdate="1980-02"), entry("Ana Ruiz", birth_dates=("1956", "1980-02-29")))
        assert match is not None
        assert match.score == 92

    def test_counts_against_another_country(self) -> None:
        match = compare(party("Ana Ruiz", countries=("ES",)), entry("Ana Ruiz", countries=("RU",)))
        assert match is not None
        assert (match.score, match.reasons[2].sentence) == (65, "ES, but the entry names RU")

    def test_names_the_alias_that_fits(self) -> None:
        match = compare(party("Ana Ruiz"), entry("The Spider", aliases=("Anna RUIS", "Ana R.")))
        assert match is not None
        assert match.reasons[0].sentence.startswith("the alias ‘Anna RUIS’ is 9")

    def test_passes_over_weak_aliases(self) -> None:
        assert compare(party("Ana Ruiz"), entry("The Spider", weak_aliases=("Ana Ruiz",))) is None

    @pytest.mark.parametrize(("ours", "theirs"), [(PERSON, ORGANISATION), (ORGANISATION, PERSON)])
    def test_is_of_people_and_people_or_of_organisations(self, ours: Nature, theirs: Nature) -> None:
        assert compare(party("Ana Ruiz", ours), entry("Ana Ruiz", theirs)) is None
        assert compare(party("Ana Ruiz", ours), entry("Ana Ruiz", Nature.UNKNOWN))

    def test_a_name_that_is_hardly_alike_is_no_candidate(self) -> None:
        assert (
            compare(party("Ana Ruiz", birthdate="1980-02-29"), entry("Ana Vega", birth_dates=("1980-02-29",))) is None
        )


class TestIdentifiers:
    ACME = party(
        "Acme Werke GmbH",
        ORGANISATION,
        countries=("DE",),
        identifiers=((LEI, "5493001KJTIIGC8Y1R12"), (REGISTRATION_NUMBER, "HRB 12345")),
    )

    @pytest.mark.parametrize(
        ("name", "number", "countries", "score"),
        [
            ("Acme Werke", "5493001KJTIIGC8Y1R12", (), 100),
            ("Quite Another Name", "5493001KJTIIGC8Y1R12", (), 90),
            ("Acme Werke", "hrb-12345", (), 100),
            ("Quite Another Name", "HRB12345", ("DE",), 60),
        ],
    )
    def test_that_agree_confirm(self, name: str, number: str, countries: tuple[str, ...], score: int) -> None:
        match = compare(self.ACME, entry(name, ORGANISATION, identifiers=(number,), countries=countries))
        assert match is not None
        assert match.score == score
        assert match.reasons[-1].sentence.startswith("the same ")

    def test_of_another_country_s_register_say_nothing(self) -> None:
        stranger = entry("Quite Another Name", ORGANISATION, identifiers=("HRB12345",), countries=("AT",))
        assert compare(self.ACME, stranger) is None

    def test_that_are_short_say_nothing(self) -> None:
        short = party("Acme", ORGANISATION, identifiers=((REGISTRATION_NUMBER, "123"),))
        assert compare(short, entry("Quite Another Name", ORGANISATION, identifiers=("123",))) is None

    def test_an_other_lei_speaks_against(self) -> None:
        match = compare(self.ACME, entry("Acme Werke", ORGANISATION, identifiers=("529900T8BM49AURSDO55",)))
        assert match is not None
        assert match.score == 55
        assert match.reasons[-1].sentence == "the LEI is 5493001KJTIIGC8Y1R12, but the entry's is 529900T8BM49AURSDO55"
