"""How fast lists are: import of a made-up list, screening against it, and how many parties are found again whose name
was spoilt by one wrong, missing or swapped letter."""

import csv
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks.figures import Figure, Scale, number, p50, p95
from benchmarks.names import SYLLABLES
from caseworker_tui.cli.sample import build_sample
from sample_data.watch_lists import COLUMNS
from store.engine.case_store import CaseStore
from store.queries.queue import whole_queue
from store.screening.case_screening import screen_case
from store.screening.entries import Nature
from store.screening.list_files import lists_folder, open_lists
from store.screening.list_import import import_list
from store.screening.lookup import look_up
from store.screening.parties import Party

SPOILT: Final = 200


def entries(rng: random.Random, count: int) -> Iterator[dict[str, str]]:
    """People, and one organisation in five; some names are frequent and most are rare, as names are."""
    words = ["".join(rng.choices(SYLLABLES, k=rng.choice((2, 2, 3, 4)))).title() for _ in range(60_000)]

    def word() -> str:
        return words[int(len(words) * rng.random() ** 3)]

    def birthday() -> str:
        return f"{rng.randint(1935, 2005)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"

    for serial in range(count):
        person = rng.random() < 0.8
        names = [f"{word()} {word()}", f"{word()} {word()} {word()}", f"{word()}, {word()}"][: rng.randint(1, 3)]
        yield dict.fromkeys(COLUMNS, "") | {
            "id": f"B-{serial}",
            "schema": "Person" if person else "Company",
            "name": names[0] if person else f"{names[0]} Trading Ltd",
            "aliases": ";".join(names[1:]),
            "birth_date": birthday() if person else "",
            "countries": rng.choice(("ru", "ir", "sy", "by", "ve", "cn")),
            "identifiers": str(rng.randint(10**8, 10**9)),
            "sanctions": "Benchmark - Reg. 1 - 2022",
        }


def spoilt(rng: random.Random, name: str) -> str:
    place = rng.randrange(1, len(name) - 2)
    wrong = (rng.choice("aeiourst"), "", name[place + 1] + name[place])
    middle = rng.choice(wrong)
    return name[:place] + middle + name[place + max(1, len(middle)) :]


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    rng = random.Random(2026)
    made = list(entries(rng, scale.entries))
    database, file = folder / "cases.sqlite3", folder / "list.csv"
    build_sample(database, datetime.now(UTC))
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS, dialect=csv.unix_dialect)
        writer.writeheader()
        writer.writerows(made)
    began = perf_counter()
    import_list(lists_folder(database), file, now=datetime.now(UTC), actor="benchmark")
    took = perf_counter() - began
    megabytes = max(path.stat().st_size for path in lists_folder(database).iterdir()) / 1e6
    note = f"{scale.entries:,} entries take {megabytes:.0f} MB"
    yield Figure("screening: import of a list", scale.entries / took, "entries/s", note=note)
    with CaseStore.open(database) as store, open_lists(lists_folder(database)) as lists:
        times = []
        for case in store.query(lambda connection: list(whole_queue(connection))):
            began = perf_counter()
            store.query(screen_case, lists, case.case_id)
            times.append(perf_counter() - began)
        yield Figure("screening: a sample case against all lists", p50(times), "ms", note=_worse(times))
        people = [entry for entry in made if entry["schema"] == "Person"]
        times, found, spoilt_names = [], 0, rng.sample(people, min(SPOILT, len(people)))
        for entry in spoilt_names:
            party = Party("p", Nature.PERSON, (spoilt(rng, entry["name"]),))
            began = perf_counter()
            found_here = {each.entry.entry_id for watch_list in lists for each in look_up(party, watch_list)[0]}
            times.append(perf_counter() - began)
            found += entry["id"] in found_here
        yield Figure("screening: one spoilt name", p50(times), "ms", note=_worse(times))
        yield Figure("screening: spoilt names found again", found, f"of {len(spoilt_names)}")


def _worse(times: list[float]) -> str:
    return f"{number(p95(times))} ms (95 %), {number(max(times) * 1_000)} ms (worst)"
