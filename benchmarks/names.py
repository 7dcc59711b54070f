"""People and companies without end, all of them made up: names of several countries and scripts, a few of them frequent
and most of them rare, as names are."""

import random
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

from sample_data.parts import day, known, latin, register_number
from store.domain.values import (
    AddressData,
    BeneficialOwnerData,
    CompanyProfileData,
    EntityData,
    OwnerKind,
    PersonData,
)

T = TypeVar("T")


class Country(NamedTuple):
    """`share` of all clients. A family name is one of the beginnings with one of the endings; `rare` says that a name
    may also be a word that nobody else has, in Latin letters."""

    code: str
    share: int
    given: str
    beginnings: str
    endings: str
    trades: str
    form: str
    cities: str
    rare: bool = True


COUNTRIES: Final = (
    Country(
        *("GB", 20, "Amelia Edmund Judith Marcus Siobhán Gareth Rosalind Peter Hugh Octavia Kirsty Ruth Colin Priya"),
        "Thorn Ash Black Harrow Mill Penn Weir Lang Stan Cold Salt Oak Mar Whit Long Brad",
        "bury ford ton well by combe field hurst ley wick worth more",
        "Joinery,Estates,Lettings,Chandlery,Foods,Logistics,Consulting,Instruments",
        *("Limited", "Hereford,Ludlow,Weymouth,Shrewsbury,Leeds,Perth"),
    ),
    Country(
        *("FR", 14, "Élodie Inès Théophile Jean-Baptiste Noémie Solène Gaël Maëlys Rémi Aurélie Farah Bertrand"),
        "Dela Mont Roche Cham Vas Beau Font Lar Cour Malle Grand Val",
        "court fort pré seur blanc neuf vière champ maire tière bois",
        "Menuiserie,Immobilier,Transports,Conseil,Vins,Textiles",
        *("SARL", "Lyon,Nantes,Reims,Annecy,Béziers"),
    ),
    Country(
        *("DE", 14, "Annegret Jörg Lukas Ulrike Heinz Birgit Sören Käthe Matthias Gudrun Jürgen Nurgül"),
        "Brand Rei Wünsch Stein Linden Ober Nieder Hohen Bach Fels Grün Schön",
        "stetter singer mann bauer müller hofer brück thaler meier feld berg",
        "Maschinenbau,Hausverwaltung,Spedition,Beratung,Feinkost,Turbinen",
        *("GmbH", "Husum,Köln,Fürth,Görlitz,Münster"),
    ),
    Country(
        *("ES", 10, "Álvaro Begoña María Sebastián Lucía Íñigo Nuria Joaquín Montserrat Andrés"),
        "Castro Larra Fer Gonza Quin Torre Vela Ca Esco Ria",
        "viejo ñaga nández lez tana blanca rrubia macho bedo sco",
        "Logística,Inmuebles,Aceites,Asesoría,Textil",
        *("S.L.", "Valencia,Gijón,Cádiz,Logroño"),
    ),
    Country(
        *("PL", 8, "Zofia Tomasz Małgorzata Łukasz Agnieszka Stanisław Jadwiga Michał"),
        "Wróble Kędzi Nowi Sosno Jabło Grabo Wiśnie Dąb Zieli Kamiń",
        "wski ski cki nowski kowska ńska wicz czyk orek ak",
        "Meble,Transport,Nieruchomości,Doradztwo",
        *("sp. z o.o.", "Łódź,Gdańsk,Poznań"),
    ),
    Country(
        *("TR", 6, "Nurgül Çağla Ömer İrem Şebnem Yiğit Güneş Barış"),
        "Demir Yıl Ka Ça Öz Gün Tür Ak",
        "kaya dırım raman türk doğan köy men soy",
        "Tekstil,İnşaat,Gıda,Lojistik",
        *("A.Ş.", "İzmir,Bursa,Eskişehir"),
    ),
    Country(
        *("NG", 6, "Adaeze Kwabena Chidi Ngozi Olúfẹ́mi Amaka Tunde Yetunde"),
        "Nwa Oko Ade Eze Olu Ibe Oye Chuk",
        "chukwu ro bayo kwe wole tunji leke ma",
        "Foods,Haulage,Minerals,Consulting",
        *("Ltd", "Lagos,Ibadan,Enugu"),
    ),
    Country(
        *("GR", 6, "Ελένη Γιώργος Δήμητρα Νίκος Κατερίνα Σπύρος"),
        "Σταματ Παπαδ Γεωργ Δημητρ Κωνσταντ Νικολ Αθανασ Αλεξ",
        "όπουλος ίδης άκης ίου ιάδης άτος έλης ινός",
        "Ναυτιλιακή,Τρόφιμα,Κατασκευές",
        *("Α.Ε.", "Πάτρα,Βόλος,Χανιά"),
        rare=False,
    ),
    Country(
        *("BG", 6, "Мария Георги Йорданка Петър Снежана Цветан"),
        "Петр Иван Стоян Кръст Димитр Никол Ангел Цвет",
        "ов ова ев ева инов инова анов енова",
        "Строителство,Транспорт,Вино",
        *("ЕООД", "Пловдив,Варна,Русе"),
        rare=False,
    ),
    Country(
        *("JP", 6, "美咲 健太 陽菜 翔太 直美 浩 恵子 誠"),
        "小 大 中 森 林 山 田 川 松 石",
        "林 野 田 村 川 島 本 口 井 橋",
        "商事,建設,食品,工業",
        *("株式会社", "大阪市,札幌市,金沢市"),
        rare=False,
    ),
    Country(
        *("US", 4, "Leilani Wyatt Savannah Tyrone Dolores Brooklyn Hank Maribel"),
        "Kaha Mc Hollo Red Stone Wash Win Car",
        "nanui way wood burn ington ters ver son",
        "Holdings,Freight,Realty,Partners",
        *("LLC", "Tulsa,Reno,Boise"),
    ),
)

SECTORS: Final = ("Wholesale", "Construction", "Road freight", "Real estate", "Restaurants", "Software", "Fishing")
ROLES: Final = ("Director", "Managing director", "Secretary", "Sole administrator")

SYLLABLES: Final = tuple(a + b for a in "bdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "en", "ar"))
_SHARES: Final = tuple(country.share for country in COUNTRIES)


class Names:
    """Drawn from one source of chance: the same seed gives the same names."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._words = ["".join(chance.choices(SYLLABLES, k=chance.choice((2, 2, 3, 4)))).title() for _ in range(60_000)]

    def word(self) -> str:
        """A word that is no name anywhere."""
        return self.mostly_first(self._words)

    def mostly_first(self, things: Sequence[T]) -> T:
        """One of these, the first ones by far the most often."""
        return things[int(len(things) * self.chance.random() ** 3)]

    def country(self) -> Country:
        return self.chance.choices(COUNTRIES, _SHARES)[0]

    def person(self, country: Country, role: str | None = None) -> PersonData:
        given, family = self.mostly_first(country.given.split()), self._family(country)
        first, last = latin(given), latin(family)
        return PersonData(
            firstname=given,
            lastname=family,
            birthdate=day(self.chance, 1940, 2005)[: self.chance.choice((10, 10, 10, 7, 4))],
            nationality=country.code,
            country_of_residence=country.code if self.chance.random() < 0.9 else self.country().code,
            role_in_company=role,
            email=f"{first}.{last}@example.org" if first and last and role is None else None,
        )

    def company(self, country: Country) -> CompanyProfileData:
        chance = self.chance
        return CompanyProfileData(
            registered_name=f"{self._company_word(country)} {chance.choice(country.trades.split(','))} {country.form}",
            registration_number=register_number(chance) if chance.random() < 0.9 else None,
            registration_date=day(chance, 1970, 2023)[: chance.choice((10, 10, 7, 4))],
            country_of_incorporation=country.code,
            registered_address=AddressData(city=chance.choice(country.cities.split(",")), country=country.code),
            industry_sector=chance.choice(SECTORS),
        )

    def owners(self, country: Country, persons: Sequence[PersonData]) -> tuple[BeneficialOwnerData, ...]:
        """Half of the companies belong to those who run them, the others to people behind a holding."""
        if self.chance.random() < 0.5:
            part = 100.0 / len(persons)
            return tuple(_owner(person, ownership_percentage=round(part, 2)) for person in persons)
        holding = EntityData(name=f"{self._company_word(country)} Holding", country=country.code)
        return (
            BeneficialOwnerData(
                kind=OwnerKind.ENTITY, entity_details=holding, ownership_percentage=80.0, party="holding"
            ),
            _owner(self.person(country), ownership_percentage=60.0, held_in="holding"),
            _owner(persons[0], ownership_percentage=20.0),
        )

    def _family(self, country: Country) -> str:
        if country.rare and self.chance.random() < 0.4:
            return self.word()
        return self.mostly_first(country.beginnings.split()) + self.mostly_first(country.endings.split())

    def _company_word(self, country: Country) -> str:
        return self._family(country) if self.chance.random() < 0.3 else self.word()


def _owner(person: PersonData, **more: float | str) -> BeneficialOwnerData:
    """Their role in the company is not the register's to tell."""
    details = person.model_copy(update={"role_in_company": None})
    return BeneficialOwnerData.model_validate(known(person_details=details, **more))
