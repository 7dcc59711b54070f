"""The people, companies and groups of the sample files, as tables. All of them are made up.

Shares are written as people say them: `40` is exact, `25-50` a band, `>25-50` and `50-<75` bands without that end.
"""

from typing import Final, NamedTuple

from store.domain.values import UnspecifiedReason


class Person(NamedTuple):
    """`born` is how much of the date of birth is known: "day", "month", "year" or nothing. One who is in several cases
    has a `birthdate` of their own; for all others it is drawn."""

    firstname: str
    lastname: str
    nationality: str
    residence: str = ""
    born: str = "day"
    role: str = ""
    birthdate: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.firstname} {self.lastname}"


class Address(NamedTuple):
    street: str
    city: str
    postal_code: str
    country: str
    region: str = ""


class Body(NamedTuple):
    """An owner that is not a person."""

    name: str
    entity_type: str
    country: str
    number: str = ""


class Owner(NamedTuple):
    """`party` names the owner to those held in it; `held_in` says in which owner this one holds its share."""

    who: Person | Body | UnspecifiedReason
    share: str = ""
    control: tuple[str, ...] = ("shareholding",)
    is_ubo: bool = False
    party: str = ""
    held_in: str = ""
    details: str = ""


class Company(NamedTuple):
    case_type: str
    name: str
    legal_form: str
    founded: str
    address: Address
    industry: str
    persons: tuple[Person, ...]
    owners: tuple[Owner, ...]
    trading_name: str = ""
    lei_base: str = ""
    numbered: bool = True


KYC_CLIENTS: Final[tuple[tuple[Person, ...], ...]] = (
    (Person("Amelia", "Thornbury", "GB"), Person("Edmund", "Thornbury", "GB")),
    (Person("Lukas", "Brandstetter", "AT"),),
    (Person("Inès", "Delacourt-Vasseur", "FR", "BE"),),
    (Person("Siobhán", "O'Dwyer", "IE", birthdate="1983-04-19"),),
    (Person("Mateus", "Figueiredo", "BR", "PT", birthdate="1971-08-02"),),
    (Person("美咲", "小林", "JP"),),
    (Person("Þórdís", "Hallgrímsdóttir", "IS"),),
    (Person("Kwabena", "Asante-Boadu", "GH", born="year"),),
    (Person("Nurgül", "Demirkaya", "TR", "DE"),),
    (Person("Zofia", "Wróblewska-Kędzior", "PL"),),
    (Person("Tariq", "al-Hadidi", "JO", born="month"),),
    (Person("Thu Hà", "Nguyễn", "VN", "CZ"), Person("Tomáš", "Hruška", "CZ")),
    (Person("Priya", "Raghunathan", "IN", "GB"),),
    (Person("Anneliese", "van der Hoeve", "NL"),),
    (Person("Ελένη", "Σταματοπούλου", "GR"),),
    (Person("Rasmus", "Kjærgaard-Holm", "DK", born="month"),),
    (Person("María Fernanda Guadalupe", "de la Cruz Villaseñor y Montes de Oca Echeverría", "MX", "ES"),),
    (Person("Leilani", "Kahananui", "US"),),
    (Person("Jean-Baptiste", "N'Guessan", "CI", "FR", born=""),),
    (Person("Adaeze", "Nwachukwu", "NG", born="year"),),
    (Person("Mihail", "Țurcanu", "MD", "RO"),),
    (Person("Katarina", "Živković", "RS"),),
    (Person("Hyun-woo", "Baek", "KR", "SG"),),
    (Person("Farah", "Benslimane", "MA", "FR", born="year"),),
    (Person("Sebastián", "Quispe Ñahui", "PE"),),
    (Person("Aroha", "Ngatai", "NZ"),),
    (Person("Liisa", "Mäkinen-Laakso", "FI"),),
    (Person("Élodie", "Rochat", "CH"), Person("Nino", "Kapanadze", "GE", "CH", born="month")),
    (Person("Dilini", "Wickramaratne", "LK", "AE", born=""),),
    (Person("Henrik", "Sandvær", "NO"),),
)

_PENHALLOW = Person("Gareth", "Penhallow", "GB", role="Director")
_ACHTERBERG = Person("Rosalind", "Achterberg", "NL", "GB", role="Director")
_CASTROVIEJO = Person("Álvaro", "Castroviejo", "ES", role="Sole administrator")
_LARRANAGA = Person("Begoña", "Larrañaga", "ES", born="month")
_MARCHANDEAU = Person("Théophile", "Marchandeau", "FR", role="President")
_REISINGER = Person("Annegret", "Reisinger", "DE", role="Managing director")
_WUENSCHMANN = Person("Jörg", "Wünschmann", "DE", role="Managing director")
_TAVEIRA = Person("Leonor", "Taveira", "PT", role="Managing director")
_DUNMALLET = Person("Kirsty", "Dunmallet", "AU", role="Director")
_MORINO = Person("健太", "森野", "JP", born="year", role="Representative director")
_DESROCHERS = Person("Noémie", "Desrochers-Poirier", "CA", role="President")
_ABELA = Person("Ġorġ", "Abela Zerafa", "MT", role="Director")

KYB_CLIENTS: Final = (
    Company(
        "STANDARD",
        "Harrowmere Joinery Limited",
        "Private limited company",
        "2009-05-18",
        Address("14 Tanyard Walk", "Hereford", "HR1 0ZZ", "GB"),
        "Manufacture of furniture",
        (_PENHALLOW, _ACHTERBERG),
        (
            Owner(_PENHALLOW, ">50-<75", ("shareholding", "votingRights"), is_ubo=True),
            Owner(_ACHTERBERG, ">25-50", ("shareholding", "votingRights"), is_ubo=True),
        ),
        trading_name="Harrowmere Kitchens",
    ),
    Company(
        "ONBOARDING",
        "Torvellana Logística S.L.",
        "Sociedad limitada",
        "2015-10",
        Address("Calle del Molino Viejo 37", "Valencia", "46099", "ES", "ES-VC"),
        "Freight transport by road",
        (_CASTROVIEJO, _LARRANAGA),
        (Owner(_CASTROVIEJO, "62.5", is_ubo=True), Owner(_LARRANAGA, "37.5", is_ubo=True)),
    ),
    Company(
        "STANDARD",
        "Brennvik Sjømat AS",
        "Aksjeselskap",
        "1987",
        Address("Tranbrygga 6", "Ålesund", "6099", "NO"),
        "Processing of fish",
        (
            Person("Ingrid", "Solbakken-Næss", "NO", role="Managing director"),
            Person("Bjørn-Erik", "Tveitåsen", "NO", role="Chair of the board"),
        ),
        (
            Owner(Body("Brennvik Familieselskap AS", "registeredEntity", "NO", "EX507118"), "80"),
            Owner(UnspecifiedReason.PARTY_SILENT, "20", details="The holder of the B shares has not replied."),
        ),
    ),
    Company(
        "ONBOARDING",
        "Atelier Corvanne SAS",
        "Société par actions simplifiée",
        "2021-01-11",
        Address("8 impasse des Teinturières", "Lyon", "69099", "FR", "FR-ARA"),
        "Interior design",
        (_MARCHANDEAU, Person("Jean Baptiste", "N’Guessan", "FR", born="")),
        (Owner(_MARCHANDEAU, "100", ("shareholding", "votingRights"), is_ubo=True),),
    ),
    Company(
        "STANDARD",
        "Ostwaldkirchner Feinmechanik GmbH",
        "Gesellschaft mit beschränkter Haftung",
        "1978-09-04",
        Address("Am Drehwerk 21", "Ulm", "89099", "DE", "DE-BW"),
        "Manufacture of measuring instruments",
        (_REISINGER, _WUENSCHMANN),
        (
            Owner(_REISINGER, "33.34", is_ubo=True),
            Owner(_WUENSCHMANN, "33.33", is_ubo=True),
            Owner(Person("Wiebke", "Ostwaldkirchner", "DE", born="month"), "33.33", is_ubo=True),
        ),
    ),
    Company(
        "ONBOARDING",
        "Lumavela Solar Lda",
        "Sociedade por quotas",
        "2019-03-26",
        Address("Rua das Figueiras Bravas 112", "Évora", "7099-001", "PT"),
        "Production of electricity",
        (_TAVEIRA,),
        (
            Owner(_TAVEIRA, "20"),
            Owner(Person("MATEUS", "FIGUEIREDO", "PT", birthdate="1971-08-02"), "20"),
            Owner(Person("Catarina", "Vilhena", "PT", "LU"), "20"),
            Owner(Person("Duarte", "Escobar Pimenta", "PT", born="year"), "20"),
            Owner(Person("Mafalda", "Quintanilha", "PT"), "20"),
        ),
    ),
    Company(
        "STANDARD",
        "Duinvoort Bloemen B.V.",
        "Besloten vennootschap",
        "2003-07-01",
        Address("Tulpenkade 5-II", "Haarlem", "2099 ZZ", "NL"),
        "Wholesale of flowers and plants",
        (Person("Maarten", "Duinvoort", "NL", role="Director"),),
        (
            Owner(Body("Duinvoort Beheer B.V.", "registeredEntity", "NL", "EX611540"), "100", party="beheer"),
            Owner(Person("Saskia", "Duinvoort-de Wilde", "NL"), "55", is_ubo=True, held_in="beheer"),
            Owner(Person("Pieter", "ter Beekhuis", "NL", "BE"), "45", is_ubo=True, held_in="beheer"),
        ),
        lei_base="XMPL00CLIENT000001",
    ),
    Company(
        "STANDARD",
        "Yarrandoo Outfitters Pty Ltd",
        "Proprietary limited company",
        "2011-11-30",
        Address("Unit 3, 90 Wattlebird Drive", "Ballarat", "3999", "AU", "AU-VIC"),
        "Retail sale of clothing",
        (_DUNMALLET, Person("Anh Tuấn", "Phạm", "VN", "AU", role="Secretary")),
        (Owner(_DUNMALLET, "75-100", ("shareholding", "appointmentOfBoard"), is_ubo=True),),
        trading_name="Yarrandoo",
    ),
    Company(
        "ONBOARDING",
        "株式会社あおばね製作所",
        "株式会社",
        "1996-04",
        Address("青葉根3丁目14番2号", "浜松市", "439-9999", "JP", "JP-22"),
        "Manufacture of bicycle parts",
        (_MORINO,),
        (Owner(_MORINO, "50-100", is_ubo=True), Owner(UnspecifiedReason.UNKNOWN, "0-50")),
        trading_name="Aobane Works",
    ),
    Company(
        "ENHANCED_DUE_DILIGENCE",
        "Petrelhead Marine Supply Inc.",
        "Business corporation",
        "2006-08-15",
        Address("77 Chandlers Slip", "Halifax", "B3H 9Z9", "CA", "CA-NS"),
        "Wholesale of machinery and equipment",
        (_DESROCHERS, Person("Malcolm", "Strathglass", "CA", role="Treasurer")),
        (
            Owner(Body("The Petrelhead Family Trust", "arrangement", "CA"), "70", party="trust"),
            Owner(_DESROCHERS, "", ("trustee",), is_ubo=True, held_in="trust"),
            Owner(
                Person("Fiona", "Strathglass", "CA", born="year"),
                "",
                ("beneficiaryOfLegalArrangement",),
                is_ubo=True,
                held_in="trust",
            ),
            Owner(Body("Gannetry Holdings (Barbados) Ltd", "registeredEntity", "BB", "EX730022"), "30"),
        ),
    ),
    Company(
        "ENHANCED_DUE_DILIGENCE",
        "Kestrelmoor Capital Partners LLP",
        "Limited liability partnership",
        "2017-02-09",
        Address("Second Floor, 5 Almoner's Yard", "London", "EC9A 1ZZ", "GB", "GB-LND"),
        "Fund management",
        (
            Person("Cordelia", "Vane-Hartnoll", "GB", role="Designated member"),
            Person("Ibrahim", "Al-Mansoori", "AE", "GB", role="Designated member"),
            Person("Aurélien", "Castelbrac", "FR", "GB"),
        ),
        (
            Owner(
                Body("Kestrelmoor Nominees (Guernsey) Limited", "registeredEntity", "GG", "EX420871"),
                ">50-<75",
                ("votingRights", "appointmentOfBoard"),
                party="nominees",
            ),
            Owner(Body("Larkspur Bay Trustees SA", "registeredEntity", "LU"), "25-50", held_in="nominees"),
            Owner(
                UnspecifiedReason.PARTY_EXEMPT,
                ">25-50",
                ("rightsToSurplusAssetsOnDissolution",),
                details="A listed company, which its own register exempts from naming its owners.",
            ),
        ),
        lei_base="XMPL00CLIENT000002",
    ),
    Company(
        "ENHANCED_DUE_DILIGENCE",
        "Calandrella Shipping Ltd",
        "Private limited liability company",
        "2024-06",
        Address("Triq il-Kalandra 19", "Valletta", "VLT 9999", "MT"),
        "Sea and coastal freight transport",
        (_ABELA, Person("Despina", "Karamitsou", "GR", "MT", role="Secretary")),
        (
            Owner(_ABELA, "5"),
            Owner(
                UnspecifiedReason.SUBJECT_UNABLE,
                "95",
                details="Bearer certificates, of which the company keeps no list.",
            ),
        ),
        numbered=False,
    ),
)


class LeiEntity(NamedTuple):
    name: str
    category: str
    legal_form: str
    created: str
    address: Address
    numbered: bool = True
    other_name: str = ""
    status: str = "ACTIVE"
    registration: str = "ISSUED"


LEI_ENTITIES: Final = (
    LeiEntity(
        "Eskerfield Renewables Designated Activity Company",
        "GENERAL",
        "DESIGNATED ACTIVITY COMPANY",
        "2014-03-12",
        Address("2 Turlough Quay", "Galway", "H99 Z9Z9", "IE", "IE-G"),
    ),
    LeiEntity(
        "Hlubinka Strojírny s.r.o.",
        "GENERAL",
        "SPOLEČNOST S RUČENÍM OMEZENÝM",
        "1993-01-20",
        Address("Za Slévárnou 1148/6", "Ostrava", "799 99", "CZ", "CZ-80"),
    ),
    LeiEntity(
        "Norrklint Räntefond",
        "FUND",
        "VÄRDEPAPPERSFOND",
        "2008-10-02",
        Address("Klintgränd 4", "Umeå", "999 03", "SE", "SE-AC"),
        numbered=False,
    ),
    LeiEntity(
        "みなみ灯台商会有限会社",
        "GENERAL",
        "有限会社",
        "1985-06-17",
        Address("南灯台町2丁目8番地", "高知市", "789-9999", "JP", "JP-39"),
        other_name="Minami Todai Shokai Y.K.",
    ),
    LeiEntity(
        "Lütjensgaard Küstenreederei KG",
        "GENERAL",
        "KOMMANDITGESELLSCHAFT",
        "1970-05-29",
        Address("Deichtorweg 33", "Flensburg", "24999", "DE", "DE-SH"),
        registration="LAPSED",
    ),
    LeiEntity(
        "BANYANWELL TRADING PTE. LTD.",
        "GENERAL",
        "PRIVATE COMPANY LIMITED BY SHARES",
        "2016-12-05",
        Address("61 Jalan Pinang Merah #09-04", "Singapore", "999061", "SG"),
        other_name="BANYANWELL COMMODITIES PTE. LTD.",
    ),
    LeiEntity(
        "Terranevada Agrícola S.A.C.",
        "GENERAL",
        "SOCIEDAD ANÓNIMA CERRADA",
        "2002-09-23",
        Address("Avenida Los Molles 845", "Arequipa", "04999", "PE", "PE-ARE"),
    ),
    LeiEntity(
        "Larchbend Growers' Co-operative Limited",
        "GENERAL",
        "CO-OPERATIVE",
        "1999-04-14",
        Address("RR 2, 410 Larchbend Road", "Kelowna", "V1Z 9Z9", "CA", "CA-BC"),
        status="INACTIVE",
        registration="RETIRED",
    ),
)


class Party(NamedTuple):
    """An owner or an owned body in the register of owners; `declared_by` is the company that names it."""

    key: str
    name: str
    country: str
    kind: str = "registeredEntity"
    form: str = ""
    since: str = ""
    address: Address | None = None
    declared_by: str = ""


class Holding(NamedTuple):
    """`party` is a key of PARTIES, or the reason why nobody is named. `status` is the record's."""

    subject: str
    party: str | UnspecifiedReason
    interests: tuple[str, ...]
    share: str
    since: str
    until: str = ""
    directness: str = "direct"
    status: str = "new"
    details: str = ""


_THORNFALLOW = Address("Thornfallow House, 3 Weirside", "Shrewsbury", "SY9 9ZZ", "GB")
_SALTQUILL = Address("Saltquill Stores, 12 Cable Steps", "St Helier", "JE9 9ZZ", "JE")
_LIMITED = "Private limited company"

PARTIES: Final = (
    Party(
        "holdings",
        "Thornfallow Holdings Limited",
        "GB",
        form=_LIMITED,
        since="1994-03-08",
        address=_THORNFALLOW,
    ),
    Party(
        "estates",
        "Thornfallow Estates Limited",
        "GB",
        form=_LIMITED,
        since="2001-11-22",
        address=_THORNFALLOW,
    ),
    Party(
        "lettings",
        "Thornfallow Lettings Limited",
        "GB",
        form=_LIMITED,
        since="2012-06-14",
        address=_THORNFALLOW,
    ),
    Party(
        "coldbarrow",
        "Coldbarrow Developments Limited",
        "GB",
        form=_LIMITED,
        since="2018-02-27",
        address=Address("The Old Lime Works, Coldbarrow Lane", "Ludlow", "SY9 9ZY", "GB"),
    ),
    Party("ellingham", "Marcus Ellingham", "GB", "knownPerson", since="1951-08", declared_by="holdings"),
    Party("rowe", "Judith Ellingham-Rowe", "GB", "knownPerson", since="1979-02", declared_by="holdings"),
    Party("oakhanger", "Peter Oakhanger", "GB", "knownPerson", since="1966-12", declared_by="coldbarrow"),
    Party("stannard", "Hugh Stannard-Bligh", "GB", "knownPerson", since="1948-05", declared_by="coldbarrow"),
    Party(
        "kapital",
        "Fjeldbro Kapital ApS",
        "DK",
        form="Anpartsselskab",
        since="2010-01-19",
        address=Address("Møllestræde 9", "Aarhus", "8999", "DK"),
    ),
    Party(
        "vind",
        "Fjeldbro Vind AB",
        "SE",
        form="Aktiebolag",
        since="2013-05-07",
        address=Address("Vindgatan 27", "Halmstad", "309 99", "SE"),
    ),
    Party(
        "turbinen",
        "Fjeldbro Turbinen GmbH",
        "DE",
        form="Gesellschaft mit beschränkter Haftung",
        since="2016-10-24",
        address=Address("Windmühlenallee 2", "Husum", "25999", "DE"),
    ),
    Party("astrid", "Astrid Højgaard-Lund", "DK", "knownPerson", since="1974-03-30", declared_by="kapital"),
    Party("emil", "Emil Højgaard-Lund", "DK", "knownPerson", since="1977-11-08", declared_by="kapital"),
    Party("lindebro", "Lindebro kommun", "SE", "stateBody", declared_by="vind"),
    Party("harbour", "Saltquill Harbour Limited", "JE", form=_LIMITED, since="1989-07-03", address=_SALTQUILL),
    Party(
        "chandlery",
        "Saltquill Chandlery Limited",
        "GB",
        form=_LIMITED,
        since="1998-09-16",
        address=Address("Unit 6, Ropewalk Wharf", "Weymouth", "DT9 9ZZ", "GB"),
    ),
    Party(
        "charter",
        "Saltquill Charter S.à r.l.",
        "LU",
        form="Société à responsabilité limitée",
        since="2007-04-02",
        address=Address("44 rue des Écluses", "Grevenmacher", "L-9999", "LU"),
    ),
    Party(
        "settlement",
        "The Marrow Lane Settlement",
        "JE",
        "arrangement",
        form="Discretionary trust",
        since="1988-12-12",
        declared_by="harbour",
    ),
    Party("trustee", "Philippa Renouvel", "GB", "knownPerson", since="1962-01", declared_by="harbour"),
    Party("settlor", "Archibald Marrowby", "GB", "knownPerson", since="1940-10", declared_by="harbour"),
    Party("beneficiary", "Octavia Marrowby-Sayle", "GB", "knownPerson", since="1991-06", declared_by="harbour"),
    Party("minor", "A beneficiary under age", "GB", "anonymousPerson", declared_by="harbour"),
    Party("odwyer", "Siobhan O’DWYER", "IE", "knownPerson", since="1983-04", declared_by="chandlery"),
)

_VOTES = ("shareholding", "votingRights")

HOLDINGS: Final = (
    Holding("holdings", "ellingham", _VOTES, "50-75", "2016-04-06"),
    Holding("holdings", "rowe", _VOTES, "25-50", "2016-04-06"),
    Holding("estates", "holdings", (*_VOTES, "appointmentOfBoard"), "75-100", "2016-04-06"),
    Holding("lettings", "estates", _VOTES, "75-100", "2016-06-30"),
    Holding("coldbarrow", "estates", _VOTES, "25-50", "2018-02-27"),
    Holding("coldbarrow", "oakhanger", _VOTES, "25-<50", "2018-02-27"),
    Holding("coldbarrow", "stannard", _VOTES, "25-50", "2018-02-27", until="2021-09-30", status="closed"),
    Holding("coldbarrow", "estates", _VOTES, "50-75", "2021-10-01", status="updated"),
    Holding("kapital", "astrid", _VOTES, "70", "2010-01-19"),
    Holding("kapital", "emil", _VOTES, "30", "2010-01-19"),
    Holding("vind", "kapital", ("shareholding",), "60", "2013-05-07"),
    Holding("vind", "lindebro", ("shareholding",), "15", "2014-01-01"),
    Holding(
        "vind",
        UnspecifiedReason.PARTY_SILENT,
        ("shareholding",),
        "25",
        "2019-09-12",
        details="The holder was asked twice and has not answered.",
    ),
    Holding("vind", "astrid", ("shareholding",), "42", "2013-05-07", directness="indirect"),
    Holding("turbinen", "vind", ("shareholding",), "100", "2016-10-24"),
    Holding("turbinen", "astrid", ("boardChair",), "", "2017-02-01"),
    Holding("settlement", "trustee", ("trustee",), "", "2005-05-23"),
    Holding("settlement", "settlor", ("settlor",), "", "1988-12-12"),
    Holding("settlement", "beneficiary", ("beneficiaryOfLegalArrangement",), "", "1991-06-30"),
    Holding("settlement", "minor", ("beneficiaryOfLegalArrangement",), "", "2012-01-04"),
    Holding("harbour", "settlement", ("shareholding",), "75-100", "1989-07-03"),
    Holding("harbour", "trustee", ("appointmentOfBoard",), "", "2005-05-23"),
    Holding("chandlery", "harbour", ("shareholding",), "80", "1998-09-16"),
    Holding("chandlery", "odwyer", ("shareholding",), "20", "2015-03-02"),
    Holding("charter", "harbour", ("shareholding",), "55", "2007-04-02"),
    Holding("charter", "chandlery", ("shareholding",), "25", "2011-08-19"),
    Holding(
        "charter",
        UnspecifiedReason.SUBJECT_UNABLE,
        ("shareholding",),
        "20",
        "2011-08-19",
        details="The company is looking for the heirs of the former holder.",
    ),
)
