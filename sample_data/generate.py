"""Makes the sample files from the tables in names.py: `python -m sample_data.generate [--seed N] [--check]`.

The same seed gives the same bytes. intake_messages, casework and registers make one kind of file each.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from sample_data.casework import commands
from sample_data.intake_messages import messages
from sample_data.parts import Json
from sample_data.registers import lei_records, owners
from sample_data.watch_lists import births_in, pep_list, sanctions_list

DEFAULT_SEED: Final = 2026


def files(seed: int = DEFAULT_SEED) -> dict[str, bytes]:
    """Every file's name and content. Each has its own numbers, so that a change of one leaves the others be."""
    intake = messages(random.Random(f"{seed}/messages"), seed)
    return {
        "messages.jsonl": _lines(intake),
        "commands.jsonl": _lines(commands(random.Random(f"{seed}/commands"), intake)),
        "owners.json": _document(owners(random.Random(f"{seed}/owners"))),
        "lei-records.json": _document(lei_records(random.Random(f"{seed}/leis"))),
        "sanctions-list.csv": sanctions_list(random.Random(f"{seed}/sanctions"), births_in(intake)).encode(),
        "pep-list.jsonl": _lines(pep_list(births_in(intake))),
    }


def _lines(records: Iterable[Json]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def _document(records: Sequence[Json]) -> bytes:
    return (json.dumps(records, ensure_ascii=False, indent=2) + "\n").encode()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sample_data.generate", description="Make the sample files.")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another seed makes other files")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs")
    options = parser.parse_args(arguments)
    folder = Path(__file__).parent
    made = files(options.seed)
    if not options.check:
        for name, content in made.items():
            (folder / name).write_bytes(content)
        return 0
    differing = [
        name
        for name, content in made.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    ]
    for name in differing:
        print(f"sample_data/{name} differs from what seed {options.seed} gives", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
