"""What publishers of lists offer: sanctions-list.csv (OpenSanctions' simple CSV) and pep-list.jsonl (FollowTheMoney).

Nobody on them exists. Some are people and companies of the sample cases, some only share their names, most neither.
"""

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Final, NamedTuple

from sample_data.parts import Json, day, known, latin

VERSION: Final = "2026-11"
PUBLISHED: Final = "2026-11-01"
SANCTIONS: Final = "Example Union consolidated list"
OFFICES: Final = "Example register of public offices"

COLUMNS: Final = (
    *("id", "schema", "name", "aliases", "birth_date", "countries", "addresses", "identifiers", "sanctions", "phones"),
    *("emails", "program_ids", "dataset", "first_seen", "last_seen", "last_change"),
)


class Listed(NamedTuple):
    """`born` is a date, nothing, or "as in the case" of the person called `of_case`; `why` a programme or an office."""

    name: str
    country: str
    why: str
    aliases: tuple[str, ...] = ()
    schema: str = "Person"
    born: str = ""
    of_case: str = ""
    number: str = ""
    topics: tuple[str, ...] = ("role.pep",)


AS_IN_THE_CASE: Final = "as in the case"

SANCTIONED: Final = (
    Listed(
        "ALHADIDI, Tareq",
        "jo",
        "Arms brokers - 2024-02-19",
        ("طارق الحديدي", "Tareq al Hadidi"),
        born=AS_IN_THE_CASE,
        of_case="Tariq al-Hadidi",
        number="EX-P-7740125",
    ),
    Listed("NWACHUKWU, Adaeze", "ng", "Misuse of public funds - 2021-07-02", ("Ada Nwachukwu",), born="1951-03-30"),
    Listed("STAMATOPOULOU, Eleni", "gr", "Forged bills of lading - 2025-05-11"),
    Listed("KOBAYASHI Misaki", "jp", "Trade in ivory - 2019-12-01", ("小林美咲",), born="1971"),
    Listed("BAEK Hyon U", "kp", "Missile parts - 2017-06-05", ("Baek Hyun Woo", "PAEK Hyon-u"), born="1961-08-19"),
    Listed("MANSOURI, Ibrahim", "ae", "Hawala network - 2023-09-14", ("Ibrahim al-Mansouri",), born="1949"),
    Listed("PENHALLOW, Garth", "gb", "Unlicensed exports - 2022-10-27", born="1971-06-09"),
    Listed("Gannetry Holdings Ltd", "bb", "Arms brokers - 2024-02-19", schema="Company", number="EX730022"),
    Listed(
        "Petrelhead Maritime Supply LLC", "ae", "Oil price cap - 2023-12-18", schema="Company", number="EX-AE-55120"
    ),
    Listed("Calandrella Star", "mt", "Oil price cap - 2023-12-18", schema="Vessel", number="IMO 9999991"),
    Listed("Quelvane Freight Brokers FZE", "ae", "Oil price cap - 2023-12-18", ("Quelvane",), schema="Company"),
    Listed("Northern Bastion Foundation", "by", "Recruitment - 2022-04-08", schema="Organization"),
    Listed("Otravnik Metals Combine", "ru", "Steel - 2022-03-15", ("Отравник",), schema="LegalEntity"),
    Listed("DRAGUNETS, Yevgeny", "ru", "Steel - 2022-03-15", ("Евгений Драгунец",), born="1963-10-02"),
    Listed("SOKOLUSHKA, Larisa", "by", "Recruitment - 2022-04-08", ("Лариса Соколушка",), born="1975"),
    Listed("HAMDANIYEH, Qassim", "sy", "Hawala network - 2023-09-14", ("Kassem Hamdania",), born="1958-01-01"),
    Listed("VILLATORO QUINCHE, Anselmo", "ve", "Gold - 2020-11-24", born="1969-04-12"),
    Listed("MBEYANGO, Célestin", "cd", "Gold - 2020-11-24", ("General Tonnerre",), born="1966"),
)

EXPOSED: Final = (
    Listed(
        "Катарина Живковић",
        "rs",
        "Deputy minister of infrastructure",
        ("Katarina Zivkovic",),
        born=AS_IN_THE_CASE,
        of_case="Katarina Živković",
    ),
    Listed("Kwabena Asante Boadu", "gh", "Member of parliament", ("K. A. Boadu",), born="1958-02-11"),
    Listed(
        "Farah Benslimane",
        "ma",
        "Sister of the governor of a central bank",
        born=AS_IN_THE_CASE,
        of_case="Farah Benslimane",
        topics=("role.rca",),
    ),
    Listed("Mihai Țurcan", "md", "Mayor of a district town", born="1969-09-27"),
    Listed(
        "Δέσποινα Καραμήτσου",
        "gr",
        "Former head of a port authority",
        ("Despina Karamitsou",),
        born=AS_IN_THE_CASE,
        of_case="Despina Karamitsou",
        topics=("role.pep", "sanction"),
    ),
    Listed("Aroha Ngatai-Whetu", "nz", "Member of a city council", born="1948"),
    Listed("Sebastián Quispe Mamani", "pe", "Regional governor", born="1962-05-05"),
    Listed("Ingeborg Halvdansrud", "no", "State secretary", born="1970-10-10"),
    Listed("Renzo Castellvecchi", "it", "Member of a regional assembly", born="1955"),
    Listed("Ilona Vadászhegyi", "hu", "Judge of a constitutional court", born="1959-12-03"),
    Listed("Tupua Leaupepe-Sio", "ws", "Minister of fisheries", born="1967"),
    Listed("Deputy minister of infrastructure", "rs", "", schema="Position", topics=()),
)


def sanctions_list(rng: random.Random, births: Mapping[str, str]) -> str:
    """Every field quoted, several values in one parted by semicolons."""
    text = StringIO()
    writer = csv.writer(text, dialect=csv.unix_dialect)
    writer.writerow(COLUMNS)
    for number, listed in enumerate(SANCTIONED, start=1):
        row = dict.fromkeys(COLUMNS, "") | {
            "id": f"EX-S-{number:03}",
            "schema": listed.schema,
            "name": listed.name,
            "aliases": ";".join(sorted(listed.aliases)),
            "birth_date": _born(listed, births),
            "countries": listed.country,
            "addresses": f"{rng.randint(1, 99)} Harbour Road, Exampleton",
            "identifiers": listed.number,
            "sanctions": listed.why,
            "program_ids": f"EX-{latin(listed.why.partition(' - ')[0]).upper()}",
            "dataset": SANCTIONS,
            "first_seen": day(rng, 2019, 2025),
            "last_seen": PUBLISHED,
            "last_change": day(rng, 2025, 2025),
        }
        writer.writerow(row[column] for column in COLUMNS)
    return text.getvalue()


def pep_list(births: Mapping[str, str]) -> Iterator[Json]:
    """Entities with all that belongs to them within."""
    for number, listed in enumerate(EXPOSED, start=1):
        properties = known(
            name=[listed.name],
            alias=list(listed.aliases),
            birthDate=[date] if (date := _born(listed, births)) else [],
            country=[listed.country],
            position=[listed.why] if listed.why else [],
            topics=list(listed.topics),
            sanctions=[_sanction(number)] if "sanction" in listed.topics else [],
        )
        yield {
            "id": f"EX-P-{number:03}",
            "caption": listed.name,
            "schema": listed.schema,
            "properties": properties,
            "datasets": [OFFICES],
            "last_change": f"{PUBLISHED}T00:00:00",
            "target": bool(listed.topics),
        }


def births_in(intake: Sequence[Json]) -> dict[str, str]:
    """When the people of the cases were born, by their names."""
    persons = [person for message in intake for person in message["persons"]]
    return {f"{it['firstname']} {it['lastname']}": it["birthdate"] for it in persons if "birthdate" in it}


def _born(listed: Listed, births: Mapping[str, str]) -> str:
    return births[listed.of_case] if listed.born == AS_IN_THE_CASE else listed.born


def _sanction(number: int) -> Json:
    properties = {"program": ["Port fees - 2025-01-20"], "listingDate": ["2025-01-20"], "authority": [SANCTIONS]}
    return {"id": f"EX-P-{number:03}-S", "schema": "Sanction", "properties": properties}
