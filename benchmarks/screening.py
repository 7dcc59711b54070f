"""Import of a made-up list, and screening against it: `python -m benchmarks.screening [ENTRIES]`, 100,000 unless given.

Prints entries a second, what the list takes, how long screening takes, and how many parties are found again whose name
was spoilt by one wrong, missing or swapped letter.
"""

import csv
import random
import resource
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from caseworker_tui.sample import build_sample
from sample_data.watch_lists import COLUMNS
from store.engine import CaseStore
from store.queries.queue import whole_queue
from store.screening.case_screening import screen_case
from store.screening.entries import Nature
from store.screening.list_files import lists_folder, open_lists
from store.screening.list_import import import_list
from store.screening.lookup import look_up
from store.screening.parties import Party

SYLLABLES: Final = tuple(a + b for a in "bdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "en", "ar"))
SPOILT: Final = 200


def entries(rng: random.Random, count: int) -> Iterator[dict[str, str]]:
    """People, and one organisation in five; some names are frequent and most are rare, as names are."""
    words = ["".join(rng.choices(SYLLABLES, k=rng.choice((2, 2, 3, 4)))).title() for _ in range(60_000)]

    def word() -> str:
        return words[int(len(words) * rng.random() ** 3)]

    def birthday() -> str:
        return f"{rng.randint(1935, 2005)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"

    for number in range(count):
        person = rng.random() < 0.8
        names = [f"{word()} {word()}", f"{word()} {word()} {word()}", f"{word()}, {word()}"][: rng.randint(1, 3)]
        yield dict.fromkeys(COLUMNS, "") | {
            "id": f"B-{number}",
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


def main(arguments: Sequence[str]) -> None:
    count, rng = int(arguments[0]) if arguments else 100_000, random.Random(2026)
    made = list(entries(rng, count))
    with TemporaryDirectory() as folder:
        database, file = Path(folder) / "cases.sqlite3", Path(folder) / "list.csv"
        build_sample(database, datetime.now(UTC))
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, COLUMNS, dialect=csv.unix_dialect)
            writer.writeheader()
            writer.writerows(made)
        start = perf_counter()
        import_list(lists_folder(database), file, now=datetime.now(UTC), actor="benchmark")
        took = perf_counter() - start
        megabytes = max(path.stat().st_size for path in lists_folder(database).iterdir()) / 1e6
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"import: {count / took:,.0f} entries/s ({took:.1f} s), {megabytes:.0f} MB, {resident:.0f} MB of memory")
        with CaseStore.open(database) as store, open_lists(lists_folder(database)) as lists:
            times = []
            for case in store.ask(lambda connection: list(whole_queue(connection))):
                start = perf_counter()
                store.ask(screen_case, lists, case.case_id)
                times.append((perf_counter() - start) * 1000)
            _tell("screening a sample case", times)
            people = [entry for entry in made if entry["schema"] == "Person"]
            times, found = [], 0
            for entry in rng.sample(people, SPOILT):
                party = Party("p", Nature.PERSON, (spoilt(rng, entry["name"]),))
                start = perf_counter()
                found_here = {each.entry.entry_id for watch_list in lists for each in look_up(party, watch_list)[0]}
                times.append((perf_counter() - start) * 1000)
                found += entry["id"] in found_here
            _tell("screening one spoilt name", times)
            print(f"found again: {found} of {SPOILT}")


def _tell(what: str, milliseconds: Sequence[float]) -> None:
    late = quantiles(milliseconds, n=20)[-1]
    print(f"{what}: {median(milliseconds):.1f} ms (median), {late:.1f} (95 %), {max(milliseconds):.1f} (worst)")


if __name__ == "__main__":
    main(sys.argv[1:])
